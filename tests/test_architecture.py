"""The house rules, as tests: who may import whom, where heavy libraries live, how light the doors are."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

HOUSE = Path(__file__).parent.parent / "mjnb"
FLOORS = (
    "errors foreign hidden intake kernel loop",
    "params media outcomes handles",
    "prompt api hooks wire prices metrics effects frames display plots widgets",
    "config pacing proxies diff pages presets preview",
    "identity reference",
    "client ledger sandbox receiver",
    "tracking",
    "sweeps",
    "sessions",
    "panels",
    "magics cli server",
    "handbook",
    "__init__ __main__",
)
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms.split()}
HOMES = {
    "IPython": {"magics"},
    "PIL": {
        "media",
        "metrics",
        "panels",
        "plots",
        "sandbox",
        "tracking",
        "sweeps",
    },  # pictures are handed on as Pillow's
    "anywidget": {"panels", "widgets"},
    "h11": {"receiver"},
    "av": {"media", "sandbox"},  # decoding what comes, encoding what the sandbox draws
    "httpx": {"client", "proxies", "wire"},
    "ipywidgets": {"panels", "widgets"},
    "jupyter_core": {"receiver"},
    "jupyter_server": {"server"},
    "keyring": {"config"},
    "matplotlib": {"plots"},
    "nest_asyncio": {"loop"},
    "numpy": {"effects", "metrics", "plots", "sandbox"},
    "optuna": {"sweeps"},
    "polars": {"frames"},
    "scipy": {"effects", "sweeps"},
    "sqlalchemy": {"ledger"},
    "sqlite3": set(),
    "starlette": {"sandbox"},
    "tornado": {"server"},
    "uvicorn": {"sandbox"},
}
# inside functions that only IPython calls
SHOWS_ITSELF = {("display", "IPython"), ("plots", "IPython"), ("widgets", "IPython")}
HEAVY = {
    "polars",
    "matplotlib",
    "ipywidgets",
    "anywidget",
    "optuna",
    "httpx",
    "sqlalchemy",
    "numpy",
    "scipy",
    "PIL",
    "starlette",
    "uvicorn",
    "av",
}
FILES = sorted(HOUSE.rglob("*.py"))


@dataclass(frozen=True)
class Import:
    """One imported name: of a room of ours, or of a library; at module level, and for types only, or not."""

    target: str
    ours: bool
    at_top: bool
    for_types: bool


def room_of(path: Path) -> str:
    return path.relative_to(HOUSE).parts[0].removesuffix(".py")


def imports(path: Path) -> Iterator[Import]:
    tree = ast.parse(path.read_text())
    top = {id(node) for node in tree.body}
    typed = {id(node) for block in ast.walk(tree) if is_type_checking(block) for node in ast.walk(block)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [(alias.name.split(".")[0], False) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = list(from_names(node, path))
        else:
            continue
        for name, ours in names:
            yield Import(name, ours, id(node) in top, id(node) in typed)


def is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def from_names(node: ast.ImportFrom, path: Path) -> Iterator[tuple[str, bool]]:
    """Yield the rooms or libraries of a ``from … import …``; a room's own inside counts as no import."""
    if not node.level:
        yield (node.module or "").split(".")[0], False
        return
    depth = len(path.relative_to(HOUSE).parts)  # 1: a file of the house; 2: inside a folder; ...
    if node.level < depth:
        return
    if node.module:
        yield node.module.split(".")[0], True
    else:
        yield from ((alias.name, True) for alias in node.names if alias.name in FLOOR)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(HOUSE)))
def test_a_room_imports_only_lower_rooms(path: Path) -> None:
    room = room_of(path)
    for found in imports(path):
        if found.ours:
            assert found.target in FLOOR, f"{found.target} has no floor"
            assert FLOOR[found.target] < FLOOR[room], f"{room} imports {found.target}, which is not below it"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(HOUSE)))
def test_a_heavy_library_has_one_home(path: Path) -> None:
    room = room_of(path)
    for found in imports(path):
        if found.ours or found.target not in HOMES or found.for_types:
            continue
        lazily = not found.at_top and (room, found.target) in SHOWS_ITSELF
        assert lazily or room in HOMES[found.target], (
            f"{found.target} lives in {HOMES[found.target]}, not in {room}"
        )


def test_every_room_has_a_floor() -> None:
    assert {room_of(path) for path in FILES} == set(FLOOR)


def test_every_room_has_a_plaque() -> None:
    assert [path.name for path in FILES if not ast.get_docstring(ast.parse(path.read_text()))] == []


def test_rooms_stay_small() -> None:
    assert [path.name for path in FILES if len(path.read_text().splitlines()) > 360] == []


def test_parameter_facts_stand_in_the_table_only() -> None:
    """No API name of a parameter is spelled outside the table, but where the sandbox is the server."""
    from mjnb.params import every_row

    spelled = {row.api for row in every_row().values() if row.api != row.name} - {
        "taskType",
        "taskId",
        "index",
    }  # words of records, too
    allowed = {"params", "sandbox"}
    for path in FILES:
        if room_of(path) in allowed:
            continue
        words = {
            node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant)
        }
        assert not spelled & {word for word in words if isinstance(word, str)}, path.name


@pytest.mark.parametrize(
    "code",
    [
        "import mjnb",
        "import mjnb; dir(mjnb); mjnb.Session; mjnb.session()",
        "from IPython.core.interactiveshell import InteractiveShell; "
        "InteractiveShell.instance().run_line_magic('load_ext', 'mjnb')",
    ],
)
def test_the_doors_are_light(code: str, tmp_path: Path) -> None:
    """Importing, looking around, and loading the extension load no heavy library."""
    script = f"import sys; before = set(sys.modules); {code}; print(*(set(sys.modules) - before))"
    env = {"PATH": "", "IPYTHONDIR": str(tmp_path), "HOME": str(tmp_path), "PYTHONPATH": str(HOUSE.parent)}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=env, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    loaded = {name.split(".")[0] for name in done.stdout.split()}
    assert "mjnb" in loaded
    assert not HEAVY & loaded

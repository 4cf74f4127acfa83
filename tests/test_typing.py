"""Type checkers and editors see the whole face, from an editable install and from a wheel's."""

from __future__ import annotations

import inspect
import json
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any, get_type_hints

import pytest

import mjnb
from mjnb.params import (
    AnimateParams,
    Choice,
    Domain,
    Generate,
    GenerateParams,
    NumberChoice,
    Span,
    Switch,
    rows,
)
from mjnb.sessions import Session

FACE = Path(__file__).parent / "typing" / "face.py"
HOUSE = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The interpreter of an environment with mjnb from its wheel, and all else from this one."""
    folder = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    subprocess.run([*pip, "wheel", "--no-deps", "--wheel-dir", folder, HOUSE], check=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "env"], check=True)
    python = folder / "env" / "bin" / "python"
    (wheel,) = folder.glob("mjnb*.whl")
    subprocess.run([*pip, "--python", python, "install", "--no-deps", wheel], check=True)
    place = next((folder / "env" / "lib").glob("python*/site-packages"))
    (place / "others.pth").write_text(sysconfig.get_path("purelib"))
    return str(python)


@pytest.fixture(params=["editable", "wheel"])
def python(request: pytest.FixtureRequest) -> str:
    """The interpreter of an environment that has mjnb."""
    return sys.executable if request.param == "editable" else request.getfixturevalue("installed")


def test_mypy_accepts_and_refuses_what_it_must(python: str, tmp_path: Path) -> None:
    shutil.copy(FACE, tmp_path)
    how = ["--strict", "--config-file", "", "--cache-dir", tmp_path / "cache", "--python-executable", python]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *how, FACE.name], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.stdout.startswith("Success"), done.stdout + done.stderr


def test_pyright_accepts_and_refuses_what_it_must(python: str, tmp_path: Path) -> None:
    shutil.copy(FACE, tmp_path)
    told = {"typeCheckingMode": "standard", "reportUnnecessaryTypeIgnoreComment": "error"}
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(told))
    done = subprocess.run(
        [sys.executable, "-m", "basedpyright", "--pythonpath", python, FACE.name],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_installed_wheel_is_whole(installed: str, tmp_path: Path) -> None:
    """It draws a picture without a network and without a key, from files of the wheel alone."""
    script = (
        "import mjnb as mj; t = mj.imagine('a fox', wait=True); print(mj.__file__, t.state, len(t.images))"
    )
    done = subprocess.run([installed, "-c", script], cwd=tmp_path, capture_output=True, text=True)
    file, state, pictures = done.stdout.split()
    assert (state, pictures) == ("succeeded", "4"), done.stderr
    assert str(HOUSE / "mjnb") not in file


# ---- the types and the table ----


def _kind(domain: Domain) -> Any:
    if isinstance(domain, Choice):
        numeric = any(value[0].isdigit() and ":" not in value for value in domain.values)
        return str | float | None if numeric else str | None
    if isinstance(domain, Span | NumberChoice):
        return int | None
    return bool | None if isinstance(domain, Switch) else str | None


def test_the_types_are_those_of_the_table() -> None:
    table = {name: _kind(row.domain) for name, row in rows(Generate).items() if name != "prompt"}
    assert get_type_hints(GenerateParams) == {**table, "file_urls": Any}


def test_a_video_takes_what_applies_to_it() -> None:
    named = {"motion", "video_batch_size"}  # parameters of their own
    takes = {name for name, row in rows(Generate).items() if row.applies("mj_video")}
    assert set(get_type_hints(AnimateParams)) == takes - named - {"prompt", "task_type", "file_urls"}


@pytest.mark.parametrize("verb", ["imagine", "animate", "sweep"])
def test_the_signature_names_the_parameters_with_what_they_take(verb: str) -> None:
    names = AnimateParams if verb == "animate" else GenerateParams
    for function in (getattr(Session, verb), getattr(mjnb, verb)):
        found = inspect.signature(function).parameters
        ours = get_type_hints(names).keys()
        assert ours <= found.keys()
        for name in ours - {"motion"}:
            assert repr(found[name].annotation) == f"[{rows(Generate)[name].domain}]"


def test_a_star_import_gives_the_verbs_and_hides_nothing_of_pythons() -> None:
    import builtins

    names: dict[str, Any] = {}
    exec("from mjnb import *", names)
    del names["__builtins__"]
    assert set(mjnb.VERBS) <= names.keys()
    assert set(mjnb.HOMES) <= names.keys()
    assert names.keys() & vars(builtins).keys() <= {
        "credits"
    }  # which site puts there, of those who made Python
    assert names.keys() == set(mjnb.__all__)

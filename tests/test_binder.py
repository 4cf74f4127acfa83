"""Binder: what ``binder/`` describes is made without a container engine, and a tutorial runs in it.

``tests/proof/test_proof_binder.py`` runs all of them, behind a server as Binder starts it.
"""

from __future__ import annotations

import re
import subprocess
import tomllib
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

import pytest
from binders import HOUSE, PYTHON, Image, base, clone, normal, recipe
from packaging.requirements import Requirement

from mjnb.sessions import PublicMachineWarning, Session

BINDER = HOUSE / "binder"
PINS = [line for line in (BINDER / "requirements.txt").read_text().splitlines() if "==" in line]
LAZY = "get_ipython().run_line_magic('mj', 'a red fox --dry-run'); print('mjnb' in __import__('sys').modules)"


def needed(names: Iterable[str]) -> set[str]:
    """Return packages and what they need, as far as it is installed here."""
    found: set[str] = set()
    todo = list(names)
    while todo:
        name = normal(todo.pop())
        if name in found:
            continue
        found.add(name)
        for line in metadata.requires(name) or []:
            one = Requirement(line)
            if one.marker is None or one.marker.evaluate({"extra": ""}):
                todo.append(one.name)
    return found


def test_binder_builds_it_with_the_oldest_python_and_all_five_files(tmp_path: Path) -> None:
    found = recipe(clone(tmp_path))
    assert found.python == PYTHON
    assert '-r "binder/requirements.txt"' in found.dockerfile
    assert "binder/postBuild" in found.dockerfile
    assert "binder/start" in found.dockerfile
    assert "fonts-noto-cjk" in found.dockerfile


def test_binder_would_refuse_it_without_that_folder(tmp_path: Path) -> None:
    repository = clone(tmp_path)
    (repository / "binder" / "requirements.txt").unlink()
    (repository / "binder" / "runtime.txt").unlink()
    assert recipe(repository).dockerfile == ""


def test_the_pins_are_those_of_the_tests() -> None:
    pinned = (HOUSE / "constraints.txt").read_text().splitlines()
    assert set(PINS) - set(pinned) == set()


def test_all_is_pinned_that_the_image_does_not_bring() -> None:
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text())["project"]
    ours = needed(Requirement(line).name for line in project["dependencies"])
    stack = needed(
        line.partition("==")[0] for line in base() if line.startswith(("jupyterlab", "notebook", "ipy"))
    )
    assert {normal(line.partition("==")[0]) for line in PINS} == ours - stack


def test_start_becomes_what_it_starts() -> None:
    process = subprocess.Popen([BINDER / "start", "sh", "-c", "echo $$"], stdout=subprocess.PIPE, text=True)
    assert process.communicate()[0].strip() == str(process.pid)


def test_a_step_that_fails_ends_the_build(tmp_path: Path) -> None:
    empty = {"PATH": "/nowhere"}  # no python, no install
    done = subprocess.run(["/bin/bash", BINDER / "postBuild"], cwd=tmp_path, env=empty, capture_output=True)
    assert done.returncode != 0


def test_the_badge_opens_a_tutorial_that_is_there() -> None:
    [place] = re.findall(
        r"\(https://mybinder\.org/v2/gh/\S+\?urlpath=lab/tree/(\S+)\)", (HOUSE / "README.md").read_text()
    )
    assert (HOUSE / place).name.startswith("01_")
    assert (HOUSE / place).is_file()


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    """The image, built from the pins and nothing else."""
    made = Image(tmp_path_factory.mktemp("binder"))
    made.build()
    return made


def test_the_first_tutorial_runs_in_an_environment_of_exactly_these_pins(image: Image) -> None:
    assert set(PINS) <= set(image.run("python", "-m", "pip", "freeze").splitlines())
    assert image.executed("notebooks/01_first_picture.ipynb", MJNB_TIME_SCALE="100").peak < 512  # MiB


def test_the_magic_is_there_without_being_loaded(image: Image) -> None:
    assert image.run("ipython", "--no-banner", "-c", LAZY).strip().endswith("True")


def test_a_real_key_on_a_binder_is_warned_of_and_a_sandboxs_is_not(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("BINDER_LAUNCH_HOST", "https://mybinder.org/")
    with pytest.warns(PublicMachineWarning, match="public Binder") as caught:
        session = Session(base_url="kie", api_key="not-a-real-key", data_dir=tmp_path)
    assert caught[0].filename == __file__
    assert "public Binder" in repr(session)
    assert "not-a-real-key" not in repr(session)
    assert Session(base_url="sandbox", data_dir=tmp_path).notices == []
    monkeypatch.delenv("BINDER_LAUNCH_HOST")
    assert Session(base_url="kie", api_key="not-a-real-key", data_dir=tmp_path).notices == []

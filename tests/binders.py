"""Binder's image without a container engine: the same steps, in a virtual environment of their own.

repo2docker renders what mybinder.org would build; the environment below it has the versions of repo2docker's
own lock; requirements, ``postBuild`` and ``start`` run as the Dockerfile runs them, with nothing inherited.
Not shown: conda's own builds, the image's size, and the public service's network.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO, NamedTuple

import psutil

HOUSE = Path(__file__).parent.parent
PYTHON = "3.11"  # the image's; here it is made with the Python that runs the tests
REPO2DOCKER = importlib.util.find_spec("repo2docker")
assert REPO2DOCKER is not None
CONDA = Path(str(REPO2DOCKER.origin)).parent / "buildpacks" / "conda"
BUILD = re.compile(r"/([A-Za-z0-9_.-]+)-([0-9][^-/]*)-[^-/]+\.(?:conda|tar\.bz2)")  # a line of conda's lock
NOT_FROM_PIP = {"python", "nodejs"}
BETWEEN = 0.2  # seconds between two looks at the memory
CLONED = ("binder", "etc", "mjnb", "notebooks", "pyproject.toml", "README.md", "LICENSE")


class Recipe(NamedTuple):
    """What repo2docker makes of a repository: nothing, if mybinder.org would not build it."""

    python: str
    dockerfile: str


# In a process of its own: it looks around in the working folder, and what it imports is deprecated elsewhere.
RENDER = """
import json
from repo2docker.app import Repo2Docker
app = Repo2Docker()
found = next((pack for pack in (kind(app.base_image) for kind in app.buildpacks) if pack.detect()), None)
if found is None:
    print(json.dumps(["", ""]))
else:
    found.platform = "linux/amd64"
    print(json.dumps([found.python_version, found.render({})]))
"""


def recipe(repository: Path) -> Recipe:
    """Return what mybinder.org, which has no default, would build of a repository."""
    command = [sys.executable, "-c", RENDER]
    done = subprocess.run(command, cwd=repository, check=True, capture_output=True, text=True)
    return Recipe(*json.loads(done.stdout.splitlines()[-1]))


@functools.cache
def base() -> list[str]:
    """Return what the image holds before the repository is looked at, as pip's requirements."""
    own = ".".join(map(str, sys.version_info[:2]))
    lock = (CONDA / f"environment.py-{own}-linux-64.lock").read_text()
    versions = {normal(name): version for name, version in BUILD.findall(lock)}
    wanted = (CONDA / "environment.yml").read_text().partition("dependencies:")[2]
    names = [normal(name) for name in re.findall(r"^\s*- ([\w-]+)", wanted, re.MULTILINE)]
    return [
        f"{name.replace('jupyterhub-singleuser', 'jupyterhub')}=={versions[name]}"
        for name in (*names, "ipykernel", "jupyterlab-widgets")
        if name not in NOT_FROM_PIP
    ]


def normal(name: str) -> str:
    """Return a package's name as it is compared."""
    return re.sub(r"[-_.]+", "-", name).lower()


def clone(target: Path) -> Path:
    """Copy what of the working tree is, or would be, in the repository."""
    command = ["git", "-C", str(HOUSE), "ls-files", "-co", "--exclude-standard", *CLONED]
    names = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    for name in names:
        if (HOUSE / name).is_file():  # not one that was deleted
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            (target / name).write_bytes((HOUSE / name).read_bytes())
            (target / name).chmod((HOUSE / name).stat().st_mode)
    return target


class Image:
    """Binder's image, made in a folder.

    Args:
        folder: Where; it has the repository in ``repository``, the environment in ``env``, and ``home``.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.home, self.prefix = folder, folder / "home", folder / "env"
        self.home.mkdir(parents=True)
        self.repository = clone(folder / "repository")

    def build(self) -> None:
        """Do what the Dockerfile does."""
        python = str(self.prefix / "bin" / "python")
        self._uv("venv", "--python", sys.executable, str(self.prefix))
        self._uv("pip", "install", "--python", python, *base())
        self._uv("pip", "install", "--python", python, "-r", "binder/requirements.txt")
        self._uv("pip", "check", "--python", python)
        self.run("./binder/postBuild", started=False)

    def _uv(self, *arguments: str) -> None:
        quiet = [sys.executable, "-m", "uv", "-q", "--no-config", *arguments]
        subprocess.run(quiet, cwd=self.repository, check=True, env={**os.environ, "UV_LINK_MODE": "copy"})

    @property
    def environment(self) -> dict[str, str]:
        """What a process of the image sees; nothing of this machine's."""
        return {
            "HOME": str(self.home),
            "PATH": f"{self.prefix}/bin:/usr/local/bin:/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "NB_PYTHON_PREFIX": str(self.prefix),
            "REPO_DIR": str(self.repository),
            "BINDER_LAUNCH_HOST": "https://mybinder.org/",
        }

    def command(self, *command: str, started: bool = True) -> list[str]:
        """Return a command as it is run in the image: by ``start``, or before there is one."""
        return [str(self.repository / "binder" / "start"), *command] if started else list(command)

    def run(self, *command: str, started: bool = True) -> str:
        """Run a command in the image and return what it printed; it must succeed."""
        done = subprocess.run(
            self.command(*command, started=started),
            cwd=self.repository,
            env=self.environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def executed(self, notebook: str, **more: str) -> Run:
        """Run a notebook there from top to bottom, with more in the environment; it must succeed."""
        with tempfile.TemporaryFile("w+") as log:
            process = self.start("python", "-c", EXECUTE, notebook, log=log, **more)
            peak, running = 0.0, True
            while running:
                peak = max(peak, memory(psutil.Process(process.pid).children(recursive=True)))
                try:
                    process.wait(BETWEEN)
                    running = False
                except subprocess.TimeoutExpired:
                    pass
            log.seek(0)
            said = log.read()
        assert process.returncode == 0, said
        seconds, processor = json.loads(said.splitlines()[-1])
        return Run(seconds, processor, peak)

    def start(self, *command: str, log: IO[str], **more: str) -> subprocess.Popen[str]:
        """Start a command in the image, by ``start``."""
        return subprocess.Popen(
            self.command(*command),
            cwd=self.repository,
            env={**self.environment, **more},
            stdout=log,
            stderr=subprocess.STDOUT,
            text=True,
        )


class Run(NamedTuple):
    """What running a notebook took: seconds, seconds of a processor, and MiB of its kernel at the most."""

    seconds: float
    processor: float
    peak: float


def memory(processes: list[psutil.Process]) -> float:
    """Return the MiB that processes have for themselves, and their share of what they have together."""
    total = 0
    for process in processes:
        with contextlib.suppress(psutil.Error):  # it has ended
            total += process.memory_full_info().pss
    return total / 2**20


EXECUTE = """
import json, resource, sys, time
from pathlib import Path
import nbformat
from nbclient import NotebookClient
path, start = Path(sys.argv[1]), time.monotonic()
where = {"metadata": {"path": str(path.parent)}}
NotebookClient(nbformat.read(path, 4), timeout=300, kernel_name="python3", resources=where).execute()
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([round(time.monotonic() - start, 1), round(used.ru_utime + used.ru_stime, 1)]))
"""

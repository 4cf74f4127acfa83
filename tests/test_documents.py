"""The documents: their links lead somewhere, their code runs, their tables are complete."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from jupyters import free_port
from kernels import Notebook, Output

import mjnb
from mjnb.config import SETTINGS
from mjnb.magics import VERBS
from mjnb.magics.options import HELPS
from mjnb.sandbox import Sandbox

HOUSE = Path(__file__).parent.parent
README = (HOUSE / "README.md").read_text()
DOCUMENTS = sorted(
    [*HOUSE.glob("*.md"), *(HOUSE / "notebooks").glob("*.md"), *(HOUSE / "tests").glob("*.md")]
)
PROJECT = tomllib.loads((HOUSE / "pyproject.toml").read_text())["project"]
LINES = 150  # of the README
HEAVIEST = 80 * 1024  # bytes of a picture
each = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(HOUSE)))


def plain(text: str) -> str:
    """Return Markdown without code: what is in it is no link."""
    return re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.DOTALL)


def blocks(language: str) -> list[str]:
    """Return the README's blocks of code in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


def table_under(heading: str) -> str:
    """Return the first table under a heading of the README."""
    section = README.split(f"\n## {heading}\n", 1)[1].split("\n## ")[0]
    return "\n".join(line for line in section.splitlines() if line.startswith("|"))


@each
def test_local_links_lead_to_files_and_headings(path: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", plain(path.read_text())):
        if target.startswith(("https://", "http://")):
            continue
        name, _, heading = target.partition("#")
        found = (path.parent / name).resolve() if name else path
        assert found.is_relative_to(HOUSE), target
        assert found.exists(), target
        assert not heading or heading in anchors(found.read_text()), target


def anchors(text: str) -> set[str]:
    """Return the anchors of a document's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in headings}


@each
def test_pictures_have_alternative_texts_and_are_small(path: Path) -> None:
    for words, target in re.findall(r"!\[([^\]]*)\]\(([^)\s]+)\)", path.read_text()):
        assert len(words) > 10, target
        if not target.startswith("https://"):
            assert (path.parent / target).stat().st_size <= HEAVIEST, target


def test_the_readme_is_short_and_leads_with_code_and_its_picture() -> None:
    assert len(README.splitlines()) <= LINES
    assert (
        README.index("%load_ext mjnb") < README.index("](notebooks/images/sweep.webp)") < README.index("## ")
    )
    assert blocks("sh")[0].split()[:2] == ["make", "demo"]
    assert "make test" in blocks("sh")[0]


def test_the_verbs_table_has_every_verb_of_both_languages_and_every_option_that_pays_or_looks() -> None:
    table = table_under("Verbs")
    typed = {name for name in VERBS if re.search(rf"`(%mj )?{name}[ `]", table)}
    assert typed == set(VERBS)
    called = {*mjnb.VERBS, "Session", "Sweep", "help", "metric", "nest", "panel", "use"}
    assert {name for name in called if f"mj.{name}" not in table} == set()
    assert {"--dry-run", "--wait", "--each"} <= set(re.findall(r"--[a-z-]+", table)) & set(HELPS)


def test_the_settings_that_are_listed_are_what_they_are_called() -> None:
    rows = [line.split("|")[2:4] for line in table_under("With your own key").splitlines()[2:]]
    listed = {argument.strip(" `"): re.findall(r"`(\w+)`", variables) for argument, variables in rows}
    assert listed == {name: list(SETTINGS[name].environ) for name in listed}
    assert len(listed) >= 6


def test_the_code_of_the_readme_runs(tmp_path: Path) -> None:
    lead, looks, by_hand = blocks("python")
    port = free_port()
    by_hand = by_hand.replace("8787", str(port)).replace("sleep(2)", "sleep(0.05)")
    with Sandbox(port=port, time_scale=300, long_side=64), Notebook(tmp_path, MJNB_TIME_SCALE="300") as book:
        planned = ran(book, lead.partition("sweep.run()")[0])
        for source in (*lead.partition("sweep.run()")[1:], *looks.splitlines(), by_hand):
            ran(book, source)
        kinds = book.run("len(sweep.plan().states), sweep.plan().to_pay")
    assert sorted(path.name for path in tmp_path.glob("fox-*.png")) == [f"fox-{n}.png" for n in range(1, 5)]
    assert kinds[0]["data"]["text/plain"] == "(12, 0)"
    promised = re.findall(r"sweep\.plan\(\) *# (.*\))", lead)
    assert len(promised) == 1
    assert promised[0] in planned[-1]["data"]["text/plain"]


def ran(book: Notebook, source: str) -> list[Output]:
    """Run a cell that must not fail."""
    outputs = book.run(source)
    assert [one for one in outputs if one["output_type"] == "error"] == [], source
    return outputs


def test_the_citation_says_what_the_project_says() -> None:
    said = yaml.safe_load((HOUSE / "CITATION.cff").read_text())
    assert {"cff-version", "message", "title", "authors", "type", "version", "license"} <= set(said)
    assert said["cff-version"] == "1.2.0"
    assert said["type"] == "software"
    assert (said["version"], said["license"]) == (PROJECT["version"], PROJECT["license"])
    assert said["version"] == mjnb.__version__
    assert all(one.keys() & {"name", "family-names"} for one in said["authors"])


def test_the_licence_is_the_one_that_is_named() -> None:
    said = (HOUSE / "LICENSE").read_text()
    [author] = yaml.safe_load((HOUSE / "CITATION.cff").read_text())["authors"]
    assert said.startswith(f"{PROJECT['license']} License")
    assert author["name"] in said
    assert "AS IS" in said
    assert "WITHOUT WARRANTY OF ANY KIND" in said

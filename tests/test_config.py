"""Settings: what was said, else the environment, else the default; and the key is never shown."""

from __future__ import annotations

import math
import subprocess
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mjnb import config
from mjnb.config import SANDBOX, settings
from mjnb.errors import BudgetExceeded, ConfigError
from mjnb.sandbox import Sandbox
from mjnb.sessions import Session, default_session, use

CANARY = "canary-7f3e91"

SAID: dict[str, Any] = {
    "base_url": "http://127.0.0.1:9001",
    "api_key": "said-key",
    "data_dir": "/said",
    "ledger": "sqlite:////said/l.db",
    "time_scale": 3.0,
}
ENVIRON = {
    "MJNB_BASE_URL": "http://127.0.0.1:9000",
    "MJNB_API_KEY": "environ-key",
    "MJNB_DATA_DIR": "/environ",
    "MJNB_LEDGER": "sqlite:////environ/l.db",
    "MJNB_TIME_SCALE": "5",
}
FIELDS = {
    "base_url": "base_url",
    "api_key": "key",
    "data_dir": "data_dir",
    "ledger": "ledger",
    "time_scale": "time_scale",
}
FROM_SAID = {**SAID, "data_dir": Path("/said")}
FROM_ENVIRON = dict(
    zip(
        SAID,
        ("http://127.0.0.1:9000", "environ-key", Path("/environ"), "sqlite:////environ/l.db", 5.0),
        strict=True,
    )
)


@pytest.mark.parametrize("name", SAID)
def test_what_is_said_goes_before_the_environment(name: str) -> None:
    said = {name: SAID[name]} | ({"api_key": SAID["api_key"]} if name == "base_url" else {})
    found = settings(**said, environ=ENVIRON)
    assert getattr(found, FIELDS[name]) == FROM_SAID[name]
    assert all(getattr(found, FIELDS[other]) == FROM_ENVIRON[other] for other in SAID if other not in said)


def test_the_environment_goes_before_the_defaults() -> None:
    found = settings(environ=ENVIRON)
    assert {name: getattr(found, field) for name, field in FIELDS.items()} == FROM_ENVIRON


def test_the_default_is_a_sandbox_in_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    found = settings(environ={})
    assert (found.base_url, found.embedded, found.key) == (SANDBOX, True, "")
    assert found.data_dir == tmp_path / "mjnb-data"
    assert found.ledger == tmp_path / "mjnb-data" / "ledger.db"
    assert found.time_scale == 1.0


def test_the_processs_environment_is_the_one_that_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MJNB_API_KEY", "from-the-shell")
    monkeypatch.delenv("MJNB_BASE_URL", raising=False)
    assert settings().key == "from-the-shell"


def test_the_services_own_name_for_the_key_counts_after_ours() -> None:
    assert settings(environ={"KIE_API_KEY": "theirs"}).key == "theirs"
    assert settings(environ={"KIE_API_KEY": "theirs", "MJNB_API_KEY": "ours"}).key == "ours"


def test_a_key_alone_means_the_service() -> None:
    found = settings(environ={"MJNB_API_KEY": "k"})
    assert (found.base_url, found.embedded) == ("kie", False)


@pytest.mark.parametrize("preset", ["kie", "midapi", "http://127.0.0.1:8000", "https://mirror.example.com/x"])
def test_presets_and_addresses_are_taken(preset: str) -> None:
    assert settings(base_url=preset, api_key="k", environ={}).base_url == preset


def test_the_sandbox_preset_forgets_the_key() -> None:
    found = settings(base_url="sandbox", environ={"MJNB_API_KEY": CANARY})
    assert (found.embedded, found.key) == (True, "")


@pytest.mark.parametrize("base_url", ["kie", "midapi", "https://mirror.example.com"])
def test_a_service_without_a_key_is_refused_with_what_to_do(base_url: str) -> None:
    with pytest.raises(ConfigError, match="no API key for") as caught:
        settings(base_url=base_url, environ={})
    assert "MJNB_API_KEY" in caught.value.hint


MISPLACED = ("{}", " {}", "{}\n", "Bearer {}", "key={}", "{}/", "'{}'", "{}.example", "{}:8080")


@pytest.mark.parametrize("spelled", MISPLACED)
def test_a_key_in_the_place_of_the_address_is_not_shown(spelled: str) -> None:
    wrong = spelled.format(f"{CANARY}-and-more")
    for said in ({"base_url": wrong, "environ": {}}, {"environ": {"MJNB_BASE_URL": wrong}}):
        with pytest.raises(ConfigError, match="base_url is no address") as caught:
            settings(api_key="k", **said)
        assert CANARY not in str(caught.value)
        assert "MJNB_API_KEY" in str(caught.value)


@pytest.mark.parametrize(
    "base_url",
    [
        "kei",
        "ftp://x.org",
        "https://",
        "http://u:p@host",
        "http://a b",
        "http://[::1",
        "http://\u200b10.0.0.1",
    ],
)
def test_a_base_url_that_is_none_is_refused(base_url: str) -> None:
    with pytest.raises(ConfigError, match="base_url: ") as caught:
        settings(base_url=base_url, api_key="k", environ={})
    assert "kie, midapi, sandbox" in caught.value.hint


def test_a_time_scale_that_is_no_number_is_refused() -> None:
    with pytest.raises(ConfigError, match="MJNB_TIME_SCALE is 'fast'"):
        settings(environ={"MJNB_TIME_SCALE": "fast"})


@pytest.mark.parametrize("scale", ["0", "-1", "nan", "inf"])
def test_a_clock_that_cannot_run_is_refused(scale: str) -> None:
    with pytest.raises(ConfigError, match="MJNB_TIME_SCALE is"):
        settings(environ={"MJNB_TIME_SCALE": scale})


def test_a_home_folder_is_expanded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/someone")
    assert settings(data_dir="~/pictures", environ={}).data_dir == Path("/home/someone/pictures")


# ---- the key ----------------------------------------------------------------------------------------


def test_the_key_is_not_shown() -> None:
    found = settings(api_key=CANARY, environ={})
    assert found.key == CANARY
    assert CANARY not in f"{found!r} {found!s} {found} {[found]}"


def test_the_key_of_callbacks_is_not_shown_either() -> None:
    found = settings(environ={"MJNB_WEBHOOK_KEY": f"{CANARY}\n"})
    assert found.webhook_key == CANARY
    assert settings(webhook_key="said", environ={"MJNB_WEBHOOK_KEY": CANARY}).webhook_key == "said"
    assert settings(environ={}).webhook_key == ""
    assert CANARY not in repr(found)


def test_a_ledgers_password_is_not_shown() -> None:
    found = settings(ledger=f"postgresql+psycopg://mj:{CANARY}@db/mj", environ={})
    assert CANARY in found.ledger
    assert CANARY not in repr(found)


@pytest.mark.parametrize("key", [f"{CANARY}\n", f" {CANARY}", f"{CANARY}\r\n"])
def test_white_space_around_a_key_is_no_part_of_it(key: str) -> None:
    assert settings(environ={"MJNB_API_KEY": key}).key == CANARY


@pytest.mark.parametrize("key", [f"{CANARY}\nsecond", f"{CANARY}\x00", f"{CANARY}…"])
def test_a_key_that_no_header_can_hold_is_refused_unseen(key: str) -> None:
    with pytest.raises(ConfigError, match="characters that no key has") as caught:
        settings(api_key=key, environ={})
    assert CANARY not in "".join(traceback.format_exception(caught.value))


def test_a_refusal_does_not_show_the_key() -> None:
    with pytest.raises(ConfigError) as caught:
        settings(base_url="kei", api_key=CANARY, environ={})
    assert CANARY not in "".join(caught.value._render_traceback_()) + str(caught.value) + repr(caught.value)


def test_settings_load_nothing_heavy() -> None:
    script = "import sys, mjnb.config; print(*({'httpx','sqlalchemy','polars','numpy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


# ---- all sources -------------------------------------------------------------------------------------

FILE = """
[tool.mjnb]
base_url = "kie"
data_dir = "pictures"
ledger = "sqlite:///file/l.db"
speed = "relaxed"
max_credits = 20
ask_above = 5
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose pyproject.toml has settings, with a folder below it to work in."""
    (tmp_path / "pyproject.toml").write_text(FILE)
    (tmp_path / "notebooks").mkdir()
    monkeypatch.chdir(tmp_path / "notebooks")
    return tmp_path


@pytest.fixture(autouse=True)
def nothing_chosen() -> Iterator[None]:
    yield
    for name in config.SETTINGS:
        config.forget(name)


def test_a_projects_file_goes_before_the_defaults_only(project: Path) -> None:
    key = {"MJNB_API_KEY": "k"}
    found = settings(environ=key)
    assert (found.base_url, found.speed, found.max_credits, found.ask_above) == ("kie", "relaxed", 20, 5)
    assert (found.data_dir, found.ledger) == (project / "pictures", project / "file" / "l.db")
    assert found.sources["speed"] == str(project / "pyproject.toml")
    assert settings(environ={**key, "MJNB_SPEED": "fast"}).speed == "fast"
    config.choose("speed", "turbo", "%config")
    assert settings(environ={**key, "MJNB_SPEED": "fast"}).speed == "turbo"
    assert settings(environ=key, speed="relaxed").speed == "relaxed"
    assert settings(environ=key).sources["speed"] == "%config"
    assert config.forget("speed")
    assert not config.forget("speed")
    assert settings(environ=key).speed == "relaxed"


def test_the_nearest_file_counts_alone(project: Path) -> None:
    (project / "notebooks" / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    assert settings(environ={}).sources["speed"] == config.DEFAULT


@pytest.mark.parametrize("name", ["api_key", "webhook_key"])
def test_a_key_in_a_file_is_not_read_and_said_so(project: Path, name: str) -> None:
    (project / "pyproject.toml").write_text(f"[tool.mjnb]\n{name} = '{CANARY}'\n")
    with pytest.warns(UserWarning, match=f"{name} in .* is not read: a key in a file gets shared") as told:
        found = settings(environ={})
    assert (found.key, found.webhook_key, found.base_url) == ("", "", SANDBOX)
    assert CANARY not in str([str(one.message) for one in told])


# what somebody else's project says, and why it is not taken
FOREIGN = {
    "base_url = 'https://evil.example.com'": "none of kie, midapi, sandbox",
    "ledger = 'postgresql://evil.example.com/x'": "is on another host",
    "upload_url = 'https://evil.example.com'": "is not read",
    "max_credit = 10": "did you mean 'max_credits'",
    "max_credits = '10'": "max_credits in .* is '10'",
    "max_credits = -1": "max_credits in .* is -1",
    "max_credits = nan": "max_credits in .* is nan",
    "speed = 'warp'": "speed in .* is 'warp'",
    "time_scale = true": "time_scale in .* is not read",
    "data_dir = 3": "data_dir in .* is 3",
    "speed = ": "cannot be read",
}


@pytest.mark.parametrize(("line", "why"), FOREIGN.items(), ids=FOREIGN)
def test_a_file_that_says_what_is_not_accepted_is_refused(project: Path, line: str, why: str) -> None:
    """A limit that was mistyped must not be no limit, and no file leads the key to another host."""
    (project / "pyproject.toml").write_text(f"[tool.mjnb]\n{line}\n")
    with pytest.raises(ConfigError, match=why):
        settings(environ={"MJNB_API_KEY": CANARY})


@pytest.mark.parametrize("content", [b"\xff", b"tool = 3", b"tool.mjnb = 3", b"a" * 1_000_001])
def test_a_file_that_cannot_be_read_is_named(project: Path, content: bytes) -> None:
    (project / "pyproject.toml").write_bytes(content)
    with pytest.raises(ConfigError, match=r"pyproject\.toml cannot be read"):
        settings(environ={})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("speed", "warp"),
        ("max_credits", "many"),
        ("max_credits", -1),
        ("ask_above", math.nan),
        ("time_scale", 0),
        ("base_url", "ftp://x"),
        ("sped", "fast"),
    ],
)
def test_what_is_chosen_is_checked_at_once(name: str, value: Any) -> None:
    before = config.changes()
    with pytest.raises(ConfigError):
        config.choose(name, value, "%config")
    assert config.changes() == before


def test_every_setting_shows_with_its_source_and_no_secret() -> None:
    environ = {
        "MJNB_API_KEY": CANARY,
        "MJNB_WEBHOOK_KEY": CANARY,
        "MJNB_LEDGER": f"postgresql+psycopg://mj:{CANARY}@db/mj?password={CANARY}",
    }
    found = config.found(environ=environ)
    shown = {name: config.masked(name, one.value) for name, one in found.items()}
    assert CANARY not in str(shown) + repr({name: found[name] for name in ("api_key", "webhook_key")})
    assert (shown["api_key"], found["api_key"].source) == ("set", "MJNB_API_KEY")
    assert shown["ledger"] == "postgresql+psycopg://db/mj"
    assert config.masked("api_key", config.found(environ={})["api_key"].value) == "not set"
    assert set(shown) == set(config.SETTINGS)


ADDRESSES = {  # of a ledger: what of it is shown, whether a password may be in it
    "postgresql://mj@db:5432/mj": ("postgresql://db/mj", False),
    "postgresql+psycopg://mj@/mj?host=/run/x": ("postgresql+psycopg:///mj", False),
    "postgresql://[::1]:5432/mj?passfile=/x": ("postgresql://[::1]/mj", False),
    "sqlite:////home/a:b@c/x.db": ("sqlite:////home/a:b@c/x.db", False),
    f"postgresql://mj:a/{CANARY}@db/mj": ("postgresql://db/mj", True),
    f"postgresql://mj:a?{CANARY}@db/mj": ("set", True),
    f"postgresql://mj:a@{CANARY}@db/mj": ("set", True),
    f"postgresql://mj:[{CANARY}@db/mj": ("postgresql://db/mj", True),
    f"postgresql://mj%3A{CANARY}@db/mj": ("postgresql://db/mj", True),
    f"postgresql://db/mj?PASSWORD={CANARY}": ("postgresql://db/mj", True),
    f"postgresql://db/mj?sslpass%77ord={CANARY}": ("postgresql://db/mj", True),
    f"host=db password={CANARY}": ("set", True),
    f"postgresql:/mj:{CANARY}@db/mj": ("set", True),
    f"mj:{CANARY}@db": ("set", True),
}


@pytest.mark.parametrize(("url", "shown", "held"), [(url, *said) for url, said in ADDRESSES.items()])
def test_a_password_is_found_and_hidden_however_it_is_spelled(url: str, shown: str, held: bool) -> None:
    value = config.found(environ={"MJNB_LEDGER": url})["ledger"].value
    assert (config.masked("ledger", value), config.has_password(url)) == (shown, held)


# ---- the default session -----------------------------------------------------------------------------


def test_a_speed_chosen_later_counts_for_the_session_that_is_there(sandbox: Sandbox, tmp_path: Path) -> None:
    session = use(Session(sandbox=sandbox, data_dir=tmp_path / "d"))
    config.choose("speed", "turbo", "%config")
    config.choose("max_credits", 10, "%config")
    assert default_session() is session
    assert session.imagine("a fox", dry_run=True).request.speed == "turbo"
    with pytest.raises(BudgetExceeded):
        session.imagine("a fox")
    config.forget("max_credits")
    assert default_session().imagine("a fox").wait().state == "succeeded"
    config.choose("max_credits", 10, "%config")
    with pytest.raises(BudgetExceeded):  # what was spent before counts
        default_session().imagine("a fox --relax")
    session.close()


def test_another_folder_is_another_session_and_the_first_goes_on(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MJNB_BASE_URL", sandbox.url)
    monkeypatch.setenv("MJNB_API_KEY", sandbox.key)
    monkeypatch.setenv("MJNB_TIME_SCALE", str(sandbox.time_scale))
    first = default_session()
    fox = first.imagine("a red fox")
    config.choose("data_dir", tmp_path / "other", "%config")
    second = default_session()
    assert second is not first
    assert default_session() is second
    assert second.settings.data_dir == tmp_path / "other"
    assert fox.wait().state == "succeeded"
    assert fox.vary(2).wait().state == "succeeded"
    assert len(second.tasks()) == 0
    first.close()
    second.close()


# ---- the keyring -------------------------------------------------------------------------------------

BACKEND = """
import keyring.backend

class Drawer(keyring.backend.KeyringBackend):
    priority = 1
    def set_password(self, service, name, password):
        raise AssertionError("nothing is ever put there")
    def delete_password(self, service, name):
        raise AssertionError("nothing is ever taken away")
    def get_password(self, service, name):
        if name == "webhook_key":
            raise RuntimeError("%(canary)s")
        return "%(canary)s" if (service, name) == ("mjnb", "api_key") else None
"""


def test_the_keyring_is_asked_when_you_say_so(tmp_path: Path) -> None:
    (tmp_path / "drawer.py").write_text(BACKEND % {"canary": CANARY})
    script = """
import sys
from mjnb import config
from mjnb.errors import ConfigError
assert "keyring" not in sys.modules
key = config.from_keyring()
config.choose("api_key", key, "the keyring")
found = config.settings()
print(found.base_url, found.sources["api_key"], found.key == str(key), repr(key), found)
try:
    config.from_keyring("webhook_key")
except ConfigError as error:
    print(error)
try:
    config.from_keyring("other")
except ConfigError as error:
    print(error)
"""
    env = {"PYTHON_KEYRING_BACKEND": "drawer.Drawer", "PYTHONPATH": str(tmp_path), "HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=tmp_path, env=env
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("kie the keyring True <hidden> ")
    assert "no answer (RuntimeError)" in done.stdout
    assert "the keyring has no other" in done.stdout
    assert CANARY not in done.stdout + done.stderr


def test_without_the_keyring_it_says_what_to_do(tmp_path: Path) -> None:
    script = """
import sys
sys.modules["keyring"] = None  # as if it were not installed
from mjnb import config
from mjnb.errors import ConfigError
try:
    config.from_keyring()
except ConfigError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=tmp_path, check=True
    )
    assert "pip install keyring" in done.stdout

"""Settings: what was said, else the environment, else the default; and the key is never shown."""

from __future__ import annotations

import subprocess
import sys
import traceback
from pathlib import Path
from typing import Any

import pytest

from mjnb.config import SANDBOX, settings
from mjnb.errors import ConfigError

CANARY = "canary-7f3e91"

SAID: dict[str, Any] = {
    "base_url": "https://said.example.com",
    "api_key": "said-key",
    "data_dir": "/said",
    "ledger": "sqlite:////said/l.db",
    "time_scale": 3.0,
}
ENVIRON = {
    "MJNB_BASE_URL": "https://environ.example.com",
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
        ("https://environ.example.com", "environ-key", Path("/environ"), "sqlite:////environ/l.db", 5.0),
        strict=True,
    )
)


@pytest.mark.parametrize("name", SAID)
def test_what_is_said_goes_before_the_environment(name: str) -> None:
    found = settings(**{name: SAID[name]}, environ=ENVIRON)
    assert getattr(found, FIELDS[name]) == FROM_SAID[name]
    assert all(getattr(found, FIELDS[other]) == FROM_ENVIRON[other] for other in SAID if other != name)


def test_the_environment_goes_before_the_defaults() -> None:
    found = settings(environ=ENVIRON)
    assert {name: getattr(found, field) for name, field in FIELDS.items()} == FROM_ENVIRON


def test_the_default_is_a_sandbox_in_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    found = settings(environ={})
    assert (found.base_url, found.embedded, found.account, found.key) == (SANDBOX, True, SANDBOX, "")
    assert found.data_dir == tmp_path / "mjnb-data"
    assert found.ledger == f"sqlite:///{tmp_path / 'mjnb-data' / 'ledger.db'}"
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


@pytest.mark.parametrize(
    "base_url", ["kei", "ftp://x.org", "https://", "http://u:p@host", "http://a b", "http://[::1"]
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
    assert CANARY not in f"{found!r} {found!s} {found} {found.account} {[found]}"


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


def test_an_account_is_a_short_hash_of_key_and_host() -> None:
    accounts = {
        settings(base_url=base, api_key=key, environ={}).account for base in ("kie", "midapi") for key in "ab"
    }
    assert len(accounts) == 4
    assert {len(account) for account in accounts} == {12}
    assert settings(base_url="kie", api_key="a", environ={}).account in accounts


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

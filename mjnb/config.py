"""Settings: what was said, else the environment, else the default; and where each came from.

base_url   MJNB_BASE_URL            kie with a key, else the sandbox
api_key    MJNB_API_KEY, KIE_API_KEY
data_dir   MJNB_DATA_DIR            mjnb-data in the working folder
ledger     MJNB_LEDGER              sqlite in the data folder
time_scale MJNB_TIME_SCALE          1; how much faster a sandbox's clock runs
upload_url MJNB_UPLOAD_URL          the host that takes uploads; the one known for the base URL
webhook_key MJNB_WEBHOOK_KEY        none; the key that the service signs callbacks with
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf, nan
from pathlib import Path

from .errors import ConfigError
from .params import url_fault

SANDBOX = "sandbox"
PRESETS = ("kie", "midapi", SANDBOX)


@dataclass(frozen=True)
class Settings:
    """What a session works with; the keys never show.

    Attributes:
        base_url: A preset's name, a URL, or ``sandbox``.
        key: The API key, empty for the embedded sandbox.
        data_dir: Where ledger and pictures are.
        ledger: Database URL.
        time_scale: How much faster than the service the server's clock runs.
        upload_url: The host that takes uploads; empty: the one known for the base URL.
        webhook_key: What callbacks are signed with; empty: they are not.
    """

    base_url: str
    data_dir: Path
    ledger: str = field(repr=False)  # may hold a password
    time_scale: float = 1.0
    upload_url: str = ""
    key: str = field(default="", repr=False)
    webhook_key: str = field(default="", repr=False)

    @property
    def embedded(self) -> bool:
        """Whether the session runs a sandbox of its own."""
        return self.base_url == SANDBOX

    @property
    def account(self) -> str:
        """Whose tasks these are: a short hash of key and host, or ``sandbox``."""
        if self.embedded:
            return SANDBOX
        return hashlib.sha256(f"{self.base_url}\0{self.key}".encode()).hexdigest()[:12]


def settings(
    *,
    base_url: str | None = None,
    api_key: str | None = None,
    data_dir: str | Path | None = None,
    ledger: str | None = None,
    time_scale: float | None = None,
    webhook_key: str | None = None,
    environ: Mapping[str, str] = os.environ,
) -> Settings:
    """Return the settings in force.

    Raises:
        ConfigError: A base URL that is none, or one without a key.
    """
    key = (api_key or environ.get("MJNB_API_KEY") or environ.get("KIE_API_KEY") or "").strip()
    base = base_url or environ.get("MJNB_BASE_URL") or ("kie" if key else SANDBOX)
    folder = Path(data_dir or environ.get("MJNB_DATA_DIR") or "mjnb-data").expanduser().absolute()
    where = ledger or environ.get("MJNB_LEDGER") or f"sqlite:///{folder / 'ledger.db'}"
    scale = _number(str(time_scale) if time_scale is not None else environ.get("MJNB_TIME_SCALE") or "1")
    if base not in PRESETS and (fault := url_fault(base)):
        raise ConfigError(f"base_url: {fault}", hint=f"Use {', '.join(PRESETS)} or the service's address.")
    if base != SANDBOX and not key:
        raise ConfigError(f"no API key for {base}", hint="Set MJNB_API_KEY, or use base_url='sandbox'.")
    if not (key.isascii() and key.isprintable()):  # a header cannot hold it, and the error would show it
        raise ConfigError("the API key has characters that no key has", hint="Copy it again, on one line.")
    return Settings(
        base_url=base,
        data_dir=folder,
        ledger=where,
        time_scale=scale,
        upload_url=environ.get("MJNB_UPLOAD_URL", ""),
        key="" if base == SANDBOX else key,
        webhook_key=(webhook_key or environ.get("MJNB_WEBHOOK_KEY") or "").strip(),
    )


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = nan
    if not 0 < number < inf:
        raise ConfigError(f"MJNB_TIME_SCALE is {text!r}", hint="Give a number above 0, or unset it.")
    return number

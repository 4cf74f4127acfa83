"""HTTP clients as the environment wants them: proxies and certificates, or the variable that is wrong.

Clients are made at the first request, so that what needs no network is never held up by it.  No value of a
proxy's variable is shown: it may hold a password.
"""

from __future__ import annotations

import ipaddress
import os
import ssl
from functools import cached_property
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit
from urllib.request import proxy_bypass

import httpx

from .errors import ConfigError
from .params import on_this_machine

NO_PROXY = "It takes names, addresses (::1) and IPv4 ranges, with commas between; no IPv6 ranges or brackets."
LIKE, PASSWORD = "Write it like http://proxy.example.com:8080.", "In a password, @ : / # are %40 %3A %2F %23."
SCHEMES = ("http", "https", "socks5", "socks5h")
NO_COOKIES = DefaultCookiePolicy(allowed_domains=())  # nothing needs one; a host could set any number


class Lines:
    """The two clients of one service: with the key for itself, without it for media hosts.

    Args:
        base_url: The service's; no proxy stands before one on this machine.
        auth: Adds the key.
        **shared: What both clients are made with.
    """

    def __init__(self, base_url: str, auth: httpx.Auth, **shared: Any) -> None:
        self._base_url, self._auth = base_url, auth
        near = on_this_machine(urlsplit(base_url).hostname or "")
        self._shared = {**shared, "trust_env": not near}

    @cached_property
    def api(self) -> httpx.AsyncClient:
        """The client with the key; raises ConfigError when the environment allows none."""
        return made(base_url=self._base_url, auth=self._auth, **self._shared)

    @cached_property
    def media(self) -> httpx.AsyncClient:
        """The client without the key; raises as `api` does."""
        return made(**self._shared)

    async def close(self) -> None:
        """Close the clients that were made."""
        for name in ("api", "media"):
            if name in vars(self):
                await vars(self)[name].aclose()

    @property
    def road(self) -> str:
        """The variable whose proxy stands before the service, for a message; empty: none does."""
        parts = urlsplit(self._base_url)
        if not self._shared["trust_env"] or proxy_bypass(parts.hostname or ""):
            return ""
        found = _set(f"{parts.scheme}_proxy") or _set("all_proxy")
        return f" by the proxy of {found}" if found else ""


def made(*, trust_env: bool, **how: Any) -> httpx.AsyncClient:
    """Return a client.

    Raises:
        ConfigError: With the variable of the environment that is wrong.
    """
    if trust_env:
        _hold_proxies()
    _hold_certificates(trust_env)
    try:
        return httpx.AsyncClient(trust_env=trust_env, cookies=CookieJar(NO_COOKIES), **how)
    except (httpx.InvalidURL, ValueError, ImportError, OSError):
        fault = _unfit(_set("no_proxy") or "the environment", "cannot be read", NO_PROXY)
    raise fault  # out here the library's error, which shows what it could not read, is not behind it


def _unfit(variable: str, why: str, advice: str) -> ConfigError:
    hint = f"{advice} Or unset it. What needs no network works meanwhile."
    return ConfigError(f"{variable} {why}: no connection can be made", hint=hint)


def _set(name: str) -> str:
    """Return how a variable of proxies is spelled here, as Python reads them: the lower case goes before."""
    found = next((one for one in (name, name.upper()) if one in os.environ), "")
    return found if os.environ.get(found) else ""


def _hold_proxies() -> None:
    for variable in filter(None, map(_set, ("http_proxy", "https_proxy", "all_proxy"))):
        value = os.environ[variable].strip()
        value = value if "://" in value else f"http://{value}"
        scheme = value.partition("://")[0].lower()
        if scheme not in SCHEMES:
            kinds = ", ".join(SCHEMES)
            raise _unfit(variable, f"names no proxy of {kinds}", LIKE)
        if scheme.startswith("socks") and find_spec("socksio") is None:
            raise _unfit(
                variable, "names a SOCKS proxy, which needs a package", "pip install 'httpx[socks]'."
            )
        if not _is_address(value):
            raise _unfit(variable, "cannot be read as a proxy's address", f"{LIKE} {PASSWORD}")
    if (variable := _set("no_proxy")) and (odd := [one for one in _bypassed(variable) if not _is_host(one)]):
        raise _unfit(variable, f"has {odd[0]!r:.60}, which cannot be read", NO_PROXY)


def _is_address(url: str) -> bool:
    try:
        found = httpx.Proxy(url).url
        return bool(found.host) and (found.port or 0) < 2**16
    except (httpx.InvalidURL, ValueError):
        return False


def _bypassed(variable: str) -> list[str]:
    return [one.strip() for one in os.environ[variable].split(",")]


def _is_host(said: str) -> bool:
    """Return whether the library of HTTP can read an entry of NO_PROXY."""
    if said.partition(":")[2] and "://" not in said:
        try:
            return isinstance(ipaddress.ip_address(said.partition("%")[0]), ipaddress.IPv6Address)
        except ValueError:
            return False
    try:
        httpx.URL(said if "://" in said else f"all://{said.replace('*', 'x')}")
    except httpx.InvalidURL:
        return False
    return True


def _hold_certificates(trust_env: bool) -> None:
    """Refuse certificates that are not there; Python itself reads SSLKEYLOGFILE, whatever else is trusted."""
    file, folder = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
    advice = "Name the file or the folder with your network's certificates."
    if trust_env and file:
        try:
            ssl.create_default_context(cafile=file)
        except OSError as error:
            found = "there is none in it" if isinstance(error, ssl.SSLError) else error.strerror
            why = f"is {file!r:.200}, which has no certificates ({found})"
            raise _unfit("SSL_CERT_FILE", why, advice) from None
    elif trust_env and folder and not any(map(os.path.isdir, folder.split(os.pathsep))):
        raise _unfit("SSL_CERT_DIR", f"is {folder!r:.200}, which is no folder", advice)
    if log := os.environ.get("SSLKEYLOGFILE"):
        try:
            ssl.create_default_context()
        except OSError as error:
            why = f"is {log!r:.200}, which cannot be written ({error.strerror})"
            raise _unfit("SSLKEYLOGFILE", why, "Name a file that can.") from None

"""The verbs that keep something: presets in the data folder, settings for this process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .verbs import Call, unfit, verb

if TYPE_CHECKING:
    from ..pages import Page
    from ..presets import Presets

KEY = "key"  # how %mj config calls the API key
NEST = "nest"
KEY_WAYS = ("ask", "keyring", "forget")
SAVED = "typed here would be saved with the notebook"
SPENT = "If it was a real one, change it at the service."

# ---- presets ----


@verb("save", "NAME FLAGS", "keep flags as a preset", "preset")
def save(call: Call) -> Page:
    """Keep flags under a name, and say what they replace."""
    from ..errors import InvalidRequest
    from ..pages import Page, Words

    name, _, flags = call.rest.partition(" ")
    if not name:
        raise unfit("save", "needs a name and flags: %mj save noir --s 400 --w 250 --v 7")
    try:
        before = _presets(call).save(name, flags)
    except InvalidRequest as error:
        if flags.strip().startswith("--"):
            raise
        raise unfit("save", f"needs a name and flags: {error.message}") from None
    replaced = f", in place of `{before}`" if before is not None else ""
    return Page.of(Words(f"saved {name}: `{_presets(call).flags(name)}`{replaced}"))


@verb("forget", "PRESET", "remove a preset", "preset")
def forget(call: Call) -> Page:
    """Remove a preset, and say what it was."""
    from ..errors import InvalidRequest
    from ..pages import Page, Words

    try:
        flags = _presets(call).forget(call.rest)
    except InvalidRequest as error:
        raise unfit("forget", f"needs a preset: {error.message}") from None
    return Page.of(Words(f"forgotten: {call.rest} was `{flags}`"))


def with_preset(call: Call) -> str:
    """Return the line that a preset and a prompt make."""
    from ..errors import InvalidRequest
    from ..presets import applied

    name, _, line = call.rest.partition(" ")
    try:
        flags = _presets(call).flags(name)
    except InvalidRequest as error:
        raise unfit("use", f"needs a preset: {error.message}") from None
    return applied(flags, line.strip())


def preset_list(call: Call) -> Page:
    """Return all presets as a page."""
    from ..pages import Page, Table, Words

    there = _presets(call).all()
    if not there:
        return Page.of(Words("there are no presets; `%mj save noir --s 400 --w 250 --v 7` makes one"))
    return Page.of(Table(["preset", "flags"], [[f"`{name}`", f"`{flags}`"] for name, flags in there.items()]))


def _presets(call: Call) -> Presets:
    from ..presets import Presets

    return Presets(call.session.settings.data_dir)


# ---- settings ----


@verb(
    "config",
    "[SETTING [VALUE]]",
    "the settings and where each came from; or set one for this process",
    "setting",
)
def config(call: Call) -> Any:
    """Show the settings, or choose one."""
    name, value = [*call.rest.split(maxsplit=1), "", ""][:2]
    if not name:
        return _all_settings()
    if not name.isidentifier():  # it may hold what was to be set, perhaps a key: it is not repeated
        raise unfit("config", "takes a setting, a space and a value: %mj config speed turbo")
    if name == NEST:
        return _nest(value)
    if name in (KEY, "api_key"):
        return _key(value)
    return _choose(name, value)


def _all_settings() -> Page:
    from .. import config
    from ..pages import Page, Table, Words
    from ..sessions import default

    found = config.found()
    session = default.current()
    rows = []
    for name, setting in config.SETTINGS.items():
        value, source = found[name]
        if session is not None and session.settings.sources.get(name) == config.IN_CODE:
            value = session.settings.key if name == "api_key" else getattr(session.settings, name)
            source = config.IN_CODE
        rows.append([f"`{name}`", config.masked(name, value), source, setting.help])
    how = "`%mj config speed turbo` sets one for this process, `%mj config speed default` takes that back."
    return Page.of(Table(["setting", "value", "from", "what it is"], rows), Words(how))


def _choose(name: str, value: str) -> Page:
    from .. import config
    from ..errors import ConfigError
    from ..pages import Page, Words

    if name not in config.SETTINGS:
        try:
            config.known(name)
        except ConfigError as error:
            raise unfit("config", f"takes a setting: {error.message}") from None
    if not config.SETTINGS[name].chosen:
        variable = config.SETTINGS[name].environ[0]
        raise ConfigError(f"{name} is set in code or in {variable}", hint="A notebook would keep it.")
    if config.SETTINGS[name].holds_secret and config.has_password(value):
        variable = config.SETTINGS[name].environ[0]
        hint = f"Set {variable}, or leave it out and let PostgreSQL read PGPASSWORD or ~/.pgpass. "
        raise ConfigError(f"{name} is not set: a password {SAVED}", hint=hint + SPENT)
    if value == config.DEFAULT:
        config.forget(name)
    elif value:
        config.choose(name, value, "%mj config")
    found = config.found()[name]
    return Page.of(Words(f"{name}: `{config.masked(name, found.value)}`, from {found.source}"))


def _key(way: str) -> Page:
    """Show whether there is a key, or take one that never stands in the notebook."""
    from .. import config
    from ..config.keys import KIE
    from ..errors import ConfigError
    from ..pages import Page, Words

    service = config.service(config.found()["base_url"].value)
    service = KIE if service == config.SANDBOX else service  # the service that a key alone means
    if way == "ask":
        config.choose("api_key", _asked(service), "asked for", service)
    elif way == "keyring":
        config.choose("api_key", config.from_keyring(service=service), "the keyring", service)
    elif way == "forget":
        config.forget("api_key")
    elif way:
        hint = f"A key {SAVED}. {SPENT}"
        raise ConfigError(f"%mj config {KEY} takes {', '.join(KEY_WAYS)}, no key itself", hint=hint)
    found = config.found()["api_key"]
    said = config.masked("api_key", found.value)
    return Page.of(
        Words(f"api_key: {said}" + (f", from {found.source}" if found.source != config.DEFAULT else ""))
    )


def _asked(service: str) -> str:
    """Ask for a service's key without an echo; neither history nor output has it."""
    from getpass import getpass

    from ..config import Secret
    from ..errors import ConfigError

    key = Secret(getpass(f"API key of {service} (not shown, not saved): "))
    if not key.strip():
        raise ConfigError("no key was typed", hint="Nothing changed.")
    return key


def _nest(value: str) -> Page:
    from ..errors import ConfigError
    from ..loop import nest
    from ..pages import Page, Words

    if value != "on":
        hint = "%mj config nest on; it lasts until the kernel ends, and cannot be taken back."
        raise ConfigError(f"{NEST} is switched on, not {value!r}", hint=hint)
    nest()
    hazard = "from ipykernel 7.1 on, Run All silently drops cells queued behind one in `asyncio.run`"
    return Page.of(Words(f"nest-asyncio is on; mjnb itself never needs it.\nThe hazard: {hazard}."))

"""The settings as traitlets: ``%config MJ.speed = "turbo"``, and ``c.MJ.speed`` in IPython's own files."""

from __future__ import annotations

from typing import Any

from traitlets import Any as AnyTrait
from traitlets import TraitError, observe, validate
from traitlets.config import Config, Configurable

from .. import config
from ..errors import ConfigError

SOURCE = "%config"


class MJ(Configurable):
    """Settings of mjnb for this process; None where nothing was chosen.

    ``%mj config`` shows what is in force and where it came from.
    """

    base_url = AnyTrait(None, allow_none=True, help=config.SETTINGS["base_url"].help).tag(config=True)
    data_dir = AnyTrait(None, allow_none=True, help=config.SETTINGS["data_dir"].help).tag(config=True)
    ledger = AnyTrait(None, allow_none=True, help=config.SETTINGS["ledger"].help).tag(config=True)
    speed = AnyTrait(None, allow_none=True, help=config.SETTINGS["speed"].help).tag(config=True)
    max_credits = AnyTrait(None, allow_none=True, help=config.SETTINGS["max_credits"].help).tag(config=True)
    ask_above = AnyTrait(None, allow_none=True, help=config.SETTINGS["ask_above"].help).tag(config=True)
    time_scale = AnyTrait(None, allow_none=True, help=config.SETTINGS["time_scale"].help).tag(config=True)

    @validate(*(name for name, one in config.SETTINGS.items() if one.chosen))
    def _checked(self, proposal: dict[str, Any]) -> Any:
        """Refuse at once what is not accepted, with what to give instead."""
        name, value = proposal["trait"].name, proposal["value"]
        if value is None:
            return None
        try:
            return config.SETTINGS[name].value(value, name)
        except ConfigError as error:
            raise TraitError(f"{error.message}. {error.hint}") from None

    @observe(*(name for name, one in config.SETTINGS.items() if one.chosen))
    def _chosen(self, change: dict[str, Any]) -> None:
        _choose(change["name"], change["new"])

    def update_config(self, config: Config) -> None:
        """Take in what ``%config`` says; what is refused does not stay in the shell's own settings.

        What is said again counts again, though no trait changed: ``%mj config`` may have taken it back.
        """
        section = type(self).__name__
        try:
            super().update_config(config)
        except TraitError:
            refused = config.pop(section, {})
            shell: Any = self.parent
            held = shell.config.get(section, {})  # which may have taken it in before
            for name in refused:
                held.pop(name, None)
            held.update(self.config.get(section, {}))
            raise
        for name in config.get(section, {}):
            if self.has_trait(name):
                _choose(name, getattr(self, name))


def _choose(name: str, value: Any) -> None:
    if value is None:
        config.forget(name)
    else:
        config.choose(name, value, SOURCE)

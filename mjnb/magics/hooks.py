"""What is added to a shell, and taken away again without a trace."""

from __future__ import annotations

import contextlib
import sys
from typing import Any

from traitlets import TraitError

from .. import config
from ..errors import ConfigError
from .magic import MJMagics
from .matcher import Matcher
from .traits import MJ, SOURCE
from .transform import keep_whole

AFTER = "post_run_cell"
FRAME = ("polars.dataframe.frame", "DataFrame")


def load(shell: Any) -> None:
    """Add the magics, completion and ``%config MJ`` to a shell; again is no harm."""
    unload(shell)
    settings = _settings(shell)
    shell.register_magics(MJMagics)
    shell.input_transformers_cleanup.append(keep_whole)
    shell.Completer.custom_matchers.append(Matcher(shell))
    shell.configurables.append(settings)
    shell.events.register(AFTER, repeat_stale)
    formatter = shell.display_formatter.mimebundle_formatter
    try:
        formatter.lookup_by_type(".".join(FRAME))  # somebody else's way to show frames stays
    except KeyError:
        formatter.for_type_by_name(*FRAME, frame_bundle)


def _settings(shell: Any) -> MJ:
    """Return the settings of ``%config MJ``, with what IPython's own files say of them."""
    try:
        return MJ(parent=shell)
    except TraitError as error:
        config.forget_all(SOURCE)
        raise ConfigError(str(error), hint="Mend c.MJ in IPython's own files.") from None


def unload(shell: Any) -> None:
    """Take all of it away; settings chosen by ``%config`` do not count any more."""
    for kind in ("line", "cell"):
        shell.magics_manager.magics[kind].pop("mj", None)
    shell.magics_manager.registry.pop(MJMagics.__name__, None)
    if keep_whole in shell.input_transformers_cleanup:
        shell.input_transformers_cleanup.remove(keep_whole)
    matchers = shell.Completer.custom_matchers
    matchers[:] = [one for one in matchers if not isinstance(one, Matcher)]
    shell.configurables[:] = [one for one in shell.configurables if not isinstance(one, MJ | MJMagics)]
    if repeat_stale in shell.events.callbacks[AFTER]:
        shell.events.unregister(AFTER, repeat_stale)
    formatter = shell.display_formatter.mimebundle_formatter
    with contextlib.suppress(KeyError):
        if formatter.lookup_by_type(".".join(FRAME)) is frame_bundle:
            formatter.pop(".".join(FRAME))
    config.forget_all(SOURCE)


def repeat_stale(*_: object) -> None:
    """Say again at a cell's end what threads said since the last: nbclient hears nothing between cells."""
    display = sys.modules.get("mjnb.display")
    if display is not None:  # else nothing was shown yet
        display.repeat_stale()


def frame_bundle(frame: Any) -> Any:
    """Show a frame of tasks or pictures with its pictures; any other as always."""
    from ..display.tables import bundle_of

    return bundle_of(frame)

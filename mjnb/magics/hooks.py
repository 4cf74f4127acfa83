"""What is added to a shell, and taken away again without a trace."""

from __future__ import annotations

import sys
from typing import Any

from .. import config
from .magic import MJMagics
from .matcher import Matcher
from .traits import MJ, SOURCE
from .transform import keep_question_marks

AFTER = "post_run_cell"


def load(shell: Any) -> None:
    """Add the magics, completion and ``%config MJ`` to a shell; again is no harm."""
    unload(shell)
    shell.register_magics(MJMagics)
    shell.input_transformers_cleanup.append(keep_question_marks)
    shell.Completer.custom_matchers.append(Matcher(shell))
    shell.configurables.append(MJ(parent=shell))
    shell.events.register(AFTER, repeat_stale)


def unload(shell: Any) -> None:
    """Take all of it away; settings chosen by ``%config`` are forgotten."""
    for kind in ("line", "cell"):
        shell.magics_manager.magics[kind].pop("mj", None)
    shell.magics_manager.registry.pop(MJMagics.__name__, None)
    if keep_question_marks in shell.input_transformers_cleanup:
        shell.input_transformers_cleanup.remove(keep_question_marks)
    matchers = shell.Completer.custom_matchers
    matchers[:] = [one for one in matchers if not isinstance(one, Matcher)]
    shell.configurables[:] = [one for one in shell.configurables if not isinstance(one, MJ)]
    if repeat_stale in shell.events.callbacks[AFTER]:
        shell.events.unregister(AFTER, repeat_stale)
    config.forget_all(SOURCE)


def repeat_stale(*_: object) -> None:
    """Say again at a cell's end what threads said since the last: nbclient hears nothing between cells."""
    display = sys.modules.get("mjnb.display")
    if display is not None:  # else nothing was shown yet
        display.repeat_stale()

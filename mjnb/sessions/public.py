"""Machines that everybody shares: a key that is typed there is somebody else's, too."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping

BINDER = ("BINDER_LAUNCH_HOST", "BINDER_SERVICE_HOST")  # what a Binder puts into the environment
NOTICE = (
    "a real key on a public Binder: the machine is not yours, and others may read what is on it. "
    "Take the key back at the service, and use mjnb at home with another."
)


class PublicMachineWarning(UserWarning):
    """A real key is in use on a machine that is not the user's own."""


def is_public(environ: Mapping[str, str] | None = None) -> bool:
    """Return whether this machine is a Binder's."""
    there = os.environ if environ is None else environ
    return any(there.get(name) for name in BINDER)


def notices(key: str, *, is_sandbox: bool) -> list[str]:
    """Return what a session with a key has to tell about the machine, and warn of it."""
    if not key or is_sandbox or not is_public():
        return []
    warnings.warn(NOTICE, PublicMachineWarning, stacklevel=4)
    return [NOTICE]

"""Callbacks as outsiders send them: read, verified, limited, counted; a hint, never the truth.

A callback can be forged, late, repeated or wrong, so all that is kept of it is which task to look at.  One
gate does this for both hosts: a receiver on a port of its own and the Jupyter Server extension.
(``reading.py`` reads and verifies, ``gate.py`` limits and counts, ``runtime.py`` is where session and
Jupyter server meet, ``door.py`` how a hint gets from one to the other.)
"""

from .door import LOOPBACK, Door, DoorKeeper, hand_over
from .gate import BODY_LIMIT, OK, REFUSED, TOO_LARGE, Counts, Gate
from .reading import Hint, Refusal, nonce_in, read_callback, sign, verify, with_nonce
from .runtime import RuntimeFolder, Server, new_secret

__all__ = [
    "BODY_LIMIT",
    "LOOPBACK",
    "OK",
    "REFUSED",
    "TOO_LARGE",
    "Counts",
    "Door",
    "DoorKeeper",
    "Gate",
    "Hint",
    "Refusal",
    "RuntimeFolder",
    "Server",
    "hand_over",
    "new_secret",
    "nonce_in",
    "read_callback",
    "sign",
    "verify",
    "with_nonce",
]

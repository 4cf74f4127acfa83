"""How long a test waits for what must come: long, as the machine may be busy. A wait ends when it came."""

from __future__ import annotations

SECONDS = 300.0  # after which a test that hangs fails
MILLISECONDS = 300_000  # the same, as a browser counts

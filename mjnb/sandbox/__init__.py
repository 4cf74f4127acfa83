"""The sandbox: the task API as a faithful local server, for learning, building and testing without a key.

It answers as the contract says the service does, oddities included, from the same parameter table; it
never imports the client.

``account.py`` keeps the books, ``books.py`` is their file and ``tasks.py`` a line of them; ``app.py`` is the
API, ``server.py`` puts it on a socket.  ``studio.py`` makes results: ``art/`` draws pictures, ``motion.py``
makes them move, ``clips.py`` writes videos.  ``uploading.py``, ``forms.py`` and ``uploads.py`` take files,
``files.py`` knows what is behind an address, ``callbacks.py`` reports ends, ``faults.py`` and ``trouble.py``
make trouble.

A video that is extended goes on: its result is the continuation of 5 s, whose first frame is the last of
the video before.  A task that fails has been paid, as the contract names no refund.
"""

from .faults import Fault, Faults
from .server import Sandbox

__all__ = ["Fault", "Faults", "Sandbox"]

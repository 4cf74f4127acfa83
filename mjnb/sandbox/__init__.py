"""The sandbox: the task API as a faithful local server, for learning, building and testing without a key.

It answers as the contract says the service does, oddities included, from the same parameter table; it
never imports the client.  (``account.py`` keeps the books, ``app.py`` is the API, ``art/`` draws the
pictures, ``server.py`` puts it on a socket.)
"""

from .server import Sandbox

__all__ = ["Sandbox"]

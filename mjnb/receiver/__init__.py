"""Where callbacks arrive on the session's side: on a port of its own, or through its Jupyter server.

(``listener.py`` is a port that cannot be exhausted, ``http.py`` reads callbacks from it, ``door.py`` takes
what the Jupyter server hands over, ``callbacks.py`` chooses between the two and is what a user holds.)
"""

from .callbacks import Callbacks, open_callbacks
from .listener import Listener

__all__ = ["Callbacks", "Listener", "open_callbacks"]

"""Sessions: the noun that holds everything together, and every verb.

(``desk.py`` opens and closes what a session works with, ``session.py`` has the verbs, ``default.py`` the one
that the package's own verbs use.)
"""

from .default import default_session, use
from .desk import UnsettledWarning
from .session import Session

__all__ = ["Session", "UnsettledWarning", "default_session", "use"]

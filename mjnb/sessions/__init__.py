"""Sessions: the noun that holds everything together, and every verb.

(``desk.py`` opens and closes what a session works with, ``session.py`` has the verbs, ``default.py`` the one
that the package's own verbs use, ``public.py`` knows machines that everybody shares.)
"""

from .default import default_session, use
from .desk import UnsettledWarning
from .public import PublicMachineWarning
from .session import Session

__all__ = ["PublicMachineWarning", "Session", "UnsettledWarning", "default_session", "use"]

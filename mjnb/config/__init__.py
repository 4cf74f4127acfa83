"""Settings, and where each came from: said in code, else chosen in the notebook, else the environment, else
``[tool.mjnb]`` in the nearest pyproject.toml, else the default.

base_url    MJNB_BASE_URL     kie with a key, else the sandbox
api_key     MJNB_API_KEY, KIE_API_KEY
data_dir    MJNB_DATA_DIR     mjnb-data in the working folder
ledger      MJNB_LEDGER       sqlite in the data folder
speed       MJNB_SPEED        fast; used where a speed is needed and none is said
max_credits MJNB_MAX_CREDITS  none; what a session may spend
owner       MJNB_OWNER        none; who may spend it, over all sessions on the ledger
ask_above   MJNB_ASK_ABOVE    100 at a service on the internet; credits that are paid without asking
time_scale  MJNB_TIME_SCALE   1; how much faster a sandbox's clock runs
upload_url  MJNB_UPLOAD_URL   the host that takes uploads; the one known for the base URL
webhook_key MJNB_WEBHOOK_KEY  none; the key that the service signs callbacks with

Chosen in the notebook means ``%config MJ.speed = "turbo"`` or ``%mj config speed turbo``, and lasts as long
as the process.  Keys come from code, the environment, the system's keyring or a prompt that does not echo;
never from a file of the project, which gets shared.  Because a project may be somebody else's, its file may
name a service that mjnb knows, but no other host: the key would go there.

(``table.py`` has the settings and what each accepts, ``sources.py`` where they come from, ``reading.py`` puts
them together.)
"""

from ..hidden import Secret
from .keys import service
from .reading import DEFAULT, IN_CODE, Settings, found, settings
from .sources import Found, changes, choose, forget, forget_all, from_keyring, known
from .table import ASK_ABOVE, PRESETS, SANDBOX, SETTINGS, Setting, has_password, masked

__all__ = [
    "ASK_ABOVE",
    "DEFAULT",
    "IN_CODE",
    "PRESETS",
    "SANDBOX",
    "SETTINGS",
    "Found",
    "Secret",
    "Setting",
    "Settings",
    "changes",
    "choose",
    "forget",
    "forget_all",
    "found",
    "from_keyring",
    "has_password",
    "known",
    "masked",
    "service",
    "settings",
]

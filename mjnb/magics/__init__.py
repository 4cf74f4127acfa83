"""``%mj`` and ``%%mj``: what Midjourney users type, in a notebook.

The magic adds little of its own to the text: options such as ``--wait`` are taken out, a first word such as
``upscale`` names another verb, ``{{name}}`` becomes a variable's value, permutations become a sweep, and the
rest is what `mjnb.prompt` reads.  It returns at once with a `Task`, a `Sweep` or a `Batch`, which shows its
progress and then its pictures in the cell it was made in.

``%load_ext mjnb`` loads it; ``c.MagicsManager.lazy_magics = {"mj": "mjnb"}`` in ``ipython_config.py`` does so
at the first ``%mj`` or ``%%mj``.

(``magic.py`` takes a line apart, ``options.py`` knows our own words, ``verbs.py`` lists the verbs, which
``making.py``, ``looking.py`` and ``settings.py`` carry out; ``batch.py`` is many prompts at once,
``manual.py`` the help, ``matcher.py`` completion, ``traits.py`` ``%config MJ``, ``transform.py`` keeps
prompts whole, ``hooks.py`` adds all of it to a shell and takes it away.)
"""

from . import looking, making, settings
from .hooks import load, unload
from .magic import MJMagics
from .transform import keep_whole
from .verbs import VERBS

__all__ = ["VERBS", "MJMagics", "keep_whole", "load", "looking", "making", "settings", "unload"]

"""The pages of ``%mj help``, ``%mj --help`` and ``%mj?``: from the verbs, the options and the table."""

from __future__ import annotations

from .. import reference
from ..pages import Heading, Page, Table, Words
from ..params import TASK_TYPES
from .options import HELPS
from .verbs import VERBS

EXAMPLES = (
    ("%mj a lighthouse at dusk --ar 16:9 --s 250", "one task"),
    ("fox = %mj a red fox in snow --v 7", "the same, into a variable"),
    ("%mj a {red, blue} bird --s {0, 500}", "a sweep of four; above five add --yes"),
    ("%mj sweep a fox --s {0..1000/250} --r 2", "the same, at any size; asks where much would be paid"),
    ("%%mj --ar 2:3", "flags here, the prompt in the cell's body"),
    ("%%mj --each --yes", "one task for each line of the body"),
    ("%mj upscale fox 2", "larger (U2); vary fox 3 is V3"),
    ("%mj animate fox 1 it runs --motion low", "a video, with --hd a finer one; extend VIDEO 1 goes on"),
    ("%mj save noir --s 400 --w 250", "a preset; %mj use noir a prompt --s 10"),
    ("%mj imagine upscale the world", "a prompt that begins with a verb"),
)

NAMES = """\
`{{name}}` is replaced by the variable's value, in line and body; {{fox.task_id}} by an attribute.
In a function its own variables go first, then the notebook's.
`TASK` is a variable, or the last six characters of a task's id."""

UNKNOWN = """\
A task is `unknown` when its submit had no clear answer: it may be paid, and is never sent again by itself.
`mj.resolve(id, "lost")`, `mj.resolve(id, "credits")` or `mj.resolve(id, "<the service's id>")` settles it."""

LITERAL = """\
A `;` at the end shows nothing, as in Python, and is no text. What is nearly a verb, an option, a flag or a
command of Midjourney's is refused before anything is paid; to mean it as a prompt write `%mj imagine …`, and
a word such as `"--dryrun"` in quotes. `/imagine prompt:` comes off. `URL … --video` makes a video."""

ALONE = """\
Nothing waits, so a notebook that runs without a front end (nbconvert, papermill) keeps what its last cell
showed while pictures were still on their way. Let it end with `%mj wait`."""


def manual() -> Page:
    """Return the whole page."""
    verbs = [[f"`{name} {one.usage}`".replace(" `", "`"), one.help] for name, one in sorted(VERBS.items())]
    return Page.of(
        Heading("%mj: pictures from Midjourney prompts", 1),
        Table(["typed", "what comes of it"], [[f"`{line}`", what] for line, what in EXAMPLES]),
        Words(NAMES),
        Heading("Verbs"),
        Table(["verb", "what it does"], verbs),
        Heading("Options"),
        Table(["option", "what it does"], [[f"`{name}`", help] for name, help in HELPS.items()]),
        Heading("Flags"),
        reference.flags(),
        Heading("Flags that stay in the text"),
        Words("The service may follow them; that is not verified."),
        reference.passed_flags(),
        Words(LITERAL),
        Words(ALONE),
        Words(UNKNOWN),
        Words("`%mj help ow` tells more of one; `mj.help()` has the parameters of every request."),
    )


def verb_page(name: str) -> Page:
    """Return what is to be known of one verb."""
    one = VERBS[name]
    return Page.of(Words(f"`%mj {name} {one.usage}`".replace(" `", "`") + f"\n{one.help}"), Words(NAMES))


def option_page(word: str) -> Page | None:
    """Return what is to be known of one option, or of a verb's own word, or None."""
    for kind in TASK_TYPES.values():
        if kind.word and word in (kind.word, kind.word.lstrip("-")):
            return Page.of(Words(f"`{kind.word}`: {kind.help} (with `%mj animate`)"))
    names = {name.lstrip("-"): name for name in HELPS}
    name = word if word in HELPS else names.get(word) if len(word) > 1 else None
    return Page.of(Words(f"`{name}`: {HELPS[name]}")) if name else None

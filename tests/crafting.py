"""Every regular expression of mjnb with the methods it is used by, and texts crafted to make it slow."""

from __future__ import annotations

import importlib
import itertools
import json
import pkgutil
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import mjnb

UNITS = (
    *("a", " ", "0", ".", "-", "_", "{", "}", "{{", "\\", ",", "--", "-o ", "a.", "a=", ":", "::", ".."),
    *("0.", "/", "\n", "`", "*", "**", "%mj ", "?", "? ", "\u00b2", "\u0130", "[", "]", "{ ", "--ar "),
    *("-5..", "a,", "a.a="),
)
FRAMES = (("", ""), ("", "!"), ("{{", ""), ("%mj ", "\x00"), ("{", "!}"))
METHODS = "match|fullmatch|search|sub|finditer|findall|split"
CRAFTED = f"""
import json, sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
import crafting
print(json.dumps({{"tried": sum(1 for _ in crafting.costs(int(sys.argv[1])))}}))
"""


def patterns() -> dict[str, tuple[re.Pattern[str] | re.Pattern[bytes], set[str]]]:
    """Return every pattern by its place, with the methods that any module uses it by."""
    modules = [one.name for one in pkgutil.walk_packages(mjnb.__path__, "mjnb.")]
    found = {}
    for name in [name for name in modules if not name.endswith("__main__")]:
        module = importlib.import_module(name)
        source = Path(str(module.__file__)).read_text()
        for variable, one in vars(module).items():
            if isinstance(one, re.Pattern):
                used = set(re.findall(rf"\b{variable}\.({METHODS})\(", source))
                found[f"{name}.{variable}"] = one, used
    return found


def run(one: re.Pattern[str] | re.Pattern[bytes], method: str, text: str) -> float:
    """Return the seconds of this process's time that a text takes."""
    subject = text if isinstance(one.pattern, str) else text.encode()
    start = time.process_time()
    if method == "sub":
        one.sub("" if isinstance(subject, str) else b"", subject)  # type: ignore[arg-type]
    elif method == "finditer":
        for _ in one.finditer(subject):  # type: ignore[arg-type]
            pass
    else:
        getattr(one, method)(subject)
    return time.process_time() - start


def costs(size: int) -> Iterator[tuple[str, str, str, float]]:
    """Yield pattern, method, text and seconds for every crafted text of about so many characters."""
    for name, (one, methods) in patterns().items():
        for method, unit, (head, tail) in itertools.product(sorted(methods), UNITS, FRAMES):
            text = head + unit * (size // len(unit)) + tail
            yield name, method, text, run(one, method, text)


if __name__ == "__main__":
    worst = max(costs(int(sys.argv[1])), key=lambda cost: cost[3])
    print(json.dumps({"name": worst[0], "method": worst[1], "text": worst[2][:20], "seconds": worst[3]}))

"""CPU milliseconds of one 1024-px sandbox picture, scene by scene: the least of seven. Budget: 150.

Run by hand: `python tests/bench/bench_art.py`. Times depend on the machine, so no test asserts them.
"""

import time
from collections.abc import Callable

from mjnb.metrics import measure
from mjnb.sandbox.art import draw
from mjnb.sandbox.art.scenes import SCENES


def least_cpu(work: Callable[[], object], runs: int = 7) -> float:
    """The least CPU time of several runs, in milliseconds, after one that fills the caches."""
    work()
    times = []
    for _ in range(runs):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return 1000 * min(times)


def main() -> None:
    """Print one line for each scene, then one for measuring a picture."""
    for scene in SCENES:
        word = scene.words.split()[0]
        plain = least_cpu(lambda word=word: draw(word))
        all_up = least_cpu(lambda word=word: draw(word, stylization=1000, weirdness=3000, variety=100))
        print(f"{scene.name:<12}{plain:6.0f} ms plain{all_up:6.0f} ms with everything at its top")
    picture = draw("a lighthouse at dusk")
    print(f"{'measure':<12}{least_cpu(lambda: measure(picture)):6.1f} ms")


if __name__ == "__main__":
    main()

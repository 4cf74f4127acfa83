"""The scenes and the words that call them.

One idea: the first word of a prompt that a scene knows chooses the scene; a prompt without such a word
gets one by chance, and always the same.
"""

from collections.abc import Callable
from dataclasses import dataclass

from .canvas import Canvas
from .colour import Mood, words_of
from .heroes import bloom, fox, lighthouse, planets
from .landscapes import city, forest, ridge, sea
from .noise import stream


@dataclass(frozen=True)
class Scene:
    """A scene: how it is painted, the light it has when the prompt names none, and the words that call it.

    In a scene with `coat`, a colour word colours the hero (a red fox) and not the whole picture.
    """

    name: str
    paint: Callable[[Canvas], None]
    mood: Mood
    words: str
    coat: bool = False

    def knows(self, word: str) -> bool:
        """Whether a word, or its singular, calls this scene."""
        known = self.words.split()
        return word in known or word.removesuffix("s") in known


SCENES: tuple[Scene, ...] = (
    Scene(
        "lighthouse",
        lighthouse,
        Mood(250, 110, 0.0, 1.1),
        "lighthouse beacon cliff coast harbour harbor pier",
    ),
    Scene(
        "fox",
        fox,
        Mood(245, 60, 0.06, 0.9),
        "fox foxes wolf wolves cat dog animal bear deer rabbit tiger lion puppy kitten snow winter christmas",
        coat=True,
    ),
    Scene(
        "forest",
        forest,
        Mood(150, 70),
        "forest wood tree jungle path grove birch woodland elf fairy mushroom",
    ),
    Scene(
        "planets",
        planets,
        Mood(285, 90, -0.10, 1.1, 1.0),
        "planet space galaxy star moon cosmic saturn mars astronaut alien spaceship rocket nebula",
    ),
    Scene(
        "city",
        city,
        Mood(265, 120, -0.04, 1.1, 0.3),
        "city cities town street skyline tower building house neon cyberpunk robot castle tokyo london car",
    ),
    Scene(
        "sea", sea, Mood(235, 110), "sea ocean lake river beach island wave boat ship sail sailing water fish"
    ),
    Scene(
        "bloom",
        bloom,
        Mood(145, 50, -0.02, 1.1),
        "flower rose bloom mandala portrait face woman man bird butterfly pattern abstract garden lotus",
        coat=True,
    ),
    Scene(
        "ridge",
        ridge,
        Mood(245, 90),
        "mountain hill valley desert dune canyon alps landscape dragon volcano glacier peak horizon",
    ),
)


def scene_of(prompt: str) -> Scene:
    """The scene that the first telling word of a prompt calls; without any, one by chance."""
    for word in words_of(prompt):
        for scene in SCENES:
            if scene.knows(word):
                return scene
    return SCENES[int(stream("scene", prompt).integers(len(SCENES)))]

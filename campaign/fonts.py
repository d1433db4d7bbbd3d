"""The letters that prints are set in: which font file holds which, and whether its weights are really there.

All are under the SIL Open Font License and come as wheels, so that a print looks the same on every machine.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from struct import unpack_from

USED = (400, 500, 600, 700, 900)  # by the designs in templates/print


@dataclass(frozen=True)
class Face:
    """A family, the package that brings it, and the weights it must have. A variable font has all between two."""

    family: str
    package: str
    weights: tuple[int, ...] = USED

    @property
    def folder(self) -> Path | None:
        """Where its files lie; None when the package is not installed."""
        found = find_spec(self.package)
        return (
            Path(next(iter(found.submodule_search_locations))) if found and found.submodule_search_locations else None
        )


# One pan-CJK font has the Chinese, Japanese and Korean shapes; the language of the text picks among them.
FACES = (
    Face("Noto Sans", "fontpkg_noto_sans"),
    Face("Noto Sans Thai", "fontpkg_noto_sans_thai"),
    Face("Noto Sans CJK JP", "noto_cjk_sans_jp_regular", (400,)),
    Face("Noto Sans CJK JP", "noto_cjk_sans_jp_bold", (700,)),
)


def missing(faces: Iterable[Face], found: Iterable[tuple[str, int, Path]]) -> list[str]:
    """What is not there of the faces wanted, a phrase each: a missing weight would print as Regular, silently."""
    known = list(found)
    return [
        f"{face.family} {weight} (package {face.package})"
        for face in faces
        for weight in face.weights
        if not any(_has(weight, known_weight, path) for family, known_weight, path in known if family == face.family)
    ]


def _has(weight: int, stated: int, path: Path) -> bool:
    least, most = axis(path) or (stated, stated)
    return least <= weight <= most


def axis(path: Path) -> tuple[int, int] | None:
    """The lightest and the heaviest weight of a variable font; None for a static one (OpenType 1.9, table fvar)."""
    data = path.read_bytes()
    for entry in range(12, 12 + 16 * unpack_from(">H", data, 4)[0], 16):
        if data[entry : entry + 4] == b"fvar":
            start = unpack_from(">I", data, entry + 8)[0]
            first, _, count, size = unpack_from(">4H", data, start + 4)
            for place in range(start + first, start + first + count * size, size):
                if data[place : place + 4] == b"wght":
                    least, _, most = unpack_from(">3i", data, place + 4)
                    return least >> 16, most >> 16
    return None

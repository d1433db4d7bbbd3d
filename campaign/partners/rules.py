"""When two names may mean one organisation."""

import re
from difflib import SequenceMatcher

from ..text import fold

SHORTEST = 4  # letters of a name that says something when another one holds it
NEAR = 0.85
SHORT_NAME = re.compile(r"\(([^()]+)\)")


def alike(one: str, other: str) -> bool:
    """Whether two names may mean one organisation: for a person to look at, never to decide by.

    They are spelled nearly the same, one holds the other, or one is the other's short name in brackets.
    """
    first, second = fold(one), fold(other)
    if not first or not second:
        return False
    if first == second or _names(one) & _names(other):
        return True
    shorter, longer = sorted((first, second), key=len)
    if len(shorter) >= SHORTEST and shorter in longer:
        return True
    return SequenceMatcher(None, first, second).ratio() >= NEAR


def _names(text: str) -> set[str]:
    """A name without what stands in brackets, and what stands there."""
    return {fold(SHORT_NAME.sub("", text)), *(fold(short) for short in SHORT_NAME.findall(text))} - {""}

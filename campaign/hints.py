"""Hints: words none of which says much alone, and that say enough where several of them stand near each other."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

ENOUGH = 22  # points, where a file does not name its own number
PHRASE = 16  # points that a phrase gives: alone among nothing that people in need write it is not enough
NEAR, NEAR_TIGHT = 50, 100  # words, or characters where there are no spaces; half of it is shared with the next stretch

NO_WAY: dict[str, "Branch"] = {}
Row = tuple[str, ...]  # words that follow each other; one that ends with * is a beginning, in tight scripts characters


@dataclass(slots=True)
class Branch:
    """Where the rows that begin with the same words go on, and the hints of those that end here.

    Most rows end soon and alike, and there are tens of thousands: what is empty is nothing of its own, and `shared`
    makes one of all that go on alike.
    """

    words: dict[str, "Branch"] = field(default_factory=lambda: NO_WAY)
    beginnings: dict[str, "Branch"] = field(default_factory=lambda: NO_WAY)
    lengths: tuple[int, ...] = ()
    hints: tuple[int, ...] = ()

    def grow(self, row: Row, hint: int) -> None:
        """Add a row."""
        here = self
        for word in row:
            here = here._beginning(word[:-1]) if word.endswith("*") else here._word(word)
        if hint not in here.hints:
            here.hints += (hint,)

    def _word(self, word: str) -> "Branch":
        if self.words is NO_WAY:
            self.words = {}
        return self.words.setdefault(word, Branch())

    def _beginning(self, letters: str) -> "Branch":
        if self.beginnings is NO_WAY:
            self.beginnings = {}
        if len(letters) not in self.lengths:
            self.lengths += (len(letters),)
        return self.beginnings.setdefault(letters, Branch())

    def shared(self, known: dict[Any, "Branch"] | None = None) -> "Branch":
        """The same, in which branches that go on alike are one. Nothing can grow on it any more."""
        known = {} if known is None else known
        key: list[object] = [tuple(sorted(self.hints))]
        for ways in (self.words, self.beginnings):
            for word, one in ways.items():
                ways[word] = one.shared(known)
            key.append(tuple(sorted((word, id(one)) for word, one in ways.items())))
        return known.setdefault(tuple(key), self)

    def begun_in(self, words: Sequence[str]) -> Iterator[int]:
        """The positions of words with which some row begins: asked of every text, and mostly none."""
        for position, word in enumerate(words) if self.words or self.lengths else ():
            if word in self.words:
                yield position
                continue
            for length in self.lengths:
                if word[:length] in self.beginnings:
                    yield position
                    break

    def at(self, words: Sequence[str], position: int) -> Iterator[int]:
        """The hints whose rows stand at this position."""
        yield from self.hints
        if position < len(words):
            word = words[position]
            if word in self.words:
                yield from self.words[word].at(words, position + 1)
            for length in self.lengths:
                if word[:length] in self.beginnings:
                    yield from self.beginnings[word[:length]].at(words, position + 1)


@dataclass(frozen=True)
class Hints:
    """What counts for and against in one language."""

    points: Sequence[int]
    root: Branch
    tight: bool
    enough: int = ENOUGH

    def enough_in(self, plain: str, phrases: Iterable[int] = ()) -> bool:
        """Whether a stretch of a plain text holds enough: each hint once, and phrases that begin there."""
        words: Sequence[str] = plain if self.tight else plain.split()
        half = (NEAR_TIGHT if self.tight else NEAR) // 2
        found: dict[int, set[int]] = {}
        for position in self.root.begun_in(words):
            for hint in self.root.at(words, position):
                found.setdefault(position // half, set()).add(hint)
        for start in phrases:
            position = start if self.tight else plain.count(" ", 0, start) - 1
            found.setdefault(position // half, set()).add(len(self.points))
        if not found:
            return False
        worth = (*self.points, PHRASE)
        none: set[int] = set()
        return any(
            sum(worth[hint] for hint in hints | found.get(at + 1, none)) >= self.enough for at, hints in found.items()
        )

"""What a translation is compared with: the parts of the English edition, each with a mark of its words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..content import mark_of
from . import blocks
from .blocks import Unreadable
from .marking import Marked
from .models import Edition

WORDLESS = {"events", "pledge", "volunteers", "story"}  # blocks that say themselves in every language
IN_A_SENTENCE = {"Subject": "The subject", "After the subject": "What comes after the subject"}
SHORT = 20  # characters: "OK" may be the same in two languages


@dataclass(frozen=True)
class Part:
    """The subject, the line after it, or a paragraph: its mark, what it is called, its words."""

    mark: str
    label: str
    text: str

    @property
    def named(self) -> str:
        """What a sentence that begins with it calls it."""
        return IN_A_SENTENCE.get(self.label, self.label)

    @property
    def to_translate(self) -> bool:
        """Whether it has words that a translation says in its own language."""
        if not self.text.startswith(blocks.BEGINS):
            return bool(self.text)
        try:
            return blocks.read(self.text).kind not in WORDLESS
        except Unreadable:
            return True


def parts(edition: Edition) -> list[Part]:
    """The parts of an edition in their order; those without words are left out. A part that stands twice is one."""
    return [part for part in {part.mark: part for part in _all(edition)}.values() if part.to_translate]


def _all(edition: Edition) -> list[Part]:
    found = [("Subject", edition.subject), ("After the subject", edition.preheader)]
    found += [(f"Paragraph {number}", text) for number, text in enumerate(Marked(edition.body).paragraphs, 1)]
    return [Part(mark_of(label.split()[0], text), label, text) for label, text in found]


def stale(english: Edition, edition: Edition) -> list[Part]:
    """The parts of the English edition that have changed, or are new, since a translation last said the same."""
    seen = set(edition.seen.split())
    return [part for part in parts(english) if part.mark not in seen]


def marks(english: Edition) -> str:
    """The marks of all its parts, between spaces: what somebody is shown who begins to translate it."""
    return " ".join(part.mark for part in parts(english))


def stale_ones(editions: Mapping[str, Edition]) -> set[str]:
    """The languages, of these editions, whose words no longer say what the English ones do."""
    english = editions.get("en")
    return {code for code, one in editions.items() if english and one is not english and stale(english, one)}


def seen_after(english: Edition, before: Edition | None, brought: Iterable[str]) -> str:
    """What a translation says the same as, once it is saved: what it said before, and what was brought over.

    On its first day that is what the translator was shown: English that was saved meanwhile, nobody has translated.
    """
    there = [part.mark for part in parts(english)]
    known = set(before.seen.split() if before else ()) | set(brought)
    return " ".join(mark for mark in there if mark in known)


def seen_in_copy(seen: str, english: Edition, copy: Edition) -> str:
    """What a translation says the same as, beside a copy of the English that names other pictures and is else the same.

    A mark of English that stands there no more stays as it was: its part is as stale in the copy.
    """
    moved = {old.mark: new.mark for old, new in zip(_all(english), _all(copy), strict=True)}
    return " ".join(moved.get(mark, mark) for mark in seen.split())


def left_in_english(english: Edition, edition: Edition) -> list[Part]:
    """The parts of a translation that stand there as they do in English, and are too long for that to be chance."""
    theirs = {part.text for part in parts(english) if len(part.text) >= SHORT and not _is_block(part)}
    return [part for part in parts(edition) if part.text in theirs]


def _is_block(part: Part) -> bool:
    return part.text.startswith(blocks.BEGINS)

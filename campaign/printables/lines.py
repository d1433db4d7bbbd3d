"""The lines of each design: what they are called, and how many characters they may have at most."""

from typing import Annotated

from pydantic import Field, StringConstraints

from ..settings import Part

Text = Annotated[str, StringConstraints(min_length=1)]
Word = Annotated[str, StringConstraints(min_length=1, max_length=30)]
Short = Annotated[str, StringConstraints(min_length=1, max_length=60)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=120)]
Long = Annotated[str, StringConstraints(min_length=1, max_length=220)]
# Which shape of a Chinese character is meant: typst asks for a region where the web has a script.
REGIONS = {"zh-Hant": ("zh", "TW"), "zh-Hans": ("zh", "CN")}
# What only makes sense on paper, or is one of several calls of which a piece has one.
UNSAID = ("web", "volunteer", "come", "when", "time", "where")


class PrintWords(Part):
    """What every file of words has. `language` is a BCP 47 tag, `name` its own name, `web` leads to the web page."""

    tag: Text = Field(alias="language")
    name: Text
    reviewed: bool = False
    made_from: str = Field("", alias="from")

    @property
    def locale(self) -> tuple[str, str | None]:
        """Language and region as typst wants them."""
        return REGIONS.get(self.tag, (self.tag, None))

    @property
    def lines(self) -> dict[str, str]:
        """The lines by name, in the order in which they are read."""
        return self.model_dump(exclude={"tag", "name", "reviewed", "made_from"})

    @property
    def read(self) -> list[str]:
        """The lines that say something by themselves, for the web page with the same words."""
        return [text.replace("\n", " ") for name, text in self.lines.items() if name not in UNSAID]


class Poster(PrintWords):
    """The name, the hotline, the pledge."""

    headline: Line
    lead: Line
    help: Short
    line: Short
    open: Line
    trust: Line
    pledge: Short
    why: Line
    scan: Line
    web: Short


class HalfSheet(PrintWords):
    """What somebody takes home who stopped at the poster: what it is about, the hotline, the pledge."""

    headline: Line
    about: Long
    lead: Line
    line: Short
    open: Line
    trust: Line
    pledge: Short
    scan: Line
    web: Short


class PalmCard(PrintWords):
    """Signs to know, the hotline, the pledge: fits a hand."""

    headline: Line
    signs: Short
    first: Line
    second: Line
    third: Line
    proof: Line
    line: Short
    open: Line
    trust: Line
    pledge: Short
    web: Short


class ShoeCard(PrintWords):
    """The hotline and nothing else; folds so that the outside is blank."""

    lead: Short
    line: Short
    open: Line
    trust: Line
    ask: Line
    status: Line
    web: Short


class BusinessCard(PrintWords):
    """The name, the hotline, the pledge, on the smallest card."""

    headline: Line
    line: Short
    open: Line
    pledge: Short
    web: Short


class TableCard(PrintWords):
    """Stands on a table: one thing to do, a large code."""

    headline: Line
    sign: Short
    volunteer: Short
    come: Short
    why: Line
    scan: Line
    line: Short
    web: Short


class SignInSheet(PrintWords):
    """A table to write into, and the code for who would rather not."""

    headline: Line
    title: Short
    why: Long
    name_column: Short
    email_column: Short
    news_column: Short
    seen: Long
    scan: Line
    line: Short
    web: Short


class EventFlyer(PrintWords):
    """Come to something: what, when, where."""

    headline: Line
    come: Short
    when: Word
    time: Word
    where: Word
    scan: Line
    line: Short
    open: Line
    web: Short


KINDS: dict[str, type[PrintWords]] = {
    "poster": Poster,
    "half-sheet": HalfSheet,
    "palm-card": PalmCard,
    "shoe-card": ShoeCard,
    "business-card": BusinessCard,
    "table-card": TableCard,
    "sign-in-sheet": SignInSheet,
    "event-flyer": EventFlyer,
}

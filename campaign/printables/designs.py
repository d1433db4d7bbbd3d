"""The designs, what each may carry, and the prints made from them: one piece, or a thousand on sheets.

designs.pdf(press, content, designs.get("palm-card"), [Item(("en", "th"), address), …], "letter", "office")
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from .. import boxes
from ..content import Content
from ..errors import Refused
from ..typeset import Press
from . import filling, formats
from .formats import Cut


class Kind(StrEnum):
    """Whether a design may carry a code whose visits are counted."""

    COUNTED = "counted"
    HOTLINE = "hotline"  # never: who looks for help is not counted; only an address of /help


@dataclass(frozen=True)
class Event:
    """What an event flyer is about, as the flyer says it: each a line."""

    title: str
    date: str
    time: str
    place: str


@dataclass(frozen=True)
class Item:
    """What stands on one piece. Two languages make it bilingual; the first is that of the code.

    `address` is what the code says, in capitals where it can be; where a design has no code it stands in print.
    `place` and `partner` are lines, `logo` a picture that `partners.logos` has drawn; it goes into the middle of the
    code. `copy` is the web page with the same words; empty for the one of this design.
    """

    languages: tuple[str, ...]
    address: str
    place: str = ""
    partner: str = ""
    logo: bytes = b""
    aim: str = ""
    event: Event | None = None
    copy: str = ""


@dataclass(frozen=True)
class Design:
    """One design. `side` is how wide its code is, in mm with the quiet zone; 0 where it has none.

    `aims` are what a table card may call for. `public` ones are offered to everybody at /materials.
    """

    slug: str
    title: str
    kind: Kind
    cut: Callable[[str], Cut]
    side: float
    aims: tuple[str, ...] = ()
    lines: frozenset[str] = field(default=frozenset({"place", "partner", "logo"}))
    public: bool = True

    @property
    def counted(self) -> bool:
        """Whether it may carry a counted code."""
        return self.kind is Kind.COUNTED

    def per_sheet(self, paper: str) -> int:
        """How many pieces come out of a sheet of an office printer; a print shop gets each on a page of its own."""
        return self.cut(paper).per_sheet


HELP_ONLY: frozenset[str] = frozenset()
# On whatever host, in whatever language (see settings.Language); no code, for /q/… has a single letter there.
HELP = re.compile(r"https?://[^/?#]+(/[a-z]{2,3}(-[a-z]{4})?)?/help/?", re.IGNORECASE)
DESIGNS = {
    one.slug: one
    for one in (
        Design("poster", "Poster", Kind.COUNTED, formats.whole, 59.0),
        Design("half-sheet", "Half-sheet flyer", Kind.COUNTED, formats.halves, 38.0),
        Design("palm-card", "Palm card", Kind.COUNTED, formats.quarters, 28.0),
        Design("shoe-card", "Shoe card", Kind.HOTLINE, formats.cards, 0.0, lines=HELP_ONLY),
        Design("business-card", "Business cards", Kind.COUNTED, formats.cards, 23.0),
        Design("table-card", "Table card", Kind.COUNTED, formats.whole, 66.0, aims=("sign", "volunteer", "come")),
        Design("sign-in-sheet", "Sign-in sheet", Kind.COUNTED, formats.whole, 30.0),
        Design(
            "event-flyer",
            "Event flyer",
            Kind.COUNTED,
            formats.whole,
            48.0,
            lines=frozenset({"partner", "logo", "event"}),
            public=False,
        ),
    )
}


def get(slug: str) -> Design:
    """The design. Raises LookupError."""
    return DESIGNS[slug]


def refuse(design: Design, item: Item) -> None:
    """Raises Refused with a sentence when the design must not, or cannot, carry what the item says."""
    if not 0 < len(set(item.languages)) == len(item.languages) <= 2:
        raise Refused("A piece is in one language, or in two different ones.")
    if not design.counted and not is_help(item.address):
        raise Refused(f"A {design.title.lower()} shows the hotline and the page /help, never a code that is counted.")
    given = {"place": item.place, "partner": item.partner, "logo": item.logo, "event": item.event}
    if extra := next((name for name, value in given.items() if value and name not in design.lines), ""):
        raise Refused(f"A {design.title.lower()} has no room for this: {extra}.")
    if "event" in design.lines and item.event is None:
        raise Refused(f"A {design.title.lower()} needs an event: title, date, time and place.")
    if item.aim and item.aim not in design.aims:
        raise Refused(f"A {design.title.lower()} cannot call for {item.aim!r}.")


def is_help(address: str) -> bool:
    """Whether an address is the page of help itself, in any language: it is not counted."""
    return HELP.fullmatch(address) is not None


def pdf(
    press: Press,
    content: Content,
    design: Design,
    items: Sequence[Item],
    paper: str = "letter",
    output: str = "office",
    *,
    nudge: tuple[float, float] = (0.0, 0.0),
) -> bytes:
    """These pieces in this order: on sheets for an office printer, or a page each with bleed and marks for a shop.

    `nudge` moves everything on a sheet by so many mm to the right and down. The same items make the same bytes.
    Raises Refused (TooLong, NoLetters, TooSmall …) with a sentence that names the text to mend.
    """
    made = press.pdf(design.slug, filled(content, design, items, paper, output, nudge))
    return boxes.with_bleed(made, formats.BLEED) if output == "press" else made


def png(press: Press, content: Content, design: Design, item: Item, paper: str = "letter", *, ppi: float = 72) -> bytes:
    """One piece as a picture to look at, without the sheet around it."""
    return press.png(design.slug, alone(content, design, item, paper), ppi)


def alone(content: Content, design: Design, item: Item, paper: str) -> dict[str, Any]:
    """What the design needs for one piece without the sheet around it. Raises Refused."""
    return {**filled(content, design, [item], paper), "output": "alone"}


def filled(
    content: Content,
    design: Design,
    items: Iterable[Item],
    paper: str = "letter",
    output: str = "office",
    nudge: tuple[float, float] = (0.0, 0.0),
) -> dict[str, Any]:
    """Everything that the design needs: where pieces lie, the words, and what stands on each. Raises Refused."""
    formats.checked(paper, output, nudge)
    items = list(items)
    for item in items:
        refuse(design, item)
    return filling.of(content, design, items, design.cut(paper), (output, nudge))

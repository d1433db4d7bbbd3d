"""A list of places that becomes pieces: read for a design, with what its rows may name asked of the records."""

from dataclasses import dataclass, field

from .. import i18n
from ..links import targets
from ..places import arrivals, reading
from ..places import service as places
from ..places.forms import numbers
from ..places.rules import cleaned
from ..staff import organisations
from ..text import fold
from . import rows, words
from .designs import Design
from .rows import Known, Line, Wrong


@dataclass(frozen=True)
class Listed:
    """What came of a list: the pieces, the rows that cannot be taken, and what else its sender should know."""

    lines: list[Line]
    wrong: list[Wrong] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    windows: bool = False


def read(sent: bytes, design: Design, usual: Line, *, named: bool) -> Listed:
    """The pieces that a file asks for. Raises places.reading.Unreadable when it is no list."""
    sheet = reading.read(sent, rows.LIST)
    names = {fold(name) or name for row in sheet.rows if (name := cleaned("name", row.cells.get("place", "")))}
    ids = numbers(row.cells.get("number", "").strip() for row in sheet.rows)
    known = Known(
        places.called(names, ids),
        _languages(design),
        {fold(one.name): one.id for one in organisations.everyone() if not one.shut},
        frozenset(address for address, _ in targets.offered()),
        usual,
        counted=design.counted,
        named=named,
    )
    lines, wrong = known.read(sheet.rows)
    return Listed(lines, wrong, sheet.left_out, sheet.windows)


def _languages(design: Design) -> dict[str, str]:
    """The names of the languages that there are words in, folded, with their codes."""
    there = set(words.languages(i18n.content().folder, design.slug))
    return {name: code for name, code in arrivals.languages_named().items() if code in there}

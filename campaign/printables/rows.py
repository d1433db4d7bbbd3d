"""The pieces that somebody wants, as lines: from a form, or read from the rows of a list of places."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from ..places import reading
from ..places.models import Place
from ..places.rules import cleaned, is_marked
from ..text import UNREADABLE, cell, clean, fold
from .models import MOST_PIECES

# Under which names a column is known, folded; the first one stands in our own lists.
COLUMNS = {
    "place": "place name placename venue site location",
    "zip": "zip zipcode postalcode postcode",
    "number": "number placenumber placeid",
    "language": "language languages",
    "second": "second secondlanguage otherlanguage",
    "partner": "partner organization organisation",
    "copies": "copies pieces quantity howmany count amount",
    "line": "line printedline placeline text",
    "leads to": "leadsto target page link",
}
_FIELD_OF = {name: field for field, names in COLUMNS.items() for name in names.split()}
LIST = reading.Columns(lambda header: _FIELD_OF.get(fold(header)), ("place", "number"), COLUMNS)
LONGEST_LINE = 120
NO_CODE = "This design shows the hotline alone and never carries a counted code, so it leads nowhere else."
TOO_MANY = f"A print has at most {MOST_PIECES:,} pieces; this one would have {{:,}}. Make two of it."


@dataclass(frozen=True)
class Line:
    """One piece as it is wanted, and how many copies of it; `place` is what the place is called."""

    language: str
    second: str = ""
    target: str = ""
    place_id: int | None = None
    place: str = ""
    place_line: str = ""
    partner_id: int | None = None
    copies: int = 1


@dataclass(frozen=True)
class Wrong:
    """A row that cannot be taken, with its number as a spreadsheet counts, what it calls its place, and why."""

    number: int
    name: str
    why: str


@dataclass(frozen=True)
class Known:
    """What rows may name: places, languages and partners by their names folded; where a piece may lead; the rest.

    `usual` is what holds where a row says nothing. `counted` is False for a design without a counted code; with
    `named` the name of the place is printed.
    """

    places: Iterable[Place]
    languages: Mapping[str, str]
    partners: Mapping[str, int]
    targets: frozenset[str]
    usual: Line
    counted: bool = True
    named: bool = False
    by_name: dict[str, list[Place]] = field(init=False, default_factory=dict)
    by_id: dict[int, Place] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        for one in self.places:
            self.by_id[one.id] = one
            if one.merged_into_id is None:
                self.by_name.setdefault(one.name_key, []).append(one)

    def read(self, rows: Iterable[reading.Row]) -> tuple[list[Line], list[Wrong]]:
        """The pieces that the rows want, and the rows that cannot be taken."""
        lines, wrong = [], []
        for row in rows:
            try:
                lines.append(self._line(row))
            except ValueError as error:
                name = row.cells.get("place", "") or row.cells.get("number", "")
                wrong.append(Wrong(row.number, clean(UNREADABLE.sub("", name))[:60], str(error)))
        return lines, wrong

    def _line(self, row: reading.Row) -> Line:
        """One row. Raises ValueError with the reason."""
        if row.more:
            raise ValueError("It has more cells than there are columns.")
        for text in row.cells.values():
            if UNREADABLE.search(text):
                raise ValueError("Some characters in it could not be read.")
            if cell(text.strip()) != text.strip() and not is_marked(text):
                raise ValueError(
                    f"“{text.strip()[:40]}” begins as a formula does. Write the text itself, or put ' before it."
                )
        said = {name: cleaned("name", text) for name, text in row.cells.items()}
        place = self._place(said)
        language, second = self._languages(said)
        line = said.get("line", "") or (place.name if self.named else "")
        if len(line) > LONGEST_LINE:
            raise ValueError(f"The line to print has {len(line)} characters; there is room for {LONGEST_LINE} at most.")
        return replace(
            self.usual,
            language=language,
            second=second,
            target=self._target(said.get("leads to", "")),
            place_id=place.id,
            place=place.name,
            place_line=line,
            partner_id=self._partner(said.get("partner", "")),
            copies=self._copies(said.get("copies", "")),
        )

    def _place(self, said: Mapping[str, str]) -> Place:
        number, name, zip_code = said.get("number", ""), said.get("place", ""), said.get("zip", "")
        if number:
            found = self.by_id.get(int(number)) if number.isascii() and number.isdecimal() else None
            found = self.by_id.get(found.merged_into_id) if found and found.merged_into_id else found
            there = [found] if found else []
        elif not name:
            raise ValueError("It names no place.")
        else:
            there = [p for p in self.by_name.get(fold(name) or name, []) if zip_code[:5] in ("", p.zip[:5])]
        if not there:
            raise ValueError("There is no such place. Add it under Places first, or bring the list in there.")
        if len(there) > 1:
            raise ValueError(f"There are {len(there)} places with this name. Say which by its ZIP code or its number.")
        if there[0].retired_at:
            raise ValueError("This place is retired. Bring it back first.")
        return there[0]

    def _languages(self, said: Mapping[str, str]) -> tuple[str, str]:
        text = said.get("language", "")
        for sign in (";", "/", "|", "+", "&", " and "):
            text = text.replace(sign, ",")
        named = [one.strip() for one in [*text.split(","), said.get("second", "")] if fold(one)]
        if strange := next((one for one in named if fold(one) not in self.languages), None):
            raise ValueError(f"This design is in no language “{strange[:40]}”.")
        codes = list(dict.fromkeys(self.languages[fold(one)] for one in named))
        if len(codes) > 2:
            raise ValueError("A piece is in one language, or in two.")
        if not codes:
            return self.usual.language, self.usual.second
        second = codes[1] if len(codes) == 2 else self.usual.second
        return codes[0], second if second != codes[0] else ""

    def _target(self, said: str) -> str:
        if said and not self.counted:
            raise ValueError(NO_CODE)
        if said and said not in self.targets:
            raise ValueError(f"There is no page {said[:60]} that a piece can lead to now.")
        return said or self.usual.target

    def _partner(self, said: str) -> int | None:
        if not fold(said):
            return self.usual.partner_id
        if fold(said) in ("lead", "thelead", "none"):
            return None
        if (found := self.partners.get(fold(said))) is None:
            raise ValueError(f"There is no active partner “{said[:40]}”.")
        return found

    def _copies(self, said: str) -> int:
        if not said:
            return self.usual.copies
        if not (said.isascii() and said.isdecimal() and 1 <= int(said[:9]) <= MOST_PIECES and len(said) < 9):
            raise ValueError(f"“{said[:20]}” is no number of copies from 1 to {MOST_PIECES:,}.")
        return int(said)


def in_order(lines: Iterable[Line]) -> list[Line]:
    """Pieces of one place together, in the order in which the places were first named: so they are handed out."""
    lines = list(lines)
    first: dict[tuple[int | None, str], int] = {}
    for line in lines:
        first.setdefault((line.place_id, line.place), len(first))
    return sorted(lines, key=lambda line: first[line.place_id, line.place])


def pieces_of(lines: Iterable[Line]) -> int:
    """How many pieces these are, copies and all."""
    return sum(line.copies for line in lines)

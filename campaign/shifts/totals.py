"""Hours in sum, for grants: by month, role and language, as a table with a book that says what its columns mean."""

import csv
from dataclasses import dataclass
from datetime import date
from io import StringIO
from typing import Any

from sqlalchemy import case, extract, func, select

from .. import db, i18n
from ..text import cell
from ..volunteers import lists
from .models import Hours, HoursSource, HoursState

A_MARK = "\ufeff"  # lets spreadsheets see that it is UTF-8
BOOK = [
    ("month", "The month in which the work was done, by the clock of the place", "YYYY-MM"),
    ("role", "What the volunteers did", "a name of the list of roles, in English"),
    (
        "language_code",
        "The language that was needed and they speak",
        "a code, or empty: none was needed",
    ),
    ("language", "The same, by its own name", "a name, or empty"),
    (
        "hours",
        "Hours that count: credited or approved, as corrected by staff",
        "a number, 0.01 is 36 seconds",
    ),
    ("hours_checked", "Of these, hours from checking in and out at a shift", "a number"),
    ("hours_of_length", "Of these, the length of shifts to which somebody came and was not checked out", "a number"),
    ("hours_by_hand", "Of these, other work that was written down by hand and approved", "a number"),
    ("entries", "How many entries these hours come from: one for each shift or piece of other work", "a whole number"),
    (
        "volunteers",
        "How many volunteers gave them. Who is in several rows counts in each; who was forgotten does not",
        "a whole number",
    ),
]


@dataclass(frozen=True)
class Row:
    """The hours of one month, role and language, in minutes."""

    month: str
    role: str
    language: str
    minutes: int
    checked: int
    length: int
    entries: int
    people: int

    @property
    def by_hand(self) -> int:
        """Minutes that were written down by hand."""
        return self.minutes - self.checked - self.length


def rows(first: date, last: date) -> list[Row]:
    """What counts between two days inclusive, by month, role and language. The same in every language spoken."""
    year, month = extract("year", Hours.worked_on), extract("month", Hours.worked_on)
    known = (year, month, Hours.role_id, Hours.language)
    sums: tuple[Any, ...] = (func.sum(Hours.minutes), _of(HoursSource.CHECK_IN), _of(HoursSource.LENGTH))
    sums += (func.count(Hours.id), func.count(Hours.volunteer_id.distinct()))
    found: Any = select(*known, *sums)
    found = found.where(Hours.state == HoursState.APPROVED, Hours.worked_on.between(first, last)).group_by(*known)
    with i18n.speaking(i18n.find("en")):
        roles = lists.names(lists.ROLES)
    made = [
        Row(f"{int(row[0])}-{int(row[1]):02}", roles.get(row[2], ""), row[3], *(int(number) for number in row[4:]))
        for row in db.session().execute(found)
    ]
    return sorted(made, key=lambda row: (row.month, row.role, row.language))


def _of(source: HoursSource) -> Any:
    return func.sum(case((Hours.source == source.value, Hours.minutes), else_=0))


def people(first: date, last: date) -> int:
    """How many volunteers gave the hours of this time, each counted once; who was forgotten is not among them."""
    found = select(func.count(Hours.volunteer_id.distinct()))
    found = found.where(Hours.state == HoursState.APPROVED, Hours.worked_on.between(first, last))
    return db.session().scalar(found) or 0


def table(first: date, last: date) -> str:
    """The totals for a spreadsheet, in English."""
    return _csv([[name for name, _, _ in BOOK], *(_cells(row) for row in rows(first, last))])


def _cells(row: Row) -> list[str]:
    named = i18n.find(row.language).name if row.language else ""
    shares = [in_hours(number) for number in (row.minutes, row.checked, row.length, row.by_hand)]
    return [row.month, row.role, row.language, named, *shares, str(row.entries), str(row.people)]


def in_hours(minutes: int) -> str:
    """Minutes as hours with two decimals, for programs."""
    return f"{minutes / 60:.2f}"


def codebook() -> str:
    """What the columns of the table mean, as a table of its own."""
    return _csv([["column", "meaning", "values"], *([*line] for line in BOOK)])


def _csv(lines: list[list[str]]) -> str:
    out = StringIO()
    csv.writer(out).writerows([[cell(text) for text in line] for line in lines])
    return A_MARK + out.getvalue()

"""What codes brought in some days: their visits, and what the features above say that came of them."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain
from typing import Any

from blinker import Signal
from sqlalchemy import ColumnElement, func, select

from .. import db
from .models import Code, Visits

asking = Signal("Asks the features above what codes brought in a Span; each answers with a list of Brought.")
SCANS = "Scans"


@dataclass(frozen=True)
class Wanted:
    """Which codes are meant: all that is not empty must fit. `codes` are ids, one of which it must be."""

    code: int = 0
    codes: tuple[int, ...] = ()
    print: int = 0
    place: int = 0
    partner: int = 0
    design: str = ""
    language: str = ""

    def sql(self) -> list[ColumnElement[bool]]:
        """The same as a question to the records."""
        asked = {
            Code.id: self.code,
            Code.print_id: self.print,
            Code.place_id: self.place,
            Code.partner_id: self.partner,
            Code.design: self.design,
            Code.language: self.language,
        }
        parts = [column == value for column, value in asked.items() if value]
        return [*parts, Code.id.in_(self.codes)] if self.codes else parts


@dataclass(frozen=True)
class Span:
    """The days from `first` to `last` (UTC), and the codes that are meant."""

    first: date
    last: date
    wanted: Wanted = field(default_factory=Wanted)

    @property
    def begins(self) -> datetime:
        """Its first moment."""
        return datetime.combine(self.first, time(), UTC)

    @property
    def ends(self) -> datetime:
        """The moment after its last."""
        return datetime.combine(self.last + timedelta(days=1), time(), UTC)

    @property
    def days(self) -> list[date]:
        """Each of its days."""
        return [self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1)]

    def among(self, column: Any) -> list[ColumnElement[bool]]:
        """What a question to the records asks so that only these codes are meant."""
        return [column.in_(select(Code.id).where(*parts))] if (parts := self.wanted.sql()) else []


@dataclass(frozen=True)
class Brought:
    """Something that codes bring: how many each code brought in the span, and how many came on each day."""

    what: str
    by_code: dict[int, int]
    by_day: dict[date, int]

    @property
    def total(self) -> int:
        """How many in all."""
        return sum(self.by_code.values())


def brought(span: Span) -> list[Brought]:
    """Scans first, then what came of them, by name. Two questions of each kind; answers grow with codes and days."""
    more = chain.from_iterable(answer for _, answer in asking.send(span))
    return [scans(span), *sorted(more, key=lambda one: one.what)]


def scans(span: Span) -> Brought:
    """The visits alone, without what came of them."""
    row, number = Visits, func.sum(Visits.number)
    within = [row.day.between(span.first, span.last), *span.among(row.code_id)]
    by_code = db.session().execute(select(row.code_id, number).where(*within).group_by(row.code_id))
    by_day = db.session().execute(select(row.day, number).where(*within).group_by(row.day))
    return Brought(SCANS, {one[0]: int(one[1]) for one in by_code}, {one[0]: int(one[1]) for one in by_day})


def day_of(moment: Any) -> ColumnElement[str]:
    """The day (UTC) on which a moment lies, as a question to the records; what comes out is read by `as_day`."""
    return func.date(moment if db.database().sqlite else func.timezone("UTC", moment))


def as_day(found: object) -> date:
    """What `day_of` found: a date on PostgreSQL, its letters on SQLite."""
    return found if isinstance(found, date) else date.fromisoformat(str(found))


@dataclass(frozen=True)
class Known:
    """What a code is, for adding up: what it is printed on, in which languages, whose it is, where it hangs."""

    id: int
    code: str
    design: str
    language: str
    second: str
    partner_id: int | None
    place_id: int | None


def known(wanted: Wanted) -> dict[int, Known]:
    """The codes that are meant, by their ids, as far as it matters for adding up."""
    one = Code
    columns = (one.id, one.code, one.design, one.language, one.second, one.partner_id, one.place_id)
    return {row.id: Known(*row) for row in db.session().execute(select(*columns).where(*wanted.sql()))}

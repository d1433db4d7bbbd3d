"""What codes brought, day by day: their visits, and what the features above say that came of them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain
from typing import Any

from blinker import Signal
from sqlalchemy import ColumnElement, func, select

from .. import db
from .models import Code, Visits

asking = Signal("Asks the features above what codes brought in a Span; each answers with a list of Brought.")
SCANS = "Scans"
LONGEST = 366  # days


@dataclass(frozen=True)
class Span:
    """The days from `first` to `last` (UTC), and the codes that are meant: None for all."""

    first: date
    last: date
    codes: Collection[int] | None = None

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
        return [] if self.codes is None else [column.in_(self.codes)]


@dataclass(frozen=True)
class Brought:
    """Something that codes bring, and how many each brought on each day; `people` where each is a person."""

    what: str
    numbers: dict[tuple[int, date], int]
    people: bool = True


def brought(span: Span) -> list[Brought]:
    """Scans first, then what came of them. Days are those of UTC."""
    row, found = Visits, select(Visits.code_id, Visits.day, Visits.number)
    rows = db.session().execute(found.where(row.day.between(span.first, span.last), *span.among(row.code_id)))
    scans = Brought(SCANS, {(one.code_id, one.day): one.number for one in rows}, people=False)
    return [scans, *chain.from_iterable(answer for _, answer in asking.send(span))]


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


def known(code_ids: Collection[int]) -> list[Known]:
    """These codes, as far as it matters for adding up."""
    one = Code
    columns = (one.id, one.code, one.design, one.language, one.second, one.partner_id, one.place_id)
    found = select(*columns).where(one.id.in_(code_ids)).order_by(one.id)
    return [Known(*row) for row in db.session().execute(found)]

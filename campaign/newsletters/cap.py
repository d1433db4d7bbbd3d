"""How many letters somebody gets: three in seven days at most over everything that they did not ask for one by one.

Newsletters and standing letters count. What belongs to an act of theirs (please confirm, your seat, your page) does
not: it is never held back, and says nothing of how much we write.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select, true, union_all

from .. import db
from ..supporters.models import Supporter

MOST, WEEK = 3, timedelta(days=7)
Counted = Callable[[datetime], Select[Any]]
COUNTED: list[Counted] = []


def counted(rows: Counted) -> Counted:
    """Declare letters that count: given a moment, a select of the supporter's id for each letter since then."""
    COUNTED.append(rows)
    return rows


def reached(letters: int) -> bool:
    """Whether so many letters in a week are enough."""
    return letters >= MOST


def within(now: datetime) -> ColumnElement[bool]:
    """That a supporter can get one more letter now, for use in a question about supporters."""
    if not COUNTED:
        return true()
    full = _full(now)
    return ~exists().where(full.c.supporter_id == Supporter.id).correlate(Supporter)


def letters(supporter_id: int, now: datetime) -> int:
    """How many that count somebody got (or is getting) in the last seven days."""
    rows = _rows(now)
    return int(db.session().scalar(select(func.count()).where(rows.c.supporter_id == supporter_id)) or 0)


def _full(now: datetime) -> Any:
    rows = _rows(now)
    grouped = select(rows.c.supporter_id).where(rows.c.supporter_id.is_not(None)).group_by(rows.c.supporter_id)
    return grouped.having(func.count() >= MOST).cte("had_enough")


def _rows(now: datetime) -> Any:
    """A row for each letter of the last seven days, with whom it was for."""
    found = [one(now - WEEK) for one in COUNTED]
    columns = [rows.subquery().c for rows in found]
    parts = [select(next(iter(column)).label("supporter_id")) for column in columns]
    return (union_all(*parts) if len(parts) > 1 else parts[0]).subquery("letters_of_the_week")

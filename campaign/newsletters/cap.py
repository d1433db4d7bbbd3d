"""How many letters somebody gets: three in seven days at most over everything that they did not ask for one by one.

Newsletters and standing letters count. What belongs to an act of theirs (please confirm, your seat, your page) does
not: it is never held back, and says nothing of how much we write.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, select, union_all

from ..supporters.models import Supporter

MOST, WEEK = 3, timedelta(days=7)
Counted = Callable[[datetime], Select[Any]]
COUNTED: list[Counted] = []


def counted(rows: Counted) -> Counted:
    """Declare letters that count: given a moment, a select of the supporter's id, a row for each letter since then."""
    COUNTED.append(rows)
    return rows


def within(now: datetime) -> ColumnElement[bool]:
    """That a supporter can get one more letter now: for a question about a few of them, looked at one by one."""
    return not_had_enough(now - WEEK)


def not_had_enough(since: Any) -> ColumnElement[bool]:
    """The same of the letters since a moment: for a statement that is put together once and has it as a parameter."""
    return _letters(since) < MOST


def had_enough(now: datetime) -> Select[Any]:
    """The ids of those who can get no more now: for a question about everybody, in one go."""
    parts = [one(now - WEEK) for one in COUNTED]
    each = [rows.with_only_columns(_whose(rows).label("supporter_id")) for rows in parts]
    week = union_all(*each).subquery("letters_of_the_week")
    known = select(week.c.supporter_id).where(week.c.supporter_id.is_not(None))
    return known.group_by(week.c.supporter_id).having(func.count() >= MOST)


def _letters(since: Any) -> ColumnElement[int]:
    """How many a supporter got (or is getting): a sum, so that each table is asked by its own index."""
    total: ColumnElement[int] = literal(0)
    for rows in (one(since) for one in COUNTED):
        theirs = rows.where(_whose(rows) == Supporter.id).with_only_columns(func.count())
        total = total + theirs.correlate(Supporter).scalar_subquery()
    return total


def _whose(rows: Select[Any]) -> Any:
    return next(iter(rows.selected_columns))

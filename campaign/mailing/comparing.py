"""Comparing all of the list with these records, as after a restore: every no that is found there wins here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update

from .. import clock, db, web
from ..errors import Passing, Permanent, Stopped
from ..supporters.models import Supporter
from . import homes, service
from .audience import Audience, ListState
from .mailchimp import Unknown

A_STEP = 500  # people in one change


@dataclass
class Compared:
    """What was found: how many the list knows, and how many of them differ here."""

    there: int
    left: int = 0  # left at the list, and now here, too
    to_tell: int = 0  # left here, and the list does not know it yet
    only_here: int = 0  # want the news, and the list does not know them
    only_there: int = 0  # the list knows them, and these records do not


def compare(home: Audience | None = None) -> Compared:
    """Read everybody at the list, or nobody; then let it go. Raises Stopped, and then it stays as it was."""
    home = home or homes.ours(web.config())
    with db.reading():
        if service.has_moved(home.name):
            raise Stopped(service.NOT_MOVED)
    try:
        everybody = home.everybody()
    except (Passing, Permanent, Unknown) as error:
        raise Stopped(f"The list could not be read, so it stays as it is. {error}") from error
    found, met, after = Compared(len(everybody)), 0, 0
    while people := _some(after):
        after = people[-1]
        met += _step(people, everybody, found, clock.now())
    found.only_there = len(everybody) - met
    with db.writing():
        service.let_go()
    return found


def _some(after: int) -> list[int]:
    with db.reading() as session:
        found = select(Supporter.id).where(Supporter.id > after).order_by(Supporter.id).limit(A_STEP)
        return list(session.scalars(found))


def _step(ids: Sequence[int], everybody: Mapping[str, ListState], found: Compared, now: datetime) -> int:
    """Compare some people; how many of them the list knows."""
    met = 0
    with db.writing() as session:
        for row in session.scalars(select(Supporter).where(Supporter.id.in_(ids)).with_for_update()).all():
            state = everybody.get(row.email.lower())
            met += state is not None
            if state is not None:
                row.list_state = state
            session.flush()
            _settle(row, state, found, now)
    return met


def _settle(row: Supporter, state: ListState | None, found: Compared, now: datetime) -> None:
    if row.subscribed and state is ListState.UNSUBSCRIBED:
        found.left += 1
        service.record_leaving(row.id, row.language, now)
    elif row.subscribed and state is None:
        found.only_here += row.due_since is None
    elif not row.subscribed and state in (ListState.SUBSCRIBED, ListState.PENDING):
        found.to_tell += 1
        since = {"due_since": func.coalesce(Supporter.due_since, now), "due_version": Supporter.due_version + 1}
        this_one = update(Supporter).where(Supporter.id == row.id).values(**since, list_stuck_at=None)
        db.session().execute(this_one, execution_options={"synchronize_session": False})

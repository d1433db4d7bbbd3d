"""Tries to get in, counted before they are checked, so that a thousand at once count too.

Strangers share ten tries an hour for an account, wherever they come from. A known device, and a session that proves
itself again, have ten of their own: whoever knocks at the door all day does not keep its owner out.
"""

from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import ColumnElement, delete, func, select

from .. import clock, db
from ..seals import keyed
from .models import Attempt

HOUR, QUARTER = timedelta(hours=1), timedelta(minutes=15)
MOST_AN_HOUR = 10  # for one account by all strangers, and for each known place
MOST_FROM_HERE = 5  # for one account from one network, in a quarter of an hour
MOST_OF_A_NETWORK = 50  # for all accounts from one network, in an hour


def begin(mailbox: str, place: str, now: datetime, *, known: bool = False) -> int | None:
    """Note a try for this mailbox; its id, or None when there were too many: then nothing may be checked.

    `place` is the visitor's network, or with `known` a device or session that has tries of its own.
    """
    account, here = keyed(f"account {clock.today()}", mailbox), keyed(f"place {clock.today()}", place)
    for name in sorted((account, here)):
        db.take_turn(name)
    if current_app.extensions["switches"].count_tries and _too_many(account, here, now, known=known):
        return None
    attempt = Attempt(account_key=account, place_key=here, known=known, tried_at=now)
    db.session().add(attempt)
    db.session().flush()
    return attempt.id


def _too_many(account: str, here: str, now: datetime, *, known: bool) -> bool:
    whose, where = Attempt.account_key == account, Attempt.place_key == here
    if known:
        return _number(now - HOUR, whose, where, Attempt.known.is_(True)) >= MOST_AN_HOUR
    strange = Attempt.known.is_(False)
    return (
        _number(now - HOUR, whose, strange) >= MOST_AN_HOUR
        or _number(now - QUARTER, whose, where, strange) >= MOST_FROM_HERE
        or _number(now - HOUR, where, strange) >= MOST_OF_A_NETWORK
    )


def _number(since: datetime, *which: ColumnElement[bool]) -> int:
    counted = select(func.count()).select_from(Attempt).where(Attempt.tried_at > since, *which)
    return db.session().scalar(counted) or 0


def succeeded(attempt_id: int) -> None:
    """Forget a try that was right: only those that failed count."""
    db.session().execute(delete(Attempt).where(Attempt.id == attempt_id))

"""Hints that the list has something new about somebody, until they have been looked up there.

    hook ──> hint (one for each person) ──sweep──> in hand ──read──> learnt, hint gone
                                            ^────── failed, or a new hint meanwhile: later ┘

Whatever comes in whatever order and however often: only what stands there when we look counts.
"""

import logging
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple, cast

from flask import current_app
from sqlalchemy import delete, func, or_, select

from .. import clock, db, jobs, web
from ..errors import Passing, Permanent
from ..supporters import service as supporters
from ..supporters.models import Supporter
from . import homes, intake, learning, pulling, rules, service
from .audience import Audience, Entry, ListState
from .builtin import BuiltIn
from .models import ListHint

log = logging.getLogger("campaign.mailing")
A_ROUND = 20  # people who are looked up one by one in one run of the sweep
A_CROWD = 100  # hints from which on it is cheaper to read all that changed there, a thousand in a call


class Taken(NamedTuple):
    """A hint in hand."""

    supporter_id: int
    email: str
    version: int


def known(mailboxes: Iterable[str]) -> list[int]:
    """Those of our people whom a hint is about, and who have none yet that is still to be looked at."""
    ids = [one for one in (supporters.find_by_mailbox(mailbox) for mailbox in mailboxes) if one is not None]
    waiting = select(ListHint.supporter_id).where(ListHint.supporter_id.in_(ids), ListHint.in_hand_until.is_(None))
    return sorted(set(ids) - set(db.session().scalars(waiting)))


def note(ids: Iterable[int], now: datetime) -> None:
    """Look these people up again; in the transaction of the answer, so that no hint is ever lost."""
    for one in ids:
        if not supporters.hold(one):
            continue  # erased meanwhile
        row = db.session().get(ListHint, one, populate_existing=True)
        if row is None:  # nobody else can add it now: the person is held
            db.session().add(ListHint(supporter_id=one, noted_at=now, due_at=now))
            db.session().flush()
        else:
            row.version += 1
    jobs.wake("hear-from-list")


def look_again(home: Audience | None = None) -> int:
    """Look up those of whom there is a hint; how many were."""
    home = home or homes.ours(web.config())
    if not _any(clock.now()):
        return 0
    if _not_ours(home.name):
        return 0
    if home.name != BuiltIn.name and _many() > A_CROWD:
        return pulling.pull(home, since=_oldest()).learnt + _one_by_one(home)
    return _one_by_one(home)


def _not_ours(home: str) -> bool:
    """Whether these people are on another list than the settings name: what this one says of them means nothing."""
    with db.reading():
        return intake.is_elsewhere() or service.has_moved(home)


def _any(now: datetime) -> bool:
    with db.reading() as session:
        return session.scalar(select(ListHint.supporter_id).where(ListHint.due_at <= now).limit(1)) is not None


def _many() -> int:
    with db.reading() as session:
        return int(session.scalar(select(func.count()).select_from(ListHint)) or 0)


def _oldest() -> datetime | None:
    with db.reading() as session:
        return cast("datetime | None", session.scalar(select(func.min(ListHint.noted_at))))


def _one_by_one(home: Audience) -> int:
    done, hints = 0, _take(clock.now())
    for number, taken in enumerate(hints):
        asked_at = clock.now()
        try:
            entry = home.read(taken.email)
        except (Passing, Permanent, pulling.unknown()) as error:
            log.warning("could not look somebody up at the list: %s", error)
            _put_off(hints[number:], clock.now())  # the others would meet the same
            break
        done += _learn(taken, entry or Entry(ListState.ABSENT), asked_at)
    if done == A_ROUND:
        with db.writing():
            jobs.wake("hear-from-list")  # more may wait; other sweeps get their turn first
    return done


def _take(now: datetime) -> list[Taken]:
    """The next hints, ours until the calls must have ended."""
    with db.writing() as session:
        free = or_(ListHint.in_hand_until.is_(None), ListHint.in_hand_until < now)
        due = select(ListHint).where(ListHint.due_at <= now, free).order_by(ListHint.due_at).limit(A_ROUND)
        rows = session.scalars(due.with_for_update(skip_locked=True)).all()
        for row in rows:
            row.in_hand_until, row.tries = now + rules.LEASE, row.tries + 1
        found = select(Supporter.id, Supporter.email).where(Supporter.id.in_([row.supporter_id for row in rows]))
        emails = {row.id: row.email for row in session.execute(found)}
        return [Taken(row.supporter_id, emails[row.supporter_id], row.version) for row in rows]


def _learn(taken: Taken, entry: Entry, asked_at: datetime) -> int:
    now = clock.now()
    with db.writing():
        try:
            learning.learn(taken.supporter_id, entry.state, asked_at, now)
            learning.put_back(taken.supporter_id, entry, now)
        except learning.InHand:
            _later(taken, now)
            return 0
        done = ListHint.supporter_id == taken.supporter_id, ListHint.version == taken.version
        db.session().execute(delete(ListHint).where(*done))
        _later(taken, now)  # if it is still there: a newer hint came while we looked
    return 1


def _put_off(hints: Iterable[Taken], now: datetime) -> None:
    with db.writing():
        for taken in hints:
            _later(taken, now)


def _later(taken: Taken, now: datetime) -> None:
    if (row := db.session().get(ListHint, taken.supporter_id, populate_existing=True)) is not None:
        newer = row.version != taken.version
        row.in_hand_until = None
        row.due_at = now if newer else now + rules.pause(row.tries, rules.LONGEST_WAIT)


def believe(said: str, ids: Iterable[int], now: datetime) -> bool:
    """The negative control of "a hook is only a hint": take its word for it."""
    if current_app.extensions["switches"].look_up_first:
        return False
    states = {"subscribe": ListState.SUBSCRIBED, "unsubscribe": ListState.UNSUBSCRIBED, "cleaned": ListState.CLEANED}
    for one in ids if said in states else ():
        learning.learn(one, states[said], now, now)
    return True

"""Comparing all of the list with these records: what differs and why, and mending it when that is asked for.

The whole list is read, or nothing is done. First everything is only counted; when more people would be removed on
either side (or be put aside for staff) than 2 in 100, nothing is changed before somebody has named their number. That
the list does not know somebody is never a reason to unsubscribe them.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from flask import current_app
from sqlalchemy import select

from .. import clock, db, web
from ..errors import Passing, Permanent, Stopped
from ..forms import mailbox_of
from ..supporters.models import Supporter
from . import homes, intake, learning, leftovers, pulling, service
from .audience import Audience, ListState
from .leftovers import Leftovers
from .lessons import Lesson, lesson
from .mailchimp import Unknown

A_STEP = 500  # people in one change
MOST = 2  # removals in a hundred that need nobody's word
STOPPED = (
    "{removals} people would be removed from the list or put aside, of {whole}: more than {most} in 100. Nothing was "
    "changed. Look at the reasons above; if they are right, run: campaign sync check --repair --yes-remove {removals}"
)
UNREAD = "The list could not be read, so everything stays as it is."


@dataclass
class Compared:
    """What was found: how many the list knows, how many want the news here, and how many differ in which way."""

    there: int
    wanted: int = 0
    left: int = 0  # left at the list, and want the news here
    back: int = 0  # had left at the list, and subscribed there again
    to_tell: int = 0  # left here, and the list does not know it
    erased: int = 0  # erased here or left, with no record any more, and on the list all the same
    stuck: int = 0  # want the news, and the list will not write to them
    gone: int = 0  # were on the list, and it does not know them any more
    free: int = 0  # were stuck, and are on the list
    only_here: int = 0  # want the news, and the list has never known them
    only_there: int = 0  # the list knows them, and these records do not
    mended: bool = False

    @property
    def removals(self) -> int:
        """How many would not get the news any more, or would be put aside, if this were mended."""
        return self.left + self.to_tell + self.erased + self.gone

    @property
    def differ(self) -> int:
        """How many people there is something to be done about."""
        return self.removals + self.back + self.stuck + self.free + self.only_here

    @property
    def too_many(self) -> bool:
        """Whether so many removals look like a mistake: an empty list, another one, an old backup."""
        return self.removals * 100 > MOST * max(self.there, self.wanted)


def compare(home: Audience | None = None, *, repair: bool = False, agreed: int | None = None) -> Compared:
    """What differs; with `repair` it is mended, and a list that was held is let go.

    `agreed` is the number of removals that somebody has seen and wants. Raises Stopped when the list cannot be read
    completely, is another one, or too many would be removed: then nothing was changed.
    """
    home = home or homes.ours(web.config())
    asked_at, everybody = clock.now(), _read(home)
    found, strangers = _look(everybody)
    if repair:
        if found.too_many and agreed != found.removals and current_app.extensions["switches"].few_removals:
            whole = max(found.there, found.wanted)
            raise TooMany(STOPPED.format(removals=found.removals, whole=whole, most=MOST), found)
        _mend(home, everybody, strangers, asked_at)
        found.mended = True
        with db.writing():
            service.let_go()
    return found


class TooMany(Stopped):
    """More would be removed than a mistake should be able to; `found` says why."""

    def __init__(self, words: str, found: Compared) -> None:
        super().__init__(words)
        self.found = found


def _read(home: Audience) -> dict[str, ListState]:
    intake.must_be_ours()
    with db.reading():
        if service.has_moved(home.name):
            raise Stopped(service.NOT_MOVED)
    try:
        return {mailbox_of(address): state for address, state in home.everybody().items()}
    except (Passing, Permanent, Unknown) as error:
        raise Stopped(f"{UNREAD} {error}") from error


def _look(everybody: Mapping[str, ListState]) -> tuple[Compared, Leftovers]:
    """What differs, and those on the list who must not be there though no record here knows them any more."""
    found, strangers = Compared(len(everybody)), dict(everybody)
    for row, state, what in _lessons(everybody):
        strangers.pop(row.mailbox, None)
        found.wanted += row.subscribed
        _count(found, row, state, what)
    unwanted = leftovers.among(strangers)
    found.erased = len(unwanted)
    found.only_there = len(strangers) - found.erased
    return found, unwanted


def _lessons(everybody: Mapping[str, ListState]) -> Iterator[tuple[Supporter, ListState, Lesson]]:
    """Everybody of ours, a step at a time, with what the list says of them and what follows."""
    for rows in _steps():
        with db.reading():
            gone, held = learning.left_there([row.id for row in rows]), service.is_held()
        for row in rows:
            state = everybody.get(row.mailbox, ListState.ABSENT)
            yield row, state, lesson(row, state, left_there=row.id in gone, held=held)


def _steps() -> Iterator[Sequence[Supporter]]:
    after = 0
    while True:
        with db.reading() as session:
            some = select(Supporter).where(Supporter.id > after).order_by(Supporter.id).limit(A_STEP)
            rows = session.scalars(some).all()
        if not rows:
            return
        yield rows
        after = rows[-1].id


def _count(found: Compared, row: Supporter, state: ListState, what: Lesson) -> None:
    absent = state is ListState.ABSENT
    found.left += what is Lesson.LEFT
    found.back += what is Lesson.BACK
    found.to_tell += what is Lesson.TELL
    found.free += what is Lesson.FREE
    found.gone += what is Lesson.STUCK and absent
    found.stuck += what is Lesson.STUCK and not absent
    found.only_here += _is_new(row, state)


def _is_new(row: Supporter, state: ListState) -> bool:
    """Whether they want the news, and the list has never been told: as after a restore, or a call that went astray."""
    return bool(row.subscribed and state is ListState.ABSENT and row.due_since is None and row.list_state == "")


def _mend(home: Audience, everybody: Mapping[str, ListState], unwanted: Leftovers, asked_at: datetime) -> None:
    """Take over what the list says, and tell it what it does not know."""
    pulling.take_over(everybody, asked_at)
    for rows in _steps():
        known = {row.id: everybody.get(row.mailbox, ListState.ABSENT) for row in rows}
        new = [row.id for row in rows if _is_new(row, known[row.id])]
        gone = [row.id for row in rows if _is_gone(row, known[row.id])]
        if new or gone:
            with db.writing():
                learning.make_due(new, clock.now())
                for one in gone:
                    with suppress(learning.InHand):
                        learning.learn(one, ListState.ABSENT, asked_at, clock.now())
    leftovers.remove(home, unwanted)


def _is_gone(row: Supporter, state: ListState) -> bool:
    return state is ListState.ABSENT and lesson(row, state, left_there=False) is Lesson.STUCK

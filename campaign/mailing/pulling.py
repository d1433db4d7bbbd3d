"""Reading what changed at the list since we last read it all: catches what no hook told us.

The cursor moves only when everything has been read, stays a quarter of an hour behind the clock (what changed just now
may not be listed yet), and each reading begins an hour before it (their clock and ours). Who does not appear has not
changed; nothing follows from that.
"""

import logging
from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Protocol, cast

from sqlalchemy import or_, select

from .. import clock, db, web
from ..errors import Passing, Permanent
from ..forms import mailbox_of
from ..supporters.models import Supporter
from . import homes, intake, learning, rules, service
from .audience import Audience, ListState
from .builtin import BuiltIn
from .models import ListHint

log = logging.getLogger("campaign.mailing")
LAG = timedelta(minutes=15)
OVERLAP = timedelta(hours=1)
EVERY = timedelta(hours=20)  # nightly: a sweep that was late one night is not later still the next
THE_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
A_STEP = 500  # people in one question to the records


class Tells(Protocol):
    """A list that can say what changed; our own has nothing to say that we did not write."""

    def changed_since(self, moment: datetime) -> dict[str, ListState]:
        """What it says of each address that changed since then: all of them, or Passing or Unknown."""


@dataclass(frozen=True)
class Pulled:
    """How many entries were read, from how many people something was learnt; `trouble`: why nothing was read."""

    read: int = 0
    learnt: int = 0
    trouble: str = ""


def unknown() -> type[Exception]:
    """The error of a call that may have been done. Mailchimp's client takes a second to load, so not before."""
    from .mailchimp import Unknown

    return Unknown


def pull_if_due(home: Audience | None = None) -> Pulled | None:
    """Once a night; None when it is not time, or there is nothing to be read."""
    home, now = home or homes.ours(web.config()), clock.now()
    with db.reading():
        row = intake.look()
        early = row is not None and row.pulled_at is not None and now - row.pulled_at < EVERY
        waits = row is not None and row.pull_next_at is not None and row.pull_next_at > now
        if home.name == BuiltIn.name or early or waits or intake.is_elsewhere() or service.has_moved(home.name):
            return None
    return pull(home)


def pull(home: Audience, since: datetime | None = None) -> Pulled:
    """Read all that changed there since the cursor (or since an earlier moment), and learn from it. Raises Stopped."""
    intake.must_be_ours()
    begun, answered = clock.now(), set[str]()
    hints = _take_hints(begun)
    with db.reading():
        row = intake.look()
        cursor = row.pulled_until if row and row.pulled_until else THE_BEGINNING
    try:
        states = cast(Tells, home).changed_since(min(since or cursor, cursor) - OVERLAP)
    except (Passing, Permanent, unknown()) as error:
        found = Pulled(trouble=str(error))
    else:
        found, answered = Pulled(len(states), take_over(states, begun)), set(map(mailbox_of, states))
    _end_hints(hints, answered)
    with db.writing():
        _note(found, begun)
    log.info("read %d changes at the list, learnt %d", found.read, found.learnt)
    return found


def take_over(states: Mapping[str, ListState], asked_at: datetime) -> int:
    """Learn what is new of these addresses; from how many. Who is in hand for a delivery is looked up later."""
    from . import hearing

    learnt, rest = 0, iter(states.items())
    while some := dict(islice(rest, A_STEP)):
        mailboxes = {mailbox_of(address): state for address, state in some.items()}
        with db.reading():
            news = learning.to_learn(mailboxes)
        for supporter_id, state in news.items():
            with db.writing():
                try:
                    learning.learn(supporter_id, state, asked_at, clock.now())
                except learning.InHand:
                    hearing.note([supporter_id], clock.now())
                else:
                    learnt += 1
    return learnt


def _take_hints(now: datetime) -> dict[int, int]:
    """All that wait are in hand while we read, by version: who is hinted at meanwhile gets another, and stays."""
    free = or_(ListHint.in_hand_until.is_(None), ListHint.in_hand_until < now)
    with db.reading() as session:
        if session.scalar(select(ListHint.supporter_id).where(free).limit(1)) is None:
            return {}
    with db.writing() as session:
        rows = session.scalars(select(ListHint).where(free).with_for_update(skip_locked=True)).all()
        for row in rows:
            row.in_hand_until = now + rules.LEASE
        return {row.supporter_id: row.version for row in rows}


def _end_hints(taken: Mapping[int, int], answered: Set[str]) -> None:
    """Once that is learnt: whoever was read of is looked up, unless a newer hint came while we read."""
    ids = iter(taken)
    while some := list(islice(ids, A_STEP)):
        theirs = select(ListHint, Supporter.mailbox).join(Supporter, Supporter.id == ListHint.supporter_id)
        with db.writing() as session:
            found = session.execute(theirs.where(ListHint.supporter_id.in_(some)).with_for_update(of=ListHint))
            for hint, mailbox in found.all():
                if mailbox in answered and hint.version == taken[hint.supporter_id]:
                    session.delete(hint)
                else:
                    hint.in_hand_until = None


def _note(found: Pulled, begun: datetime) -> None:
    row = intake.take()
    row.pull_trouble = found.trouble[:200]
    if found.trouble:
        row.pull_failures += 1
        row.pull_next_at = clock.now() + rules.pause(row.pull_failures, rules.LONGEST_WAIT)
    else:
        row.pulled_until, row.pulled_at, row.pull_failures, row.pull_next_at = begun - LAG, begun, 0, None

"""Reading what changed at the list since we last read it all: catches what no hook told us.

The cursor moves only when everything has been read, stays a quarter of an hour behind the clock (what changed just now
may not be listed yet), and each reading begins an hour before it (their clock and ours). Who does not appear has not
changed; nothing follows from that.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete

from .. import clock, db, web
from ..errors import Passing, Permanent, Stopped
from ..forms import mailbox_of
from . import homes, intake, learning, rules, service
from .audience import Audience, ListState
from .builtin import BuiltIn
from .models import ListHint

log = logging.getLogger("campaign.mailing")
LAG = timedelta(minutes=15)
OVERLAP = timedelta(hours=1)
EVERY = timedelta(hours=20)  # nightly: a sweep that was late one night is not later still the next
READINGS = 3  # of what changed, until it kept still while it was read
THE_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
A_PAGE = 1000
FIELDS = ("email_address", "status")
RESTLESS = "The list changed while we read what had changed. What was read counts; we read it again later."


@dataclass
class Pulled:
    """How many entries were read, from how many people something was learnt, and whether it was all."""

    read: int = 0
    learnt: int = 0
    complete: bool = False
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
    """Read all that changed there since the cursor (or since an earlier moment), and learn from it."""
    intake.must_be_ours()
    with db.reading():
        row = intake.look()
        cursor = row.pulled_until if row and row.pulled_until else THE_BEGINNING
    begun, found = clock.now(), Pulled()
    try:
        _read(home, min(since or cursor, cursor) - OVERLAP, found)
    except (Passing, Permanent, Stopped, unknown()) as error:
        found.trouble = str(error)
    with db.writing():
        _note(found, begun)
    log.info("read %d changes at the list, learnt %d", found.read, found.learnt)
    return found


def _read(home: Audience, since: datetime, found: Pulled) -> None:
    for _ in range(READINGS):
        totals, seen = set(), set()
        for members, total in _pages(home, since):
            totals.add(total)
            seen |= {one for one, _ in members}
            found.read += len(members)
            found.learnt += _learn(dict(members))
        if totals == {len(seen)}:
            found.complete = True
            return
    found.trouble = RESTLESS


def _pages(home: Any, since: datetime) -> Iterator[tuple[list[tuple[str, ListState]], int]]:
    """A thousand at a time, as mailboxes and states, and of how many in all."""
    from .mailchimp import STRANGE, Unknown

    fields, offset = [*(f"members.{field}" for field in FIELDS), "total_items"], 0
    while True:
        answer = home.client.changed(home.audience, since.isoformat(timespec="seconds"), fields, offset)
        if not isinstance(answer.get("members"), list) or not isinstance(answer.get("total_items"), int):
            raise Unknown(STRANGE)
        try:
            members = [(mailbox_of(one["email_address"]), ListState(one["status"])) for one in answer["members"]]
        except (KeyError, TypeError, ValueError):
            raise Unknown(STRANGE) from None
        yield members, answer["total_items"]
        offset += len(members)
        if not members or offset >= answer["total_items"]:
            return


def _learn(states: dict[str, ListState]) -> int:
    """Take over what is new in a page. Who is in hand for a delivery gets a hint instead."""
    from . import hearing

    with db.reading():
        news = learning.to_learn(states)
    learnt = 0
    for supporter_id, state in news.items():
        with db.writing():
            try:
                learning.learn(supporter_id, state, clock.now())
            except learning.InHand:
                hearing.note([supporter_id], clock.now())
            else:
                learnt += 1
                gone = ListHint.supporter_id == supporter_id, ListHint.in_hand_until.is_(None)
                db.session().execute(delete(ListHint).where(*gone))
    return learnt


def _note(found: Pulled, begun: datetime) -> None:
    row = intake.take()
    row.pull_trouble = found.trouble[:200]
    if found.complete:
        row.pulled_until, row.pulled_at, row.pull_failures, row.pull_next_at = begun - LAG, begun, 0, None
    else:
        row.pull_failures += 1
        row.pull_next_at = clock.now() + rules.pause(row.pull_failures, rules.LONGEST_WAIT)

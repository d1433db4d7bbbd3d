"""Deleting for good, at a list that is not ours, people who were erased here: tried until it is done.

erased here ──> owed (address sealed) ──not before a delivery under way must have ended──> asked ──done──> no trace
                        │                                                     ^──failed: later──┘
                        └──they said yes anew by then──> no trace, and nothing is deleted
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select

from .. import clock, db, jobs, seals, web
from ..errors import Passing, Permanent
from ..forms import mailbox_of
from ..supporters import erasure
from ..supporters.models import Supporter
from . import homes, rules
from .audience import Audience
from .builtin import BuiltIn
from .models import ListContact, ListDeletion

log = logging.getLogger("campaign.mailing")
NO_KEY = "The settings name no list at Mailchimp. Give them its key once more, or delete these people there by hand."
SEALED = "What is to be deleted was sealed under another SECRET_KEY. Look into the ledger and the list by hand."


@erasure.erasing.connect
def _owe(person: Supporter, now: datetime) -> None:
    """Our own list needs nothing. Another one is told, if the person ever said yes or no to it."""
    known_there = person.subscribed or person.left_at or person.list_state or person.list_leased_until
    if known_there and _elsewhere():
        due_at = max(now, person.list_leased_until or now)
        for address in filter(None, (person.email, *person.list_email.splitlines())):
            owe(address, due_at, now)


def owe(address: str, due_at: datetime, now: datetime) -> None:
    """The list must delete this address for good, not before `due_at`."""
    values = {"sealed": seals.seal(address), "asked_at": now, "due_at": due_at, "tries": 0, "trouble": ""}
    db.session().add(ListDeletion(**values))
    jobs.wake("delete-from-list")


def _elsewhere() -> bool:
    contact = db.session().get(ListContact, 1)
    homes_known = {homes.name(web.config()), contact.home if contact else ""}
    return bool(homes_known - {BuiltIn.name, ""})


def carry_out(home: Audience | None = None) -> int:
    """Ask the list to delete those that are due, one after another; how many are done."""
    home, done = home or homes.ours(web.config()), 0
    while (taken := _take(clock.now())) is not None:
        trouble = NO_KEY if home.name == BuiltIn.name else _ask(home.forget, taken[1])
        with db.writing():
            _end(taken[0], trouble, clock.now())
        if trouble:
            break  # the others would meet the same; they are asked about when this one is
        done += 1
    log.info("the list deleted %d people for good", done) if done else None
    return done


def _take(now: datetime) -> tuple[int, str] | None:
    """The next one, ours until the call must have ended."""
    with db.reading() as session:
        if session.scalar(select(ListDeletion.id).where(ListDeletion.due_at <= now).limit(1)) is None:
            return None
    with db.writing() as session:
        due = select(ListDeletion).where(ListDeletion.due_at <= now).order_by(ListDeletion.due_at).limit(1)
        row = session.scalar(due.with_for_update(skip_locked=True))
        if row is None:
            return None
        row.due_at, row.tries = now + rules.LEASE, row.tries + 1
        return row.id, row.sealed


def _ask(forget: Callable[[str], None], sealed: str) -> str:
    """Why it could not be done; empty when it is."""
    from .mailchimp import Unknown

    try:
        address = seals.unseal(sealed)
    except ValueError:
        return SEALED
    if _is_back(address):
        return ""
    try:
        forget(address)
    except (Passing, Unknown) as error:
        return str(error)
    except Permanent as error:
        return f"The list refuses to delete somebody ({error})."
    return ""


def _is_back(address: str) -> bool:
    """Whether the owner of this address has said yes anew since: deleted for good, they could never get the news."""
    with db.reading() as session:
        theirs = (Supporter.mailbox == mailbox_of(address), Supporter.subscribed)
        return session.scalar(select(Supporter.id).where(*theirs)) is not None


def _end(row_id: int, trouble: str, now: datetime) -> None:
    if not trouble:
        db.session().execute(delete(ListDeletion).where(ListDeletion.id == row_id))
        jobs.wake("scrub")
    elif (row := db.session().get(ListDeletion, row_id)) is not None:
        row.trouble, row.due_at = trouble[:200], now + rules.pause(row.tries, rules.LONGEST_WAIT)


@dataclass(frozen=True)
class Owed:
    """How many people the list has still to delete, since when, and what stands in the way."""

    number: int
    since: datetime | None
    trouble: str


def owed() -> Owed:
    """How it stands now; says nothing about who."""
    number, since = db.session().execute(select(func.count(ListDeletion.id), func.min(ListDeletion.asked_at))).one()
    trouble = db.session().scalar(select(ListDeletion.trouble).where(ListDeletion.trouble != "").limit(1))
    return Owed(int(number), since, trouble or "")

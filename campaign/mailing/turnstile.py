"""At most eight calls to the list at once, over all processes and machines: each takes a slot in the records first.

    free ──take──> held ──leave──> free
                     └──killed, or given up while Mailchimp may still work at it──> free when nothing can still happen

Mailchimp counts ten connections for a whole account, and goes on working at calls that we have given up; so a slot is
given back only by whoever knows that its call has ended, or by time.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import uniform
from secrets import token_hex
from time import monotonic, sleep
from typing import Protocol

from flask import current_app
from sqlalchemy import delete, select

from .. import clock, db
from ..errors import Passing
from . import rules
from .models import ListCall

WHILE = timedelta(seconds=rules.A_CALL + rules.THEIR_PATIENCE)  # after it, nothing of a call can still happen
WAIT = 20.0  # seconds that a call waits for a slot


class Crowded(Passing):
    """All slots were in use for longer than we wait; nothing was asked, and nothing is wrong."""


class Overdue(Crowded):
    """There was room, but the time in which a call may begin is over."""


@dataclass(frozen=True)
class Slot:
    """The right to one call."""

    number: int
    holder: str


class Gate(Protocol):
    """What a call passes."""

    def enter(self) -> Slot | None:
        """Wait for a slot; raises Crowded."""

    def leave(self, slot: Slot | None) -> None:
        """The call has surely ended."""


class Open:
    """No gate: for who makes one call at a time, and for tests without records."""

    def enter(self) -> Slot | None:
        """At once."""
        return None

    def leave(self, slot: Slot | None) -> None:
        """Nothing to give back."""


class Turnstile:
    """The gate of all processes that share these records. No records may be open where it is passed."""

    def enter(self) -> Slot | None:
        """A slot, as soon as there is one; raises Crowded."""
        if not current_app.extensions["switches"].call_slots:  # the negative control of "never more than eight"
            return None
        until = monotonic() + WAIT
        while (slot := take(clock.now())) is None:
            if monotonic() > until:
                raise Crowded("Others are asking the list as much as it bears.")
            sleep(uniform(0.02, 0.2))  # noqa: S311 (so that those who wait do not all look at once)
        return slot

    def leave(self, slot: Slot | None) -> None:
        """Give the slot back."""
        if slot is not None:
            give_back(slot)


def take(now: datetime) -> Slot | None:
    """A slot, for as long as a call can take; None when all are held."""
    with db.writing() as session:
        session.execute(delete(ListCall).where(ListCall.until < now))
        held, holder = set(session.scalars(select(ListCall.id))), token_hex(16)
        for number in range(1, rules.CALLS_AT_ONCE + 1):
            values = {"id": number, "holder": holder, "until": now + WHILE}
            if number not in held and db.add(ListCall, values) is not None:  # None: another was quicker
                return Slot(number, holder)
    return None


def give_back(slot: Slot) -> None:
    """Somebody else may have it; nothing when it has run out meanwhile and is somebody else's already."""
    with db.writing() as session:
        session.execute(delete(ListCall).where(ListCall.id == slot.number, ListCall.holder == slot.holder))

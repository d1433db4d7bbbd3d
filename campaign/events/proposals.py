"""Events that partners propose: sending one to staff, taking it back, and what staff say to it."""

from datetime import datetime

from sqlalchemy import insert, select

from .. import db, mail
from ..errors import Refused
from ..staff import accounts
from . import editing
from .models import Event, EventAnswer, EventState

ANSWERED = "events.proposal_answered"
MOST_WAITING = 20  # of a partner: nobody fills the staff's list


def is_theirs(event: Event) -> bool:
    """Whether its host may see it: it began it itself, or it was published; not what staff are still drafting."""
    return event.proposed_by_id is not None or event.published_at is not None


def may_write(event: Event) -> bool:
    """Whether its partner may still write it: a draft that it began itself and has not sent to staff."""
    return event.state == EventState.DRAFT and event.proposed_by_id is not None


def refuse_more(partner_id: int) -> None:
    """Raises Refused when many drafts and proposals of this partner wait."""
    waiting = (EventState.DRAFT, EventState.PROPOSED)
    theirs = select(Event.id).where(Event.partner_id == partner_id, Event.state.in_(waiting))
    if len(db.session().scalars(theirs.limit(MOST_WAITING)).all()) >= MOST_WAITING:
        raise Refused(f"{MOST_WAITING} of your events are not published yet. Finish one of them first.")


def propose(event_id: int, now: datetime) -> None:
    """Send a draft to staff. Raises Refused when it is none or not ready, LookupError."""
    event = editing.locked(event_id)
    if not may_write(event):
        raise Refused("Only a draft of your own can be proposed.")
    editing.refuse_unready(event, now)
    event.state, event.proposed_at, event.changed_at, event.answer = EventState.PROPOSED, now, now, ""
    db.session().flush()


def take_back(event_id: int, now: datetime) -> None:
    """Make a proposal a draft again, to go on writing. Raises Refused, LookupError."""
    event = editing.locked(event_id)
    if event.state != EventState.PROPOSED:
        raise Refused("This event is not waiting for an answer any more.")
    event.state, event.changed_at = EventState.DRAFT, now
    db.session().flush()


def answer(event_id: int, message: str, version: int, now: datetime, *, approved: bool) -> None:
    """Publish it, or give it back; and write to all of the partner's people. Raises Refused, LookupError, and Stale
    when it is not what staff had read: its partner may have taken it back, written something else and sent that.
    """
    event = editing.locked(event_id)
    if event.state != EventState.PROPOSED:
        raise Refused("This event is not waiting for an answer any more.")
    db.must_be(event.version, version)
    event.answer, event.answered_at, event.changed_at = message, now, now
    db.session().flush()
    if approved:
        editing.publish(event_id, now)
    else:
        event.state = EventState.DRAFT
        db.session().flush()
    _tell(event, now, approved=approved)


def _tell(event: Event, now: datetime, *, approved: bool) -> None:
    people = [row.account for row in accounts.everybody(event.partner_id) if row.account.disabled_at is None]
    for account in people:
        said = {"event_id": event.id, "account_id": account.id, "approved": approved, "message": event.answer}
        told = insert(EventAnswer).values(**said, made_at=now).returning(EventAnswer.id)
        mail.write(ANSWERED, db.session().execute(told).scalar_one(), None, now)

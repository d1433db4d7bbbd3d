"""The acts of a guest who is on the list: confirm or accept, change the party, cancel, disown.

Supporters are locked before events: see `seats`.
"""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

from flask_babel import gettext
from sqlalchemy import select, update

from .. import db, i18n, mail
from ..errors import Refused
from ..partners import service as partners
from ..supporters import ledger, shares
from ..supporters import service as supporters
from ..supporters.ledger import Entry, What
from ..supporters.models import Purpose
from ..supporters.shares import PURPOSES, Ticked, Yes
from . import rules, seats
from .models import LIVE, Event, Refusal, Rsvp, RsvpState
from .seats import Turn

YOUR_PLACE, WAITING = "events.your_place", "events.waiting"


class Change(StrEnum):
    """What came of the wish for another number of seats."""

    DONE = "done"
    NO_ROOM = "no room"


def refuse(reason: Refusal | None) -> None:
    """Raises Refused with the reason in words, if there is one."""
    if reason is not None:
        raise Refused(in_words(reason))


def in_words(reason: Refusal) -> str:
    """Why nobody can RSVP, as a visitor reads it."""
    words: dict[Refusal, str] = {
        Refusal.NOT_PUBLISHED: gettext("This event is not open yet."),
        Refusal.CANCELLED: gettext("This event was cancelled."),
        Refusal.OVER: gettext("This event has begun or is over. You cannot reserve a seat any more."),
        Refusal.CLOSED: gettext("This event takes no more reservations."),
        Refusal.MEMBERS_ONLY: gettext("This event is for members of the coalition."),
        Refusal.NO_RSVP: gettext("This event needs no reservation. Just come."),
    }
    return words[reason]


def get(rsvp_id: int) -> Rsvp:
    """An RSVP. Raises LookupError when it is no longer kept."""
    if (rsvp := db.session().get(Rsvp, rsvp_id)) is None:
        raise LookupError(rsvp_id)
    return rsvp


def held(rsvp_id: int, now: datetime) -> tuple[Turn, Rsvp]:
    """An RSVP and a turn at its event; its mailbox is locked until the commit, too. Raises LookupError."""
    rsvp = get(rsvp_id)
    if rsvp.supporter_id is not None and not supporters.hold(rsvp.supporter_id):
        raise LookupError(rsvp_id)
    mine = seats.turn(rsvp.event_id, now)
    if (found := db.session().get(Rsvp, rsvp_id, populate_existing=True)) is None:
        raise LookupError(rsvp_id)
    return mine, found


def confirm(rsvp_id: int, now: datetime, *, news: bool = True, shared: Collection[Purpose] = ()) -> str:
    """The mailbox has answered: a held seat is firm, an offered one accepted, a place in the line kept; the state.

    Pressing twice is harmless. What was ticked holds as far as it was left so on the page with the button. Raises
    Refused when the event was cancelled or has ended.
    """
    mine, rsvp = held(rsvp_id, now)
    if rsvp.state not in LIVE or (rsvp.confirmed_at and rsvp.state != RsvpState.OFFERED):
        return rsvp.state
    refuse(_moot(mine))
    first, waits = rsvp.confirmed_at is None, rsvp.state == RsvpState.WAITING
    rsvp.confirmed_at, rsvp.lapses_at = rsvp.confirmed_at or now, None
    if not waits:
        rsvp.state, rsvp.seated_at = RsvpState.SEATED, now
    db.session().flush()
    if rsvp.supporter_id is not None:
        if first:
            _agree(rsvp, news, shared, now)
        mail.write(WAITING if waits else YOUR_PLACE, rsvp.id, rsvp.supporter_id, now)
    return rsvp.state


def _moot(mine: Turn) -> Refusal | None:
    """Why there is nothing to confirm any more. That no new guests are taken is no reason."""
    reason = rules.refusal(mine.event, mine.now, member=True)
    return reason if reason in (Refusal.CANCELLED, Refusal.OVER) else None


def is_to_come(event: Event, now: datetime) -> bool:
    """Whether it has not begun, and will."""
    return rules.refusal(event, now, member=True) not in (Refusal.NOT_PUBLISHED, Refusal.CANCELLED, Refusal.OVER)


def _agree(rsvp: Rsvp, news: bool, shared: Collection[Purpose], now: datetime) -> None:
    """What was ticked when coming is agreed to now, unless its owner has said no since."""
    assert rsvp.supporter_id is not None
    person = supporters.get(rsvp.supporter_id)
    supporters.confirm(person.id, now)
    ledger.lift(person.mailbox, [What.WITHDRAWN, What.DISOWNED], now, ledger.reference("rsvp", rsvp.id))
    source = f"rsvp {rsvp.id}"
    if news and rsvp.newsletter and not (person.left_at and person.left_at >= rsvp.joined_at):
        supporters.agree(person.id, rsvp.newsletter, rsvp.language, source, now)
    ticked = ticked_by(rsvp)
    for purpose in PURPOSES if ticked else ():
        assert ticked is not None
        words, no = ticked.words(purpose), (person.id, ticked.partner_id, purpose, rsvp.joined_at)
        if words and purpose in shared and not shares.refused_since(*no):
            said = (ticked.partner_id, purpose, words, ticked.language, source, rsvp.name)
            shares.agree(person.id, Yes(*said), now)
    _forget_ticks(rsvp)


def ticked_by(rsvp: Rsvp) -> Ticked | None:
    """What was ticked for a partner and still waits; None when nothing was, or the partner takes no part now."""
    if rsvp.offer_partner_id is None or partners.find_active(rsvp.offer_partner_id) is None:
        return None
    language = i18n.language_of(rsvp.delivery or rsvp.mailing, rsvp.language)
    return Ticked(rsvp.offer_partner_id, rsvp.delivery, rsvp.mailing, language)


def _forget_ticks(rsvp: Rsvp) -> None:
    rsvp.offer_partner_id, rsvp.delivery, rsvp.mailing, rsvp.newsletter = None, "", "", ""
    db.session().flush()


def change_party(rsvp_id: int, party: int, now: datetime) -> Change:
    """Come with more or with fewer. More only if they fit; else the seats stay as they are.

    Raises LookupError, and Refused when it is too late for that or nobody is expected.
    """
    mine, rsvp = held(rsvp_id, now)
    _refuse_late(mine, rsvp)
    more = party - rsvp.party
    if rsvp.state == RsvpState.WAITING:
        if mine.event.capacity is not None and more > 0 and party > mine.event.capacity:
            return Change.NO_ROOM
        rsvp.party = party
        db.session().flush()
    else:
        if more > 0 and not rules.fits(more, mine.free):
            return Change.NO_ROOM
        rsvp.party = party
        db.session().flush()
        mine.take(more)
    seats.promote(mine)
    return Change.DONE


def _refuse_late(mine: Turn, rsvp: Rsvp) -> None:
    if rsvp.state not in LIVE:
        raise Refused(gettext("You are not on the list for this event any more."))
    refuse(_moot(mine))
    if rsvp.checked_in_at is not None or not rules.may_leave(mine.event, mine.now):  # who is here does not leave here
        raise Refused(gettext("It is too late to change this here. If you cannot come, nothing bad happens."))


def cancel(rsvp_id: int, now: datetime) -> None:
    """Give the seat back, or the place in the line; the next in line gets it at once. Twice is harmless.

    Raises LookupError, and Refused when it is too late for that.
    """
    mine, rsvp = held(rsvp_id, now)
    if rsvp.state in LIVE:
        _refuse_late(mine, rsvp)
        _note(rsvp, What.WITHDRAWN, now)
        seats.end(mine, rsvp, RsvpState.CANCELLED)
        _forget_ticks(rsvp)


def disown(rsvp_id: int, now: datetime) -> None:
    """Its mailbox says "this was not me": nothing of what was typed is kept, and no letter follows for a week."""
    mine, rsvp = held(rsvp_id, now)
    if rsvp.state in LIVE and rsvp.confirmed_at is None:
        _note(rsvp, What.DISOWNED, now)
        seats.end(mine, rsvp, RsvpState.CANCELLED)
        rsvp.name = rsvp.name_key = rsvp.access_needs = rsvp.interpretation = rsvp.answers = ""
        rsvp.disowned_at = now
        _forget_ticks(rsvp)


def _note(rsvp: Rsvp, what: What, now: datetime) -> None:
    if rsvp.supporter_id is not None:
        mailbox = supporters.get(rsvp.supporter_id).mailbox
        ledger.note(mailbox, what, now, ledger.reference("rsvp", rsvp.id))


@ledger.repeat.connect
def _leave_again(entry: Entry, supporter_id: int) -> bool:
    """After a restore: they had cancelled this, or said that it was not theirs."""
    if entry.what not in (What.WITHDRAWN, What.DISOWNED):
        return False
    theirs = select(Rsvp).where(
        Rsvp.supporter_id == supporter_id, Rsvp.joined_at <= entry.noted_at, Rsvp.state.in_(LIVE)
    )
    for one in db.session().scalars(theirs).all():
        if ledger.reference("rsvp", one.id) == entry.about:
            mine, rsvp = held(one.id, entry.noted_at)
            seats.end(mine, rsvp, RsvpState.CANCELLED)
            return True
    return False


@partners.ended.connect
def _end(partner_id: int, now: datetime) -> None:
    """Nothing is to be agreed to any more for a partner that is retired or has left."""
    waits = update(Rsvp).where(Rsvp.offer_partner_id == partner_id)
    db.session().execute(waits.values(offer_partner_id=None, delivery="", mailing=""))


@supporters.still_needed.connect
def _is_expected(supporter_id: int) -> bool:
    return db.session().scalar(select(Rsvp.id).where(Rsvp.supporter_id == supporter_id).limit(1)) is not None

"""The acts of a guest: come, ask for the letter again, confirm or accept, change the party, cancel, disown.

Supporters are locked before events: see `seats`.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from secrets import choice
from typing import Any

from flask import current_app
from flask_babel import gettext
from sqlalchemy import bindparam, select, update

from .. import clock, db, i18n, mail
from ..errors import Refused
from ..links.rules import ALPHABET
from ..partners import service as partners
from ..supporters import ledger, shares
from ..supporters import service as supporters
from ..supporters.ledger import Entry, What
from ..supporters.models import Purpose
from ..supporters.shares import PURPOSES, Ticked, Yes
from ..text import fold
from . import board, rules, seats
from .models import LIVE, TAKES_SEATS, Event, Refusal, Rsvp, RsvpState
from .seats import Turn

QUIET = timedelta(minutes=10)  # a double click or a reload within this time writes no second letter
A_DAY, A_WEEK = timedelta(days=1), timedelta(days=7)
PLEASE_CONFIRM, ALREADY_COMING = "events.please_confirm", "events.already_coming"
YOUR_PLACE, WAITING = "events.your_place", "events.waiting"
EVENT = select(Event).where(Event.slug == bindparam("slug"))
THEIRS = select(Rsvp.id).where(Rsvp.event_id == bindparam("event_id"), Rsvp.supporter_id == bindparam("supporter_id"))


@dataclass(frozen=True)
class Coming:
    """What somebody typed who wants to come. `newsletter` holds the words agreed to, `ticked` what a partner gets.

    `answers` is JSON, from the id of a question to what was said.
    """

    name: str
    email: str
    mailbox: str
    party: int = 1
    interpretation: str = ""
    access_needs: str = ""
    answers: str = ""
    newsletter: str = ""
    code_id: int | None = None
    ticked: Ticked | None = None


class Change(StrEnum):
    """What came of the wish for another number of seats."""

    DONE = "done"
    NO_ROOM = "no room"


def come(
    slug: str, coming: Coming, language: str, now: datetime, *, member: bool = False, seen: int | None = None
) -> None:
    """Take an RSVP: a seat at once, held until it is confirmed, or a place in the line. The caller learns nothing.

    Raises Refused when nobody can come now, LookupError when there is no such event. `seen`: see `seats.turn`.
    """
    event = _event(slug)
    _refuse(rules.refusal(event, now, member=member))
    supporter_id = supporters.find_or_add(coming.email, coming.mailbox, language, now)
    mine = seats.turn(event.id, now, seen)
    _refuse(rules.refusal(mine.event, now, member=member))  # once more: it may have been closed since
    if not _add(mine, supporter_id, coming, language):
        _come_again(mine, supporter_id, coming, language)


def look(slug: str) -> int:
    """How many seats are taken. Only the negative control of "a seat is never given twice" goes by it."""
    return db.session().scalar(select(Event.taken).where(Event.slug == slug)) or 0


def _event(slug: str) -> Event:
    """The event with this address, today's or a former one: a form may have been open meanwhile."""
    event = db.session().scalar(EVENT, {"slug": slug})
    if event is None:
        if (now_at := board.forward(slug)) is None:
            raise LookupError(slug)
        return _event(now_at)
    return event


def _refuse(reason: Refusal | None) -> None:
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


def _theirs(event_id: int, supporter_id: int | None) -> int | None:
    return db.session().scalar(THEIRS, {"event_id": event_id, "supporter_id": supporter_id})


def _add(mine: Turn, supporter_id: int, coming: Coming, language: str) -> bool:
    """Take a new RSVP; False when this mailbox has one already, in whatever state."""
    keyed = current_app.extensions["switches"].natural_keys  # off: the negative control of "comes once"
    values: dict[str, Any] = {"event_id": mine.event.id, "supporter_id": supporter_id if keyed else None}
    values |= {"walk_in": False, "no_show": False, "door_code": "".join(choice(ALPHABET) for _ in range(7))}
    values |= _said(mine, coming, language)
    rsvp_id = db.add(Rsvp, values)
    if rsvp_id is not None:
        _seat(mine, values)
        mail.write(PLEASE_CONFIRM, rsvp_id, supporter_id, mine.now)
    return rsvp_id is not None


def _said(mine: Turn, coming: Coming, language: str) -> dict[str, Any]:
    ticked = coming.ticked
    return {
        "state": rules.place_for(coming.party, mine.free).value,
        "name": coming.name,
        "name_key": fold(coming.name)[:200],
        "party": coming.party,
        "language": language,
        "interpretation": coming.interpretation,
        "access_needs": coming.access_needs,
        "answers": coming.answers,
        "newsletter": coming.newsletter,
        "offer_partner_id": ticked.partner_id if ticked else None,
        "delivery": ticked.delivery if ticked else "",
        "mailing": ticked.mailing if ticked else "",
        "code_id": coming.code_id,
        "joined_at": max(mine.now, clock.now()),  # in the order of turns, or numbers already told would change
        "lapses_at": rules.confirm_by(mine.event.starts_at, mine.now),
    }


def _seat(mine: Turn, values: dict[str, Any]) -> None:
    if values["state"] in TAKES_SEATS:
        mine.take(values["party"])


def _come_again(mine: Turn, supporter_id: int, coming: Coming, language: str) -> None:
    """Their mailbox is known here: who is expected is told so by letter; who had cancelled comes anew.

    Nothing that stands changes, for whoever types an address need not own it.
    """
    rsvp = get(_theirs(mine.event.id, supporter_id) or 0)
    quiet = rsvp.disowned_at is not None and rsvp.disowned_at > mine.now - A_WEEK
    if rsvp.state in LIVE:
        waits = rsvp.confirmed_at is None
        _remind(PLEASE_CONFIRM if waits else ALREADY_COMING, rsvp, mine.now, most=_most() if waits else 1)
    elif quiet or not _remind(PLEASE_CONFIRM, rsvp, mine.now, most=_most()):
        # It has just said that it was not them, or had letters enough today: no seat is held that nobody hears of.
        mail.write_to_nobody(mine.now)
    else:
        values = _said(mine, coming, language)
        for name, value in values.items():
            setattr(rsvp, name, value)
        rsvp.confirmed_at = rsvp.offered_at = rsvp.seated_at = rsvp.ended_at = rsvp.disowned_at = None
        db.session().flush()
        _seat(mine, values)


def _most() -> int:
    return i18n.site().limits.letters_per_day


def _remind(kind: str, rsvp: Rsvp, now: datetime, most: int) -> bool:
    """Write about an RSVP, unless that was done a moment ago or often enough today; whether it was."""
    if rsvp.supporter_id is None or mail.written_since(now - QUIET, rsvp.supporter_id, [kind], rsvp.id):
        return False
    if mail.written_since(now - A_DAY, rsvp.supporter_id, [kind]) >= most:
        return False
    mail.write(kind, rsvp.id, rsvp.supporter_id, now)
    return True


def send_letter_again(slug: str, mailbox: str, now: datetime) -> None:
    """The letter did not come: write it again, at most so often a day. Says nothing about who is known."""
    rsvp_id = _theirs(_event(slug).id, supporters.find_by_mailbox(mailbox))
    rsvp = get(rsvp_id) if rsvp_id is not None else None
    if rsvp is None or rsvp.supporter_id is None or rsvp.state not in LIVE:
        mail.write_to_nobody(now)
        return
    kind = ALREADY_COMING if rsvp.confirmed_at else PLEASE_CONFIRM
    if mail.written_since(now - A_DAY, rsvp.supporter_id, [kind]) < _most():
        mail.write(kind, rsvp.id, rsvp.supporter_id, now)
    else:
        mail.write_to_nobody(now)


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
    _refuse(_moot(mine))
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
    _refuse(_moot(mine))
    if not rules.may_leave(mine.event, mine.now):
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

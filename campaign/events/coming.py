"""Wanting to come: an RSVP is taken, at once or as a place in the line, or its letter is asked for again.

Supporters are locked before events: see `seats`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import choice
from typing import Any, cast

from flask import current_app
from sqlalchemy import bindparam, exists, select

from .. import clock, db, i18n, mail
from ..links.rules import ALPHABET
from ..supporters import service as supporters
from ..supporters.shares import Ticked
from ..text import fold
from . import board, rules, seats, service
from .models import LIVE, TAKES_SEATS, Event, EventQuestion, Rsvp
from .seats import Turn

QUIET = timedelta(minutes=10)  # a double click or a reload within this time writes no second letter
A_DAY, A_WEEK = timedelta(days=1), timedelta(days=7)
PLEASE_CONFIRM, ALREADY_COMING = "events.please_confirm", "events.already_coming"
EVENT = select(*seats.DECIDES, exists().where(EventQuestion.event_id == Event.id).label("asks")).where(
    Event.slug == bindparam("slug")
)
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


def come(
    event_id: int, coming: Coming, language: str, now: datetime, *, member: bool = False, seen: int | None = None
) -> None:
    """Take an RSVP: a seat at once, held until it is confirmed, or a place in the line. The caller learns nothing.

    Raises Refused when nobody can come now, LookupError when there is no such event. `seen`: see `seats.turn`.
    """
    supporter_id = supporters.find_or_add(coming.email, coming.mailbox, language, now)
    mine = seats.turn(event_id, now, seen)
    service.refuse(rules.refusal(mine.event, now, member=member))
    if not _add(mine, supporter_id, coming, language):
        _come_again(mine, supporter_id, coming, language)


def look(slug: str) -> int:
    """How many seats are taken. Only the negative control of "a seat is never given twice" goes by it."""
    return db.session().scalar(select(Event.taken).where(Event.slug == slug)) or 0


@dataclass(frozen=True)
class Found:
    """An event that somebody wants to come to: what decides whether they may, and whether staff ask anything."""

    event: Event
    asks: bool


def find(slug: str) -> Found:
    """The event with this address, today's or a former one: a form may have been open meanwhile. Raises LookupError."""
    row = db.session().execute(EVENT, {"slug": slug}).one_or_none()
    if row is None:
        if (now_at := board.forward(slug)) is None:
            raise LookupError(slug)
        return find(now_at)
    return Found(cast(Event, row), bool(row.asks))


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
    rsvp = service.get(_theirs(mine.event.id, supporter_id) or 0)
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
    rsvp_id = _theirs(find(slug).event.id, supporters.find_by_mailbox(mailbox))
    rsvp = service.get(rsvp_id) if rsvp_id is not None else None
    if rsvp is None or rsvp.supporter_id is None or rsvp.state not in LIVE:
        mail.write_to_nobody(now)
        return
    kind = ALREADY_COMING if rsvp.confirmed_at else PLEASE_CONFIRM
    if mail.written_since(now - A_DAY, rsvp.supporter_id, [kind]) < _most():
        mail.write(kind, rsvp.id, rsvp.supporter_id, now)
    else:
        mail.write_to_nobody(now)

"""What guests see of their RSVPs on the page about themselves, giving a seat back there, and being erased."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext
from sqlalchemy import delete, select, update

from .. import db, i18n
from ..supporters import erasure, kept
from ..supporters import service as supporters
from ..supporters.kept import Held
from ..supporters.models import Supporter
from . import board, seats, service
from .models import LIVE, TAKES_SEATS, Rsvp, RsvpState

KIND = "rsvp"


@kept.holding.connect
def _rsvps(supporter_id: int) -> list[Held]:
    found = select(Rsvp).where(Rsvp.supporter_id == supporter_id).order_by(Rsvp.id)
    return [_held(one) for one in db.session().scalars(found)]


def _held(one: Rsvp) -> Held:
    event, ticked = board.get(one.event_id), service.ticked_by(one)
    facts = [
        (gettext("State"), in_words(one)),
        (gettext("When"), event.when),
        (gettext("Asked for"), i18n.show_moment(one.joined_at)),
        (gettext("Your name"), one.name),
        (gettext("How many people come"), i18n.show_number(one.party)),
        *asked_for(one),
        (
            gettext("Ticked, once you confirm"),
            " ".join(filter(None, (one.newsletter, one.delivery, one.mailing))) if not one.confirmed_at else "",
        ),
        (gettext("You came"), i18n.show_moment(one.checked_in_at) if one.checked_in_at else ""),
    ]
    data: dict[str, object] = {
        "event": event.slug,
        "state": one.state,
        "name": one.name,
        "party": one.party,
        "language": one.language,
        "interpretation": one.interpretation,
        "access_needs": one.access_needs,
        "answers": answers(one),
        "newsletter": one.newsletter,
        "for_a_partner": {"delivery": one.delivery, "mailing": one.mailing} if ticked else None,
        "door_code": one.door_code,
        "came": one.came,
        "no_show": one.no_show,
        **{name: _moment(getattr(one, name)) for name in MOMENTS},
    }
    return Held(KIND, one.id, event.title, [fact for fact in facts if fact[1]], _button(one), data)


MOMENTS = (
    "joined_at",
    "confirmed_at",
    "offered_at",
    "seated_at",
    "lapses_at",
    "ended_at",
    "disowned_at",
    "checked_in_at",
)


def _moment(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None


def answers(one: Rsvp) -> Mapping[str, str]:
    """What was answered, by the question; in the reader's language as far as the question still stands."""
    said: dict[str, Any] = json.loads(one.answers) if one.answers else {}
    asked = {str(question.id): question.words for question in board.questions(one.event_id)}
    return {asked.get(number, number): board.answer_in_words(text) for number, text in said.items()}


def asked_for(one: Rsvp) -> list[tuple[str, str]]:
    """What its guest needs and answered, as the guest reads it."""
    facts = [
        (gettext("Interpretation into"), i18n.find(one.interpretation).name if one.interpretation else ""),
        (gettext("What you need"), one.access_needs),
        (gettext("Your answers"), i18n.sign(";").join(answers(one).values())),
    ]
    return [fact for fact in facts if fact[1]]


def in_words(one: Rsvp) -> str:
    """What became of it, as its guest reads it."""
    words: dict[str, str] = {
        RsvpState.HELD: gettext("A seat is kept for you until you confirm"),
        RsvpState.WAITING: gettext("On the waitlist"),
        RsvpState.OFFERED: gettext("A seat is free: please take it"),
        RsvpState.SEATED: gettext("You have a seat"),
        RsvpState.CANCELLED: gettext("Cancelled"),
        RsvpState.LAPSED: gettext("Not confirmed in time"),
    }
    return words[one.state]


def _button(one: Rsvp) -> str:
    if one.state not in LIVE:
        return ""
    return str(gettext("I cannot come") if one.confirmed_at else gettext("This was not me"))


@supporters.taking_back.connect
def _take_back(kind: str, supporter_id: int, id: int, now: datetime) -> bool:
    """Give a seat back, disown what was never confirmed. False when it is not theirs."""
    one = db.session().get(Rsvp, id) if kind == KIND else None
    if one is None or one.supporter_id != supporter_id:
        return False
    (service.cancel if one.confirmed_at else service.disown)(id, now)
    return True


@supporters.speaking.connect
def _speak(supporter_id: int, language: str) -> None:
    """Letters about an event come in the language of the RSVP."""
    theirs = update(Rsvp).where(Rsvp.supporter_id == supporter_id)
    db.session().execute(theirs.values(language=language))


@erasure.erasing.connect
def _erase(person: Supporter, now: datetime) -> None:
    """Their RSVPs go, and their seats to the next in line. Of who has been at an event the number stays."""
    seats.lock_all_of(person.id)
    parts = (Rsvp.event_id, Rsvp.code_id, Rsvp.state, Rsvp.party, Rsvp.came)
    gone = db.session().execute(delete(Rsvp).where(Rsvp.supporter_id == person.id).returning(*parts)).all()
    for one in sorted(gone, key=lambda row: row.event_id):
        if one.state not in TAKES_SEATS:
            continue
        mine = seats.turn(one.event_id, now)
        mine.take(-one.party)
        seats.promote(mine)
        if now >= mine.event.starts_at and one.state == RsvpState.SEATED:
            seats.count_nameless(one.event_id, one.code_id, one.party, one.came)

"""Asking volunteers to fill a gap, by letter, and what they answer. Nobody is asked twice in a day, by whomever.

The volunteer is locked before the shift, as everywhere.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app
from flask_babel import gettext
from sqlalchemy import select

from .. import db, i18n, mail
from ..errors import Refused
from ..volunteers import service as volunteers
from ..volunteers.models import Volunteer, VolunteerState
from . import reasons, service, turns, week
from .models import TAKES_A_PLACE, Placement, PlacementState, Shift, ShiftAsk, ShiftNeed, ShiftState

CAN_YOU_COME = "shifts.can_you_come"
YES, NO = "yes", "no"


@dataclass(frozen=True)
class Asking:
    """An ask with its need and shift, who is asked, and the place that they have on it now."""

    ask: ShiftAsk
    need: ShiftNeed
    shift: Shift
    volunteer: Volunteer
    placement: Placement | None

    @property
    def theirs(self) -> bool:
        """Whether they have it."""
        return self.placement is not None and self.placement.state == PlacementState.TAKEN

    @property
    def has_place(self) -> bool:
        """Whether they have it, or it is kept for them until they answer."""
        return self.placement is not None and self.placement.state in TAKES_A_PLACE

    def closed(self, now: datetime) -> bool:
        """Whether it is too late for an answer, or nobody is needed any more."""
        gone = self.volunteer.state != VolunteerState.CONFIRMED or self.shift.state != ShiftState.OPEN
        return gone or now >= self.shift.starts_at or (self.need.taken >= self.need.number and not self.has_place)


def ask(need_id: int, volunteer_id: int, account_id: int, now: datetime) -> str:
    """Ask somebody to fill a gap; empty when the letter is on its way, else in a sentence why not.

    Raises LookupError.
    """
    try:
        name = volunteers.active(volunteer_id).name
    except Refused:
        return "Somebody whom you chose is no volunteer any more."
    need, shift = _needed(need_id)
    [fit] = week.judged(need, shift, [volunteer_id], now)
    if fit.helper.asked_today:
        return f"{name} was asked today already. Nobody is asked twice in a day."
    if not fit.can:
        return f"{name} cannot take this shift any more: something has changed."
    today = i18n.local(now).date()
    if not current_app.extensions["switches"].ask_once:  # the negative control of "not twice in a day"
        today += timedelta(days=need_id)
    values = {"need_id": need_id, "volunteer_id": volunteer_id, "account_id": account_id, "asked_on": today}
    ask_id = db.add(ShiftAsk, {**values, "asked_at": now, "answer": ""})
    if ask_id is None:
        return f"{name} was asked today already. Nobody is asked twice in a day."
    mail.write(CAN_YOU_COME, ask_id, db.session().get_one(Volunteer, volunteer_id).supporter_id, now)
    return ""


def _needed(need_id: int) -> tuple[ShiftNeed, Shift]:
    """A need and its shift, as they are now. Raises LookupError."""
    if (need := db.session().get(ShiftNeed, need_id, populate_existing=True)) is None:
        raise LookupError(need_id)
    return need, db.session().get_one(Shift, need.shift_id, populate_existing=True)


def get(ask_id: int) -> Asking:
    """An ask, with all that belongs to it. Raises LookupError."""
    if (one := db.session().get(ShiftAsk, ask_id, populate_existing=True)) is None:
        raise LookupError(ask_id)
    need, shift = _needed(one.need_id)
    there = select(Placement).where(Placement.shift_id == shift.id, Placement.volunteer_id == one.volunteer_id)
    volunteer = db.session().get_one(Volunteer, one.volunteer_id)
    return Asking(one, need, shift, volunteer, db.session().scalar(there))


def accept(ask_id: int, now: datetime) -> None:
    """They come: the shift is theirs. Twice is harmless.

    Raises LookupError, and Refused with the reason when it cannot be theirs any more.
    """
    asked = get(ask_id)
    service.take(asked.volunteer.id, asked.need.id, now)
    asked.ask.answer, asked.ask.answered_at = YES, now
    db.session().flush()


def decline(ask_id: int, now: datetime) -> None:
    """They cannot come; a place that was kept for them goes to the next. Twice is harmless.

    Raises LookupError, and Refused for who has said yes and has it.
    """
    volunteers.held(get(ask_id).volunteer.id)
    one = get(ask_id)
    if one.theirs:
        raise Refused(gettext("You have this shift. On your own page you can give it back."))
    if one.has_place:
        service.give_back(one.volunteer.id, one.shift.id, now)
    one.ask.answer, one.ask.answered_at = NO, now
    db.session().flush()


def reason(one: Asking, now: datetime) -> str:
    """Why they cannot take it, as the volunteer reads it; empty when they can."""
    [fit] = week.judged(one.need, one.shift, [one.volunteer.id], now)
    nos = [known.no for known in fit.cons if known.no is not None]
    return reasons.in_words(nos[0], one.shift, one.need.role_id) if nos else ""


def shift_of(need_id: int) -> int:
    """The shift that is asked for, to name it in the trail. Raises LookupError."""
    return turns.shift_of(need_id)

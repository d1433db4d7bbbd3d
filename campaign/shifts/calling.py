"""The letters that call volunteers: can you come, it is tomorrow, it begins soon."""

from flask_babel import gettext
from sqlalchemy import select

from .. import clock, db, i18n
from ..mail import Mail, letter
from ..supporters import service as supporters
from ..volunteers import phones, standing
from ..volunteers.emails import Says, mail_to
from ..volunteers.models import Volunteer
from ..web import address
from . import asks, saying
from .models import Placement, PlacementNews, PlacementState, Shift, ShiftState
from .saying import N_


@letter("shifts.can_you_come", private=True)
def can_you_come(ask_id: int) -> Mail | None:
    """Asks whether they can fill a gap; moot once it is filled or begun, or they have answered."""
    try:
        one = asks.get(ask_id)
    except LookupError:
        return None
    if one.closed(clock.now()) or one.ask.answer or one.has_place or standing.without_letters([one.volunteer.id]):
        return None
    link = address("asks.show", i18n.find(one.volunteer.language), ask_id=ask_id)
    return mail_to(one.volunteer, N_("Can you come?"), lambda _page: _can_you_come(one, link))


def _can_you_come(one: asks.Asking, link: str) -> Says:
    return Says(
        heading=gettext("Can you help?"),
        opening=[gettext("someone is still needed, and you would fit well. Can you come?")],
        facts=saying.facts_for(one.shift, one.need.role_id),
        press=gettext("Answer yes or no"),
        link=link,
        closing=[gettext("A no is fine, and helps us too. We ask you at most once a day.")],
    )


def _told(told_id: int) -> tuple[Placement, Shift] | None:
    """The place that a reminder is about, while it is theirs, and the shift is held and has not begun."""
    if (told := db.session().get(PlacementNews, told_id)) is None:
        return None
    one = saying.find(told.placement_id, PlacementState.TAKEN)
    if one is None or one.checked_in_at is not None:
        return None
    shift = db.session().get_one(Shift, one.shift_id)
    over = shift.state != ShiftState.OPEN or clock.now() >= shift.starts_at
    return None if over else (one, shift)


@letter("shifts.tomorrow", private=True)
def tomorrow(told_id: int) -> Mail | None:
    """Reminds of the shift a day before, with whom to call and the way to give it back."""
    if (told := _told(told_id)) is None or _left_since(told[0]):
        return None
    return saying.letter_to(told[0], N_("Your shift"), _tomorrow)


def _tomorrow(page: str, shift: Shift) -> Says:
    return Says(
        heading=gettext("Your shift is near"),
        opening=[gettext("this is a reminder of your shift. Thank you for coming.")],
        facts=whom_to_call(shift),
        press=gettext("Open my page"),
        link=page,
        closing=[
            gettext("If you cannot come, give the shift back on your page now, so that somebody else can take it.")
        ],
    )


@letter("shifts.soon", private=True)
def soon(told_id: int) -> Mail | None:
    """Reminds of the shift two hours before."""
    if (told := _told(told_id)) is None or _left_since(told[0]):
        return None
    return saying.letter_to(told[0], N_("Your shift"), lambda page, shift: _soon(page, shift, told[0]))


def _soon(page: str, shift: Shift, one: Placement) -> Says:
    code = [(gettext("Your code at the table"), one.door_code)] if one.door_code else []
    return Says(
        heading=gettext("Your shift begins soon"),
        opening=[gettext("your shift begins soon. Thank you for coming.")],
        facts=[*whom_to_call(shift), *code],
        press=gettext("Open my page"),
        link=page,
        closing=[gettext("If something came up, please call the number above.")] if shift.coordinator_phone else [],
    )


def whom_to_call(shift: Shift) -> list[tuple[str, str]]:
    """The number for the day, if one was given."""
    number = phones.opened(shift.coordinator_phone)
    return [(gettext("Number for the day"), number)] if number else []


def _left_since(one: Placement) -> bool:
    """Whether they told us to stop after they had taken it: what is not needed is not sent then."""
    found = select(Volunteer.supporter_id).where(Volunteer.id == one.volunteer_id)
    left_at = supporters.get(db.session().scalar(found) or 0).left_at
    return left_at is not None and left_at >= (one.taken_at or one.joined_at)

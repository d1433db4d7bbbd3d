"""What letters and pages say of a shift: when, where, in which role, in the words of the language spoken."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext

from .. import db
from ..events import times
from ..mail import Mail
from ..places import service as places
from ..staff import colleagues
from ..volunteers import lists
from ..volunteers.emails import Says, mail_to
from ..volunteers.models import Volunteer, VolunteerState
from .models import Placement, Shift, ShiftNeed


def N_(text: str) -> str:  # noqa: N802 (gettext's name for "translate later")
    """Marks a text for translation that is translated elsewhere."""
    return text


def find(placement_id: int, *states: str) -> Placement | None:
    """The place of somebody who is still a volunteer, while it is in one of these states (in any, if none is said)."""
    one = db.session().get(Placement, placement_id)
    if one is None or (states and one.state not in states):
        return None
    return one if db.session().get_one(Volunteer, one.volunteer_id).state == VolunteerState.CONFIRMED else None


def letter_to(one: Placement, subject: str, says: Callable[[str, Shift], Says]) -> Mail:
    """A letter about a place, with its facts below what is said. `subject` is English."""
    shift = db.session().get_one(Shift, one.shift_id)

    def say(page: str) -> Says:
        said = says(page, shift)
        return Says(
            said.heading, said.opening, said.press, said.link, [*facts_of(one, shift), *said.facts], said.closing
        )

    return mail_to(db.session().get_one(Volunteer, one.volunteer_id), subject, say)


def facts_of(one: Placement, shift: Shift) -> list[tuple[str, str]]:
    """When and where it is, what one does there, whom to ask for, and what else is said to those who come."""
    return facts_for(shift, db.session().get_one(ShiftNeed, one.need_id).role_id)


def facts_for(shift: Shift, role_id: int) -> list[tuple[str, str]]:
    """The same of a shift in a role, whoever takes it."""
    facts = [
        (gettext("When"), times.span(shift.starts_at, shift.ends_at, shift.zone)),
        (gettext("Where"), where(shift)),
        (gettext("Role"), lists.names(lists.ROLES).get(role_id, "")),
        (gettext("Coordinator"), coordinator(shift)),
        (gettext("Please note"), shift.note),
    ]
    return [fact for fact in facts if fact[1]]


def coordinator(shift: Shift) -> str:
    """Whom those who come ask for: the name that was written, else that of the colleague."""
    return shift.coordinator or colleagues.name(shift.coordinator_id)


def where(shift: Shift) -> str:
    """Where a shift is, in one line: the place with its address, as far as it is known."""
    place = places.get(shift.place_id)
    return ", ".join(filter(None, (place.name, place.where)))


def until(at: datetime, shift: Shift) -> str:
    """A moment on the clock of a shift."""
    return times.at(at, shift.zone)


def changes(before: Sequence[Any], shift: Shift) -> list[tuple[str, str]]:
    """What is not as it was: `before` are its start, end, zone and place."""
    starts_at, ends_at, zone, place_id = before
    found = []
    if (starts_at, ends_at, zone) != (shift.starts_at, shift.ends_at, shift.zone):
        found.append((gettext("Time before"), times.span(starts_at, ends_at, zone)))
    if place_id != shift.place_id:
        found.append((gettext("Place before"), places.get(place_id).name))
    return found

"""What volunteers see of their shifts and hours on the page about themselves: all of it, for them and for programs."""

from datetime import datetime

from flask_babel import gettext
from sqlalchemy import select

from .. import db, i18n
from ..events import times
from ..places import service as places
from ..supporters import kept
from ..supporters.kept import Held
from ..volunteers import lists
from ..volunteers.models import Volunteer
from .models import Hours, HoursState, Placement, PlacementState, Shift, ShiftAsk, ShiftNeed

SHIFT, ASKED, HOURS = "shift", "shift_request", "volunteer_hour"
MOMENTS = ("joined_at", "taken_at", "offered_at", "lapses_at", "ended_at", "checked_in_at", "checked_out_at")


@kept.holding.connect
def _holding(supporter_id: int) -> list[Held]:
    volunteer_id = db.session().scalar(select(Volunteer.id).where(Volunteer.supporter_id == supporter_id))
    if volunteer_id is None:
        return []
    roles = lists.names(lists.ROLES)
    return [*_placements(volunteer_id, roles), *_asks(volunteer_id, roles), *_hours(volunteer_id, roles)]


def _placements(volunteer_id: int, roles: dict[int, str]) -> list[Held]:
    found = select(Placement, ShiftNeed.role_id, Shift).join(ShiftNeed, ShiftNeed.id == Placement.need_id)
    found = found.join(Shift, Shift.id == Placement.shift_id).where(Placement.volunteer_id == volunteer_id)
    rows = db.session().execute(found.order_by(Shift.starts_at, Placement.id)).all()
    return [_placed(one, roles.get(role_id, ""), shift) for one, role_id, shift in rows]


def _placed(one: Placement, role: str, shift: Shift) -> Held:
    place = places.get(shift.place_id).name
    facts = [
        (gettext("When"), times.span(shift.starts_at, shift.ends_at, shift.zone)),
        (gettext("Where"), place),
        (gettext("State"), states()[one.state]),
        (gettext("Reason"), one.reason if one.state == PlacementState.REMOVED else ""),
    ]
    data: dict[str, object] = {
        "role": role,
        "place": place,
        "starts_at": _moment(shift.starts_at),
        "ends_at": _moment(shift.ends_at),
        "state": one.state,
        "reason": one.reason,
        "code": one.door_code,
        "no_show": one.no_show,
        "came_without_taking_it": one.walk_in,
        **{name: _moment(getattr(one, name)) for name in MOMENTS},
    }
    title = gettext("Shift: %(role)s", role=role)
    return Held(SHIFT, one.id, title, [fact for fact in facts if fact[1]], "", data)


def states() -> dict[str, str]:
    """What became of a place on a shift, as its holder reads it."""
    return {
        PlacementState.WAITING: gettext("On the waitlist"),
        PlacementState.OFFERED: gettext("Offered to you"),
        PlacementState.TAKEN: gettext("Yours"),
        PlacementState.CANCELLED: gettext("Given back"),
        PlacementState.REMOVED: gettext("Taken back by us"),
        PlacementState.LAPSED: gettext("Not accepted in time"),
    }


def _asks(volunteer_id: int, roles: dict[int, str]) -> list[Held]:
    found = select(ShiftAsk, ShiftNeed.role_id).join(ShiftNeed, ShiftNeed.id == ShiftAsk.need_id)
    rows = db.session().execute(found.where(ShiftAsk.volunteer_id == volunteer_id).order_by(ShiftAsk.id)).all()
    return [_asked(one, roles.get(role_id, "")) for one, role_id in rows]


def _asked(one: ShiftAsk, role: str) -> Held:
    facts = [(gettext("Date"), i18n.show_date(one.asked_on))]
    data: dict[str, object] = {"role": role, "asked_at": _moment(one.asked_at), "answer": one.answer}
    data["answered_at"] = _moment(one.answered_at)
    return Held(ASKED, one.id, gettext("We asked you for help: %(role)s", role=role), facts, "", data)


def _hours(volunteer_id: int, roles: dict[int, str]) -> list[Held]:
    rows = db.session().scalars(select(Hours).where(Hours.volunteer_id == volunteer_id).order_by(Hours.worked_on))
    return [_worked(one, roles.get(one.role_id, "")) for one in rows]


def _worked(one: Hours, role: str) -> Held:
    count: dict[str, str] = {
        HoursState.LOGGED: gettext("Not looked at yet"),
        HoursState.APPROVED: gettext("They count"),
        HoursState.DECLINED: gettext("They do not count"),
    }
    facts = [
        (gettext("Date"), i18n.show_date(one.worked_on)),
        (gettext("Minutes"), i18n.show_number(one.minutes)),
        (gettext("State"), count[one.state]),
        (gettext("What you did"), one.note),
    ]
    data: dict[str, object] = {
        "role": role,
        "language": one.language,
        "worked_on": one.worked_on.isoformat(),
        "minutes": one.minutes,
        "source": one.source,
        "state": one.state,
        "note": one.note,
        **{name: _moment(getattr(one, name)) for name in ("logged_at", "corrected_at", "decided_at")},
    }
    title = gettext("Hours: %(role)s", role=role)
    return Held(HOURS, one.id, title, [fact for fact in facts if fact[1]], "", data)


def _moment(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None

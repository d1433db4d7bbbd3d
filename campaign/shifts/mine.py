"""What a volunteer has taken, as entries of a calendar."""

from datetime import timedelta

from flask_babel import gettext
from sqlalchemy import select

from .. import clock, db, i18n, web
from ..events.calendar import Entry
from ..volunteers import lists
from ..volunteers import service as volunteers
from ..volunteers.models import VolunteerState
from . import saying
from .models import Placement, PlacementState, Shift, ShiftNeed, ShiftState

KEPT = timedelta(days=30)  # so long after it a shift stays in the calendar
SHOWN = (PlacementState.TAKEN, PlacementState.CANCELLED, PlacementState.REMOVED)


def entries(volunteer_id: int) -> list[Entry]:
    """The shifts that they have, or had, in the language spoken. Raises LookupError for who is no volunteer now."""
    if volunteers.get(volunteer_id).state != VolunteerState.CONFIRMED:
        raise LookupError(volunteer_id)
    found = select(Placement, Shift, ShiftNeed.role_id).join(Shift, Shift.id == Placement.shift_id)
    found = found.join(ShiftNeed, ShiftNeed.id == Placement.need_id)
    found = found.where(Placement.volunteer_id == volunteer_id, Placement.state.in_(SHOWN))
    found = found.where(Placement.taken_at.is_not(None), Shift.ends_at > clock.now() - KEPT)
    roles = lists.names(lists.ROLES)
    rows = db.session().execute(found.order_by(Shift.starts_at, Shift.id))
    return [_entry(one, shift, roles.get(role_id, "")) for one, shift, role_id in rows]


def _entry(one: Placement, shift: Shift, role: str) -> Entry:
    given_back = one.state != PlacementState.TAKEN
    changed = [shift.changed_at, one.taken_at, one.ended_at if given_back else None]
    changed_at = max(at for at in changed if at)
    name = saying.coordinator(shift)
    about = [role, gettext("Coordinator: %(name)s", name=name) if name else "", shift.note]
    return Entry(
        uid=f"shift-{shift.id}@{web.config().host_name}",
        sequence=int((changed_at - shift.added_at).total_seconds()),  # grows with each change of either
        changed_at=changed_at,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        zone=shift.zone,
        title=gettext("Shift: %(role)s", role=role),
        about="\n\n".join(part for part in about if part),
        where=saying.where(shift),
        address="",
        tag=i18n.language().tag,
        cancelled=given_back or shift.state != ShiftState.OPEN,
    )

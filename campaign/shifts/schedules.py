"""Which shifts volunteers have taken, gathered for the rules, and what the campaign asks of shifts."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import select

from .. import db, i18n
from ..volunteers.models import AgeBand, Volunteer
from .models import Placement, PlacementState, Shift, ShiftState
from .rules import Limits, Time

BEFORE = timedelta(days=2)  # so long after its end a shift can still ask for rest


def limits() -> Limits:
    """What the campaign asks of shifts."""
    return Limits(**i18n.site().shifts.model_dump())


def time_of(shift: Shift) -> Time:
    """When a shift is."""
    return Time(shift.id, shift.starts_at, shift.ends_at, shift.zone)


def of(volunteer_ids: Collection[int], now: datetime) -> dict[int, list[Time]]:
    """What each of these has taken that was not over long ago, in one statement for a thousand as for one."""
    found = (
        select(Placement.volunteer_id, Shift.id, Shift.starts_at, Shift.ends_at, Shift.zone)
        .join(Shift, Shift.id == Placement.shift_id)
        .where(Placement.volunteer_id.in_(volunteer_ids), Placement.state == PlacementState.TAKEN)
        .where(Shift.state == ShiftState.OPEN, Shift.ends_at > now - BEFORE)
        .order_by(Shift.starts_at, Shift.id)
    )
    known: dict[int, list[Time]] = {one: [] for one in volunteer_ids}
    for row in db.session().execute(found):
        known[row.volunteer_id].append(Time(row.id, row.starts_at, row.ends_at, row.zone))
    return known


def adults(shift_ids: Collection[int]) -> dict[int, set[int]]:
    """Which volunteers who are 18 or older have taken each of these shifts."""
    found = select(Placement.shift_id, Placement.volunteer_id).join(Volunteer, Volunteer.id == Placement.volunteer_id)
    found = found.where(Placement.shift_id.in_(shift_ids), Placement.state == PlacementState.TAKEN)
    known: dict[int, set[int]] = {one: set() for one in shift_ids}
    for shift_id, volunteer_id in db.session().execute(found.where(Volunteer.age_band != AgeBand.MINOR)):
        known[shift_id].add(volunteer_id)
    return known

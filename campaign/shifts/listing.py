"""What staff see of shifts: a list with what each needs, and who is on one of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select

from .. import db
from ..events import times
from ..places import service as places
from ..volunteers import lists
from ..volunteers.models import Volunteer
from .models import LIVE, Placement, PlacementState, Shift, ShiftNeed, ShiftState

MOST = 200  # shifts of one event


class Line(NamedTuple):
    """What a shift needs in a role, and how far it has it."""

    role: str
    number: int
    taken: int
    waiting: int
    languages: str


@dataclass(frozen=True)
class Row:
    """A shift in a list."""

    shift: Shift
    place: str
    needs: list[Line] = field(default_factory=list)

    @property
    def day(self) -> str:
        """Its day, on its own clock."""
        return times.day(self.shift.starts_at, self.shift.zone)

    @property
    def when(self) -> str:
        """From when to when."""
        return times.span(self.shift.starts_at, self.shift.ends_at, self.shift.zone)

    @property
    def missing(self) -> int:
        """How many are still wanted."""
        return sum(max(0, one.number - one.taken) for one in self.needs)


class Person(NamedTuple):
    """Somebody who is on a shift, or waits, or was."""

    placement: Placement
    name: str
    role: str


def find(
    now: datetime, page: int, size: int, *, past: bool = False, batch_id: int = 0, coordinator_id: int = 0
) -> list[Row]:
    """Shifts to come, the soonest first; of the past the last first; all of one batch; those to come of a coordinator.

    One more than `size` when there are more.
    """
    found, order = select(Shift), (Shift.starts_at, Shift.id)
    if batch_id:
        found = found.where(Shift.batch_id == batch_id)
    elif past:
        found, order = found.where(Shift.ends_at <= now), (Shift.starts_at.desc(), Shift.id.desc())  # type: ignore[assignment]
    else:
        found = found.where(Shift.ends_at > now)
    if coordinator_id:
        found = found.where(Shift.coordinator_id == coordinator_id)
    return rows(db.session().scalars(found.order_by(*order).limit(size + 1).offset(page * size)))


def of_event(event_id: int) -> list[Row]:
    """The shifts of an event, in order of time."""
    found = select(Shift).where(Shift.event_id == event_id).order_by(Shift.starts_at, Shift.id)
    return rows(db.session().scalars(found.limit(MOST)))


def rows(shifts: Iterable[Shift]) -> list[Row]:
    """These with what they need, in as many statements for a thousand as for one."""
    shifts = list(shifts)
    called, roles = places.names(one.place_id for one in shifts), lists.names(lists.ROLES)
    needs = db.session().scalars(
        select(ShiftNeed).where(ShiftNeed.shift_id.in_([one.id for one in shifts])).order_by(ShiftNeed.id)
    )
    by_shift: dict[int, list[ShiftNeed]] = {one.id: [] for one in shifts}
    for need in needs:
        by_shift[need.shift_id].append(need)
    line = waiting(need.id for each in by_shift.values() for need in each)
    return [
        Row(
            one,
            called.get(one.place_id, "?"),
            [
                Line(roles.get(need.role_id, "?"), need.number, need.taken, line.get(need.id, 0), need.languages)
                for need in by_shift[one.id]
                if need.number or need.taken
            ],
        )
        for one in shifts
    ]


def waiting(need_ids: Iterable[int]) -> dict[int, int]:
    """How many wait for each of these."""
    found = select(Placement.need_id, func.count()).where(Placement.need_id.in_(list(need_ids)))
    found = found.where(Placement.state == PlacementState.WAITING).group_by(Placement.need_id)
    return dict(db.session().execute(found).all())


def needs_of(shift_id: int) -> list[ShiftNeed]:
    """What a shift needs, as it is kept."""
    return list(db.session().scalars(select(ShiftNeed).where(ShiftNeed.shift_id == shift_id).order_by(ShiftNeed.id)))


def people(shift_id: int) -> list[Person]:
    """All who are on it, wait, or were: those who have it first, the line in its order, then who is gone."""
    found = select(Placement, Volunteer.name, ShiftNeed.role_id)
    found = found.join(Volunteer, Volunteer.id == Placement.volunteer_id)
    found = found.join(ShiftNeed, ShiftNeed.id == Placement.need_id).where(Placement.shift_id == shift_id)
    roles, order = lists.names(lists.ROLES), {state: n for n, state in enumerate((PlacementState.TAKEN, *LIVE))}
    there = [Person(one, name, roles.get(role_id, "?")) for one, name, role_id in db.session().execute(found)]
    return sorted(there, key=lambda one: (order.get(one.placement.state, 9), one.placement.joined_at, one.placement.id))  # type: ignore[call-overload]


def is_open(shift: Shift, now: datetime) -> bool:
    """Whether it can still be changed."""
    return shift.state == ShiftState.OPEN and now < shift.ends_at

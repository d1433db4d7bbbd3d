"""Who has a place on a shift: taking it, giving it back, offering it to the next who may, with the shift's row locked.

Whoever needs both locks the volunteer first and the shift then (several in the order of their ids); what frees or
offers places locks shifts only. So nobody waits in a ring: see `volunteers.service.held`.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from flask import current_app
from flask_babel import gettext
from sqlalchemy import Table, bindparam, exists, func, select, update

from .. import db, i18n, mail
from ..volunteers import lists, standing
from ..volunteers.models import AgeBand, Volunteer
from . import hours, rules, schedules
from .models import LIVE, TAKES_A_PLACE, Placement, PlacementState, Shift, ShiftNeed, ShiftState
from .rules import No, Time, Wanted

TAKEN, OFFERED, REMOVED = "shifts.taken", "shifts.offered", "shifts.removed"
NEEDS = cast(Table, ShiftNeed.__table__)
COUNT = update(NEEDS).where(NEEDS.c.id == bindparam("need_id")).values(taken=NEEDS.c.taken + bindparam("places"))
COUNT_NEEDED = (
    update(NEEDS).where(NEEDS.c.id == bindparam("need_id")).values(number=NEEDS.c.number + bindparam("places"))
)
A_PART = 100  # of a line, looked at together


@dataclass
class Need:
    """What a shift needs in a role, as it stands in this turn."""

    id: int
    role_id: int
    number: int
    taken: int
    languages: str

    @property
    def free(self) -> int:
        """How many places are free; none, too, where there are more people than places."""
        return max(0, self.number - self.taken)


@dataclass
class Turn:
    """Somebody's turn at a shift: nobody else takes or gives back a place on it before the commit."""

    shift: Shift
    needs: dict[int, Need]
    now: datetime

    @property
    def to_come(self) -> bool:
        """Whether places on it can still change hands."""
        return self.shift.state == ShiftState.OPEN and self.now < self.shift.starts_at

    def count(self, need_id: int, places: int) -> None:
        """So many places more are taken, or fewer. In SQL, and without raising the shift's version: it is no edit."""
        db.session().execute(COUNT, {"need_id": need_id, "places": places})
        self.needs[need_id].taken += places


def turn(shift_id: int, now: datetime) -> Turn:
    """Take a turn at a shift, and let first what is overdue lapse. Raises LookupError."""
    found = select(Shift).where(Shift.id == shift_id)
    if current_app.extensions["switches"].shifts_in_turn:  # else the negative control of "no place is given twice"
        found = found.with_for_update()
    shift = db.session().scalar(found.execution_options(populate_existing=True))
    if shift is None:
        raise LookupError(shift_id)
    columns = (ShiftNeed.id, ShiftNeed.role_id, ShiftNeed.number, ShiftNeed.taken, ShiftNeed.languages)
    rows = db.session().execute(select(*columns).where(ShiftNeed.shift_id == shift_id).order_by(ShiftNeed.id))
    mine = Turn(shift, {row.id: Need(*row) for row in rows}, now)
    _lapse(mine)
    return mine


def shift_of(need_id: int) -> int:
    """The shift that a need is of. Raises LookupError."""
    shift_id = db.session().scalar(select(ShiftNeed.shift_id).where(ShiftNeed.id == need_id))
    if shift_id is None:
        raise LookupError(need_id)
    return shift_id


def theirs(shift_id: int, volunteer_id: int) -> Placement | None:
    """The one row of a volunteer at a shift, as it is now, whatever its state."""
    found = select(Placement).where(Placement.shift_id == shift_id, Placement.volunteer_id == volunteer_id)
    return db.session().scalar(found.execution_options(populate_existing=True))


def on_it(mine: Turn, *states: PlacementState) -> list[Placement]:
    """Those at this shift in one of these states (in a live one, if none is said), in the order of the line."""
    found = select(Placement).where(Placement.shift_id == mine.shift.id, Placement.state.in_(states or LIVE))
    found = found.order_by(Placement.joined_at, Placement.id)
    return list(db.session().scalars(found.execution_options(populate_existing=True)))


def _lapse(mine: Turn) -> None:
    """Let what nobody accepted in time lapse, and offer what that frees."""
    overdue = [one for one in on_it(mine, PlacementState.OFFERED) if one.lapses_at and one.lapses_at <= mine.now]
    for one in overdue:
        _leave(mine, one, PlacementState.LAPSED)
    if overdue:
        promote(mine)


def refusals(mine: Turn, need: Need, volunteer_ids: Collection[int]) -> dict[int, list[No]]:
    """What speaks against each of these volunteers' taking a place now, as the records say it."""
    people = standing.people(volunteer_ids)
    asked, taken = lists.asked([need.role_id])[need.role_id], schedules.of(volunteer_ids, mine.now)
    adults, limits = schedules.adults([mine.shift.id])[mine.shift.id], schedules.limits()
    return {
        one: rules.refusals(
            wanted(mine.shift, need.free, asked, adult=bool(adults - {one})), person, taken[one], limits, mine.now
        )
        for one, person in people.items()
    }


def wanted(shift: Shift, free: int, asked: Any, *, adult: bool) -> Wanted:
    """A place on a shift, for the rules."""
    cancelled = shift.state != ShiftState.OPEN
    return Wanted(schedules.time_of(shift), asked, free, adult, cancelled, shift.opens_at)


def place(mine: Turn, need: Need, one: Placement) -> None:
    """It is theirs from now on, and a letter says so."""
    if one.state not in TAKES_A_PLACE:
        mine.count(need.id, 1)
    one.need_id, one.state, one.taken_at, one.lapses_at, one.ended_at = need.id, "taken", mine.now, None, None
    one.walk_in = one.made_room = False  # they may have been one before
    db.session().flush()
    write(TAKEN, one, mine.now)
    promote(mine)  # with an adult on it, those of 16 and 17 who wait may come


def promote(mine: Turn) -> int:
    """Offer the free places to those who wait: first come, first served among those who may; to how many."""
    if not mine.to_come:
        return 0
    return sum(_promote(mine, need) for need in mine.needs.values())


def _promote(mine: Turn, need: Need) -> int:
    offered, after = 0, 0
    line = [one for one in on_it(mine, PlacementState.WAITING) if one.need_id == need.id] if need.free else []
    while need.free and (part := line[after : after + A_PART]):
        after += A_PART
        against = refusals(mine, need, [one.volunteer_id for one in part])
        for one in part:
            if need.free and not against.get(one.volunteer_id, [True]):
                _offer(mine, need, one)
                offered += 1
    return offered


def _offer(mine: Turn, need: Need, one: Placement) -> None:
    one.state, one.offered_at = PlacementState.OFFERED, mine.now
    one.lapses_at = rules.accept_by(mine.shift.starts_at, mine.now)
    db.session().flush()
    mine.count(need.id, 1)
    write(OFFERED, one, mine.now)


def end(mine: Turn, one: Placement, state: PlacementState, reason: str = "", *, told: bool = True) -> None:
    """They come no more: nobody of 16 or 17 is left alone, and the place is free for the next."""
    _leave(mine, one, state, reason)
    if state == PlacementState.REMOVED and told:
        write(REMOVED, one, mine.now)
    if mine.to_come:
        keep_company(mine)
        promote(mine)


def _leave(mine: Turn, one: Placement, state: PlacementState, reason: str = "") -> None:
    """Their place is free, or gone if it was made for them; that they had been checked in before is taken back."""
    places = 1 if one.state in TAKES_A_PLACE else 0
    if one.made_room:
        resize(mine, one.need_id, -1)
    if one.checked_in_at is not None:
        hours.take_away(one.id, came=False)
    one.state, one.reason, one.lapses_at = state, reason[:300], None
    one.ended_at = None if state in LIVE else mine.now
    one.walk_in, one.made_room, one.checked_in_at, one.checked_out_at = False, False, None, None
    db.session().flush()
    if places:
        mine.count(one.need_id, -places)


def resize(mine: Turn, need_id: int, by: int) -> None:
    """The shift needs one more in a role, or one less again, never nobody; who edits it meanwhile is told."""
    need = mine.needs[need_id]
    if need.number + by < 1:
        return
    db.session().execute(COUNT_NEEDED, {"need_id": need_id, "places": by})
    need.number += by
    mine.shift.version += 1
    db.session().flush()


def keep_company(mine: Turn) -> None:
    """Nobody of 16 or 17 stays on a shift that no adult has any more: they are told so, and may take it again."""
    if schedules.adults([mine.shift.id])[mine.shift.id]:
        return
    for one in on_it(mine, *TAKES_A_PLACE):
        volunteer = db.session().get_one(Volunteer, one.volunteer_id)
        if volunteer.age_band == AgeBand.MINOR:
            with i18n.speaking(i18n.find(volunteer.language)):
                reason = gettext("No adult is on this shift any more, and nobody under 18 is there alone.")
            _leave(mine, one, PlacementState.REMOVED, reason)
            write(REMOVED, one, mine.now)


def write(kind: str, one: Placement, now: datetime) -> None:
    """Owe somebody a letter about their place."""
    supporter_id = db.session().scalar(select(Volunteer.supporter_id).where(Volunteer.id == one.volunteer_id))
    mail.write(kind, one.id, supporter_id, now)


def position(one: Placement) -> int:
    """Their place in the line, from 1; counted, never stored. 0 for who does not wait."""
    if one.state != PlacementState.WAITING:
        return 0
    earlier = (Placement.joined_at < one.joined_at) | ((Placement.joined_at == one.joined_at) & (Placement.id < one.id))
    line = (Placement.need_id == one.need_id) & (Placement.state == PlacementState.WAITING)
    return 1 + (db.session().scalar(select(func.count()).select_from(Placement).where(line, earlier)) or 0)


def lapsing(now: datetime) -> list[int]:
    """The shifts at which something is overdue."""
    return list(db.session().scalars(select(Placement.shift_id).where(Placement.lapses_at <= now).distinct()))


def stuck(now: datetime) -> list[int]:
    """The shifts to come with a place free beside a line: who waits could not have it when it became free."""
    line = (Placement.need_id == ShiftNeed.id) & (Placement.state == PlacementState.WAITING)
    found = select(ShiftNeed.shift_id).join(Shift, Shift.id == ShiftNeed.shift_id).where(exists().where(line))
    found = found.where(ShiftNeed.taken < ShiftNeed.number, Shift.state == ShiftState.OPEN, Shift.starts_at > now)
    return list(db.session().scalars(found.distinct().order_by(ShiftNeed.shift_id)))


def drift(now: datetime, need_id: int | None = None) -> dict[int, int]:
    """By how much each need's `taken` (or that of one) differs from the truth, of shifts to come; empty when well."""
    counted = select(func.count()).where(Placement.need_id == ShiftNeed.id, Placement.state.in_(TAKES_A_PLACE))
    found = select(ShiftNeed.id, (ShiftNeed.taken - counted.scalar_subquery()).label("off"))
    found = found.join(Shift, Shift.id == ShiftNeed.shift_id).where(Shift.starts_at > now)
    rows = db.session().execute(found if need_id is None else found.where(ShiftNeed.id == need_id))
    return {row.id: row.off for row in rows if row.off}


def taken_by(volunteer_id: int, now: datetime) -> list[Time]:
    """What one volunteer has taken."""
    return schedules.of([volunteer_id], now)[volunteer_id]

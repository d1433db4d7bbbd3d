"""The acts of staff on a shift: make it, change it, cancel it, take it back from somebody.

Who moves a shift locks those who have it first, and then the shift, as they themselves do when they take another one.
"""

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, or_, select, update

from .. import db, i18n, seals
from ..errors import Refused
from ..places import service as places
from ..volunteers import service as volunteers
from ..volunteers.models import AgeBand, Volunteer
from . import news, turns
from .models import LIVE, TAKES_A_PLACE, Placement, PlacementState, Shift, ShiftAsk, ShiftNeed, ShiftState
from .reasons import why_not
from .rules import Time
from .turns import Turn

ALONE = "No adult who has this shift stays on it, and nobody under 18 is there alone."
PLAIN = (
    "starts_at",
    "ends_at",
    "zone",
    "opens_at",
    "cancel_until",
    "note",
    "coordinator",
    "coordinator_id",
    "event_id",
)
TAKEN_JUST_NOW = "Somebody took this shift just now. Look at it again before you save."


@dataclass(frozen=True)
class Needed:
    """How many a shift needs in a role, and the languages (codes) that it needs among them."""

    number: int
    languages: tuple[str, ...] = ()

    @property
    def spaced(self) -> str:
        """The languages as the records hold them."""
        return f" {' '.join(self.languages)} " if self.languages else ""


@dataclass(frozen=True)
class Said:
    """What is said of a shift. `needs` are by the id of the role; `phone` is in E.164 form."""

    place_id: int
    starts_at: datetime
    ends_at: datetime
    zone: str
    needs: Mapping[int, Needed] = field(default_factory=dict)
    opens_at: datetime | None = None
    cancel_until: datetime | None = None
    note: str = ""
    coordinator: str = ""
    coordinator_id: int | None = None
    phone: str = ""
    event_id: int | None = None

    def time(self, shift_id: int) -> Time:
        """When it is, for the rules."""
        return Time(shift_id, self.starts_at, self.ends_at, self.zone)


@dataclass(frozen=True)
class Unfit:
    """Somebody who has a shift and may not have it as it would be: in the words of staff, and in their own."""

    placement_id: int
    name: str
    reason: str
    theirs: str


class Unseen(Exception):
    """Some who have the shift no longer fit, and whoever saves has not seen their names yet; nothing was written."""

    def __init__(self, unfit: list[Unfit]) -> None:
        super().__init__("people who no longer fit")
        self.unfit = unfit


def add(said: Said, now: datetime, batch_id: int | None = None) -> int:
    """A new shift; its id. Raises LookupError, and Refused for what contradicts itself."""
    _refuse_wrong(said)
    if said.starts_at <= now:
        raise Refused("This time is over already. Choose one that is to come.")
    one = Shift(batch_id=batch_id, added_at=now, changed_at=now)
    one.place_id = places.to_name(said.place_id)
    _say(one, said)
    db.session().add(one)
    db.session().flush()
    for role_id, needed in said.needs.items():
        db.session().add(ShiftNeed(shift_id=one.id, role_id=role_id, number=needed.number, languages=needed.spaced))
    db.session().flush()
    return one.id


def _refuse_wrong(said: Said) -> None:
    most = i18n.site().shifts.hours_a_day
    if said.ends_at <= said.starts_at:
        raise Refused("The end must come after the start.")
    if said.ends_at - said.starts_at > timedelta(hours=most):
        raise Refused(f"Nobody helps more than {most} hours a day, so a shift lasts {most} hours at most.")
    if not any(one.number for one in said.needs.values()):
        raise Refused("Say how many are needed, in one role at least.")
    for at in filter(None, (said.opens_at, said.cancel_until)):
        if at > said.starts_at:
            raise Refused("A shift opens, and can be given back, before it starts.")


def _say(one: Shift, said: Said) -> None:
    for name in PLAIN:
        setattr(one, name, getattr(said, name))
    one.coordinator_phone = seals.seal(said.phone) if said.phone else ""


def get(shift_id: int) -> Shift:
    """The shift. Raises LookupError."""
    if (one := db.session().get(Shift, shift_id)) is None:
        raise LookupError(shift_id)
    return one


def look(shift_id: int, said: Said, now: datetime) -> list[Unfit]:
    """Who would not fit, as it stood a moment ago: for the negative control of "never twice at once" alone."""
    mine = turns.turn(shift_id, now)
    return _unfit(mine, said) if _moves(mine.shift, said) else []


def change(
    shift_id: int,
    said: Said,
    version: int,
    seen: Collection[int],
    now: datetime,
    *,
    looked: list[Unfit] | None = None,
) -> None:
    """Say something else of a shift. Who no longer fits loses it, and is told why; the others hear what has changed.

    `seen` are the placements of those whose names were shown before; `looked` is for the negative control, see `look`.
    Raises LookupError, Stale, Refused, Unseen.
    """
    before = get(shift_id)
    _refuse_wrong(said)
    place_id = before.place_id if said.place_id == before.place_id else places.to_name(said.place_id)
    held = _hold(shift_id) if looked is None and _moves(before, said) else None
    mine = turns.turn(shift_id, now)
    db.must_be(mine.shift.version, version)
    _refuse_too_late(mine, said)
    if held is not None and {one.volunteer_id for one in turns.on_it(mine, *TAKES_A_PLACE)} - held:
        raise Refused(TAKEN_JUST_NOW)
    if (unfit := looked) is None:
        unfit = _unfit(mine, said) if _moves(mine.shift, said) else []
    if {one.placement_id for one in unfit} - set(seen):
        raise Unseen(unfit)
    _write(mine, said, place_id, unfit)


def _moves(shift: Shift, said: Said) -> bool:
    return (shift.starts_at, shift.ends_at, shift.zone) != (said.starts_at, said.ends_at, said.zone)


def _hold(shift_id: int) -> set[int]:
    """Lock all who have it, in the order of their ids: none of them takes another shift while this one moves."""
    theirs = select(Placement.volunteer_id).where(Placement.shift_id == shift_id, Placement.state.in_(TAKES_A_PLACE))
    held = set()
    for volunteer_id in db.session().scalars(theirs.order_by(Placement.volunteer_id)).all():
        with suppress(LookupError):
            held.add(volunteers.held(volunteer_id).id)
    return held


def _refuse_too_late(mine: Turn, said: Said) -> None:
    if mine.shift.state != ShiftState.OPEN:
        raise Refused("This shift was cancelled, and those who had it were told. Make another one.")
    if mine.shift.ends_at <= mine.now:
        raise Refused("This shift is over. What it was stands.")
    if _moves(mine.shift, said) and said.starts_at <= mine.now:
        raise Refused("This time is over already. Choose one that is to come.")


def _unfit(mine: Turn, said: Said) -> list[Unfit]:
    """Who has it and may not have it at that time, with the reasons."""
    there, found = turns.on_it(mine, *TAKES_A_PLACE), list[Unfit]()
    people = {one.volunteer_id: db.session().get_one(Volunteer, one.volunteer_id) for one in there}
    for one in there:
        person, time = people[one.volunteer_id], said.time(mine.shift.id)
        with i18n.speaking(i18n.find(person.language)):
            theirs = why_not(mine, one, time)
        if theirs:
            found.append(Unfit(one.id, person.name, why_not(mine, one, time), theirs))
    lost = {one.placement_id for one in found}
    stay = [one for one in there if one.id not in lost]
    minors = [one for one in stay if people[one.volunteer_id].age_band == AgeBand.MINOR]
    with_them = [one for one in stay if one.state == PlacementState.TAKEN and one not in minors]
    if lost and minors and not with_them:  # `turns.keep_company` takes it back from these, in their words
        found += [Unfit(one.id, people[one.volunteer_id].name, ALONE, "") for one in minors]
    return found


def _write(mine: Turn, said: Said, place_id: int, unfit: list[Unfit]) -> None:
    shift, before = mine.shift, news.Before.of(mine.shift)
    _say(shift, said)
    shift.place_id, shift.changed_at = place_id, mine.now
    moved = before != news.Before.of(shift)
    shift.sequence += 1 if moved else 0
    shift.version += 1  # also where only its needs change, which are no columns of its own
    db.session().flush()
    _need(mine, said.needs)
    for each in unfit:
        one = db.session().get_one(Placement, each.placement_id)
        if one.state in TAKES_A_PLACE:
            turns.end(mine, one, PlacementState.REMOVED, each.theirs)
    if moved:
        news.changed(shift, before, mine.now)
    turns.promote(mine)


def _need(mine: Turn, needs: Mapping[int, Needed]) -> None:
    """Say anew what it needs. Raises Refused for too few; a role that somebody had or was asked for keeps its row."""
    there = {one.role_id: one for one in mine.needs.values()}
    for role_id in {*there, *needs}:
        needed, one = needs.get(role_id, Needed(0)), there.get(role_id)
        if one is None:
            row = ShiftNeed(shift_id=mine.shift.id, role_id=role_id, number=needed.number, languages=needed.spaced)
            db.session().add(row)
            continue
        if needed.number < min(one.taken, one.number):
            raise Refused("More people have this shift than you need now. First take it back from some of them.")
        if needed.number or _remembered(one.id):
            if needed.number != one.number:  # staff have said it anew, so no place in it is one more than that
                theirs = update(Placement).where(Placement.need_id == one.id)
                db.session().execute(theirs.values(made_room=False))
            values = {"number": needed.number, "languages": needed.spaced}
            db.session().execute(update(ShiftNeed).where(ShiftNeed.id == one.id).values(**values))
            one.number, one.languages = needed.number, needed.spaced
        else:
            db.session().execute(delete(ShiftNeed).where(ShiftNeed.id == one.id))
            del mine.needs[one.id]
    db.session().flush()


def _remembered(need_id: int) -> bool:
    """Whether somebody had a place in it, or was asked to: who said no must not be asked again."""
    had, asked = exists().where(Placement.need_id == need_id), exists().where(ShiftAsk.need_id == need_id)
    return bool(db.session().scalar(select(or_(had, asked))))


def cancel(shift_id: int, why: str, now: datetime) -> None:
    """It is not held, and those who have it or wait are told why. Raises LookupError, Refused."""
    mine = turns.turn(shift_id, now)
    if mine.shift.state != ShiftState.OPEN:
        return
    if mine.shift.ends_at <= now:
        raise Refused("This shift is over, so it cannot be cancelled.")
    end(mine, why)


def end(mine: Turn, why: str) -> None:
    """Cancel it, in a turn that was taken."""
    shift = mine.shift
    shift.state, shift.cancelled_at, shift.cancelled_for = ShiftState.CANCELLED, mine.now, why
    shift.changed_at, shift.sequence = mine.now, shift.sequence + 1
    db.session().flush()
    db.session().execute(update(Placement).where(Placement.shift_id == shift.id).values(lapses_at=None))
    if turns.on_it(mine):
        news.cancelled(shift, mine.now)


def take_back(placement_id: int, why: str, now: datetime) -> None:
    """Somebody is not to come, and is told why. Again is harmless. Raises LookupError, Refused when it has begun."""
    if (one := db.session().get(Placement, placement_id)) is None:
        raise LookupError(placement_id)
    mine = turns.turn(one.shift_id, now)
    if not mine.to_come:
        raise Refused("This shift has begun, is over, or was cancelled: who had it stands.")
    db.session().refresh(one)
    if one.state in LIVE:
        turns.end(mine, one, PlacementState.REMOVED, why)

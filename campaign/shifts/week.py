"""The coordinator's week: what is needed by day, place, role and language, the gaps first, and who could fill them."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import case, func, select

from .. import db, i18n
from ..events import times
from ..places import service as places
from ..text import fold
from ..volunteers import lists
from ..volunteers.models import Volunteer, VolunteerLanguage
from . import day, filling, offers, pool, schedules
from .filling import Fit, Gap
from .models import TAKES_A_PLACE, Placement, Shift, ShiftAsk, ShiftNeed, ShiftState
from .pool import Place
from .rules import Wanted

A_WEEK = timedelta(days=7)
BESIDE = 3  # who could fill a gap, beside it
ROWS = 25  # on a page: each looks for people of its own


@dataclass(frozen=True)
class Asked:
    """What a coordinator wants to see: a week by its Monday; 0 or empty for all."""

    monday: date
    place: int = 0
    role: int = 0
    language: str = ""

    @classmethod
    def read(cls, text: str, today: date, **more: Any) -> "Asked":
        """The week of a day as it stands in an address; of today when that is no day of this century."""
        try:
            day = date.fromisoformat(text)
        except ValueError:
            day = today
        day = day if 2020 <= day.year < 2100 else today
        return cls(day - timedelta(days=day.weekday()), **more)

    @property
    def moments(self) -> tuple[datetime, datetime]:
        """When it begins and ends, on the campaign's clock."""
        first, next_ = (datetime.combine(self.monday + much, time()) for much in (timedelta(0), A_WEEK))
        return i18n.from_local(first), i18n.from_local(next_)


@dataclass(frozen=True)
class Row:
    """What a shift needs in one role: who has taken it, what is lacking, who was asked, and who could fill it."""

    shift: Shift
    need: ShiftNeed
    place: str
    role: str
    people: Sequence[str]
    lacking: frozenset[str]
    asked: Counter[str]
    to_come: bool
    fits: Sequence[Fit] = field(default=())

    @property
    def free(self) -> int:
        """How many places are free."""
        return max(0, self.need.number - self.need.taken)

    @property
    def gap(self) -> bool:
        """Whether somebody is still to be found."""
        return self.to_come and self.free > 0

    @property
    def time(self) -> str:
        """From when to when, on its own clock."""
        return times.hours(self.shift.starts_at, self.shift.ends_at, self.shift.zone)

    def near(self, now: datetime) -> bool:
        """Whether volunteers can be checked in."""
        return day.near(self.shift, now)

    def opens_later(self, now: datetime) -> bool:
        """Whether nobody can take it yet."""
        return self.shift.opens_at is not None and now < self.shift.opens_at

    @property
    def day(self) -> date:
        """The day on which it is, on its own clock."""
        return times.local(self.shift.starts_at, self.shift.zone).date()


def _gap(now: datetime) -> Any:
    return (Shift.starts_at > now) & (ShiftNeed.taken < ShiftNeed.number)


def find(asked: Asked, page: int, now: datetime) -> list[Row]:
    """A page of the week, the gaps first; one row more than ROWS when there are more. Only gaps have people beside."""
    found = _where(select(ShiftNeed, Shift).join(Shift, Shift.id == ShiftNeed.shift_id), asked)
    order = (case((_gap(now), 0), else_=1), Shift.starts_at, Shift.id, ShiftNeed.id)
    rows = db.session().execute(found.order_by(*order).limit(ROWS + 1).offset(page * ROWS)).all()
    return _rows([(row[0], row[1]) for row in rows], now)


def _where(found: Any, asked: Asked) -> Any:
    first, end = asked.moments
    found = found.where(Shift.state == ShiftState.OPEN, Shift.starts_at >= first, Shift.starts_at < end)
    found = found.where(ShiftNeed.number + ShiftNeed.taken > 0)  # a role that is not needed any more has neither
    if asked.place:
        found = found.where(Shift.place_id == asked.place)
    if asked.role:
        found = found.where(ShiftNeed.role_id == asked.role)
    if asked.language:
        found = found.where((" " + ShiftNeed.languages + " ").contains(f" {asked.language} ", autoescape=True))
    return found


def figures(asked: Asked, now: datetime) -> tuple[int, int]:
    """How many places are free in what is to come of the week, and how many there are in the whole of it."""
    free = func.coalesce(func.sum(case((_gap(now), ShiftNeed.number - ShiftNeed.taken), else_=0)), 0)
    found = _where(select(free, func.coalesce(func.sum(ShiftNeed.number), 0)).join(Shift), asked)
    row = db.session().execute(found.select_from(ShiftNeed)).one()
    return int(row[0]), int(row[1])


def choices(asked: Asked) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """The places and the roles of the week, by name."""
    rows = db.session().execute(_where(select(Shift.place_id, ShiftNeed.role_id).join(ShiftNeed), Asked(asked.monday)))
    pairs = rows.all()
    where, roles = places.names({row[0] for row in pairs}), lists.names(lists.ROLES)
    named = {row[1]: roles.get(row[1], "?") for row in pairs}
    return _by_name(where), _by_name(named)


def _by_name(names: dict[int, str]) -> list[tuple[int, str]]:
    return sorted(names.items(), key=lambda one: (one[1].casefold(), one[0]))


def _rows(found: Sequence[tuple[ShiftNeed, Shift]], now: datetime, *, people: bool = True) -> list[Row]:
    shifts = {shift.id: shift for _, shift in found}
    where, roles = offers.places_of(shifts.values()), lists.names(lists.ROLES)
    there, asked = _there(shifts), _asked([need.id for need, _ in found])
    gaps = _gaps(found, there, {one.id: fold(one.area) for one in where.values()})
    rows = []
    for need, shift in found:
        mine = there.get(need.id, [])
        row = Row(
            shift=shift,
            need=need,
            place=where[shift.place_id].name,
            role=roles.get(need.role_id, "?"),
            people=[name for name, _ in mine],
            lacking=gaps[need.id].gap.lacking,
            asked=asked.get(need.id, Counter()),
            to_come=shift.starts_at > now,
        )
        rows.append(row)
    return _with_people(rows, gaps, now) if people else rows


def _there(shift_ids: Collection[int]) -> dict[int, list[tuple[str, set[str]]]]:
    """By need: who has taken a place, or is offered one, with what they speak."""
    taken = Placement.shift_id.in_(shift_ids) & Placement.state.in_(TAKES_A_PLACE)
    found = select(Placement.need_id, Placement.volunteer_id, Volunteer.name).join(Volunteer).where(taken)
    rows = db.session().execute(found.order_by(Volunteer.name_key, Volunteer.id)).all()
    spoken: dict[int, set[str]] = {}
    codes = select(VolunteerLanguage.volunteer_id, VolunteerLanguage.language)
    for one, code in db.session().execute(codes.where(VolunteerLanguage.volunteer_id.in_([row[1] for row in rows]))):
        spoken.setdefault(one, set()).add(code)
    there: dict[int, list[tuple[str, set[str]]]] = {}
    for need_id, one, name in rows:
        there.setdefault(need_id, []).append((name, spoken.get(one, set())))
    return there


def _asked(need_ids: list[int]) -> dict[int, Counter[str]]:
    """How many were asked for each of these, by their answer."""
    found = select(ShiftAsk.need_id, ShiftAsk.answer, func.count()).where(ShiftAsk.need_id.in_(need_ids))
    counts: dict[int, Counter[str]] = {}
    for need_id, answer, number in db.session().execute(found.group_by(ShiftAsk.need_id, ShiftAsk.answer)):
        counts.setdefault(need_id, Counter())[answer] = number
    return counts


def _gaps(
    found: Sequence[tuple[ShiftNeed, Shift]], there: dict[int, list[tuple[str, set[str]]]], areas: dict[int, str]
) -> dict[int, Place]:
    """By need: what filling it asks for."""
    asked = lists.asked({need.role_id for need, _ in found})
    adults = schedules.adults({shift.id for _, shift in found})
    gaps = {}
    for need, shift in found:
        languages = tuple(need.languages.split())
        wanted = Wanted(
            schedules.time_of(shift),
            asked[need.role_id],
            need.number - need.taken,
            bool(adults[shift.id]),
            shift.state != ShiftState.OPEN,
            shift.opens_at,
        )
        lacks = filling.lacking(languages, [spoken for _, spoken in there.get(need.id, [])])
        gaps[need.id] = Place(need.id, Gap(wanted, need.role_id, languages, lacks, areas.get(shift.place_id, "")))
    return gaps


def _with_people(rows: list[Row], gaps: dict[int, Place], now: datetime) -> list[Row]:
    """The same with who could fill the gaps: the best of some that were found for each."""
    last = pool.last_id()
    open_now = [row for row in rows[:ROWS] if row.gap and not row.opens_later(now)]
    likely = {row.need.id: pool.likely(gaps[row.need.id], last, now) for row in open_now}
    known = pool.know({one for ids in likely.values() for one in ids}, list(gaps.values()), now)
    limits, full = schedules.limits(), []
    for row in rows:
        place = gaps[row.need.id]
        helpers = [known.helper(one, place) for one in likely.get(row.need.id, ())]
        fits = [one for one in filling.rank(place.gap, helpers, limits, now) if one.can]
        full.append(Row(**{**vars(row), "fits": fits[:BESIDE]}))
    return full


def one(need_id: int, now: datetime) -> tuple[Row, list[Fit]]:
    """One row with everybody who volunteers, the best first, and their reasons. Raises LookupError."""
    found = select(ShiftNeed, Shift).join(Shift, Shift.id == ShiftNeed.shift_id).where(ShiftNeed.id == need_id)
    if (pair := db.session().execute(found).one_or_none()) is None:
        raise LookupError(need_id)
    need, shift = pair[0], pair[1]
    [row] = _rows([(need, shift)], now, people=False)
    return row, judged(need, shift, pool.everybody(), now)


def judged(need: ShiftNeed, shift: Shift, volunteer_ids: Collection[int], now: datetime) -> list[Fit]:
    """These volunteers for this need, the best first."""
    areas = {one.id: fold(one.area) for one in offers.places_of([shift]).values()}
    place = _gaps([(need, shift)], _there([shift.id]), areas)[need.id]
    known = pool.know(volunteer_ids, [place], now)
    return filling.rank(place.gap, [known.helper(one, place) for one in known.names], schedules.limits(), now)

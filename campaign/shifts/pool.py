"""Whom to look at for a gap: volunteers found by the records, and all that is known of them, for `filling` to judge.

For a page of many gaps a few likely ones are looked for, from another place in the list of volunteers for each gap and
day, so that work does not grow with their number and not always the same are asked. For one gap all can be looked at.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any
from zlib import crc32

from sqlalchemy import and_, exists, func, or_, select, union_all
from sqlalchemy.orm import aliased

from .. import db, i18n
from ..volunteers import standing
from ..volunteers.models import (
    YOUNGEST,
    AgeBand,
    Availability,
    Qualification,
    Volunteer,
    VolunteerLanguage,
    VolunteerState,
    WishedRole,
)
from ..volunteers.rules import Person
from . import rules, schedules
from .filling import Gap, Helper
from .models import LIVE, Placement, PlacementState, Shift, ShiftAsk, ShiftState
from .rules import Time

ENOUGH = 6  # likely ones, before who fits less is looked for
MOST = 12  # that are looked at for one gap on a page of many
A_WINDOW = 400  # volunteers, or speakers of a language, among whom these are looked for
AROUND = timedelta(days=14)


@dataclass(frozen=True)
class Place:
    """A gap with the ids of its need and shift."""

    need_id: int
    gap: Gap

    @property
    def shift_id(self) -> int:
        """The shift that it is on."""
        return self.gap.wanted.time.shift_id


def last_id() -> int:
    """The end of the list of volunteers."""
    return db.session().scalar(select(func.max(Volunteer.id))) or 1


def likely(place: Place, last: int, now: datetime) -> list[int]:
    """Some volunteers who may fit: who speaks what is needed and has time then, and then who only does either."""
    languages = sorted(place.gap.needed)
    turns = [(code, True) for code in languages] + [(code, False) for code in languages] + [("", True), ("", False)]
    pivot = crc32(f"{place.need_id} {i18n.local(now).date()}".encode()) % last + 1
    found: dict[int, None] = {}
    for language, free in turns:
        if len(found) >= ENOUGH:
            break
        question = _question(place, language, pivot, free=free, now=now)
        found |= dict.fromkeys(db.session().scalars(question.limit(MOST - len(found))))
    return list(found)


def _question(place: Place, language: str, pivot: int, *, free: bool, now: datetime) -> Any:
    """The ids of those who fit, from a place in the list on that is another one for each gap and day, then from its
    beginning.
    """
    parts = [_part(place, language, lower, upper, free=free, now=now) for lower, upper in ((pivot, None), (0, pivot))]
    return select(union_all(*parts).subquery().c.id)


def _part(place: Place, language: str, lower: int, upper: int | None, *, free: bool, now: datetime) -> Any:
    if language:
        among = VolunteerLanguage.volunteer_id
        window: Any = select(among.label("id")).where(VolunteerLanguage.language == language)
    else:
        among = Volunteer.id
        window = select(among.label("id")).where(Volunteer.state == VolunteerState.CONFIRMED)
    window = window.where(among >= lower, among < upper) if upper else window.where(among >= lower)
    near = window.order_by(among).limit(A_WINDOW).subquery()
    one = aliased(Volunteer)
    found = select(one.id).join(near, near.c.id == one.id).where(*_may(place, one, now))
    times = rules.parts_of(place.gap.wanted.time) if free else ()
    found = found.where(*(_has_time(one, day, part) for day, part in sorted(times)))
    return select(found.order_by(one.id).limit(MOST).subquery().c.id)


def _may(place: Place, one: Any, now: datetime) -> list[Any]:
    """What the records can say of who may not, before the rules have the last word."""
    wanted, time = place.gap.wanted, place.gap.wanted.time
    day = rules.day_of(time)
    bands = [band.value for band, age in YOUNGEST.items() if age >= wanted.asked.minimum_age]
    bands = [band for band in bands if wanted.adult or band != AgeBand.MINOR]
    parts = [one.state == VolunteerState.CONFIRMED, one.age_band.in_(bands)]
    if standing.WHEN_TOLD in i18n.content().known:
        parts.append(one.read_at.is_not(None))
    parts += [_has(one, requirement_id, day) for requirement_id in wanted.asked.requirement_ids]
    parts.append(~standing.has_stopped_letters(one))
    asks = exists().where(ShiftAsk.volunteer_id == one.id)
    parts.append(~asks.where(ShiftAsk.asked_on == i18n.local(now).date()))
    parts.append(~asks.where(ShiftAsk.need_id == place.need_id, ShiftAsk.answer == "no"))
    there = exists().where(Placement.volunteer_id == one.id)
    parts.append(~there.where(Placement.shift_id == place.shift_id))
    clash = and_(Shift.starts_at < time.ends_at, Shift.ends_at > time.starts_at, Shift.state == ShiftState.OPEN)
    parts.append(~there.where(Placement.state == PlacementState.TAKEN, Shift.id == Placement.shift_id, clash))
    return parts


def _has(one: Any, requirement_id: int, day: date) -> Any:
    return exists().where(
        Qualification.volunteer_id == one.id,
        Qualification.requirement_id == requirement_id,
        Qualification.held_on <= day,
        or_(Qualification.expires_on.is_(None), Qualification.expires_on >= day),
        Qualification.revoked_at.is_(None),
    )


def _has_time(one: Any, day: int, part: str) -> Any:
    return exists().where(Availability.volunteer_id == one.id, Availability.day == day, Availability.part == part)


def everybody() -> Sequence[int]:
    """All volunteers."""
    found = select(Volunteer.id).where(Volunteer.state == VolunteerState.CONFIRMED)
    return db.session().scalars(found.order_by(Volunteer.id)).all()


@dataclass
class Known:
    """What is known of some volunteers, gathered in as many statements for a thousand as for one."""

    names: dict[int, tuple[str, str]]
    people: dict[int, Person]
    spoken: dict[int, list[tuple[str, str, datetime | None]]]
    free: dict[int, list[tuple[int, str]]]
    wished: dict[int, list[tuple[int]]]
    taken: dict[int, list[Time]]
    asked_today: set[int] = field(default_factory=set)
    no_letters: frozenset[int] = frozenset()
    answers: dict[tuple[int, int], str] = field(default_factory=dict)
    places: dict[tuple[int, int], str] = field(default_factory=dict)

    def helper(self, volunteer_id: int, place: Place) -> Helper:
        """Somebody as `filling` wants to know them, for this gap."""
        name, area_key = self.names[volunteer_id]
        spoken, starts_at = self.spoken.get(volunteer_id, []), place.gap.wanted.time.starts_at
        state = self.places.get((volunteer_id, place.shift_id), "")
        asked = self.answers.get((volunteer_id, place.need_id))
        return Helper(
            id=volunteer_id,
            name=name,
            person=self.people[volunteer_id],
            spoken={code: level for code, level, _ in spoken},
            heard=frozenset(code for code, _, heard in spoken if heard),
            free=frozenset(self.free.get(volunteer_id, ())),
            wished=frozenset(role_id for (role_id,) in self.wished.get(volunteer_id, ())),
            area_key=area_key,
            mine=self.taken.get(volunteer_id, ()),
            around=sum(abs(one.starts_at - starts_at) < AROUND for one in self.taken.get(volunteer_id, ())),
            on_it=state in LIVE,
            said_no=asked == "no" or state in (PlacementState.CANCELLED, PlacementState.REMOVED),
            asked_today=volunteer_id in self.asked_today,
            asked_before=asked is not None,
            no_letters=volunteer_id in self.no_letters,
        )


def know(volunteer_ids: Collection[int], places: Iterable[Place], now: datetime) -> Known:
    """All that is known of these volunteers, with regard to these gaps."""
    ids, needs, shifts = list(volunteer_ids), [one.need_id for one in places], {one.shift_id for one in places}
    who = select(Volunteer.id, Volunteer.name, Volunteer.area_key).where(Volunteer.id.in_(ids))
    known = Known(
        names={row.id: (row.name, row.area_key) for row in db.session().execute(who)},
        people=standing.people(ids),
        spoken=_of(ids, VolunteerLanguage, "language", "level", "tested_at"),
        free=_of(ids, Availability, "day", "part"),
        wished=_of(ids, WishedRole, "role_id"),
        taken=schedules.of(ids, now),
        no_letters=standing.without_letters(ids),
    )
    today = ShiftAsk.asked_on == i18n.local(now).date()
    asks = select(ShiftAsk.volunteer_id, ShiftAsk.need_id, ShiftAsk.answer, ShiftAsk.asked_on)
    for row in db.session().execute(
        asks.where(ShiftAsk.volunteer_id.in_(ids), or_(today, ShiftAsk.need_id.in_(needs)))
    ):
        known.asked_today |= {row.volunteer_id} if row.asked_on == i18n.local(now).date() else set()
        known.answers[row.volunteer_id, row.need_id] = row.answer
    there = select(Placement.volunteer_id, Placement.shift_id, Placement.state)
    there = there.where(Placement.volunteer_id.in_(ids), Placement.shift_id.in_(shifts))
    known.places = {(row.volunteer_id, row.shift_id): row.state for row in db.session().execute(there)}
    return known


def _of(ids: list[int], table: Any, *columns: str) -> dict[int, list[Any]]:
    found = select(table.volunteer_id, *(getattr(table, name) for name in columns))
    rows = db.session().execute(found.where(table.volunteer_id.in_(ids)).order_by(table.volunteer_id)).all()
    return {one: [tuple(row[1:]) for row in theirs] for one, theirs in groupby(rows, key=lambda row: row[0])}

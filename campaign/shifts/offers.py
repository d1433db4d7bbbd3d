"""What a volunteer sees of shifts: those that are theirs, those that they could take, and why not the others."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select

from .. import db, i18n
from ..events import times
from ..places.models import Place
from ..volunteers import lists, phones, standing
from ..volunteers.lists import Named
from ..volunteers.models import Availability, VolunteerLanguage
from . import listing, rules, saying, schedules, turns
from .models import LIVE, Placement, PlacementState, Shift, ShiftNeed, ShiftState
from .reasons import in_words
from .rules import No, Why
from .service import may_give_back

MOST = 150  # shifts that are looked at, the soonest
ALMOST = timedelta(days=1)  # so long before the start its coordinator can be reached
INSTEAD = 3


@dataclass(frozen=True)
class Offer:
    """A place on a shift, for one volunteer: what speaks against it, and how well it fits.

    `needed` are the languages that it is in want of, by name, each with whether they speak it.
    """

    shift: Shift
    need: ShiftNeed
    role: Named
    place: Place
    reasons: list[No]
    why: str = ""
    speaks: bool = False
    has_time: bool = False
    waiting: int = 0
    needed: list[tuple[str, bool]] = field(default_factory=list)

    @property
    def day(self) -> str:
        """Its day, on its own clock."""
        return times.day(self.shift.starts_at, self.shift.zone)

    @property
    def hours(self) -> str:
        """From when to when."""
        return times.hours(self.shift.starts_at, self.shift.ends_at, self.shift.zone)

    @property
    def free(self) -> int:
        """How many places are free."""
        return max(0, self.need.number - self.need.taken)

    @property
    def may(self) -> bool:
        """Whether it can be taken."""
        return not self.reasons

    @property
    def lacks_training(self) -> bool:
        """Whether they would need a training, or another thing that somebody has to vouch for."""
        return any(one.missing is not None and one.missing.requirement_id for one in self.reasons)

    @property
    def may_wait(self) -> bool:
        """Whether waiting for it can help."""
        return rules.may_wait(self.reasons)

    @property
    def fits(self) -> bool:
        """Whether they said that they have time then, and it is not in want of a language that they do not speak."""
        return self.has_time and (self.speaks or not self.need.languages.strip())


@dataclass(frozen=True)
class Mine:
    """A shift that somebody has, waits for, or had: `phone` is the coordinator's, when it is near."""

    one: Placement
    shift: Shift
    role: Named | None
    place: Place
    may_give_back: bool
    position: int = 0
    coordinator: str = ""
    phone: str = ""

    @property
    def day(self) -> str:
        """Its day, on its own clock."""
        return times.day(self.shift.starts_at, self.shift.zone)

    @property
    def hours(self) -> str:
        """From when to when."""
        return times.hours(self.shift.starts_at, self.shift.ends_at, self.shift.zone)

    def at(self, moment: datetime) -> str:
        """Another moment on its clock."""
        return times.at(moment, self.shift.zone)

    @property
    def until(self) -> str:
        """Until when it can be given back."""
        return self.at(min(self.shift.cancel_until or self.shift.starts_at, self.shift.starts_at))


def of(volunteer_id: int, now: datetime) -> list[Offer]:
    """All places on shifts to come that this volunteer does not have or wait for, in order of time: as many statements
    for a hundred shifts as for one.
    """
    live = (Placement.volunteer_id == volunteer_id) & Placement.state.in_(LIVE)
    theirs = select(Placement.shift_id).where(live)
    found = select(Shift).where(Shift.state == ShiftState.OPEN, Shift.starts_at > now, Shift.id.not_in(theirs))
    shifts = list(db.session().scalars(found.order_by(Shift.starts_at, Shift.id).limit(MOST)))
    return _offers(volunteer_id, shifts, now)


def _offers(volunteer_id: int, shifts: list[Shift], now: datetime) -> list[Offer]:
    ids, known = [one.id for one in shifts], {one.id: one for one in shifts}
    needs = select(ShiftNeed).where(ShiftNeed.shift_id.in_(ids), ShiftNeed.number > 0).order_by(ShiftNeed.id)
    rows = sorted(db.session().scalars(needs), key=lambda one: ids.index(one.shift_id))
    person, mine = standing.people([volunteer_id])[volunteer_id], schedules.of([volunteer_id], now)[volunteer_id]
    roles, asked = roles_by_id(), lists.asked({one.role_id for one in rows})
    adults, limits, places = schedules.adults(ids), schedules.limits(), places_of(shifts)
    spoken, free = _said(volunteer_id)
    line = listing.waiting(one.id for one in rows)
    offers = []
    for need in rows:
        shift = known[need.shift_id]
        adult = bool(adults[shift.id] - {volunteer_id})
        wanted = turns.wanted(shift, max(0, need.number - need.taken), asked[need.role_id], adult=adult)
        reasons = rules.refusals(wanted, person, mine, limits, now)
        offers.append(
            Offer(
                shift,
                need,
                roles[need.role_id],
                places[shift.place_id],
                reasons,
                why=_why(reasons, shift, need.role_id),
                speaks=rules.speaks_one(need.languages, spoken),
                has_time=not free or rules.has_time(wanted.time, free),
                waiting=line.get(need.id, 0),
                needed=[(i18n.find(code).name, code in spoken) for code in need.languages.split()],
            )
        )
    return offers


def _why(reasons: list[No], shift: Shift, role_id: int) -> str:
    """All that they lack for it, so that nobody does one thing and then hears of the next; else the gravest reason."""
    lacks = [one for one in reasons if one.why is Why.LACKS]
    return " ".join(in_words(one, shift, role_id) for one in lacks or reasons[:1])


def _said(volunteer_id: int) -> tuple[list[str], list[tuple[int, str]]]:
    """Which languages they speak, and when they have time as a rule."""
    spoken = select(VolunteerLanguage.language).where(VolunteerLanguage.volunteer_id == volunteer_id)
    free = select(Availability.day, Availability.part).where(Availability.volunteer_id == volunteer_id)
    return list(db.session().scalars(spoken)), [(row.day, row.part) for row in db.session().execute(free)]


def roles_by_id() -> dict[int, Named]:
    """All roles that ever were, in the language spoken."""
    return {one.id: one for one in lists.of(lists.ROLES, retired=True)}


def places_of(shifts: Iterable[Shift]) -> dict[int, Place]:
    """The places of these shifts."""
    ids = {one.place_id for one in shifts}
    return {one.id: one for one in db.session().scalars(select(Place).where(Place.id.in_(ids)))}


def instead(offers: Iterable[Offer], need_id: int) -> list[Offer]:
    """What can be taken in the place of another one: of the same role first, what fits first, the soonest first."""
    offers = list(offers)
    role_id = next((one.role.id for one in offers if one.need.id == need_id), 0)
    can = [one for one in offers if one.may and one.need.id != need_id]
    return sorted(can, key=lambda one: (one.role.id != role_id, not one.fits, one.shift.starts_at))[:INSTEAD]


def mine(volunteer_id: int, now: datetime) -> list[Mine]:
    """The shifts to come that somebody has, waits for, or has just lost, in order of time."""
    shown = (*LIVE, PlacementState.REMOVED, PlacementState.LAPSED)
    found = select(Placement, Shift, ShiftNeed.role_id).join(Shift, Shift.id == Placement.shift_id)
    found = found.join(ShiftNeed, ShiftNeed.id == Placement.need_id).where(Placement.volunteer_id == volunteer_id)
    found = found.where(Placement.state.in_(shown), Shift.ends_at > now).order_by(Shift.starts_at, Shift.id)
    rows = db.session().execute(found).all()
    roles, places = roles_by_id(), places_of(row.Shift for row in rows)
    return [
        Mine(
            one,
            shift,
            roles.get(role_id),
            places[shift.place_id],
            may_give_back(shift, now),
            turns.position(one),
            saying.coordinator(shift),
            _phone(one, shift, now),
        )
        for one, shift, role_id in rows
    ]


def _phone(one: Placement, shift: Shift, now: datetime) -> str:
    """The coordinator's number, for those who have it, on the day."""
    near = shift.state == ShiftState.OPEN and shift.starts_at - ALMOST <= now
    return phones.opened(shift.coordinator_phone) if near and one.state == PlacementState.TAKEN else ""

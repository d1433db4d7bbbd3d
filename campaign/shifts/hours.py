"""Hours that volunteers gave: credited by their check-in, logged by hand, corrected and approved.

Volunteers are locked before their hours. Only what is approved counts.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast

from flask_babel import gettext
from sqlalchemy import CursorResult, delete, exists, func, select, update

from .. import db, i18n
from ..errors import Refused
from ..events import times
from ..volunteers import service as volunteers
from ..volunteers import standing
from ..volunteers.models import Volunteer, VolunteerLanguage
from .models import Hours, HoursSource, HoursState, Placement, PlacementState, Shift, ShiftNeed, ShiftState

EARLY, LATE = timedelta(hours=1), timedelta(hours=1)  # so long before and after a shift time at it still counts
NOBODY_LOOKED = timedelta(hours=3)  # after the end, who was not checked out is credited with the shift's length
LATELY = timedelta(days=9)  # shifts that were over before are left alone; see `day.LATELY`
A_DAY = 24 * 60  # minutes
MOST_WAITING = 60  # entries of one volunteer that nobody has looked at yet
A_YEAR = timedelta(days=366)


@dataclass(frozen=True)
class Entry:
    """What somebody did besides their shifts. `language` may be empty."""

    role_id: int
    worked_on: date
    minutes: int
    note: str
    language: str = ""


def worked(shift: tuple[datetime, datetime], came: datetime, left: datetime | None) -> tuple[int, HoursSource]:
    """The minutes that somebody was at a shift, and how they are known.

    Nobody is credited with more than an hour before its start and an hour after its end, whenever the buttons were
    pressed; without a check-out, or where both were written down after the end, it is the length of the shift.
    """
    starts_at, ends_at = shift
    if left is None or came >= ends_at:
        return _minutes(ends_at - starts_at), HoursSource.LENGTH
    first, last = max(came, starts_at - EARLY), min(left, ends_at + LATE)
    return max(1, _minutes(last - first)), HoursSource.CHECK_IN


def _minutes(much: timedelta) -> int:
    return round(much.total_seconds() / 60)


def credit(placement: Placement, now: datetime) -> None:
    """Write down the hours of somebody who came to a shift, or write them anew; what staff corrected stays."""
    shift = db.session().get_one(Shift, placement.shift_id)
    need = db.session().get_one(ShiftNeed, placement.need_id)
    assert placement.checked_in_at is not None
    minutes, source = worked((shift.starts_at, shift.ends_at), placement.checked_in_at, placement.checked_out_at)
    values: dict[str, Any] = {"volunteer_id": placement.volunteer_id, "placement_id": placement.id}
    values |= {"role_id": need.role_id, "language": _used(placement.volunteer_id, need.languages.split()), "note": ""}
    values |= {"worked_on": times.local(shift.starts_at, shift.zone).date(), "minutes": minutes, "source": source.value}
    values |= {"state": HoursState.APPROVED.value, "logged_at": now, "version": 1}
    if db.add(Hours, values) is None:
        anew = update(Hours).where(Hours.placement_id == placement.id, Hours.corrected_at.is_(None))
        db.session().execute(anew.values(minutes=minutes, source=source.value, version=Hours.version + 1))


def _used(volunteer_id: int, needed: Sequence[str]) -> str:
    """The first of the languages that were needed there which they speak."""
    spoken = select(VolunteerLanguage.language).where(VolunteerLanguage.volunteer_id == volunteer_id)
    mine = set(db.session().scalars(spoken)) if needed else set()
    return next((code for code in needed if code in mine), "")


def take_away(placement_id: int, *, came: bool) -> None:
    """They have not left after all, so the hours go, but for those that staff corrected; or not even come: all go."""
    which = Hours.placement_id == placement_id
    if came:
        which &= Hours.corrected_at.is_(None)
    db.session().execute(delete(Hours).where(which))


def corrected(placement_id: int) -> bool:
    """Whether staff have corrected what was credited for this place."""
    found = exists().where(Hours.placement_id == placement_id, Hours.corrected_at.is_not(None))
    return bool(db.session().scalar(select(found)))


def never_left(now: datetime) -> Sequence[int]:
    """The places of those who came to shifts that are over, whom nobody checked out and who are not credited yet."""
    credited = exists().where(Hours.placement_id == Placement.id)
    found = select(Placement.id).where(_came(now), ~credited).order_by(Placement.id)
    return db.session().scalars(found).all()


def _over(now: datetime) -> Any:
    over = Shift.ends_at.between(now - LATELY, now - NOBODY_LOOKED)
    return select(Shift.id).where(over, Shift.state == ShiftState.OPEN)  # at one that was cancelled nobody was missing


def _came(now: datetime) -> Any:
    came = (Placement.state == PlacementState.TAKEN) & Placement.checked_in_at.is_not(None)
    return came & Placement.shift_id.in_(_over(now))


def credit_late(placement_id: int, now: datetime) -> None:
    """Credit somebody whom nobody checked out with the length of the shift. Gone meanwhile, or credited: harmless."""
    one = db.session().get(Placement, placement_id)
    with suppress(LookupError):
        volunteers.held(one.volunteer_id if one else 0)
        one = db.session().get(Placement, placement_id, populate_existing=True)
        if one is not None and one.checked_in_at is not None and one.state == PlacementState.TAKEN:
            credit(one, now)


def note_no_shows(now: datetime) -> int:
    """Write down who had a place and did not come, where anybody was checked in; of how many. Nothing follows."""
    away = (Placement.state == PlacementState.TAKEN) & Placement.checked_in_at.is_(None) & Placement.no_show.is_(False)
    there = select(Placement.shift_id).where(_came(now))
    done = db.session().execute(update(Placement).where(away, Placement.shift_id.in_(there)).values(no_show=True))
    return cast("CursorResult[object]", done).rowcount


def log(volunteer_id: int, entry: Entry, now: datetime) -> None:
    """A volunteer writes down other work, which counts once staff approve it. Raises LookupError, Refused."""
    volunteers.active(volunteer_id)
    if _just_now(volunteer_id, entry, HoursState.LOGGED, now):
        return
    _refuse_wrong(volunteer_id, entry, now)
    mine = (Hours.volunteer_id == volunteer_id) & (Hours.state == HoursState.LOGGED)
    if (db.session().scalar(select(func.count()).where(mine)) or 0) >= MOST_WAITING:
        raise Refused(gettext("Many of your entries wait for us to look at them. Please add more after that."))
    _add(volunteer_id, entry, now, state=HoursState.LOGGED)


def write_down(volunteer_id: int, entry: Entry, now: datetime) -> int:
    """Staff write down what somebody did; it counts at once. Its id. Raises LookupError, Refused."""
    volunteers.active(volunteer_id)
    if hours_id := _just_now(volunteer_id, entry, HoursState.APPROVED, now):
        return hours_id
    _refuse_wrong(volunteer_id, entry, now)
    return _add(volunteer_id, entry, now, state=HoursState.APPROVED, decided_at=now)


def _just_now(volunteer_id: int, entry: Entry, state: HoursState, now: datetime) -> int | None:
    """The id of the same, written down a moment ago: a button that was pressed twice."""
    found = select(Hours.id).filter_by(volunteer_id=volunteer_id, source=HoursSource.HAND, state=state, **vars(entry))
    return db.session().scalar(found.where(Hours.logged_at > now - volunteers.QUIET).limit(1))


def _add(volunteer_id: int, entry: Entry, now: datetime, **more: Any) -> int:
    one = Hours(volunteer_id=volunteer_id, source=HoursSource.HAND, logged_at=now, **vars(entry), **more)
    db.session().add(one)
    db.session().flush()
    return one.id


def _refuse_wrong(volunteer_id: int, entry: Entry, now: datetime) -> None:
    """No day has more than 24 hours, and none is to come, or over for more than a year."""
    today = i18n.local(now).date()
    if not today - A_YEAR < entry.worked_on <= today:
        raise Refused(gettext("Choose a day of the last twelve months."))
    counts = Hours.state != HoursState.DECLINED
    same = select(func.coalesce(func.sum(Hours.minutes), 0)).where(
        Hours.volunteer_id == volunteer_id, Hours.worked_on == entry.worked_on, counts
    )
    if (db.session().scalar(same) or 0) + entry.minutes > A_DAY:
        raise Refused(gettext("That would be more than 24 hours on one day."))


def get(hours_id: int) -> Hours:
    """An entry. Raises LookupError."""
    if (one := db.session().get(Hours, hours_id, populate_existing=True)) is None:
        raise LookupError(hours_id)
    return one


def _locked(hours_id: int) -> Hours:
    """An entry, locked after its volunteer. Raises LookupError."""
    if (volunteer_id := get(hours_id).volunteer_id) is not None:
        volunteers.held(volunteer_id)
    found = select(Hours).where(Hours.id == hours_id).with_for_update()
    if (one := db.session().scalar(found.execution_options(populate_existing=True))) is None:
        raise LookupError(hours_id)
    return one


def strike(volunteer_id: int, hours_id: int) -> None:
    """A volunteer takes an entry back that nobody has looked at yet. Twice is harmless. Raises LookupError, Refused."""
    if get(hours_id).volunteer_id != volunteer_id:
        raise LookupError(hours_id)
    one = _locked(hours_id)
    if one.state != HoursState.LOGGED:
        raise Refused(gettext("We have looked at this entry already. Write to us if it is wrong."))
    db.session().delete(one)
    db.session().flush()


def decide(hours_id: int, yes: bool, now: datetime) -> None:
    """Staff approve what a volunteer logged, or do not. Raises LookupError, and Refused when somebody has decided."""
    one = _locked(hours_id)
    if one.state != HoursState.LOGGED:
        raise Refused("Somebody has decided about this entry already.")
    one.state = HoursState.APPROVED if yes else HoursState.DECLINED
    one.decided_at = now
    db.session().flush()


def correct(hours_id: int, minutes: int, version: int, now: datetime) -> None:
    """Staff write other minutes; 0 when it does not count. Raises LookupError, Stale."""
    one = _locked(hours_id)
    db.must_be(one.version, version)
    one.minutes, one.corrected_at = minutes, now
    one.state = HoursState.APPROVED if minutes else HoursState.DECLINED
    one.decided_at = one.decided_at or now
    db.session().flush()


def of(volunteer_id: int) -> list[Hours]:
    """All of a volunteer's, the newest first."""
    found = select(Hours).where(Hours.volunteer_id == volunteer_id)
    return list(db.session().scalars(found.order_by(Hours.worked_on.desc(), Hours.id.desc())))


def total(volunteer_id: int) -> int:
    """The minutes that count."""
    mine = (Hours.volunteer_id == volunteer_id) & (Hours.state == HoursState.APPROVED)
    return db.session().scalar(select(func.coalesce(func.sum(Hours.minutes), 0)).where(mine)) or 0


def waiting(page: int, size: int) -> list[tuple[Hours, str]]:
    """What was logged and nobody has looked at yet, with a name, the oldest first; one more than `size`, if any."""
    found = select(Hours, Volunteer.name).join(Volunteer, Volunteer.id == Hours.volunteer_id)
    found = found.where(Hours.state == HoursState.LOGGED).order_by(Hours.id)
    return [(row[0], row[1]) for row in db.session().execute(found.limit(size + 1).offset(page * size))]


@standing.stops.connect
def _no_words(volunteer_id: int, now: datetime) -> None:
    """Who stops leaves hours for the totals, but none of their words; what nobody has approved goes."""
    mine = Hours.volunteer_id == volunteer_id
    db.session().execute(delete(Hours).where(mine, Hours.state == HoursState.LOGGED))
    db.session().execute(update(Hours).where(mine, Hours.note != "").values(note=""))

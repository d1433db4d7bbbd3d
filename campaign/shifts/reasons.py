"""Why a shift cannot be taken or kept, in the words of the language spoken."""

from collections.abc import Callable
from datetime import datetime, time

from flask_babel import gettext

from .. import db, i18n
from ..events import times
from ..volunteers import lists, standing
from ..volunteers import rules as volunteering
from ..volunteers.models import Volunteer
from . import schedules, turns
from .models import Placement, Shift
from .rules import No, Time, Why, day_of, in_time, is_minor
from .turns import Turn


def in_words(no: No, shift: Shift, role_id: int) -> str:
    """Why it cannot be taken, as the volunteer reads it."""
    asks = i18n.site().shifts
    words: dict[Why, Callable[[], str]] = {
        Why.CANCELLED: lambda: gettext("This shift was cancelled."),
        Why.OVER: lambda: gettext("This shift has begun, or is over."),
        Why.LACKS: lambda: _lacks(no, role_id),
        Why.CLASH: lambda: gettext("It clashes with your shift at %(time)s.", time=_when(no.other, shift)),
        Why.REST: lambda: gettext(
            "There must be %(hours)s hours of rest between this and your shift at %(time)s.",
            hours=i18n.show_number(asks.rest_hours),
            time=_when(no.other, shift),
        ),
        Why.HOURS: lambda: gettext(
            "Nobody helps more than %(hours)s hours a day.", hours=i18n.show_number(asks.hours_a_day)
        ),
        Why.MINORS_HOURS: lambda: gettext(
            "Under 18 you can help at most %(hours)s hours a day.", hours=i18n.show_number(asks.minors_hours_a_day)
        ),
        Why.MINORS_LATE: lambda: gettext("Under 18 you can help only until %(hour)s.", hour=_hour(asks.minors_until)),
        Why.TOO_EARLY: lambda: gettext("It can be taken from %(time)s on.", time=times.at(*_opens(shift))),
        Why.FULL: lambda: gettext("All places are taken."),
        Why.ALONE: lambda: gettext("Under 18 you cannot be there alone. An adult must take this shift first."),
    }
    return str(words[no.why]())


def _lacks(no: No, role_id: int) -> str:
    assert no.missing is not None
    age = lists.asked([role_id])[role_id].minimum_age
    return standing.in_words(no.missing, lists.names(lists.REQUIREMENTS), age)


def _when(other: Time | None, shift: Shift) -> str:
    """The hour of another shift, with its day where that is not the day of this one."""
    assert other is not None
    same = times.local(other.starts_at, shift.zone).date() == times.local(shift.starts_at, shift.zone).date()
    return times.hour(other.starts_at, shift.zone) if same else times.at(other.starts_at, shift.zone)


def _hour(number: int) -> str:
    return i18n.show_hour(time(number % 24))


def _opens(shift: Shift) -> tuple[datetime, str]:
    assert shift.opens_at is not None
    return shift.opens_at, shift.zone


def why_not(mine: Turn, one: Placement, moved: Time | None = None) -> str:
    """Why somebody may not stay on a shift (that is `moved`, if said), in the language spoken; empty when they may."""
    time = moved or schedules.time_of(mine.shift)
    need, volunteer = mine.needs[one.need_id], db.session().get_one(Volunteer, one.volunteer_id)
    person = standing.people([volunteer.id])[volunteer.id]
    asked = lists.asked([need.role_id])[need.role_id]
    then = min(mine.now, mine.shift.starts_at)  # a list from paper comes days later: what they had then counts
    others = [each for each in turns.taken_by(volunteer.id, then) if each.shift_id != mine.shift.id]
    if lacks := volunteering.missing(asked, person, day_of(time)):
        return standing.in_words(lacks[0], lists.names(lists.REQUIREMENTS), asked.minimum_age)
    if moved is None and not is_minor(person):
        return ""
    against = in_time(time, person, others, schedules.limits())
    return in_words(against[0], mine.shift, need.role_id) if against else ""

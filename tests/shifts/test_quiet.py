"""When reminders are due, and when nobody is written to: tables of cases, without a site."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from campaign.shifts import quiet
from campaign.shifts.models import ShiftNewsKind

HERE = "America/Los_Angeles"


def _at(said, zone=HERE):
    return datetime.fromisoformat(f"2027-{said}").replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def _shown(at, zone=HERE):
    return at.astimezone(ZoneInfo(zone)).strftime("%m-%dT%H:%M")


DUE = [
    # the start, a day before, hours before
    ("01-14T10:00", "01-13T10:00", "01-14T08:00"),
    ("01-14T12:30", "01-13T12:30", "01-14T10:30"),
    ("01-14T09:00", "01-13T09:00", "01-14T08:00"),  # two hours before is night: an hour before still helps
    ("01-14T08:45", "01-13T08:45", "01-14T08:00"),
    ("01-14T08:30", "01-13T08:30", "01-13T20:00"),  # no time is left in the morning: the evening before
    ("01-14T06:00", "01-13T08:00", "01-13T20:00"),
    ("01-14T00:30", "01-13T08:00", "01-13T20:00"),
    ("01-14T22:00", "01-14T08:00", "01-14T20:00"),  # a day before is night
    ("01-14T23:30", "01-14T08:00", "01-14T20:00"),
    ("01-14T21:00", "01-14T08:00", "01-14T19:00"),
    ("03-14T10:00", "03-13T09:00", "03-14T08:00"),  # the clocks go forward: 24 hours before is 9:00
    ("11-07T09:00", "11-06T10:00", "11-07T08:00"),  # and back
]


@pytest.mark.parametrize(("starts", "day_before", "hours_before"), DUE)
def test_reminders_come_a_day_and_two_hours_before_and_never_at_night(starts, day_before, hours_before):
    starts_at = _at(starts)
    first = quiet.due(ShiftNewsKind.DAY_BEFORE, starts_at, HERE)
    second = quiet.due(ShiftNewsKind.HOURS_BEFORE, starts_at, HERE)
    assert (_shown(first), _shown(second)) == (day_before, hours_before)
    assert first < starts_at and second < starts_at
    assert not quiet.is_night(first, HERE) and not quiet.is_night(second, HERE)


def test_no_start_of_any_hour_is_reminded_of_at_night_or_after_it():
    for zone in (HERE, "Asia/Kathmandu", "UTC"):
        for minute in range(0, 24 * 60, 15):
            starts_at = _at(f"01-14T{minute // 60:02}:{minute % 60:02}", zone)
            for kind in quiet.BEFORE:
                due = quiet.due(kind, starts_at, zone)
                assert not quiet.is_night(due, zone) and due < starts_at - quiet.IN_TIME / 2, (zone, minute, kind)


TOLD = [
    ("01-13T12:00", "01-14T10:00", "01-13T12:00"),  # by day, at once
    ("01-13T20:59", "01-14T10:00", "01-13T20:59"),
    ("01-13T21:00", "01-14T10:00", "01-14T08:00"),  # at night, in the morning
    ("01-14T03:00", "01-14T10:00", "01-14T08:00"),
    ("01-14T03:00", "01-14T09:00", "01-14T03:00"),  # in the morning it would be too late
    ("01-13T23:00", "01-14T06:00", "01-13T23:00"),
    ("01-14T08:00", "01-14T08:30", "01-14T08:00"),
]


@pytest.mark.parametrize(("now", "starts", "told"), TOLD)
def test_news_waits_for_the_morning_unless_that_is_too_late(now, starts, told):
    assert _shown(quiet.when_to_tell(_at(now), _at(starts), HERE)) == told

"""Why somebody cannot take a shift, and how well one fits: tables of cases, without a site."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from campaign.shifts import rules
from campaign.shifts.rules import Limits, No, Time, Wanted, Why
from campaign.volunteers.rules import Asked, Held, Person

HERE = "America/Los_Angeles"
NOW = datetime(2027, 1, 11, 12, tzinfo=UTC)  # Monday, 4:00 there
LIMITS = Limits()
ADULT, MINOR = Person("confirmed", "21+"), Person("confirmed", "16-17", "given")


def _time(said: str, hours: float = 3, shift_id: int = 0, zone: str = HERE) -> Time:
    """A shift from this hour of a January day on, such as "12 14:30", for so many hours."""
    day, _, hour = said.partition(" ")
    starts = datetime.fromisoformat(f"2027-01-{int(day):02}T{hour}:00").replace(tzinfo=ZoneInfo(zone))
    starts = starts.astimezone(UTC)
    return Time(shift_id, starts, starts + timedelta(hours=hours), zone)


def _reasons(wanted: Time, person: Person = ADULT, mine: tuple[Time, ...] = (), **more: object) -> list[str]:
    known = {"asked": Asked(16), "free": 1, "adult": True, **more}
    found = rules.refusals(Wanted(wanted, **known), person, mine, LIMITS, NOW)  # type: ignore[arg-type]
    return [one.why.value for one in found]


def test_nothing_speaks_against_a_free_place():
    assert _reasons(_time("12 14:00")) == []


BY_THE_CLOCK = [
    ("touches the end of another", ["12 11:00"], []),
    ("begins before another ends", ["12 12:00"], ["clash"]),
    ("is within another", ["12 13:00", 6], ["clash"]),
    ("is the same time", ["12 14:00"], ["clash"]),
    ("same day, five hours in all", ["12 09:00", 2], []),
    ("same day, exactly eight hours in all", ["12 08:00", 5], []),
    ("same day, a minute more", ["12 08:00", 5 + 1 / 60], ["hours"]),
    ("the evening before, ten hours of rest", ["11 22:00", 6], []),
    ("the evening before, a minute less", ["11 22:00", 6 + 1 / 60], ["rest"]),
    ("the next morning, ten hours of rest", ["13 03:00"], []),
    ("the next morning, too early", ["13 02:59"], ["rest"]),
    ("days away", ["20 14:00"], []),
]


@pytest.mark.parametrize(("what", "other", "reasons"), BY_THE_CLOCK, ids=[one[0] for one in BY_THE_CLOCK])
def test_what_one_has_taken_may_leave_no_time(what, other, reasons):
    begins, hours = (*other, 3)[:2]
    assert _reasons(_time("12 14:00"), mine=(_time(begins, hours, 7),)) == reasons


def test_the_shift_that_it_clashes_with_is_named_and_so_is_the_first_of_several():
    later, first = _time("12 15:00", shift_id=8), _time("12 13:00", shift_id=7)
    found = rules.in_time(_time("12 14:00"), ADULT, [later, first], LIMITS)
    assert found == [No(Why.CLASH, first)]


def test_a_shift_does_not_clash_with_itself():
    assert _reasons(_time("12 14:00", shift_id=5), mine=(_time("12 14:00", shift_id=5),)) == []


def test_each_pair_is_judged_alike_from_both_sides():
    times = [
        _time(f"{day} {hour:02}:00", length, 1) for day in (12, 13) for hour in (0, 7, 14, 22) for length in (1, 5)
    ]
    others = [Time(2, one.starts_at, one.ends_at, one.zone) for one in times]
    for one in times:
        for other in others:
            ours = {no.why for no in rules.in_time(one, ADULT, [other], LIMITS)}
            theirs = {no.why for no in rules.in_time(other, ADULT, [one], LIMITS)}
            assert ours == theirs, (one, other)


MINORS = [
    ("four hours", "12 14:00", 4, True, []),
    ("a minute more", "12 14:00", 4 + 1 / 60, True, ["minors' hours"]),
    ("until eight", "12 17:00", 3, True, []),
    ("until a minute past eight", "12 17:00", 3 + 1 / 60, True, ["minors late"]),
    ("past midnight", "12 22:00", 3, True, ["minors late"]),
    ("before six", "12 05:30", 3, True, ["minors late"]),
    ("from six on", "12 06:00", 3, True, []),
    ("with nobody who is older", "12 14:00", 3, False, ["alone"]),
]


@pytest.mark.parametrize(("what", "begins", "hours", "adult", "reasons"), MINORS, ids=[one[0] for one in MINORS])
def test_who_is_16_or_17_helps_four_hours_until_eight_and_never_alone(what, begins, hours, adult, reasons):
    assert _reasons(_time(begins, hours), MINOR, adult=adult) == reasons


def test_the_hours_of_one_day_add_up_for_minors_too():
    assert _reasons(_time("12 14:00", 3), MINOR, (_time("12 10:00", 1, 7),)) == []
    assert _reasons(_time("12 14:00", 3), MINOR, (_time("12 10:00", 2, 7),)) == ["minors' hours"]


def test_late_is_as_the_clock_of_the_place_shows_it():
    assert _reasons(_time("12 17:00", 3, zone="America/New_York"), MINOR) == []
    assert _reasons(_time("12 17:00", 4, zone="America/New_York"), MINOR) == ["minors late"]


OTHERWISE = [
    ({"free": 0}, ["full"]),
    ({"cancelled": True}, ["cancelled"]),
    ({"opens_at": NOW + timedelta(minutes=1)}, ["too early"]),
    ({"opens_at": NOW}, []),
    ({"asked": Asked(21, (3,))}, ["lacks"]),
    ({"asked": Asked(16, (3,)), "free": 0}, ["lacks", "full"]),
    ({"adult": False}, []),  # adults may be alone
]


@pytest.mark.parametrize(("more", "reasons"), OTHERWISE)
def test_other_reasons_are_said_the_gravest_first(more, reasons):
    assert _reasons(_time("12 14:00"), **more) == reasons


def test_what_has_begun_is_over_whatever_else():
    begun = Time(0, NOW, NOW + timedelta(hours=2), HERE)
    assert _reasons(begun, free=0) == ["over"]


def test_a_training_must_hold_on_the_day_of_the_shift_at_its_place():
    until = Person("confirmed", "21+", held=(Held(3, date(2027, 1, 1), date(2027, 1, 12)),))
    asked = Asked(16, (3,))
    assert _reasons(_time("12 23:00", 0.5), until, asked=asked) == []  # the 13th in UTC
    assert _reasons(_time("13 09:00"), until, asked=asked) == ["lacks"]


WAITING = [([], False), ([Why.FULL], True), ([Why.ALONE], True), ([Why.FULL, Why.ALONE], True)]
WAITING += [([Why.TOO_EARLY, Why.FULL], False), ([Why.CLASH, Why.FULL], False), ([Why.LACKS], False)]


@pytest.mark.parametrize(("whys", "may"), WAITING)
def test_one_may_wait_for_what_time_can_bring(whys, may):
    assert rules.may_wait([No(why) for why in whys]) is may


KEPT = [(100, 24), (49, 24), (48, 24), (47, 23.5), (4, 2), (0, 0), (-1, 0)]


@pytest.mark.parametrize(("left", "kept"), KEPT)
def test_an_offer_is_kept_for_a_day_or_half_of_what_is_left(left, kept):
    assert rules.accept_by(NOW + timedelta(hours=left), NOW) == NOW + timedelta(hours=kept)


PARTS = [
    ("12 09:00", 3, {(1, "morning")}),
    ("12 11:00", 2, {(1, "morning"), (1, "afternoon")}),
    ("12 12:00", 5, {(1, "afternoon")}),
    ("12 18:00", 2, {(1, "evening")}),
    ("12 22:00", 4, {(1, "evening"), (2, "morning")}),
    ("17 09:00", 1, {(6, "morning")}),
]


@pytest.mark.parametrize(("begins", "hours", "parts"), PARTS)
def test_a_shift_is_in_the_parts_of_days_that_volunteers_choose_among(begins, hours, parts):
    assert rules.parts_of(_time(begins, hours)) == parts
    assert rules.has_time(_time(begins, hours), parts | {(0, "evening")})
    assert not rules.has_time(_time(begins, hours), list(parts)[:-1])


def test_one_language_of_those_needed_is_enough():
    assert rules.speaks_one(" th es ", ["en", "es"])
    assert not rules.speaks_one(" th ", ["en", "es"]) and not rules.speaks_one("", ["en"])

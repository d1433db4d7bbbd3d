"""Who could fill a gap: tables of cases, without a site."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from campaign.shifts import filling
from campaign.shifts.filling import Against, For, Gap, Helper
from campaign.shifts.rules import Limits, Time, Wanted, Why
from campaign.volunteers.rules import Asked, Held, Person

HERE = "America/Los_Angeles"
NOW = datetime(2027, 1, 11, 12, tzinfo=UTC)
TRAINED = (Held(1, date(2026, 6, 1), date(2027, 6, 1)),)
ADULT = Person("confirmed", "21+", held=TRAINED)
MINOR = Person("confirmed", "16-17", "given", held=TRAINED)


def _time(said: str, hours: float = 3, shift_id: int = 7) -> Time:
    day, _, hour = said.partition(" ")
    starts = datetime.fromisoformat(f"2027-01-{int(day):02}T{hour}:00").replace(tzinfo=ZoneInfo(HERE)).astimezone(UTC)
    return Time(shift_id, starts, starts + timedelta(hours=hours), HERE)


# Wednesday afternoon, 13:00 to 16:00, for somebody trained.
WANTED = Wanted(_time("13 13:00"), Asked(16, (1,)), free=1, adult=True)
GAP = Gap(WANTED, role_id=3, area_key="thaitown")
KOREAN = replace(GAP, languages=("ko", "es"), lacking=frozenset({"ko"}))
ANNA = Helper(1, "Anna Sample", ADULT, free=frozenset({(2, "afternoon")}))


def _fit(helper=ANNA, gap=GAP):
    return filling.fit(gap, helper, Limits(), NOW)


def _whys(reasons):
    return [one.why for one in reasons]


def test_somebody_who_has_time_can_and_nothing_speaks_against_her():
    found = _fit()
    assert found.can and _whys(found.pros) == [For.FREE] and found.cons == ()


FINAL = [
    ("is on it", {"on_it": True}, Against.ON_IT),
    ("said no", {"said_no": True, "asked_before": True}, Against.SAID_NO),
    ("was asked today for anything", {"asked_today": True}, Against.ASKED_TODAY),
    ("told us to stop our letters", {"no_letters": True}, Against.NO_LETTERS),
    ("has a shift then", {"mine": (_time("13 15:00", shift_id=8),)}, Why.CLASH),
    ("has too little rest", {"mine": (_time("14 01:00", shift_id=8),)}, Why.REST),
    ("has worked enough that day", {"mine": (_time("13 06:00", 6, 8),)}, Why.HOURS),
    ("is not trained", {"person": replace(ADULT, held=())}, Why.LACKS),
    ("was trained too long ago", {"person": replace(ADULT, held=(Held(1, date(2025, 1, 1), NOW.date()),))}, Why.LACKS),
    ("left", {"person": replace(ADULT, state="left")}, Why.LACKS),
    ("has not read it", {"person": replace(ADULT, read=False)}, Why.LACKS),
    ("has a guardian who has not answered", {"person": replace(MINOR, guardian="asked")}, Why.LACKS),
    ("is 16 and has helped that day", {"person": MINOR, "mine": (_time("13 10:00", 2, 8),)}, Why.MINORS_HOURS),
]


@pytest.mark.parametrize(("_what", "known", "why"), FINAL, ids=[one[0] for one in FINAL])
def test_whom_something_final_speaks_against_is_not_asked(_what, known, why):
    found = _fit(replace(ANNA, **known))
    assert not found.can and _whys(found.cons) == [why]


def test_a_minor_is_not_asked_for_a_late_shift_nor_for_one_without_an_adult():
    late = replace(GAP, wanted=replace(WANTED, time=_time("13 18:00")))
    helper = replace(ANNA, person=MINOR, free=frozenset({(2, "evening")}))
    assert _whys(_fit(helper, late).cons) == [Why.MINORS_LATE]
    alone = replace(GAP, wanted=replace(WANTED, adult=False))
    assert _whys(_fit(replace(ANNA, person=MINOR), alone).cons) == [Why.ALONE] and _fit(ANNA, alone).can
    grown = replace(GAP, wanted=replace(WANTED, asked=Asked(21, (1,))))
    assert not _fit(replace(ANNA, person=replace(ADULT, age_band="18-20")), grown).can


SOFT = [
    ("wants the role", GAP, {"wished": frozenset({3})}, [For.FREE, For.WISHED], []),
    ("wants another", GAP, {"wished": frozenset({4})}, [For.FREE], []),
    ("is near", GAP, {"area_key": "thaitown"}, [For.FREE, For.NEAR], []),
    ("is elsewhere", GAP, {"area_key": "koreatown"}, [For.FREE], []),
    ("has said no time", GAP, {"free": frozenset()}, [], [Against.NOT_FREE]),
    ("has only the morning", GAP, {"free": frozenset({(2, "morning")})}, [], [Against.NOT_FREE]),
    ("speaks what is lacking", KOREAN, {"spoken": {"ko": "well"}}, [For.SPEAKS, For.FREE], []),
    (
        "was heard",
        KOREAN,
        {"spoken": {"ko": "well"}, "heard": frozenset({"ko"})},
        [For.SPEAKS, For.HEARD, For.FREE],
        [],
    ),
    ("speaks what others speak there", KOREAN, {"spoken": {"es": "native"}}, [For.FREE], [Against.NOT_SPOKEN]),
    ("speaks nothing of it", KOREAN, {}, [For.FREE], [Against.NOT_SPOKEN]),
    ("was asked for it last week", GAP, {"asked_before": True}, [For.FREE], [Against.ASKED_BEFORE]),
    ("does much already", GAP, {"around": filling.MUCH}, [For.FREE], [Against.HAS_MUCH]),
]


@pytest.mark.parametrize(("_what", "gap", "known", "pros", "cons"), SOFT, ids=[one[0] for one in SOFT])
def test_other_reasons_only_weigh(_what, gap, known, pros, cons):
    found = _fit(replace(ANNA, **known), gap)
    assert found.can and _whys(found.pros) == pros and _whys(found.cons) == cons


def test_a_shift_over_two_parts_of_the_day_asks_for_time_in_both():
    long = replace(GAP, wanted=replace(WANTED, time=_time("13 10:00", 4)))
    assert _whys(_fit(ANNA, long).cons) == [Against.NOT_FREE]
    assert _fit(replace(ANNA, free=ANNA.free | {(2, "morning")}), long).has(For.FREE)


def test_when_somebody_there_speaks_each_language_any_of_them_still_helps():
    covered = replace(KOREAN, lacking=frozenset())
    assert _fit(replace(ANNA, spoken={"es": "some"}), covered).has(For.SPEAKS)
    assert filling.lacking(["ko", "es"], [{"es", "en"}, {"th"}]) == {"ko"}
    assert filling.lacking(["ko"], []) == {"ko"} and filling.lacking([], [{"ko"}]) == frozenset()


# Each is better than the next, for one reason more.
IN_ORDER: list[dict[str, Any]] = [
    {"spoken": {"ko": "native"}, "heard": frozenset({"ko"})},
    {"spoken": {"ko": "native"}},
    {"spoken": {"ko": "some"}, "heard": frozenset({"ko"}), "wished": frozenset({3})},
    {"spoken": {"ko": "well"}},
    {"spoken": {"ko": "well"}, "free": frozenset(), "wished": frozenset({3}), "area_key": "thaitown"},
    {"spoken": {"ko": "some"}, "wished": frozenset({3}), "around": 9},
    {"spoken": {"ko": "some"}},
    {"spoken": {"ko": "some"}, "asked_before": True, "area_key": "thaitown"},
    {"wished": frozenset({3}), "area_key": "thaitown"},
    {"area_key": "thaitown"},
    {},
    {"around": 1},
    {"free": frozenset(), "wished": frozenset({3})},
    {"spoken": {"ko": "native"}, "asked_today": True},
    {"spoken": {"ko": "native"}, "asked_today": True, "person": replace(ADULT, held=())},
]


def test_the_best_come_first_and_those_who_cannot_last_whatever_order_they_are_found_in():
    helpers = [replace(ANNA, id=number, **known) for number, known in enumerate(IN_ORDER)]
    for order in (helpers, helpers[::-1], helpers[7:] + helpers[:7]):
        assert [one.helper.id for one in filling.rank(KOREAN, order, Limits(), NOW)] == list(range(len(IN_ORDER)))


def test_of_equals_the_first_by_name_comes_first():
    twins = [replace(ANNA, id=1, name="Bela"), replace(ANNA, id=2, name="Anna"), replace(ANNA, id=3, name="Anna")]
    assert [one.helper.id for one in filling.rank(GAP, twins, Limits(), NOW)] == [2, 3, 1]

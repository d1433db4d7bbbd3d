"""What somebody lacks for a role on a day: tables of cases, without a site."""

from datetime import date

import pytest

from campaign.volunteers.rules import Asked, Held, Lack, Person, expiry, lacking, missing

MONDAY = date(2027, 1, 11)


def _held(since: str, until: str | None = None, revoked: bool = False, of: int = 1) -> Held:
    return Held(of, date.fromisoformat(since), date.fromisoformat(until) if until else None, revoked)


HAS = [
    ([], Lack.NEVER_HELD),
    ([_held("2027-01-11")], None),
    ([_held("2027-01-12")], Lack.NOT_YET),  # dated in the future
    ([_held("2026-01-11", "2027-01-11")], None),  # the last day counts
    ([_held("2026-01-10", "2027-01-10")], Lack.EXPIRED),
    ([_held("2026-01-10", "2027-01-10"), _held("2027-02-01")], Lack.NOT_YET),
    ([_held("2026-01-10", "2027-01-10"), _held("2027-01-02")], None),
    ([_held("2027-01-01", revoked=True)], Lack.REVOKED),
    ([_held("2027-01-01", revoked=True), _held("2027-01-02")], None),
    ([_held("2027-01-01", revoked=True), _held("2026-01-01", "2026-12-31")], Lack.EXPIRED),
]


@pytest.mark.parametrize(("held", "lack"), HAS)
def test_something_counts_from_its_day_to_its_last_day_unless_it_was_taken_back(held, lack):
    assert lacking(held, MONDAY) == lack


PEOPLE = [
    (Person("confirmed", "21+"), Asked(21), []),
    (Person("confirmed", "18-20"), Asked(21), [Lack.AGE]),
    (Person("confirmed", "18-20"), Asked(18), []),
    (Person("confirmed", "16-17", "given"), Asked(16), []),
    (Person("confirmed", "16-17", "asked"), Asked(16), [Lack.GUARDIAN]),
    (Person("confirmed", "16-17", "refused"), Asked(18), [Lack.GUARDIAN, Lack.AGE]),
    (Person("confirmed", "16-17"), Asked(16), [Lack.GUARDIAN]),
    (Person("pending", "21+"), Asked(16), [Lack.NOT_A_VOLUNTEER]),
    (Person("left", "21+"), Asked(16), [Lack.NOT_A_VOLUNTEER]),
    (Person("ended", "21+", read=False), Asked(16), [Lack.NOT_A_VOLUNTEER, Lack.NOT_READ]),
    (Person("confirmed", "21+", held=(_held("2027-01-01"),)), Asked(16, (1,)), []),
    (Person("confirmed", "21+", held=(_held("2027-01-01"),)), Asked(16, (1, 2)), [Lack.NEVER_HELD]),
    (Person("confirmed", "21+", read=False), Asked(16, (1,)), [Lack.NOT_READ, Lack.NEVER_HELD]),
]


@pytest.mark.parametrize(("person", "role", "lacks"), PEOPLE)
def test_all_that_is_lacking_is_said_the_gravest_first(person, role, lacks):
    assert [one.lack for one in missing(role, person, MONDAY)] == lacks


def test_a_lacking_requirement_is_named():
    [one] = missing(Asked(16, (7,)), Person("confirmed", "21+"), MONDAY)
    assert one.requirement_id == 7


ENDS = [
    ("2026-08-31", 6, "2027-02-28"),
    ("2027-08-31", 6, "2028-02-29"),
    ("2027-01-11", 12, "2028-01-11"),
    ("2027-12-15", 1, "2028-01-15"),
    ("2027-11-30", 1, "2027-12-30"),
    ("2028-02-29", 12, "2029-02-28"),
    ("2027-01-31", 240, "2047-01-31"),
]


@pytest.mark.parametrize(("held_on", "months", "until"), ENDS)
def test_the_last_day_is_the_same_day_so_many_months_later_or_the_last_of_that_month(held_on, months, until):
    assert expiry(date.fromisoformat(held_on), months) == date.fromisoformat(until)
    assert expiry(date.fromisoformat(held_on), None) is None

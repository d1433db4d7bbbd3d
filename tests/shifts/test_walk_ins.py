"""What is left of walk-ins and of check-ins: no hour twice, no place too many, nothing of who gives back."""

import pytest
from sqlalchemy import select

from campaign import clock, db
from campaign.events.arrivals import Came
from campaign.shifts import day, editing
from campaign.shifts.models import Hours, Placement, Shift, ShiftNeed
from tests.house.everything import on_sqlite
from tests.shifts.acts import able, at, at_rest, give_back, need_of, said, shift, states, take

pytestmark = on_sqlite


def _add(site, shift_id, number):
    """Staff add the sample helper of this number, whether a place is free or not."""
    need_id = need_of(site, shift_id)
    with site.inside(), db.writing():
        roll = day.roll(shift_id, clock.now())
        came, _ = roll.add(f"Sample Helper {chr(65 + number)}", need_id, clock.now(), let_in=True)
    assert came is Came.COUNTED


def _need(site):
    return tuple(site.rows(select(ShiftNeed.number, ShiftNeed.taken))[0])


def test_paper_that_comes_days_later_credits_nobody_for_two_shifts_at_once(site, noon, staff_of):
    anna = able(site)
    first, other = shift(site, "16 10:00", 4), shift(site, "16 12:00", 4)
    take(site, anna, first)
    for time, act in (("16 10:00", "Check in"), ("16 14:00", "Check out")):
        noon.move_to(at(time), tick=False)
        staff = staff_of(site)
        staff.press(staff.get(f"/staff/shifts/{first}/day"), f"{act} Sample Helper B")
    noon.move_to(at("19 15:00"), tick=False)
    staff = staff_of(site)
    page = staff.press(staff.get(f"/staff/shifts/{other}/day"), "Add and check in", name="Sample Helper B")
    assert page.status == 409 and "It clashes with your shift at 10:00" in page.text
    assert states(site, other) == {} and site.rows(select(Hours.minutes)) == [(240,)]


def _take_back(site, volunteer_id, shift_id):
    found = select(Placement.id).where(Placement.shift_id == shift_id, Placement.volunteer_id == volunteer_id)
    [(placement_id,)] = site.rows(found)
    with site.inside(), db.writing():
        editing.take_back(placement_id, "A reason", clock.now())


def _say_anew(site, shift_id, number):
    with site.inside(), db.writing():
        version = db.session().get_one(Shift, shift_id).version
        editing.change(shift_id, said(1, 1, number=number, note="Bring water"), version, (), clock.now())


@pytest.mark.parametrize(
    ("said_anew", "left"),
    [
        (0, (1, 1)),
        (2, (1, 1)),  # saved as it was shown
        (3, (3, 1)),  # staff have said how many are needed, so that stands
    ],
)
def test_the_place_made_for_a_walk_in_goes_with_them(site, noon, said_anew, left):
    people, shift_id = [able(site, 1), able(site, 2)], shift(site)
    take(site, people[0], shift_id)
    noon.move_to(at("14 09:30"), tick=False)
    for ends, state in ((give_back, "cancelled"), (_take_back, "removed")):
        _add(site, shift_id, 2)
        assert _need(site) in ((2, 2), (3, 2))
        if said_anew:
            _say_anew(site, shift_id, said_anew)
        ends(site, people[1], shift_id)
        assert states(site, shift_id)[people[1]] == state and _need(site) == left
        at_rest(site)
    assert site.rows(select(Placement.id).where(Placement.made_room | Placement.walk_in)) == []


def test_who_gives_back_was_not_there_and_comes_anew(site, noon, staff_of):
    anna, shift_id = able(site), shift(site)
    take(site, anna, shift_id)
    noon.move_to(at("14 09:30"), tick=False)
    staff, path = staff_of(site), f"/staff/shifts/{shift_id}/day"
    staff.press(staff.get(path), "Check in Sample Helper B")
    noon.move_to(at("14 09:40"), tick=False)
    staff.press(staff.get(path), "Check out Sample Helper B")
    assert len(site.rows(select(Hours.id))) == 1
    give_back(site, anna, shift_id)
    assert site.rows(select(Hours.id)) == []
    take(site, anna, shift_id)
    page = staff.get(path)
    assert "Here now 0" in page.text and "Still expected 1" in page.text
    assert "Sample Helper B is checked in." in staff.press(page, "Check in Sample Helper B").text
    at_rest(site)

"""Shifts that belong to an event, and colleagues who coordinate: chosen by staff, shown to whom it concerns."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from campaign import clock, db
from campaign.events import editing as events
from campaign.events.editing import Facts
from campaign.shifts.models import Shift
from campaign.staff import accounts
from campaign.staff import service as staff_accounts
from campaign.staff.roles import Role
from tests.events.acts import hold
from tests.house.everything import on_sqlite
from tests.shifts.acts import ZONE, able, at, place, states, take
from tests.volunteers.acts import path_of, role, text_of

pytestmark = on_sqlite


@pytest.fixture(autouse=True)
def _noon(noon):
    """Monday, 11 January 2027, 4:00 in Los Angeles."""
    return noon


def _move(site, place_id, hours):
    """Staff move the event by so many hours."""
    with site.inside(), db.writing():
        one = events.get(1)
        starts_at, ends_at = one.starts_at + timedelta(hours=hours), one.ends_at + timedelta(hours=hours)
        facts = Facts("evening", starts_at, ends_at, ZONE, place_id=place_id, link=one.link)
        events.change(1, facts, one.version, clock.now())


def test_a_shift_of_an_event_begins_with_its_place_and_time_and_hears_when_it_moves_or_ends(site, staff, later):
    table, hall, other = role(site), place(site, "Sample Hall"), place(site)
    event_id = hold(site, starts_in=timedelta(days=3), ends_at=clock.now() + timedelta(days=4), place_id=hall)
    page = staff.get(f"/staff/events/{event_id}")
    assert "There are none." in page.text
    page = staff.get(page.link("Plan a shift for it"))
    chosen = {name: str(page.one(f"#{name} option[selected]").attrs["value"]) for name in ("place", "zone", "event")}
    page = staff.press(page, "Plan it", **chosen, **{f"number-{table}": "2"})
    assert page.status == 200, page.text
    [one] = site.rows(select(Shift.id, Shift.event_id, Shift.place_id, Shift.starts_at, Shift.ends_at))
    assert (one.event_id, one.place_id, one.starts_at) == (event_id, hall, clock.now() + timedelta(days=3))
    assert one.ends_at - one.starts_at == timedelta(hours=8)  # the event is longer than anybody may help
    assert page.link("A sample evening") == f"/staff/events/{event_id}" and "Its event was" not in page.text
    take(site, able(site), one.id)
    page = staff.get(f"/staff/events/{event_id}")
    assert "1 place is free." in page.text and "Table 1 of 2" in page.text and "wanted" in page.text
    later(minutes=1)
    _move(site, other, 2)
    for path in (f"/staff/shifts/{one.id}", "/staff/shifts", f"/staff/events/{event_id}"):
        assert "Its event was moved since this shift was saved last: it is now" in staff.get(path).text, path
    _move(site, hall, -2)
    assert "Its event was" not in staff.get("/staff/shifts").text  # all is as it was
    _move(site, hall, 1)
    later(minutes=1)
    page = staff.press(staff.get(f"/staff/shifts/{one.id}"), "Save")
    assert "Its event was" not in page.text  # somebody has looked at it
    with site.inside(), db.writing():
        events.cancel(event_id, {}, clock.now())
    page = staff.get(f"/staff/shifts/{one.id}")
    assert "Its event was cancelled. The shift stands" in page.text and "A sample evening" in page.text
    assert states(site, one.id) == {1: "taken"} and site.rows(select(Shift.starts_at))[0][0] == one.starts_at
    assert "Plan a shift for it" not in staff.get(f"/staff/events/{event_id}").text
    page = staff.press(page, "Save", event="")
    assert "Its event was" not in page.text and "There are none." in staff.get(f"/staff/events/{event_id}").text


def test_a_draft_or_an_event_that_began_is_not_offered_and_a_made_up_one_is_refused(site, staff):
    role(site), place(site)
    draft = hold(site, publish=False)
    for event_id in (draft, 99, "x"):
        page = staff.get(f"/staff/shifts/new?event={event_id}")
        assert [one.attrs["value"] for one in page.all("#event option")] == [""], event_id
    fields = {"place": "1", "starts": "2027-01-14T10:00", "ends": "2027-01-14T13:00", "number-1": "1"}
    page = staff.press(staff.get("/staff/shifts/new"), "Plan it", **fields, event=str(draft))
    assert page.status == 422 and site.rows(select(Shift.id)) == []


def test_a_colleague_coordinates_and_those_who_come_read_the_name_and_the_number_of_the_day(site, staff, visitor, noon):
    table, _, anna = role(site), place(site), able(site)
    with site.inside(), db.writing():
        lead = staff_accounts.add("lead@example.org", "Sample Lead", clock.now(), Role.EVENTS)
        gone = staff_accounts.add("gone@example.org", "Former Lead", clock.now(), Role.EVENTS)
        accounts.disable(gone, clock.now())
    page = staff.get("/staff/shifts/new")
    assert [one.to_text() for one in page.all("#colleague option")] == ["Nobody of the staff", "Sample Lead", "Staff"]
    fields = {"place": "1", "starts": "2027-01-14T10:00", "ends": "2027-01-14T13:00", f"number-{table}": "1"}
    staff.press(page, "Plan it", **fields, colleague=str(lead), phone="213 373 4253")
    site.letters()
    take(site, anna, 1)
    assert "Coordinator: Sample Lead" in text_of(site.letter())
    own = f"{path_of(site, anna)}/open"
    assert "Coordinator: Sample Lead" in visitor.get(own).text and "373-4253" not in visitor.get(own).text
    noon.move_to(at("13 11:00"), tick=False)
    assert "Coordinator: Sample Lead" in visitor.get(own).text and "(213) 373-4253" in visitor.get(own).text
    with site.inside(), db.writing():
        accounts.disable(lead, clock.now())
        key = staff_accounts.one_time_link(1, clock.now())
    staff.press(staff.get(f"/staff/link/{key}"), "Sign in")
    page = staff.get("/staff/shifts/1")
    assert "Sample Lead (their account was disabled)" in page.text
    assert "There is no shift here yet." in staff.get("/staff/shifts?mine=1").text
    staff.press(page, "Save", colleague="1", coordinator="Sample Stand-in")
    assert "Coordinator: Sample Stand-in" in visitor.get(own).text
    assert "0 of" not in staff.get("/staff/shifts?mine=1").text and "1 of 1" in staff.get("/staff/shifts?mine=1").text
    noon.move_to(at("14 13:00") + timedelta(days=31), tick=False)
    site.work("forget")
    columns = select(Shift.coordinator, Shift.coordinator_id, Shift.coordinator_phone)
    assert [tuple(row) for row in site.rows(columns)] == [("", None, "")]

"""The people of a partner see the places of the coalition, and add and change their own alone."""

import pytest
from sqlalchemy import select

from campaign import db
from campaign.app import Switches
from campaign.places import service
from campaign.places.models import Place
from tests.partner_door.acts import of, partner
from tests.places.acts import TEMPLE, added, names, rows

pytestmark = pytest.mark.plain_sql


@pytest.fixture
def mine(site):
    """Somebody of the first of two partners; each has a place, and the lead has one."""
    first, second = partner(site), partner(site, "Sample Partner 2")
    added(site, "Our Clinic", partner_id=first, note="Only for staff", zip="90027")
    added(site, "Their Clinic", partner_id=second, zip="90028")
    added(site, "The Lead's Clinic")
    return of(site, first)


def test_all_places_of_the_coalition_are_seen_and_ones_own_lead_on(mine):
    page = mine.get("/partner/places")
    assert [row[0] for row in rows(page)] == ["Our Clinic yours", "Their Clinic", "The Lead's Clinic"]
    assert [a.attrs["href"] for a in page.all("tbody a")] == ["/partner/places/1"]
    assert [row[0] for row in rows(mine.get("/partner/places?q=90028"))] == ["Their Clinic"]
    assert "Only for staff" not in page.html and "Only for staff" not in mine.get("/partner/places/1").html


def test_a_place_is_added_as_ones_own_whatever_the_form_claims(site, mine):
    page = mine.get("/partner/places/new")
    assert "partner_id" not in page.html and "note" not in page.form("Add")["fields"]
    page = mine.press(page, "Add", **TEMPLE, partner_id="2", note="Mine?")
    assert page.heading == "Sample Temple"
    found = select(Place.partner_id, Place.note).where(Place.name == "Sample Temple")
    assert site.rows(found) == [(1, "")]


def test_ones_own_is_changed_and_what_staff_noted_stays(site, mine):
    page = mine.press(mine.get("/partner/places/1"), "Save", kind="clinic", access="Step-free", partner_id="2")
    assert page.status == 200
    found = select(Place.access, Place.note, Place.partner_id).where(Place.id == 1)
    assert site.rows(found) == [("Step-free", "Only for staff", 1)]


def test_what_may_be_the_same_is_shown_first_without_a_way_into_it(site, mine):
    fields = {"name": "Their clinic", "zip": "90028", "kind": "clinic"}
    page = mine.press(mine.get("/partner/places/new"), "Add", **fields)
    assert page.status == 409 and "Their Clinic" in page.one(".meanwhile").to_text() and page.all(".meanwhile a") == []
    assert mine.press(page, "Add it all the same", **fields).status == 200 and len(names(site)) == 4


def _ways_in(site, person):
    """At which foreign places somebody of the first partner is let in to look or to change."""
    token = person.get("/partner/places/1").form("Save")["fields"]["csrf_token"]
    sent = {"csrf_token": token, "name": "Taken over", "kind": "other", "version": "1"}
    found = [number for number in (2, 3) if person.raw(f"/partner/places/{number}").status_code != 404]
    for number in (2, 3):
        person.raw(f"/partner/places/{number}", method="POST", data=sent)
    return found, "Taken over" in names(site)


def test_a_place_of_others_is_as_good_as_not_there(site, mine):
    assert _ways_in(site, mine) == ([], False)
    nothing = mine.raw("/partner/places/99")
    for number in (2, 3):
        answer = mine.raw(f"/partner/places/{number}")
        assert (answer.status_code, answer.data) == (404, nothing.data)


def test_without_the_guard_the_places_of_others_would_be_open(noon, make_site):
    """The negative control."""
    site = make_site(switches=Switches(own_only=False))
    first, second = partner(site), partner(site, "Sample Partner 2")
    for name, whose in (("Ours", first), ("Theirs", second), ("The lead's", None)):
        added(site, name, partner_id=whose)
    assert _ways_in(site, of(site, first)) == ([2, 3], True)


def test_a_place_that_staff_merged_leads_on_where_it_is_still_ones_own(site, mine):
    second = added(site, "Our Clinic", partner_id=1, zip="90027")
    with site.inside(), db.writing():
        service.merge(1, second, (), {1: 1, second: 1})
    assert mine.raw(f"/partner/places/{second}").location == "/partner/places/1"
    with site.inside(), db.writing():
        service.merge(2, 1, (), {2: 1, 1: 2})
    for number in (1, second):
        assert mine.raw(f"/partner/places/{number}").status_code == 404


def test_whoever_saves_second_sees_what_staff_saved_and_nothing_that_they_noted(site, mine, staff):
    page = mine.get("/partner/places/1")
    staff.press(staff.get("/staff/places/1"), "Save", kind="clinic", area="Thai Town", partner_id="1")
    late = mine.press(page, "Save", kind="clinic", area="Elsewhere")
    assert late.status == 409 and "Thai Town" in late.text and "Only for staff" not in late.html
    assert mine.press(late, "Save", kind="clinic").status == 200
    assert site.rows(select(Place.area).where(Place.id == 1)) == [("Elsewhere",)]


def test_one_that_staff_gave_to_another_meanwhile_is_not_ones_own_any_more(site, mine, staff):
    page = mine.get("/partner/places/1")
    staff.press(staff.get("/staff/places/1"), "Save", kind="clinic", partner_id="2")
    assert mine.press(page, "Save", kind="clinic", name="Mine again").status == 404
    assert names(site)[0] == "Our Clinic"

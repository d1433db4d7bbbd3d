"""Staff keep places: find, add, change, retire them, and are shown what may be the same before it is there twice."""

import pytest
from sqlalchemy import select

from campaign import clock, db
from campaign.partners import service as partners
from campaign.partners.models import PartnerState
from campaign.places.models import Kind, Place
from campaign.staff.roles import Role
from tests.places.acts import add, added, names, rows
from tests.staff.acts import by_link

pytestmark = pytest.mark.plain_sql


@pytest.fixture
def partner(site):
    """The id of an organisation that takes part."""
    with site.inside(), db.writing():
        return partners.add("Sample Partner", PartnerState.ACTIVE, clock.now())


def test_a_place_is_added_and_says_all_that_was_said(site, staff, partner):
    said = {"area": "Thai Town", "city": "Los Angeles", "access": "Step-free\nParking behind", "note": "Ask first"}
    page = add(staff, **said, languages=["th", "en"], partner_id=str(partner))
    assert page.heading == "Sample Temple" and page.path == "/staff/places/1"
    form = {name: value.strip() for name, value in page.form("Save")["fields"].items()}
    assert {**form, **said} == form and form["address"] == "1 Sample Street"
    assert [box.attrs["value"] for box in page.all("#languages input") if "checked" in box.attrs] == ["en", "th"]
    chosen = [o.attrs["value"] for o in page.all("option") if "selected" in o.attrs]
    assert chosen == ["temple", str(partner)]
    assert rows(staff.get("/staff/places")) == [
        ["Sample Temple", "Temple", "1 Sample Street, Thai Town, Los Angeles 90027", "English, ไทย", "Sample Partner"]
    ]
    assert site.rows(select(Place.public)) == [(False,)]


def test_every_kind_can_be_chosen_and_no_other(site, staff):
    offered = [o.attrs["value"] for o in staff.get("/staff/places/new").all("#kind option")]
    assert sorted(offered) == sorted(Kind)
    assert add(staff, kind="shelter").status == 422 and names(site) == []


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": " "}, "Give the place a name."),
        ({"name": "x" * 121}, "at most 120 characters"),
        ({"zip": "9002"}, "five digits"),
        ({"zip": "9002７"}, "five digits"),
        ({"address": "x" * 201}, "at most 200 characters"),
        ({"languages": "xx"}, "Choose among these only."),
        ({"languages": "\x00"}, "Choose among these only."),
        ({"partner_id": "7"}, "Not a valid choice"),
        ({"note": "a\x00b"}, "could not be read"),
    ],
)
def test_a_mistake_is_named_and_nothing_is_added(site, staff, wrong, sentence):
    page = add(staff, **wrong)
    assert page.status == 422 and sentence in page.text and page.one(".summary")
    assert names(site) == []


def test_only_partners_that_take_part_are_offered_and_the_one_that_has_it_stays(site, staff, partner):
    add(staff, partner_id=str(partner))
    with site.inside(), db.writing():
        partners.get(partner).state = PartnerState.PAUSED
    assert "Sample Partner" not in staff.get("/staff/places/new").text
    page = staff.get("/staff/places/1")
    kept = {"kind": "temple", "partner_id": str(partner)}
    assert staff.press(page, "Save", **kept, area="Thai Town").status == 200
    assert site.rows(select(Place.partner_id, Place.area)) == [(partner, "Thai Town")]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("q=temple", ["Sample Temple"]),
        ("q=sample", ["Sample Market", "Sample Temple"]),
        ("q=SAMPLE+thai", ["Sample Temple"]),
        ("q=90028", ["Sample Market"]),
        ("q=วัด", ["วัดตัวอย่าง"]),
        ("q=%25", []),
        ("q=sample+%26+temple", ["Sample Temple"]),
        ("q=nothing", []),
        ("kind=market", ["Sample Market"]),
        ("language=th", ["Sample Temple"]),
        ("whose=lead", ["Sample Market", "วัดตัวอย่าง"]),
        ("whose=1", ["Sample Temple"]),
        ("whose=" + "9" * 30, ["Sample Market", "Sample Temple", "วัดตัวอย่าง"]),
        ("kind=market&whose=1", []),
        ("retired=y", ["Sample Office"]),
        ("page=9", []),
    ],
)
def test_places_are_found_by_name_area_zip_kind_language_and_partner(site, staff, partner, asked, found):
    added(site, area="Thai Town", languages=("es", "th"), partner_id=partner)
    added(site, "Sample Market", zip="90028-1234", kind="market")
    added(site, "วัดตัวอย่าง", kind="temple")
    staff.press(staff.get(f"/staff/places/{added(site, 'Sample Office')}"), "Retire it")
    assert [row[0].removesuffix(" retired") for row in rows(staff.get(f"/staff/places?{asked}"))] == found


@pytest.mark.parametrize(
    "twin",
    [
        {"name": "sample TEMPLE", "address": "elsewhere"},
        {"name": "Sample-Temple", "address": "", "zip": "90027-1234"},
        {"name": "Another name", "address": "1 sample street.", "zip": ""},
    ],
)
def test_what_may_be_the_same_is_shown_first_and_one_can_go_on(site, staff, twin):
    add(staff)
    page = add(staff, **twin)
    assert page.status == 409 and "Is it one of these?" in page.text and page.link("Sample Temple") == "/staff/places/1"
    assert names(site) == ["Sample Temple"]
    assert staff.press(page, "Add it all the same", kind="temple").heading == twin["name"]
    assert len(names(site)) == 2


def test_whoever_goes_on_is_asked_again_about_what_came_meanwhile(site, staff):
    add(staff)
    page = add(staff, address="")
    added(site, address="9 Sample Street", zip="90027")
    page = staff.press(page, "Add it all the same", kind="temple")
    assert page.status == 409 and len(page.all(".meanwhile li")) == 2


def test_another_place_with_that_name_elsewhere_is_no_double(site, staff):
    add(staff)
    assert add(staff, zip="90028", address="2 Sample Street").status == 200
    assert len(names(site)) == 2


def test_changing_a_place_into_one_that_is_there_asks_first_and_other_changes_do_not(site, staff):
    add(staff)
    add(staff, name="Sample Church", address="3 Sample Street", kind="church")
    page = staff.press(staff.get("/staff/places/2"), "Save", name="Sample Temple", kind="church")
    assert page.status == 409 and "Nothing was saved yet" in page.text and names(site)[1] == "Sample Church"
    assert staff.press(page, "Save", kind="church").heading == "Sample Temple"
    page = staff.get("/staff/places/2")
    assert "These may be the same place" in page.text
    assert staff.press(page, "Save", kind="church", access="Ring twice").status == 200


def test_whoever_saves_second_sees_both(site, staff):
    add(staff)
    page, other = staff.get("/staff/places/1"), by_link(site, "bela@example.org", Role.EVENTS)
    other.press(other.get("/staff/places/1"), "Save", kind="temple", access="Theirs")
    late = staff.press(page, "Save", kind="temple", access="Mine")
    assert late.status == 409 and "Theirs" in late.one(".meanwhile").to_text()
    assert staff.press(late, "Save", kind="temple").status == 200
    assert site.rows(select(Place.access, Place.version)) == [("Mine", 3)]


def test_a_retired_place_is_offered_for_no_code_and_can_be_brought_back(site, staff):
    add(staff)
    page = staff.press(staff.get("/staff/places/1"), "Retire it")
    assert "Retired" in page.text and rows(staff.get("/staff/places")) == []
    assert "Sample Temple" not in staff.get("/staff/codes/new?place=1").text
    staff.press(page, "Bring it back")
    assert "Sample Temple" in staff.get("/staff/codes/new").text


def test_a_code_can_name_the_place_where_it_hangs(site, staff):
    add(staff)
    page = staff.get("/staff/codes/new?place=1")
    assert [o.attrs["value"] for o in page.all("#place option") if "selected" in o.attrs] == ["1"]
    page = staff.press(page, "Make the code", pledge="freedom", language="en", place="1", note="By the door")
    hangs = page.all(".facts dd")[0].to_text()
    assert "Sample Temple" in hangs and "By the door" in hangs and page.link("Sample Temple") == "/staff/places/1"
    assert "Sample Temple" in rows(staff.get("/staff/codes"))[0][1]
    assert "By the door" in staff.get("/staff/places/1").text


def test_a_place_that_was_retired_while_a_code_was_being_made_is_refused(site, staff):
    add(staff)
    page = staff.get("/staff/codes/new")
    staff.press(staff.get("/staff/places/1"), "Retire it")
    fields = {"pledge": "freedom", "language": "en", "note": "Door", "place": "1"}
    assert staff.press(page, "Make the code", **fields).status == 422
    assert rows(staff.get("/staff/codes")) == []


def test_a_viewer_reads_all_and_finds_no_button(site, staff):
    add(staff, access="Step-free")
    viewer = by_link(site, "vera@example.org", Role.VIEWER)
    page = viewer.get("/staff/places/1")
    assert "Step-free" in page.text and page.all("main form") == []
    assert "Add a place" not in viewer.get("/staff/places").text
    assert viewer.raw("/staff/places.csv").status_code == 403


def test_what_is_not_there_is_said(staff):
    for path in ("/staff/places/9", "/staff/places/9/merge", "/staff/places/9/merge/8", "/staff/places/" + "9" * 18):
        assert staff.get(path).status == 404, path


def test_what_happened_to_a_place_is_in_the_trail(site, staff):
    add(staff)
    staff.press(staff.get("/staff/places/1"), "Retire it")
    told = staff.get("/staff/audit?kind=place&record=1").text
    assert "added a place" in told and "retired a place" in told

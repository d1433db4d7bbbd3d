"""Partners propose events, staff answer, and each partner reaches its own events and guests alone."""

import csv
from datetime import timedelta
from io import StringIO

import pytest
from sqlalchemy import select

from campaign import clock, db
from campaign.app import Switches
from campaign.events import editing
from campaign.events.models import Event, EventState, Rsvp
from campaign.partners import ending
from campaign.partners import service as partners
from campaign.partners.models import PartnerState
from tests.events.acts import send
from tests.events.writing_acts import FACTS, begin, made, place, published, write
from tests.house.everything import on_sqlite
from tests.partner_door.acts import of, partner
from tests.pledges.acts import text_of

pytestmark = on_sqlite
FAR = timedelta(days=3)
WORDS = {"title": "Our sample evening", "summary": "Ours.", "body": "Come.", "joining": "Side door."}


@pytest.fixture
def mine(site):
    """Somebody of the first of two partners."""
    first, _second = partner(site), partner(site, "Sample Partner 2")
    return of(site, first)


def _begun(person, **facts):
    """A draft of a partner with its English words."""
    page = person.press(person.get("/partner/events/new"), "Go on", **{**FACTS, **facts})
    assert page.path.endswith("/words/en"), page.text
    return person.press(page, "Save", **WORDS)


def test_a_partner_proposes_an_event_and_staff_publish_it_with_a_message(site, mine, staff, visitor):
    page = _begun(mine, partner="2", members_only="y")
    assert page.path == "/partner/events/1" and visitor.get("/events/opening").status == 404
    assert site.rows(select(Event.partner_id, Event.members_only, Event.proposed_by_id)) == [(1, False, 1)]
    page = mine.press(page, "Propose it")
    assert (
        "waits for the campaign’s staff" in page.text
        and mine.get("/partner/events/1").all("main form input[name=slug]") == []
    )
    assert "Proposed by partners (1)" in staff.get("/staff/events").text
    assert "1 event proposed by partners" in staff.get("/staff/").text
    page = staff.press(staff.get("/staff/events/1"), "Approve", message="Thank you. We publish it.")
    assert "published" in page.text and visitor.get("/events/opening").heading == "Our sample evening"
    letter = site.letter()
    assert letter["To"].addresses[0].addr_spec == "partner1@example.org" and letter["Subject"] == "About your event"
    assert "Thank you. We publish it." in text_of(letter) and "http://localhost/events/opening" in text_of(letter)
    assert "Thank you. We publish it." in mine.get("/partner/events/1").text


def test_what_staff_give_back_can_be_changed_and_proposed_again(site, mine, staff):
    mine.press(_begun(mine), "Propose it")
    seen = staff.get("/staff/events/1").form("Approve")["fields"]
    staff.post("/staff/events/1/decline", {**seen, "message": "Please say which door."})
    letter = site.letter()
    assert "Please say which door." in text_of(letter) and "/partner/events/1" in text_of(letter)
    page = mine.get("/partner/events/1")
    assert "Please say which door." in page.text
    page = mine.press(page, "Save", **{**FACTS, "capacity": "12"})
    assert page.status == 200 and site.rows(select(Event.capacity, Event.state)) == [(12, EventState.DRAFT)]
    mine.press(page, "Propose it")
    page = mine.press(mine.get("/partner/events/1"), "Take it back")
    assert site.rows(select(Event.state)) == [(EventState.DRAFT,)]
    again = staff.post("/staff/events/1/approve", {**seen, "message": ""})
    assert again.status == 409 and "not waiting for an answer" in again.text


def test_staff_publish_only_what_they_have_read(site, mine, staff):
    """A partner that takes a proposal back, writes something else and sends that has to be read again."""
    mine.press(_begun(mine), "Propose it")
    seen = staff.get("/staff/events/1").form("Approve")["fields"]
    mine.press(mine.get("/partner/events/1"), "Take it back")
    mine.press(mine.get("/partner/events/1/words/en"), "Save", **{**WORDS, "title": "Something else"})
    mine.press(mine.get("/partner/events/1"), "Propose it")
    answer = staff.post("/staff/events/1/approve", {**seen, "message": ""})
    assert answer.status == 409 and "Somebody else changed this" in answer.text
    assert site.rows(select(Event.state)) == [(EventState.PROPOSED,)]
    assert "published" in staff.press(staff.get("/staff/events/1"), "Approve").text


def test_what_was_proposed_meanwhile_is_not_changed_by_an_older_page(site, mine):
    page = _begun(mine)
    older = mine.get("/partner/events/1")
    mine.press(page, "Propose it")
    late = mine.press(older, "Save", **{**FACTS, "capacity": "12"})
    assert late.status == 409 and "cannot be changed here" in late.text
    words = mine.post("/partner/events/1/words/en", {**older.form("Save")["fields"], **WORDS, "version": "1"})
    assert words.status == 409 and site.rows(select(Event.capacity)) == [(60,)]


def test_what_contradicts_itself_gets_the_same_sentences_as_with_staff(mine):
    page = mine.press(mine.get("/partner/events/new"), "Go on", **{**FACTS, "ends": "2027-01-20T17:00"})
    assert page.status == 422 and "The end must come after the start." in page.text
    empty = mine.press(mine.get("/partner/events/new"), "Go on", **FACTS)
    assert "in English first" in mine.press(mine.get("/partner/events/1"), "Propose it").text and empty.status == 200


def _guests(site):
    """The event of each partner, each with a guest."""
    for number, slug in ((1, "ours"), (2, "theirs")):
        made(site, slug, clock.now() + FAR, clock.now() + FAR * 2, partner_id=number)
        assert (
            send(site, number, 2, slug, access_needs="=cmd|calc", name=f"Guest {'AB'[number - 1]}").status_code == 303
        )


def test_a_partner_takes_out_the_guests_of_its_own_event_without_their_addresses(site, mine):
    _guests(site)
    table = mine.raw("/partner/events/1/guests.csv").get_data(as_text=True)
    rows = list(csv.reader(StringIO(table.removeprefix("\ufeff"))))
    assert rows[0][:3] == ["name", "party", "state"] and rows[1][:3] == ["Guest A", "2", "seat"]
    assert "'=cmd|calc" in rows[1] and "example.org" not in table and "Guest B" not in table


def _let_in(person):
    paths = ["/partner/events/2", "/partner/events/2/words/en", "/partner/events/2/guests.csv", "/partner/events/3"]
    return [path for path in paths if person.raw(path, buffered=True).status_code != 404]


def test_an_event_of_others_and_a_draft_of_the_staffs_are_as_good_as_not_there(site, mine, staff):
    _guests(site)
    begin(staff, partner="1")  # a draft of the staff's, with this partner as its host
    assert _let_in(mine) == []
    page = mine.get("/partner/events")
    assert "Sample ours" in page.text and "Sample theirs" not in page.text and "opening" not in page.text
    write(staff, 3)
    staff.press(staff.get("/staff/events/3"), "Publish it")
    assert _let_in(mine) == ["/partner/events/3"]


def test_without_the_guard_the_guests_of_another_partner_would_be_open(noon, make_site):
    """The negative control."""
    site = make_site(switches=Switches(own_only=False))
    first, _second = partner(site), partner(site, "Sample Partner 2")
    _guests(site)
    assert "Guest B" in of(site, first).raw("/partner/events/2/guests.csv").get_data(as_text=True)


def test_meetings_are_for_members_with_agenda_and_how_to_join(site, mine, staff):
    id = published(staff, members_only="y", slug="quarterly", place=str(place(site)))
    write(staff, id, title="Quarterly meeting", agenda="- Figures", joining="Third floor.")
    page = mine.get("/partner/events")
    assert "Quarterly meeting" in page.text and "Figures" in page.text and "Third floor." in page.text
    assert "https://meet.example/opening" in page.html and mine.raw(f"/partner/events/{id}").status_code == 404


def test_when_a_partner_leaves_its_proposal_is_the_staffs_and_its_published_event_stays(site, mine, visitor):
    made(site, "ours", clock.now() + FAR, clock.now() + FAR * 2, partner_id=1)
    page = mine.press(mine.get("/partner/events/new"), "Go on", **FACTS)
    mine.press(mine.press(page, "Save", **WORDS), "Propose it")
    with site.inside(), db.writing():
        assert len([line for line in partners.what_is_open(1) if "event" in line or "proposed" in line]) == 2
        ending.end(1, PartnerState.LEFT, None, clock.now())
        assert [one["address"] for one in partners.everything(1)["events"]] == ["opening", "ours"]
    assert site.rows(select(Event.state).order_by(Event.id)) == [(EventState.PUBLISHED,), (EventState.DRAFT,)]
    assert visitor.get("/events/ours").status == 200


def test_a_guest_is_asked_before_a_change_is_told_and_told_once_it_is_done(site, staff):
    id = made(site, "opening", clock.now() + FAR, clock.now() + FAR * 2, capacity=60)
    assert send(site, 1, 1, "opening").status_code == 303
    site.letters()
    page = staff.press(staff.get(f"/staff/events/{id}"), "Save", **FACTS)
    assert page.status == 409 and "1 guest will get a letter about the time, the link." in page.text
    assert site.rows(select(Event.link)) == [("https://meet.example/",)]
    page = staff.press(page, "Save", **FACTS)
    assert page.status == 200 and site.rows(select(Event.link)) == [("https://meet.example/opening",)]
    assert len(site.letters()) == 1 and site.rows(select(Rsvp.id)) == [(1,)]
    with site.inside(), db.reading():
        assert editing.guests(id) == 1

"""What is kept of guests, who sees it, and when it goes: the page about oneself, consent, erasing, forgetting."""

import json

import pytest
from sqlalchemy import func, select, update

from campaign import clock, db
from campaign.events import editing, keys, seats
from campaign.events.models import (
    Answer,
    DoorHelper,
    EventAnswer,
    EventQuestion,
    NamelessGuests,
    QuestionWords,
    Rsvp,
)
from campaign.partners import agreements
from campaign.partners import service as partners
from campaign.partners.models import PartnerState
from campaign.partners.models import What as Agreed
from campaign.staff import service as staff
from campaign.staff.roles import Role
from campaign.supporters import erasure, kept, ledger
from campaign.supporters import service as supporters
from campaign.supporters.ledger import What
from campaign.supporters.models import Consent, LedgerEntry, Purpose, Share, Supporter
from tests.events.acts import at_rest, come, confirm_all, hold, link_of, rsvp_of, send, states
from tests.house.everything import on_sqlite
from tests.partner_door.acts import partner
from tests.pledges.acts import text_of


def _person(site, number):
    return site.rows(select(Rsvp.supporter_id).where(Rsvp.id == rsvp_of(site, number)))[0][0]


def test_erasing_a_guest_gives_the_seat_to_the_next(site, visitor):
    hold(site, capacity=2)
    for number, party in enumerate((2, 2, 1)):
        send(site, number, party)
    confirm_all(site, visitor)
    site.letters()
    with site.inside(), db.writing():
        assert erasure.erase(_person(site, 0), clock.now())
    assert states(site) == [("offered", 2), ("waiting", 1)]
    assert [one["to"] for one in site.letters()] == ["guest1@example.org"]
    at_rest(site)


@on_sqlite
def test_of_a_guest_who_was_there_only_the_number_stays(site, visitor, later):
    event_id = hold(site)
    for number, party in enumerate((2, 3, 1)):
        send(site, number, party)
    confirm_all(site, visitor, [rsvp_of(site, 0), rsvp_of(site, 1)])
    later(days=10, hours=1)
    with site.inside(), db.writing() as session:
        session.execute(update(Rsvp).where(Rsvp.party == 2).values(checked_in_at=clock.now(), came=2))
        for number in (0, 2):
            erasure.erase(_person(site, number), clock.now())
    assert site.rows(select(NamelessGuests.seats, NamelessGuests.came)) == [(2, 2)]
    later(days=91)
    site.work("forget")
    assert states(site) == [] and site.rows(select(func.count()).select_from(Supporter))[0][0] == 0
    assert site.rows(select(NamelessGuests.seats, NamelessGuests.came)) == [(5, 2)]
    with site.inside(), db.reading():
        assert seats.drift() == {} and editing.get(event_id).taken == 0


@on_sqlite
def test_needs_are_forgotten_soon_after_and_cancelled_ones_after_a_month(site, visitor, later):
    hold(site)
    send(site, 1, access_needs="A ramp", interpretation="ko")
    send(site, 2)
    confirm_all(site, visitor)
    visitor.post(f"{link_of(site, rsvp_of(site, 2))}/cancel")
    later(days=10 + 13)
    site.work("forget")
    assert site.rows(select(Rsvp.access_needs))[0] == ("A ramp",) and len(states(site)) == 2
    later(days=2)
    site.work("forget")
    assert site.rows(select(Rsvp.access_needs, Rsvp.interpretation))[0] == ("", "")
    later(days=6)
    site.work("forget")
    assert states(site) == [("seated", 1)]
    assert site.rows(select(Supporter.mailbox)) == [("guest1@example.org",)]


@on_sqlite
def test_the_page_about_oneself_shows_all_and_gives_the_seat_back(site, visitor, later):
    hold(site)
    send(site, 1, 3, access_needs="A ramp", interpretation="ko")
    confirm_all(site, visitor)
    site.letters()
    with site.inside(), db.reading():
        found = kept.about(_person(site, 1))
        data = json.loads(kept.as_json(found, clock.now()))["rsvps"][0]
    (held,) = found.held
    assert held.title == "A sample evening" and held.button == "I cannot come"
    facts = dict(held.facts)
    assert facts["State"] == "You have a seat" and facts["What you need"] == "A ramp"
    assert facts["How many people come"] == "3" and facts["Interpretation into"] == "한국어"
    columns = {column.name for column in Rsvp.__table__.columns} - {"id", "event_id", "supporter_id", "name_key"}
    unsaid = columns - set(data) - {"code_id", "walk_in", "offer_partner_id", "delivery", "mailing"}
    assert unsaid == set()
    with site.inside(), db.writing():
        supporters.take_back("rsvp", _person(site, 1), held.id, clock.now())
    assert states(site) == [("cancelled", 3)]
    with site.inside(), db.writing(), pytest.raises(LookupError):
        supporters.take_back("rsvp", _person(site, 1) + 1, held.id, clock.now())


@on_sqlite
def test_news_are_agreed_to_only_when_confirmed_with_the_tick_left(site, visitor, later):
    hold(site)
    come(visitor, later, newsletter="y")
    come(visitor, later, newsletter="y", email="bela@example.org")
    come(visitor, later, email="carla@example.org")
    assert site.rows(select(func.count()).select_from(Consent))[0][0] == 0
    pages = [visitor.get(link_of(site, number)) for number in (1, 2, 3)]
    visitor.press(pages[0], "Yes, I want to come")
    visitor.press(pages[1], "Yes, I want to come", news=None)
    visitor.press(pages[2], "Yes, I want to come")
    agreed = site.rows(select(Consent.source, Consent.given, Consent.purpose))
    assert agreed == [("rsvp 1", True, "newsletter")]
    due = site.rows(select(Supporter.mailbox).where(Supporter.due_since.is_not(None)))
    assert due == [("anna@example.org",)]


@on_sqlite
def test_the_partner_by_whom_a_guest_came_offers_its_boxes(site, visitor, later):
    hold(site)
    with site.inside(), db.writing():
        partner = partners.add("Sample Partner 1", PartnerState.ACTIVE, clock.now())
    page = visitor.get("/events/evening?from=sample-partner-1")
    assert "Give my name and my email address to Sample Partner 1." in page.text
    assert "Sample Partner 1" not in visitor.get("/events/evening").text
    come(visitor, later, "/events/evening?from=sample-partner-1", delivery="y", mailing="y")
    page = visitor.get(link_of(site, 1))
    assert "Sample Partner 1 may send me its own news" in page.text
    visitor.press(page, "Yes, I want to come", mailing=None)
    assert site.rows(select(Share.partner_id, Share.purpose)) == [(partner, Purpose.DELIVERY)]
    assert site.rows(select(Rsvp.delivery, Rsvp.offer_partner_id)) == [("", None)]


@on_sqlite
def test_questions_of_staff_are_asked_checked_and_kept(site, visitor, later):
    event_id = hold(site)
    with site.inside(), db.writing() as session:
        for place, (kind, needed, words) in enumerate(
            [(Answer.TEXT, False, "What brings you?"), (Answer.YES_NO, True, "Do you eat with us?")], start=1
        ):
            question = EventQuestion(event_id=event_id, place=place, answer=kind, required=needed)
            session.add(question)
            session.flush()
            session.add(QuestionWords(question_id=question.id, language="en", words=words))
    page = come(visitor, later, answer_1="A neighbor")
    assert page.status == 422 and "Please answer this question" in page.text
    come(visitor, later, answer_1="A neighbor", answer_2="yes")
    assert json.loads(site.rows(select(Rsvp.answers))[0][0]) == {"1": "A neighbor", "2": "yes"}
    page = come(visitor, later, email="bela@example.org", answer_1="x" * 201, answer_2="perhaps")
    assert page.status == 422 and states(site) == [("held", 1)]
    with site.inside(), db.reading():
        facts = dict(kept.about(site.rows(select(Rsvp.supporter_id))[0][0]).held[0].facts)
    assert facts["Your answers"] == "A neighbor; Yes"


@on_sqlite
def test_after_a_restore_a_seat_that_was_given_back_is_given_back_again(site, visitor):
    hold(site, capacity=1)
    send(site, 1)
    send(site, 2)
    confirm_all(site, visitor)
    cancelled = link_of(site, rsvp_of(site, 1))
    visitor.post(f"{cancelled}/cancel")
    with site.inside(), db.reading() as session:
        noted = [one for one in session.scalars(select(LedgerEntry)) if one.what == What.WITHDRAWN]
    assert len(noted) == 1
    with site.inside(), db.writing() as session:  # the records as they were before
        session.execute(update(Rsvp).where(Rsvp.id == 1).values(state="seated", ended_at=None))
        session.execute(update(Rsvp).where(Rsvp.id == 2).values(state="waiting", offered_at=None, lapses_at=None))
    with site.inside(), db.writing():
        answers = ledger.repeat.send(
            ledger.Entry(noted[0].key, noted[0].mark, What.WITHDRAWN, noted[0].about, noted[0].noted_at),
            supporter_id=_person(site, 1),
        )
        assert any(answer for _, answer in answers)
    assert states(site) == [("cancelled", 1), ("offered", 1)]


@on_sqlite
def test_a_call_for_help_in_the_needs_is_answered_with_the_hotline(site, visitor, later):
    hold(site)
    page = come(visitor, later, access_needs="they took my passport and I cannot leave")
    assert states(site) == [] and page.all("a.tel")


@on_sqlite
def test_a_resent_letter_is_the_same_answer_for_all(site, visitor, later):
    hold(site)
    come(visitor, later)
    site.letter()
    pages = []
    for email in ("anna@example.org", "nobody@example.org"):
        page = visitor.get("/events/evening/thanks")
        later(minutes=11)
        pages.append(visitor.press(page, "Send the letter again", email=email).text)
    assert pages[0] == pages[1]
    letter = site.letter()
    assert letter["to"] == "anna@example.org" and "/rsvp/" in text_of(letter)


@on_sqlite
def test_helpers_links_and_answers_to_proposals_are_forgotten_after_a_time(site, later):
    event_id = hold(site)
    with site.inside(), db.writing() as session:
        account_id = staff.add("sample@example.org", "Sample Person", clock.now(), Role.EVENTS)
        keys.lend(event_id, "Left entrance", keys.days(editing.get(event_id))[0], None, clock.now())
        told = {"event_id": event_id, "account_id": account_id, "approved": True, "message": "Thank you."}
        session.add(EventAnswer(**told, made_at=clock.now()))

    def kept_now():
        return [site.rows(select(func.count()).select_from(table))[0][0] for table in (DoorHelper, EventAnswer)]

    for days, expected in ((89, [1, 1]), (2, [1, 0]), (11, [0, 0])):  # the event is ten days after the answer
        later(days=days)
        site.work("forget")
        assert kept_now() == expected


@on_sqlite
def test_the_form_says_who_sees_the_guests_when_a_partner_holds_the_event(site, visitor):
    host = partner(site)
    hold(site)
    hold(site, slug="theirs", partner_id=host)
    assert "does not see your email address" not in visitor.get("/events/evening").text
    assert "An organization of our coalition holds this event" in visitor.get("/events/theirs").text
    with site.inside(), db.writing():
        agreements.say(host, Agreed.PAGE, True, "Sample Person", None, clock.now())
    page = visitor.get("/es/events/theirs")  # another language, as pages are kept for a moment
    assert "Sample Partner 1" in page.one(".event-come").to_text()

"""The host of an event writes to its guests: a draft, a letter to oneself, and each guest once, alone."""

import re

import pytest
from sqlalchemy import func, select

from campaign import clock, db
from campaign.events import messages
from campaign.events.models import Event, EventNews, GuestNews, Rsvp
from campaign.partners import service as partners
from campaign.partners.models import PartnerState
from campaign.staff import service as accounts
from campaign.staff.audit import AuditRow
from campaign.staff.roles import Role
from tests.events.acts import confirm_all, hold, send, text_of
from tests.house.everything import on_sqlite

pytestmark = on_sqlite
SAID = {"subject": "Bring a cup", "words": "There is tea.\n\nAnd <b>cake</b>.", "audience": "all", "language": "en"}
NEW = "/staff/events/1/messages/new"


@pytest.fixture
def full(site, visitor):
    """Two seats: one guest has both, another waits, one has not answered."""
    event_id = hold(site, capacity=2)
    for number, party, language in ((1, 2, ""), (2, 1, "ko"), (3, 1, "")):
        send_in(site, number, party, language)
    confirm_all(site, visitor, [1, 2])
    site.letters()
    return event_id


def send_in(site, number, party, language):
    send(site, number, party)
    if language:
        with site.inside(), db.writing():
            db.session().get_one(Rsvp, number).language = language


def told(site):
    return [tuple(row) for row in site.rows(select(GuestNews.rsvp_id).order_by(GuestNews.rsvp_id))]


def test_a_message_goes_to_each_guest_once_and_alone(site, staff, full):
    page = staff.press(staff.get(NEW), "Look at it", **SAID)
    assert page.heading == "Bring a cup" and "That is 2 letters now" in page.text and told(site) == []
    tried = staff.press(page, "Send it to myself first")
    assert "on its way to you" in tried.text
    letter = site.letter()
    assert letter["to"] == "staff@example.org" and "There is tea." in text_of(letter) and told(site) == []
    sent = page
    for _ in range(2):
        sent = staff.press(page, "Send it to 2 guests")
    assert "Sent" in sent.text
    letters = site.letters()
    assert sorted(one["to"] for one in letters) == ["guest1@example.org", "guest2@example.org"]
    assert {one["to"]: str(one["subject"]) for one in letters} == {
        "guest1@example.org": "A message about your reservation",
        "guest2@example.org": "예약에 관한 알림",
    }
    for one in letters:
        html, text = one.get_body(("html",)).get_content(), text_of(one)
        assert "Bring a cup" in text and "There is tea." in text and "&lt;b&gt;cake" in html
        others = {"guest1@example.org", "guest2@example.org", "guest3@example.org"} - {str(one["to"])}
        assert not any(other in str(one) for other in others) and one["cc"] is None and one["bcc"] is None
        # The frame is Korean for one of them, and the words say that they are not.
        assert bool(re.search(r'lang="en"[^>]*>Bring a cup', html)) == (one["to"] == "guest2@example.org")
    site.work()
    assert site.letters() == [] and len(told(site)) == 2
    acts = [row[0] for row in site.rows(select(AuditRow.act)) if row[0].startswith("event.message")]
    assert acts.count("event.message-sent") == 1 and {"event.message-written", "event.message-tried"} <= set(acts)


def test_only_those_who_are_meant_and_have_confirmed_are_written_to(site, staff, full):
    seen: list[int] = []
    for audience, wanted in (("firm", [1]), ("waiting", [2]), ("all", [1, 2])):
        page = staff.press(staff.get(NEW), "Look at it", **{**SAID, "audience": audience})
        staff.press(page, "Send it to")
        site.work("tell-guests")
        seen += wanted
        assert [row[0] for row in told(site)] == sorted(seen), audience


WRONG = [
    ("subject", "", "Say in a few words"),
    ("words", " \n ", "Write the message"),
    ("words", "Call 213 555 0100 now", "number"),
    ("subject", "x" * 121, "at most 120"),
    ("language", "xx", "Not a valid choice"),
    ("audience", "everybody", "Not a valid choice"),
]


def test_what_is_wrong_is_said_in_a_sentence(site, staff, full):
    for field, typed, said in WRONG:
        page = staff.press(staff.get(NEW), "Look at it", **{**SAID, field: typed})
        assert page.status == 422 and said in page.text, (field, typed)
    assert site.rows(select(func.count()).select_from(EventNews).where(EventNews.kind == "message")) == [(0,)]


def test_a_line_break_in_the_heading_makes_no_header(site, staff, full):
    page = staff.press(staff.get(NEW), "Look at it", **{**SAID, "subject": "Tea\r\nBcc: eve@example.org\x0b"})
    staff.press(page, "Send it to 2")
    for letter in site.letters():
        assert letter["bcc"] is None and "Bcc" not in str(letter["subject"])
        assert "Tea Bcc: eve@example.org" in text_of(letter)


def test_three_messages_a_day_are_enough_and_a_sent_one_stays(site, staff, later, full):
    for _ in range(3):
        page = staff.press(staff.press(staff.get(NEW), "Look at it", **SAID), "Send it to")
        assert page.status == 200
    page = staff.press(staff.press(staff.get(NEW), "Look at it", **SAID), "Send it to")
    assert page.status == 409 and "Wait until tomorrow" in page.text
    first = site.rows(select(func.min(EventNews.id)).where(EventNews.sent_at.is_not(None)))[0][0]
    token = staff.get("/staff/account").all("input[name=csrf_token]")[0].attrs["value"]
    gone = staff.post(f"/staff/events/1/messages/{first}/throw-away", {"csrf_token": token})
    assert gone.status == 409 and "so far" in staff.get(f"/staff/events/1/messages/{first}/words").text


def test_a_partner_writes_to_the_guests_of_its_own_event_and_of_no_other(site, full):
    with site.inside(), db.writing() as session:
        partner_id = partners.add("Sample Partner 1", PartnerState.ACTIVE, clock.now())
        account = accounts.add("partner1@example.org", "Partner", clock.now(), Role.PARTNER, partner_id)
        key = accounts.one_time_link(account, clock.now())
        session.get_one(Event, 1).partner_id = partner_id
    hold(site, slug="other")
    person = site.visitor()
    person.press(person.get(f"/staff/link/{key}"), "Sign in")
    assert person.get("/partner/events/2/messages").status == 404
    page = person.press(person.get("/partner/events/1/messages/new"), "Look at it", **SAID)
    assert "guest1@example.org" not in page.html
    assert "Sent" in person.press(page, "Send it to 2 guests").text
    assert len([one for one in site.letters() if "tea" in text_of(one)]) == 2


def test_what_was_written_is_forgotten_with_the_guests(site, staff, later, full):
    staff.press(staff.press(staff.get(NEW), "Look at it", **SAID), "Send it to")
    later(days=10 + 89)
    with site.inside(), db.writing():
        assert messages.forget(clock.now(), dry_run=True) == 1
    site.work("forget")
    kept = select(func.count()).select_from(EventNews).where(EventNews.kind == "message")
    assert site.rows(kept) == [(1,)]
    later(days=2)
    site.work("forget")
    assert site.rows(kept) == [(0,)]

"""What guests are told, when, and never twice: changes, cancelling, reminders, thanks; in their language."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select, update

from campaign import clock, db, seals
from campaign.events import editing
from campaign.events.editing import Facts, Words
from campaign.events.models import EventNews, GuestNews, Rsvp
from campaign.mail import Letter
from campaign.supporters import service as supporters
from tests.events.acts import confirm_all, hold, link_of, rsvp_of, send
from tests.house.everything import on_sqlite
from tests.pledges.acts import text_of

pytestmark = on_sqlite


@pytest.fixture
def event_id(site, visitor):
    """An event for one, with one guest seated, one waiting and confirmed, one who never answered."""
    found = hold(site, capacity=1)
    for number in (1, 2, 3):
        send(site, number)
    confirm_all(site, visitor, [rsvp_of(site, 1), rsvp_of(site, 2)])
    site.letters()
    return found


def _change(site, event_id, **more):
    with site.inside(), db.writing():
        event = editing.get(event_id)
        known = {name: getattr(event, name) for name in Facts.__dataclass_fields__}
        editing.change(event_id, Facts(**{**known, **more}), event.version, clock.now())


def _move(site, event_id, by):
    with site.inside(), db.reading():
        event = editing.get(event_id)
        times = {"starts_at": event.starts_at + by, "ends_at": event.ends_at + by}
    _change(site, event_id, **times)


def _to(letters):
    return sorted(str(one["to"]) for one in letters)


def test_the_letter_with_the_seat_has_the_calendars_entry(site, visitor):
    hold(site)
    send(site, 1)
    confirm_all(site, visitor)
    seat = next(one for one in site.letters() if one["subject"] == "Your reservation")
    (file,) = list(seat.iter_attachments())
    assert file.get_filename() == "event.ics" and file.get_content_type() == "text/calendar"
    body = file.get_payload(decode=True)
    assert b"BEGIN:VEVENT" in body and b"Ring twice." in body
    mine = link_of(site, 1)
    assert visitor.get(mine).link("Put it into my calendar") == f"{mine}/event.ics"
    answer = visitor.raw(f"{mine}/event.ics")
    assert answer.content_type.startswith("text/calendar") and b"Ring twice." in answer.data
    visitor.post(f"{mine}/cancel")
    answer = visitor.raw(f"{mine}/event.ics")
    assert answer.status_code == 303 and answer.location == mine


def test_only_those_with_a_seat_learn_the_link(site, visitor, event_id):
    waits, sits = (visitor.get(link_of(site, rsvp_of(site, number))).text for number in (2, 1))
    assert "sample.example/room" not in waits and "sample.example/room" in sits
    assert "sample.example/room" not in visitor.get("/events/evening").html


def test_another_time_is_told_to_all_who_are_expected_and_says_how_it_was(site, event_id):
    _move(site, event_id, timedelta(days=1))
    letters = site.letters()
    assert _to(letters) == ["guest1@example.org", "guest2@example.org", "guest3@example.org"]
    assert {one["subject"] for one in letters} == {"A change to your reservation"}
    stands = {str(one["to"])[5]: "Your reservation stands" in text_of(one) for one in letters}
    in_line = {str(one["to"])[5] for one in letters if "Your place on the waitlist stays yours" in text_of(one)}
    assert stands == {"1": True, "2": False, "3": False} and in_line == {"2", "3"}
    text = text_of(letters[0])
    assert "Time before: Thursday, January 21" in text and "When: Friday, January 22" in text
    assert "Place before" not in text and "Title before" not in text


def test_another_capacity_or_deadline_is_told_to_nobody(site, event_id):
    _change(site, event_id, cancel_until=clock.now() + timedelta(days=1), languages="en es")
    assert site.letters() == [] and site.rows(select(func.count()).select_from(GuestNews))[0][0] == 0


def test_another_link_is_told_to_who_has_a_seat_another_title_to_all(site, event_id):
    _change(site, event_id, link="https://sample.example/other")
    assert _to(site.letters()) == ["guest1@example.org"]
    with site.inside(), db.writing():
        editing.write(event_id, "en", Words("A sample night", joining="Ring twice."), clock.now())
    letters = site.letters()
    assert len(letters) == 3 and "Title before: A sample evening" in text_of(letters[0])


def test_a_change_that_is_taken_back_before_it_was_told_is_not_told(site, event_id):
    _move(site, event_id, timedelta(days=1))
    _move(site, event_id, timedelta(days=-1))
    assert site.letters() == []


def test_who_comes_after_a_change_hears_nothing_of_it(site, later, event_id):
    _move(site, event_id, timedelta(days=1))
    later(seconds=1)
    send(site, 4)
    subjects = {str(one["to"]): one["subject"] for one in site.letters() if one["to"] == "guest4@example.org"}
    assert subjects == {"guest4@example.org": "Please confirm your email address"}


def test_cancelling_tells_all_in_the_words_of_staff_and_ends_the_reminders(site, later, visitor, event_id):
    with site.inside(), db.writing():
        editing.cancel(event_id, {"en": "The sample hall is closed."}, clock.now())
    letters = site.letters()
    assert len(letters) == 3 and "The sample hall is closed." in text_of(letters[0])
    assert "cancelled" in visitor.get(link_of(site, rsvp_of(site, 1))).heading
    later(days=12)
    assert site.letters() == []


def test_reminders_go_a_day_and_two_hours_before_once_and_to_seats_only(site, later, event_id):
    later(days=8, hours=23)
    site.work("tell-guests")
    assert site.letters() == []
    later(hours=1)
    letters = site.letters()
    assert _to(letters) == ["guest1@example.org"] and letters[0]["subject"] == "A reminder of your reservation"
    later(hours=21, minutes=59)
    assert site.letters() == []
    later(minutes=1)
    assert _to(site.letters()) == ["guest1@example.org"]
    later(minutes=1)
    assert site.letters() == []


def test_reminders_move_with_the_start(site, later, event_id):
    _move(site, event_id, timedelta(days=3))
    site.letters()
    later(days=9, hours=12)
    assert site.letters() == []
    later(days=2, hours=12)
    assert _to(site.letters()) == ["guest1@example.org"]
    _move(site, event_id, timedelta(hours=20))  # told already: the letter about the change says the new time
    site.letters()
    later(hours=20)
    assert site.letters() == []
    assert site.rows(select(func.count()).where(EventNews.kind == "day before"))[0][0] == 1
    _move(site, event_id, timedelta(days=30))  # what was told then was of another day
    site.letters()
    later(days=29)
    assert site.letters() == []
    later(days=1)
    assert _to(site.letters()) == ["guest1@example.org"]


def test_who_comes_while_staff_press_the_button_is_told_too(site, event_id):
    pressed = clock.now() - timedelta(seconds=5)  # and then waited for the turn of somebody who came
    with site.inside(), db.writing() as session:
        session.execute(update(Rsvp).values(joined_at=pressed + timedelta(seconds=2)))
    with site.inside(), db.writing():
        event = editing.get(event_id)
        known = {name: getattr(event, name) for name in Facts.__dataclass_fields__}
        facts = Facts(**{**known, "starts_at": event.starts_at - timedelta(hours=1)})
        editing.change(event_id, facts, event.version, pressed)
    assert len(site.letters()) == 3
    with site.inside(), db.writing():
        editing.cancel(event_id, {}, pressed)
    assert {one["subject"] for one in site.letters()} == {"Your reservation: cancelled"}


def test_a_worker_that_was_away_reminds_once(site, later, event_id):
    later(days=9, hours=23)
    assert _to(site.letters()) == ["guest1@example.org"]


def test_nobody_is_reminded_of_what_has_begun(site, later, event_id):
    later(days=10, minutes=1)
    assert site.letters() == []


def test_thanks_go_to_who_had_a_seat_and_did_not_stay_away(site, visitor, later):
    event_id = hold(site)
    for number in (1, 2):
        send(site, number)
    confirm_all(site, visitor)
    site.letters()
    later(days=10, hours=2)
    site.letters()
    with site.inside(), db.writing() as session:
        session.execute(update(Rsvp).where(Rsvp.id == rsvp_of(site, 2)).values(no_show=True))
        editing.write(event_id, "en", Words("A sample evening", thanks="The pictures follow."), clock.now())
    later(hours=2)
    letters = site.letters()
    assert _to(letters) == ["guest1@example.org"] and "The pictures follow." in text_of(letters[0])


def test_who_stopped_our_letters_gets_what_is_needed_and_no_reminder(site, later, event_id):
    with site.inside(), db.writing():
        person = supporters.find_by_mailbox("guest1@example.org") or 0
        supporters.leave(person, "No more letters", "en", "page", clock.now())
    later(days=9)
    assert site.letters() == []
    _move(site, event_id, timedelta(hours=5))
    assert "guest1@example.org" in _to(site.letters())


def test_two_workers_tell_nobody_twice(site, event_id):
    _move(site, event_id, timedelta(days=1))
    for _ in range(3):
        with site.inside(), db.writing() as session:
            session.execute(update(EventNews).values(done_at=None, reached=0))
        site.work("tell-guests")
    told = site.rows(select(func.count()).where(Letter.kind == "events.it_changed"))
    assert told[0][0] == 3


def test_letters_come_in_the_language_of_the_rsvp(site, visitor):
    hold(site)
    with site.inside(), db.writing():
        editing.write(1, "ko", Words("견본의 밤"), clock.now())
    page = visitor.get("/ko/events/evening")
    assert "좌석 예약" in page.text
    form = page.form("예약하기")
    fields = {**form["fields"], "name": "견본", "email": "anna@example.org", "party": "2"}
    with site.inside(), time_machine.travel(clock.now() - timedelta(minutes=1), tick=False):
        fields["rendered"] = seals.render_time()
    assert "이메일" in visitor.post("/ko/events/evening", fields).text
    text = text_of(site.letter())
    assert "견본의 밤" in text and "/ko/rsvp/" in text and "2027년 1월 21일" in text

"""Mailchimp is away, busy, slow, silent or says no in the middle of a newsletter: nobody gets two, and staff know."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from campaign import clock, db, doctor
from campaign.errors import Refused
from campaign.newsletters import recipients, starting
from campaign.newsletters.mailchimp.models import MailchimpCampaign
from campaign.newsletters.models import Newsletter
from campaign.newsletters.runs import Recipient, Run
from tests.house.everything import on_sqlite
from tests.newsletters.readers import state_of, states
from tests.newsletters.through import (
    PAGE,
    acting,
    calls,
    let_go,
    letters,
    on,
    prepared,
    ten_minutes_pass,
    time_passes,
    wired,
    works,
)

pytestmark = on_sqlite
AT_ONCE = ("send-newsletters", "send-through-mailchimp")


@pytest.fixture
def at(noon, make_site, chimp):
    """A site whose list is at the fake."""
    return wired(make_site, chimp)


@pytest.mark.parametrize("mood", ["after: reset", "after: 500"])
def test_a_send_whose_answer_was_lost_is_looked_up_and_not_repeated(at, chimp, mood):
    id, names = prepared(at, chimp, 2, ("en",))
    chimp.moody = on("POST", "/actions/send", mood)
    let_go(at, id)
    works(at, 4)
    assert state_of(at, id) == "sent" and set(letters(chimp)) == set(names)
    assert calls(chimp, "POST", "/actions/send") == 1


def test_a_send_that_never_arrived_is_decided_by_a_person(at, chimp, staff_of):
    id, names = prepared(at, chimp, 4)
    chimp.moody = on("POST", "/actions/send", "reset")
    let_go(at, id)
    works(at, 4)
    person = staff_of(at)
    assert state_of(at, id) == "sending", "it may still be under way"
    ten_minutes_pass(at)
    at.work(*AT_ONCE)
    page = person.get(PAGE)
    assert state_of(at, id) == "paused" and "heard no clear answer" in page.text
    [said] = doctor.newsletters(at.config)
    assert not said.well and "1 wait for somebody" in str(said)
    person.press(page, "Look again, and go on")
    works(at, 3)
    assert calls(chimp, "POST", "/actions/send") == 1, "looking again does not ask again"
    page = person.press(person.get(PAGE), "I have looked: ask Mailchimp once more")
    assert page.status == 200
    works(at, 4)
    assert state_of(at, id) == "sent" and set(letters(chimp)) == set(names) and set(letters(chimp).values()) == {1}
    assert person.post(f"{PAGE}/mailchimp/en/once-more", {"csrf_token": _token(person)}).status == 409
    assert person.post(f"{PAGE}/mailchimp/xx/once-more", {"csrf_token": _token(person)}).status == 404


def _token(person):
    return str(person.get("/staff/account").all("form input[name=csrf_token]")[0].attrs["value"])


def test_what_is_unclear_can_be_cancelled_and_what_never_left_is_taken_away(at, chimp, staff_of):
    id, _ = prepared(at, chimp, 2, ("en",))
    chimp.moody = on("POST", "/actions/send", "reset")
    let_go(at, id)
    works(at, 2)
    ten_minutes_pass(at)
    at.work(*AT_ONCE)
    person = staff_of(at)
    person.press(person.get(PAGE), "Cancel")
    works(at, 3)
    assert state_of(at, id) == "cancelled" and states(at, id) == {"waiting": 2}
    assert chimp.campaigns.known == {} and chimp.segments.known == {} and not chimp.campaigns.post


def test_cancelled_while_nobody_knows_it_is_taken_away_once_that_is_clear(at, chimp):
    id, _ = prepared(at, chimp, 4)
    chimp.moody = on("POST", "/actions/send", "reset")
    let_go(at, id)
    at.work(*AT_ONCE)
    with at.inside(), db.writing() as session:  # somebody cancels before the ten minutes are over
        session.execute(update(Newsletter).values(state="cancelled"))
    works(at, 2)
    assert len(chimp.campaigns.known) == 2 and len(letters(chimp)) == 2
    ten_minutes_pass(at)
    works(at, 3)
    assert len(chimp.campaigns.known) == 1 and chimp.segments.known == {} and len(letters(chimp)) == 2
    assert states(at, id) == {"sent": 2, "waiting": 2}


def test_a_send_that_leaves_late_is_seen_even_when_a_person_was_asked(at, chimp):
    id, names = prepared(at, chimp, 2, ("en",))
    chimp.moody = on("POST", "/actions/send", "reset")
    let_go(at, id)
    works(at, 2)
    ten_minutes_pass(at)
    at.work(*AT_ONCE)
    assert state_of(at, id) == "paused"
    [one] = chimp.campaigns.known
    chimp.campaigns.send(one)  # Mailchimp took its time
    works(at, 3)
    assert state_of(at, id) == "sent" and set(letters(chimp)) == set(names)
    assert states(at, id) == {"sent": 2} and calls(chimp, "POST", "/actions/send") == 0


@pytest.mark.parametrize("mood", ["429 bare", "403 bare"])
def test_a_clear_no_to_a_send_is_asked_again_after_a_look(at, chimp, mood):
    id, names = prepared(at, chimp, 2, ("en",))
    chimp.moody = on("POST", "/actions/send", mood)
    let_go(at, id)
    at.work(*AT_ONCE)
    assert states(at, id) == {"waiting": 2}
    works(at, 4)
    assert state_of(at, id) == "sent" and set(letters(chimp).values()) == {1} and set(letters(chimp)) == set(names)


@pytest.mark.parametrize("mood", ["429 bare", "after: reset", "200 html", "204"])
def test_each_step_survives_a_fault_and_leaves_nothing_double(at, chimp, mood):
    id, names = prepared(at, chimp, 2, ("en",))
    left: dict[object, bool] = {}

    def moody(call):
        """Each kind of call meets it once; asking to send has its own tests."""
        kind = (call.method, re.sub(r"/[0-9a-f]{10}|/\d+$", "/…", call.path))
        first = left.setdefault(kind, True) and not call.path.endswith("/actions/send")
        left[kind] = False
        return mood if first else ""

    chimp.moody = moody
    let_go(at, id)
    works(at, 25)
    assert state_of(at, id) == "sent" and set(letters(chimp)) == set(names) and set(letters(chimp).values()) == {1}
    assert len(chimp.campaigns.known) == 1 and chimp.segments.known == {}
    assert len(left) > 9


def test_away_for_long_is_said_and_nothing_is_lost(at, chimp, staff_of):
    id, names = prepared(at, chimp, 2, ("en",))
    chimp.always = "403 bare"
    let_go(at, id)
    works(at, 9)
    assert state_of(at, id) == "paused" and "Mailchimp is busy" in staff_of(at).get(PAGE).text
    chimp.always = ""
    acting(at, starting.resume, id)
    works(at, 4)
    assert set(letters(chimp)) == set(names) and state_of(at, id) == "sent"


@pytest.mark.parametrize("what", ["segments", "campaigns"])
def test_what_somebody_deleted_there_is_made_anew(at, chimp, what):
    id, names = prepared(at, chimp, 2, ("en",))
    chimp.campaigns.against["Audience"] = "Wait."
    let_go(at, id)
    works(at, 2)
    getattr(chimp, what).known.clear()
    chimp.campaigns.against.clear()
    acting(at, starting.resume, id)
    works(at, 8)
    assert state_of(at, id) == "sent" and set(letters(chimp)) == set(names)


def test_a_campaign_stopped_there_on_its_way_is_uncertain(at, chimp, staff_of):
    id, _ = prepared(at, chimp, 2, ("en",))
    chimp.campaigns.arrives_after = 99
    let_go(at, id)
    works(at, 2)
    [one] = chimp.campaigns.known.values()
    one.status = "canceled"
    works(at, 2)
    assert states(at, id) == {"uncertain": 2}
    person = staff_of(at)
    page = person.get(PAGE)
    assert "Somebody stopped the English newsletter at Mailchimp (canceled)" in page.text
    assert not any("once more" in one.to_text() for one in page.all("button"))
    with pytest.raises(Refused):
        acting(at, starting.send_once_more, id, None)
    person.press(page, "Leave them all")
    assert states(at, id) == {"sent": 2} and state_of(at, id) == "sent"


def test_another_audience_in_the_settings_stops_it(at, chimp):
    from campaign.mailing import intake

    id, _ = prepared(at, chimp, 2, ("en",))
    let_go(at, id)
    with at.inside(), db.writing():
        intake.take().audience = "another"
    works(at, 2)
    assert state_of(at, id) == "paused" and not chimp.calls
    [(said,)] = at.rows(select(Run.trouble))
    assert "names another audience" in said


@pytest.mark.parametrize("went", [True, False])
def test_after_a_restore_what_went_out_since_is_found_again(at, chimp, staff_of, went):
    id, names = prepared(at, chimp, 4)
    let_go(at, id)
    at.work("send-newsletters")
    [begun] = at.rows(select(Run.begun_at, Run.built_at))
    works(at, 4 if went else 0)
    assert set(letters(chimp)) == (set(names) if went else set())
    with at.inside(), db.writing() as session:  # as the records were when its readers had just been listed
        session.execute(delete(MailchimpCampaign))
        session.execute(update(Recipient).values(state="waiting", attempts=0, handed_at=None))
        session.execute(update(Newsletter).values(state="sending", sent_at=None))
        session.execute(update(Run).values(finished_at=None))
        recipients.hold_all()
    assert state_of(at, id) == "paused" and begun and states(at, id) == {"uncertain": 4}
    for act in (lambda id: starting.send_once_more(id, None), starting.take_back):
        with pytest.raises(Refused):
            acting(at, act, id)
    person = staff_of(at)
    page = person.get(PAGE)
    assert not any("once more" in one.to_text() for one in page.all("button"))
    person.press(page, "Look again, and go on")
    works(at, 6)
    assert set(letters(chimp).values()) == {1}, "somebody got it twice"
    assert set(letters(chimp)) == set(names)
    assert state_of(at, id) == "sent" and states(at, id) == {"sent": 4}


def test_when_its_readers_are_forgotten_nothing_of_them_stays_there(at, chimp, later):
    id, _ = prepared(at, chimp, 2, ("en",))
    chimp.campaigns.against["Audience"] = "Wait."
    let_go(at, id)
    works(at, 2)
    assert state_of(at, id) == "paused" and chimp.segments.known
    later(days=91)
    with at.inside(), db.writing():
        assert recipients.forget(clock.now() - timedelta(days=90), dry_run=False) == 2
    works(at, 1)
    assert chimp.segments.known == {} and chimp.campaigns.known == {} and not letters(chimp)
    assert state_of(at, id) == "cancelled" and states(at, id) == {"waiting": 2}
    assert at.rows(select(Newsletter.sent_at)) == [(None,)]


def test_what_some_have_and_others_wait_for_is_not_said_to_be_with_nobody(at, chimp, staff_of):
    id, names = prepared(at, chimp, 4)
    chimp.moody, chimp.campaigns.arrives_after = on("POST", "/actions/send", "429 bare"), 99
    let_go(at, id)
    at.work(*AT_ONCE)
    assert states(at, id) == {"waiting": 2, "sending": 2} and state_of(at, id) == "sending"
    page = staff_of(at).get(PAGE)
    assert "The other languages follow" in page.text and "Nobody has a letter" not in page.text
    chimp.campaigns.arrives_after = 0
    works(at, 4)
    assert state_of(at, id) == "sent" and set(letters(chimp)) == set(names)


def test_cancelled_while_an_answer_is_missing_it_is_followed_and_not_deleted(at, chimp):
    id, names = prepared(at, chimp, 4)
    chimp.moody = on("POST", "/actions/send", "after: reset")
    chimp.campaigns.arrives_after = 99
    let_go(at, id)
    at.work(*AT_ONCE)  # the first has left, of which nobody heard; the second may have
    with at.inside(), db.writing() as session:
        session.execute(update(MailchimpCampaign).where(MailchimpCampaign.language == "es").values(step="ready"))
        starting.cancel(id, clock.now())
    chimp.campaigns.arrives_after = 0
    time_passes(at)
    works(at, 4)
    assert state_of(at, id) == "cancelled" and set(letters(chimp)) == set(names)
    assert {one.status for one in chimp.campaigns.known.values()} == {"sent"} and states(at, id) == {"sent": 4}

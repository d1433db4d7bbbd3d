"""The staff door to sending: try it, have it approved, let it go now or at a time, watch it, and what is refused."""

import re

import pytest
from sqlalchemy import select, update

from campaign import clock, db
from campaign.newsletters import preflight, service, starting
from campaign.newsletters.drafts import Typed
from campaign.newsletters.models import Newsletter
from campaign.newsletters.runs import Approval, Run, Trial
from campaign.staff import service as accounts
from tests.house.everything import on_sqlite
from tests.newsletters.readers import readers, state_of, states, tuned

pytestmark = on_sqlite
SWEEP = "send-newsletters"
AT = {"when": "at", "per_minute": "100000"}
NOW = {"when": "now", "per_minute": "100000"}


@pytest.fixture
def going(site):
    """A newsletter that nothing in its words stands against, and three people who want it; its page of sending."""
    with site.inside(), db.writing() as session:
        newsletter_id = service.begin(service.Facts("January", "january"), 1, clock.now())
        words = Typed("{first|Friend}, come", "What is next", "Hello {name|friend}.")
        service.write(newsletter_id, "en", words, 0, clock.now())
        others = " ".join(one.code for one in site.app.extensions["content"].site.languages if one.code != "en")
        session.execute(update(Newsletter).values(accepted=others, made_by_id=None))
    readers(site, 3)
    return f"/staff/newsletters/{newsletter_id}/sending"


def tried(site, person, page):
    """Send oneself the letter, and let it come."""
    person.press(person.get(page), "Send it to me", language="en")
    return site.letter()


def go(person, page, **fields):
    return person.press(person.get(page), "Let it go", **{**NOW, **fields})


def test_it_goes_once_a_test_letter_was_sent_and_everybody_can_be_watched_getting_it(site, staff, going):
    page = go(staff, going)
    assert page.status == 409 and "No test letter" in page.text
    letter = tried(site, staff, going)
    assert letter["To"] == "staff@example.org" and "come" in letter["Subject"]
    assert "Hello Staff." in letter.get_body(("plain",)).get_content()
    page = go(staff, going)
    assert page.status == 200 and "sending" in page.text and "Pause" in page.text
    assert staff.raw(f"{going}/progress").get_json()["state"] == "sending"
    site.work(SWEEP)
    page = staff.get(going)
    assert "3 of 3 letters" in page.text and state_of(site, 1) == "sent"
    told = staff.raw(f"{going}/progress").get_json()
    assert (told["done"], told["total"], told["state"]) == (3, 3, "sent")
    assert go_again(staff, going).path == going and states(site, 1) == {"sent": 3}
    assert {str(one["To"]) for one in site.letters()} == {f"reader{number}@example.org" for number in range(3)}


def go_again(person, page):
    return person.post(f"{page}/go", {**NOW, "csrf_token": _token(person)})


def _token(person):
    return str(person.get("/staff/account").all("form input[name=csrf_token]")[0].attrs["value"])


def test_when_the_words_change_another_test_letter_is_needed(site, staff, going):
    tried(site, staff, going)
    with site.inside(), db.writing():
        service.write(1, "en", Typed("Other words", "What is next", "Hello."), 1, clock.now())
    page = go(staff, going)
    assert page.status == 409 and "No test letter" in page.text and state_of(site, 1) == "draft"


@pytest.mark.parametrize(
    ("at", "words"),
    [
        ("2027-01-11T03:45", "This time is over"),
        ("2027-01-12T10:10", "a quarter of an hour"),
        ("2028-06-12T10:00", "more than a year away"),
        ("2027-03-14T02:30", "does not exist there"),
        ("2027-11-07T01:30", "comes twice there"),
        ("", "Say when"),
        ("9999-12-31T23:59", "year"),
    ],
)
def test_a_time_that_is_none_is_refused_with_a_sentence(site, staff, going, at, words):
    tried(site, staff, going)
    page = go(staff, going, **{**AT, "at": at})
    assert page.status == 422 and words in page.text and state_of(site, 1) == "draft"


@pytest.mark.parametrize("number", ["0", "100001", "x", ""])
def test_a_pace_that_is_none_is_refused_with_a_sentence(site, staff, going, number):
    page = go(staff, going, per_minute=number)
    assert page.status == 422 and "Give a number from 1 to 100,000." in page.text


def test_it_waits_for_its_time_and_can_be_taken_back_until_then(site, staff, going, later):
    tried(site, staff, going)
    page = go(staff, going, **{**AT, "at": "2027-01-11T04:15"})
    assert state_of(site, 1) == "scheduled" and "Take it back to a draft" in page.text
    assert site.rows(select(Newsletter.scheduled_for))[0][0].isoformat() == "2027-01-11T12:15:00+00:00"
    staff.press(page, "Take it back")
    later(minutes=16)
    site.work(SWEEP)
    assert state_of(site, 1) == "draft" and site.rows(select(Run.newsletter_id)) == []
    go(_colleague(site), going, **{**AT, "at": "2027-01-11T04:30"})  # who has just shown who they are
    later(minutes=15)
    site.work(SWEEP)
    assert state_of(site, 1) == "sent"


def test_more_readers_by_the_time_it_goes_need_a_second_person_and_it_waits_for_that(site, staff, going, later):
    with tuned(site, second_person_above=3):
        tried(site, staff, going)
        go(staff, going, **{**AT, "at": "2027-01-11T04:15"})
        readers(site, 1, begin=3)
        later(minutes=16)
        for again in (False, True):
            site.work(SWEEP)
            page = _colleague(site, f"c{again}@example.org").get(going)
            assert state_of(site, 1) == "paused" and states(site, 1) == {}
            assert "somebody else than its writer has to approve it first" in page.text
            if not again:
                with site.inside(), db.writing():
                    starting.resume(1)
        other = _colleague(site)
        other.press(other.get(going), "Take it back")
        other.press(other.get(going), "I have read it")
        with site.inside(), db.writing():
            starting.let_go(1, starting.Wish(100_000), None, clock.now())
        site.work(SWEEP)
    assert states(site, 1) == {"sent": 4}


def test_pause_resume_pace_and_cancel_are_buttons(site, staff, going):
    tried(site, staff, going)
    page = staff.press(go(staff, going), "Pause")
    assert state_of(site, 1) == "paused"
    page = staff.press(page, "Change it", per_minute="7")
    assert site.rows(select(Run.per_minute)) == [(7,)]
    page = staff.press(page, "Resume")
    assert state_of(site, 1) == "sending"
    page = staff.press(page, "Cancel")
    assert state_of(site, 1) == "cancelled" and "Resume" not in page.text
    site.work(SWEEP)
    assert states(site, 1) == {}
    assert staff.post(f"{going}/resume", {"csrf_token": _token(staff)}).status == 409


def test_nothing_is_sent_to_oneself_before_something_is_written(site, staff):
    with site.inside(), db.writing():
        newsletter_id = service.begin(service.Facts("Empty", "empty"), 1, clock.now())
    page = staff.press(staff.get(f"/staff/newsletters/{newsletter_id}/sending"), "Send it to me", language="en")
    assert page.status == 409 and "Write the English edition first" in page.text


def test_nobody_to_write_to_is_said(site, staff, going):
    tried(site, staff, going)
    with site.inside(), db.writing() as session:
        from campaign.supporters.models import Supporter

        session.execute(update(Supporter).values(subscribed=False))
    page = go(staff, going)
    assert page.status == 409 and "Nobody would get it" in page.text and state_of(site, 1) == "draft"


def test_above_a_size_a_second_person_approves_and_not_its_writer(site, staff, going):
    with tuned(site, second_person_above=2):
        _made_by(site, 1)
        tried(site, staff, going)
        page = go(staff, going)
        assert page.status == 409 and "somebody else than its writer has to approve it" in page.text
        assert "approve these words" not in page.text  # there is no button for its writer
        seen = str(page.all("form input[name=seen]")[0].attrs["value"])
        assert staff.post(f"{going}/approve", {"csrf_token": _token(staff), "seen": seen}).status == 409
        other = _colleague(site)
        assert other.post(f"{going}/approve", {"csrf_token": _token(other), "seen": "old"}).status == 409
        page = other.press(other.get(going), "I have read it")
        assert "Colleague approved these words" in page.text
        with site.inside(), db.writing():
            service.write(1, "en", Typed("Other words", "What is next", "Hello."), 1, clock.now())
        assert "approved these words" not in other.get(going).text, "an approval must fall when the words change"
        other.press(other.get(going), "I have read it")
        tried(site, staff, going)
        go(staff, going)
    assert state_of(site, 1) == "sending" and len(site.rows(select(Approval.id))) == 2


def test_who_changed_the_words_last_does_not_approve_them_and_who_began_them_may(site, staff, going):
    with tuned(site, second_person_above=2):
        _made_by(site, 1)
        other = _colleague(site)
        desk = other.get(going.replace("/sending", "/words/en"))
        other.press(desk, "Save", subject="Words of a colleague")
        assert "approve these words" not in other.get(going).text
        assert "Staff approved these words" in staff.press(staff.get(going), "I have read it").text


def _made_by(site, account_id):
    with site.inside(), db.writing() as session:
        session.execute(update(Newsletter).values(made_by_id=account_id))


def _colleague(site, email="colleague@example.org"):
    with site.inside(), db.writing():
        key = accounts.one_time_link(accounts.add(email, "Colleague", clock.now()), clock.now())
    person = site.visitor()
    person.press(person.get(f"/staff/link/{key}"), "Sign in")
    return person


def test_what_was_read_is_what_goes(site, staff, going):
    tried(site, staff, going)
    page = staff.get(going)
    with site.inside(), db.writing() as session:
        service.write(1, "en", Typed("Other words", "What is next", "Hello."), 1, clock.now())
        from campaign.newsletters import approval

        session.execute(update(Trial).values(mark=approval.mark(1)))
    page = staff.press(page, "Let it go", **NOW)
    assert page.status == 409 and "have changed" in page.text and state_of(site, 1) == "draft"


def test_an_unwell_list_is_said_but_keeps_nothing_back(site, staff, going):
    tried(site, staff, going)
    with site.inside(), site.app.test_request_context(), db.reading():
        assert preflight.blocking(1) == []
        assert any("No mail server is set" in one.what for one in preflight.findings(1))


def test_a_reader_sees_on_their_own_page_that_they_got_it(site, staff, going):
    from campaign.supporters import kept
    from campaign.supporters.models import Supporter

    tried(site, staff, going)
    go(staff, going)
    site.work(SWEEP)
    [(id,)] = site.rows(select(Supporter.id).where(Supporter.email == "reader1@example.org"))
    with site.inside(), site.app.test_request_context(), db.reading():
        [held] = [one for one in kept.holding.send(id) if any(each.kind == "newsletter" for each in one[1])]
    assert re.search("January", str(held[1][0].data["newsletter"]))

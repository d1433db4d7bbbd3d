"""What stands still until somebody has looked, instead of going to nobody, for ever, or not at all without a word."""

import pytest
from sqlalchemy import select, update

from campaign import clock, db, doctor
from campaign.errors import Refused
from campaign.mailing.fake.members import key_of
from campaign.newsletters import service, starting
from campaign.newsletters.mailchimp import content, letting_go, people, work
from campaign.newsletters.mailchimp.models import MailchimpCampaign
from campaign.newsletters.models import Newsletter
from campaign.newsletters.runs import Recipient, Run
from campaign.supporters import service as supporters
from campaign.supporters.models import Supporter
from tests.house.everything import on_sqlite
from tests.newsletters.readers import state_of, states
from tests.newsletters.through import acting, calls, let_go, letters, on, prepared, wired, works

pytestmark = on_sqlite
SEND = ("POST", "/actions/send")


@pytest.fixture
def at(noon, make_site, chimp):
    """A site whose list is at the fake."""
    return wired(make_site, chimp)


def said(site):
    [(words,)] = site.rows(select(Run.trouble))
    return words


@pytest.mark.parametrize("why", ["absent", "pending"])
def test_a_list_that_mailchimp_does_not_have_stops_it_and_nobody_is_passed_over(at, chimp, why):
    id, names = prepared(at, chimp, 4, ("en",))
    there = dict(chimp.members.known)
    if why == "absent":
        chimp.members.known.clear()
    for one in there.values():
        one.become("pending" if why == "pending" else "subscribed")
    let_go(at, id)
    works(at, 8)
    assert state_of(at, id) == "paused" and states(at, id) == {"waiting": 4} and not chimp.campaigns.known
    assert "Mailchimp shows only 0 of the 4 readers of the English newsletter" in said(at)
    chimp.members.known.update(there)
    for one in there.values():
        one.become("subscribed")
    acting(at, starting.resume, id)
    works(at, 4)
    assert state_of(at, id) == "sent" and set(letters(chimp)) == set(names)


def test_the_few_of_a_small_language_do_not_hold_up_all_others(at, chimp):
    id, names = prepared(at, chimp, 6, ("en", "es"))
    spanish = {email for (email,) in at.rows(select(Supporter.email).where(Supporter.language == "es"))} & {*names}
    for name in spanish:
        chimp.members.known[key_of(name)].become("cleaned")
    let_go(at, id)
    works(at, 8)
    assert spanish and state_of(at, id) == "sent" and set(letters(chimp)) == {*names} - spanish
    assert states(at, id) == {"sent": 6 - len(spanish), "skipped": len(spanish)}


def test_most_who_are_lost_after_all_was_ready_stop_it_too(at, chimp):
    id, names = prepared(at, chimp, 4, ("en",))
    chimp.moody = on("GET", "/send-checklist", "429 bare")
    let_go(at, id)
    works(at, 1)
    for name in names[:3]:
        chimp.members.known[key_of(name)].become("pending")
    works(at, 3)
    assert state_of(at, id) == "paused" and states(at, id) == {"waiting": 4} and not chimp.campaigns.post
    assert "only 1 of the 4" in said(at)


def test_who_is_in_the_segment_already_is_not_taken_for_absent(at, chimp):
    id, names = prepared(at, chimp, 4, ("en",))
    chimp.segments.picky = True
    late = chimp.members.known.pop(key_of(names[0]))
    let_go(at, id)
    works(at, 1)
    chimp.members.known[key_of(late.email)] = late  # the list was told of them meanwhile
    chimp.moody = on("POST", "/segments/1", "after: reset")
    works(at, 8)
    assert calls(chimp, "POST", "/segments/1") == 3
    assert state_of(at, id) == "sent" and set(letters(chimp)) == set(names) and states(at, id) == {"sent": 4}


def test_what_nobody_got_does_not_stand_among_those_that_were_sent(at, chimp):
    id, names = prepared(at, chimp, 2, ("en",))
    let_go(at, id)
    with at.inside(), db.writing():
        for name in names:
            supporters.leave(supporters.find_by_mailbox(name) or 0, "No more", "en", "page", clock.now())
    works(at, 3)
    assert state_of(at, id) == "sent" and not letters(chimp)
    assert at.rows(select(Newsletter.sent_at)) == [(None,)]
    assert at.visitor().get("/newsletters/january").status == 404


def test_a_send_that_is_refused_again_is_not_asked_for_ever(at, chimp, staff_of):
    id, names = prepared(at, chimp, 2, ("en",))

    def moody(call):
        """Its checklist is fine, and the send is refused."""
        chimp.campaigns.against.clear()
        if (call.method, call.path[-13:]) == ("POST", "/actions/send"):
            chimp.campaigns.against["Audience"] = "No."
        return ""

    chimp.moody = moody
    let_go(at, id)
    works(at, 5)
    assert state_of(at, id) == "paused" and calls(chimp, *SEND) == 2 and states(at, id) == {"waiting": 2}
    page = staff_of(at).get("/staff/newsletters/1/sending")
    assert "Mailchimp does not send the English newsletter (400 Bad Request)" in page.text
    [finding] = doctor.newsletters(at.config)
    assert not finding.well
    chimp.moody = on(*SEND, "")
    chimp.campaigns.against.clear()
    acting(at, starting.resume, id)
    works(at, 4)
    assert set(letters(chimp)) == set(names) and set(letters(chimp).values()) == {1}


def test_a_send_that_it_is_too_busy_for_is_asked_so_often_and_then_somebody_hears(at, chimp, monkeypatch):
    monkeypatch.setattr(letting_go, "MOST_TRIES", 3)
    id, _ = prepared(at, chimp, 2, ("en",))
    asked: list[str] = []
    busy = on(*SEND, "403 bare", times=99)

    def moody(call):
        """It is busy whenever it is asked to send."""
        if mood := busy(call):
            asked.append(call.path)
        return mood

    chimp.moody = moody
    let_go(at, id)
    works(at, 6)
    assert state_of(at, id) == "paused" and len(asked) == 3 and "Mailchimp is busy" in said(at)


def test_what_nobody_thought_of_in_one_language_does_not_hold_up_the_others(at, chimp, monkeypatch, caplog):
    monkeypatch.setattr(work, "MOST_TRIES", 3)
    id, names = prepared(at, chimp, 4)
    real = content.html

    def failing(edition, *args, **known):
        if edition.language == "en":
            raise KeyError(names[0])
        return real(edition, *args, **known)

    with monkeypatch.context() as patch:
        patch.setattr(content, "html", failing)
        let_go(at, id)
        at.work("send-newsletters", "send-through-mailchimp")
        found = dict(at.rows(select(MailchimpCampaign.language, MailchimpCampaign.step)))
        assert found == {"en": "content", "es": "ready"}
        works(at, 3)
        assert state_of(at, id) == "paused" and "KeyError (3 times in a row" in said(at)
    assert all(names[0] not in record.getMessage() for record in caplog.records)
    acting(at, starting.resume, id)
    works(at, 4)
    assert state_of(at, id) == "sent" and set(letters(chimp)) == set(names)


def test_more_than_can_be_asked_in_the_time_of_a_hand_is_said(at, chimp, monkeypatch):
    monkeypatch.setattr(work, "MOST_TRIES", 2)
    monkeypatch.setattr(work, "BEGIN_WITHIN", -1.0)
    id, _ = prepared(at, chimp, 2, ("en",))
    let_go(at, id)
    works(at, 3)
    assert state_of(at, id) == "paused" and "It took so long" in said(at) and not chimp.calls


def test_a_third_letter_from_elsewhere_in_the_last_moment_keeps_this_one_back(at, chimp, monkeypatch):
    id, names = prepared(at, chimp, 3, ("en",))
    with at.inside(), db.writing() as session:
        [anna] = session.scalars(select(Supporter.id).where(Supporter.email == names[0]))
        for number in range(2, 5):
            service.begin(service.Facts(f"Number {number}", f"number-{number}"), None, clock.now())
    real, late = people.hand_over, [2, 3, 4]

    def hand_over(row, now):
        """Three others were handed over since it was looked up who may get one more."""
        known = {"supporter_id": anna, "language": "en", "state": "sent", "handed_at": now}
        while late:
            db.session().add(Recipient(newsletter_id=late.pop(), **known))
        db.session().flush()
        return real(row, now)

    monkeypatch.setattr(people, "hand_over", hand_over)
    let_go(at, id)
    works(at, 5)
    assert not late and set(letters(chimp)) == set(names[1:])
    assert states(at, id) == {"sent": 2, "skipped": 1} and state_of(at, id) == "sent"


def test_what_has_wholly_left_is_not_cancelled_in_the_moment_before_that_is_noted(at, chimp):
    id, names = prepared(at, chimp, 2, ("en",))
    let_go(at, id)
    works(at, 8)
    assert state_of(at, id) == "sent" and set(letters(chimp)) == set(names)
    with at.inside(), db.writing() as session:
        session.execute(update(Newsletter).where(Newsletter.id == id).values(state="sending"))
    with pytest.raises(Refused, match="Mailchimp has all of it"):
        acting(at, starting.cancel, id, clock.now())

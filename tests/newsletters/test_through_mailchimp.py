"""A newsletter through Mailchimp: everybody once, nobody who left, untracked; and what stands against it is said."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from campaign import clock, db
from campaign.errors import Refused
from campaign.mailing.fake.members import key_of
from campaign.mailing.models import ListContact
from campaign.newsletters import service, starting
from campaign.newsletters.drafts import Typed
from campaign.newsletters.mailchimp.models import MailchimpCampaign
from campaign.newsletters.models import Newsletter
from campaign.newsletters.runs import Recipient
from campaign.supporters import erasure
from campaign.supporters import service as supporters
from campaign.supporters.models import Supporter
from tests.house.everything import on_sqlite
from tests.newsletters.readers import readers, state_of, states
from tests.newsletters.through import (
    GO,
    PAGE,
    acting,
    calls,
    let_go,
    letters,
    on_the_list,
    prepared,
    time_passes,
    wired,
    works,
)

pytestmark = on_sqlite


@pytest.fixture
def at(noon, make_site, chimp):
    """A site whose list is at the fake."""
    return wired(make_site, chimp)


def leave(site, email):
    with site.inside(), db.writing():
        supporters.leave(supporters.find_by_mailbox(email) or 0, "No more", "en", "page", clock.now())


def erase(site, email):
    with site.inside(), db.writing():
        erasure.erase(supporters.find_by_mailbox(email) or 0, clock.now())


def steps(site):
    return dict(site.rows(select(MailchimpCampaign.language, MailchimpCampaign.step)))


def test_somebody_chooses_it_and_watches_it_go(at, chimp, staff_of):
    with at.inside(), db.writing() as session:
        service.begin(service.Facts("January", "january"), None, clock.now())
        service.write(1, "en", Typed("Come", "What is next", "Hello {name|friend}."), 0, clock.now())
        others = " ".join(one.code for one in at.app.extensions["content"].site.languages if one.code != "en")
        session.execute(update(Newsletter).values(accepted=others, made_by_id=None))
    names = readers(at, 4, languages=("en", "ko"))
    on_the_list(at, chimp, names)
    person = staff_of(at)
    person.press(person.get(PAGE), "Send it to me", language="en")
    at.letter()
    page = person.press(person.get(PAGE), "Let it go", **{**GO, "per_minute": "none"})
    assert page.status == 200 and "sending" in page.text and "How fast" not in page.text
    chimp.campaigns.arrives_after = 1
    at.work("send-newsletters", "send-through-mailchimp")
    page = person.get(PAGE)
    assert "Mailchimp has all of it" in page.text and not any(
        "Pause" in one.to_text() or "Cancel" in one.to_text() for one in page.all("button")
    )
    assert page.all("a[href^='https://us1.admin.mailchimp.com/campaigns/show/?id=7001']")
    works(at, 4)
    assert state_of(at, 1) == "sent" and states(at, 1) == {"sent": 4} and set(letters(chimp).values()) == {1}
    chimp.campaigns.unsubscribe(chimp.campaigns.post[0][1].id, names[0])
    chimp.campaigns.bounce(chimp.campaigns.post[-1][1].id, names[1])
    works(at, 1)
    page = person.get(PAGE)
    assert "한국어" in page.text and "Sent by Mailchimp" in page.text
    page = person.get("/staff/newsletters/1/results")
    assert page.status == 200 and "Came back" in page.text
    [korean] = [one for _, one in chimp.campaigns.post[2:3]]
    assert "한국어" not in korean.html and "이" in korean.html and 'lang="en"' in korean.html
    assert all(not one.tracking[name] for _, one in chimp.campaigns.post for name in ("opens", "html_clicks"))
    assert chimp.segments.known == {}, "nobody needs the addresses there twice"


def test_it_is_offered_only_where_the_list_is_at_mailchimp_and_well(at, chimp, make_site, staff_of, tmp_path):
    id, _ = prepared(at, chimp, 2)
    person = staff_of(at)
    assert person.get(PAGE).all("input[name=way][value=mailchimp]")
    for change, words in (
        ({"failures": 1}, "does not answer now"),
        ({"failures": 0, "held_since": clock.now()}, "compared with these records"),
        ({"held_since": None, "answered_at": None}, "has not been told"),
    ):
        with at.inside(), db.writing() as session:
            session.execute(update(ListContact).values(**change))
        page = person.get(PAGE)
        assert words in page.text and not page.all("input[name=way][value=mailchimp]")
        with pytest.raises(Refused, match=words):
            let_go(at, id)
    assert state_of(at, id) == "draft"


def test_at_home_it_goes_out_from_here(site, staff, chimp):
    with site.inside(), db.writing():
        service.begin(service.Facts("January", "january"), None, clock.now())
    page = staff.get(PAGE)
    assert "The list is our own" in page.text and not page.all("input[name=way][value=mailchimp]")


def test_who_left_meanwhile_gets_none_whoever_was_told(at, chimp):
    id, names = prepared(at, chimp, 12)
    let_go(at, id)
    leave(at, names[0])
    chimp.segments.slow = 1
    works(at, 1)
    assert set(steps(at).values()) == {"counting"} and not chimp.campaigns.post
    leave(at, names[1])
    erase(at, names[2])
    chimp.members.unsubscribe(names[3])
    chimp.members.bounce(names[4])
    works(at, 8)
    assert state_of(at, id) == "sent"
    assert set(letters(chimp)) == set(names[5:]) and set(letters(chimp).values()) == {1}
    why = dict(at.rows(select(Supporter.email, Recipient.trouble).join(Recipient).where(Recipient.state == "skipped")))
    assert why[names[1]] == "no longer wants our news"
    assert why[names[3]].startswith("Mailchimp does not hold them as subscribed") and why[names[4]].endswith(
        "(cleaned)"
    )


def test_who_left_after_all_was_ready_is_taken_out_there(at, chimp):
    id, names = prepared(at, chimp, 6)
    chimp.campaigns.against["Audience"] = "Please confirm your audience."
    let_go(at, id)
    works(at, 2)
    assert state_of(at, id) == "paused"
    leave(at, names[0])
    erase(at, names[1])
    del chimp.campaigns.against["Audience"]
    acting(at, starting.resume, id)
    works(at, 6)
    assert set(letters(chimp)) == set(names[2:]) and state_of(at, id) == "sent"


def test_a_checklist_that_says_no_is_said_in_its_own_words_and_looked_at_again(at, chimp, staff_of):
    id, names = prepared(at, chimp, 4)
    chimp.campaigns.verified = {"elsewhere.org"}
    let_go(at, id)
    works(at, 3)
    person = staff_of(at)
    page = person.get(PAGE)
    assert state_of(at, id) == "paused" and "Domain: The domain is not verified." in page.text
    assert not chimp.campaigns.post and calls(chimp, "POST", "/actions/send") == 0
    chimp.campaigns.verified = {"example.org"}
    person.press(page, "Look again, and go on")
    works(at, 4)
    assert state_of(at, id) == "sent" and set(letters(chimp)) == set(names)


def test_tracking_that_stays_on_keeps_it_back(at, chimp, staff_of):
    id, _ = prepared(at, chimp, 4)
    chimp.campaigns.nosy = True
    let_go(at, id)
    works(at, 3)
    assert state_of(at, id) == "paused" and not chimp.campaigns.post
    assert "Mailchimp would track the readers of the English newsletter (opens)" in staff_of(at).get(PAGE).text


@pytest.mark.parametrize("what", ["segment", "subject"])
def test_a_campaign_that_somebody_changed_there_is_not_sent(at, chimp, what):
    id, _ = prepared(at, chimp, 4)
    chimp.campaigns.against["Audience"] = "Wait."
    let_go(at, id)
    works(at, 2)
    for one in chimp.campaigns.known.values():
        if what == "segment":
            one.segment = 0  # it would go to everybody
        else:
            one.settings["subject_line"] = "Buy now"
    chimp.campaigns.against.clear()
    acting(at, starting.resume, id)
    works(at, 3)
    assert state_of(at, id) == "paused" and not chimp.campaigns.post


def test_nobody_has_a_letter_before_all_languages_are_ready(at, chimp):
    id, names = prepared(at, chimp, 4)
    stuck = names[1]  # of the Spanish readers
    chimp.segments.slow = 3
    let_go(at, id)
    del chimp.members.known[key_of(stuck)]
    works(at, 3)
    assert not chimp.campaigns.post
    works(at, 8)
    assert set(letters(chimp)) == set(names) - {stuck}


def test_it_fills_in_its_own_time_and_the_looks_are_few(at, chimp, staff_of):
    id, names = prepared(at, chimp, 4, ("en",))
    chimp.segments.slow = 99
    let_go(at, id)
    works(at, 4)
    [(looks, next_at)] = at.rows(select(MailchimpCampaign.looks, MailchimpCampaign.next_at))
    assert steps(at) == {"en": "counting"} and looks == 4 and next_at is None
    at.work("send-through-mailchimp")
    [(next_at,)] = at.rows(select(MailchimpCampaign.next_at))
    assert next_at == clock.now() + timedelta(minutes=10)
    works(at, 8)
    assert states(at, id) == {"waiting": 4} and state_of(at, id) == "paused" and not chimp.campaigns.post
    assert calls(chimp, "GET", "/segments/1") == 5
    assert "Mailchimp shows only 0 of the 4 readers of the English newsletter" in staff_of(at).get(PAGE).text
    chimp.segments.slow = 0
    acting(at, starting.resume, id)
    works(at, 4)
    assert set(letters(chimp)) == set(names)


def test_who_is_not_on_the_list_there_has_a_second_chance_and_is_counted(at, chimp, staff_of):
    id, names = prepared(at, chimp, 6, ("en",))
    late, never = chimp.members.known.pop(key_of(names[0])), chimp.members.known.pop(key_of(names[1]))
    chimp.members.known[key_of(names[2])].become("pending")
    let_go(at, id)
    works(at, 1)
    chimp.members.known[key_of(late.email)] = late  # the list was told of them meanwhile
    works(at, 5)
    assert set(letters(chimp)) == set(names) - {never.email, names[2]}
    page = staff_of(at).get(PAGE)
    assert "Mailchimp does not have them on its list" in page.text
    assert "Mailchimp does not hold them as subscribed (pending)" in page.text


def test_before_it_leaves_it_can_be_paused_cancelled_and_taken_back(at, chimp, staff_of, later):
    id, _ = prepared(at, chimp, 4)
    person, chimp.segments.slow = staff_of(at), 50
    let_go(at, id)
    works(at, 1)
    person.press(person.get(PAGE), "Pause")
    before = len(chimp.calls)
    works(at, 2)
    assert len(chimp.calls) == before and chimp.segments.known
    person.press(person.get(PAGE), "Take it back to a draft")
    works(at, 2)
    assert state_of(at, id) == "draft" and chimp.segments.known == {} and states(at, id) == {}
    chimp.segments.slow = 0
    chimp.campaigns.against["Audience"] = "Wait."
    later(minutes=1)
    let_go(at, id)
    works(at, 2)
    assert len(chimp.campaigns.known) == 1, "what stands against one is found before the next"
    person.press(person.get(PAGE), "Cancel")
    works(at, 2)
    assert state_of(at, id) == "cancelled" and chimp.campaigns.known == {} and chimp.segments.known == {}
    assert states(at, id) == {"waiting": 4} and not chimp.campaigns.post
    page = person.get(PAGE)
    assert "Nobody has a letter of it." in page.text and "Mailchimp has all of it" not in page.text


def test_what_mailchimp_has_is_not_held_back_here_and_that_is_said(at, chimp, staff_of):
    id, names = prepared(at, chimp, 4)
    chimp.campaigns.arrives_after = 99
    let_go(at, id)
    works(at, 3)
    person = staff_of(at)
    assert set(letters(chimp)) == set(names) and state_of(at, id) == "sending"
    for act in (starting.take_back, lambda id: starting.cancel(id, clock.now())):
        with pytest.raises(Refused):
            acting(at, act, id)
    acting(at, starting.pause, id)
    assert "Mailchimp has all of it and sends it by itself" in person.get(PAGE).text
    chimp.campaigns.arrives_after = 0
    works(at, 2)
    assert state_of(at, id) == "sent" and states(at, id) == {"sent": 4}


def test_its_time_is_held_here(at, chimp, later):
    id, names = prepared(at, chimp, 4)
    let_go(at, id, clock.now() + timedelta(hours=1))
    works(at, 1)
    assert not chimp.calls and state_of(at, id) == "scheduled"
    later(hours=1)
    works(at, 4)
    assert set(letters(chimp)) == set(names) and calls(chimp, "POST", "/actions/schedule") == 0


def test_three_letters_a_week_are_enough_here_too(at, chimp):
    id, names = prepared(at, chimp, 4)
    with at.inside(), db.writing() as session:
        [anna] = session.scalars(select(Supporter.id).where(Supporter.email == names[0]))
        for number in range(2, 5):
            service.begin(service.Facts(f"Number {number}", f"number-{number}"), None, clock.now())
            known = {"newsletter_id": number, "supporter_id": anna, "language": "en", "state": "sent"}
            session.add(Recipient(**known, handed_at=clock.now()))
    let_go(at, id)
    works(at, 4)
    assert set(letters(chimp)) == set(names[1:]) and states(at, id) == {"sent": 3, "skipped": 1}


def test_the_totals_are_read_for_a_week_and_then_no_more(at, chimp, later):
    id, _ = prepared(at, chimp, 4)
    let_go(at, id)
    works(at, 4)
    for _ in range(8):
        later(days=1)
        at.work("send-through-mailchimp")
    assert set(steps(at).values()) == {"over"}
    before = len(chimp.calls)
    time_passes(at)
    at.work("send-through-mailchimp")
    assert len(chimp.calls) == before

"""What staff see of the list, in words, and what they can do about it; and the worker that does it unasked."""

import re

import pytest
from sqlalchemy import select, update

from campaign import clock, db
from campaign.mailing import pulling, service
from campaign.mailing.fake.account import AUDIENCE, KEY
from campaign.mailing.fake.members import key_of
from campaign.mailing.fake.problem import Problem
from campaign.staff.audit import AuditRow
from campaign.supporters.models import Supporter
from tests.house.everything import on_sqlite
from tests.mailing.acts import ANNA, BELA, agree, crowd, due, leave, many_agree, row, statuses
from tests.mailing.conftest import hosted
from tests.mailing.hooked import set_up
from tests.pledges.acts import signed
from tests.processes import wait_for, working

pytestmark = on_sqlite


@pytest.fixture
def at_mailchimp(noon, make_site, chimp):
    """A site whose list is at the fake."""
    return make_site(mailchimp_key=KEY, mailchimp_audience=AUDIENCE, mailchimp_host=chimp.url)


def test_an_empty_list_says_so(site, staff):
    page = staff.get("/staff/list")
    assert page.heading == "Mailing list"
    assert "kept by the built-in list" in page.text and "Nobody is stuck" in page.text and "none yet" in page.text


def test_who_confirms_with_a_wish_for_news_comes_onto_the_list(site, visitor, staff, later):
    signed(site, visitor, later, newsletter="y")
    site.work()
    assert "On the list 1" in staff.get("/staff/list").text and due(site) == set()


def test_who_confirms_without_it_does_not(site, visitor, staff, later):
    signed(site, visitor, later)
    site.work()
    assert "On the list 0" in staff.get("/staff/list").text


def test_stuck_people_are_shown_with_the_reason_and_may_be_tried_again(at_mailchimp, chimp, staff_of):
    chimp.members.fakes.add(ANNA)
    agree(at_mailchimp, ANNA)
    at_mailchimp.letters()
    staff = staff_of(at_mailchimp)
    page = staff.get("/staff/list")
    assert ANNA in page.text and "looks invalid" in page.text and "Stuck 1" in page.text and "Waiting 0" in page.text
    chimp.members.fakes.clear()
    page = staff.press(page, "Try again")
    assert "Stuck 0" in page.text and "Waiting 1" in page.text
    at_mailchimp.letters()
    assert "On the list 1" in staff.get("/staff/list").text


def test_trying_again_with_somebody_who_is_not_stuck_is_a_404(site, staff):
    agree(site, ANNA)
    page = staff.get("/staff/list")
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.html)
    assert token and staff.post("/staff/list/1/again", {"csrf_token": token[1]}).status == 404


def test_trouble_is_told_in_words_and_need_not_be_waited_out(at_mailchimp, chimp, staff_of):
    chimp.always = "429"
    agree(at_mailchimp, ANNA)
    at_mailchimp.letters()
    staff = staff_of(at_mailchimp)
    page = staff.get("/staff/list")
    assert "busy" in page.text and "Waiting 1" in page.text and "Nothing is lost" in page.text
    chimp.always = ""
    staff.press(page, "Try now")
    at_mailchimp.letters()
    page = staff.get("/staff/list")
    assert "On the list 1" in page.text and "busy" not in page.text


def test_people_who_were_asked_again_are_shown_as_such(at_mailchimp, chimp, staff_of):
    for act in (agree, leave, agree):
        act(at_mailchimp, ANNA)
        at_mailchimp.letters()
    assert "Asked by letter 1" in staff_of(at_mailchimp).get("/staff/list").text


def test_a_worker_tells_the_list_by_itself_and_writes_no_address_to_its_log(make_site, chimp, capfd):
    site = make_site(mailchimp_key=KEY, mailchimp_audience=AUDIENCE, mailchimp_host=chimp.url)
    with working(site.config):
        agree(site, ANNA)  # wakes the sweep, as an act through the door does
        wait_for("the list", lambda: row(site).list_state == "subscribed")
    assert statuses(chimp.members.known.values()) == {ANNA: "subscribed"}
    said = capfd.readouterr()
    assert ANNA not in said.out + said.err
    assert site.rows(select(Supporter.list_leased_until)) == [(None,)]


# ---------------------------------------------------------------- pausing, looking somebody up, what somebody can do


def test_a_paused_list_is_told_nothing_until_it_goes_on_but_still_heard(at_mailchimp, chimp, staff_of):
    agree(at_mailchimp, ANNA)
    at_mailchimp.letters()
    staff = staff_of(at_mailchimp)
    page = staff.press(staff.get("/staff/list"), "Pause")
    assert "Since Jan" in page.text and "Pause" not in [one.text for one in page.all("button")]
    agree(at_mailchimp, BELA)
    chimp.members.unsubscribe(ANNA)
    at_mailchimp.letters()
    with at_mailchimp.inside():
        service.sync(at_once=True)
        pulling.pull(hosted(chimp))
    assert due(at_mailchimp) == {BELA} and not row(at_mailchimp).subscribed
    staff.press(staff.get("/staff/list"), "Go on")
    at_mailchimp.letters()
    assert due(at_mailchimp) == set()
    acts = [one[0] for one in at_mailchimp.rows(select(AuditRow.act))]
    assert "list.paused" in acts and "list.resumed" in acts


def test_the_last_answers_and_how_far_behind_the_list_is_are_shown(at_mailchimp, chimp, staff_of, later):
    staff = staff_of(at_mailchimp)
    assert "there is no webhook. Run: campaign sync setup" in staff.get("/staff/list").text
    chimp.hooks.send = lambda *_call: 200
    set_up(at_mailchimp, chimp)
    agree(at_mailchimp, ANNA)
    page = staff.get("/staff/list").text
    assert "the first since" in page and "Last heard nothing yet" in page and "Last read not yet" in page
    at_mailchimp.letters()
    page = staff.get("/staff/list").text
    assert "all that had changed there" in page and "no webhook" not in page and "the first since" not in page
    later(days=3)
    assert "was last read completely at 2027-01-11 12:00 UTC" in staff_of(at_mailchimp).get("/staff/list").text


def test_a_big_sync_has_a_bar(at_mailchimp, staff_of):
    staff = staff_of(at_mailchimp)
    many_agree(at_mailchimp, *crowd(500))
    assert staff.get("/staff/list").all("progress") == []
    many_agree(at_mailchimp, *crowd(250, "other"))
    with at_mailchimp.inside(), db.writing() as session:
        session.execute(update(Supporter).where(Supporter.id <= 100).values(due_since=None))
        session.execute(update(Supporter).where(Supporter.id > 700).values(list_leased_until=clock.now()))
    page = staff.get("/staff/list")
    bar = page.one("progress").attrs
    assert (bar["max"], bar["value"]) == ("750", "100") and "100 of 750 people" in page.text
    assert "Being told now 50" in page.text


def test_somebody_is_found_by_their_address_which_stands_in_no_address_of_ours(at_mailchimp, chimp, staff_of):
    agree(at_mailchimp, ANNA)
    at_mailchimp.letters()
    chimp.members.unsubscribe(ANNA)
    with at_mailchimp.inside():
        pulling.pull(hosted(chimp))
    staff = staff_of(at_mailchimp)
    page = staff.press(staff.get("/staff/list"), "Look them up", email="Anna@Example.ORG")
    assert page.path == "/staff/list/1" and page.heading == "One person and the list"
    for words in (
        "left at",
        "on the list after we told it",
        "left it we found it so",
        "yes News from",
        "(mailing list)",
    ):
        assert words in page.text
    [last] = at_mailchimp.rows(select(AuditRow.act, AuditRow.record).order_by(AuditRow.number.desc()).limit(1))
    assert last == ("list.person-looked-at", "1")


def test_whom_nobody_knows_is_said_not_to_be_there_and_what_is_no_address_is_a_mistake(at_mailchimp, staff_of):
    staff = staff_of(at_mailchimp)
    page = staff.press(staff.get("/staff/list"), "Look them up", email="nobody@example.org")
    assert page.status == 200 and "Nobody here has the address nobody@example.org" in page.text
    assert staff.press(page, "Look them up", email="nobody").status == 422
    assert staff.get("/staff/list/77").status == 404


@pytest.mark.parametrize(
    ("what", "reason", "to_do"),
    [
        ("compliance", "by its form only", "Send them the address of that form: http://127.0.0.1"),
        ("forgotten", "deleted this person for good", "Send them the address of that form: http://127.0.0.1"),
        ("fake", "looks invalid", "Read the address letter by letter"),
        ("spelling", "another spelling", "Delete the other spelling there"),
        ("bounced", "came back", "They say yes with it on this site"),
    ],
)
def test_who_is_stuck_is_shown_with_the_reason_and_what_to_do(at_mailchimp, chimp, staff_of, what, reason, to_do):
    chimp.hooks.send = lambda *_call: 200
    set_up(at_mailchimp, chimp)
    _get_stuck(at_mailchimp, chimp, what)
    page = staff_of(at_mailchimp).get("/staff/list").text
    assert reason in page and to_do in page and "Stuck 1" in page
    visitor = at_mailchimp.visitor()
    assert visitor.raw("/help").status_code == 200 and visitor.raw("/pledges").status_code == 200


def _get_stuck(site, chimp, what):
    if what == "fake":
        chimp.members.fakes.add(ANNA)
    elif what == "forgotten":
        chimp.members.forgotten.add(key_of(ANNA))
    elif what == "spelling":
        chimp.members.put = lambda *_call, **_more: (_ for _ in ()).throw(Problem(400, "Member Exists"))
    agree(site, ANNA)
    site.work()
    if what == "compliance":
        chimp.members.unsubscribe(ANNA)
        with site.inside():
            pulling.pull(hosted(chimp))
        chimp.members._change = lambda *_call, **_more: None  # Mailchimp answers 200, and nothing has changed
        agree(site, ANNA)
        site.work()
    elif what == "bounced":
        chimp.members.bounce(ANNA)
        with site.inside():
            pulling.pull(hosted(chimp))


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("a revoked key", "does not accept our key. Look at MAILCHIMP_API_KEY. Somebody may have revoked it"),
        ("an account that was disabled", "(User Disabled). Mailchimp has switched the account off"),
        ("a full audience", "It may be full, or need a larger plan"),
        ("an audience that vanished", "no such audience. Look at MAILCHIMP_AUDIENCE"),
    ],
)
def test_what_is_wrong_with_the_account_is_a_sentence_and_the_public_site_does_not_care(
    at_mailchimp, chimp, staff_of, what, words
):
    agree(at_mailchimp, ANNA)
    at_mailchimp.letters()
    agree(at_mailchimp, BELA)
    if what == "a full audience":
        chimp.members.most = 1
    elif what == "an audience that vanished":
        chimp.members.audience = "another"
    else:
        chimp.trouble = Problem(*((401, "API Key Invalid") if "key" in what else (403, "User Disabled")))
    at_mailchimp.letters()
    page, visitor = staff_of(at_mailchimp).get("/staff/list").text, at_mailchimp.visitor()
    assert words in page and "Waiting 1" in page and row(at_mailchimp).subscribed
    for path in ("/", "/help", "/pledges"):
        assert visitor.raw(path).status_code == 200

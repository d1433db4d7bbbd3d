"""What staff see of the list, in words, and what they can do about it; and the worker that does it unasked."""

import re

import pytest
from sqlalchemy import select

from campaign.mailing.fake.account import AUDIENCE, KEY
from campaign.supporters.models import Supporter
from tests.house.everything import on_sqlite
from tests.mailing.acts import ANNA, agree, due, leave, row, statuses
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
    at_mailchimp.work()
    staff = staff_of(at_mailchimp)
    page = staff.get("/staff/list")
    assert ANNA in page.text and "looks invalid" in page.text and "Stuck 1" in page.text and "Waiting 0" in page.text
    chimp.members.fakes.clear()
    page = staff.press(page, "Try again")
    assert "Stuck 0" in page.text and "Waiting 1" in page.text
    at_mailchimp.work()
    assert "On the list 1" in staff.get("/staff/list").text


def test_trying_again_with_somebody_who_is_not_stuck_is_a_404(site, staff):
    agree(site, ANNA)
    page = staff.get("/staff/list")
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.html)
    assert token and staff.post("/staff/list/1/again", {"csrf_token": token[1]}).status == 404


def test_trouble_is_told_in_words_and_need_not_be_waited_out(at_mailchimp, chimp, staff_of):
    chimp.always = "429"
    agree(at_mailchimp, ANNA)
    at_mailchimp.work()
    staff = staff_of(at_mailchimp)
    page = staff.get("/staff/list")
    assert "busy" in page.text and "Waiting 1" in page.text and "Nothing is lost" in page.text
    chimp.always = ""
    staff.press(page, "Try now")
    at_mailchimp.work()
    page = staff.get("/staff/list")
    assert "On the list 1" in page.text and "busy" not in page.text


def test_people_who_were_asked_again_are_shown_as_such(at_mailchimp, chimp, staff_of):
    for act in (agree, leave, agree):
        act(at_mailchimp, ANNA)
        at_mailchimp.work()
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

"""Leaving is as easy as coming: a button, or the mail program's one click."""

from sqlalchemy import select

from campaign.supporters.models import Consent, Supporter
from tests.pledges.acts import link_in, sign, signed

NEWS = select(Supporter.subscribed, Supporter.left_at)


def _subscriber(site, visitor, later) -> str:
    signed(site, visitor, later, newsletter="y")
    return link_in(site.letter(), "unsubscribe")


def test_looking_at_the_link_changes_nothing(site, visitor, later):
    path = _subscriber(site, visitor, later)
    visitor.get(path)
    assert site.rows(NEWS)[0].subscribed is True


def test_the_button_ends_it_and_records_it(site, visitor, later):
    path = _subscriber(site, visitor, later)
    page = visitor.press(visitor.get(path), "Unsubscribe")
    assert page.status == 200 and page.heading == "You have been unsubscribed."
    assert site.rows(NEWS)[0].subscribed is False
    assert site.rows(select(Consent.given, Consent.source).order_by(Consent.id)) == [
        (True, "signature 1"),
        (False, "page"),
    ]


def test_one_click_needs_no_cookie_and_gets_no_redirect(site, visitor, later):
    path = _subscriber(site, visitor, later)
    answer = visitor.raw(path, method="POST", data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200 and "Set-Cookie" not in answer.headers
    assert site.rows(NEWS)[0].subscribed is False


def test_leaving_twice_says_the_same_and_records_it_once(site, visitor, later):
    path = _subscriber(site, visitor, later)
    first, second = visitor.post(path), visitor.post(path)
    assert first.html == second.html
    assert len(site.rows(select(Consent.id))) == 2


def test_a_link_never_grows_too_old(site, visitor, later):
    path = _subscriber(site, visitor, later)
    later(days=3650)
    visitor.post(path)
    assert site.rows(NEWS)[0].subscribed is False


def test_a_fresh_act_of_the_person_lifts_it(site, visitor, later, staff):
    visitor.post(_subscriber(site, visitor, later))
    page = staff.press(staff.get("/staff/pledges/new"), "Save", slug="second", goal="10")
    staff.press(page, "Save", title="Second", promise="I promise.", body="")
    staff.press(staff.get("/staff/pledges/2"), "Open it")
    sign(visitor, later, path="/pledges/second", newsletter="y")
    assert site.rows(NEWS)[0].subscribed is False
    visitor.press(visitor.get(link_in(site.letter(), "confirm")), "Yes")
    assert site.rows(NEWS)[0].subscribed is True and site.rows(NEWS)[0].left_at is None

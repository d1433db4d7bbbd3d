"""Over the limit of a network nobody is refused and nothing looks different; one kind of crowd waits for staff."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from campaign import clock, db
from campaign.app import Switches
from campaign.links import service as links
from campaign.pledges import crowds, service
from campaign.pledges.counting import drift
from campaign.pledges.crowds import Member, crowds_of_one_domain, owner_of
from campaign.pledges.models import Batch, Pledge, Signature
from tests.house.everything import on_sqlite
from tests.pledges.acts import add_up, confirm_all, sign, sign_from

LIMIT = 30
MARKED = select(func.count()).where(Signature.crowded_at.is_not(None))
ASIDE = select(func.count()).where(Signature.set_aside_at.is_not(None))
COUNT = select(Pledge.count)


def _crowd(site, number, network="203.0.113", domain=None, first=0, **more):
    """So many people sign from one network, each with an address of its own; they see the usual page."""
    for index in range(first, first + number):
        mailbox = f"person{index}@{domain}" if domain else f"person{index}@own{index}.example"
        answer = sign_from(
            site, f"{network}.{index % 250 + 1}", f"Person {chr(97 + index % 26)} {index}", mailbox, **more
        )
        assert (answer.status_code, answer.location) == (303, "/pledges/freedom/thanks")


def test_the_thirty_first_in_ten_minutes_is_marked_and_counts_all_the_same(site):
    _crowd(site, LIMIT + 5)
    confirm_all(site)
    assert site.rows(MARKED) == [(5,)] and site.rows(ASIDE) == [(0,)]
    assert site.rows(COUNT) == [(LIMIT + 5,)]


def test_without_the_limit_nobody_is_marked(noon, make_site):
    site = make_site(switches=Switches(crowd_limit=False))
    _crowd(site, LIMIT + 5)
    confirm_all(site)
    assert site.rows(MARKED) == [(0,)]


def test_ten_minutes_later_there_is_room_again(site, later):
    _crowd(site, LIMIT)
    later(minutes=10)
    _crowd(site, LIMIT, first=LIMIT)
    add_up(site)
    assert site.rows(MARKED) == [(0,)]


def test_the_ten_minutes_slide(site, later):
    for index in range(LIMIT + 10):
        _crowd(site, 1, first=index)
        later(seconds=15)
    add_up(site)
    assert site.rows(MARKED) == [(10,)]


def test_another_network_has_a_limit_of_its_own(site):
    _crowd(site, LIMIT)
    _crowd(site, LIMIT, network="203.0.114", first=LIMIT)
    add_up(site)
    assert site.rows(MARKED) == [(0,)]


def test_a_crowd_with_mailboxes_of_one_domain_waits_for_staff_who_let_it_count(site, staff):
    _crowd(site, LIMIT + 12, domain="bots.example")
    confirm_all(site)
    assert site.rows(ASIDE) == [(12,)] and site.rows(COUNT) == [(LIMIT,)]
    page = staff.get("/staff/")
    assert "12 signatures set aside by the limit" in page.text
    page = staff.get("/staff/set-aside")
    assert "bots.example" in page.text and "by the rule" in page.text
    staff.press(page, "Bring all 12 back")
    add_up(site)
    assert site.rows(ASIDE) == [(0,)] and site.rows(COUNT) == [(LIMIT + 12,)]
    add_up(site)
    assert site.rows(ASIDE) == [(0,)], "what staff have restored is left in peace"


def test_what_was_confirmed_before_the_limit_was_looked_at_is_taken_out_again(site):
    _crowd(site, LIMIT + 12, domain="bots.example")
    with site.inside():
        for (number,) in site.rows(select(Signature.id)):
            with db.writing():
                service.confirm(number, clock.now())
    add_up(site)
    assert site.rows(COUNT) == [(LIMIT,)]
    with site.inside(), db.reading():
        assert drift() == {}


def test_a_crowd_that_goes_on_is_one_batch(site, later):
    for first in (0, 60, 120):
        _crowd(site, 60, domain="bots.example", first=first)
        add_up(site)
        later(minutes=2)
    assert site.rows(select(func.count()).select_from(Batch)) == [(1,)]
    assert site.rows(ASIDE) == [(180 - LIMIT,)]


def _code(site, hours=None):
    with site.inside(), db.writing():
        code_id = links.make("/pledges/freedom", "en", "Temple", clock.now())
        if hours:
            links.lift(code_id, clock.now() + timedelta(hours=hours), clock.now())
        return links.get(code_id).code


def test_staff_expect_a_crowd_and_nobody_of_it_is_marked_until_it_is_over(site, staff, staff_of, later):
    code = _code(site)
    page = staff.press(staff.get("/staff/codes/1"), "Expect a crowd", hours="2")
    assert "Many may sign by this code from one network until" in page.text
    _crowd(site, LIMIT + 12, domain="temple.example", via=code)
    add_up(site)
    assert site.rows(MARKED) == [(0,)] and site.rows(ASIDE) == [(0,)]
    later(hours=2, minutes=1)
    assert "Last lifted until" in staff_of(site).get("/staff/codes/1").text
    _crowd(site, LIMIT + 12, domain="temple.example", via=code, first=100)
    add_up(site)
    assert site.rows(MARKED) == [(12,)], "a lift that is over does nothing"


def test_a_lift_is_for_those_who_come_by_the_code_alone_and_can_be_ended(site, staff):
    code = _code(site, hours=2)
    _crowd(site, LIMIT + 3)
    add_up(site)
    assert site.rows(MARKED) == [(3,)]
    page = staff.press(staff.get("/staff/codes/1"), "End it now")
    assert "Expect a crowd" in page.html
    _crowd(site, LIMIT + 3, network="198.51.100", via=code, first=100)
    add_up(site)
    assert site.rows(MARKED) == [(6,)]


@on_sqlite
def test_a_lift_of_another_length_is_refused_with_a_sentence(site, staff):
    _code(site)
    page = staff.press(staff.get("/staff/codes/1"), "Expect a crowd", hours="9999")
    assert page.status == 422 and "2, 4 or 8 hours" in page.text


def test_where_people_came_from_is_blanked_at_midnight(site, visitor, later):
    sign(visitor, later)
    network = site.rows(select(Signature.network))[0][0]
    assert len(network) == 16 and int(network, 16)
    later(hours=12)
    site.work()
    assert site.rows(select(Signature.network)) == [(None,)]


@on_sqlite
def test_looking_at_the_limit_twice_marks_nobody_twice(site):
    _crowd(site, LIMIT + 5)
    with site.inside():
        assert [crowds.mark(), crowds.mark()] == [5, 0]


def _members(*mailboxes, network="n", aside=False):
    return [Member(number, network, mailbox, aside) for number, mailbox in enumerate(mailboxes)]


@pytest.mark.parametrize(
    ("crowd", "least", "held"),
    [
        (_members(*["a@bots.example"] * 10), 10, {"bots.example": list(range(10))}),
        (_members(*["a@bots.example"] * 9), 10, {}),
        (_members(*["a@gmail.com"] * 99), 10, {}),
        (_members(*["a@bots.example"] * 99), 0, {}),
        (_members(*["a@bots.example"] * 10, aside=True), 10, {}),
        (_members(*[f"a@x{n}.bots.example" for n in range(10)]), 10, {"bots.example": list(range(10))}),
        (_members(*["a@bots.example"] * 5) + _members(*["a@bots.example"] * 5, network="m"), 10, {}),
    ],
)
def test_who_of_a_crowd_waits(crowd, least, held):
    assert crowds_of_one_domain(crowd, least) == held


@pytest.mark.parametrize(
    ("mailbox", "owner"),
    [("a@b.example", "b.example"), ("a@x.b.example", "b.example"), ("a@x.b.co.uk", "b.co.uk"), ("a@b.es", "b.es")],
)
def test_a_domains_owner(mailbox, owner):
    assert owner_of(mailbox) == owner

"""S14: who guesses gets nowhere, and does not keep the owner out; and nobody learns which addresses have accounts."""

import re
import threading

import pytest
from sqlalchemy import func, select

from campaign import clock, db
from campaign.app import Switches
from campaign.staff import attempts
from campaign.staff.models import Attempt
from tests.staff.acts import EMAIL, PASSWORD, by_link, codes_on, member, set_up, sign_in, with_code

A_MINUTE = 60.0


def _attack(site, noon, tries, networks=200):
    """Guess at one account, a thousand times a minute, from many networks; how many guesses were checked."""
    attacker, checked = site.visitor(), 0
    page = attacker.get("/staff/sign-in")
    fields = page.form("Sign in")["fields"] | {"email": EMAIL, "password": "a guess of theirs", "code": "123456"}
    for number in range(tries):
        attacker.client.environ_base["REMOTE_ADDR"] = f"203.0.{number % networks}.9"
        status = attacker.raw("/staff/sign-in", method="POST", data=fields).status_code
        assert status in (422, 429)
        checked += status == 422
        noon.shift(A_MINUTE / 1000)
    return checked


@pytest.fixture
def owner(site, later):
    """Somebody who has signed in with password and app from their own browser."""
    person = member(site)
    later(seconds=31)
    return person


@pytest.mark.gate("S14", quick=150, full=10_000)
def test_a_thousand_guesses_a_minute_are_ten_an_hour_and_the_owner_gets_in(site, noon, owner, size):
    checked = _attack(site, noon, size)
    assert checked <= 10 * (1 + size / 1000 / 60)
    assert sign_in(site.visitor(), **with_code(owner.app)).status == 429  # a stranger's browser, right or not
    assert sign_in(owner, **with_code(owner.app)).heading == "Today"


@pytest.mark.plain_sql
def test_without_counting_every_guess_would_be_checked(make_site, noon):
    assert _attack(make_site(switches=Switches(count_tries=False)), noon, 25) == 25


def test_guesses_that_come_all_at_once_are_counted_too(site):
    start, begun = threading.Barrier(40), []

    def guess(number):
        with site.inside():
            start.wait(30)
            with db.writing():
                begun.append(attempts.begin(EMAIL, f"network {number}", clock.now()))

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(begun) == 40 and sum(one is not None for one in begun) == attempts.MOST_AN_HOUR


@pytest.mark.plain_sql
def test_a_network_that_tries_one_account_after_another_is_slowed_down(site):
    sprayer, statuses = site.visitor(), []
    fields = sprayer.get("/staff/sign-in").form("Sign in")["fields"] | {"password": "a guess of theirs", "code": "1"}
    for number in range(55):
        sent = {**fields, "email": f"person-{number}@example.org"}
        statuses.append(sprayer.raw("/staff/sign-in", method="POST", data=sent).status_code)
    assert statuses == [422] * 50 + [429] * 5


@pytest.mark.plain_sql
def test_a_known_device_has_its_own_tries_and_no_more(site, owner):
    statuses = [sign_in(owner, password="a slip of the pen", code="000000").status for _ in range(12)]
    assert statuses == [422] * 10 + [429] * 2
    codes_left = site.visitor()
    assert sign_in(codes_left, **with_code(owner.app)).heading == "Today"  # strangers' tries were not used up


@pytest.mark.plain_sql
def test_a_known_device_of_one_account_is_a_stranger_to_another(site, noon, owner):
    other = by_link(site, "bela@example.org")
    set_up(other)
    _attack(site, noon, 12)
    assert sign_in(other, **with_code(owner.app)).status == 429


@pytest.mark.plain_sql
def test_a_made_up_device_is_a_stranger(site, noon, owner):
    _attack(site, noon, 12)
    liar = site.visitor()
    for value in ("device-1.made-up", "1", owner.client.get_cookie("staff-device", path="/staff").value + "x"):
        liar.client.set_cookie("staff-device", value, path="/staff")
        assert sign_in(liar, **with_code(owner.app)).status == 429


@pytest.mark.plain_sql
@pytest.mark.parametrize("kind", ["app", "recovery"])
def test_codes_are_not_to_be_guessed_either_by_who_has_the_password(site, owner, kind):
    guess = "000000" if kind == "app" else "aaaa-bbbb-cccc"
    thief, checked = site.visitor(), 0
    for number in range(20):
        thief.client.environ_base["REMOTE_ADDR"] = f"203.0.{number}.9"
        checked += sign_in(thief, password=PASSWORD, code=guess).status == 422
    assert checked == 10


@pytest.mark.plain_sql
def test_what_succeeds_is_not_counted(site, owner):
    codes = codes_on(owner.press(owner.get("/staff/account"), "Make new ones"))
    for code in codes:
        assert sign_in(site.visitor(), password=PASSWORD, code=code).heading == "Today"
    assert site.rows(select(func.count()).select_from(Attempt)) == [(0,)]


def _answers(site, email, tries):
    """What the door answers to so many wrong tries, without what differs from request to request."""
    person = site.visitor()
    person.client.environ_base["REMOTE_ADDR"] = f"198.51.{len(email)}.1"
    for _ in range(tries):
        page = person.get("/staff/sign-in")
        fields = page.form("Sign in")["fields"] | {"email": email, "password": "a guess of theirs", "code": "123456"}
        answer = person.raw("/staff/sign-in", method="POST", data=fields)
        body = re.sub(r'(name="csrf_token"[^>]*value=)"[^"]*"', r"\1", answer.get_data(as_text=True))
        changing = ("Content-Length", "Set-Cookie", "X-Request-Id")
        kept = {name: value for name, value in answer.headers.items() if name not in changing}
        yield answer.status_code, kept, body.replace(email, "…")


@pytest.mark.plain_sql
def test_a_known_and_an_unknown_address_get_the_same_answers(site, owner):
    known, unknown = (list(_answers(site, email, 7)) for email in (EMAIL, "nobody-here@example.org"))
    assert known == unknown and [one[0] for one in known] == [422] * 5 + [429] * 2

"""Getting in as staff, and nobody else getting in."""

import pyotp
import pytest
from sqlalchemy import select

from campaign import clock, db
from campaign.staff.models import Account, StaffSession
from tests.staff.acts import PASSWORD, set_up, sign_in, with_code
from tests.staff.acts import link as _link

pytestmark = pytest.mark.plain_sql


@pytest.fixture
def app_of_theirs(site, staff) -> pyotp.TOTP:
    """A member of staff has chosen a password and set up an app; this is the app."""
    return set_up(staff)


def test_a_one_time_link_works_once(site):
    path, first, second = _link(site), site.visitor(), site.visitor()
    assert first.press(first.get(path), "Sign in").heading == "Today"
    assert second.press(second.get(path), "Sign in").status == 410


def test_looking_at_the_link_does_not_use_it_up(site):
    path, somebody = _link(site), site.visitor()
    for _ in range(3):
        somebody.get(path)
    assert somebody.press(somebody.get(path), "Sign in").heading == "Today"


def test_a_link_is_too_old_after_a_day(site, later):
    path, somebody = _link(site), site.visitor()
    later(hours=25)
    assert somebody.press(somebody.get(path), "Sign in").status == 410


def test_a_demonstrations_link_works_from_this_machine_alone(site):
    path, somebody = _link(site), site.visitor()
    page = somebody.get(path)
    somebody.client.environ_base["REMOTE_ADDR"] = "203.0.113.9"
    assert somebody.press(page, "Sign in").status == 403


def test_a_password_and_a_code_open_the_door(site, app_of_theirs, later):
    later(seconds=31)
    page = sign_in(site.visitor(), password=PASSWORD, code=app_of_theirs.at(clock.now()))
    assert page.heading == "Today"


def test_the_address_is_looked_up_whatever_its_domain(site, later):
    """The demonstration's own account is at example.invalid, which is no domain for letters."""
    somebody, own = site.visitor(), "staff@example.invalid"
    somebody.press(somebody.get(_link(site, own)), "Sign in")
    app = set_up(somebody)
    later(seconds=31)
    assert sign_in(site.visitor(), own, **with_code(app)).heading == "Today"
    unknown = sign_in(site.visitor(), "nobody@example.invalid", **with_code(app))
    assert unknown.status == 422 and "not the right address, password and code together" in unknown.text
    for typed, said in (("", "give your email address"), ("staff", "does not look like"), ("a\0@b.cc", "read")):
        assert said in sign_in(site.visitor(), typed, **with_code(app)).text, typed


@pytest.mark.parametrize("wrong", ["password", "code", "email"])
def test_what_was_wrong_is_not_told(site, app_of_theirs, later, wrong):
    later(seconds=31)
    fields = {"password": PASSWORD, "code": app_of_theirs.at(clock.now()), "email": "staff@example.org"}
    fields[wrong] = {"password": "another password", "code": "000000", "email": "nobody@example.org"}[wrong]
    visitor = site.visitor()
    page = visitor.press(visitor.get("/staff/sign-in"), "Sign in", **fields)
    assert page.status == 422 and "not the right address, password and code together" in page.text


def test_a_code_works_once(site, app_of_theirs, later):
    later(seconds=31)
    code = app_of_theirs.at(clock.now())
    assert sign_in(site.visitor(), password=PASSWORD, code=code).heading == "Today"
    assert sign_in(site.visitor(), password=PASSWORD, code=code).status == 422


def test_after_five_failures_this_network_waits_and_another_does_not(site, app_of_theirs, later):
    later(seconds=31)
    guesser, owner = site.visitor(), site.visitor()
    for _ in range(5):
        assert sign_in(guesser, password="a guess of theirs", code="000000").status == 422
    right = with_code(app_of_theirs)
    assert sign_in(guesser, **right).status == 429
    owner.client.environ_base["REMOTE_ADDR"] = "198.51.100.7"
    assert sign_in(owner, **right).heading == "Today"
    later(minutes=16)
    right["code"] = app_of_theirs.at(clock.now())
    assert sign_in(guesser, **right).heading == "Today"


def test_setting_up_needs_the_code_and_ends_other_sessions(site, staff):
    path, other = _link(site), site.visitor()
    other.press(other.get(path), "Sign in")
    wrong = other.press(other.get("/staff/account"), "Save", password=PASSWORD, code="000000")
    assert wrong.status == 422 and "not the code" in wrong.text
    set_up(other)
    assert other.get("/staff/").heading == "Today"
    assert staff.raw("/staff/").status_code == 303


@pytest.mark.parametrize("password", ["short", "x" * 129])
def test_a_password_has_12_to_128_characters(staff, password):
    page = staff.press(staff.get("/staff/account"), "Save", password=password, code="123456")
    assert page.status == 422 and "12 to 128" in page.text


def test_signing_out_ends_the_session_here_and_in_the_table(site, staff):
    cookie = staff.client.get_cookie("staff")
    staff.press(staff.get("/staff/"), "Sign out")
    assert staff.client.get_cookie("staff") is None or staff.client.get_cookie("staff").value != cookie.value
    thief = site.visitor()
    thief.client.set_cookie("staff", cookie.value)
    assert thief.raw("/staff/").status_code == 303


def test_a_session_ends_after_half_an_hour_of_nothing_and_after_half_a_day(site, staff, later):
    later(minutes=31)
    assert staff.raw("/staff/").status_code == 303
    busy = site.visitor()
    busy.press(busy.get(_link(site)), "Sign in")
    for _ in range(28):
        later(minutes=25)
        busy.raw("/staff/")
    later(minutes=25)
    assert busy.raw("/staff/").status_code == 303


def test_signing_in_changes_the_cookie(site):
    somebody = site.visitor()
    page = somebody.get(_link(site))
    before = somebody.client.get_cookie("staff").value
    somebody.press(page, "Sign in")
    assert somebody.client.get_cookie("staff").value != before


def test_neither_cookie_nor_password_nor_app_secret_lies_in_the_records(site, staff, app_of_theirs):
    cookie = staff.client.get_cookie("staff").value
    stored = repr(site.rows(select(StaffSession.key_hash))) + repr(
        site.rows(select(Account.password_hash, Account.code_secret))
    )
    assert cookie not in stored and PASSWORD not in stored and app_of_theirs.secret not in stored
    assert "$argon2id$" in stored


def test_a_disabled_account_is_out_at_once(site, staff):
    with site.inside(), db.writing() as session:
        session.get(Account, 1).disabled_at = clock.now()
    assert staff.raw("/staff/").status_code == 303

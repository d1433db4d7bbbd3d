"""What a borrowed screen must not be enough for wants password and code again, and one lands where one was going."""

import re

import pytest
from sqlalchemy import select

from campaign.staff.models import Account
from tests.house.everything import token_of
from tests.staff.acts import PASSWORD, by_link, codes_on, member, with_code

pytestmark = pytest.mark.plain_sql

EXPORT = "/staff/signatures.csv"


@pytest.fixture
def boss(site):
    """An administrator who set up an account at noon, with the app."""
    return member(site)


def _prove(person, page, **fields):
    return person.press(page, "Go on", **{**with_code(person.app), **fields})


def test_within_ten_minutes_of_signing_in_nothing_is_asked(boss, later):
    later(minutes=9)
    assert boss.raw(EXPORT, buffered=True).status_code == 200


def test_after_ten_minutes_an_export_asks_and_then_comes(boss, later):
    later(minutes=11)
    assert boss.raw(EXPORT).location == f"/staff/prove?to={EXPORT}"
    page = boss.get(f"/staff/prove?to={EXPORT}")
    answer = boss.raw("/staff/prove", method="POST", data={**page.form("Go on")["fields"], **with_code(boss.app)})
    assert (answer.status_code, answer.location) == (303, EXPORT)
    assert boss.raw(EXPORT, buffered=True).status_code == 200
    later(minutes=11)
    assert boss.raw(EXPORT).status_code == 303


def test_looking_around_asks_for_nothing(boss, later):
    later(minutes=25)
    for path in ("/staff/", "/staff/accounts", "/staff/accounts/1", "/staff/signatures", "/staff/account"):
        assert boss.get(path).status == 200, path


def test_what_a_form_had_sent_is_kept_and_sent_by_a_button(site, boss, later):
    by_link(site, "bela@example.org")
    page = boss.get("/staff/accounts/2")
    later(minutes=11)
    asked = boss.press(page, "Save", role="events")
    assert asked.status == 403 and asked.heading == "Is it still you?" and "is kept" in asked.text
    assert site.rows(select(Account.role).where(Account.id == 2)) == [("administrator",)]
    thanks = _prove(boss, asked)
    assert thanks.heading == "Thank you"
    page = boss.press(thanks, "Go on")
    assert page.heading == "Bela"
    assert site.rows(select(Account.role).where(Account.id == 2)) == [("events",)]


def test_an_invitation_that_was_typed_is_not_lost(site, boss, later):
    page = boss.get("/staff/accounts/new")
    later(minutes=11)
    typed = {"email": "né@example.org".replace("é", "e"), "name": "Ñandú & Söhne <b>", "role": "viewer"}
    page = boss.press(_prove(boss, boss.press(page, "Send", **typed)), "Go on")
    assert page.heading == "Ñandú & Söhne <b>"


def test_a_password_is_never_carried_along(boss, later):
    page = boss.get("/staff/account/password")
    later(minutes=11)
    asked = boss.press(page, "Save", password="a secret of their own")
    assert asked.heading == "Is it still you?" and "secret" not in asked.html
    assert _prove(boss, asked).heading == "Change your password"


def test_a_button_alone_is_kept_too(site, boss, later):
    by_link(site, "bela@example.org")
    page = boss.get("/staff/accounts/2")
    later(minutes=11)
    page = boss.press(_prove(boss, boss.press(page, "Disable this account")), "Go on")
    assert "disabled" in page.text and page.heading == "Bela"


def test_a_form_that_another_page_made_up_is_not_kept_for_its_victim(boss, later):
    later(minutes=11)
    for sent in ({"role": "viewer"}, {"role": "viewer", "csrf_token": "made up"}):
        assert boss.raw("/staff/accounts/1", method="POST", data=sent).status_code == 400
    sent = {"role": "viewer", "csrf_token": token_of(boss)}
    answer = boss.raw("/staff/accounts/1", method="POST", data=sent, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403 and b"carried" not in answer.data


def test_proving_changes_the_cookie_and_keeps_the_session(site, boss, later):
    later(minutes=11)
    before = boss.client.get_cookie("staff").value
    _prove(boss, boss.get("/staff/prove?to=/staff/accounts/new"))
    after = boss.client.get_cookie("staff").value
    assert before != after and boss.get("/staff/").status == 200
    thief = site.visitor()
    thief.client.set_cookie("staff", before)
    assert thief.raw("/staff/").location == "/staff/sign-in"


@pytest.mark.parametrize("wrong", [{"password": "another password of mine"}, {"code": "000000"}])
def test_a_wrong_proof_is_refused_without_saying_what_was_wrong(boss, later, wrong):
    later(minutes=11)
    page = _prove(boss, boss.get(f"/staff/prove?to={EXPORT}"), **wrong)
    assert page.status == 422 and "not the right password and code together" in page.text
    assert boss.raw(EXPORT).status_code == 303


def test_a_code_that_opened_something_proves_nothing_more(boss, later):
    later(minutes=11)
    code = with_code(boss.app)
    _prove(boss, boss.get("/staff/prove?to=/staff/accounts/new"), **code)
    later(minutes=11)
    later(minutes=-11)
    assert _prove(boss, boss.get("/staff/prove"), **code).status == 422


def test_a_recovery_code_proves_too(boss, later):
    codes = codes_on(boss.press(boss.get("/staff/account"), "Make new ones"))
    later(minutes=11)
    page = boss.press(boss.get("/staff/prove?to=/staff/accounts/new"), "Go on", password=PASSWORD, code=codes[0])
    assert page.heading == "Invite somebody"


def test_somebody_with_a_stolen_screen_has_ten_tries_and_the_owner_still_gets_in(site, boss, later):
    later(minutes=11)
    answers = [_prove(boss, boss.get("/staff/prove"), code="000000").status for _ in range(12)]
    assert answers == [422] * 10 + [429] * 2
    owner = site.visitor()
    page = owner.press(owner.get("/staff/sign-in"), "Sign in", email="staff@example.org", **with_code(boss.app))
    assert page.heading == "Today"


def test_in_a_demonstration_one_who_has_no_password_is_told_what_to_do(staff, later):
    later(minutes=11)
    page = staff.get(f"/staff/prove?to={EXPORT}")
    assert "have not set them up yet" in page.text and page.link("Set up my account") == "/staff/account"


HOSTS = ("elsewhere.example", "elsewhere.example/staff/", "localhost@elsewhere.example", "xn--80ak6aa92e.example")
STARTS = ["https://", "http://", "//", "///", "////", "/\\", "\\\\", "\\/", "https:", "https:/", "//\\", "/\t/", "/\n/"]
STARTS += [
    "\t//",
    " //",
    "%2F%2F",
    "/%2F",
    "/staff/..//",
    "/staff//",
    "//staff/",
    "/staff/\\",
    "/.//",
    "/staff/%0d%0a//",
]
STARTS += ["ftp://", "data:text/html,", "javascript:alert(1)//", "JaVaScRiPt://", "vbscript:", "//%09/", "/%5C"]
STARTS += ["/staff/?to=//", "/staff/@", "/staff:80@", "//localhost:80@", "https://localhost.", "//user:pw@", "/;@"]
STARTS += ["/staff/;//", "\u3031//", "/\u3000/"]
PAYLOADS = [start + host for start in STARTS for host in HOSTS]
PAYLOADS += [one.swapcase() for one in PAYLOADS] + [one.replace("/", "%2f") for one in PAYLOADS]
PAYLOADS += [
    "",
    "/",
    "/pledges",
    "/help",
    "/staff",
    "staff/",
    "/staff/nowhere",
    "/STAFF/",
    "/q/CODE",
    "/staff/sign-out\r\nX: y",
]


@pytest.mark.gate("S8", quick=60, full=1000)
def test_no_way_on_leads_off_the_site_or_out_of_the_staff_door(site, boss, later, size):
    """Every payload as `to`, followed as a browser would: the answer is a path below /staff that is there."""
    assert len(set(PAYLOADS)) >= 300
    chosen = PAYLOADS[:: max(1, len(PAYLOADS) // size)]
    codes: list[str] = []
    for number, payload in enumerate(chosen):
        if not codes:
            later(minutes=31 if number else 11)
            boss = by_link(site)
            codes = codes_on(boss.press(boss.get("/staff/account"), "Make new ones"))
        page = boss.get("/staff/prove", query_string={"to": payload})
        fields = {**page.form("Go on")["fields"], "password": PASSWORD, "code": codes.pop()}
        answer = boss.raw("/staff/prove", method="POST", data=fields)
        assert answer.status_code == 303, (payload, answer.status_code)
        path, _, query = answer.location.partition("?")
        assert re.fullmatch(r"/staff/[\w/-]*", path) and "//" not in path and query.isprintable(), payload
        assert boss.raw(answer.location).status_code in (200, 303), payload

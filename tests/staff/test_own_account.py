"""One's own account: another password, another app, recovery codes, and the devices where one is signed in."""

import pyotp
import pytest
from sqlalchemy import select

from campaign import clock
from campaign.staff import devices
from campaign.staff.models import KnownDevice, RecoveryCode
from tests.staff.acts import PASSWORD, by_link, codes_on, member, set_up, sign_in, with_code

pytestmark = pytest.mark.plain_sql

OTHER = "another row of plain words"
FIREFOX = "Mozilla/5.0 (Android 14; Mobile; rv:131.0) Gecko/131.0 Firefox/131.0"


@pytest.fixture
def mine(site):
    """Somebody who set up an account at noon, with the app and the recovery codes."""
    return member(site)


def test_ten_recovery_codes_are_shown_once_and_stored_as_hashes(site, mine):
    assert len(set(mine.codes)) == 10 and "10 of 10 left" in mine.get("/staff/account").text
    stored = repr(site.rows(select(RecoveryCode.code_hash)))
    for code in mine.codes:
        assert code not in stored and code.replace("-", "") not in stored
        assert code not in mine.get("/staff/account").html


def test_each_recovery_code_opens_once_however_it_is_typed(site, mine):
    typed = [mine.codes[0], mine.codes[1].upper(), mine.codes[2].replace("-", " "), mine.codes[3].replace("-", "")]
    for code in typed:
        assert sign_in(site.visitor(), password=PASSWORD, code=code).heading == "Today"
    assert sign_in(site.visitor(), password=PASSWORD, code=typed[0]).status == 422
    assert "6 of 10 left" in mine.get("/staff/account").text


def test_a_recovery_code_without_the_password_opens_nothing(site, mine):
    assert sign_in(site.visitor(), password=OTHER, code=mine.codes[0]).status == 422
    assert sign_in(site.visitor(), password=PASSWORD, code=mine.codes[0]).heading == "Today"


def test_a_recovery_code_of_one_account_opens_no_other(site, mine):
    other = by_link(site, "bela@example.org")
    set_up(other)
    assert sign_in(site.visitor(), "bela@example.org", password=PASSWORD, code=mine.codes[0]).status == 422


def test_new_recovery_codes_replace_the_old_ones(site, mine):
    page = mine.press(mine.get("/staff/account"), "Make new ones")
    new = codes_on(page)
    assert page.heading == "Your new recovery codes" and len(new) == 10 and not set(new) & set(mine.codes)
    assert sign_in(site.visitor(), password=PASSWORD, code=mine.codes[0]).status == 422
    assert sign_in(site.visitor(), password=PASSWORD, code=new[0]).heading == "Today"


def test_few_codes_left_are_said(site, mine):
    for code in mine.codes[:8]:
        sign_in(site.visitor(), password=PASSWORD, code=code)
    assert "Few recovery codes are left" in mine.get("/staff/account").text


def test_another_password_takes_the_place_of_the_old_one(site, mine, later):
    page = mine.press(mine.get("/staff/account/password"), "Save", password=OTHER)
    assert page.heading == "My account"
    later(seconds=31)
    assert sign_in(site.visitor(), **with_code(mine.app)).status == 422
    assert sign_in(site.visitor(), **with_code(mine.app, OTHER)).heading == "Today"


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("too short", "12 to 128"),
        ("x" * 129, "12 to 128"),
        ("password1234", "guessed first"),
        ("staff@example.org", "your own address"),
        ("from slavery to freedom", "the campaign's"),
    ],
)
def test_a_weak_password_is_refused_with_a_reason(mine, password, said):
    page = mine.press(mine.get("/staff/account/password"), "Save", password=password)
    assert page.status == 422 and said in page.text
    assert password not in page.html


def test_another_app_takes_the_place_of_the_old_one(site, mine, later):
    page = mine.get("/staff/account/app")
    new = pyotp.TOTP(page.one("code").to_text().strip())
    assert new.secret != mine.app.secret
    assert mine.press(page, "Save", code="000000").status == 422
    assert mine.press(page, "Save", code=new.at(clock.now())).heading == "My account"
    later(seconds=31)
    assert sign_in(site.visitor(), **with_code(mine.app)).status == 422
    assert sign_in(site.visitor(), **with_code(new)).heading == "Today"


def test_one_sees_where_one_is_signed_in_and_ends_it(site, mine):
    phone = site.visitor()
    phone.client.environ_base["HTTP_USER_AGENT"] = FIREFOX
    sign_in(phone, password=PASSWORD, code=mine.codes[0])
    page = mine.get("/staff/account")
    assert "Firefox on Android" in page.text and "131" not in page.text
    mine.press(page, "Sign out on Firefox on Android")
    assert phone.raw("/staff/").location == "/staff/sign-in"
    assert mine.get("/staff/").status == 200


def test_all_others_are_ended_at_once(site, mine):
    others = [site.visitor() for _ in range(3)]
    for person, code in zip(others, mine.codes, strict=False):
        sign_in(person, password=PASSWORD, code=code)
    mine.press(mine.get("/staff/account"), "Sign out everywhere else")
    assert [one.raw("/staff/").location for one in others] == ["/staff/sign-in"] * 3
    assert mine.get("/staff/").status == 200


def test_signing_out_ends_the_others_too(site, mine):
    other = site.visitor()
    sign_in(other, password=PASSWORD, code=mine.codes[0])
    mine.press(mine.get("/staff/"), "Sign out")
    assert other.raw("/staff/").location == "/staff/sign-in"


def test_a_device_that_signed_in_completely_is_known_and_forgotten_after_half_a_year(site, mine, later):
    cookie = mine.client.get_cookie("staff-device", path="/staff")
    assert cookie.path == "/staff" and cookie.http_only and cookie.same_site == "Strict"
    assert len(site.rows(select(KnownDevice.id))) == 1
    later(days=181)
    site.work()
    assert site.rows(select(KnownDevice.id)) == []


def test_a_link_alone_makes_no_known_device(staff):
    assert staff.client.get_cookie("staff-device", path="/staff") is None


def test_an_account_keeps_its_ten_newest_devices(site, mine, later):
    codes = list(mine.codes)
    for _ in range(12):
        if not codes:
            codes = codes_on(mine.press(mine.get("/staff/account"), "Make new ones"))
        later(seconds=5)
        assert sign_in(site.visitor(), password=PASSWORD, code=codes.pop()).heading == "Today"
    ids = sorted(row[0] for row in site.rows(select(KnownDevice.id)))
    assert len(ids) == devices.MOST and 1 not in ids


WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
CHROME = f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/130.0.0.0 Safari/537.36"
EDGE = CHROME + " Edg/130.0.0.0"
SAFARI = f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) {WEBKIT} Version/18.0 Mobile Safari/604.1"
MAC = f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {WEBKIT} Version/17.6 Safari/605.1.15"


@pytest.mark.parametrize(
    ("user_agent", "said"),
    [
        (FIREFOX, "Firefox on Android"),
        (CHROME, "Chrome on Windows"),
        (EDGE, "Edge on Windows"),
        (SAFARI, "Safari on iPhone"),
        (MAC, "Safari on macOS"),
        ("Mozilla/5.0 (X11; CrOS x86_64) Chrome/130.0 Safari/537.36", "Chrome on ChromeOS"),
        ("curl/8.5.0", "A browser"),
        ("", "A browser"),
        ("<script>alert(1)</script>" * 500, "A browser"),
    ],
)
def test_a_browser_is_named_roughly(user_agent, said):
    assert devices.roughly(user_agent) == said

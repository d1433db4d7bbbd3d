"""Administrators invite colleagues, change roles, disable, bring back; the last of them cannot lock everybody out."""

import shutil
import threading
from contextlib import suppress
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from campaign import clock, db
from campaign.app import Switches
from campaign.errors import Refused
from campaign.staff import accounts, service
from campaign.staff.models import Account, Invitation, StaffSession
from campaign.staff.roles import Role
from campaign.staff.sessions import Fresh
from tests.conftest import ROOT
from tests.staff.acts import EMAIL, PASSWORD, by_link, codes_on, invitation, set_up, sign_in, with_code

pytestmark = pytest.mark.plain_sql

BELA = "bela@example.org"


def _invite(site, staff, role="communications", email=BELA):
    page = staff.press(
        staff.get("/staff/accounts/new"), "Send the invitation", email=email, name="Bela Sample", role=role
    )
    assert page.heading == "Bela Sample", page.text
    return invitation(site)


def _accept(site, path):
    person = site.visitor()
    return person, person.press(person.get(path), "Set up my account")


def test_a_colleague_is_invited_by_letter_sets_up_the_account_and_gets_in(site, staff):
    path = _invite(site, staff)
    bela, page = _accept(site, path)
    assert page.heading == "Set up your account"
    app = set_up(bela)
    assert bela.get("/staff/").heading == "Today" and bela.get("/staff/accounts").status == 403
    page = staff.get("/staff/accounts")
    row = [" ".join(cell.to_text().split()) for cell in page.all("tbody tr")[0].query("th, td")]
    assert row[:4] == ["Bela Sample", BELA, "communications", "in use"] and row[4].startswith("January 11")
    assert sign_in(site.visitor(), BELA, password=PASSWORD, code=app.at(clock.now())).status == 422  # used just now


def test_the_letter_says_what_it_is_and_gives_nothing_else_away(site, staff):
    staff.press(staff.get("/staff/accounts/new"), "Send", email=BELA, name="Bela Sample", role="viewer")
    letter = site.letter()
    assert str(letter["To"]) == BELA and str(letter["Subject"]) == "Your account on our website"
    text = letter.get_body(("plain",)).get_content()
    assert "Your role: viewer. Looks at pledges" in text and "January 18" in text


def test_an_invitation_works_once(site, staff):
    path = _invite(site, staff)
    assert _accept(site, path)[1].status == 200
    person = site.visitor()
    page = person.press(person.get(path), "Set up my account")
    assert page.status == 410 and "invite you again" in page.text


def test_looking_at_an_invitation_does_not_use_it_up(site, staff):
    path = _invite(site, staff)
    for _ in range(3):
        site.visitor().get(path)
    assert _accept(site, path)[1].heading == "Set up your account"


def test_fifty_who_open_one_invitation_at_once_are_one(site, staff):
    _invite(site, staff)
    start, got = threading.Barrier(50), []

    def use():
        with site.inside():
            fresh = Fresh(f"key {threading.get_ident()}")
            start.wait(30)
            with db.writing():
                got.append(service.use_invitation(1, fresh, clock.now()))

    threads = [threading.Thread(target=use) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(got) == [False] * 49 + [True]


@pytest.mark.parametrize("days", [7, 30])
def test_an_invitation_is_too_old_after_seven_days(site, staff, later, days):
    path = _invite(site, staff)
    later(days=days, seconds=1)
    assert _accept(site, path)[1].status == 410


def test_a_newer_invitation_replaces_the_one_before(site, staff):
    first = _invite(site, staff)
    staff.press(staff.get("/staff/accounts/2"), "Invite again")
    second = invitation(site)
    assert _accept(site, first)[1].status == 410
    assert _accept(site, second)[1].heading == "Set up your account"


def test_a_broken_invitation_is_explained(site):
    page = site.visitor().get("/staff/invitation/invite-1.cut")
    assert page.status == 404 and "not complete" in page.text


def test_an_invitation_of_a_disabled_account_opens_nothing(site, staff):
    path = _invite(site, staff)
    staff.press(staff.get("/staff/accounts/2"), "Disable")
    assert _accept(site, path)[1].status == 410


def test_an_address_that_has_an_account_is_not_invited_again(site, staff):
    _invite(site, staff)
    page = staff.press(staff.get("/staff/accounts/new"), "Send", email=" BELA@example.org", name="B", role="viewer")
    assert page.status == 422 and "has an account already" in page.text
    assert len(site.rows(select(Account.id))) == 2


def test_a_wrong_invitation_form_loses_nothing(staff):
    page = staff.press(staff.get("/staff/accounts/new"), "Send", email="no address", name="Bela", role="king")
    assert page.status == 422 and page.one("input[name=name]").attrs["value"] == "Bela"
    assert page.one("input[name=email]").attrs["value"] == "noaddress"


def test_a_changed_role_holds_from_the_next_request(site, staff):
    bela = by_link(site, BELA, Role.COMMUNICATIONS)
    assert bela.raw("/staff/signatures").status_code == 200
    staff.press(staff.get("/staff/accounts/2"), "Save", role="viewer")
    assert bela.raw("/staff/signatures").location == "/staff/sign-in"
    assert by_link(site, BELA).raw("/staff/signatures").status_code == 403
    assert staff.raw("/staff/").status_code == 200


def test_somebody_who_is_disabled_is_out_at_once_and_can_be_brought_back(site, staff, later):
    bela = by_link(site, BELA, Role.VIEWER)
    app = set_up(bela)
    staff.press(staff.get("/staff/accounts/2"), "Disable")
    assert bela.raw("/staff/").location == "/staff/sign-in"
    later(seconds=31)
    assert sign_in(site.visitor(), BELA, **with_code(app)).status == 422
    staff.press(staff.get("/staff/accounts/2"), "Bring it back")
    assert sign_in(site.visitor(), BELA, **with_code(app)).heading == "Today"


def test_starting_over_takes_everything_away_and_sends_an_invitation(site, staff, later):
    bela = by_link(site, BELA, Role.VIEWER)
    page = bela.get("/staff/account")
    app = set_up(bela)
    later(seconds=31)
    codes = codes_on(bela.press(bela.get("/staff/account"), "Make new ones"))
    staff.press(staff.get("/staff/accounts/2"), "Start this account over")
    assert bela.raw("/staff/").location == "/staff/sign-in"
    assert sign_in(site.visitor(), BELA, **with_code(app)).status == 422
    assert sign_in(site.visitor(), BELA, password=PASSWORD, code=codes[0]).status == 422
    person, page = _accept(site, invitation(site))
    assert page.heading == "Set up your account"
    set_up(person, "another four plain words")


@pytest.mark.parametrize("button", ["Save", "Disable", "Start this account over"])
def test_the_last_administrator_stays_one(site, staff, button):
    set_up(staff)
    by_link(site, BELA, Role.ADMINISTRATOR)  # invited, but has no password or app: nobody who could help
    fields = {"role": "viewer"} if button == "Save" else {}
    page = staff.press(staff.get("/staff/accounts/1"), button, **fields)
    assert page.status == 409 and "last administrator" in page.text
    assert staff.get("/staff/accounts").status == 200
    assert site.rows(select(Account.role, Account.disabled_at).where(Account.id == 1)) == [("administrator", None)]


def test_with_another_administrator_one_may_step_down(site, staff):
    set_up(staff)
    set_up(by_link(site, BELA))
    page = staff.press(staff.get("/staff/accounts/1"), "Save", role="viewer")
    assert page.heading == "Today" and staff.get("/staff/accounts").status == 403


def _demote(site, account_id, start):
    with site.inside():
        start.wait(30)
        with suppress(Refused), db.writing():
            accounts.change_role(account_id, Role.VIEWER, None, clock.now())


def _left_when_each_removes_the_other(site):
    """How many administrators are left when two demote each other at the same moment."""
    for email in (EMAIL, BELA):
        with site.inside(), db.writing():
            account_id = service.add(email, email, clock.now())
            accounts.change_role(account_id, Role.ADMINISTRATOR, None, clock.now())
    start = threading.Barrier(2)
    threads = [threading.Thread(target=_demote, args=(site, number, start)) for number in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return len(site.rows(select(Account.id).where(Account.role == Role.ADMINISTRATOR)))


def test_two_administrators_who_remove_each_other_at_once_leave_one(site):
    assert [_left_when_each_removes_the_other(site) for _ in range(20)] == [1] * 20


def test_without_the_guard_nobody_would_be_left(make_site, noon):
    site = make_site(switches=Switches(keep_an_administrator=False))
    assert 0 in [_left_when_each_removes_the_other(site) for _ in range(20)]


def test_invitations_are_forgotten_after_a_month(site, staff, later):
    _invite(site, staff)
    later(days=31)
    site.work()
    assert site.rows(select(Invitation.id)) == []


def test_an_administrator_signs_a_colleague_out(site, staff):
    bela = by_link(site, BELA, Role.VIEWER)
    staff.press(staff.get("/staff/accounts/2"), "Sign out everywhere")
    assert bela.raw("/staff/").location == "/staff/sign-in"
    staff.press(staff.get("/staff/accounts/1"), "Sign out everywhere else")
    assert staff.raw("/staff/").status_code == 200
    assert len(site.rows(select(StaffSession.id).where(StaffSession.ended_at.is_(None)))) == 1


class OverHttps(FlaskClient):
    """A browser that asks by https, as the proxy passes it on."""

    def open(self, *args, **kwargs):
        kwargs.setdefault("base_url", "https://localhost")
        sent = {"X-Forwarded-Proto": "https", "Referer": "https://localhost/staff/"}
        kwargs["headers"] = {**sent, **(kwargs.get("headers") or {})}
        return super().open(*args, **kwargs)


@pytest.fixture
def real(make_site, noon, tmp_path: Path):
    """A real site, behind its proxy."""
    content = tmp_path / "content"
    shutil.copytree(ROOT / "content", content)
    settings = content / "campaign.toml"
    text = settings.read_text("utf-8").replace('postal_address = ""', 'postal_address = "1 Sample Street"')
    settings.write_text(text, "utf-8")
    site = make_site(mode="production", base_url="https://localhost", trusted_proxies=1, content_dir=content)

    site.app.test_client_class = OverHttps
    return site


def test_on_a_real_site_an_account_that_is_not_set_up_reaches_nothing_else(real):
    person = by_link(real)
    for path in ("/staff/", "/staff/accounts", "/staff/signatures.csv", "/staff/letters", "/staff/account/app"):
        assert person.raw(path).location == "/staff/account", path
    page = person.get("/staff/account")
    assert page.heading == "Set up your account" and "Pledges" not in page.one("header").to_text()
    set_up(person)
    assert person.get("/staff/").heading == "Today"


def test_in_a_demonstration_one_may_look_around_at_once(staff):
    assert staff.get("/staff/accounts").status == 200

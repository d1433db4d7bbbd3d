"""`campaign staff`: accounts from the machine itself, for the first administrator and for one who lost everything."""

import re

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from campaign.staff.commands import staff as commands
from campaign.staff.models import Account, KnownDevice, RecoveryCode
from tests.staff.acts import PASSWORD, by_link, codes_on, set_up, sign_in, with_code

pytestmark = pytest.mark.plain_sql


def _run(site, *words, fails=False):
    result = CliRunner().invoke(commands, list(words), obj=lambda: site.app)
    assert result.exit_code == (1 if fails else 0), result.output
    return result.output


def _enter(site, said):
    path = re.search(r"http://localhost(/staff/link/\S+)", said)
    assert path, said
    person = site.visitor()
    return person, person.press(person.get(path[1]), "Sign in")


def _roles(site):
    return dict(map(tuple, site.rows(select(Account.email, Account.role))))


def test_a_link_makes_an_administrator_unless_told_otherwise(site):
    assert _enter(site, _run(site, "link", "Anna@example.org"))[1].heading == "Today"
    _run(site, "link", "bela@example.org", "--role", "viewer")
    assert _roles(site) == {"anna@example.org": "administrator", "bela@example.org": "viewer"}


def test_a_link_made_on_the_machine_signs_in_once(site):
    said = _run(site, "link", "anna@example.org")
    assert _enter(site, said)[1].heading == "Today" and _enter(site, said)[1].status == 410


def test_a_link_keeps_the_role_of_an_account_unless_one_is_named(site):
    _run(site, "link", "bela@example.org", "--role", "viewer")
    _run(site, "link", "bela@example.org")
    assert _roles(site) == {"bela@example.org": "viewer"}
    _run(site, "link", "bela@example.org", "--role", "administrator")
    assert _roles(site) == {"bela@example.org": "administrator"}


def test_the_last_administrator_keeps_the_role_here_too(site):
    _run(site, "link", "anna@example.org")
    said = _run(site, "link", "anna@example.org", "--role", "viewer", fails=True)
    assert "last administrator" in said and _roles(site) == {"anna@example.org": "administrator"}


def test_reset_rescues_an_administrator_who_lost_everything(site, later):
    lost = by_link(site)
    app = set_up(lost)
    codes = codes_on(lost.press(lost.get("/staff/account"), "Make new ones"))
    said = _run(site, "reset", "staff@example.org")
    assert lost.raw("/staff/").location == "/staff/sign-in"
    later(seconds=31)
    assert sign_in(site.visitor(), **with_code(app)).status == 422
    assert sign_in(site.visitor(), password=PASSWORD, code=codes[0]).status == 422
    assert site.rows(select(RecoveryCode.id)) == site.rows(select(KnownDevice.id)) == []
    person, page = _enter(site, said)
    assert page.heading == "Today" and person.get("/staff/accounts").status == 200
    app = set_up(person)
    later(seconds=31)
    assert sign_in(site.visitor(), **with_code(app)).heading == "Today"


def test_reset_shuts_an_account_out_and_lets_it_in_again(site):
    person = by_link(site)
    assert "cannot sign in any more" in _run(site, "reset", "staff@example.org", "--disable")
    assert person.raw("/staff/").location == "/staff/sign-in"
    assert "is disabled" in _run(site, "link", "staff@example.org", fails=True)
    assert _enter(site, _run(site, "reset", "staff@example.org"))[1].heading == "Today"


@pytest.mark.parametrize("words", [(), ("--disable",)])
def test_reset_of_nobody_says_so_and_makes_no_account(site, words):
    said = _run(site, "reset", "nobody@example.org", *words, fails=True)
    assert "There is no account for nobody@example.org" in said and _roles(site) == {}

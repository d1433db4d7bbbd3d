"""Administrators say of which organisation somebody with the role partner is; nobody else is of one."""

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from campaign.partners.models import PartnerState
from campaign.staff.commands import staff as commands
from campaign.staff.models import Account
from tests.partner_door.acts import of, partner, put
from tests.staff.acts import invitation, set_up

pytestmark = pytest.mark.plain_sql

BELA = "bela@example.org"


@pytest.fixture
def both(site):
    """Two partners that are active, and one that is paused."""
    partner(site), partner(site, "Sample Partner 2"), partner(site, "Sample Partner 3", PartnerState.PAUSED)


def _belongs(site, email=BELA):
    return [tuple(row) for row in site.rows(select(Account.role, Account.partner_id).where(Account.email == email))]


def _invite(staff, **fields):
    page = staff.get("/staff/accounts/new")
    return staff.press(page, "Send the invitation", email=BELA, name="Bela Sample", **fields)


def _offered(page):
    return [" ".join(one.to_text().split()) for one in page.all("#partner_id option")][1:]


def test_somebody_is_invited_for_an_organisation_and_comes_in_there(site, staff, both):
    assert _offered(staff.get("/staff/accounts/new")) == ["Sample Partner 1", "Sample Partner 2"]
    assert _invite(staff, role="partner", partner_id="2").heading == "Bela Sample"
    assert "partner, Sample Partner 2" in staff.get("/staff/accounts").text
    bela = site.visitor()
    bela.press(bela.get(invitation(site)), "Set up my account")
    set_up(bela)
    assert bela.get("/partner/").heading == "Sample Partner 2"


@pytest.mark.parametrize(
    ("role", "partner_id", "sentence"),
    [
        ("partner", "", "Choose the organization"),
        ("viewer", "1", "Only somebody with the role partner"),
        ("administrator", "2", "Only somebody with the role partner"),
        ("partner", "3", "Not a valid choice"),
        ("partner", "9", "Not a valid choice"),
        ("partner", "x", "could not coerce"),
    ],
)
def test_role_and_organisation_go_together_or_nobody_is_invited(site, staff, both, role, partner_id, sentence):
    page = _invite(staff, role=role, partner_id=partner_id)
    assert page.status == 422 and sentence in page.text and _belongs(site) == []
    of(site, 1, BELA)
    page = staff.press(staff.get("/staff/accounts/2"), "Save", role=role, partner_id=partner_id)
    assert page.status == 422 and sentence in page.text and _belongs(site) == [("partner", 1)]


def test_another_organisation_ends_what_the_first_had_opened(site, staff, both):
    bela = of(site, 1, BELA)
    page = staff.press(staff.get("/staff/accounts/2"), "Save", role="partner", partner_id="2")
    assert page.status == 200 and _belongs(site) == [("partner", 2)]
    assert bela.raw("/partner/").location == "/staff/sign-in"
    assert of(site, None, BELA).get("/partner/").heading == "Sample Partner 2"


def test_saving_what_was_there_ends_nothing_even_while_the_partner_is_paused(site, staff, both):
    bela = of(site, 1, BELA)
    put(site, 1, PartnerState.PAUSED)
    page = staff.get("/staff/accounts/2")
    assert _offered(page) == ["Sample Partner 1", "Sample Partner 2"]
    assert staff.press(page, "Save", role="partner", partner_id="1").status == 200
    assert bela.get("/staff/account").status == 200


def test_who_gets_another_role_leaves_the_organisation(site, staff, both):
    of(site, 1, BELA)
    staff.press(staff.get("/staff/accounts/2"), "Save", role="viewer", partner_id="")
    assert _belongs(site) == [("viewer", None)]


def test_an_account_from_before_stands_in_the_list_without_an_organisation_and_is_given_one(site, staff, both):
    of(site, None, BELA)
    assert "partner, of no organization yet" in staff.get("/staff/accounts").text
    staff.press(staff.get("/staff/accounts/2"), "Save", role="partner", partner_id="1")
    assert of(site, None, BELA).get("/partner/").heading == "Sample Partner 1"


def test_two_who_move_one_account_at_once_see_each_others_organisation(site, staff, both):
    of(site, 1, BELA)
    page = staff.get("/staff/accounts/2")
    staff.press(page, "Save", role="partner", partner_id="2")
    page = staff.press(page, "Save", role="viewer", partner_id="")
    assert page.status == 409 and "Sample Partner 2" in page.one(".meanwhile").to_text()
    assert _belongs(site) == [("partner", 2)]


def _run(site, *words, fails=False):
    result = CliRunner().invoke(commands, list(words), obj=lambda: site.app)
    assert result.exit_code == (1 if fails else 0), result.output
    return result.output


def test_the_machine_makes_an_account_of_a_partner_by_its_name(site, both):
    said = _run(site, "link", BELA, "--partner", "sample partner 2")
    assert "/staff/link/" in said and _belongs(site) == [("partner", 2)]
    _run(site, "link", BELA)
    _run(site, "link", BELA, "--role", "partner")
    assert _belongs(site) == [("partner", 2)]
    _run(site, "link", BELA, "--role", "viewer")
    assert _belongs(site) == [("viewer", None)]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--role", "partner"], "--partner and its name"),
        (["--partner", "Nobody"], "There is no partner 'Nobody'"),
        (["--partner", "Sample Partner 3"], "Only an organization that is active"),
        (["--partner", "Sample Partner 1", "--role", "viewer"], "Only somebody with the role partner"),
    ],
)
def test_the_machine_says_why_it_makes_none(site, both, words, sentence):
    assert sentence in _run(site, "link", BELA, *words, fails=True) and _belongs(site) == []

"""People of a partner see each other, invite colleagues of the same organisation, and shut out who has left."""

import pytest
from sqlalchemy import select

from campaign.staff import accounts
from campaign.staff.audit import AuditRow
from campaign.staff.models import Account
from tests.partner_door.acts import of, partner
from tests.pledges.acts import text_of
from tests.staff.acts import invitation, set_up

pytestmark = pytest.mark.plain_sql

BELA = "bela@example.org"


@pytest.fixture
def two(site):
    """One person of each of two partners."""
    mine, theirs = partner(site), partner(site, "Sample Partner 2")
    return of(site, mine), of(site, theirs, "partner2@example.org")


def _invite(person, email=BELA, name="Bela Sample"):
    return person.press(person.get("/partner/people/new"), "Send the invitation", email=email, name=name)


def _rows(page):
    return [
        [" ".join(part.to_text().split()) for part in row.query("strong, bdi, .state")] for row in page.all(".rows li")
    ]


def test_a_colleague_is_invited_sets_up_the_account_and_sees_the_same_organisation(site, two):
    page = _invite(two[0])
    assert _rows(page) == [
        ["Bela Sample", BELA, "not set up"],
        ["Partner1 (you)", "partner1@example.org", "not set up"],
    ]
    letter = site.letter()
    assert "an account for the people of Sample Partner 1 has been made for you" in text_of(letter)
    site.seen.clear()
    bela = site.visitor()
    bela.press(bela.get(invitation(site)), "Set up my account")
    set_up(bela)
    assert bela.get("/partner/").heading == "Sample Partner 1"
    assert len(_rows(two[1].get("/partner/people"))) == 1
    assert site.rows(select(Account.role, Account.partner_id).where(Account.email == BELA)) == [("partner", 1)]


def test_an_address_that_has_an_account_is_refused_and_nobody_elses_is_described(two):
    _invite(two[0])
    page = _invite(two[0])
    assert page.status == 422 and "Look for it in the list" in page.text
    for email in (BELA, "partner1@example.org"):
        page = _invite(two[1], email)
        assert page.status == 422 and "Nobody can be invited with this address" in page.text
        assert "Sample Partner 1" not in page.text


def test_a_wrong_form_loses_nothing(two):
    page = _invite(two[0], "no address")
    assert page.status == 422 and page.one("input[name=name]").attrs["value"] == "Bela Sample"
    assert _invite(two[0], name=" ").status == 422


def test_a_colleague_who_has_left_is_out_at_once_and_it_is_written_down(site, two):
    bela = of(site, 1, BELA)
    page = two[0].press(two[0].get("/partner/people"), "Disable")
    assert ["Bela", BELA, "disabled"] in _rows(page)
    assert bela.raw("/partner/").location == "/staff/sign-in"
    found = select(AuditRow.act, AuditRow.kind).order_by(AuditRow.number.desc()).limit(1)
    assert site.rows(found) == [("account.disabled", "account")]


def test_an_invitation_is_sent_again_and_replaces_the_one_before(site, two):
    _invite(two[0])
    first = invitation(site)
    two[0].press(two[0].get("/partner/people"), "Invite again")
    second, person = invitation(site), site.visitor()
    assert person.press(person.get(first), "Set up my account").status == 410
    assert person.press(person.get(second), "Set up my account").heading == "Set up your account"


def test_nobody_shuts_themselves_out(site, two):
    token = two[0].get("/partner/people").all("input[name=csrf_token]")[0].attrs["value"]
    page = two[0].post("/partner/people/1/disable", {"csrf_token": token})
    assert page.status == 409 and "cannot shut yourself out" in page.text
    assert two[0].get("/partner/people").status == 200


def test_a_borrowed_screen_is_not_enough(site, two, later):
    _invite(two[0])
    page = two[0].get("/partner/people")
    later(minutes=11)
    assert two[0].raw("/partner/people/new").location == "/staff/prove?to=/partner/people/new"
    for button in ("Invite again", "Disable"):
        assert two[0].press(page, button).heading == "Is it still you?"
    assert site.rows(select(Account.disabled_at).where(Account.email == BELA)) == [(None,)]


def test_nobody_sends_letters_to_any_number_of_strangers(site, two):
    room = accounts.MOST_INVITED - 1  # whoever asks has not set up an account here, either
    assert {_invite(two[0], f"stranger{number}@example.org").status for number in range(room)} == {200}
    page = _invite(two[0], "stranger@example.org")
    assert page.status == 409 and "have not set up their accounts" in page.text
    assert len(site.letters()) == room
    assert _invite(two[1], "colleague@example.org").status == 200

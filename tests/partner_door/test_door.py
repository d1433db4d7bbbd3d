"""The partner door opens to people of an active partner, says why when it does not, and is guarded like the other."""

import pytest
from sqlalchemy import update

from campaign import db
from campaign.partners.models import PartnerState
from campaign.staff import organisations
from campaign.staff.models import Account
from campaign.staff.roles import Role
from tests.partner_door.acts import of, partner, put
from tests.staff.acts import by_link, link, set_up, sign_in, with_code

pytestmark = pytest.mark.plain_sql

SHUT = {
    PartnerState.NAMED: "has not joined the coalition yet",
    PartnerState.PAUSED: "open again when it resumes",
    PartnerState.RETIRED: "no longer part of the coalition",
    PartnerState.LEFT: "no longer part of the coalition",
}


def test_somebody_of_a_partner_lands_at_its_home_and_sees_its_name(site):
    person = of(site, partner(site))
    assert person.raw("/staff/").location == "/partner/"
    page = person.get("/partner/")
    assert page.heading == "Sample Partner 1" and "People" in page.one("header").to_text()
    assert "Sample Partner 1" in person.get("/staff/account").text


def test_every_state_of_a_partner_is_decided():
    assert {PartnerState.ACTIVE, *SHUT} == set(PartnerState)


@pytest.mark.parametrize("state", SHUT)
def test_people_of_a_partner_that_is_not_active_reach_their_own_account_and_read_why(site, state):
    person = of(site, partner_id := partner(site))
    put(site, partner_id, state)
    for path in ("/partner/", "/partner/codes", "/partner/people", "/partner/data.json"):
        page = person.get(path)
        assert (page.status, page.heading) == (403, "This door is closed") and SHUT[state] in page.text, path
    assert person.raw("/staff/").location == "/staff/account"
    page = person.get("/staff/account")
    assert SHUT[state] in page.text and "People" not in page.one("header").to_text()
    put(site, partner_id, PartnerState.ACTIVE)
    assert person.get("/partner/").status == 200


def test_an_account_without_an_organisation_reaches_only_itself_and_reads_why(site):
    person = of(site, None)
    assert person.raw("/staff/").location == "/staff/account"
    for path in ("/staff/account", "/partner/"):
        assert "belongs to no organization yet" in person.get(path).text
    assert person.get("/partner/").status == 403 and person.get("/staff/codes").status == 403


def test_where_nobody_answers_for_partners_nobody_comes_in(site):
    person = of(site, partner(site))
    answering = dict(organisations.asked.receivers)
    organisations.asked.receivers.clear()
    try:
        assert person.get("/partner/").status == 403
    finally:
        organisations.asked.receivers.update(answering)
    assert person.get("/partner/").status == 200


@pytest.mark.parametrize("role", [role for role in Role if role != Role.PARTNER])
def test_the_campaigns_own_people_have_no_business_there(site, role):
    partner(site)
    page = by_link(site, f"{role}@example.org", role).get("/partner/")
    assert page.status == 403 and "This is for partners" in page.text


def test_an_organisation_without_the_role_opens_nothing(site):
    """The records should never hold this; where they do, the role decides."""
    person = by_link(site, "viewer@example.org", Role.VIEWER)
    partner_id = partner(site)
    with site.inside(), db.writing() as session:
        session.execute(update(Account).values(partner_id=partner_id))
    assert person.get("/partner/").status == 403


def test_a_cookie_from_before_the_sign_in_opens_no_partner_door(site):
    partner_id, victim, attacker = partner(site), site.visitor(), site.visitor()
    of(site, partner_id)
    for one in (victim, attacker):
        one.client.set_cookie("staff", "planted")
    victim.press(victim.get(link(site, "partner1@example.org")), "Sign in")
    assert victim.raw("/partner/").status_code == 200
    assert attacker.raw("/partner/").location == "/staff/sign-in"


@pytest.mark.parametrize("idle", [{"minutes": 31}, {"hours": 13}])
def test_a_session_that_is_over_opens_it_no_more(site, later, idle):
    person = of(site, partner(site))
    later(**idle)
    assert person.raw("/partner/").location == "/staff/sign-in"


@pytest.mark.parametrize("button", ["Sign out everywhere", "Disable", "Save"])
def test_what_an_administrator_ends_is_ended_at_the_next_request(site, staff, button):
    """`Save` gives the account another organisation, whose records it must not see from an open page."""
    person = of(site, partner(site))
    partner(site, "Sample Partner 2")
    fields = {"role": "partner", "partner_id": "2"} if button == "Save" else {}
    staff.press(staff.get("/staff/accounts/2"), button, **fields)
    assert person.raw("/partner/").location == "/staff/sign-in"


def test_signing_out_there_ends_the_session(site):
    person = of(site, partner(site))
    person.press(person.get("/partner/"), "Sign out")
    assert person.raw("/partner/").location == "/staff/sign-in"


def test_with_password_and_code_one_lands_there_and_proves_oneself_there(site, later):
    person = of(site, partner(site))
    app = set_up(person)
    later(minutes=11)
    other = site.visitor()
    assert sign_in(other, "partner1@example.org", **with_code(app)).heading == "Sample Partner 1"
    later(minutes=11)
    asked = other.raw("/partner/data.json")
    assert asked.location == "/staff/prove?to=/partner/data.json"
    page = other.get(asked.location)
    answer = other.raw("/staff/prove", method="POST", data={**page.form("Go on")["fields"], **with_code(app)})
    assert answer.location == "/partner/data.json"
    assert other.raw("/partner/data.json").get_json()["name"] == "Sample Partner 1"


def test_a_deed_that_had_to_wait_for_the_proof_is_done_after_it(site, later):
    partner_id = partner(site)
    person = of(site, partner_id)
    app = set_up(person)
    of(site, partner_id, "bela@example.org")
    page = person.get("/partner/people")
    later(minutes=11)
    asked = person.press(page, "Disable")
    assert asked.status == 403 and "is kept" in asked.text
    page = person.press(person.press(asked, "Go on", **with_code(app)), "Go on")
    assert page.heading == "People" and "disabled" in page.text

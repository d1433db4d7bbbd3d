"""How a partnership goes on and ends: what is open is said before, and done; codes lead on; data can be taken along."""

import json

import pytest
from sqlalchemy import select

from campaign import clock, db
from campaign.links import service as links
from campaign.partners import rules, service
from campaign.partners.models import Partner, PartnerState
from campaign.staff import accounts
from campaign.staff.audit import AuditRow
from campaign.staff.models import Account
from campaign.staff.roles import Role
from tests.house.everything import on_sqlite
from tests.partners.acts import announced, partner, say, write
from tests.staff.acts import by_link

pytestmark = pytest.mark.plain_sql


def _state(site, id):
    [(state,)] = site.rows(select(Partner.state).where(Partner.id == id))
    return state


def _with_work(site, staff):
    """A partner that shows its page, with a code that hangs somewhere and somebody who signs in for it."""
    id = partner(site)
    write(staff, id)
    for what in ("page", "contact"):
        say(staff, id, what)
    with site.inside(), db.writing():
        accounts.invite("kim@example.org", "Kim", Role.PARTNER, clock.now(), id)
        return id, links.get(links.make("/pledges/freedom", "en", "Temple", clock.now(), id)).code


def _acts(site):
    return [row[0] for row in site.rows(select(AuditRow.act).order_by(AuditRow.number))]


def test_pausing_hides_the_page_and_keeps_everything(site, visitor, staff):
    id, code = _with_work(site, staff)
    page = staff.press(staff.get(f"/staff/partners/{id}"), "Pause it")
    assert "State: paused" in page.text and visitor.get("/coalition/sample-partner-1").status == 404
    assert visitor.raw(f"/q/{code}").status_code == 302
    assert [row[0] for row in site.rows(select(Account.disabled_at).where(Account.partner_id == id))] == [None]
    staff.press(page, "Let it go on")
    assert visitor.get("/coalition/sample-partner-1").status == 200
    assert _acts(site)[-2:] == ["partner.paused", "partner.resumed"]


@pytest.mark.parametrize(
    ("button", "state", "act"),
    [("Retire it: our wish", "retired", "partner.retired"), ("Let it leave: its own wish", "left", "partner.left")],
)
def test_a_partner_with_open_work_ends_as_the_page_has_said(site, visitor, staff, button, state, act):
    id, code = _with_work(site, staff)
    heard = []
    service.ended.connect(tell := lambda sender, now: heard.append((sender, now)))
    page = staff.get(staff.get(f"/staff/partners/{id}").link("Retire it, or let it leave…"))
    for line in (
        "1 account of its people: shut out at once.",
        "It agreed to show this: page, contact. Taken back for it, and gone from the site at once.",
        "Texts in 1 language: kept, not shown.",
        "1 code in use: it leads on, without its name.",
    ):
        assert line in page.text
    assert _state(site, id) == "active", "reading it does nothing"
    page = staff.press(page, button)
    service.ended.disconnect(tell)
    assert f"State: {state}" in page.text and _acts(site)[-1] == act and heard == [(id, clock.now())]
    assert site.rows(select(Account.disabled_at).where(Account.partner_id == id))[0][0] == clock.now()
    answer = visitor.raw(f"/q/{code}")
    assert answer.status_code == 302 and "/pledges/freedom" in answer.location
    assert visitor.get("/coalition/sample-partner-1").status == 404
    assert "Sample Partner 1" not in visitor.get("/pledges/freedom").text + visitor.get("/coalition").text


def test_what_features_above_have_open_is_on_the_page(site, staff):
    id = partner(site)
    service.open_work.connect(told := lambda sender: [f"3 sample things of partner {sender}: kept."])
    page = staff.get(f"/staff/partners/{id}/end")
    service.open_work.disconnect(told)
    assert "3 sample things of partner 1: kept." in page.text
    assert "Nothing is open." in staff.get(f"/staff/partners/{id}/end").text


def test_a_partner_that_joins_again_is_asked_anew(site, visitor, staff):
    id, _ = _with_work(site, staff)
    staff.press(staff.get(f"/staff/partners/{id}/end"), "Retire it")
    page = staff.press(staff.get(f"/staff/partners/{id}"), "Let it join again")
    assert "State: active" in page.text and "not agreed" in page.text
    assert visitor.get("/coalition/sample-partner-1").status == 404, "its yes ended with it"
    assert site.rows(select(Account.disabled_at).where(Account.partner_id == id))[0][0] is not None
    say(staff, id, "page")
    assert visitor.get("/coalition/sample-partner-1").status == 200


def test_the_name_of_an_announced_partner_that_has_ended_leaves_the_lists(site, visitor, staff):
    announced(site)
    [(id,)] = site.rows(select(Partner.id).where(Partner.name == "KIWA"))
    staff.press(staff.get(f"/staff/partners/{id}/end"), "Retire it")
    for path in ("/", "/coalition"):
        page = visitor.get(path)
        assert "KIWA" not in page.html and len(page.all("ul.partners li")) == 10
    assert announced(site) == 0, "the next start does not name it again"


def test_a_button_from_an_older_page_is_refused(site, staff):
    id = partner(site)
    first, second = staff.get(f"/staff/partners/{id}"), staff.get(f"/staff/partners/{id}/end")
    staff.press(first, "Pause it")
    page = staff.press(second, "Retire it")
    assert page.status == 409 and "Somebody else changed this" in page.text and _state(site, id) == "paused"


@on_sqlite
@pytest.mark.parametrize(
    ("state", "deed", "sentence"),
    [
        ("paused", "pause", "Sample Partner 1 is paused, so it cannot become paused now."),
        ("active", "join-again", "Sample Partner 1 is active, so it cannot become active now."),
        ("retired", "pause", "Sample Partner 1 is retired, so it cannot become paused now."),
        ("retired", "leave", "Sample Partner 1 is retired, so it cannot become left now."),
        ("named", "leave", "Sample Partner 1 is named, so it cannot become left now."),
        ("named", "pause", "Sample Partner 1 is named, so it cannot become paused now."),
    ],
)
def test_what_does_not_follow_is_refused_with_a_sentence(site, staff, state, deed, sentence):
    id = partner(site, state=PartnerState(state))
    token = staff.get("/staff/partners/new").form("Add this partner")["fields"]["csrf_token"]
    page = staff.post(f"/staff/partners/{id}/{deed}", {"csrf_token": token})
    assert page.status == 409 and sentence in page.text and _state(site, id) == state


@on_sqlite
def test_whoever_has_not_just_proved_themselves_ends_and_approves_nothing(site, staff, later):
    id = partner(site)
    page = staff.get(f"/staff/partners/{id}/end")
    later(minutes=11)
    assert staff.press(page, "Retire it").status == 403 and _state(site, id) == "active"
    assert staff.raw(f"/staff/partners/{id}/data.json").status_code == 303
    assert staff.press(staff.get(f"/staff/partners/{id}"), "Pause it").status == 200, "pausing can be undone at once"


def test_a_partner_takes_out_all_that_is_kept_about_it(site, staff):
    id, code = _with_work(site, staff)
    answer = staff.raw(f"/staff/partners/{id}/data.json")
    known = json.loads(answer.get_data(as_text=True))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="sample-partner-1-2027-01-11.json"'
    assert known["name"] == "Sample Partner 1" and known["state"] == "active"
    assert known["texts"]["en"]["contact"] == "office@partner.example"
    assert [(one["what"], one["given"]) for one in known["agreements"]] == [("page", True), ("contact", True)]
    assert [(one["code"], one["visits"]) for one in known["codes"]] == [(code, 0)]
    assert known["codes"][0]["signatures_confirmed"] == "fewer than 10" and known["logo"] is None
    assert "kim@example.org" not in answer.get_data(as_text=True), "accounts belong to those who use them"
    assert _acts(site)[-1] == "partner.taken-out"
    with site.inside(), db.reading():
        assert {name: known[name] for name in known if name != "made_at"} == service.everything(id)


@on_sqlite
def test_the_trail_leads_back_to_the_partner_and_stands_whatever_record_is_asked_for(site, staff):
    id = partner(site)
    say(staff, id, "page")
    page = staff.get(staff.get(f"/staff/partners/{id}").link("What happened to it"))
    assert page.link("Open partner 1") == "/staff/partners/1"
    for record in ("", "&record=", "&record=abc", "&record=9999999999999999999999"):
        assert staff.get(f"/staff/audit?kind=partner{record}").status == 200


def test_the_data_of_another_partner_is_not_in_it(site, staff):
    id, _ = _with_work(site, staff)
    other = partner(site, "Sample Partner 2")
    known = json.loads(staff.raw(f"/staff/partners/{other}/data.json").get_data(as_text=True))
    assert known["codes"] == [] and known["texts"] == {} and known["agreements"] == [] and id != other


@on_sqlite
def test_the_list_shows_each_partner_under_its_state(site):
    for number, state in enumerate(PartnerState):
        partner(site, f"Sample Partner {number}", state)
    viewer = by_link(site, "viewer@example.org", role=Role.VIEWER)
    page = viewer.get("/staff/partners")
    assert [one.to_text() for one in page.all("main h2")] == [state.value.capitalize() for state in PartnerState]
    assert "Sample Partner 3" in page.text and not page.all("main form")
    assert not viewer.get("/staff/partners/3").all("main form")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("KIWA", "kiwa", True),
        ("CHIRLA", "Coalition for Humane Immigrant Rights of Los Angeles (CHIRLA)", True),
        ("Para los Niños", "Para los Niños (PLN)", True),
        ("Lideres Campesina", "Lideres Campesinas", True),
        ("The KIWA Workers’ Center", "KIWA", True),
        ("Sample Alliance", "KIWA", False),
        ("CRLA", "Coalition for Humane Immigrant Rights of Los Angeles (CHIRLA)", False),
        ("", "KIWA", False),
        ("()", "( )", False),
    ],
)
def test_which_names_may_mean_one_organization(one, other, same):
    assert rules.alike(one, other) is rules.alike(other, one) is same

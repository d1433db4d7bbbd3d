"""Who may do what, every role at every door: route × method × role, own and foreign records."""

from itertools import islice

import pytest
from sqlalchemy import select

from campaign import clock, db
from campaign.app import Switches
from campaign.staff import accounts, roles, service
from campaign.staff.models import Account, StaffSession
from campaign.staff.roles import Role
from tests.house.everything import DRILL, Choices, a_few, contents, on_sqlite, routes, token_of
from tests.house.test_access import ACCESS, EVERYBODY, NEED_AN_APP, behind, sign_in

pytestmark = on_sqlite
ALIKE = ("HEAD", "OPTIONS")  # the table asks for the method that they stand for, whoever asks


def _somebody(everything, role):
    return sign_in(everything, f"{role}@example.org", Role(role))


def _refused(everything, role):
    """Every route that this role must not use and could; every one that it must be let through to and is not."""
    person = _somebody(everything, role)
    token, before = token_of(person), contents(everything.site)
    for allowed, method, address, fields in behind(everything):
        if role in allowed:
            continue
        for sent in (method, *ALIKE) if method == "GET" and (DRILL or role == "viewer") else (method,):
            answer = person.raw(address, method=sent, data={**fields, "csrf_token": token} if sent == "POST" else None)
            home = address == "/staff/" and answer.location in ("/staff/account", "/partner/")
            if answer.status_code != 403 and not home:
                yield f"{role} was let through to {sent} {address}: {answer.status_code}"
    if contents(everything.site) != before:
        yield f"{role} changed something"


@pytest.mark.wider
@pytest.mark.parametrize("role", sorted(EVERYBODY))
def test_a_role_gets_no_further_than_its_rows(everything, role):
    assert list(_refused(everything, role)) == []


@pytest.mark.wider
@pytest.mark.parametrize("role", sorted(EVERYBODY))
def test_a_role_gets_as_far_as_its_rows(everything, role):
    """In the quick form each route is tried by one of those who may, in turn: the table is compared whole below."""
    person = _somebody(everything, role)
    token = token_of(person)
    for number, (allowed, method, address, fields) in enumerate(list(behind(everything))):
        if role not in a_few(sorted(allowed), number, 1):
            continue
        sent = {**fields, "csrf_token": token} if method == "POST" else None
        status = person.raw(address, method=method, data=sent).status_code
        fine = (200,) if method == "GET" else (200, 303, 404, 409, 422)
        assert status in ((303,) if address in NEED_AN_APP else fine), (method, address, status)
        if method == "POST" and not (token := token_of(person)):  # some acts end a session
            person = _somebody(everything, role)
            token = token_of(person)


def _told_apart(site):
    """The routes of which the site's own table says otherwise than the house's, with who may after either."""
    for method, address, rule in routes(site.app):
        stated = ACCESS[f"{method} {address}"]
        may = {role for role in Role if roles.may(role, rule.endpoint, method)}
        if isinstance(stated, set) and may != stated:
            yield method, address, may ^ stated


def test_the_sites_own_table_lets_in_whom_the_house_has_decided_on(site, monkeypatch):
    assert list(_told_apart(site)) == []
    monkeypatch.setitem(roles.ALLOWED, "pledges_staff.signatures", roles.LOOKERS)
    assert list(_told_apart(site)) == [("GET", "/staff/signatures", {"events", "viewer"})]


def test_without_the_table_a_viewer_would_get_everywhere(noon, make_site, fill_site):
    """The negative control."""
    everything = fill_site(make_site(switches=Switches(roles=False)))
    assert len(list(islice(_refused(everything, "viewer"), 21))) > 20


def test_every_page_behind_the_door_has_a_line_in_the_sites_own_table(site):
    missing = [
        f"{method} {rule.endpoint}"
        for method, address, rule in routes(site.app)
        if address.startswith(("/staff", "/partner")) and not roles.row_of(method, rule.endpoint, roles.ALLOWED)
    ]
    assert missing == [], "say in campaign/staff/roles.py who may"


def test_what_nobody_decided_about_is_for_administrators_alone(site):
    assert roles.allowed("GET", "new_staff.page") == {Role.ADMINISTRATOR}
    assert not roles.may("viewer", "new_staff.page") and not roles.may("made up", "account_staff.show")


def test_the_table_names_nothing_that_is_not_there(site):
    there = {rule.endpoint for rule in site.app.url_map.iter_rules()}
    there |= {endpoint.partition(".")[0] for endpoint in there}
    named = {row.removeprefix("GET ").removeprefix("POST ") for row in {*roles.ALLOWED, *roles.PROVED_ONLY}}
    assert named - there == set() and roles.TO_SET_UP - there == set()


def test_who_is_refused_is_told_who_may(everything):
    page = _somebody(everything, "viewer").get("/staff/signatures")
    assert page.status == 403
    assert "This is for administrators and communications, and your role is viewer." in page.text
    assert "is for administrators, and" in _somebody(everything, "events").get("/staff/accounts").text


@pytest.mark.wider
@pytest.mark.parametrize("role", sorted(EVERYBODY))
def test_a_page_shows_only_what_one_may_open_or_do(everything, role):
    """Every link of every page behind the door that this role sees leads on, and so does every form's address."""
    person, choices = _somebody(everything, role), Choices(everything.site.app)
    waiting, seen = ["/staff/account"], set()
    app = everything.site.app
    while waiting:
        path = waiting.pop()
        page = person.get(path)
        assert page.status == 200, path
        links = [a.attrs["href"] for a in page.all("a")]
        for form in page.all("form") if "/preview/" not in path else []:  # a public form, to be looked at
            target = form.attrs.get("action") or path
            method = form.attrs.get("method", "get").upper()
            endpoint = app.url_map.bind("localhost").match(target, method=method)[0]
            assert roles.may(role, endpoint, method), (path, target)
        for link in links:
            plain = link.partition("?")[0].partition("#")[0]
            if (
                plain.startswith(("/staff", "/partner"))
                and plain not in seen
                and not plain.endswith((".csv", ".eml", ".json", ".pdf", ".png", ".zip"))
            ):
                seen.add(plain)
                waiting += [plain] if choices.new(plain) else []
    assert ("/staff/accounts" in seen) == (role == "administrator")
    assert ("/staff/" in seen) == (role != "partner") and ("/partner/" in seen) == (role == "partner")


def _session_of(everything, email):
    theirs = select(StaffSession.id).join(Account, Account.id == StaffSession.account_id)
    return everything.site.rows(theirs.where(Account.email == email))[0][0]


@pytest.mark.parametrize("role", sorted(EVERYBODY))
def test_nobody_ends_a_colleagues_session_as_if_it_were_their_own(everything, role):
    person, foreign = _somebody(everything, role), _session_of(everything, "staff@example.org")
    path = f"/staff/account/sessions/{foreign}/end"
    assert person.raw(path, method="POST", data={"csrf_token": token_of(person)}).status_code == 404
    assert everything.staff.raw("/staff/").status_code == 200


def test_a_role_that_was_changed_is_asked_at_the_next_request(everything):
    person = _somebody(everything, "communications")
    assert person.raw("/staff/signatures").status_code == 200
    with everything.site.inside(), db.writing():
        account_id = service.add("communications@example.org", "", clock.now())
        accounts.change_role(account_id, Role.VIEWER, None, clock.now())
    assert person.raw("/staff/signatures").location == "/staff/sign-in"
    assert _somebody(everything, "communications").raw("/staff/signatures").status_code == 403

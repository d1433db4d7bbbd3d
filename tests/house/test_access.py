"""Who may use which route. A route without a row here fails, so that nobody forgets to decide."""

import re

import pytest

from campaign import clock, db
from campaign.staff import service
from tests.house.everything import Everything, contents, on_sqlite, routes

pytestmark = on_sqlite

PUBLIC = "public"  # everybody
TOKEN = "token"  # whoever holds the address: it was mailed to one person, or made on the machine itself
MACHINE = "machine"  # programs, which have no cookie either
DOOR = "door"  # everybody who knocks at the staff door
STAFF = "staff"  # who has signed in

ACCESS = {
    "GET /": PUBLIC,
    "GET /.well-known/security.txt": PUBLIC,
    "GET /about": PUBLIC,
    "GET /accessibility": PUBLIC,
    "GET /confirm/<path:token>": PUBLIC,
    'GET /confirm/<signed("sign"):signature_id>': TOKEN,
    'POST /confirm/<signed("sign"):signature_id>': TOKEN,
    'POST /confirm/<signed("sign"):signature_id>/not-me': TOKEN,
    "GET /contact": PUBLIC,
    "GET /healthz": MACHINE,
    "GET /help": PUBLIC,
    "GET /learn": PUBLIC,
    "GET /learn/<page>": PUBLIC,
    "GET /pledges": PUBLIC,
    "GET /pledges/<slug>": PUBLIC,
    "POST /pledges/<slug>": PUBLIC,
    "GET /pledges/<slug>/count": PUBLIC,
    "POST /pledges/<slug>/resend": PUBLIC,
    "GET /pledges/<slug>/thanks": PUBLIC,
    "GET /press": PUBLIC,
    "GET /press/kit.zip": PUBLIC,
    "GET /press/wordmark.svg": PUBLIC,
    "GET /privacy": PUBLIC,
    "GET /q/<typed>": PUBLIC,
    "GET /Q/<typed>": PUBLIC,
    "GET /robots.txt": PUBLIC,
    "GET /safety": PUBLIC,
    "GET /share.png": PUBLIC,
    "GET /sitemap.xml": PUBLIC,
    "GET /staff/": STAFF,
    "GET /staff/account": STAFF,
    "POST /staff/account": STAFF,
    "GET /staff/codes": STAFF,
    "GET /staff/codes/<int:id>": STAFF,
    "POST /staff/codes/<int:id>": STAFF,
    "POST /staff/codes/<int:id>/bring-back": STAFF,
    "GET /staff/codes/<int:id>/poster.pdf": STAFF,
    "GET /staff/codes/<int:id>/poster.png": STAFF,
    "POST /staff/codes/<int:id>/retire": STAFF,
    "GET /staff/codes/new": STAFF,
    "POST /staff/codes/new": STAFF,
    "GET /staff/letters": STAFF,
    "GET /staff/letters/<int:id>": STAFF,
    "GET /staff/letters/<int:id>.eml": STAFF,
    "POST /staff/letters/<int:id>/again": STAFF,
    "GET /staff/link/<key>": DOOR,
    "POST /staff/link/<key>": DOOR,
    "GET /staff/list": STAFF,
    "POST /staff/list/<int:id>/again": STAFF,
    "POST /staff/list/now": STAFF,
    "GET /staff/pledges": STAFF,
    "GET /staff/pledges/<int:id>": STAFF,
    "POST /staff/pledges/<int:id>": STAFF,
    "POST /staff/pledges/<int:id>/close": STAFF,
    "POST /staff/pledges/<int:id>/open": STAFF,
    "GET /staff/pledges/<int:id>/preview/<code>": STAFF,
    "GET /staff/pledges/<int:id>/words/<code>": STAFF,
    "POST /staff/pledges/<int:id>/words/<code>": STAFF,
    "GET /staff/pledges/new": STAFF,
    "POST /staff/pledges/new": STAFF,
    "GET /staff/sign-in": DOOR,
    "POST /staff/sign-in": DOOR,
    "POST /staff/sign-out": STAFF,
    "GET /staff/signatures": STAFF,
    "GET /staff/signatures.csv": STAFF,
    "POST /staff/signatures/<int:id>/pass": STAFF,
    "POST /staff/signatures/<int:id>/refuse": STAFF,
    "GET /staff/words": STAFF,
    "GET /static/<path:filename>": PUBLIC,
    "GET /style": PUBLIC,
    "GET /theme.css": PUBLIC,
    'GET /unsubscribe/<signed("leave"):supporter_id>': TOKEN,
    'POST /unsubscribe/<signed("leave"):supporter_id>': TOKEN,
    'GET /withdraw/<signed("withdraw"):signature_id>': TOKEN,
    'POST /withdraw/<signed("withdraw"):signature_id>': TOKEN,
    "GET /withdraw/<path:token>": PUBLIC,
}
STRANGERS = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Origin": "https://elsewhere.example"},
    {"Origin": "http://localhost:81"},
]
OUR_OWN = [{}, {"Origin": "null"}, {"Origin": "http://localhost"}, {"Sec-Fetch-Site": "same-origin"}]


def _stated(everything: Everything, *access: str, unsafe: bool = False):
    """Method, address and fields of every route with this access."""
    for method, address, rule in routes(everything.site.app):
        if ACCESS.get(f"{method} {address}") in access and not (unsafe and method == "GET"):
            yield method, everything.address(rule), everything.fields(rule)


def test_every_route_has_a_stated_access_and_no_row_is_left_over(site):
    assert {f"{method} {address}" for method, address, _ in routes(site.app)} == ACCESS.keys()


def test_a_route_without_a_row_is_noticed(make_site):
    app = make_site().app
    app.add_url_rule("/forgotten", "forgotten", lambda: "")
    assert {f"{method} {address}" for method, address, _ in routes(app)} - ACCESS.keys() == {"GET /forgotten"}


def test_without_a_session_every_staff_route_leads_to_the_door_and_changes_nothing(everything):
    before, stranger = contents(everything.site), everything.site.visitor()
    for method, address, fields in _stated(everything, STAFF):
        for sent in (method, "HEAD" if method == "GET" else method):
            answer = stranger.raw(address, method=sent, data=fields if sent == "POST" else None)
            assert (answer.status_code, answer.location) == (303, "/staff/sign-in"), (sent, address)
    assert contents(everything.site) == before


def test_with_a_made_up_cookie_every_staff_route_leads_to_the_door(everything):
    stranger = everything.site.visitor()
    stranger.client.set_cookie("staff", "made-up")
    for method, address, fields in _stated(everything, STAFF):
        answer = stranger.raw(address, method=method, data=fields if method == "POST" else None)
        assert (answer.status_code, answer.location) in [(303, "/staff/sign-in"), (400, None)], (
            method,
            address,
        )


def test_staff_may_look_at_every_staff_page(everything):
    for method, address, _ in _stated(everything, STAFF):
        if method == "GET":
            assert everything.staff.raw(address).status_code == 200, address


def _token(visitor):
    found = re.search(r'name="csrf_token" value="([^"]+)"', visitor.raw("/staff/").get_data(as_text=True))
    assert found
    return found[1]


def _sign_in(everything, email):
    with everything.site.inside(), db.writing():
        key = service.one_time_link(service.add(email, "Staff", clock.now()), clock.now())
    person = everything.site.visitor()
    person.press(person.get(f"/staff/link/{key}"), "Sign in")
    return person


def test_a_staff_form_without_the_right_token_is_refused_and_changes_nothing(everything):
    stale, foreign = _token(everything.staff), _token(_sign_in(everything, "other@example.org"))
    person = _sign_in(everything, "staff@example.org")
    before = contents(everything.site)
    for token in ("", "made-up", stale, foreign):
        for method, address, fields in _stated(everything, STAFF, DOOR, unsafe=True):
            sent = {**fields, "csrf_token": token} if token else fields
            assert person.raw(address, method=method, data=sent).status_code == 400, (token, address)
    assert contents(everything.site) == before


@pytest.mark.parametrize(
    "which", ["/open", "/close", "/letters/3/again", "/list/1/again", "/pass", "/refuse", "/retire"]
)
def test_the_same_form_with_the_right_token_is_taken(everything, which):
    before = contents(everything.site)
    for method, address, fields in _stated(everything, STAFF, unsafe=True):
        if address.endswith(which):
            sent = {**fields, "csrf_token": _token(everything.staff)}
            assert everything.staff.raw(address, method=method, data=sent).status_code == 303
    assert contents(everything.site) != before


def test_a_public_form_that_another_site_sends_is_refused_and_changes_nothing(everything):
    before, stranger = contents(everything.site), everything.site.visitor()
    for method, address, fields in _stated(everything, PUBLIC, TOKEN, unsafe=True):
        for headers in STRANGERS:
            answer = stranger.raw(address, method=method, data=fields, headers=headers)
            assert answer.status_code == 403, (address, headers)
    assert contents(everything.site) == before


def test_a_public_form_of_our_own_is_taken_also_when_a_privacy_tool_hides_where_it_comes_from(everything):
    for headers in OUR_OWN:
        for method, address, fields in _stated(everything, PUBLIC, TOKEN, unsafe=True):
            answer = everything.site.visitor().raw(address, method=method, data=fields, headers=headers)
            assert answer.status_code in (200, 303), (address, headers)


def test_an_address_below_the_staff_door_that_does_not_exist_says_only_that(everything):
    assert everything.site.visitor().get("/staff/nowhere").status == 404

"""What every answer carries, whatever its status: the rules for browsers, and no cookie where none belongs."""

import pytest

from campaign.web import DOORS
from tests.house.everything import a_few, on_sqlite, routes
from tests.visitor import Page

pytestmark = on_sqlite
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
# A newsletter inside a page of staff, as a mail program shows it.
LETTER = {
    "default-src": "'none'",
    "img-src": "'self'",
    "style-src": "'unsafe-inline'",
    "form-action": "'none'",
    "base-uri": "'none'",
    "frame-ancestors": "'self'",
    "sandbox": "",
}


# Pages with frames of ours in them.
FRAMING = ("/staff/newsletters/", "/staff/events/embed", "/partner/events/embed", "/staff/pledges/")
# What any other site may show in a page of its own: it sends nothing and runs the way out alone.
EMBEDDED = {**POLICY, "form-action": "'none'", "frame-ancestors": "*"}
del EMBEDDED["connect-src"]


def _check(answer):
    headers, said = answer.headers, answer.headers["Content-Security-Policy"]
    policy = dict(f"{part.strip()} ".split(" ", 1) for part in said.split(";"))
    policy = {name: value.strip() for name, value in policy.items()}
    path = answer.request.path
    if path.startswith("/staff/newsletters/") and "sandbox" in policy:
        assert policy == LETTER
    elif path.startswith("/embed/") and (answer.status_code in (200, 304) or "frame-ancestors *" in said):
        assert policy == EMBEDDED
    else:
        framing = {"frame-src": "'self'"} if path.startswith(FRAMING) and "frame-src" in policy else {}
        assert policy == POLICY | framing
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    shared = path.startswith("/newsletters/pictures/") and answer.mimetype.startswith("image/")
    assert headers["Cross-Origin-Resource-Policy"] == ("cross-origin" if shared else "same-origin")
    camera = "camera=(self)" if b"data-door" in answer.data else "camera=()"
    assert camera in headers["Permissions-Policy"]  # at the door of an event the page reads guests' codes


@pytest.fixture
def broken(make_site):
    """A site with a page that fails, as a visitor of a real one sees it."""
    site = make_site()

    def fail():
        raise ZeroDivisionError

    site.app.add_url_rule("/broken", "broken", fail)
    site.app.testing = False
    return site


ANSWERS = [
    (200, "GET", "/", {}),
    (200, "GET", "/es/help", {}),
    (200, "GET", "/theme.css", {}),
    (200, "GET", "/pledges/freedom", {}),
    (200, "GET", "/pledges/freedom/count", {}),
    (200, "GET", "/healthz", {}),
    (200, "GET", "/static/css/site.css", {}),
    (206, "GET", "/static/css/site.css", {"headers": {"Range": "bytes=0-9"}}),
    (200, "HEAD", "/help", {}),
    (200, "OPTIONS", "/help", {}),
    (422, "POST", "/pledges/freedom", {"data": {"website": "filled"}}),
    (303, "GET", "/staff/letters", {}),
    (308, "GET", "/staff", {}),
    (400, "GET", "/help", {"headers": {"Host": "elsewhere.example"}}),
    (400, "POST", "/staff/sign-in", {"data": {"email": "anna@example.org"}}),
    (403, "POST", "/pledges/freedom", {"headers": {"Sec-Fetch-Site": "cross-site"}}),
    (404, "GET", "/nowhere", {}),
    (404, "GET", "/static/nowhere.css", {}),
    (404, "GET", "/staff/nowhere", {}),
    (303, "GET", "/partner/", {}),
    (404, "GET", "/partner/nowhere", {}),
    (404, "GET", "/confirm/sign-1.cut", {}),
    (405, "POST", "/help", {}),
    (405, "DELETE", "/pledges/freedom", {}),
    (
        413,
        "POST",
        "/pledges/freedom",
        {"data": b"name=" + b"x" * 1_000_001, "content_type": "application/x-www-form-urlencoded"},
    ),
    (422, "POST", "/pledges/freedom", {"data": {"name": ""}}),
    (500, "GET", "/broken", {}),
]


@pytest.mark.parametrize(("status", "method", "path", "more"), ANSWERS, ids=lambda value: str(value)[:30])
def test_every_kind_of_answer_carries_the_rules_for_browsers(broken, status, method, path, more):
    answer = broken.visitor().raw(path, method=method, buffered=True, **more)
    assert answer.status_code == status
    _check(answer)


def test_every_page_carries_them_and_only_staff_pages_may_set_a_cookie(everything):
    for method, address, rule in routes(everything.site.app):
        if method == "GET":
            answer = everything.site.visitor().raw(everything.address(rule), buffered=True)
            _check(answer)
            assert not answer.headers.getlist("Set-Cookie") or address.startswith(DOORS), address


def test_a_public_form_sets_no_cookie_either(everything):
    for method, address, rule in routes(everything.site.app):
        if method == "POST" and not address.startswith(DOORS):
            answer = everything.site.visitor().raw(
                everything.address(rule), method="POST", data=everything.fields(rule)
            )
            assert not answer.headers.getlist("Set-Cookie"), address


@pytest.mark.wider
def test_a_staff_page_is_stored_nowhere_and_its_cookie_is_out_of_reach_for_scripts(everything):
    for number, (method, address, rule) in enumerate(routes(everything.site.app)):
        if address.startswith(DOORS):
            people, path = (everything.insider(address), everything.site.visitor()), everything.address(rule)
            for person in people if method == "GET" else a_few(people, number, 1):
                answer = person.raw(path, method=method)
                assert answer.headers["Cache-Control"] == "no-store", address
                for cookie in answer.headers.getlist("Set-Cookie"):
                    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie, cookie


def test_a_page_with_a_private_address_is_stored_nowhere(everything):
    for method, address, rule in routes(everything.site.app):
        if "signed(" in address:
            answer = everything.site.visitor().raw(everything.address(rule), method=method)
            assert answer.headers.get("Cache-Control") == "no-store" or answer.status_code == 303, address


def test_a_kept_page_answers_304_with_the_same_rules_and_without_a_cookie(site):
    client = site.app.test_client()
    first = client.get("/pledges")
    second = client.get("/pledges", headers={"If-None-Match": first.headers["ETag"]})
    assert second.status_code == 304 and second.get_data() == b""
    for answer in (first, second):
        _check(answer)
        assert not answer.headers.getlist("Set-Cookie")
        assert answer.headers["Cache-Control"] == "no-cache"


def test_static_files_are_kept_for_a_year_and_answer_304(site):
    client = site.app.test_client()
    first = client.get("/static/css/site.css", buffered=True)
    second = client.get("/static/css/site.css", buffered=True, headers={"If-None-Match": first.headers["ETag"]})
    assert second.status_code == 304
    _check(second)
    assert "max-age=31536000" in first.headers["Cache-Control"]


def test_a_site_on_https_says_so_and_binds_its_cookie_to_it(make_site):
    secure = make_site(base_url="https://localhost", trusted_proxies=1)
    answer = secure.visitor().raw("/staff/sign-in", headers={"X-Forwarded-Proto": "https"})
    assert int(answer.headers["Strict-Transport-Security"].removeprefix("max-age=")) >= 31536000
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-staff=") and "Secure" in cookie and "Path=/;" in cookie + ";"
    assert "Domain" not in cookie


def test_a_letter_as_a_file_and_a_former_address_carry_them_too(everything):
    staff = everything.staff
    staff.press(staff.get("/staff/pledges/1"), "Save", slug="renamed")
    moved = everything.site.visitor().raw("/pledges/freedom")
    assert (moved.status_code, moved.location) == (302, "/pledges/renamed")
    _check(moved)
    file = staff.raw("/staff/letters/3.eml")
    assert file.mimetype == "message/rfc822" and file.headers["Content-Disposition"].startswith("attachment")
    _check(file)


def _says_where_it_is(node):
    """A canonical address or one for link previews: whole, because it must be, and loaded by no browser."""
    return node.attrs.get("rel") in ("canonical", "alternate") or str(node.attrs.get("property")).startswith("og:")


def test_no_page_loads_anything_from_elsewhere_or_prepares_to(everything):
    for method, _address, rule in routes(everything.site.app):
        path = everything.address(rule)
        answer = everything.insider(path).raw(path, buffered=True) if method == "GET" else None
        letter = answer is not None and "sandbox" in answer.headers["Content-Security-Policy"]
        if answer is not None and answer.mimetype == "text/html" and answer.status_code == 200 and not letter:
            page = Page(answer, path)
            for node in page.all(
                "link, script, img, iframe, source, video, audio, object, embed, use, image, base, meta"
            ):
                named = [
                    node.attrs.get(name) or "" for name in ("href", "src", "srcset", "data", "xlink:href", "content")
                ]
                if _says_where_it_is(node):
                    named = [one.removeprefix("http://localhost/") for one in named]
                assert not any("//" in one for one in named), (path, node.to_html())
                assert "http-equiv" not in node.attrs, (path, node.to_html())

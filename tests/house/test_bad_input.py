"""Whatever is sent: the right status, a page with a sentence, never a 500, and nothing half-saved."""

from urllib.parse import quote, urlencode

import pytest
from sqlalchemy import select

from campaign import seals
from campaign.pledges.models import Signature
from campaign.supporters.models import Supporter
from tests.house.everything import NOTED, contents, on_sqlite, routes
from tests.pledges.acts import ANNA
from tests.visitor import Page

pytestmark = on_sqlite
FORM = "application/x-www-form-urlencoded"
FIELDS = (
    "name",
    "email",
    "place",
    "message",
    "show_name",
    "newsletter",
    "old_enough",
    "website",
    "rendered",
    "suggestion",
)

MISSING, TWICE = "missing", "twice"
UNREADABLE = (400, 422)
EVIL = {
    MISSING: None,
    TWICE: None,
    "empty": b"",
    "blank": b"%20%20%09%0D%0A",
    "one megabyte": b"x" * 1_000_001,
    "nearly one megabyte": b"x" * 990_000,
    "not UTF-8": b"%FF%FE%C3%28",
    "half a character": b"An%C3",
    "NUL": b"An%00na",
    "turned around": quote("An\u202ena\u2066\u2069").encode(),
    "zero wide": quote("\u200b\u200d\ufeff").encode(),
    "a line break": b"anna%40example.org%0D%0ABcc:%20all%40example.org",
    "HTML": quote('"><script>alert(1)</script>').encode(),
    "a template": quote("{{7*7}} {x.__class__} %(name)s ${1}").encode(),
    "a surrogate": b"%ED%A0%80",
    "an astral character": quote("\U0001f54a" * 300).encode(),
    "many marks": ("a" + "%CC%81" * 2000).encode(),
}


def _send(site, fields, **changes):
    """Send a form byte by byte as given; a field is left out, or sent twice, if so asked."""
    pairs = []
    for name, value in fields.items():
        change = changes.get(name, value.encode())
        if change is not MISSING:
            pairs += [f"{name}=".encode() + (value.encode() if change is TWICE else change)] * (1 + (change is TWICE))
    pairs += [
        f"{name}=".encode() + value
        for name, value in changes.items()
        if name not in fields and isinstance(value, bytes)
    ]
    return site.visitor().raw("/pledges/freedom", method="POST", data=b"&".join(pairs), content_type=FORM)


@pytest.fixture
def good(site, later):
    """The fields of a good form, as they go over the wire."""
    with site.inside():
        rendered = seals.render_time()
    later(seconds=3)
    return {name: quote(value) for name, value in {**ANNA, "rendered": rendered, "place": "", "message": ""}.items()}


def _check(site, answer):
    """It is a page that says something and keeps nothing, or one whole signature with clean words."""
    if answer.status_code == 303:
        for row in site.rows(select(Signature.name, Signature.message, Signature.area)):
            said = "".join(row)
            assert not any(c in said for c in "\x00\ufffd\u202e\u2066\u200b\u200d\ufeff\r"), said
        return
    assert answer.status_code in (400, 413, 422)
    page = Page(answer, "/pledges/freedom")
    assert page.heading and len(page.text) > 40
    assert "<script>alert" not in page.html


@pytest.mark.parametrize("field", FIELDS)
def test_whatever_stands_in_a_field_the_answer_is_a_page_and_nothing_is_half_saved(site, good, field):
    before = contents(site)
    for number, (kind, value) in enumerate(EVIL.items()):
        if field not in good and value is None:
            continue
        good["email"] = f"anna{number}%40example.org"
        answer = _send(site, good, **{field: kind if value is None else value})
        assert answer.status_code in (303, 400, 413, 422), (kind, answer.status_code)
        after = contents(site)
        assert (after == before) == (answer.status_code != 303), kind
        before = after
        _check(site, answer)


@pytest.mark.parametrize(
    ("field", "kind", "status"),
    [
        ("name", MISSING, 422),
        ("name", "empty", 422),
        ("name", "blank", 422),
        ("name", "zero wide", 422),
        ("name", "NUL", 422),
        ("name", "not UTF-8", UNREADABLE),
        ("name", "half a character", UNREADABLE),
        ("name", "nearly one megabyte", 422),
        ("name", "one megabyte", 413),
        ("name", "turned around", 303),
        ("name", TWICE, 303),
        ("email", MISSING, 422),
        ("email", "blank", 422),
        ("email", "NUL", 422),
        ("email", "not UTF-8", UNREADABLE),
        ("email", "a line break", 422),
        ("email", "nearly one megabyte", 422),
        ("email", TWICE, 303),
        ("place", "nearly one megabyte", 422),
        ("place", "NUL", 422),
        ("place", MISSING, 303),
        ("message", "nearly one megabyte", 422),
        ("message", "an astral character", 422),
        ("message", "not UTF-8", UNREADABLE),
        ("message", "a template", 303),
        ("old_enough", MISSING, 422),
        ("rendered", MISSING, 422),
        ("rendered", "not UTF-8", UNREADABLE),
        ("rendered", "HTML", 422),
        ("suggestion", "nearly one megabyte", 303),
        ("website", "HTML", 422),
    ],
)
def test_each_mistake_has_its_status(site, good, field, kind, status):
    value = EVIL[kind]
    answer = _send(site, good, **{field: kind if value is None else value})
    assert answer.status_code in (status if isinstance(status, tuple) else (status,))
    _check(site, answer)
    assert len(site.rows(select(Signature.id))) == (status == 303)


def test_a_mistake_is_named_beside_its_field_and_everything_else_is_kept(site, good):
    page = Page(_send(site, {**good, "message": "Kept"}, email=b"nonsense"), "/pledges/freedom")
    field = page.one("input[name=email]")
    assert field.attrs["aria-invalid"] == "true" and "email-error" in field.attrs["aria-describedby"]
    assert page.one(".summary a").attrs["href"] == "#email"
    assert page.one("input[name=name]").attrs["value"] == "Anna Sample" and "Kept" in page.html
    assert "checked" in page.one("input[name=old_enough]").attrs


def test_a_field_that_people_do_not_see_saves_nothing_and_a_person_goes_on_with_one_press(site, good):
    answer = _send(site, {**good, "message": "Kept"}, website=b"http")
    page = Page(answer, "/pledges/freedom")
    assert answer.status_code == 422 and "a field that people do not see" in page.text and "Kept" in page.html
    assert page.all("input[name=website]") == [], "a password manager would fill it again"
    assert site.rows(select(Signature.id)) == []


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"email": ""},
        {"email": "no address"},
        {"email": "x" * 5000 + "@example.org"},
        {"email": "a\x00@b.org"},
    ],
)
def test_asking_for_the_letter_again_with_a_bad_address_is_answered_by_a_page(site, good, fields):
    sent = urlencode({"rendered": good["rendered"], **fields}).encode()
    answer = site.visitor().raw("/pledges/freedom/resend", method="POST", data=sent, content_type=FORM)
    assert answer.status_code == 422 and Page(answer, "/pledges/freedom/resend").one(".summary")
    assert site.letters() == []


def test_a_body_of_ten_megabytes_is_refused_by_a_page_wherever_it_is_sent(everything):
    before, data = contents(everything.site), b"name=" + b"x" * 10_000_000
    for method, address, rule in routes(everything.site.app):
        if method == "POST" and "signed(" not in address:
            path = everything.address(rule)
            for person in (everything.site.visitor(), everything.insider(address)):
                answer = person.raw(path, method="POST", data=data, content_type=FORM)
                assert answer.status_code in (303, 413), address
                if answer.status_code == 413:
                    assert Page(answer, address).heading
    assert contents(everything.site) == before


def test_a_letter_needs_no_body_so_a_large_one_at_its_link_does_no_harm(everything):
    visitor = everything.site.visitor()
    for method, address, rule in routes(everything.site.app):
        if method == "POST" and "signed(" in address:
            data = b"name=" + b"x" * 10_000_000
            answer = visitor.raw(everything.address(rule), method="POST", data=data, content_type=FORM)
            assert answer.status_code in (200, 303, 413), address


MULTIPART = "multipart/form-data; boundary=edge"
BODIES = {
    "a thousand fields": (b"&".join(b"f%d=x" % n for n in range(1000)), FORM),
    "a field a hundred thousand times": (b"&".join([b"name=x"] * 100_000), FORM),
    "no boundary": (b"--edge", "multipart/form-data"),
    "an empty body of parts": (b"", MULTIPART),
    "parts that are cut": (b'--edge\r\nContent-Disposition: form-data; name="name"\r\n\r\nAn', MULTIPART),
    "a part without a name": (b"--edge\r\n\r\nAnna\r\n--edge--\r\n", MULTIPART),
    "a file for a name": (
        b'--edge\r\nContent-Disposition: form-data; name="name"; filename="x"\r\n\r\nAnna\r\n--edge--\r\n',
        MULTIPART,
    ),
    "a thousand parts": (
        b"".join(b'--edge\r\nContent-Disposition: form-data; name="f%d"\r\n\r\nx\r\n' % n for n in range(1000))
        + b"--edge--\r\n",
        MULTIPART,
    ),
    "JSON": (b'{"name": "Anna"}', "application/json"),
    "JSON of another kind": (b'{"name": 5, "email": null}', "application/json"),
    "JSON without names": (b"[1, 2]", "application/json"),
    "JSON that is cut": (b'{"name"', "application/json"),
    "nothing known": (b"\x00\xff\x00", "application/octet-stream"),
    "a charset nobody has": (b"name=Anna", FORM + "; charset=klingon"),
    "no type": (b"name=Anna", None),
    "only signs": (b"&&&===&%&%zz&=%00", FORM),
}


@pytest.mark.parametrize("body", BODIES)
def test_a_body_that_is_no_form_of_ours_is_answered_by_a_page(site, body):
    data, kind = BODIES[body]
    for path in ("/pledges/freedom", "/es/pledges/freedom", "/pledges/freedom/resend"):
        answer = site.visitor().raw(path, method="POST", data=data, content_type=kind)
        assert answer.status_code in (400, 413, 415, 422), (path, answer.status_code)
        assert Page(answer, path).heading
    assert site.rows(select(Supporter.id)) == []


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "BREW"])
def test_a_method_that_nobody_knows_is_answered_by_a_page(site, method):
    visitor = site.visitor()
    for path in (
        "/",
        "/help",
        "/es/help",
        "/pledges/freedom",
        "/staff/sign-in",
        "/static/css/site.css",
        "/confirm/x",
    ):
        answer = visitor.raw(path, method=method)
        assert answer.status_code == 405 and "GET" in answer.headers["Allow"], path
        assert Page(answer, path).heading


@pytest.mark.parametrize(
    "host",
    [
        "elsewhere.example",
        "localhost.elsewhere.example",
        "elsewhere.example:80",
        "a b",
        "[::1",
        "",
        "\u00e4",
        "localhost@x",
    ],
)
def test_a_wrong_host_gets_a_page_and_is_repeated_nowhere(site, host):
    for path in ("/", "/help", "/es/pledges", "/pledges/freedom", "/staff/sign-in", "/nowhere"):
        answer = site.visitor().raw(path, headers={"Host": host})
        assert answer.status_code == 400, path
        page = Page(answer, path)
        assert page.heading and "elsewhere" not in page.html + str(answer.headers)


def test_a_wrong_host_saves_nothing_and_is_named_in_no_letter(site, good):
    sent = ANNA | {"rendered": good["rendered"]}
    answer = site.visitor().raw("/pledges/freedom", method="POST", data=sent, headers={"Host": "elsewhere.example"})
    assert answer.status_code == 400
    site.visitor().raw("/pledges/freedom", method="POST", data=sent, headers={"X-Forwarded-Host": "elsewhere.example"})
    assert "elsewhere" not in site.letter().as_string()


PATHS = [
    "/%00",
    "/%FF%FE",
    "/pledges/%00",
    "/pledges/%FF",
    "/pledges/..%2F..%2Fetc",
    "/es/%ED%A0%80",
    "/es",
    "/es/es/help",
    "/ES/help",
    "/pledges/freedom/",
    "/static/../campaign/app.py",
    "/static/%2e%2e/campaign/app.py",
    "/static/css",
    "/static/",
    "/confirm/",
    "/unsubscribe/",
    "/?x=%00",
    "//elsewhere.example/%2e%2e",
    "//elsewhere.example",
    "/\\elsewhere.example",
    "/staff/pledges/99999999999999999999999",
    "/staff/pledges/0",
    "/staff/pledges/1/words/xx",
    "/staff/letters/999999999999999999999.eml",
    "/staff/link/%00",
    "/staff/signatures?page=99999999999999999999999",
    "/staff/signatures?page=-1",
    "/staff/signatures?page=x",
    "/staff/signatures?filter=%00",
    "/staff/letters?filter=%FF&page=3",
    "/partner/codes/99999999999999999999999",
    "/partner/codes/0/poster.pdf",
    "/es/partner/",
]
PATHS += ["/pledges/" + "x" * 5000, "/staff/link/" + "x" * 5000]


def test_an_odd_address_is_never_a_failure_and_never_leads_off_the_site(everything):
    for path in PATHS:
        for person in (everything.site.visitor(), everything.insider(path)):
            answer = person.raw(path, buffered=True)
            assert answer.status_code in (200, 301, 303, 308, 400, 404), path
            assert not (answer.location or "").startswith(("//", "/\\", "https:")), path
            if answer.status_code >= 400:
                assert b"<h1>" in answer.data, path


def test_an_odd_id_in_a_staff_form_is_never_a_failure(everything):
    staff = everything.staff
    token = staff.get("/staff/").one("form input[name=csrf_token]").attrs["value"]
    for number in ("0", "999", "9" * 18, "9" * 30):
        for path in (
            "pledges/{}",
            "pledges/{}/open",
            "pledges/{}/close",
            "pledges/{}/words/en",
            "letters/{}/again",
        ):
            sent = {
                "csrf_token": token,
                "slug": "x",
                "goal": "1",
                "version": "1",
                "title": "x",
                "promise": "x",
            }
            assert staff.raw("/staff/" + path.format(number), method="POST", data=sent).status_code == 404, path
        for path in ("signatures/{}/pass", "signatures/{}/refuse"):
            answer = staff.raw("/staff/" + path.format(number), method="POST", data={"csrf_token": token})
            assert answer.status_code in (303, 404), (path, number)


WRONG_FORMS = [
    ("/staff/pledges/new", {"slug": "a\x00b", "goal": "1"}),
    ("/staff/pledges/new", {"slug": "UPPER", "goal": "1"}),
    ("/staff/pledges/new", {"slug": "x" * 61, "goal": "1"}),
    ("/staff/pledges/new", {"slug": "good", "goal": "0"}),
    ("/staff/pledges/new", {"slug": "good", "goal": "9" * 30}),
    ("/staff/pledges/new", {"slug": "good", "goal": "many"}),
    ("/staff/pledges/1", {"slug": "freedom", "goal": "", "version": "x"}),
    ("/staff/pledges/1/words/es", {"title": "", "promise": "", "body": ""}),
    ("/staff/pledges/1/words/es", {"title": "x" * 121, "promise": "x", "body": ""}),
    ("/staff/pledges/1/words/es", {"title": "x", "promise": "x", "body": "x" * 20_001}),
    ("/staff/pledges/1/words/es", {"title": "\x00", "promise": "x", "body": ""}),
    ("/staff/account", {"password": "short", "code": "1"}),
    ("/staff/account", {"password": "x" * 129, "code": "1"}),
    ("/staff/account", {"password": "long enough \x00 to be one", "code": "\x00\x00"}),
    ("/staff/account", {"password": "long enough to be one", "code": "\u0661\u0662\u0663\u0664\u0665\u0666"}),
    ("/staff/sign-in", {"email": "\x00", "password": "x", "code": "x"}),
    ("/staff/sign-in", {"email": "anna@example.org", "password": "\x00", "code": "\u00b2" * 6}),
    ("/staff/sign-in", {"email": "anna@example.org", "password": "x" * 5000, "code": "1"}),
]


def test_a_wrong_staff_form_is_shown_again_and_changes_nothing_but_the_failed_tries(everything):
    staff, before = everything.staff, contents(everything.site)
    token = staff.get("/staff/").one("form input[name=csrf_token]").attrs["value"]
    for path, fields in WRONG_FORMS:
        answer = staff.raw(path, method="POST", data={**fields, "csrf_token": token})
        assert answer.status_code == 422 and Page(answer, path).one(".summary"), (path, str(fields)[:60])
    after = contents(everything.site)
    assert {name for name, rows in after.items() if rows != before[name]} <= {"sign_in_attempts", *NOTED}


def test_a_conflict_says_so_and_keeps_what_the_other_saved(everything):
    staff = everything.staff
    page = staff.get("/staff/pledges/1")
    staff.press(page, "Save", goal="500")
    late = staff.press(page, "Save", goal="600")
    assert late.status == 409 and "Somebody else changed" in late.text
    assert staff.get("/staff/pledges/1").one("input[name=goal]").attrs["value"] == "500"

"""S3: every answer to every method at every address carries the rules for browsers, which leave nothing open."""

from collections import defaultdict

import pytest

from campaign.events.door_page import WITH_CAMERA
from campaign.newsletters.frames import FRAMED
from campaign.security import HEADERS, POLICY
from campaign.web import DOORS
from tests.hostile.looking import faults_of_policy
from tests.house.everything import a_few, on_sqlite, routes
from tests.visitor import Page

METHODS = ("GET", "HEAD", "OPTIONS", "POST")
REFUSED = (
    "PUT",
    "PATCH",
    "DELETE",
    "TRACE",
    "BREW",
)  # everywhere; in the quick form, one at each address, of one person
FRAMABLE = "/embed"  # what partners may put into pages of their own


def _is_door(answer):
    """Whether it is the page at an event's door, where guests' codes are read by camera."""
    if answer.request.method == "HEAD":  # the page itself does not come
        return answer.status_code == 200 and answer.request.path.endswith(("/door", "/day"))
    return answer.mimetype == "text/html" and b"data-door" in answer.data


def _is_letter(answer):
    """Whether it is a newsletter inside a page of staff, as a mail program would show it: it may do nothing at all."""
    policies = {FRAMED.format(pictures=pictures) for pictures in ("'self'", "'none'")}
    return (
        answer.request.path.startswith("/staff/newsletters/") and answer.headers["Content-Security-Policy"] in policies
    )


def _right(name, value, answer):
    """What an answer carries of one of the rules."""
    if name == "Permissions-Policy" and _is_door(answer):
        return WITH_CAMERA
    picture = answer.request.path.startswith("/newsletters/pictures/") and answer.mimetype.startswith("image/")
    return "cross-origin" if picture and name == "Cross-Origin-Resource-Policy" else value


def _faults(answer, path):
    """What is wrong with the rules that an answer carries."""
    carried, found = answer.headers, []
    for name, value in HEADERS.items():
        right = _right(name, value, answer)
        head = answer.request.method == "HEAD" and (
            "/door" in path or "/shift-door" in path
        )  # without its page one cannot see which it is
        if name != "Content-Security-Policy" and carried.getlist(name) not in ([right], [WITH_CAMERA] if head else []):
            found.append(f"{name}: {carried.getlist(name)}")
    policies = carried.getlist("Content-Security-Policy")
    found += [f"{len(policies)} policies"] if len(policies) != 1 else []
    for policy in policies if not _is_letter(answer) else ():
        found += faults_of_policy(policy, framable=path.startswith(FRAMABLE))
    if answer.data and "charset" not in carried["Content-Type"] and carried["Content-Type"].startswith("text/"):
        found.append(f"Content-Type: {carried['Content-Type']}")
    return [f"{answer.request.method} {path} {answer.status_code}: {one}" for one in found]


@on_sqlite
@pytest.mark.wider
def test_every_answer_to_every_method_at_every_address_carries_the_rules(everything):
    found, seen = [], set()
    tokens = defaultdict(str, {door[:6]: everything.token(door) for door in DOORS})
    rules = [rule for rule in everything.site.app.url_map.iter_rules() if rule.endpoint != "staff.sign_out"]
    for method in METHODS + REFUSED:
        for number, rule in enumerate(rules):
            if method not in (*METHODS, *a_few(REFUSED, number, 1)):
                continue
            address, path = rule.rule, everything.address(rule)
            _, insider = people = everything.site.visitor(), everything.insider(address)
            for person in people if method in ("GET", "POST") else a_few(people, number, 1):
                bodies = _bodies(everything, rule, tokens[address[:6]]) if method == "POST" else [None]
                for sent in a_few(bodies, number + (person is insider), 1):
                    answer = person.raw(path, method=method, buffered=True, data=sent)
                    found += _faults(answer, address)
                    seen.add((method, answer.status_code))
    assert found == []
    assert {status for _, status in seen} >= {200, 302, 303, 400, 404, 405, 422}


def _bodies(everything, rule, token):
    return {}, {**everything.fields(rule), "csrf_token": token}


@on_sqlite
def test_a_failure_and_a_part_of_a_file_carry_them_too(everything):
    site = everything.site
    site.app.view_functions["pages.privacy"] = lambda: 1 / 0
    site.app.testing = False
    part = {"headers": {"Range": "bytes=0-9"}}
    for path, status, more in (
        ("/privacy", 500, {}),
        ("/nowhere", 404, {}),
        ("/static/nowhere", 404, {}),
        ("/static/css/site.css", 206, part),
        ("/help", 400, {"headers": {"Host": "elsewhere.example"}}),
        ("/staff/codes/1/poster.pdf?paper=x", 409, {}),
        ("/q/AAAAAAA", 404, {}),
    ):
        answer = everything.staff.raw(path, buffered=True, **more)
        assert answer.status_code == status and _faults(answer, path) == [], path


@on_sqlite
def test_a_page_has_no_handler_and_no_script_of_its_own(everything):
    for method, _address, rule in routes(everything.site.app):
        answer = everything.insider(rule.rule).raw(everything.address(rule), buffered=True) if method == "GET" else None
        if answer is not None and answer.mimetype == "text/html" and not (answer.location or _is_letter(answer)):
            page = Page(answer, everything.address(rule))  # which looks for both
            for script in page.all("script"):
                data = script.attrs.get("type") == "application/ld+json"  # which no browser runs
                assert data or script.attrs["src"].startswith("/static/"), script.to_html()[:200]


def test_a_letter_inside_a_page_can_do_nothing():
    for pictures in ("'self'", "'none'"):
        policy = FRAMED.format(pictures=pictures)
        # Its own look is the one thing that it needs; who it is, it is not told.
        assert faults_of_policy(policy, framable=True) == ["style-src allows 'unsafe-inline'"], policy
        assert policy.endswith("; sandbox") and "script-src" not in policy and "frame-ancestors 'self'" in policy


def test_our_policy_leaves_nothing_open():
    assert faults_of_policy(POLICY) == []


@pytest.mark.parametrize(
    "change",
    [
        ("script-src 'self'", "script-src 'self' 'unsafe-inline'"),
        ("script-src 'self'", "script-src 'unsafe-eval'"),
        ("style-src 'self'", "style-src 'self' 'unsafe-hashes'"),
        ("script-src 'self'", "script-src *"),
        ("script-src 'self'", "script-src https:"),
        ("script-src 'self'", "script-src data:"),
        ("script-src 'self'", "script-src https://cdn.example"),
        ("script-src 'self'", "script-src 'self' 'none'"),
        ("script-src 'self'", "script-src 'nonce-fixed'"),
        ("script-src 'self'", "script-src 'self' blob:"),
        ("default-src 'none'", "default-src 'self'"),
        ("default-src 'none'; ", ""),
        ("base-uri 'none'", "base-uri *"),
        ("; base-uri 'none'", ""),
        ("form-action 'self'", "form-action *"),
        ("form-action 'self'; ", ""),
        ("; frame-ancestors 'none'", ""),
        ("frame-ancestors 'none'", "frame-ancestors 'self'"),
        ("img-src 'self' data:", "img-src *"),
        ("default-src 'none'", "default-src 'none'; object-src *"),
        ("default-src 'none'", "default-src 'none'; script-src 'none'"),
    ],
)
def test_a_policy_that_leaves_something_open_is_noticed(change):
    assert change[0] in POLICY and faults_of_policy(POLICY.replace(*change))


@on_sqlite
@pytest.mark.parametrize("name", sorted(HEADERS))
def test_an_answer_without_one_of_the_rules_is_noticed(site, name):
    @site.app.after_request
    def forget(response):
        response.headers.set(name, "x") if name == "Content-Security-Policy" else response.headers.add(name, "x")
        return response

    assert _faults(site.visitor().raw("/help"), "/help")

"""S8: no parameter, printed code, path or header leads a browser off the site."""

import re
from random import Random
from urllib.parse import quote, unquote_to_bytes

import pytest
from flask import redirect, request
from sqlalchemy import select
from werkzeug.test import EnvironBuilder, run_wsgi_app

from campaign import clock, db
from campaign.errors import Refused
from campaign.links import service as links
from campaign.links.models import Code
from campaign.web import DOORS
from tests.hostile.looking import leads_off
from tests.hostile.targets import TARGETS
from tests.house.everything import DRILL, contents, on_sqlite, routes

ASKING = ("next", "return", "return_to", "url", "redirect", "target", "via", "lang", "language", "page", "filter", "to")


def test_there_are_many_targets_and_a_browser_would_follow_most_of_them():
    assert len(set(TARGETS)) >= 250
    assert sum(leads_off(target) for target in TARGETS) >= 100
    for ours in ("/pledges", "pledges", "?via=K7QM2XA", "#sign", "http://localhost/help", "/\u00e4", "./es", None):
        assert not leads_off(ours), ours


def _wrong(answer, where):
    """What of an answer would lead away: the Location, or an address on its page that holds what was asked for."""
    found = [f"{where}: {answer.location}"] if leads_off(answer.location) else []
    for name, value in answer.headers.items():
        if name not in ("Location", "Content-Security-Policy") and "elsewhere" in value:
            found.append(f"{where}: {name}")
    if answer.mimetype == "text/html":
        leading = re.findall(r'(?:href|src|action|content)="([^"]*elsewhere[^"]*)"', answer.get_data(as_text=True))
        found += [f"{where}: {one}" for one in leading if leads_off(one.replace("&amp;", "&"))]
    return found


@on_sqlite
@pytest.mark.gate("S8", quick=24, full=10_000)
def test_no_parameter_leads_to_another_site(everything, size):
    stranger, found, targets = everything.site.visitor(), [], _some(size)
    for number, (method, _address, rule) in enumerate(routes(everything.site.app)):
        if method == "GET" and not rule.endpoint.endswith("_poster"):
            for target in _in_turn(targets, number):
                asked = "&".join(f"{way}={quote(target, safe='')}" for way in ASKING)
                path = f"{everything.address(rule)}?{asked}"
                person = everything.insider(path) if path.startswith(DOORS) else stranger
                found += _wrong(person.raw(path, buffered=True), path)
    assert found == []


@on_sqlite
@pytest.mark.gate("S8", quick=24, full=10_000)
def test_no_form_leads_to_another_site(everything, size):
    stranger, found = everything.site.visitor(), []
    tokens = {door: everything.token(door) for door in DOORS}
    targets = _some(size)
    for number, (method, address, rule) in enumerate(routes(everything.site.app)):
        if method == "POST" and rule.endpoint not in ("staff.sign_out", "staff.use_link"):
            for target in _in_turn(targets, number):
                asked = dict.fromkeys(ASKING, target)
                person = everything.insider(address) if address.startswith(DOORS) else stranger
                path = f"{everything.address(rule)}?next={quote(target, safe='')}"
                sent = {
                    **asked,
                    **everything.fields(rule),
                    "csrf_token": tokens["/partner" if address.startswith("/partner") else "/staff"],
                }
                came_from = {"Referer": quote(target, safe="/:@\\")}
                found += _wrong(person.raw(path, method="POST", data=sent, headers=came_from), path)
    assert found == []


@on_sqlite
def test_a_code_takes_no_target_elsewhere_and_what_it_leads_to_is_ours(everything):
    site, staff = everything.site, everything.staff
    page, before = staff.get("/staff/codes/1"), contents(site)
    for target in TARGETS:
        with site.inside(), pytest.raises(Refused), db.writing():
            links.make(target, "en", "Library", clock.now())
    for target in TARGETS[::10]:
        assert staff.press(page, "Save", target=target).status in (409, 422), target
    assert contents(site) == before
    assert site.visitor().raw(f"/q/{everything.code}").location == f"/pledges/freedom?via={everything.code}"


def _bare(site, path):
    """Ask for a path as it stands on the wire, with everything that a client would tidy up."""
    environ = EnvironBuilder(base_url="http://localhost/").get_environ()
    raw, _, query = path.partition("?")
    environ |= {"PATH_INFO": unquote_to_bytes(raw).decode("latin-1"), "REQUEST_URI": path, "RAW_URI": path}
    environ["QUERY_STRING"] = query
    body, status, headers = run_wsgi_app(site.app.wsgi_app, environ, buffered=True)
    return site.app.response_class(list(body), status=status, headers=headers)


@on_sqlite
@pytest.mark.gate("S8", quick=40, full=10_000)
def test_no_path_leads_to_another_site_in_any_language(everything, size):
    found = []
    for target in _some(size):
        for before in ("", "/", "/es", "/es/", "/staff/", "/pledges/", "/q/", "/confirm/", "/static/"):
            path = before + target
            answer = _bare(everything.site, path if path.startswith("/") else "/" + path)
            assert answer.status_code < 500, path
            found += _wrong(answer, path)
    assert found == []


@on_sqlite
@pytest.mark.parametrize("target", ["//elsewhere.example", "/\\elsewhere.example", "https:elsewhere.example"])
def test_a_site_that_believes_what_it_is_told_is_noticed(site, target):
    site.app.add_url_rule("/on", "on", lambda: redirect(request.args["next"], 303))
    site.app.add_url_rule("/link", "link", lambda: f'<a href="{request.args["next"]}">on</a>')
    for path in ("/on", "/link"):
        answer = site.visitor().raw(f"{path}?next={quote(target, safe='')}")
        assert _wrong(answer, path)


@on_sqlite
def test_no_code_was_ever_stored_that_leads_elsewhere(everything):
    assert all(not leads_off(row.target) for row in everything.site.rows(select(Code.target)))


def _in_turn(targets, number):
    """A few for each route, others for the next; where an address really says where to go on, all are tried (S8)."""
    few = 20 if DRILL else 2
    return [targets[(number * few + one) % len(targets)] for one in range(few)]


def _some(size):
    """So many of the targets, chosen by a number that is printed."""
    seed = 8
    print(f"SEED={seed}")
    return Random(seed).sample(TARGETS, min(size, len(TARGETS)))

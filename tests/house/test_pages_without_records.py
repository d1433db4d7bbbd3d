"""Help never fails: with the records away, broken or never there, the number is still shown."""

import shutil
import time
import tomllib
from pathlib import Path

import psycopg
import pytest

from campaign import jobs
from campaign.config import normal_url
from campaign.web import DOORS
from tests.house.everything import a_few, on_sqlite, routes
from tests.house.running import running
from tests.pledges.acts import ANNA, link_in, sign

ROOT = Path(__file__).parents[2]
NUMBER = tomllib.loads((ROOT / "content" / "campaign.toml").read_text())["hotlines"][0]["number"]
NOWHERE = {
    "sqlite": "sqlite:////nowhere/at/all/site.db",
    "postgresql": "postgresql://campaign@127.0.0.1:9/campaign?connect_timeout=2",
}
LANGUAGES = tomllib.loads((ROOT / "content" / "campaign.toml").read_text())["languages"]
PREFIXES = ["" if one["code"] == "en" else f"/{one['code']}" for one in LANGUAGES]
STANDS = (
    *(prefix + path for prefix in PREFIXES for path in ("/help", "/privacy", "/safety", "/")),
    "/learn",
    "/learn/signs",
    "/about",
    "/coalition",
    "/coalition/join",
    "/contact",
    "/press",
    "/materials",
    "/th/materials/shoe-card",
    "/accessibility",
    "/sitemap.xml",
    "/robots.txt",
    "/press/wordmark.svg",
    "/theme.css",
    "/healthz",
    "/static/css/site.css",
)


def _check_help(site):
    assert len(PREFIXES) == 8
    for prefix, language in zip(PREFIXES, LANGUAGES, strict=True):
        answer = site.ask(f"{prefix}/help")
        assert answer.status == 200 and f'href="tel:{NUMBER}"' in answer.text, prefix
        assert f'<html lang="{language["tag"]}"' in answer.text, prefix


def _check_that_the_rest_says_so(site):
    for path in ("/pledges", "/pledges/freedom", "/es/pledges/freedom", "/pledges/freedom/count", "/staff/"):
        answer = site.ask(path)
        assert answer.status == 503 and answer.headers["Retry-After"] and f'href="tel:{NUMBER}"' in answer.text, path
    for path, fields in (
        ("/pledges/freedom", {}),
        ("/pledges/freedom/resend", ANNA),
        ("/staff/link/made-up", {}),
    ):
        assert site.ask(path, fields).status in (400, 503), path


@pytest.mark.parametrize("kind", NOWHERE)
def test_a_process_that_never_finds_its_records_answers_with_the_number(tmp_path, kind):
    with running(tmp_path, DATABASE_URL=NOWHERE[kind]) as site:
        _check_help(site)
        assert {path: site.ask(path).status for path in STANDS} == dict.fromkeys(STANDS, 200)
        _check_that_the_rest_says_so(site)
    assert "Traceback" not in site.said


def test_a_running_process_whose_file_is_overwritten_goes_on_answering(tmp_path, sqlite_template):
    shutil.copy(sqlite_template, tmp_path / "site.db")
    with running(tmp_path) as site:
        assert site.ask("/pledges").status == 200
        (tmp_path / "site.db").write_bytes(b"this is no database " * 5000)
        for name in ("site.db-wal", "site.db-shm"):
            (tmp_path / name).unlink(missing_ok=True)
        _check_help(site)
        for path in (*STANDS, "/pledges", "/pledges/freedom", "/confirm/sign-1.cut"):
            assert site.ask(path).status in (200, 404, 503), path
        assert site.ask("/pledges/freedom").status == 503
    assert "Traceback" not in site.said


def _ruin(site, request):
    """Take the records away from a running site: overwrite the file, or drop the database."""
    engine = site.app.extensions["database"].engine
    engine.dispose()
    if site.config.sqlite:
        path = Path(engine.url.database)
        path.write_bytes(b"this is no database " * 5000)
        for name in ("-wal", "-shm"):
            Path(f"{path}{name}").unlink(missing_ok=True)
    else:
        with psycopg.connect(request.getfixturevalue("postgres"), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{engine.url.database}" WITH (FORCE)')


def test_a_page_that_was_seen_is_shown_as_it_was_and_a_form_is_not_lost_silently(site, visitor, later, request):
    page = visitor.get("/pledges/freedom")
    crowd = site.app.test_client()  # does not make the site forget the pages it keeps
    assert crowd.get("/pledges/freedom").status_code == 200
    _ruin(site, request)
    time.sleep(1)  # the page is no longer fresh, and cannot be made anew
    assert crowd.get("/pledges/freedom").status_code == 200
    assert visitor.get("/pledges").status == 503
    answer = visitor.press(page, "Sign the pledge", **ANNA)
    assert answer.status == 503 and answer.answer.headers["Retry-After"] == "10"
    assert "try again" in answer.heading.lower()
    assert visitor.get("/").status == visitor.get("/help").status == visitor.get("/es/help").status == 200


@pytest.mark.wider
def test_no_page_at_all_is_a_500_while_the_records_are_away(everything, request):
    site, tried = everything.site, []
    for method, address, rule in routes(site.app):  # what is tried stands in the records, so it is asked for before
        sent = {"data": everything.fields(rule)} if method == "POST" else {}
        tried.append((method, address, rule, everything.address(rule), sent))
    _ruin(site, request)
    for number, (method, address, rule, path, sent) in enumerate(tried):
        people = everything.staff, site.visitor()
        for person in people if address.startswith(DOORS) else a_few(people, number, 1):
            answer = person.raw(path, method=method, buffered=True, **sent)
            assert answer.status_code in (200, 302, 303, 308, 400, 404, 422, 503), (method, address)
            if answer.status_code == 503:
                assert answer.headers["Retry-After"] and (b"<h1>" in answer.data or rule.endpoint == "readyz")


@on_sqlite
def test_when_the_records_come_back_so_does_the_site(site, visitor, later, request, tmp_path, sqlite_template):
    engine = site.app.extensions["database"].engine
    engine.dispose()  # closes the file, so that a copy of it is whole
    copy = shutil.copy(tmp_path / "site.db", tmp_path / "copy.db")
    _ruin(site, request)
    assert visitor.get("/pledges").status == 503
    engine.dispose()
    for name in ("site.db-wal", "site.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    shutil.copy(copy, tmp_path / "site.db")
    sign(visitor, later)
    assert link_in(site.letter(), "confirm")


@on_sqlite
def test_the_worker_does_not_fall_while_the_records_are_away(site, request):
    _ruin(site, request)
    with site.inside():
        for sweep in jobs.SWEEPS.values():
            jobs._inside(site.app, sweep)()


def test_the_address_of_a_database_that_many_hosts_hand_out_is_understood():
    assert normal_url("postgres://u:p@h/d") == normal_url("postgresql://u:p@h/d") == "postgresql+psycopg://u:p@h/d"

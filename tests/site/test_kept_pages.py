"""Kept pages: one rendering for a crowd, an old page rather than none, and nothing personal ever kept."""

import threading

import pytest

from campaign.app import Switches
from campaign.cache import GAP, PageCache, keep


@pytest.fixture
def cache(site) -> PageCache:
    kept = site.app.extensions["page_cache"]
    assert isinstance(kept, PageCache)
    return kept


def _stale(cache: PageCache) -> None:
    for page in cache.pages.values():
        page.fresh_until = 0.0


def test_a_crowd_at_expiry_renders_a_page_once(site, cache):
    slow, calls = threading.Event(), []

    def view() -> str:
        calls.append(1)
        slow.wait(0.3)
        return "slow"

    site.app._got_first_request = False  # a route of the test's own
    site.app.add_url_rule("/slow", "slow", keep(5)(view))
    client = site.app.test_client()
    client.get("/slow")
    _stale(cache)
    calls.clear()
    threads = [threading.Thread(target=lambda: site.app.test_client().get("/slow")) for _ in range(40)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(20)
    assert len(calls) == 1


def test_without_the_cache_every_reader_renders(make_site):
    site = make_site(switches=Switches(page_cache=False))
    calls: list[int] = []

    def view() -> str:
        calls.append(1)
        return "page"

    site.app.add_url_rule("/counted", "counted", keep(5)(view))
    for _ in range(5):
        site.app.test_client().get("/counted")
    assert len(calls) == 5


def test_an_unchanged_page_is_answered_with_304(site):
    client = site.app.test_client()
    first = client.get("/pledges")
    again = client.get("/pledges", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304 and again.data == b""


def test_a_form_in_a_kept_page_has_its_own_time(site, later):
    client = site.app.test_client()
    first = client.get("/pledges/freedom")
    assert GAP not in first.get_data(as_text=True)
    assert "ETag" not in first.headers and first.headers["Cache-Control"] == "no-cache"


def test_head_answers_like_get_without_a_body(site):
    client = site.app.test_client()
    got, asked = client.get("/help"), client.head("/help")
    assert asked.data == b"" and asked.headers["Content-Length"] == got.headers["Content-Length"]


def test_while_the_records_are_away_the_last_page_is_shown(site, cache, monkeypatch):
    client = site.app.test_client()
    good = client.get("/pledges")
    _stale(cache)
    from sqlalchemy.exc import OperationalError

    from campaign.pledges import board

    def away() -> None:
        raise OperationalError("select", {}, OSError("gone"))

    monkeypatch.setattr(board, "cards", away)
    kept = client.get("/pledges")
    assert kept.status_code == 200 and kept.data == good.data
    assert client.get("/es/pledges").status_code == 503  # nobody had asked for this one before


@pytest.mark.parametrize("path", ["/confirm/sign-1.x", "/staff/sign-in", "/pledges/freedom?next=https://example.org"])
def test_what_is_personal_or_asked_with_a_query_is_never_kept(site, cache, path):
    cache.pages.clear()
    site.app.test_client().get(path)
    assert cache.pages == {}


def test_languages_and_hosts_do_not_share_a_page(site, cache):
    client = site.app.test_client()
    assert client.get("/").data != client.get("/es/").data
    client.get("/help", headers={"Host": "elsewhere.example"})
    assert all(key[0] in ("localhost", "localhost:80") for key in cache.pages)

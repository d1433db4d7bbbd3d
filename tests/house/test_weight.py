"""P16: what a page weighs on a phone, in kilobytes of gzip: its HTML with the style sheets that it waits for."""

import gzip

import pytest

from tests.house.everything import on_sqlite, routes

pytestmark = [on_sqlite, pytest.mark.gate("P16", quick=1, full=1)]
LIGHT, OTHERS = 14 * 1024, 30 * 1024  # bytes: what the first answer of a connection holds, and a little more
FIRST = {"/", "/help", "/pledges/<slug>"}


def _packed(answer) -> int:
    return len(gzip.compress(answer.get_data(), 6))


def _weight(visitor, path) -> int:
    """A page with all its style sheets: none of them is put off, so all of them are critical."""
    answer = visitor.raw(path, buffered=True)
    page = visitor.get(path)
    sheets = [link.attrs["href"] for link in page.all("link[rel=stylesheet]")]
    assert sheets and all(sheet.startswith("/") for sheet in sheets)
    return _packed(answer) + sum(_packed(visitor.raw(sheet, buffered=True)) for sheet in sheets)


@pytest.mark.parametrize("prefix", ["", "/es"])
def test_no_page_is_heavier_than_a_slow_phone_can_bear(everything, prefix):
    visitor = everything.site.visitor()
    weighed = {}
    for method, address, rule in routes(everything.site.app):
        path = prefix + everything.address(rule)
        if method == "GET" and not address.startswith(("/staff", "/partner")):
            answer = visitor.raw(path, buffered=True)
            if answer.mimetype == "text/html" and answer.status_code == 200:
                weighed[address] = _weight(visitor, path)
    assert weighed.keys() >= FIRST
    heavy = {one: size for one, size in weighed.items() if size > (LIGHT if one in FIRST else OTHERS)}
    assert heavy == {}


def test_a_heavy_page_would_be_noticed(site):
    import os

    site.app._got_first_request = False  # a route of the test's own
    html = '<!doctype html><html lang="en"><title>x</title><link rel="stylesheet" href="/theme.css"><h1>x</h1><p>{}'
    site.app.add_url_rule("/heavy", "heavy", lambda: html.format(os.urandom(LIGHT).hex()))
    assert _weight(site.visitor(), "/heavy") > LIGHT

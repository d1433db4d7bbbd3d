"""S10: of all that a request says about where it comes from, only what our own outermost proxy saw counts."""

import random

import pytest
from flask import request
from werkzeug.middleware.proxy_fix import ProxyFix

from campaign import security
from campaign.app import Switches
from tests.house.everything import on_sqlite

REAL, PROXY, INNER = "198.51.100.77", "203.0.113.1", "203.0.113.2"
TRICKS = (
    "{v4}",
    "{v6}",
    "{v4}, {v4}",
    '"{v4}',
    '"{v4}, ',
    '"{v4}", "',
    "\\{v4}",
    "[{v6}]:80",
    "{v4}:8080",
    "unknown",
    "_hidden",
    ",,,",
    " ",
    "{v4}\t,{v6}",
    "for={v4}",
    "::ffff:{v4}",
    "{v6}%eth0",
)


def _spoofs(number):
    """Headers that a visitor may send, no two alike."""
    dice = random.Random(10)
    for index in range(number):
        v4 = ".".join(str(dice.randrange(1, 255)) for _ in range(4))
        v6 = ":".join(f"{dice.randrange(1 << 16):x}" for _ in range(8))
        said = TRICKS[index % len(TRICKS)].format(v4=v4, v6=v6)
        yield said, {"X-Real-IP": v4, "Forwarded": f"for={v4}", "X-Client-IP": v4, "X-Forwarded": v4}


def _keys(site, hops, number):
    """The networks that one visitor can make the site believe in, by the headers that reach it through its proxies."""
    keys = set()
    for said, others in _spoofs(number):
        arrived = {0: said, 1: f"{said}, {REAL}", 2: f"{said}, {REAL}, {PROXY}"}[hops]
        nearest = {0: REAL, 1: PROXY, 2: INNER}[hops]
        headers = {**others, "X-Forwarded-For": arrived}
        keys.add(site.app.test_client().get("/where", headers=headers, environ_base={"REMOTE_ADDR": nearest}).text)
    return keys


def _with_a_page_that_tells(site):
    site.app.add_url_rule("/where", "where", security.network)
    return site


@on_sqlite
@pytest.mark.gate("S10", quick=200, full=10_000)
@pytest.mark.parametrize("hops", [0, 1, 2])
def test_whatever_a_visitor_says_it_is_one_network(noon, make_site, size, hops):
    site = _with_a_page_that_tells(make_site(trusted_proxies=hops, seeded=False))
    assert len(_keys(site, hops, size)) == 1
    with site.app.test_request_context(environ_base={"REMOTE_ADDR": REAL}):
        assert _keys(site, hops, 1) == {security.network()}


@on_sqlite
@pytest.mark.gate("S10", quick=100, full=1_000)
@pytest.mark.parametrize("hops", [1, 2])
def test_whoever_believes_the_leftmost_address_lets_everybody_choose(noon, make_site, size, hops):
    site = make_site(trusted_proxies=hops, seeded=False, switches=Switches(nearest_hop=False))
    assert len(_keys(_with_a_page_that_tells(site), hops, size)) > size / 3


def test_to_werkzeugs_own_reader_a_visitor_with_a_quote_is_the_proxy_itself():
    heard: list[str] = []

    def listen(environ, _start):
        heard.append(environ["REMOTE_ADDR"])
        return []

    for quote in ("", '"'):
        environ = {"HTTP_X_FORWARDED_FOR": f"{quote}1.1.1.1, {REAL}", "REMOTE_ADDR": PROXY}
        ProxyFix(listen, x_for=1)(environ, lambda *_: lambda _piece: None)
    assert heard == [REAL, PROXY], "ProxyFix is safe now: NearestHop may go"


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.0/24"),
        ("192.0.2.255", "192.0.2.0/24"),
        ("192.0.3.7", "192.0.3.0/24"),
        ("::ffff:192.0.2.7", "192.0.2.0/24"),
        ("::ffff:c000:207", "192.0.2.0/24"),
        ("2001:db8:1:2::7", "2001:db8:1::/48"),
        ("2001:db8:1::", "2001:db8:1::/48"),
        ("2001:0DB8:0001:FFFF:0:0:0:1", "2001:db8:1::/48"),
        ("2001:db8:2::1", "2001:db8:2::/48"),
        ("2001:db8::1", "2001:db8::/48"),
        ("::1", "::/48"),
        ("fe80::1%eth0", "fe80::/48"),
        ("", "unknown"),
        ("nonsense", "unknown"),
        ("1.2.3", "unknown"),
    ],
)
def test_a_network_is_a_24_or_a_48_however_its_address_is_written(address, network):
    assert security.near(address) == network


@on_sqlite
@pytest.mark.parametrize(
    ("said", "seen"),
    [
        ("198.51.100.77:4711", "198.51.100.77"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("2001:db8::1", "2001:db8::1"),
        ("unknown", PROXY),
        ("", PROXY),
    ],
)
def test_proxies_may_write_ports_and_brackets(noon, make_site, said, seen):
    site = make_site(trusted_proxies=1, seeded=False)
    site.app.add_url_rule("/who", "who", lambda: request.remote_addr or "")
    headers = {"X-Forwarded-For": said}
    assert site.app.test_client().get("/who", headers=headers, environ_base={"REMOTE_ADDR": PROXY}).text == seen

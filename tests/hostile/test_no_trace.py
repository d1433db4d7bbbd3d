"""S22: where somebody came from lies nowhere: not in the records, not in a file, not in the log."""

import ipaddress
import logging
from itertools import cycle
from pathlib import Path

import pytest

from tests.hostile.test_every_field import listening
from tests.house.everything import contents, on_sqlite, on_sqlite_in_small, routes

V4, V6 = "203.0.113.77", "2001:db8:51ca:77::1b"
AGENT = "SomebodysOwnBrowser/77"


def _spellings(address):
    """An address as it might lie somewhere: in digits, in part, as a number, in bytes."""
    packed = ipaddress.ip_address(address)
    said = {address, packed.exploded, str(int(packed)), packed.packed.hex(), packed.reverse_pointer}
    if packed.version == 4:
        said |= {"203.0.113.", "203-0-113-77"}
    return {one.encode() for one in said} | {packed.packed}


NEVER = _spellings(V4) | _spellings(V6) | {AGENT.encode()}


def _at_rest(site, lines):
    """Where anything of it lies."""
    places = {str(path): path.read_bytes() for path in Path(site.config.data_dir).rglob("*") if path.is_file()}
    places |= {"log": "\n".join(lines).encode(), "records": repr(contents(site)).encode()}
    return [(place, one) for place, held in places.items() for one in NEVER if one in held]


def _from(address):
    return {"environ_overrides": {"REMOTE_ADDR": address}, "headers": {"User-Agent": AGENT}}


@on_sqlite_in_small
@pytest.mark.wider
def test_whatever_somebody_does_their_address_and_browser_lie_nowhere(everything):
    site, addresses = everything.site, cycle((V4, V6, V6, V4))  # over the routes, each person comes from both
    assert contents(site)["sign_in_attempts"] == []
    with listening() as lines:
        for method, _path, rule in routes(site.app):
            for person in (site.visitor(), everything.insider(rule.rule)):
                if rule.endpoint != "staff.sign_out":
                    fields = everything.fields(rule) if method == "POST" else None
                    came = _from(next(addresses))
                    person.raw(everything.address(rule), method=method, data=fields, buffered=True, **came)
        came = _from(V6)
        site.visitor().raw("/q/" + everything.code, **came)
        stranger = site.visitor()
        page = stranger.get("/staff/sign-in", **came)
        wrong = {"email": "x@example.org", "password": "wrong", "code": "0"}
        stranger.raw("/staff/sign-in", method="POST", data={**page.form("Sign in")["fields"], **wrong}, **came)
        with site.inside():
            site.app.extensions["visits"].write()
        site.letters()
    assert len(contents(site)["sign_in_attempts"]) == 1  # of which a hash is kept, and for a day
    assert _at_rest(site, lines) == []


@on_sqlite
@pytest.mark.parametrize("where", ["log", "file"])
def test_an_address_at_rest_is_noticed(everything, where):
    with listening() as lines:
        if where == "log":
            logging.getLogger("campaign").warning("a visit from %s", V4)
        else:
            (everything.site.config.data_dir / "visits.log").write_text(V4)
    assert _at_rest(everything.site, lines)

"""S4: whoever asks about an address learns nothing of it: not from the bytes of the answer, and not from its time."""

import re
import time
from dataclasses import dataclass, replace
from http.client import HTTPConnection
from math import sqrt
from urllib.parse import urlencode, urlsplit

import pytest
from sqlalchemy import event
from werkzeug.test import EnvironBuilder

from campaign import clock, db, seals, security, serve
from campaign.app import Switches
from campaign.pledges import service as pledges
from campaign.staff import service as staff
from campaign.supporters import service as supporters
from tests.conftest import Site
from tests.processes import free_port, serving

pytestmark = pytest.mark.plain_sql

NEAR, FULL = 0.03, 1000  # how far from a coin's chance a full run may be; fewer tries scatter more
FLOWS = ("pledge", "news", "resend", "own page", "unsubscribe", "sign-in")
RENDERED = re.compile(rb'name="rendered"[^>]*value="[^"]*"|name="csrf_token"[^>]*value="[^"]*"')
CHANGING = {"Date", "Content-Length", "Set-Cookie", "X-Request-Id"}


def _known(site, number: int, kind: str = "known") -> None:
    """So many people, each of whom has signed and confirmed, or waits for the letter; and staff with a password."""
    with site.inside(), db.writing():
        for one in range(number):
            address, now = f"{kind}{one}@example.org", clock.now()
            pledges.sign("freedom", pledges.Promise("Anna Sample", address, address), "en", now)
            who = supporters.find_by_mailbox(address)
            assert who
            if one % 2:
                supporters.confirm(who, now)


@dataclass
class Asking:
    """The forms of the six flows, filled in for an address."""

    site: Site
    rendered: str
    cookie: str = ""
    token: str = ""

    def post(self, flow: str, address: str, number: int) -> tuple[str, dict[str, str]]:
        """Where the form goes, and what it says."""
        sign = {"name": "Anna Sample", "email": address, "old_enough": "y", "place": "", "message": ""}
        if flow in ("pledge", "news"):
            news = {"newsletter": "y"} if flow == "news" else {}
            return "/pledges/freedom", {**sign, **news, "rendered": self.rendered, "suggestion": ""}
        if flow == "resend":
            return "/pledges/freedom/resend", {"email": address, "rendered": self.rendered}
        if flow == "own page":
            return "/me", {"email": address, "rendered": self.rendered}
        if flow == "unsubscribe":
            who = number + 1 if address.startswith("known") else 10**6 + number
            with self.site.inside():
                return f"/unsubscribe/{seals.sign('leave', who)}", {"List-Unsubscribe": "One-Click"}
        typed = {"email": address, "password": "a wrong password", "code": "000000"}
        return "/staff/sign-in", {**typed, "csrf_token": self.token}


def _seen(answer, *asked: str) -> tuple[int, list[tuple[str, str]], bytes]:
    """What somebody sees of an answer, without what differs in each and what they asked with themselves."""
    headers = sorted((name, value) for name, value in answer.headers.items() if name not in CHANGING)
    body = RENDERED.sub(b"", answer.get_data())
    for one in asked:
        body = body.replace(one.encode(), b"")
    return answer.status_code, headers, body


@pytest.mark.parametrize("prefix", ["", "/es"])
@pytest.mark.parametrize("flow", FLOWS)
def test_the_bytes_of_the_answer_are_the_same(site, visitor, later, flow, prefix):
    _known(site, 4)
    with site.inside(), db.writing():
        staff.add("known0@example.org", "Staff", clock.now())
    with site.inside():
        asking = Asking(site, seals.render_time())
    later(seconds=3)
    asking.token = visitor.get("/staff/sign-in").form("Sign in")["fields"]["csrf_token"]
    answers = []
    for address in ("known0@example.org", "known1@example.org", "unknown0@example.org", "unknown0@example.org"):
        path, fields = asking.post(flow, address, 0)
        prefixed = path if flow == "sign-in" else prefix + path
        answers.append(_seen(visitor.raw(prefixed, method="POST", data=fields), address, path))
    assert answers[0][0] in (200, 303, 422)
    assert all(answer == answers[0] for answer in answers), flow


def likeness(known: list[float], unknown: list[float]) -> float:
    """How often a known address took longer than an unknown one: 0.5 when time tells nothing (the area under ROC)."""
    ranked = sorted([(value, 1) for value in known] + [(value, 0) for value in unknown])
    places = [place for place, (_, is_known) in enumerate(ranked, start=1) if is_known]
    return (sum(places) - len(known) * (len(known) + 1) / 2) / (len(known) * len(unknown))


def allowed(size: int) -> float:
    """How far from 0.5 so many tries may be: the gate's 0.03, and three times what chance alone does to fewer."""
    return max(NEAR, 3 * sqrt(1 / (6 * size)))


def _tries(make_site, target: str, flow: str, size: int) -> float:
    """Ask about known and unknown addresses in turn, at the real server; how well its times tell them apart."""
    site = make_site(port=free_port(), processes=1)
    _known(site, size)
    with serving(replace(site.config, base_url=f"http://localhost:{site.config.port}"), target) as address:
        host = urlsplit(address).netloc
        with site.inside():
            asking = Asking(site, seals.render_time())
        time.sleep(seals.YOUNGEST + 0.2)
        times: dict[str, list[float]] = {"known": [], "unknown": []}
        connection = HTTPConnection(host, timeout=60)
        for warm in range(20):
            _timed(connection, asking.post(flow, f"warm{warm}@example.org", 10**7 + warm))
        for number in range(size):
            for kind in ("known", "unknown") if number % 2 else ("unknown", "known"):
                times[kind].append(_timed(connection, asking.post(flow, f"{kind}{number}@example.org", number)))
        connection.close()
    return likeness(times["known"], times["unknown"])


def _timed(connection: HTTPConnection, form: tuple[str, dict[str, str]]) -> float:
    body = urlencode(form[1]).encode()
    start = time.perf_counter()
    connection.request("POST", form[0], body, {"Content-Type": "application/x-www-form-urlencoded"})
    answer = connection.getresponse()
    answer.read()
    took = time.perf_counter() - start
    assert answer.status in (200, 303), answer.status
    return took


# Signing in asks for a cookie first, and hashes for both alike; its time is measured with the staff door's own tests.
TIMED = FLOWS[:-1]


def _rows_written(site, deed) -> int:
    """How many rows this writes: none means no wait for the disk, and that would show from outside."""
    written = []
    engine = site.app.extensions["database"].engine

    def note(_connection, cursor, statement, *_):
        if statement.split(None, 1)[0].upper() in ("INSERT", "UPDATE", "DELETE"):
            written.append(cursor.rowcount)

    event.listen(engine, "after_cursor_execute", note)
    try:
        deed()
    finally:
        event.remove(engine, "after_cursor_execute", note)
    return sum(number for number in written if number > 0)


def _written(site, visitor, later, flow) -> tuple[int, int]:
    """The rows that a question about a known address writes, and one about an unknown address."""
    _known(site, 2)
    site.work()
    with site.inside():
        asking = Asking(site, seals.render_time())
    later(minutes=11)

    def ask(address: str) -> int:
        path, fields = asking.post(flow, address, 0)
        return _rows_written(site, lambda: visitor.raw(path, method="POST", data=fields))

    return ask("known0@example.org"), ask("unknown0@example.org")


@pytest.mark.parametrize("flow", [one for one in FLOWS if one not in ("unsubscribe", "sign-in")])
def test_what_is_asked_is_written_down_whoever_is_meant(site, visitor, later, flow):
    known, unknown = _written(site, visitor, later, flow)
    assert known > 0 and unknown > 0


def test_without_the_equal_work_nothing_is_written_about_a_stranger(noon, make_site, later):
    site = make_site(switches=Switches(equal_work=False))
    assert _written(site, site.visitor(), later, "own page")[1] == 0


@pytest.mark.gate("S4", quick=0, full=FULL)  # times are for a quiet machine
@pytest.mark.parametrize("flow", TIMED)
def test_the_time_of_the_answer_tells_nothing(make_site, size, flow):
    for tries in (size, 2 * size):  # chance alone goes too far now and then, but not twice in a row
        measured = _tries(make_site, "campaign.serve:site", flow, tries)
        print(f"S4 {flow}: {measured:.3f} of 2 x {tries}, allowed 0.5 ± {allowed(tries):.3f}")
        if abs(measured - 0.5) <= allowed(tries):
            return
    pytest.fail("the time of the answer tells whether the address is known")


@pytest.mark.gate("S4", quick=0, full=300)
def test_without_the_equal_work_it_would_tell(make_site, size):
    measured = _tries(make_site, "tests.unguarded:without_equal_work", "own page", size)
    print(f"S4 control, own page: {measured:.3f}")
    assert abs(measured - 0.5) > allowed(size), measured


@pytest.mark.parametrize(
    ("known", "unknown", "expected"),
    [([2, 4], [1, 3], 0.75), ([3, 4], [1, 2], 1.0), ([1, 2], [3, 4], 0.0), ([1, 4], [2, 3], 0.5)],
)
def test_the_measure_itself(known, unknown, expected):
    assert likeness(known, unknown) == expected


def test_an_answer_about_an_address_leaves_a_step_after_it_was_asked_for():
    def marked(environ, start_response):
        environ[security.IN_STEP] = True
        return [b"the same"]

    begun = time.perf_counter()
    answer = serve.in_turn(marked, 1000)(EnvironBuilder("/me").get_environ(), lambda *_: None)
    assert list(answer) == [b"the same"] and time.perf_counter() - begun >= serve.STEP

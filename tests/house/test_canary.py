"""S5: what somebody tells us stays in the records and in their letters, whatever fails; and is nowhere else."""

import json
import logging
import re
import tempfile
import time
from collections.abc import Callable
from contextlib import closing, suppress
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import psycopg
import pytest
from flask import request
from sqlalchemy import insert, select, text

from campaign import clock, db, jobs, logs
from campaign.mailing import fake as mailchimps
from campaign.mailing.fake.account import AUDIENCE, KEY
from campaign.staff import service as accounts
from campaign.supporters.models import Supporter
from tests.house.canary import ADDRESSES, BROWSER, EVERYTHING, PERSON, STAFF, found_in, found_in_files, spellings
from tests.house.running import running
from tests.mail.sink import sink
from tests.pledges.acts import link_in
from tests.processes import free_port

TOKEN = "a token for tests, long enough"
MEANT_TO_HOLD_THEM = ("site.db", "outbox/")  # the records, and the letters themselves


class Overheard(logging.Handler):
    """All that is logged, by our own formatters; by `leaking`, as logging itself would write it."""

    def __init__(self, leaking=False):
        super().__init__()
        plain = logging.Formatter("%(message)s")
        self.formatters = [logs.Objects(), logs.Lines(), *([plain] if leaking else [])]
        self.lines = []

    def emit(self, record):
        record.exc_text = None  # what one formatter made of a traceback is not for the next
        self.lines += [one.format(record) for one in self.formatters]

    @property
    def text(self):
        return "\n".join(self.lines)


@pytest.fixture
def overheard():
    yield from _overhear(Overheard())


def _overhear(handler):
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield handler
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """Where temporary files go."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


class Watched:
    """A site all of whose addresses, subjects and job arguments are written down."""

    def __init__(self, site):
        self.site, self.addresses, self.pages = site, [], 0
        site.app.testing = False
        site.app.after_request(self._note)
        self.views: dict[str, Callable[[], object]] = {}
        site.app.add_url_rule("/broken/<what>", "broken", lambda what: self.views[what]())

    def _note(self, answer):
        self.addresses += [
            request.url,
            answer.headers.get("Location", ""),
            str(answer.headers.get("Content-Disposition")),
        ]
        if answer.mimetype == "text/html":
            self.pages += 1
            self.addresses += re.findall(r'(?:href|src|action)="([^"]*)"', answer.get_data(as_text=True))
        return answer

    def person(self, address=ADDRESSES[0]):
        """Somebody who comes from this address with a telling browser."""
        visitor = self.site.visitor()
        visitor.client.environ_base |= {"REMOTE_ADDR": address, "HTTP_USER_AGENT": BROWSER}
        return visitor

    def sign(self, later, **fields):
        visitor = self.person()
        page = visitor.get("/pledges/freedom")
        later(seconds=3)
        told = {**PERSON, "old_enough": "y", "newsletter": "y", "show_name": "y", **fields}
        return visitor.press(page, "Sign the pledge", **told)


@pytest.fixture
def watched(noon, make_site, temporary):
    return Watched(make_site(metrics_token=TOKEN, access_log=True))


def _everything_goes_well(watched, later):
    """Sign, mistype, ask again, confirm, be read, be exported, take back, leave, sign in."""
    site = watched.site
    assert watched.sign(later).status == 200
    assert watched.sign(later, old_enough=None, email=PERSON["email"] + "@").status == 422
    visitor = watched.person(ADDRESSES[1])
    visitor.post("/pledges/freedom/resend", {"email": PERSON["email"]})
    later(minutes=20)
    visitor.post("/pledges/freedom/resend", {"email": PERSON["email"]})
    letters = site.letters()
    visitor.press(visitor.get(link_in(letters[0], "confirm")), "Yes")
    site.work()
    letters += site.letters()
    with site.inside(), db.writing():
        key = accounts.one_time_link(accounts.add(STAFF["email"], STAFF["email"], clock.now()), clock.now())
    staff = site.visitor()
    staff.client.environ_base["HTTP_USER_AGENT"] = BROWSER
    staff.press(staff.get(f"/staff/link/{key}"), "Sign in")
    staff.press(staff.get("/staff/signatures"), "Pass")
    for path in (
        "/staff/signatures.csv",
        "/staff/letters",
        "/staff/letters/1",
        "/staff/list",
        "/staff/audit",
        "/staff/",
    ):
        assert staff.raw(path, buffered=True).status_code == 200
    stranger = watched.person()
    stranger.press(stranger.get("/staff/sign-in"), "Sign in", **STAFF, code="123456")
    visitor.press(visitor.get(link_in(letters[-1], "withdraw")), "Take my signature back")
    visitor.press(visitor.get(link_in(letters[-1], "unsubscribe")), "Unsubscribe")
    site.work()
    return letters + site.letters()


def _everything_fails(watched, later, database_url, tmp_path):
    """A page falls, a statement is refused with its values, a sweep falls, the site itself falls, the records go."""
    site, told = watched.site, " ".join(EVERYTHING)

    def fall():
        raise ValueError(told)

    def refused():
        twice = {"email": PERSON["email"], "mailbox": PERSON["email"], "language": "en", "added_at": clock.now()}
        more = {"subscribed": False, "due_version": 0, "list_state": "", "list_trouble": "", "list_tries": 0}
        with db.writing() as session:
            session.execute(insert(Supporter).values(**twice, **more))
            session.execute(insert(Supporter).values(**twice, **more))

    def nonsense():
        with db.writing() as session:
            session.execute(text("SELECT :told FROM nowhere"), {"told": told})

    watched.views = {"fall": fall, "refused": refused, "nonsense": nonsense}
    for name in watched.views:
        assert watched.person().raw(f"/broken/{name}").status_code in (500, 503), name
    jobs._inside(site.app, jobs.Sweep("falls", fall, {}))()
    answers = site.app.extensions["answers"]
    inner, answers.app = answers.app, lambda *_: fall()
    assert watched.person().raw("/help").status_code == 500
    answers.app = inner
    page = watched.person().get("/pledges/freedom")
    later(seconds=3)
    _take_the_records_away(site, database_url, tmp_path)
    answer = watched.person().press(page, "Sign the pledge", **PERSON, old_enough="y")
    assert answer.status == 503 and found_in(answer.html) == []
    for sweep in jobs.SWEEPS.values():
        jobs._inside(site.app, sweep)()


def _take_the_records_away(site, database_url, tmp_path):
    site.app.extensions["database"].engine.dispose()
    if database_url.startswith("sqlite"):
        for name in ("site.db-wal", "site.db-shm"):
            (tmp_path / name).unlink(missing_ok=True)
        (tmp_path / "site.db").write_bytes(b"this is no database " * 5000)
        return
    url = site.app.extensions["database"].engine.url
    with psycopg.connect(
        url.set(drivername="postgresql", database="postgres").render_as_string(False), autocommit=True
    ) as it:
        it.execute(f'DROP DATABASE "{url.database}" WITH (FORCE)')


def test_nothing_of_anybody_leaves_the_records_whatever_fails(
    watched, overheard, later, database_url, tmp_path, temporary, capfd
):
    letters = _everything_goes_well(watched, later)
    numbers = watched.person().raw("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
    _everything_fails(watched, later, database_url, tmp_path)
    time.sleep(0.3)  # the wake-ups go into the queue by a thread of their own
    assert watched.pages > 20 and len(letters) >= 2 and "ValueError at" in overheard.text
    assert found_in(overheard.text) == []
    assert found_in("\n".join(watched.addresses)) == []
    assert found_in(numbers) == [] and "campaign_answers_total" in numbers
    assert found_in("\n".join(str(one["Subject"]) for one in letters)) == []
    said = capfd.readouterr()
    assert found_in(said.out + said.err) == []
    assert found_in_files(tmp_path, MEANT_TO_HOLD_THEM) == {} and found_in_files(temporary) == {}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_also_when_the_mail_server_and_the_list_say_no_and_repeat_the_address(
    noon, make_site, temporary, overheard, later, tmp_path, capfd, monkeypatch
):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    port = free_port()
    with sink(port) as server, mailchimps.running(mailchimps.Fake()) as chimp:
        known = {"mailchimp_key": KEY, "mailchimp_audience": AUDIENCE, "mailchimp_host": chimp.url}
        watched = Watched(make_site(smtp_url=f"smtp://127.0.0.1:{port}", metrics_token=TOKEN, **known))
        watched.sign(later)
        for reply in ("550 5.1.1 <{}> unknown", "451 4.7.1 <{}> later", "421 <{}> bye"):
            for step in ("RCPT", "DATA"):
                server.answers = {step: reply.format(PERSON["email"])}
                with watched.site.inside():
                    jobs._inside(watched.site.app, jobs.SWEEPS["deliver-letters"])()
                    _again(watched.site)
        server.answers = {}
        later(hours=7)
        watched.site.work()
        link = link_in(server.got[-1], "confirm")
        visitor = watched.person()
        visitor.press(visitor.get(link), "Yes")
        chimp.members.fakes.add(PERSON["email"])
        for mood in ("429", "500", "403 HTML", "drop", None):
            chimp.moods = [mood] if mood in mailchimps.moods.MOODS else []
            later(hours=2)
            watched.site.work()
    assert watched.site.rows(select(Supporter.list_stuck_at))[0][0] is not None
    assert overheard.lines and found_in(overheard.text) == []
    assert found_in("\n".join(watched.addresses)) == []
    said = capfd.readouterr()
    assert found_in(said.out + said.err) == []
    assert found_in_files(tmp_path, MEANT_TO_HOLD_THEM) == {} and found_in_files(temporary) == {}


def _again(site):
    from sqlalchemy import update

    from campaign.mail import Letter

    with db.writing() as session:
        session.execute(update(Letter).values(state="waiting", due_at=clock.now(), leased_until=None))


@pytest.mark.gate("S5", quick=1, full=5)
def test_neither_in_what_real_processes_say_nor_in_their_files_and_arguments(tmp_path, size):
    """The whole site as it runs: web server, worker, queue, a proxy in front, and records that break under it."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    settings = {"TRUSTED_PROXIES": "1", "ACCESS_LOG": "1", "METRICS_TOKEN": TOKEN, "TMPDIR": str(folder)}
    with running(tmp_path, "run", "--demo", **settings) as site:
        site.wait_for("Stop with Ctrl-C")
        told: dict[str, str] = {}
        for _ in range(size):
            page = _ask(site.port, "/pledges/freedom")[1]
            time.sleep(2.1)
            rendered = re.search(r'name="rendered"[^>]*value="([^"]+)"', page)
            assert rendered
            told = {**PERSON, "old_enough": "y", "newsletter": "y", "rendered": rendered[1]}
            assert _ask(site.port, "/pledges/freedom", told)[0] == 303
            _ask(site.port, f"/nowhere/{PERSON['email']}?q={PERSON['email']}")
        deadline = time.monotonic() + 20
        while not any(PERSON["email"] in one.read_text() for one in (tmp_path / "outbox").glob("*.eml")):
            assert time.monotonic() < deadline
            time.sleep(0.1)
        (tmp_path / "site.db").write_bytes(b"this is no database " * 5000)
        assert _ask(site.port, "/pledges/freedom", told)[0] in (303, 422, 503)
        assert _in_arguments() == []
        assert found_in_files(tmp_path, ("site.db", "outbox/", "said")) == {}
    assert "campaign.answers" in site.said and found_in(site.said) == []


def _ask(port, path, fields=None):
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    headers = {"Host": f"localhost:{port}", "X-Forwarded-For": ADDRESSES[0], "User-Agent": BROWSER}
    headers |= {"Content-Type": "application/x-www-form-urlencoded"} if fields else {}
    with closing(connection):
        connection.request("POST" if fields else "GET", path, urlencode(fields) if fields else None, headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def _in_arguments():
    """The facts in the command line of any process of this machine."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            found += found_in(path.read_bytes())
    return found


# ---------------------------------------------------------------- controls: what is looked for is found


def test_a_log_that_leaks_is_noticed(noon, make_site, later):
    """As logging itself writes: the exception with its message, the statement with its values."""
    [leaking] = [Overheard(leaking=True)]
    listening = _overhear(leaking)
    next(listening)
    site = make_site()

    def fall():
        try:
            raise ValueError(" ".join(EVERYTHING))
        except ValueError:
            logging.getLogger("elsewhere").exception("it failed")
            raise

    site.app.testing = False
    site.app.add_url_rule("/fall", "fall", fall)
    site.visitor().raw("/fall")
    assert found_in(leaking.text) == sorted(EVERYTHING)
    for _ in listening:
        pass


@pytest.mark.parametrize("fact", EVERYTHING)
def test_each_fact_is_found_in_each_spelling(fact, tmp_path):
    for number, spelling in enumerate(spellings(fact)):
        (tmp_path / str(number)).write_bytes(b"before " + spelling + b" after")
    assert set(found_in_files(tmp_path)) == {str(number) for number in range(len(spellings(fact)))}
    assert found_in(json.dumps({"said": fact})) == [fact] and found_in("nothing of anybody") == []

"""What the site says of itself: which request, which page, what went wrong where; and nothing that anybody said."""

import json
import logging
import re
import shutil
import subprocess
import sys
import warnings

import pytest

from campaign import logs
from tests.conftest import ROOT
from tests.house.everything import on_sqlite
from tests.house.running import running

CANARY = "canary-7f3a@example.org"


@pytest.fixture
def lines():
    """What a real site's log holds after this."""
    return _listening(logs.Objects())


def _listening(formatter):
    class Kept(logging.Handler):
        def __init__(self):
            super().__init__()
            self.lines = []

        def emit(self, record):
            self.lines.append(self.format(record))

    handler = Kept()
    handler.setFormatter(formatter)
    return handler


@pytest.fixture
def heard(lines):
    logger = logging.getLogger()
    before = logger.level
    logger.addHandler(lines)
    logger.setLevel(logging.INFO)
    yield lines
    logger.removeHandler(lines)
    logger.setLevel(before)


def _of(heard, name):
    return [one for one in map(json.loads, heard.lines) if one["from"] == name]


@on_sqlite
def test_every_answer_says_its_requests_id_and_no_two_the_same(site):
    crowd = site.app.test_client()
    ids = [crowd.get(path).headers["X-Request-Id"] for path in ("/help", "/help", "/nowhere", "/pledges", "/pledges")]
    assert len(set(ids)) == len(ids) and all(re.fullmatch("[0-9a-f]{12}", one) for one in ids)


@on_sqlite
def test_what_fails_is_said_once_with_the_request_and_the_place_and_without_values(site, heard):
    def fail():
        raise ValueError(CANARY)

    site.app.add_url_rule("/broken", "broken", fail)
    site.app.testing = False
    answer = site.visitor().raw("/broken")
    [said] = _of(heard, "campaign")
    assert said["request"] == answer.headers["X-Request-Id"] and said["level"] == "error"
    assert re.search(r"ValueError at .*test_logs\.py:\d+", said["said"])
    assert CANARY not in "".join(heard.lines)


@on_sqlite
def test_what_fails_before_the_site_is_reached_is_a_short_answer_and_no_traceback(site, heard):
    answers = site.app.extensions["answers"]

    def broken(_environ, _start):
        raise KeyError(CANARY)

    site.app.testing, inner, answers.app = False, answers.app, broken
    answer = site.visitor().raw("/help")
    answers.app = inner
    assert answer.status_code == 500 and answer.headers["X-Request-Id"]
    assert CANARY not in answer.text + "".join(heard.lines) and "KeyError" in "".join(heard.lines)


@on_sqlite
def test_an_answer_that_breaks_off_says_so_without_its_values(site, staff, heard, monkeypatch):
    from campaign.pledges import export

    def half():
        yield "pledge\n"
        raise ValueError(CANARY)

    monkeypatch.setattr(export, "signatures", half)
    site.app.testing = False
    with pytest.raises(Exception, match=r"^$") as broke:
        staff.raw("/staff/signatures.csv", buffered=True)
    assert broke.type.__name__ == "BrokeOff" and broke.value.__suppress_context__
    assert "broke off: ValueError" in "".join(heard.lines) and CANARY not in "".join(heard.lines)


@on_sqlite
def test_the_access_log_is_off_until_it_is_asked_for(site, heard):
    site.visitor().get("/help")
    assert _of(heard, "campaign.answers") == []


@on_sqlite
def test_the_access_log_names_the_page_and_never_the_address(noon, make_site, heard, later):
    site = make_site(access_log=True)
    visitor = site.visitor()
    visitor.client.environ_base |= {"REMOTE_ADDR": "203.0.113.9", "HTTP_USER_AGENT": "Mozilla/5.0 (a telling one)"}
    with site.inside():
        from campaign import seals

        token = seals.sign("sign", 1)
    for path in ("/help", f"/confirm/{token}", f"/nowhere/{CANARY}", f"/pledges?via={CANARY}"):
        visitor.raw(path)
    site.app.test_client().get("/help")
    noted = _of(heard, "campaign.answers")
    assert [one["endpoint"] for one in noted] == [
        "pages.help",
        "pledges.confirm",
        "none",
        "pledges.index",
        "pages.help",
    ]
    assert [one["status"] for one in noted] == [200, 410, 404, 200, 200]
    assert all(one["method"] == "GET" and one["ms"] >= 0 and len(one["request"]) == 12 for one in noted)
    for secret in (CANARY, token, "203.0.113", "Mozilla", "/help"):
        assert secret not in "".join(heard.lines)


FOREIGN = [
    ("sqlalchemy.pool", "Exception during reset of %s", (CANARY,)),
    ("huey", "Task %s failed", (CANARY,)),
    ("_granian", f"Application callable raised an exception\nTraceback\nValueError: {CANARY}", ()),
    ("asyncio", f"could not connect to 203.0.113.9 or 2001:db8::7 for {CANARY}", ()),
]


@pytest.mark.parametrize(("name", "message", "values"), FOREIGN)
@pytest.mark.parametrize("formatter", [logs.Objects(), logs.Lines()], ids=["objects", "lines"])
def test_of_a_librarys_line_only_its_own_words_are_taken(name, message, values, formatter):
    handler = _listening(formatter)
    logger = logging.getLogger(name)
    logger.addHandler(handler)
    try:
        raise ValueError(CANARY)
    except ValueError:
        logger.critical(message, *values, exc_info=True)
    finally:
        logger.removeHandler(handler)
    [line] = handler.lines
    assert "ValueError at test_logs.py" in line
    for secret in (CANARY, "203.0.113.9", "2001:db8"):
        assert secret not in line


def test_a_line_cannot_be_made_to_look_like_two(heard):
    logging.getLogger("campaign").warning('one\r\n{"level": "info"}\u2028%s', "a\x1b[2J")
    [line] = heard.lines
    assert len(line.splitlines()) == 1 and json.loads(line)["said"].startswith("one {")


@pytest.mark.parametrize(
    "kept", ["12:30:45", "version 1.2", "row 12: pledge.opened, seal 8f3a", "https://", "3 people, 2 settled"]
)
def test_what_is_no_address_stays(kept):
    assert logs.struck(kept) == kept


@pytest.mark.parametrize(
    "gone",
    ["anna@example.org", "203.0.113.9", "2001:db8::7", "::ffff:203.0.113.9", "fe80::1", "ännä@exämple.org", "x" * 43],
)
def test_what_looks_like_an_address_or_a_token_goes(gone):
    assert gone not in logs.struck(f"before {gone}, after") and "after" in logs.struck(f"before {gone}, after")


NOBODY_CATCHES = f"""
import threading, warnings
from campaign import logs
logs.begin(as_objects=True)
warnings.warn("{CANARY}")
threading.Thread(target=lambda: int("{CANARY}")).start()
class Dies:
    def __del__(self): raise ValueError("{CANARY}")
Dies()
raise KeyError("{CANARY}")
"""


def test_what_nobody_catches_is_said_without_its_values():
    done = subprocess.run(
        [sys.executable, "-c", NOBODY_CATCHES], capture_output=True, text=True, check=False, timeout=60
    )
    said = [json.loads(line)["said"] for line in done.stderr.splitlines()]
    assert CANARY not in done.stderr and done.returncode == 1
    for what in ("UserWarning at", "ValueError at", "KeyError at"):
        assert any(what in one for one in said), said


def test_a_real_site_writes_objects_alone_one_a_line(tmp_path, sqlite_template):
    shutil.copy(sqlite_template, tmp_path / "site.db")
    shutil.copytree(ROOT / "content", tmp_path / "content")
    words = tmp_path / "content" / "campaign.toml"
    words.write_text(words.read_text().replace('postal_address = ""', 'postal_address = "1 Sample Street"'))
    settings = {"MODE": "production", "BASE_URL": "https://campaign.example", "TRUSTED_PROXIES": "1", "ACCESS_LOG": "1"}
    with running(tmp_path, "web", CONTENT_DIR=str(tmp_path / "content"), **settings) as site:
        site.ask("/nowhere")
        site.wait_for("campaign.answers")
        (tmp_path / "site.db").write_bytes(b"this is no database " * 5000)
        site.ask("/healthz")
    said = [json.loads(line) for line in site.said.splitlines()]
    assert {"endpoint": "healthz", "status": 200, "method": "GET"}.items() <= said[-1].items()
    assert all({"at", "level", "from", "said"} <= set(one) for one in said)


def test_the_hooks_are_set_for_this_process_alone():
    assert warnings.showwarning is not logs._warn

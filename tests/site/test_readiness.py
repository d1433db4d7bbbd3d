"""`/readyz`: ready or not, and what is wrong in words, for those who may know."""

import shutil

import pytest
from sqlalchemy import select

from campaign import readiness
from campaign.pulse import SweepRun
from tests.house.everything import on_sqlite

TOKEN = "a token for tests, long enough"


@pytest.fixture
def ready(site):
    """A site whose worker was seen a moment ago."""
    with site.inside():
        site.app.extensions["jobs"].pulse.note("deliver-letters", went_well=True)
    return site


def _look(site, **headers):
    """What the site says of itself now."""
    site.app.extensions["readiness"].looked_at = float("-inf")
    answer = site.visitor().raw("/readyz", headers=headers)
    found = dict(line.split(": ", 1) for line in answer.text.splitlines()[1:])
    return answer.status_code, {what: words for what, words in found.items() if words != "well"}


def test_a_site_that_can_work_is_ready(ready):
    answer = ready.visitor().raw("/readyz")
    assert answer.status_code == 200 and answer.text.splitlines()[0] == "ready"
    assert answer.headers["Cache-Control"] == "no-store"
    assert {line.split(":")[0] for line in answer.text.splitlines()[1:]} == set(readiness.CHECKS)


def test_a_worker_that_was_never_seen_or_not_for_three_minutes_is_missed(site, later):
    assert _look(site) == (503, {"worker": "none was ever seen; start one with `campaign worker`"})
    with site.inside():
        site.app.extensions["jobs"].tasks["deliver-letters"].call_local()
    assert _look(site) == (200, {})
    later(minutes=2)
    assert _look(site) == (200, {})
    later(minutes=2)
    assert _look(site) == (503, {"worker": "none was seen for 4 minutes"})


@on_sqlite
def test_records_that_are_away_are_named(ready, tmp_path):
    engine = ready.app.extensions["database"].engine
    engine.dispose()
    (tmp_path / "site.db").write_bytes(b"this is no database " * 5000)
    status, found = _look(ready)
    assert status == 503 and "cannot be reached" in found["records"]
    assert {"shape of the records", "worker"} < set(found) and ready.visitor().get("/help").status == 200


def test_records_of_an_older_shape_are_named(ready, database_url):
    from campaign import schema

    ready.app.extensions["database"].engine.dispose()
    schema.downgrade(database_url, schema.versions()[-2])
    status, found = _look(ready)
    assert status == 503 and "not the one" in found["shape of the records"]


@on_sqlite
def test_a_queue_that_is_away_is_named(noon, make_site):
    for url in ("postgresql://nobody@127.0.0.1:1/nowhere", "redis://127.0.0.1:1/0"):
        status, found = _look(make_site(queue_url=url))
        assert status == 503 and "cannot be reached" in found["queue"] and "nobody" not in found["queue"]


@on_sqlite
def test_a_full_disk_is_named(ready, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: shutil._ntuple_diskusage(10**9, 10**9, 5_000_000))
    assert _look(ready)[1] == {"disk": "only 5 MB are free; the site wants 200"}


@on_sqlite
def test_an_outbox_that_cannot_be_written_is_named(ready, tmp_path):
    (tmp_path / "outbox").write_text("a file stands in its place")
    assert "outbox" in _look(ready)[1]


@on_sqlite
def test_strangers_learn_only_whether_it_is_ready(noon, make_site):
    site = make_site(metrics_token=TOKEN, trusted_proxies=1)
    for headers in (
        {"X-Forwarded-For": "203.0.113.9"},
        {"X-Forwarded-For": "203.0.113.9", "Authorization": "Bearer x"},
    ):
        answer = site.visitor().raw("/readyz", headers=headers)
        assert (answer.status_code, answer.text) == (503, "not ready\n") and answer.headers["Retry-After"]
    asked = {"X-Forwarded-For": "203.0.113.9", "Authorization": f"Bearer {TOKEN}"}
    assert "worker: none" in site.visitor().raw("/readyz", headers=asked).text


@on_sqlite
def test_many_who_ask_make_it_look_once(ready, monkeypatch):
    looks = []

    def look(_config):
        looks.append(1)
        return ""

    monkeypatch.setitem(readiness.CHECKS, "records", look)
    for _ in range(20):
        ready.visitor().raw("/readyz")
    assert len(looks) == 1


@on_sqlite
def test_a_sweep_that_a_crowd_wakes_is_noted_once(ready, later):
    jobs, seen = ready.app.extensions["jobs"], select(SweepRun.ran_at).where(SweepRun.id == "deliver-letters")
    before = ready.rows(seen)
    later(seconds=5)
    with ready.inside():
        for _ in range(50):
            jobs.pulse.note("deliver-letters", went_well=True)
        assert ready.rows(seen) == before
        jobs.pulse.note("deliver-letters", went_well=False)
    assert ready.rows(seen) != before

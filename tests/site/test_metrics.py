"""`/metrics`: what an operator's Prometheus reads, over all processes, and nobody else."""

import re
import shutil
from http.client import HTTPConnection

import pytest
from prometheus_client.parser import text_string_to_metric_families as parsed

from campaign.errors import Misconfigured
from tests.house.everything import on_sqlite
from tests.house.running import running
from tests.pledges.acts import sign, signed

TOKEN = "a token for tests, long enough"
WITH_TOKEN = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def measured(noon, make_site):
    """A site whose operator has set a token."""
    return make_site(metrics_token=TOKEN)


def _numbers(text):
    """Each sample by its name and labels."""
    found = {}
    for family in parsed(text):
        for one in family.samples:
            found[one.name, *sorted(one.labels.values())] = one.value
    return found


def _read(site):
    answer = site.visitor().raw("/metrics", headers=WITH_TOKEN)
    assert answer.status_code == 200 and answer.mimetype == "text/plain"
    return _numbers(answer.text)


@on_sqlite
def test_without_a_token_in_the_settings_there_is_no_such_address(site):
    assert site.visitor().get("/metrics").status == 404
    assert site.visitor().get("/metrics", headers={"Authorization": "Bearer "}).status == 404
    assert site.app.extensions["answers"].count is None


@on_sqlite
@pytest.mark.parametrize("sent", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer \xff"])
def test_without_the_right_token_nothing_is_said(measured, sent):
    answer = measured.visitor().raw("/metrics", headers={"Authorization": sent} if sent else {})
    assert answer.status_code == 401 and "campaign" not in answer.text


@on_sqlite
def test_a_token_that_can_be_guessed_is_refused_at_the_start(make_site):
    with pytest.raises(Misconfigured, match="METRICS_TOKEN"):
        make_site(metrics_token="short")


def test_answers_are_counted_by_page_and_kind_of_status_and_never_by_address(measured, later):
    visitor = measured.visitor()
    for path in ("/help", "/help", "/es/help", "/nowhere/anna@example.org", "/confirm/sign-1.cut"):
        visitor.raw(path)
    measured.app.test_client().get("/help")  # from the kept pages
    numbers = _read(measured)
    assert numbers["campaign_answers_total", "2xx", "pages.help"] == 4
    assert numbers["campaign_answers_total", "4xx", "none"] == 1
    assert numbers["campaign_answer_seconds_count", "pages.help"] == 4
    assert "anna" not in repr(numbers) and "sign-1" not in repr(numbers)


def test_it_says_how_letters_list_and_sweeps_stand(measured, later):
    visitor = measured.visitor()
    signed(measured, visitor, later, newsletter="y")
    sign(visitor, later, name="Bela Sample", email="bela@example.org")
    later(minutes=5)
    with measured.inside():
        measured.app.extensions["jobs"].tasks["count-signatures"].call_local()
    numbers = _read(measured)
    assert numbers["campaign_letters", "sent"] == 1 and numbers["campaign_letters", "waiting"] == 2
    assert numbers["campaign_letters_oldest_waiting_seconds",] == 303
    assert numbers["campaign_list_due",] == 1 and numbers["campaign_list_stuck",] == 0
    assert numbers["campaign_signatures_confirmed",] == 1
    assert numbers["campaign_sweep_succeeded_seconds", "count-signatures"] > 1_700_000_000
    assert numbers["campaign_disk_free_bytes",] > 0 and numbers["campaign_records_up",] == 1
    assert numbers["campaign_audit_broken",] == 0
    assert any(name[0] == "campaign_build_info" for name in numbers)


@on_sqlite
def test_with_the_records_away_it_says_that(measured, tmp_path):
    measured.app.extensions["database"].engine.dispose()
    (tmp_path / "site.db").write_bytes(b"this is no database " * 5000)
    numbers = _read(measured)
    assert numbers["campaign_records_up",] == 0 and numbers["campaign_disk_free_bytes",] > 0


def test_all_processes_are_counted_together(tmp_path, sqlite_template):
    shutil.copy(sqlite_template, tmp_path / "site.db")
    with running(tmp_path, WEB_PROCESSES="2", METRICS_TOKEN=TOKEN) as site:
        asked = 0
        while asked < 40 or (len(_processes(tmp_path)) < 2 and asked < 4_000):  # until both have been asked
            assert site.ask("/help").status == 200
            asked += 1
        for _ in range(5):  # whichever process is asked
            connection = HTTPConnection("127.0.0.1", site.port, timeout=20)
            connection.request("GET", "/metrics", headers=WITH_TOKEN)
            numbers = _numbers(connection.getresponse().read().decode())
            connection.close()
            assert numbers["campaign_answers_total", "2xx", "pages.help"] == asked
    assert len(_processes(tmp_path)) == 2


def _processes(folder):
    """The processes that have counted something."""
    return {re.sub(r"\D", "", path.name) for path in (folder / "metrics").glob("counter_*.db")}

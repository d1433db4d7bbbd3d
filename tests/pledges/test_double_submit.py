"""R4: one form sent fifty times at once is one row, one letter, and fifty times the same page."""

import threading
import time
from dataclasses import replace
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

import pytest
from sqlalchemy import func, select

from campaign import seals
from campaign.mail import Letter
from campaign.pledges.models import Signature
from tests.house.everything import on_sqlite_in_small
from tests.processes import free_port, serving

AT_ONCE = 50


def _form(site, number: int) -> bytes:
    with site.inside():
        rendered = seals.render_time()
    fields = {"name": "Anna Sample", "email": f"anna{number}@example.org", "old_enough": "y", "rendered": rendered}
    return urlencode({**fields, "website": "", "place": "", "message": "", "suggestion": ""}).encode()


def _send_at_once(address: str, body: bytes) -> list[tuple[int, str, bytes]]:
    """The same form from fifty connections that wait for each other; the answers."""
    start, answers = threading.Barrier(AT_ONCE), []

    def send() -> None:
        connection = HTTPConnection(urlsplit(address).netloc, timeout=60)
        connection.connect()
        start.wait(60)
        connection.request("POST", "/pledges/freedom", body, {"Content-Type": "application/x-www-form-urlencoded"})
        answer = connection.getresponse()
        answers.append((answer.status, answer.getheader("Location", ""), answer.read()))
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(90)
    return answers


def _trials(make_site, target: str, trials: int) -> list[tuple[int, int, int]]:
    """Rows, letters and different answers of each trial."""
    site = make_site(port=free_port(), processes=2)
    results = []
    with serving(replace(site.config, base_url=f"http://localhost:{site.config.port}"), target) as address:
        forms = [_form(site, number) for number in range(trials)]
        time.sleep(seals.YOUNGEST + 0.2)
        seen_rows = seen_letters = 0
        for form in forms:
            answers = _send_at_once(address, form)
            assert len(answers) == AT_ONCE and {status for status, *_ in answers} == {303}
            rows = site.rows(select(func.count()).select_from(Signature))[0][0]
            letters = site.rows(select(func.count()).select_from(Letter))[0][0]
            results.append((rows - seen_rows, letters - seen_letters, len(set(answers))))
            seen_rows, seen_letters = rows, letters
    return results


@pytest.mark.gate("R4", quick=2, full=100)
def test_fifty_times_the_same_form_is_one_signature(make_site, size):
    assert _trials(make_site, "campaign.serve:site", size) == [(1, 1, 1)] * size


@on_sqlite_in_small
@pytest.mark.gate("R4", quick=1, full=3)
def test_without_natural_keys_it_would_be_many(make_site, size):
    assert all(rows > 1 for rows, *_ in _trials(make_site, "tests.unguarded:without_natural_keys", size))

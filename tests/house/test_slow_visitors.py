"""Somebody on a slow line holds up nobody else: the page with the number comes while others are still sending."""

import socket
import time
from contextlib import ExitStack

import pytest

from tests.house.running import running

SOON = 10.0  # seconds; whoever waits for the slow ones waits longer
SLOW = 20  # people
HALF_A_FORM = (
    "POST /pledges/freedom HTTP/1.1\r\nHost: localhost:{port}\r\n"
    "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 500\r\n\r\nname=Anna"
)
HALF_A_HEADER = "GET /help HTTP/1.1\r\nHost: localhost:{port}\r\nUser-Agent: slo"


@pytest.mark.parametrize("half", [HALF_A_FORM, HALF_A_HEADER, ""], ids=["a form", "a header", "nothing yet"])
def test_people_on_slow_lines_hold_up_nobody(tmp_path, half):
    with running(tmp_path) as site, ExitStack() as lines:
        for _ in range(SLOW):
            line = lines.enter_context(socket.create_connection(("127.0.0.1", site.port), 5))
            line.sendall(half.format(port=site.port).encode())
        time.sleep(0.3)
        begun = time.monotonic()
        assert site.ask("/help", patience=SOON).status == 200
        assert site.ask("/healthz", patience=SOON).status == 200
        assert time.monotonic() - begun < SOON

"""How the fake misbehaves: each mood answers one call instead of, or after, doing what was asked.

A mood is put into `Fake.moods`, one for each call to come; with `after:` before it the write is done first, and the
answer is lost all the same.
"""

import socket
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from time import sleep

HTML = b"<html><head><title>502 Bad Gateway</title></head><body>cdn</body></html>"
TOO_MANY = b'{"title":"Too Many Requests","status":429,"detail":"You have exceeded the limit of 10.","instance":""}'
PROBLEM = "application/problem+json; charset=utf-8"
SLOW = 1.0  # seconds that a hanging call hangs


def _plain(status: int, body: bytes = b"", kind: str | None = None) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(door: BaseHTTPRequestHandler) -> None:
        door.send_response(status)
        if kind:
            door.send_header("Content-Type", kind)
        door.send_header("Content-Length", str(len(body)))
        door.end_headers()
        door.wfile.write(body)

    return answer


def _cut_short(door: BaseHTTPRequestHandler) -> None:
    """The connection ends in the middle of the answer."""
    door.send_response(200)
    door.send_header("Content-Type", "application/json")
    door.send_header("Content-Length", "1000")
    door.end_headers()
    door.wfile.write(b'{"new_members": [')
    _drop(door)


def _drop(door: BaseHTTPRequestHandler) -> None:
    """The connection ends."""
    door.close_connection = True
    door.wfile.flush()
    door.connection.shutdown(socket.SHUT_RDWR)


def _hang(door: BaseHTTPRequestHandler) -> None:
    """Nothing comes for a while, and then nothing."""
    sleep(SLOW)
    _drop(door)


def _drip(door: BaseHTTPRequestHandler) -> None:
    """A byte now and then: each comes in time, the answer does not."""
    door.send_response(200)
    door.send_header("Content-Type", "application/json")
    door.send_header("Content-Length", "100000")
    door.end_headers()
    for _ in range(20):
        door.wfile.write(b" ")
        door.wfile.flush()
        sleep(0.1)
    _drop(door)


def _redirect(door: BaseHTTPRequestHandler) -> None:
    """Back to where they are: the client comes again, with a GET."""
    door.send_response(302)
    door.send_header("Location", door.path)
    door.send_header("Content-Length", "0")
    door.end_headers()


MOODS: dict[str, Callable[[BaseHTTPRequestHandler], None]] = {
    "429": _plain(429, TOO_MANY, PROBLEM),
    "429 bare": _plain(429),
    "403 bare": _plain(403),
    "403 html": _plain(403, HTML, "text/html"),
    "500": _plain(500, b'{"title":"Internal Server Error","status":500,"detail":"","instance":""}', PROBLEM),
    "500 bare": _plain(500, b"{}", "application/json"),
    "502 html": _plain(502, HTML, "text/html"),
    "503": _plain(503),
    "200 empty": _plain(200),
    "200 object": _plain(200, b"{}", "application/json"),
    "200 html": _plain(200, b"<html>Please sign in to this network</html>", "text/html"),
    "200 nonsense": _plain(200, b'{"new_members": [', "application/json"),
    "200 list": _plain(200, b'["odd"]', "application/json"),
    "200 other": _plain(200, b'{"health_status": "Everything\'s Chimpy!"}', "application/json"),
    "204": _plain(204),
    "cut short": _cut_short,
    "reset": _drop,
    "hang": _hang,
    "drip": _drip,
    "redirect": _redirect,
    "unknown person": _plain(404, b'{"title":"Resource Not Found","status":404,"detail":"","instance":""}', PROBLEM),
}

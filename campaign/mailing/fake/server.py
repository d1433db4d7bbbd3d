"""The fake's door: HTTP on loopback, a thread for each call, every call held to the contract when there is one."""

import json
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import sleep
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from . import contract, people
from .account import KEY, Fake
from .call import Call
from .moods import MOODS
from .problem import Problem

BUSY = Problem(429, "Too Many Requests", "You have exceeded the limit of 10 simultaneous connections.")
NOBODY = Problem(
    401, "API Key Invalid", "Your API key may be invalid, or you've attempted to access the wrong datacenter."
)


class Door(BaseHTTPRequestHandler):
    """One connection."""

    server: "Server"
    protocol_version = "HTTP/1.1"
    close_connection = False

    def _take(self) -> None:
        fake, parts = self.server.fake, urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if parts.path.startswith("/batches/"):
            packed = fake.batches.archive(parts.path)
            self._answer(403 if packed is None else 200, packed or b"", "application/gzip")
            return
        if not parts.path.startswith("/3.0/"):
            self._answer(200, people.act(fake, self.command, parts.path).encode(), "text/plain; charset=utf-8")
            return
        call = Call(self.command, parts.path, dict(parse_qsl(parts.query)), json.loads(body) if body else None)
        with fake.counted() as room:
            mood = fake.mood(call) if room else ""
            if fake.reached("asked", call):
                mood = "reset"
            if mood and not mood.startswith("after: "):
                MOODS[mood](self)
                return
            status, answer = self._done(fake, call, body) if room else (429, None if fake.terse else BUSY.shown())
            sleep(fake.takes(call))
            fake.reached("done", call)
            if mood:
                MOODS[mood.removeprefix("after: ")](self)
                return
            self._say(call, status, answer, body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _take  # noqa: N815 (the names that http.server calls)

    def _done(self, fake: Fake, call: Call, body: bytes) -> tuple[int, Any]:
        """The status and what is answered. Everything that is asked is kept, also what is refused."""
        fake.calls.append(call)
        try:
            if self.headers.get("Authorization") != "Basic " + b64encode(f"user:{KEY}".encode()).decode():
                raise NOBODY
            if fake.contract and (breach := fake.contract.breach(self._asked(call, body))):
                fake.breaches.append(f"{call.method} {call.path}: {breach}")
                raise Problem(400, "Invalid Resource", breach)
            return fake.do(call)
        except Problem as problem:
            return problem.status, problem.shown()

    def _asked(self, call: Call, body: bytes) -> contract.Exchange:
        return contract.Exchange(call.method, call.path, call.query, dict(self.headers), body)

    def _say(self, call: Call, status: int, answer: Any, body: bytes) -> None:
        fake, said = self.server.fake, b"" if answer is None else json.dumps(answer).encode()
        kind = "application/json" if status < 400 else "application/problem+json"
        if fake.contract and (answer is not None or status < 400):  # a refusal without a body is not in the contract
            shown = contract.Exchange(call.method, call.path, {}, {}, said, content_type=kind, status_code=status)
            if breach := fake.contract.breach(self._asked(call, body), shown):
                fake.breaches.append(f"answer {status} to {call.method} {call.path}: {breach}")
        fake.say(f"{call.method:6} {call.path} {status} {people.summary(answer)}")
        self._answer(status, said, f"{kind}; charset=utf-8")

    def _answer(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_said: Any) -> None:
        """Nothing: addresses of members are no matter for a log."""


class Server(ThreadingHTTPServer):
    """Listens; a client that went away is no failure."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, port: int, fake: Fake) -> None:
        super().__init__(("127.0.0.1", port), Door)
        self.fake = fake
        fake.url = f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that ended in the middle; what else goes wrong here, the client sees as no answer."""


@contextmanager
def running(fake: Fake, port: int = 0) -> Iterator[Fake]:
    """The fake, answering at `fake.url` until the end of the block."""
    server = Server(port, fake)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, name="fake Mailchimp")
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def serve(port: int) -> None:
    """Be the fake until Ctrl-C, and say what is asked."""
    fake = Fake(contract=None if contract.why_not() else contract.Contract().ready(), say=people.show)
    server = Server(port, fake)
    people.show(people.welcome(fake, contract.why_not()))
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()

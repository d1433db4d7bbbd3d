"""A real mail server on loopback that keeps what it gets, and misbehaves at the step it is told to."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

STEPS = ("EHLO", "MAIL", "RCPT", "DATA")


class Sink:
    """`answers` gives another reply at a step; `reached` is called at each step, before the reply."""

    def __init__(self) -> None:
        self.got: list[EmailMessage] = []
        self.answers: dict[str, str] = {}
        self.reached: Callable[[str], None] = lambda _step: None

    def _at(self, step: str, usual: str) -> str:
        self.reached(step)
        return self.answers.get(step, usual)

    async def handle_EHLO(self, server: SMTP, session: Session, _e: Envelope, name: str, lines: list[str]) -> list[str]:
        session.host_name = name
        self._at("EHLO", "")
        return lines

    async def handle_MAIL(self, _s: SMTP, _n: Session, envelope: Envelope, address: str, options: Any) -> str:
        if (reply := self._at("MAIL", "250 OK")).startswith("250"):
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return reply

    async def handle_RCPT(self, _s: SMTP, _n: Session, envelope: Envelope, address: str, _options: Any) -> str:
        if (reply := self._at("RCPT", "250 OK")).startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, _s: SMTP, _n: Session, envelope: Envelope) -> str:
        reply = self.answers.get("DATA", "250 OK")
        if reply.startswith("250"):
            content = envelope.content
            assert isinstance(content, bytes)
            self.got.append(message_from_bytes(content, policy=policy.default))
        self.reached("DATA")
        return reply

    @property
    def ids(self) -> list[str]:
        """The message ids of what has come, in order."""
        return [str(message["Message-ID"]) for message in self.got]


@contextmanager
def sink(port: int) -> Iterator[Sink]:
    """A sink that listens on this port of 127.0.0.1."""
    handler = Sink()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield handler
    finally:
        controller.stop()
        for thread in threading.enumerate():
            assert thread.name != "sink", thread

"""A mail server that notes of each letter for whom it is, its Message-ID and its language, when it has all of it."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

FACTS = re.compile(rb"^(Message-ID|Content-Language): (.+)\r$", re.MULTILINE)


@dataclass(frozen=True)
class Came:
    """One letter at the end of its DATA."""

    to: str
    id: str
    language: str


class PostOffice:
    """`answers` gives another reply at a step, `reached` is called before each reply; `letters` keeps whole letters."""

    def __init__(self) -> None:
        self.came: list[Came] = []
        self.letters: list[bytes] = []
        self.answers: dict[str, str] = {}
        self.refused: dict[str, str] = {}
        self.reached: Callable[[str], None] = lambda _step: None

    def _at(self, step: str) -> str:
        self.reached(step)
        return self.answers.get(step, "250 OK")

    async def handle_MAIL(self, _s: SMTP, _n: Session, envelope: Envelope, address: str, _options: Any) -> str:
        if (reply := self._at("MAIL")).startswith("250"):
            envelope.mail_from = address
        return reply

    async def handle_RCPT(self, _s: SMTP, _n: Session, envelope: Envelope, address: str, _options: Any) -> str:
        reply = self.refused.get(address) or self._at("RCPT")
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, _s: SMTP, _n: Session, envelope: Envelope) -> str:
        reply = self.answers.get("DATA", "250 OK")
        if reply.startswith("250"):
            content = envelope.content
            assert isinstance(content, bytes)
            facts = {name.lower(): value.decode() for name, value in FACTS.findall(content[:4000])}
            [to] = envelope.rcpt_tos
            self.came.append(Came(to, facts[b"message-id"], facts[b"content-language"]))
            self.letters = [*self.letters[-99:], content]
        self.reached("DATA")
        return reply

    @property
    def doubles(self) -> dict[str, int]:
        """Who got more than one."""
        return {to: number for to, number in Counter(one.to for one in self.came).items() if number > 1}

    @property
    def people(self) -> set[str]:
        """Who got one."""
        return {one.to for one in self.came}


@contextmanager
def post_office(port: int) -> Iterator[PostOffice]:
    """One that listens on this port of 127.0.0.1."""
    handler = PostOffice()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield handler
    finally:
        controller.stop()

"""People and programs before the site, each at an address of their own: over loopback, or by the test client."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from http.client import HTTPConnection
from random import Random
from typing import Any, NamedTuple, Protocol
from urllib.parse import urlencode

import time_machine
from sqlalchemy import select

from campaign import clock, seals
from campaign.mail import Letter
from campaign.pledges.models import COUNTS, Signature
from campaign.supporters.models import Supporter
from tests.conftest import Site

PLEDGE = "/pledges/freedom"
AT_ONCE = 8
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Answer(NamedTuple):
    """What came back."""

    status: int
    location: str
    text: str


class Way(Protocol):
    """How a request reaches the site."""

    def __call__(self, source: str, path: str, fields: dict[str, str] | None, headers: dict[str, str]) -> Answer:
        """GET, or with fields POST, from this address."""


def over_loopback(port: int) -> Way:
    """To a site that is running, each from its own address of 127.0.0.0/8."""

    def send(source: str, path: str, fields: dict[str, str] | None, headers: dict[str, str]) -> Answer:
        connection = HTTPConnection("127.0.0.1", port, timeout=60, source_address=(source, 0))
        try:
            sent = {"Host": f"localhost:{port}", **headers, **(FORM if fields is not None else {})}
            body = urlencode(fields) if fields is not None else None
            connection.request("GET" if fields is None else "POST", path, body, sent)
            got = connection.getresponse()
            return Answer(got.status, got.getheader("Location") or "", got.read().decode())
        finally:
            connection.close()

    return send


def inside(site: Site) -> Way:
    """By the test client: quicker, with the same addresses."""

    def send(source: str, path: str, fields: dict[str, str] | None, headers: dict[str, str]) -> Answer:
        method = "GET" if fields is None else "POST"
        known: dict[str, Any] = {"headers": headers, "environ_base": {"REMOTE_ADDR": source}}
        got = site.app.test_client().open(path, method=method, data=fields, **known)
        return Answer(got.status_code, got.location or "", got.get_data(as_text=True))

    return send


@dataclass
class Somebody:
    """Who signs, from where, with which form. `reads_mail`: whether the mailbox is theirs, so that they can confirm."""

    source: str
    fields: dict[str, str]
    reads_mail: bool = True
    looks: bool = True  # asks for the page first; otherwise a form from elsewhere is sent
    waits: bool = True  # until a person could have typed it
    presses: int = 1
    headers: dict[str, str] = field(default_factory=dict)
    answers: list[Answer] = field(default_factory=list)

    @property
    def mailbox(self) -> str:
        """Where the letter goes."""
        return self.fields["email"].strip().casefold()


@dataclass
class Street:
    """Everybody who comes, and how time passes for them."""

    site: Site
    way: Way
    wait: Callable[[], None]

    def token(self, source: str) -> str:
        """The time of rendering in the form that somebody gets now."""
        found = re.search(r'name="rendered"[^>]* value="([^"]+)"', self.way(source, PLEDGE, None, {}).text)
        assert found
        return found[1]

    def old_token(self, **age: float) -> str:
        """The same from a page that has been open for so long."""
        with self.site.inside(), time_machine.travel(clock.now() - timedelta(**age), tick=False):
            return seals.render_time()

    def sign(self, everybody: list[Somebody]) -> None:
        """All look, those who do; time passes; all send their form."""

        def look(one: Somebody) -> None:
            one.fields["rendered"] = self.token(one.source)

        def send(one: Somebody) -> None:
            if one.looks and not one.waits:
                look(one)
            for _ in range(one.presses):
                one.answers.append(self.way(one.source, PLEDGE, one.fields, one.headers))

        _each(look, [one for one in everybody if one.looks and one.waits])
        self.wait()
        _each(send, everybody)

    def confirm(self, everybody: list[Somebody]) -> None:
        """All who have a letter and can read it follow its link and press the button."""
        links = self._links()

        def press(one: Somebody) -> None:
            for link in links.get(one.mailbox, []):
                self.way(one.source, link, None, {})
                one.answers.append(self.way(one.source, link, {}, {}))

        _each(press, [one for one in everybody if one.reads_mail])

    def _links(self) -> dict[str, list[str]]:
        asked = select(Letter.about_id, Supporter.mailbox).join(Supporter, Supporter.id == Letter.supporter_id)
        links: dict[str, list[str]] = {}
        for signature_id, mailbox in self.site.rows(asked.where(Letter.kind == "pledges.please_confirm")):
            with self.site.inside():
                links.setdefault(mailbox, []).append(f"/confirm/{seals.sign('sign', signature_id)}")
        return links

    def counted(self) -> set[tuple[str, str]]:
        """Mailbox and name of every signature that counts."""
        asked = select(Supporter.mailbox, Signature.name).join(Supporter, Supporter.id == Signature.supporter_id)
        return {(row[0], row[1]) for row in self.site.rows(asked.where(COUNTS))}


def _each(act: Callable[[Somebody], None], everybody: list[Somebody]) -> None:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(act, everybody))


def _fields(name: str, mailbox: str, **more: str) -> dict[str, str]:
    return {"name": name, "email": mailbox, "old_enough": "y", "website": "", **more}


def letters(number: int) -> str:
    """A number as a word of letters, for a name."""
    return "".join(chr(97 + int(digit)) for digit in str(number))


def bots(street: Street, number: int) -> list[Somebody]:
    """Programs of five kinds, as many of each: none runs scripts, all send at once."""
    token, found, dice = street.old_token(minutes=5), [], Random(21)
    for index in range(number):
        many, one = f"127.{index % 200 + 20}.{index // 200 % 250}.7", "127.9.9.9"
        own, made_up = f"bot{index}@d{index}.example", f"nobody{index}@elsewhere{index}.example"
        name = f"Bot {letters(index)}"
        lies = {"X-Forwarded-For": ".".join(str(dice.randrange(1, 255)) for _ in range(4))}
        found.append(
            [
                Somebody(many, _fields(name, own, rendered=token, website="x"), looks=False),  # fills in everything
                Somebody(many, _fields(name, own, rendered=""), looks=index % 2 == 0, waits=False),  # sends at once
                Somebody(many, _fields(name, made_up, rendered=token), reads_mail=False, looks=False, headers=lies),
                Somebody(one, _fields(name, made_up, rendered=token), reads_mail=False, looks=False, headers=lies),
                Somebody(one, _fields(name, f"b{index}@bots.example", rendered=token), looks=False, headers=lies),
            ][index % 5]
        )
    return found


def people(street: Street, number: int) -> list[Somebody]:
    """People who sign as people do, none with scripts: fast, slow, pasting, going back, two in one mailbox."""
    slow, read_aloud, found = street.old_token(hours=5), street.old_token(minutes=20), []
    for index in range(number):
        source, mailbox = (
            f"127.{index % 200 + 20}.{index // 200 + 1}.{index % 9 + 1}",
            f"human{index}@home{index}.example",
        )
        name = f"Human {letters(index)}"
        pasted = _fields(
            f"  {name}\u00a0", f" {mailbox.replace('human', 'Human')} ", message="Pasted\r\n\r\n\r\nwords\u200b"
        )
        found.append(
            [
                Somebody(source, _fields(name, mailbox)),  # types it in three seconds
                Somebody(source, _fields(name, mailbox, rendered=slow), looks=False),
                Somebody(source, _fields(name, mailbox, rendered=read_aloud), looks=False),
                Somebody(source, pasted),
                Somebody(source, _fields(name, mailbox), presses=2),  # goes back and sends the form again
                Somebody(source, _fields(name, f"couple{index // 6}@home.example")),
            ][index % 6]
        )
        if index % 6 == 5:
            found.append(Somebody(source, _fields(f"Partner {letters(index)}", f"couple{index // 6}@home.example")))
    return found


def temple(name: str, number: int, own: int, **more: str) -> list[Somebody]:
    """A crowd on one wifi, all within a minute; so many of them with a mailbox of the temple's own domain."""
    everywhere = ("gmail.com", "yahoo.com", "icloud.com", "hotmail.com")
    found = []
    for index in range(number):
        domain = f"{name}.example" if index < own else everywhere[index % 4]
        fields = _fields(f"Guest {letters(index)}", f"{name}.guest{index}@{domain}", **more)
        found.append(Somebody(f"127.{len(name)}.0.{index % 250 + 1}", fields))
    return found

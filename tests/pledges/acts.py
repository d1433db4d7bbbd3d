"""What signers do, through the door, for tests that need it done."""

import re
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import time_machine
from sqlalchemy import select
from werkzeug.test import TestResponse

from campaign import clock, db, seals
from campaign.pledges import service
from campaign.pledges.models import Signature
from tests.conftest import Site
from tests.visitor import Page, Visitor

ANNA = {"name": "Anna Sample", "email": "anna@example.org", "old_enough": "y"}


def sign(visitor: Visitor, later: Any, path: str = "/pledges/freedom", **fields: object) -> Page:
    """Read the pledge, take three seconds, sign."""
    page = visitor.get(path)
    later(seconds=3)
    button = " ".join(page.one(".pledge-sign form button").to_text().split())
    return visitor.press(page, button, **{**ANNA, **fields})


def text_of(letter: EmailMessage) -> str:
    """The letter's plain text."""
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def link_in(letter: EmailMessage, kind: str) -> str:
    """The path of the link of this kind (`confirm`, `withdraw`, `unsubscribe`) in a letter."""
    found = re.search(rf"http://localhost((?:/[a-z-]+)?/{kind}/[\w.-]+)", text_of(letter))
    assert found, text_of(letter)
    return found[1]


def signed(site: Site, visitor: Visitor, later: Any, **fields: object) -> str:
    """Sign and confirm; the path of the confirmation."""
    sign(visitor, later, "/pledges/freedom", **fields)
    path = link_in(site.letter(), "confirm")
    visitor.press(visitor.get(path), "Yes")
    return path


def sign_from(site: Site, address: str, name: str, mailbox: str, **more: str) -> TestResponse:
    """Sign from this address of the internet, having read the page for a minute; the bare answer."""
    with site.inside(), time_machine.travel(clock.now() - timedelta(minutes=1), tick=False):
        rendered = seals.render_time()
    fields = {"name": name, "email": mailbox, "old_enough": "y", "rendered": rendered, **more}
    client = site.app.test_client()
    return client.post("/pledges/freedom", data=fields, environ_base={"REMOTE_ADDR": address})


def add_up(site: Site) -> None:
    """Look at the limits and add up what counts, and leave the letters that so many people get unwritten."""
    site.work(*["mark-crowds", "count-signatures"] * 2)


def confirm_all(site: Site) -> None:
    """Everybody who has signed confirms, once the limits were looked at; then all is added up."""
    add_up(site)
    for (number,) in site.rows(select(Signature.id).where(Signature.confirmed_at.is_(None))):
        with site.inside(), db.writing():
            service.confirm(number, clock.now())
    add_up(site)

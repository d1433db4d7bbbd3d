"""What signers do, through the door, for tests that need it done."""

import re
from email.message import EmailMessage
from typing import Any

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

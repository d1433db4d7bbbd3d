"""What people do on the page about themselves, through the door, for tests that need it done."""

import re
from typing import Any

from sqlalchemy import func, select

from campaign.pledges.models import Pledge
from tests.conftest import Site
from tests.pledges.acts import text_of
from tests.visitor import Page, Visitor

LINK = re.compile(r"http://localhost((?:/[a-z-]+)?/me/me-[\w.-]+)")


def ask(visitor: Visitor, later: Any, email: str = "anna@example.org", prefix: str = "") -> Page:
    """Ask for the link to one's own page."""
    page = visitor.get(f"{prefix}/me")
    later(seconds=3)
    return visitor.press(page, "Send me the link" if not prefix else "Enviarme el enlace", email=email)


def link_from(site: Site, later: Any = None) -> str:
    """The path of the link in the letter that has just come."""
    found = LINK.search(text_of(site.letters()[-1]))
    assert found
    return found[1]


def own_page(site: Site, visitor: Visitor, later: Any, email: str = "anna@example.org") -> Page:
    """One's own page, opened from the letter."""
    site.letters()
    ask(visitor, later, email)
    return visitor.get(link_from(site))


def erase(visitor: Visitor, page: Page) -> Page:
    """Go on from one's own page, and press the button."""
    return visitor.press(visitor.get(page.link("Go on to erasing")), "Erase everything about me")


def counted(site: Site) -> int:
    """What the pledges' pages say, once it is added up."""
    site.work()
    return int(site.rows(select(func.sum(Pledge.count)))[0][0])

"""What partners, applicants and staff do in tests, through the doors where there is one."""

from typing import Any

from campaign import clock, db, i18n
from campaign.partners import service
from campaign.partners.models import PartnerState
from tests.conftest import Site
from tests.pledges.acts import link_in
from tests.visitor import Page, Visitor

NAME = "Sample Partner 1"
GINA = {
    "organisation": "Sample Alliance",
    "homepage": "alliance.example",
    "languages": "Thai, Spanish",
    "work": "We hold sample evenings.",
    "person": "Gina Sample",
    "email": "gina@example.org",
}
TEXTS = {
    "about": "We are a sample of a partner.",
    "languages": "Thai and Spanish",
    "homepage": "https://partner.example/",
    "contact": "office@partner.example",
}


def announced(site: Site) -> int:
    """Write down the partners that campaign.toml names, as `campaign init` does; how many."""
    with site.inside(), db.writing():
        return service.announce([one.name for one in i18n.site().partners], clock.now())


def partner(site: Site, name: str = NAME, state: PartnerState = PartnerState.ACTIVE) -> int:
    """A partner in this state; its id."""
    with site.inside(), db.writing():
        return service.add(name, state, clock.now())


def say(staff: Visitor, id: int, what: str, given: str = "yes") -> Page:
    """Staff write down what a partner said."""
    page = staff.get(f"/staff/partners/{id}")
    return staff.press(page, "Write it down", what=what, given=given, said_by="director, by letter")


def write(staff: Visitor, id: int, code: str = "en", **texts: str) -> Page:
    """Staff write the texts of a partner's page."""
    return staff.press(staff.get(f"/staff/partners/{id}/texts/{code}"), "Save", **{**TEXTS, **texts})


def apply(visitor: Visitor, later: Any, prefix: str = "", **fields: object) -> Page:
    """Read the form, take three seconds, send it."""
    page = visitor.get(f"{prefix}/coalition/join")
    later(seconds=3)
    button = " ".join(page.one("main form button").to_text().split())
    return visitor.press(page, button, **{**GINA, **fields})


def applied(site: Site, visitor: Visitor, later: Any, **fields: Any) -> str:
    """Apply and confirm; the path of the page about the application."""
    assert apply(visitor, later, **fields).status == 200
    path = link_in(site.letter(), "confirm")
    visitor.press(visitor.get(path), "Yes")
    return path

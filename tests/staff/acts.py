"""What people at the staff door do in tests: set up an account, sign in, prove themselves, invite a colleague."""

from dataclasses import dataclass

import pyotp

from campaign import clock, db
from campaign.staff import service
from campaign.staff.roles import Role
from tests.conftest import Site
from tests.pledges.acts import link_in
from tests.visitor import Page, Visitor

PASSWORD = "four plain words suffice"
EMAIL = "staff@example.org"


def link(site: Site, email: str = EMAIL, role: Role = Role.ADMINISTRATOR) -> str:
    """The path of a one-time link for the account with this address, new if need be."""
    with site.inside(), db.writing():
        account_id = service.add(email, email.partition("@")[0].capitalize(), clock.now(), role)
        return f"/staff/link/{service.one_time_link(account_id, clock.now())}"


def by_link(site: Site, email: str = EMAIL, role: Role = Role.ADMINISTRATOR) -> Visitor:
    """Somebody who has signed in by a one-time link, without a password yet."""
    person = site.visitor()
    person.press(person.get(link(site, email, role)), "Sign in")
    return person


@dataclass
class Member(Visitor):
    """Somebody with a password and an app: what the app holds, and the recovery codes as they were shown."""

    app: pyotp.TOTP
    codes: list[str]


def member(site: Site, email: str = EMAIL) -> Member:
    """Somebody who has signed in by a link and set up their account."""
    person = by_link(site, email)
    page = person.get("/staff/account")
    app = pyotp.TOTP(page.one("code").to_text().strip())
    page = person.press(page, "Save", password=PASSWORD, code=app.at(clock.now()))
    assert page.heading == "You are set up", page.text
    return Member(person.client, person.forget, app, codes_on(page))


def set_up(person: Visitor, password: str = PASSWORD) -> pyotp.TOTP:
    """Choose a password and an app; the app."""
    page = person.get("/staff/account")
    app = pyotp.TOTP(page.one("code").to_text().strip())
    page = person.press(page, "Save", password=password, code=app.at(clock.now()))
    assert page.heading == "You are set up", page.text
    return app


def sign_in(person: Visitor, email: str = EMAIL, **fields: str) -> Page:
    """Try the door."""
    return person.press(person.get("/staff/sign-in"), "Sign in", email=email, **fields)


def with_code(app: pyotp.TOTP, password: str = PASSWORD) -> dict[str, str]:
    """The right password and the code that the app shows now."""
    return {"password": password, "code": app.at(clock.now())}


def invitation(site: Site) -> str:
    """The path in the one invitation that has come."""
    return link_in(site.letter(), "staff/invitation")


def codes_on(page: Page) -> list[str]:
    """The recovery codes on a page."""
    return [one.to_text().strip() for one in page.all(".codes code")]


def deeds(page: Page) -> list[list[str]]:
    """What the page says that happened: who did it, what it was, and to which record."""
    found: list[list[str]] = []
    for row in page.all(".deeds li"):
        words = [" ".join(part.to_text().split()) for part in row.query("strong, a")]
        [whole] = [" ".join(span.to_text().split()) for span in row.query("span")][1:]
        found.append([words[0], whole.removeprefix(words[0]).strip(), *words[1:]])
    return found

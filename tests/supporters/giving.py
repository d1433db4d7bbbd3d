"""Partners, the people who give themselves to them, and what partners do with them: through the doors, for tests."""

import csv
from dataclasses import dataclass
from io import BytesIO, StringIO
from typing import Any

from sqlalchemy import select, update

from campaign import clock, db
from campaign.links import service as links
from campaign.partners import service as partners
from campaign.partners.models import Partner, PartnerState
from campaign.staff import service as accounts
from campaign.staff.roles import Role
from campaign.supporters.models import Consent, Share
from tests.conftest import Site
from tests.pledges.acts import link_in, sign
from tests.visitor import Visitor

BOTH = {"delivery": "y", "mailing": "y"}
PATH = "/partner/supporters"


@dataclass
class Group:
    """A partner: its id, its code, and somebody of its people who has signed in."""

    site: Site
    id: int
    code: str
    slug: str
    person: Visitor

    @property
    def form(self) -> str:
        """Where its code leads."""
        return f"/pledges/freedom?via={self.code}"

    def answer(self) -> Any:
        """The answer with its table of people, not read yet."""
        form = self.person.get(PATH).form("Take the table")
        return self.person.client.post(form["action"], data=form["fields"])

    def people(self) -> list[dict[str, str]]:
        """Its table of people, taken now."""
        return rows(self.answer().get_data())

    def removals(self) -> list[dict[str, str]]:
        """Its list of removals."""
        return rows(self.person.raw(f"{PATH}/removals.csv").get_data())

    def check(self, refs: str = "", file: bytes | None = None) -> Any:
        """Its answer about an old file."""
        page = self.person.get(f"{PATH}/check")
        more = {"file": (BytesIO(file), "old.csv")} if file is not None else {}
        return self.person.press(page, "Check it", refs=refs, **more)


def rows(table: bytes) -> list[dict[str, str]]:
    """A table as a spreadsheet reads it."""
    text = table.decode()
    assert text.startswith("\ufeff"), text
    return list(csv.DictReader(StringIO(text[1:])))


def group(site: Site, number: int = 1) -> Group:
    """An active partner with a code and somebody who has signed in."""
    with site.inside(), db.writing():
        partner_id = partners.add(f"Sample Partner {number}", PartnerState.ACTIVE, clock.now())
        code_id = links.make("/pledges/freedom", "en", "Library", clock.now(), partner_id)
        code, slug = links.get(code_id).code, partners.get(partner_id).slug
    return Group(site, partner_id, code, slug, _person(site, partner_id, f"person{number}@example.org"))


def _person(site: Site, partner_id: int, email: str) -> Visitor:
    with site.inside(), db.writing():
        account_id = accounts.add(email, "Sample Person", clock.now(), Role.PARTNER, partner_id)
        key = accounts.one_time_link(account_id, clock.now())
    person = site.visitor()
    person.press(person.get(f"/staff/link/{key}"), "Sign in")
    return person


def again(group: Group) -> None:
    """Somebody of the partner signs in once more: much time has passed."""
    group.person = _person(group.site, group.id, f"again{clock.now().timestamp():.0f}@example.org")


def give(site: Site, later: Any, path: str, email: str = "anna@example.org", **fields: object) -> None:
    """Sign there with these boxes, and confirm."""
    visitor = site.visitor()
    sign(visitor, later, path, email=email, **fields)
    letter = next(one for one in reversed(site.letters()) if one["To"] == email)
    confirm = link_in(letter, "confirm")
    visitor.press(visitor.get(confirm), "Yes" if not confirm.startswith("/es") else "Sí")


def state(site: Site, group: Group, state: PartnerState) -> None:
    """What the lead does with a partner."""
    with site.inside(), db.writing() as session:
        session.execute(update(Partner).where(Partner.id == group.id).values(state=state))
        if state in (PartnerState.RETIRED, PartnerState.LEFT):
            partners.ended.send(group.id, now=clock.now())


def said(site: Site) -> list[tuple[Any, ...]]:
    """Every yes and no about a partner, in their order."""
    about = select(Consent.partner_id, Consent.purpose, Consent.given).where(Consent.partner_id.is_not(None))
    return [tuple(row) for row in site.rows(about.order_by(Consent.id))]


def in_force(site: Site) -> list[tuple[int, str]]:
    """What holds now: partner and purpose."""
    now = select(Share.partner_id, Share.purpose).where(Share.ended_at.is_(None))
    return [(row[0], row[1]) for row in site.rows(now.order_by(Share.partner_id, Share.purpose))]

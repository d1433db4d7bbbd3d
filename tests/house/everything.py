"""A site with one of everything in it, an address for every route, and what its records hold."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from werkzeug.routing import Rule

from campaign import clock, db, security
from campaign.app import TABLES
from campaign.links import service as links
from campaign.mail import Letter
from campaign.partners import service as partners
from campaign.partners.models import PartnerState
from campaign.places import arrivals, reading
from campaign.places import service as places
from campaign.places.rules import Facts
from campaign.pledges import asides, editing
from campaign.pledges.models import Batch
from campaign.staff import accounts as colleagues
from campaign.staff import service as accounts
from campaign.staff.roles import Role
from campaign.supporters import service as supporters
from campaign.supporters.models import Supporter
from tests.conftest import Site
from tests.pledges.acts import ANNA, sign, signed
from tests.visitor import Visitor

# For rules of the house that do not depend on the database: once is enough.
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

# Where it is noted what staff did, and tried to do.
NOTED = {"audit_rows", "audit_ends", "audit_tags"}

# What is tried at an address that takes forms: complete, so that it would be done if nothing stood in its way.
FIELDS: dict[str, dict[str, str]] = {
    "pledges.sign": {**ANNA, "email": "carla@example.org"},
    "pledges.resend": {"email": "bela@example.org"},
    "pledges_staff.new": {"slug": "new-year", "goal": "10"},
    "pledges_staff.edit": {"slug": "freedom", "goal": "77", "version": "2"},
    "pledges_staff.pass_": {"read": editing.mark_of("Anna Sample", "", "Hello")},
    "pledges_staff.refuse": {"read": editing.mark_of("Anna Sample", "", "Hello")},
    "pledges_staff.words": {"title": "Changed", "promise": "Changed.", "body": "Changed.", "version": "1"},
    "pledges_staff.look": {"pledge": "freedom"},
    "pledges_staff.set_aside": {"pledge": "freedom", "newest": "9", "reason": "A program"},
    "printables_staff.lift": {"hours": "4"},
    "printables_staff.new": {"pledge": "freedom", "language": "en", "note": "Church"},
    "printables_staff.edit": {"target": "/pledges", "version": "1"},
    "places_staff.new": {"name": "A new market", "kind": "market", "zip": "90027"},
    "places_staff.edit": {"name": "Sample Clinic", "kind": "clinic", "zip": "90027", "version": "1", "seen": "2"},
    "places_staff.merge": {"taken": "access", "kept_version": "1", "gone_version": "1"},
    "place_lists_staff.bring_in": {"waiting": "1"},
    "supporters.ask": {"email": "anna@example.org"},
    "supporters.letters": {"neutral": "yes"},
    "supporters.news": {"news": "no"},
    "supporters.speak": {"language": "es"},
    "supporters.take_back": {"kind": "signature", "id": "2"},
    "staff.sign_in": {"email": "staff@example.org", "password": "wrong and long", "code": "000000"},
    "staff.prove": {"password": "wrong and long", "code": "000000"},
    "account_staff.set_up": {"password": "chosen and long", "code": "000000"},
    "account_staff.change_password": {"password": "chosen and long"},
    "account_staff.replace_app": {"code": "000000"},
    "accounts_staff.new": {"email": "third@example.org", "name": "Third", "role": "viewer"},
    "accounts_staff.edit": {"role": "events", "version": "1"},
    "places_partner.new": {"name": "A new school", "kind": "school"},
    "places_partner.edit": {"name": "Sample Market", "kind": "market", "version": "1"},
    "accounts_partner.new": {"email": "fourth@example.org", "name": "Fourth"},
}


# Links of their own for what ends them: the other addresses go on.
ENDING = {"supporters.erased": 2, "supporters.end": 3}


def routes(app: Flask) -> Iterator[tuple[str, str, Rule]]:
    """Every route: its method, its address as the site writes it, its rule."""
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield method, rule.rule, rule


def contents(site: Site) -> dict[str, list[Any]]:
    """All that the records hold, table by table."""
    with site.inside(), db.reading() as session:
        return {table.name: sorted(session.execute(select(table)).all(), key=repr) for table in TABLES.sorted_tables}


@dataclass
class Everything:
    """A pledge that is open and one that is a draft; a signature that counts, one that waits, one that was set aside.

    Letters, staff, a code that expects a crowd, and two partners with people and codes: `partner` is of the first.
    """

    site: Site
    staff: Visitor
    partner: Visitor
    letters: list[EmailMessage]
    rendered: str
    key: str
    code: str

    def insider(self, path: str) -> Visitor:
        """Who may go through the door that this path is behind: somebody of the first partner, or an administrator."""
        return self.partner if path.startswith("/partner") else self.staff

    def token(self, path: str) -> str:
        """The token that the forms of this insider carry."""
        page = self.insider(path).get("/staff/account")
        return str(page.all("form input[name=csrf_token]")[0].attrs["value"])

    def address(self, rule: Rule) -> str:
        """An address of this route, of something that is there."""
        known = {
            "slug": "freedom",
            "signature_id": 2,
            "supporter_id": 1,
            "link_id": 1,
            "code": "es",
            "page": "signs",
            "filename": "css/site.css",
        }
        known |= {"id": 1, "other": 2, "key": self.key, "token": "sign-1.cut", "typed": self.code}
        known["invitation_id"] = 1
        if rule.endpoint.startswith("accounts_staff."):
            known["id"] = 3
        if rule.endpoint.startswith("accounts_partner."):
            known["id"] = 5
        if rule.endpoint.startswith("places_partner."):
            known["id"] = 3
        if rule.endpoint == "pledges_staff.open":
            known["id"] = 2
        if rule.endpoint.startswith("mail_staff."):
            known["id"] = 3
        if rule.endpoint in ENDING:
            known["link_id"] = ENDING[rule.endpoint]
        if rule.endpoint in ("pledges.withdraw", "pledges.withdrawn"):
            known["signature_id"] = 1
        with self.site.inside():
            values = {name: known[name] for name in rule.arguments}
            return self.site.app.url_map.bind("localhost").build(rule.endpoint, values)

    def fields(self, rule: Rule) -> dict[str, str]:
        """What a form at this route would send."""
        return {"rendered": self.rendered, **FIELDS.get(rule.endpoint, {})}


def fill(site: Site, visitor: Visitor, staff: Visitor, later: Any) -> Everything:
    """Bring all of it about, through the doors where there is one."""
    signed(site, visitor, later, show_name="y", message="Hello")
    letters = site.letters()
    sign(visitor, later, name="Bela Sample", email="bela@example.org", newsletter="y", show_name="y")
    letters += site.letters()
    _agree_and_get_stuck(site)
    letters += _ask_for_pages(site)
    with site.inside(), db.writing() as session:
        draft = editing.add("draft", 10, clock.now())
        editing.write(draft, "en", "A draft", "I promise.", "")
        session.execute(update(Letter).where(Letter.id == 3).values(state="parked", trouble="refused"))
        key = accounts.one_time_link(accounts.add("new@example.org", "New", clock.now()), clock.now())
        colleagues.invite("invited@example.org", "Invited", Role.VIEWER, clock.now())
        rendered = security.render_time()
        of_partner, code = _two_partners(), links.get(1).code
        links.lift(1, clock.now() + timedelta(hours=2), clock.now())
        site.app.extensions["jobs"].pulse.note("deliver-letters", went_well=True)
    _set_aside(site, visitor, later)
    later(seconds=3)
    partner = site.visitor()
    partner.press(partner.get(f"/staff/link/{of_partner}"), "Sign in")
    return Everything(site, staff, partner, letters, rendered, key, code)


def _two_partners() -> str:
    """Two partners; of each somebody with an account, and a code. The key of a link for the first one's."""
    for number in (1, 2):
        partner_id = partners.add(f"Sample Partner {number}", PartnerState.ACTIVE, clock.now())
        accounts.add(f"partner{number}@example.org", f"Partner {number}", clock.now(), Role.PARTNER, partner_id)
        colleagues.invite(f"colleague{number}@example.org", "Colleague", Role.PARTNER, clock.now(), partner_id)
    _know_places()
    links.make("/pledges/freedom", "en", "Library", clock.now(), 1, 2)
    links.make("/pledges/freedom", "en", "Their temple", clock.now(), 2)
    return accounts.one_time_link(4, clock.now())


def _know_places() -> None:
    """A place that was entered twice, one of each partner, and a list that waits."""
    facts = Facts("Sample Clinic", "clinic", "1 Sample Street", "Los Angeles", "Thai Town", "90027", ("th",))
    first = places.add(facts, (), clock.now())
    places.add(replace(facts, address="", access="Step-free"), (first,), clock.now())
    for partner_id, name in ((1, "Sample Market"), (2, "Sample Laundromat")):
        places.add(Facts(name, partner_id=partner_id), (), clock.now())
    rows = b"name,zip,kind\nSample School,90028,school\nsample clinic,90027,\nNowhere,1,x\n"
    arrivals.keep(1, reading.read(rows), clock.now())


def _set_aside(site: Site, visitor: Visitor, later: Any) -> None:
    """A third signer, whose signature was set aside."""
    sign(visitor, later, name="Dora Sample", email="dora@example.org")
    batch = Batch(reason="A program", conditions="Name: dora*", made_at=clock.now())
    with site.inside(), db.writing():
        asides.set_aside(asides.Conditions(name="dora*"), 3, batch)


def _ask_for_pages(site: Site) -> list[EmailMessage]:
    """The second signer asks for her own page, twice, and a third person who only ever did that."""
    with site.inside(), db.writing():
        supporters.find_or_add("emil@example.org", "emil@example.org", "en", clock.now())
        for address in ("bela@example.org", "emil@example.org", "bela@example.org"):
            supporters.ask_for_page(address, clock.now())
    return site.letters()


def _agree_and_get_stuck(site: Site) -> None:
    """The first signer wants the news, and the list has refused the address."""
    with site.inside(), db.writing() as session:
        supporters.agree(1, "Yes", "en", "test", clock.now())
        stuck = {"list_trouble": "refused", "list_stuck_at": clock.now()}
        session.execute(update(Supporter).where(Supporter.id == 1).values(**stuck))

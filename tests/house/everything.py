"""A site with one of everything in it, an address for every route, and what its records hold."""

import os
import re
import shutil
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import time_machine
from flask import Flask
from PIL import Image
from sqlalchemy import select, update
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RoutingException, Rule

from campaign import clock, db, seals, web
from campaign.app import TABLES
from campaign.links import service as links
from campaign.mail import Letter
from campaign.mailing import hearing, history, hooks, intake
from campaign.partners import agreements, applications, logos, texts
from campaign.partners import service as partners
from campaign.partners.models import PartnerState, What
from campaign.places import arrivals, reading
from campaign.places import service as places
from campaign.places.rules import Facts
from campaign.pledges import asides, editing, wishes
from campaign.pledges.models import Batch
from campaign.printables import plans, prints
from campaign.printables.models import State
from campaign.printables.prints import Order
from campaign.printables.rows import Line
from campaign.staff import accounts as colleagues
from campaign.staff import service as accounts
from campaign.staff.roles import Role
from campaign.supporters import addresses, handing, shares
from campaign.supporters import service as supporters
from campaign.supporters.models import Purpose, Supporter
from tests.conftest import Site
from tests.house import events, hours, newsletters, readers, shifts, volunteers
from tests.pledges.acts import ANNA, sign, signed
from tests.visitor import Visitor

# For rules of the house that do not depend on the database: once is enough.
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
DRILL = os.environ.get("DRILL") == "1"
# Controls of races: in the quick form once is enough, in the drill both databases must be seen to fail.
on_sqlite_in_small = on_sqlite if not DRILL else lambda test: test
# And for what only a server of its own can do: waiting for a lock, or letting go a moment late.
on_postgresql = pytest.mark.parametrize(
    "database_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
HOOK = "a-secret-of-the-hook-for-tests-long-enough-43"  # the end of its address

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
    "partners.apply": {
        "organisation": "Sample Alliance",
        "work": "Samples.",
        "person": "Fina Sample",
        "email": "fina@example.org",
    },
    "partners_staff.new": {"name": "Sample Partner 9"},
    "partners_staff.agree": {"what": "logo", "given": "yes", "said_by": "director, by letter"},
    "partners_staff.texts": {"about": "Changed.", "homepage": "https://sample.example/", "version": "0"},
    "partners_staff.approve": {"a2-partner": ""},
    "printables_staff.lift": {"hours": "4"},
    "printables_staff.new": {"pledge": "freedom", "language": "en", "note": "Church"},
    "printables_staff.edit": {"target": "/pledges", "version": "1"},
    "prints_staff.new": {
        "title": "Sample posters",
        "target": "/pledges/freedom",
        "language": "en",
        "places": "1",
        "copies": "2",
        "paper": "letter",
        "output": "office",
    },
    "mailing_staff.find": {"email": "anna@example.org"},
    "supporters_partner.checked": {"refs": "r0123456789abcdef"},
    "supporters_partner.removed": {"newest": "1"},
    "supporters_staff.removed": {"newest": "1"},
    "places_staff.new": {"name": "A new market", "kind": "market", "zip": "90027"},
    "places_staff.edit": {"name": "Sample Clinic", "kind": "clinic", "zip": "90027", "version": "1", "seen": "2"},
    "places_staff.merge": {"taken": "access", "kept_version": "1", "gone_version": "1"},
    "place_lists_staff.bring_in": {"waiting": "1"},
    "supporters.ask": {"email": "anna@example.org"},
    "supporters.change_address": {"email": "anna.new@example.org"},
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
    **events.FIELDS,
    **volunteers.FIELDS,
    **shifts.FIELDS,
    **hours.FIELDS,
    **newsletters.FIELDS,
    **readers.FIELDS,
}


# The field that a file is sent in.
UPLOADS = {"partners_staff.logo": "logo"}
UPLOADS |= {f"{area}.picture": "picture" for area in ("events_staff", "newsletters_staff")}

# What is tried in an area, where it is not the first of its kind.
AREAS: dict[str, dict[str, Any]] = {
    "accounts_staff": {"id": 3},
    "accounts_partner": {"id": 5},
    "places_partner": {"id": 3},
    "mail_staff": {"id": 3},
    **{area: {"slug": "evening", "rsvp_id": 1} for area in ("events", "calendar", "events_staff", "events_partner")},
    **volunteers.AREAS,
    **shifts.AREAS,
    **hours.AREAS,
    **newsletters.AREAS,
}
# The same of single routes. What ends a link has one of its own: the other addresses go on.
ROUTES: dict[str, dict[str, Any]] = {
    "partners.show": {"slug": "sample-partner-1"},
    "partners.logo": {"slug": "sample-partner-1"},
    **{f"materials.{name}": {"slug": "palm-card"} for name in ("show", "look", "take")},
    "partners.take_back": {"application_id": 3},
    "prints_staff.again": {"id": 4},
    "printables_partner.take": {"id": 3},
    "partners_staff.resume": {"id": 3},
    "partners_staff.join_again": {"id": 4},
    "partners_staff.approve": {"id": 2},
    "partners_staff.turn_down": {"id": 2},
    "pledges_staff.open": {"id": 2},
    "pledges.withdraw": {"signature_id": 1},
    "pledges.withdrawn": {"signature_id": 1},
    "supporters.erased": {"link_id": 2},
    "supporters.end": {"link_id": 3},
    "calendar.partner_feed": {"slug": "sample-partner-1"},
    **{endpoint: {"id": number} for endpoint, number in events.TRIED.items()},
    "events.not_me": {"rsvp_id": 2},
    "events.cancel": {"rsvp_id": 3},
    **volunteers.ROUTES,
    **shifts.ROUTES,
    **hours.ROUTES,
    **newsletters.ROUTES,
    **readers.ROUTES,
}


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

    Letters, staff, a code that expects a crowd, applications to join, and partners, two of them (of ids 1 and 2) with
    people and codes: `partner` is of the first.
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
        found = token_of(self.insider(path))
        assert found
        return found

    def address(self, rule: Rule) -> str:
        """An address of this route, of something that is there."""
        known = {
            "slug": "freedom",
            "signature_id": 2,
            "supporter_id": 1,
            "link_id": 1,
            "change_id": 1,
            "code": "es",
            "page": "signs",
            "filename": "css/site.css",
        }
        known |= {"secret": HOOK, "id": 1, "other": 2, "key": self.key, "token": "sign-1.cut", "typed": self.code}
        known |= {"design": "poster", "name": "proof.pdf"}
        known["invitation_id"] = known["application_id"] = 1
        known |= events.ids(self.site, rule.endpoint)
        known |= AREAS.get(rule.endpoint.partition(".")[0], {}) | ROUTES.get(rule.endpoint, {})
        known |= newsletters.ids(self.site, rule.endpoint)
        with self.site.inside():
            values = {name: known[name] for name in rule.arguments}
            return self.site.app.url_map.bind("localhost").build(rule.endpoint, values)

    def fields(self, rule: Rule) -> dict[str, Any]:
        """What a form at this route would send."""
        name = UPLOADS.get(rule.endpoint)
        files = {name: (Again(a_logo()), f"{name}.png")} if name else {}
        version = events.version_of(self.site, rule.endpoint) | events.guest(self.site, rule.endpoint)
        version |= volunteers.version_of(self.site, rule.endpoint) | newsletters.version_of(self.site, rule.endpoint)
        return {"rendered": self.rendered, **FIELDS.get(rule.endpoint, {}), **version, **files}


class Again(BytesIO):
    """A file that may be sent more than once: whoever closes it only rewinds it."""

    def close(self) -> None:
        self.seek(0)


def a_logo(size: tuple[int, int] = (30, 20), form: str = "PNG", **more: Any) -> bytes:
    """A picture of one colour, as a file."""
    out = BytesIO()
    Image.new("RGB", size, "#0d5560").save(out, form, **more)
    return out.getvalue()


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
        rendered = seals.render_time()
        of_partner, code = _two_partners(), links.get(1).code
        _share()
        links.lift(1, clock.now() + timedelta(hours=2), clock.now())
        site.app.extensions["jobs"].pulse.note("deliver-letters", went_well=True)
    _set_aside(site, visitor, later)
    _coalition(site)
    events.fill_events(site, a_logo())
    events.fill_doors(site)
    volunteers.fill_volunteers(site)
    shifts.fill_shifts(site)
    hours.fill_hours(site)
    newsletters.fill_newsletters(site, a_logo())
    readers.fill_readers(site)
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
    _order_prints()
    links.make("/pledges/freedom", "en", "Library", clock.now(), 1, 2)
    links.make("/pledges/freedom", "en", "Their temple", clock.now(), 2)
    return accounts.one_time_link(4, clock.now())


def _order_prints() -> None:
    """A print that waits for its proof, one that is ready of each partner, and one that was refused."""
    for whose, state in ((None, State.PROOF), (2, State.READY), (1, State.READY), (None, State.REFUSED)):
        lines = [Line("en", target="/pledges/freedom", place_id=place_id, partner_id=whose) for place_id in (1, 3)]
        one = prints.get(prints.begin(Order("Sample posters", "poster", "/pledges/freedom"), lines, clock.now()))
        one.state, one.trouble = state, "Piece 1: sample" if state == State.REFUSED else ""
        one.ready_at = clock.now() if state == State.READY else None
        folder = plans.folder_of(web.config(), one.id)
        folder.mkdir(parents=True)
        for name in ("proof.pdf", "cover.pdf", f"print-{one.id}.zip"):
            (folder / name).write_bytes(b"sample")


def _know_places() -> None:
    """A place that was entered twice, one of each partner, and a list that waits."""
    facts = Facts("Sample Clinic", "clinic", "1 Sample Street", "Los Angeles", "Thai Town", "90027", ("th",))
    first = places.add(facts, (), clock.now())
    places.add(replace(facts, address="", access="Step-free"), (first,), clock.now())
    for partner_id, name in ((1, "Sample Market"), (2, "Sample Laundromat")):
        places.add(Facts(name, partner_id=partner_id), (), clock.now())
    rows = b"name,zip,kind\nSample School,90028,school\nsample clinic,90027,\nNowhere,1,x\n"
    arrivals.keep(1, reading.read(rows), clock.now())


def _share() -> None:
    """The first signer gave herself to both partners, and to the first no more; the second has ticked for the first."""
    for partner_id in (1, 2):
        said = ("Give my name", "en", "test", "Anna Sample")
        shares.agree(1, shares.Yes(partner_id, Purpose.DELIVERY, *said), clock.now())
        handing.hand_over(partner_id, clock.now())
    shares.withdraw(1, 1, ("No longer", "en", "test"), clock.now())
    wishes.keep(2, shares.Ticked(1, "Give my name", "", "en"))


def token_of(visitor: Visitor) -> str:
    """The token that this visitor's forms carry, from a page with little on it; empty for whoever is not signed in."""
    found = TOKEN.search(visitor.raw("/staff/prove", buffered=True).get_data(as_text=True))
    return found[1] if found else ""


def a_few(things: Sequence[Any], number: int, few: int) -> list[Any]:
    """So many of them, beginning with another for each number, so that all have their turn; in the drill all."""
    return [*things] if DRILL else [things[(number + one) % len(things)] for one in range(few)]


class Choices:
    """Which addresses a walk along all links still needs: those with something in them that none before had.

    That is a route, or a value in one of its places (a record, a language, what a query asks for; of more than ten
    records, ten), or a language of an area's public pages. So each of these is met, but not each with each; in the
    drill every address is needed.
    """

    def __init__(self, app: Flask) -> None:
        self.door, self.met = app.url_map.bind("localhost"), defaultdict[tuple[str, str], set[str]](set)
        self.languages = {f"/{one.code}" for one in app.extensions["content"].site.languages}

    def new(self, address: str) -> bool:
        """Whether this one is needed."""
        parts = urlsplit(address)
        head = f"/{parts.path.split('/')[1]}"
        language = head if head in self.languages else ""
        try:
            endpoint, values = self.door.match(parts.path.removeprefix(language) or "/")
        except (HTTPException, RoutingException):
            return True
        found = {(endpoint, ""): "", (endpoint.partition(".")[0], ""): language}
        found |= {(endpoint, name): str(value) for name, value in [*values.items(), *parse_qsl(parts.query)]}
        wanted = {
            place: value for place, value in found.items() if value not in (met := self.met[place]) and len(met) < 10
        }
        for place, value in wanted.items():
            self.met[place].add(value)
        return DRILL or bool(wanted)


@dataclass
class Filled:
    """A site with everything in it, put away: filling one takes a second, laying down a copy of one nothing.

    SQLite only. What it holds is as old as `moment`, so time must be moved there.
    """

    folder: Path
    cookies: dict[str, str]
    moment: datetime
    parts: dict[str, Any]

    @classmethod
    def put_away(cls, everything: Everything, folder: Path) -> "Filled":
        """A copy of this site's records and files, for others to begin with."""
        site, cookies = everything.site, {}
        for name in ("staff", "partner"):
            cookie = getattr(everything, name).client.get_cookie("staff")
            assert cookie is not None
            cookies[name] = cookie.value
        _copy(site.config.data_dir / "site.db", folder / "site.db")
        for name in ("outbox", "prints"):
            shutil.copytree(site.config.data_dir / name, folder / name)
        kept = ("letters", "rendered", "key", "code")
        return cls(folder, cookies, clock.now(), {name: getattr(everything, name) for name in kept})

    def lay_down(self, site: Site, noon: time_machine.Traveller) -> Everything:
        """Everything, on a site that was empty."""
        _copy(self.folder / "site.db", site.config.data_dir / "site.db")
        for name in ("outbox", "prints"):
            shutil.copytree(self.folder / name, site.config.data_dir / name, dirs_exist_ok=True)
        site.seen |= set((site.config.data_dir / "outbox").glob("*.eml"))
        staff, partner = site.visitor(), site.visitor()
        for name, person in (("staff", staff), ("partner", partner)):
            person.client.set_cookie("staff", self.cookies[name])
        noon.move_to(self.moment, tick=False)
        return Everything(site, staff, partner, **self.parts)


def _copy(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(target)) as other:
        one.backup(other)


def _set_aside(site: Site, visitor: Visitor, later: Any) -> None:
    """A third signer, whose signature was set aside."""
    sign(visitor, later, name="Dora Sample", email="dora@example.org")
    batch = Batch(reason="A program", conditions="Name: dora*", made_at=clock.now())
    with site.inside(), db.writing():
        asides.set_aside(asides.Conditions(name="dora*"), 3, batch)


def _coalition(site: Site) -> None:
    """The first partner shows all that can be shown, the third is paused, the fourth has left.

    One application waits for its mailbox, one for staff, one is never wanted, and two are decided.
    """
    with site.inside(), db.writing():
        now = clock.now()
        for name, state in (("Sample Partner 3", PartnerState.PAUSED), ("Sample Partner 4", PartnerState.LEFT)):
            partners.add(name, state, now)
        for what in What:
            agreements.say(1, what, True, "director, by letter", None, now)
        shown = {"languages": "Spanish", "homepage": "https://partner.example/", "contact": "office@partner.example"}
        texts.write(1, "en", {"about": "A sample.", **shown}, 0)
        logos.put(1, logos.draw(a_logo()), now)
        for number in range(1, 6):
            address = f"gina{number}@example.org"
            wish = (
                f"Sample Group {number}",
                "https://group.example",
                "Gina Sample",
                address,
                address,
                "Thai",
                "Samples.",
            )
            applications.apply(applications.Wish(*wish), "en", now)
        for number in (2, 4, 5):
            applications.confirm(number, now)
        applications.approve(4, None, now)
        applications.turn_down(5, now)


def _ask_for_pages(site: Site) -> list[EmailMessage]:
    """The second signer asks for her own page, twice, and a third person who only ever did that."""
    with site.inside(), db.writing():
        supporters.find_or_add("emil@example.org", "emil@example.org", "en", clock.now())
        for address in ("bela@example.org", "emil@example.org", "bela@example.org"):
            supporters.ask_for_page(address, clock.now())
    return site.letters()


def _agree_and_get_stuck(site: Site) -> None:
    """The first signer wants the news, and the list has refused the address; a fourth person changes theirs."""
    with site.inside(), db.writing() as session:
        supporters.agree(1, "Yes", "en", "test", clock.now())
        fred = supporters.find_or_add("fred@example.org", "fred@example.org", "en", clock.now())
        addresses.ask(fred, "fred.new@example.org", "fred.new@example.org", clock.now())
        intake.take().hook_mark = hooks.mark_of(HOOK)
        history.note({1: "subscribed"}, clock.now(), ours=True)
        hearing.note([1], clock.now())
        stuck = {"list_trouble": "refused", "list_stuck_at": clock.now()}
        session.execute(update(Supporter).where(Supporter.id == 1).values(**stuck))


@pytest.fixture(scope="session")
def filled() -> dict[str, Filled]:
    """The site with everything in it, once a test has filled one."""
    return {}


def _filled(request: pytest.FixtureRequest, site: Site) -> Everything:
    """One of everything on this site, which is empty: what was put away, where something was."""
    of = request.getfixturevalue
    sqlite = site.config.database_url.startswith("sqlite")
    away: dict[str, Filled] = of("filled")
    if sqlite and away:
        return away["sqlite"].lay_down(site, of("noon"))
    made = fill(site, site.visitor(), of("staff_of")(site), of("later"))
    if sqlite:
        away["sqlite"] = Filled.put_away(made, of("tmp_path_factory").mktemp("filled"))
    return made


@pytest.fixture
def everything(request: pytest.FixtureRequest, site: Site) -> Everything:
    """A site with one of everything in it: the test's own `site`, if its file has one of that name."""
    return _filled(request, site)


@pytest.fixture
def fill_site(request: pytest.FixtureRequest) -> Callable[[Site], Everything]:
    """Puts one of everything on a site that a test has made itself, with switches of its own."""
    return lambda site: _filled(request, site)


@pytest.fixture
def afresh(everything: Everything, filled: dict[str, Filled], noon: time_machine.Traveller) -> Callable[[], Everything]:
    """Lays everything down anew on the same site: acts that must not meet each other's traces need no site for each.

    SQLite only. What the process keeps (pages, whose codes are) goes with the next look, as always.
    """
    return lambda: filled["sqlite"].lay_down(everything.site, noon)

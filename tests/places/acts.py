"""What staff do with places in tests: add one, send a list, see what is there."""

from sqlalchemy import select

from campaign import clock, db
from campaign.places import service
from campaign.places.models import Place
from campaign.places.rules import Facts
from tests.conftest import Site
from tests.visitor import Page, Visitor

TEMPLE = {"name": "Sample Temple", "kind": "temple", "address": "1 Sample Street", "zip": "90027"}


def added(site: Site, name: str = "Sample Temple", **said: object) -> int:
    """A place that is there, whatever it is like; its id."""
    facts = Facts(name, **said)  # type: ignore[arg-type]
    with site.inside(), db.writing():
        return service.add(facts, [one.id for one in service.alike(facts)], clock.now())


def add(staff: Visitor, **said: object) -> Page:
    """Fill in the form for a new place, and press."""
    return staff.press(staff.get("/staff/places/new"), "Add", **{**TEMPLE, **said})


def send(staff: Visitor, sent: bytes | str, name: str = "places.csv") -> Page:
    """Send a list."""
    page = staff.get("/staff/places/import")
    token = page.form("See what")["fields"]["csrf_token"]
    data = sent if isinstance(sent, bytes) else sent.encode()
    head = f'--edge\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n'
    head += f'--edge\r\nContent-Disposition: form-data; name="list"; filename="{name}"\r\n\r\n'
    body = head.encode() + data + b"\r\n--edge--\r\n"
    kind = "multipart/form-data; boundary=edge"
    answer = staff.raw("/staff/places/import", method="POST", data=body, content_type=kind, follow_redirects=True)
    return Page(answer, answer.request.path)


def names(site: Site) -> list[str]:
    """What the places are called that are there and not gone, in the order in which they came."""
    there = select(Place.name).where(Place.merged_into_id.is_(None)).order_by(Place.id)
    return [row[0] for row in site.rows(there)]


def rows(page: Page) -> list[list[str]]:
    """The cells of the table on a page."""
    return [[" ".join(c.to_text().split()) for c in row.query("td, th")] for row in page.all("tbody tr")]

"""What staff do with prints in tests: order one, let the worker work, look at what came of it."""

import zipfile
from pathlib import Path
from typing import Any

from sqlalchemy import select

from campaign import clock, db
from campaign.links.models import Code
from campaign.places import service as places
from campaign.places.models import Place
from campaign.places.rules import Facts
from campaign.printables import plans, prints
from campaign.printables.models import Print
from campaign.printables.prints import Order
from campaign.printables.rows import Line
from tests.conftest import Site
from tests.visitor import Page, Visitor

TARGET = "/pledges/freedom"
TITLE = "Sample cards"
PLACES = ("Sample Temple", "Sample Market", "Sample Clinic")


def some_places(site: Site, names: tuple[str, ...] = PLACES) -> list[int]:
    """Places of these names, each in a ZIP code of its own; their ids."""
    with site.inside(), db.writing():
        return [
            places.add(Facts(name, zip=f"900{number:02}"), (), clock.now())
            for number, name in enumerate(names, start=1)
        ]


def lines(number: int, place_id: int | None = None, language: str = "en", **more: Any) -> list[Line]:
    """So many lines of one piece each."""
    return [Line(language, target=TARGET, place_id=place_id, **more) for _ in range(number)]


def begin(site: Site, wanted: list[Line], design: str = "poster", **more: Any) -> int:
    """A print that a worker has not seen yet; its id."""
    target = TARGET if design != "shoe-card" else ""
    with site.inside(), db.writing():
        return prints.begin(Order(TITLE, design, target, **more), wanted, clock.now())


def sign_off(site: Site, print_id: int) -> None:
    """Somebody has looked at the proof."""
    with site.inside(), db.writing():
        prints.sign_off(print_id, clock.now())


def work(site: Site) -> None:
    """Let the worker print."""
    site.work(prints.SWEEP)


def printed(site: Site, wanted: list[Line], design: str = "poster", **more: Any) -> int:
    """A print that is ready; its id."""
    print_id = begin(site, wanted, design, **more)
    work(site)
    sign_off(site, print_id)
    work(site)
    assert found(site, print_id).state == "ready", found(site, print_id).trouble
    return print_id


def found(site: Site, print_id: int) -> Print:
    """The print as it is now."""
    with site.inside(), db.reading():
        return prints.get(print_id)


def codes(site: Site) -> list[Any]:
    """Every code with its place, in the order in which they were made."""
    return site.rows(select(Code.code, Place.name, Code.language).outerjoin(Place).order_by(Code.id))


def zip_of(site: Site, print_id: int) -> Path:
    """The file that a print came to."""
    return plans.zip_of(site.config, print_id)


def inside(site: Site, print_id: int) -> dict[str, bytes]:
    """What is in it, by name."""
    with zipfile.ZipFile(zip_of(site, print_id)) as packed:
        return {Path(name).name: packed.read(name) for name in packed.namelist()}


def order(staff: Visitor, design: str = "poster", sent: bytes | None = None, **fields: Any) -> Page:
    """Fill in the form and press; `sent` is a list as a file."""
    page = staff.get(f"/staff/prints/new/{design}")
    values: dict[str, Any] = {**page.form("Try it")["fields"], "title": TITLE, "language": "en", "copies": "1"}
    if design != "shoe-card":
        values["target"] = TARGET
    values |= {"paper": "letter", "output": "office", **fields}
    parts = [(name, one) for name, value in values.items() for one in (value if isinstance(value, list) else [value])]
    head = "".join(
        f'--edge\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{one}\r\n' for name, one in parts
    ).encode()
    if sent is not None:
        head += b'--edge\r\nContent-Disposition: form-data; name="rows"; filename="places.csv"\r\n\r\n' + sent + b"\r\n"
    kind = "multipart/form-data; boundary=edge"
    path = f"/staff/prints/new/{design}"
    answer = staff.raw(path, method="POST", data=head + b"--edge--\r\n", content_type=kind, follow_redirects=True)
    return Page(answer, answer.request.path)

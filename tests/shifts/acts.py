"""What volunteers and staff do about shifts, for tests that need it done."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from campaign import clock, db
from campaign.places import service as places
from campaign.places.models import Place
from campaign.places.rules import Facts
from campaign.shifts import editing, service, turns
from campaign.shifts.editing import Needed, Said
from campaign.shifts.models import LIVE, TAKES_A_PLACE, Placement, ShiftNeed
from campaign.volunteers import guardians
from campaign.volunteers import service as volunteers
from campaign.volunteers.models import Guardian, Role
from tests.conftest import Site
from tests.volunteers.acts import role as a_role
from tests.volunteers.acts import volunteer as a_volunteer

ZONE = "America/Los_Angeles"
DAY = timedelta(days=1)


def able(site: Site, number: int = 1, age_band: str = "21+", **more: Any) -> int:
    """A volunteer who has read what to do, and whose guardian, if one is needed, agrees; the id."""
    if age_band == "16-17":
        more = {"guardian": f"parent{number}@example.org", **more}
    volunteer_id = a_volunteer(site, number, age_band, **more)
    with site.inside(), db.writing() as session:
        volunteers.read(volunteer_id, clock.now())
        guardian_id = session.scalar(select(Guardian.id).where(Guardian.volunteer_id == volunteer_id))
        if guardian_id:
            guardians.answer(guardian_id, True, "Yes", clock.now())
    return volunteer_id


def place(site: Site, name: str = "Sample Clinic") -> int:
    """A place; its id."""
    with site.inside(), db.writing():
        return places.add(
            Facts(name, "clinic", f"{len(name)} Sample Street", "Los Angeles", "Thai Town", "90027"), (), clock.now()
        )


def at(said: str) -> datetime:
    """The moment at which clocks in Los Angeles show this hour of a day of January 2027, such as "14 10:00"."""
    day, _, hour = said.partition(" ")
    return datetime.fromisoformat(f"2027-01-{day}T{hour}:00").replace(tzinfo=ZoneInfo(ZONE))


def said(place_id: int, role_id: int, begins: str = "14 10:00", hours: float = 3, number: int = 1, **more: Any) -> Said:
    """What is said of a shift that needs so many in one role."""
    starts_at, languages = at(begins), more.pop("languages", ())
    ends_at = starts_at + timedelta(hours=hours)
    return Said(place_id, starts_at, ends_at, ZONE, {role_id: Needed(number, languages)}, **more)


def shift(site: Site, begins: str = "14 10:00", hours: float = 3, number: int = 1, **more: Any) -> int:
    """A shift; its id. With its own place and role, unless they are given."""
    role_id = more.pop("role_id", 0) or _first("role", site)
    place_id = more.pop("place_id", 0) or _first("place", site)
    with site.inside(), db.writing():
        return editing.add(said(place_id, role_id, begins, hours, number, **more), clock.now())


def _first(kind: str, site: Site) -> int:
    """The first role or place there is; a new one, where there is none."""
    table: Any = Role if kind == "role" else Place
    rows = site.rows(select(table.id).order_by(table.id).limit(1))
    if rows:
        return int(rows[0][0])
    return a_role(site) if kind == "role" else place(site)


def need_of(site: Site, shift_id: int) -> int:
    """What a shift needs, if it is one role."""
    return int(site.rows(select(ShiftNeed.id).where(ShiftNeed.shift_id == shift_id))[0][0])


def take(site: Site, volunteer_id: int, shift_id: int) -> None:
    """Take a shift, without the door."""
    need_id = need_of(site, shift_id)
    with site.inside(), db.writing():
        service.take(volunteer_id, need_id, clock.now())


def wait(site: Site, volunteer_id: int, shift_id: int) -> bool:
    """Wait for a shift, without the door."""
    need_id = need_of(site, shift_id)
    with site.inside(), db.writing():
        return service.wait(volunteer_id, need_id, clock.now())


def give_back(site: Site, volunteer_id: int, shift_id: int) -> None:
    """Give a shift back, without the door."""
    with site.inside(), db.writing():
        service.give_back(volunteer_id, shift_id, clock.now())


def states(site: Site, shift_id: int) -> dict[int, str]:
    """Who is on a shift, and how."""
    found = select(Placement.volunteer_id, Placement.state).where(Placement.shift_id == shift_id)
    return {row.volunteer_id: row.state for row in site.rows(found)}


def at_rest(site: Site) -> None:
    """What must hold whenever nobody is at work: places are counted right, none too many, nobody is in two places."""
    rows = site.rows(select(Placement.need_id, Placement.state))
    for need in site.rows(select(ShiftNeed.id, ShiftNeed.number, ShiftNeed.taken)):
        held = [row for row in rows if row.need_id == need.id and row.state in TAKES_A_PLACE]
        assert len(held) == need.taken <= need.number, need
    with site.inside(), db.reading():
        assert turns.drift(clock.now()) == {}
    assert {"taken", "offered", "waiting"} == set(LIVE)

"""Who was asked, a shift of this very day, and hours: what each stands for, and what forms about them would send."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from campaign import clock, db, mail
from campaign.shifts import asks, day, editing, hours, keys, service, turns
from campaign.shifts.hours import Entry
from campaign.shifts.models import PlacementNews, ShiftNews, ShiftNewsKind
from campaign.volunteers import service as volunteers
from tests.conftest import Site
from tests.house.shifts import ROLE, said

TODAY = 11  # the shift, and its need: volunteer 6 has the placement 7, volunteer 1 the placement 8 and is here
DAYS = ("day_staff", "shift_door")
WORK = {"worked_on": "2027-01-10", "role": str(ROLE), "hours": "2", "minutes": "30", "note": "Carried boxes"}
FIELDS: dict[str, dict[str, str]] = {
    "week_staff.ask": {"who": "1"},
    **{f"{area}.check_in": {"id": "7", "came": "1"} for area in DAYS},
    **{f"{area}.{act}": {"id": "8"} for area in DAYS for act in ("check_out", "undo")},
    **{f"{area}.find": {"typed": "Hana"} for area in DAYS},
    "day_staff.walk_in": {"name": "hana3@example.org", "need": str(TODAY)},
    "shift_door.walk_in": {"name": "Bela Sample", "need": str(TODAY)},
    "shift_links_staff.index": {"name": "Left table"},
    "hours.log": {**WORK, "note": "Called people"},
    "hours.strike": {"entry": "1"},
    "hours_staff.decide": {"approve": "yes"},
    "hours_staff.edit": {"hours": "1", "minutes": "0", "version": "1"},
    "hours_staff.of": WORK,
}
AREAS: dict[str, dict[str, Any]] = {
    "asks": {"ask_id": 1},
    "week_staff": {"id": 4},
    "day_staff": {"id": TODAY},
    "shift_links_staff": {"id": TODAY, "helper_id": 1},
    "shift_door": {"helper_id": 1},
    "hours": {"volunteer_id": 1},
    "hours_staff": {"id": 2},
    "shift_feed": {"volunteer_id": 1},
}
# What ends something has one of its own: the other addresses go on.
ROUTES: dict[str, dict[str, Any]] = {
    "asks.no": {"ask_id": 2},
    "shift_links_staff.end": {"helper_id": 2},
    "hours_staff.edit": {"id": 3},
    "hours_staff.of": {"id": 1},
}


def fill_hours(site: Site) -> None:
    """Two who are asked for a shift; a shift that begins in an hour; an entry to take back, one to decide on,
    and one to correct.
    """
    with site.inside(), db.writing():
        now = clock.now()
        assert editing.add(said(now + timedelta(hours=1), 3), now) == TODAY
        for volunteer_id in (6, 1):
            service.take(volunteer_id, next(iter(turns.turn(TODAY, now).needs)), now)
        day.roll(TODAY, now).check_in(8, 1, now, let_in=False)
        for name in ("Table", "Entrance"):
            keys.lend(TODAY, name, 1, now)
        gap = next(iter(turns.turn(editing.add(said(now + timedelta(days=5)), now), now).needs))
        for volunteer_id in (6, 3):
            assert asks.ask(gap, volunteer_id, 1, now) == ""
        for note in ("Translated", "Carried boxes"):
            hours.log(1, Entry(ROLE, now.date(), 60, note, "es"), now)
        hours.write_down(1, Entry(ROLE, now.date(), 30, "Drove the van"), now)
        _remind()


def _remind() -> None:
    now, session = clock.now(), db.session()
    one = session.scalars(select(ShiftNews).where(ShiftNews.kind == ShiftNewsKind.CHANGED)).one()
    one.done_at = now  # it is night there: nobody would be told before the morning
    told = db.add(PlacementNews, {"news_id": one.id, "placement_id": 5})
    mail.write("shifts.changed", told or 0, volunteers.get(6).supporter_id, now)
    for kind, letter in ((ShiftNewsKind.DAY_BEFORE, "shifts.tomorrow"), (ShiftNewsKind.HOURS_BEFORE, "shifts.soon")):
        one = ShiftNews(shift_id=TODAY, kind=kind, due_at=now, made_at=now, done_at=now)
        session.add(one)
        session.flush()
        told = db.add(PlacementNews, {"news_id": one.id, "placement_id": 7})
        mail.write(letter, told or 0, volunteers.get(6).supporter_id, now)

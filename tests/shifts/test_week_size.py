"""The week's page does the same work for each of its rows, however many volunteers and shifts there are."""

import random
import time
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select

from campaign import clock, db
from campaign.places import service as places
from campaign.places.rules import Facts
from campaign.shifts.models import Placement, Shift, ShiftNeed
from campaign.supporters.models import Supporter
from campaign.volunteers.models import (
    Availability,
    Qualification,
    Requirement,
    Role,
    Volunteer,
    VolunteerLanguage,
    WishedRole,
)
from tests.house.everything import on_sqlite
from tests.volunteers.acts import begin_lists

pytestmark = on_sqlite
LANGUAGES = ("es", "tl", "th", "zh-hans", "zh-hant", "ko", "vi")
MONDAY = date(2027, 1, 18)
AREAS = ("thaitown", "koreatown", "pasadena", "")
LIMIT = 1.2


def _volunteers(chance: random.Random, first: int, last: int) -> None:
    """Volunteers with these ids, each with languages, times, wishes, and most of what roles require."""
    now, session = clock.now(), db.session()
    plain = {"language": "en", "age_band": "21+", "state": "confirmed", "joined_at": now, "read_at": now, "version": 1}
    plain |= dict.fromkeys(("phone", "other_languages", "area", "age_band_wished", "access_needs", "staff_note"), "")
    plain |= {"newsletter": "", "ended_for": ""}
    rows: dict[Any, list[dict[str, Any]]] = {
        table: [] for table in (Supporter, Volunteer, VolunteerLanguage, Availability, Qualification, WishedRole)
    }
    required, roles = (list(session.scalars(select(table.id))) for table in (Requirement, Role))
    for one in range(first, last + 1):
        mailbox, mine = f"s{one}@example.org", {"volunteer_id": one}
        rows[Supporter].append({"id": one, "email": mailbox, "mailbox": mailbox, "language": "en", "added_at": now})
        known = {"name": f"Sample {one}", "name_key": f"sample{one}", "area_key": chance.choice(AREAS)}
        rows[Volunteer].append({"id": one, "supporter_id": one, **known, **plain})
        for code in chance.sample(LANGUAGES, chance.choice((1, 1, 2))):
            rows[VolunteerLanguage].append({**mine, "language": code, "level": "well"})
        for day in range(7):
            for part in ("morning", "afternoon", "evening"):
                rows[Availability] += [{**mine, "day": day, "part": part}] if chance.random() < 0.25 else []
        for requirement_id in required:
            held = {"requirement_id": requirement_id, "held_on": date(2026, 6, 1), "vouched_by": "Sample"}
            held |= {"recorded_at": now, "revoked_for": ""}
            rows[Qualification] += [{**mine, **held}] if chance.random() < 0.7 else []
        rows[WishedRole].append({**mine, "role_id": chance.choice(roles)})
    for table, some in rows.items():
        session.execute(insert(table), some)


def _shifts(chance: random.Random, first: int, last: int, people: int) -> None:
    """Shifts of one week with these ids; each lacks two in one role, and one is there."""
    now, session = clock.now(), db.session()
    roles = list(session.scalars(select(Role.id)))
    for one in range(first, last + 1):
        starts = datetime(MONDAY.year, MONDAY.month, MONDAY.day, chance.randint(16, 23), tzinfo=now.tzinfo)
        starts += timedelta(days=chance.randint(0, 6))
        session.add(
            Shift(
                id=one,
                place_id=chance.randint(1, 5),
                starts_at=starts,
                ends_at=starts + timedelta(hours=3),
                zone="America/Los_Angeles",
                added_at=now,
                changed_at=now,
            )
        )
        session.flush()
        spoken = " ".join(chance.sample(LANGUAGES, chance.choice((0, 1, 2))))
        role_id = chance.choice(roles)
        session.add(ShiftNeed(id=one, shift_id=one, role_id=role_id, number=3, taken=1, languages=spoken))
        session.flush()
        taken = {"state": "taken", "joined_at": now, "taken_at": now}
        session.add(Placement(shift_id=one, need_id=one, volunteer_id=chance.randint(1, people), **taken))
        session.flush()


def _seconds(staff: Any) -> float:
    """Processor time for each row of the page, the middle of some tries."""
    path = f"/staff/week?week={MONDAY}"
    page = str(staff.raw(path).get_data(as_text=True))
    times: list[float] = []
    for _ in range(9):
        began = time.process_time()
        staff.raw(path)
        times.append(time.process_time() - began)
    rows = page.count('<li id="gap-')
    assert rows == 25 and page.count('name="who"') > 2 * rows
    return sorted(times)[4] / rows


@pytest.mark.gate("week", quick=0, full=2000)  # times are for a quiet machine
def test_two_thousand_volunteers_and_five_hundred_shifts_cost_a_row_no_more_than_a_tenth_of_them(site, staff, size):
    chance = random.Random(7)
    begin_lists(site)
    small = size // 10
    with site.inside(), db.writing():
        for number in range(5):
            places.add(Facts(f"Sample Place {number}", "clinic", f"{number} Sample Street"), (), clock.now())
        _volunteers(chance, 1, small)
        _shifts(chance, 1, small // 4, small)
    before = _seconds(staff)
    with site.inside(), db.writing():
        _volunteers(chance, small + 1, size)
        _shifts(chance, small // 4 + 1, size // 4, size)
    ratio = _seconds(staff) / before
    print(f"{size} volunteers, {size // 4} shifts: {ratio:.2f} times the time of {small} and {small // 4} per row")
    assert ratio <= LIMIT

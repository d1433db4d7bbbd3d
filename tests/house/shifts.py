"""The shifts of the site with one of everything: what each stands for, and what forms about them would send."""

from datetime import datetime, timedelta
from typing import Any

from campaign import clock, db
from campaign.shifts import batches, editing, service, turns
from campaign.shifts.editing import Needed, Said
from campaign.volunteers import keeping
from campaign.volunteers import service as volunteers
from campaign.volunteers.keeping import Said as ListSaid
from tests.conftest import Site

ZONE = "America/Los_Angeles"
ROLE = 7  # requires nothing
SHIFT = {"place": "1", "zone": ZONE, "starts": "2027-03-02T10:00", "ends": "2027-03-02T12:00", f"number-{ROLE}": "1"}
SHIFT |= {"colleague": "1", "coordinator": "Sample Lead", "phone": "+12133734253", "note": "Bring water"}
DAYS = {"first": "2027-03-01", "last": "2027-03-14", "weekdays": "1", "begins": "10:00", "closes": "12:00"}
FIELDS: dict[str, dict[str, str]] = {
    "shifts.take": {"need": "3"},
    "shifts.wait": {"need": "2"},
    "shifts.give_back": {"shift": "1"},
    "shifts_staff.new": SHIFT,
    "shifts_staff.many": {"place": "1", "zone": ZONE, f"number-{ROLE}": "1", **DAYS},
    "shifts_staff.edit": {**SHIFT, "version": "1", "named": "1 2 3"},
    "shifts_staff.cancel": {"reason": "A reason"},
    "shifts_staff.take_back": {"reason": "A reason"},
}
AREAS: dict[str, dict[str, Any]] = {
    "shifts": {"volunteer_id": 1},
    "shifts_staff": {"id": 1, "placement_id": 1},
}
# What ends something has one of its own: the other addresses go on.
ROUTES: dict[str, dict[str, Any]] = {
    "shifts_staff.cancel": {"id": 4},
    "shifts_staff.edit": {"id": 5},
}


def fill_shifts(site: Site) -> None:
    """Of ids 1 to 5: one that volunteer 1 has, one whose only place is offered to volunteer 3, a free one, one to be
    cancelled, and one to be changed; and a batch of two.
    """
    with site.inside(), db.writing():
        now = clock.now()
        assert keeping.add("role", ListSaid({"en": ("Helper", "")}, {"minimum_age": 16})) == ROLE
        for number in (1, 3, 6):
            volunteers.read(number, now)
        for number in range(1, 6):
            editing.add(_on(number), now)
        batches.make([_on(20), _on(21)], 1, now)
        for volunteer_id, shift_id in ((1, 1), (6, 2)):
            service.take(volunteer_id, next(iter(turns.turn(shift_id, now).needs)), now)
        service.wait(3, next(iter(turns.turn(2, now).needs)), now)
        _write_all_letters()


def _write_all_letters() -> None:
    """The place for which volunteer 3 waits is offered; of what 6 had one is changed, one cancelled, one taken back."""
    now = clock.now()
    service.give_back(6, 2, now)
    changed, cancelled, taken_back = (editing.add(_on(number), now) for number in (30, 32, 34))
    for shift_id in (taken_back, changed, cancelled):
        service.take(6, next(iter(turns.turn(shift_id, now).needs)), now)
    editing.change(changed, _on(31), 1, (), now)
    editing.cancel(cancelled, "A reason", now)
    theirs = turns.theirs(taken_back, 6)
    assert theirs is not None
    editing.take_back(theirs.id, "A reason", now)


def _on(number: int) -> Said:
    return said(clock.now().replace(hour=18, minute=0) + timedelta(days=10 + number))


def said(starts_at: datetime, number: int = 1) -> Said:
    """What is said of a shift that begins then."""
    who: dict[str, Any] = {"coordinator": "Sample Lead", "phone": "+12133734253", "coordinator_id": 1, "event_id": 5}
    needs = {ROLE: Needed(number, ("es",))}
    return Said(1, starts_at, starts_at + timedelta(hours=2), ZONE, needs, None, None, "Bring water", **who)

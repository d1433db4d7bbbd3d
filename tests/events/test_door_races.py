"""Many phones at one door, through real HTTP against several server processes: a guest is counted once.

The control: without the key by which a check-in can stand once, one guest is counted many times.
"""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from sqlalchemy import func, select, update

from campaign import clock, db, seals
from campaign.events import arrivals, editing, keys
from campaign.events.models import Arrival, Event, Rsvp, RsvpState
from tests.events.acts import at_rest, hold
from tests.events.crowds import at_once, servers

GUESTS, PRESSES = 6, 20


def _evening(site):
    """An event that is on now, its guests with a seat for two each, and the path of a helper's link."""
    event_id = hold(site, starts_in=timedelta(minutes=30))
    with site.inside(), db.writing() as session:
        now = clock.now()
        known = {"name": "Sample Person", "name_key": "sampleperson", "language": "en", "joined_at": now}
        guests = [Rsvp(event_id=event_id, party=2, state=RsvpState.SEATED, **known) for _ in range(GUESTS)]
        session.add_all(guests)
        session.flush()
        session.execute(update(Event).where(Event.id == event_id).values(taken=2 * GUESTS))
        event = editing.get(event_id)
        path = f"/door/{seals.sign('door', keys.lend(event_id, 'Entrance', keys.days(event)[0], None, now))}"
        return event_id, [one.id for one in guests], path


def _here(site, event_id):
    with site.inside(), db.reading():
        return arrivals.here(event_id)


def _press(path, act, **fields):
    return f"{path}/{act}|{urlencode(fields)}"


def many_phones(site, host):
    """Once at each thing that two phones can do at the same moment."""
    event_id, guests, path = _evening(site)
    answers = at_once(host, [_press(path, "in", id=guests[0], came=2)] * PRESSES)
    assert answers == {"303": PRESSES} and _here(site, event_id) == 2
    # All guests at once, each at two phones, and somebody without an RSVP whose form is sent twice.
    jobs = [_press(path, "in", id=one, came=2) for one in guests] * 2
    jobs += [_press(path, "walk-in", name="Sample", came=1, press=f"once-{event_id}")] * 2
    assert at_once(host, jobs) == {"303": len(jobs)}
    assert _here(site, event_id) == 2 * GUESTS + 1
    standing = select(Arrival.rsvp_id).where(Arrival.event_id == event_id)
    assert len(site.rows(standing)) == GUESTS + 1
    # Counted in and taken back at once, in whatever order: it stands or it does not.
    jobs = [_press(path, "undo", id=guests[0]), _press(path, "in", id=guests[0], came=2)] * 4
    at_once(host, jobs)
    on = site.rows(select(func.count(Rsvp.checked_in_at)).where(Rsvp.id == guests[0]))[0][0]
    assert _here(site, event_id) == 2 * GUESTS - 1 + 2 * on
    _over(site, event_id)


def counted_often(site, host):
    """The control: without the key one guest is counted as often as somebody pressed."""
    event_id, guests, path = _evening(site)
    at_once(host, [_press(path, "in", id=guests[0], came=2)] * PRESSES)
    assert _here(site, event_id) == 2 * PRESSES


def _over(site, event_id):
    with site.inside(), db.writing():
        editing.get(event_id).slug = f"evening-{event_id}"


# `make test` tries it once, with the servers of `test_races.test_many_at_once_in_small`.
@pytest.mark.gate("R2", quick=0, full=100)
def test_two_phones_checking_in_the_same_guest_count_once(make_site, size):
    with servers(make_site) as (site, host):
        for _ in range(size):
            many_phones(site, host)
            at_rest(site)

"""R3: two doors add volunteers without a place at the same moment, on both databases.

The control: where nobody takes turns at a shift, two people have its last place.
"""

import threading
from contextlib import suppress

from sqlalchemy import select

from campaign import clock, db
from campaign.app import Switches
from campaign.events.arrivals import Came
from campaign.shifts import day, keys, walk_ins
from campaign.shifts.models import Placement, ShiftNeed
from tests.house.everything import on_postgresql
from tests.shifts.acts import able, at, at_rest, need_of, shift, states

NAMES = ("Sample Helper B", "Sample Helper C")


def _table(site, noon):
    """A shift of one place that begins in half an hour, two who may come, and two links for it."""
    people, shift_id = [able(site, number) for number in (1, 2)], shift(site)
    noon.move_to(at("14 09:30"), tick=False)
    with site.inside(), db.writing():
        links = [keys.lend(shift_id, name, None, clock.now()) for name in ("Left", "Right")]
    return people, shift_id, links


def _add_at_once(site, shift_id, links, names, monkeypatch, seconds):
    """What becomes of two who are added by two links, once both doors have looked, or after so many seconds."""
    both, looked, against = threading.Barrier(2, timeout=20), threading.Barrier(2), walk_ins._against
    said, need_id = [], need_of(site, shift_id)

    def slowly(*known):
        with suppress(threading.BrokenBarrierError):
            looked.wait(seconds)
        return against(*known)

    def add(helper_id, name):
        with site.inside():
            both.wait()
            with db.writing():
                roll = day.lent_roll(helper_id, clock.now())
                said.append(roll.add(name, need_id, clock.now(), let_in=False)[0])

    monkeypatch.setattr(walk_ins, "_against", slowly)
    doors = [threading.Thread(target=add, args=known) for known in zip(links, names, strict=True)]
    for one in doors:
        one.start()
    for one in doors:
        one.join(60)
    return sorted(said)


def test_two_doors_add_one_volunteer_once(noon, make_site, monkeypatch):
    site = make_site()
    people, shift_id, links = _table(site, noon)
    said = _add_at_once(site, shift_id, links, NAMES[:1] * 2, monkeypatch, 0.3)
    assert said == sorted([Came.ALREADY, Came.COUNTED]) and states(site, shift_id) == {people[0]: "taken"}
    assert len(site.rows(select(Placement.id).where(Placement.walk_in))) == 1
    at_rest(site)


def test_two_doors_give_the_last_place_to_one_and_ask_about_the_other(noon, make_site, monkeypatch):
    site = make_site()
    _, shift_id, links = _table(site, noon)
    said = _add_at_once(site, shift_id, links, NAMES, monkeypatch, 0.3)
    assert said == sorted([Came.ASK, Came.COUNTED]) and list(states(site, shift_id).values()) == ["taken"]
    at_rest(site)


@on_postgresql  # SQLite has one writer at a time, whatever is locked
def test_out_of_turn_two_have_the_last_place(noon, make_site, monkeypatch):
    site = make_site(switches=Switches(shifts_in_turn=False))
    _, shift_id, links = _table(site, noon)
    said = _add_at_once(site, shift_id, links, NAMES, monkeypatch, 30)
    assert said == [Came.COUNTED, Came.COUNTED]
    assert site.rows(select(ShiftNeed.number, ShiftNeed.taken)) == [(1, 2)]

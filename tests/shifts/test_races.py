"""R3: many volunteers at once for few places on overlapping shifts, through real HTTP, against two server processes.

Nobody is in two places and no shift has more people than places. The control: without turns both happen.
"""

import threading
from collections import Counter
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import select

from campaign import clock, db
from campaign.shifts import editing, schedules
from campaign.shifts.editing import Needed, Said, Unseen
from campaign.shifts.models import Placement, PlacementState, Shift
from campaign.shifts.rules import overlap
from tests.events.crowds import at_once, servers
from tests.house.everything import on_sqlite
from tests.shifts.acts import ZONE, able, at_rest, need_of, place, take
from tests.volunteers.acts import path_of, role

UNLOCKED = "tests.unguarded:shifts_out_of_turn"
LONG = timedelta(days=1000)
PEOPLE = 16  # each presses twice for each of two shifts: 64 at once


def _people(site):
    return [path_of(site, able(site, number)) for number in range(PEOPLE)]


def _overlapping(site, known, trial, places):
    """Two shifts of another day that overlap by an hour; their ids."""
    place_id, role_id = known
    with site.inside(), db.writing():
        first = (clock.now() + timedelta(days=2 + trial)).replace(hour=18, minute=0, second=0, microsecond=0)
        times = ((first, first + timedelta(hours=3)), (first + timedelta(hours=2), first + timedelta(hours=5)))
        needs = {role_id: Needed(places)}
        return [editing.add(Said(place_id, *time, ZONE, needs), clock.now()) for time in times]


def _trial(site, host, people, known, trial, places):
    """How many took each of two overlapping shifts, and how many took both."""
    shift_ids = _overlapping(site, known, trial, places)
    wanted = [need_of(site, one) for one in shift_ids]
    answers = at_once(host, [f"{path}/take|need={need}" for path in people for need in wanted * 2])
    found = select(Placement.shift_id, Placement.volunteer_id).where(
        Placement.shift_id.in_(shift_ids), Placement.state == PlacementState.TAKEN
    )
    rows = site.rows(found)
    taken = Counter(row.shift_id for row in rows)
    double = [one for one, number in Counter(row.volunteer_id for row in rows).items() if number > 1]
    return answers, [taken[one] for one in shift_ids], double


def _long_over(site):
    """Put all shifts of now far back, or each page would show all that the trials before have left."""
    with site.inside(), db.writing() as session:
        for shift in session.scalars(select(Shift).where(Shift.ends_at > clock.now())):
            shift.starts_at, shift.ends_at = shift.starts_at - LONG, shift.ends_at - LONG


def _two_windows(site, host, path, known, trial):
    """How one person's two windows are answered who takes two overlapping shifts at once, and how many they have."""
    shift_ids = _overlapping(site, known, trial, 9)
    answers = at_once(host, [f"{path}/take|need={need_of(site, one)}" for one in shift_ids])
    found = select(Placement.id).where(Placement.shift_id.in_(shift_ids), Placement.state == PlacementState.TAKEN)
    return answers, len(site.rows(found))


def _moved_meanwhile(site, host, person, known, trial):
    """What somebody has, who takes a second shift while staff move their first one to the same time."""
    place_id, role_id = known
    path, volunteer_id = person
    first = (clock.now() + timedelta(days=2 + trial)).replace(hour=18, minute=0, second=0, microsecond=0)
    hours, needs = timedelta(hours=3), {role_id: Needed(1)}
    with site.inside(), db.writing():
        times = (first, first + hours)
        moved, other = (editing.add(Said(place_id, at, at + hours, ZONE, needs), clock.now()) for at in times)
    take(site, volunteer_id, moved)
    said = Said(place_id, first + hours / 2, first + hours * 1.5, ZONE, needs)
    staff = threading.Thread(target=_move, args=(site, moved, said))
    staff.start()
    at_once(host, [f"{path}/take|need={need_of(site, other)}"])
    staff.join(60)
    with site.inside(), db.reading():
        return [
            one for one in schedules.of([volunteer_id], clock.now())[volunteer_id] if one.shift_id in (moved, other)
        ]


def _move(site, shift_id, said):
    with site.inside(), suppress(Unseen), db.writing():
        editing.change(shift_id, said, 1, (), clock.now())


def _trials(make_site, size):
    with servers(make_site) as (site, host):
        people, known = _people(site), (place(site), role(site))
        for trial in range(size):
            places = (4, 1, 7)[trial % 3]
            answers, taken, double = _trial(site, host, people, known, trial, places)
            assert set(answers) == {"303", "409"} and sum(answers.values()) == 4 * PEOPLE
            assert answers["303"] == 4 * places, "who has it already may press again"
            assert taken == [places, places] and double == []
            _long_over(site)
        assert _two_windows(site, host, people[0], known, size) == ({"303": 1, "409": 1}, 1)
        for trial in range(size + 1, 2 * size + 3):
            mine = _moved_meanwhile(site, host, (people[1], 2), known, trial)
            assert mine and not (len(mine) == 2 and overlap(*mine))
        at_rest(site)


@pytest.mark.gate("R3", quick=1, full=3)
def test_nobody_is_in_two_places_and_no_place_is_given_twice(make_site, size):
    _trials(make_site, size)


@pytest.mark.gate("R3", quick=0, full=200)
def test_nobody_is_in_two_places_however_often(make_site, size):
    _trials(make_site, size)


@on_sqlite  # in the quick form; the drill has both
@pytest.mark.gate("R3", quick=1, full=1)
def test_out_of_turn_people_are_in_two_places_and_places_are_given_twice(make_site, size):
    _out_of_turn(make_site, size)


@pytest.mark.gate("R3", quick=0, full=20)
def test_out_of_turn_that_happens_nearly_always(make_site, size):
    _out_of_turn(make_site, size)


def _out_of_turn(make_site, size):
    with servers(make_site, UNLOCKED) as (site, host):
        people, known = _people(site), (place(site), role(site))
        crowds = [_trial(site, host, people, known, 2 * n, 1)[1] for n in range(size)]
        windows = [_two_windows(site, host, people[0], known, 2 * n + 1)[1] for n in range(size)]
    assert len([taken for taken in crowds if max(taken) > 1]) >= 0.95 * size, crowds
    assert len([number for number in windows if number == 2]) >= 0.95 * size, windows

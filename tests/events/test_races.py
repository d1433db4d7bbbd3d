"""R1, R2 and R4: many at once for few seats, through real HTTP, against several server processes.

Each guard has its control: without the event's row locked seats are given twice, without the natural key one form sent
often is many RSVPs.
"""

import random
import threading

import pytest
from sqlalchemy import func, select, text, update

from campaign import clock, db
from campaign.events import editing, seats, service
from campaign.events.models import Rsvp, RsvpState
from campaign.events.seats import SEAT_FREE
from campaign.mail import Letter
from tests.events.acts import at_rest, hold, link_of, send
from tests.events.crowds import ask, at_once, rendered_now, servers
from tests.events.test_door_races import counted_often, many_phones
from tests.house.everything import on_sqlite

UNLOCKED, UNKEYED = "tests.unguarded:seats_out_of_turn", "tests.unguarded:without_natural_keys"
CROWD = 64


def _crowd(site, host, rendered, number, capacity):
    """A crowd that wants one seat each of an event of its own; how many RSVPs there are then in each state."""
    slug = f"crowd-{number}"
    event_id = hold(site, slug=slug, capacity=capacity)
    answers = at_once(host, [ask(rendered, guest, 1, slug) for guest in range(CROWD)])
    assert answers == {"303": CROWD}
    found = select(Rsvp.state, func.count()).where(Rsvp.event_id == event_id).group_by(Rsvp.state)
    _orderly_line(site, event_id)
    return dict(map(tuple, site.rows(found)))


def _crowds(site, host, rendered, trials):
    """For 1, 7 and 50 seats in turn: exactly so many are held, and everybody else waits."""
    for number in range(trials):
        capacity = (1, 7, 50)[number % 3]
        assert _crowd(site, host, rendered, number, capacity) == {"held": capacity, "waiting": CROWD - capacity}


def _doubles(site, host, rendered, trials):
    """One form sent fifty times at once, for each of so many guests: each is one RSVP and one letter."""
    event_id = hold(site, slug="doubles", capacity=30)
    mine = select(Rsvp.id).where(Rsvp.event_id == event_id)
    for number in range(trials):
        assert at_once(host, [ask(rendered, 1000 + number, 2, "doubles")] * 50) == {"303": 50}
        rows = [row[0] for row in site.rows(mine)]
        letters = select(func.count()).where(Letter.kind == "events.please_confirm", Letter.about_id.in_(rows))
        assert (len(rows), site.rows(letters)[0][0]) == (number + 1, number + 1)


def _orderly_line(site, event_id):
    """Positions are 1, 2, 3, … and in the order in which people came."""
    with site.inside(), db.reading() as session:
        line = select(Rsvp).where(Rsvp.event_id == event_id, Rsvp.state == RsvpState.WAITING)
        waiting = list(session.scalars(line.order_by(Rsvp.joined_at, Rsvp.id)))
        assert [seats.position(one) for one in waiting] == list(range(1, len(waiting) + 1))


@pytest.mark.gate("R1", quick=3, full=3)
def test_many_at_once_in_small(make_site, size):
    """R1, R2 and R4, and the door, with one pair of servers, for they take longer to start than to answer."""
    with servers(make_site) as (site, host):
        _log_every_change(site)
        rendered = rendered_now(site)
        _crowds(site, host, rendered, size)
        _doubles(site, host, rendered, 1)
        _check(site, _trial(site, host, 0, rendered))
        many_phones(site, host)
        at_rest(site)


@pytest.mark.gate("R1", quick=0, full=300)
def test_a_crowd_gets_exactly_the_seats_there_are(make_site, size):
    with servers(make_site) as (site, host):
        _crowds(site, host, rendered_now(site), size)
        at_rest(site)


def _given_twice(make_site, size):
    """The control: of so many crowds without the event's row locked, nearly each gets more seats than there are."""
    with servers(make_site, UNLOCKED) as (site, host):
        rendered = rendered_now(site)
        found = [_crowd(site, host, rendered, number, 7) for number in range(size)]
    assert len([one for one in found if one["held"] > 7]) >= 0.95 * size, found


@on_sqlite  # in the quick form; the drill has both
@pytest.mark.gate("R1", quick=1, full=1)
def test_without_the_event_locked_seats_are_given_twice(make_site, size):
    _given_twice(make_site, size)


@pytest.mark.gate("R1", quick=0, full=20)
def test_without_the_event_locked_seats_are_given_twice_nearly_always(make_site, size):
    _given_twice(make_site, size)


@pytest.mark.gate("R4", quick=0, full=100)
def test_one_form_sent_fifty_times_is_one_rsvp_and_one_letter(make_site, size):
    with servers(make_site) as (site, host):
        _doubles(site, host, rendered_now(site), size)
        at_rest(site)


@on_sqlite  # the key that is taken away is the same on both
@pytest.mark.gate("R4", quick=1, full=3)
def test_without_the_natural_key_one_would_be_many_at_the_form_and_at_the_door(make_site, size):
    with servers(make_site, UNKEYED) as (site, host):
        rendered = rendered_now(site)
        event_id = hold(site, slug="doubles")
        for number in range(size):
            at_once(host, [ask(rendered, number, 2, "doubles")] * 50)
            rows = site.rows(select(func.count()).where(Rsvp.event_id == event_id))
            assert rows[0][0] > number + 1
        counted_often(site, host)


SEATS, LEAVE, JOIN = 32, 32, 64
EDITS = (40, 30, 36, 28, 34)  # seats that staff make of it meanwhile
LOG = "CREATE TABLE seat_log (event_id INTEGER, before INTEGER, now INTEGER, capacity INTEGER)"
NOTE = "INSERT INTO seat_log VALUES (NEW.id, OLD.taken, NEW.taken, NEW.capacity)"
TRIGGERS = {
    "sqlite": [f"CREATE TRIGGER note AFTER UPDATE OF taken ON events BEGIN {NOTE}; END"],
    "postgresql": [
        f"CREATE FUNCTION note() RETURNS trigger AS $$ BEGIN {NOTE}; RETURN NEW; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER note AFTER UPDATE OF taken ON events FOR EACH ROW EXECUTE FUNCTION note()",
    ],
}


def _log_every_change(site):
    """The database itself writes down each change of the seats taken, whoever makes it."""
    with site.inside(), db.database().engine.connect() as connection:
        for statement in [LOG, *TRIGGERS[connection.dialect.name]]:
            connection.exec_driver_sql(statement)
        connection.commit()


def _edit(site, event_id):
    """Staff make it larger and smaller."""
    with site.inside():
        for capacity in EDITS:
            with db.writing():
                event = editing.locked(event_id)
                event.capacity = capacity
                db.session().flush()
                seats.promote(seats.turn(event_id, clock.now()))


def _trial(site, host, trial, rendered):
    """32 give their seat back, 64 parties join, staff edit, all at once; the event."""
    slug, chance = f"evening-{trial}", random.Random(trial)
    event_id = hold(site, slug=slug, capacity=SEATS)
    assert at_once(host, [ask(rendered, number, 1, slug) for number in range(LEAVE)]) == {"303": LEAVE}
    first = [row.id for row in site.rows(select(Rsvp.id).where(Rsvp.event_id == event_id))]
    for rsvp_id in first:
        with site.inside(), db.writing():
            service.confirm(rsvp_id, clock.now())
    leave = [f"{link_of(site, rsvp_id)}/cancel|" for rsvp_id in first]
    join = [ask(rendered, LEAVE + number, chance.randint(1, 3), slug) for number in range(JOIN)]
    mixed = leave + join
    chance.shuffle(mixed)
    staff = threading.Thread(target=_edit, args=(site, event_id))
    staff.start()
    assert at_once(host, mixed) == {"303": LEAVE + JOIN}
    staff.join(60)
    return event_id


def _check(site, event_id):
    """What must hold of how it went, commit by commit and at rest."""
    log = site.rows(text(f"SELECT before, now, capacity FROM seat_log WHERE event_id = {event_id}"))
    assert len(log) > JOIN
    assert all(one.now <= one.capacity or one.now < one.before for one in log), "a seat too many was given"
    columns = (Rsvp.id, Rsvp.state, Rsvp.party, Rsvp.joined_at, Rsvp.offered_at)
    guests = site.rows(select(*columns).where(Rsvp.event_id == event_id).order_by(Rsvp.joined_at, Rsvp.id))
    ids = [one.id for one in guests]
    told = select(Letter.about_id, func.count()).where(Letter.kind == SEAT_FREE, Letter.about_id.in_(ids))
    letters = dict(map(tuple, site.rows(told.group_by(Letter.about_id))))
    assert letters == {one.id: 1 for one in guests if one.offered_at}, "one letter for each promotion"
    for place, one in enumerate(guests):
        if one.state == RsvpState.WAITING:
            overtook = [other for other in guests[place:] if other.state != RsvpState.WAITING]
            assert all(other.party < one.party for other in overtook), "who came later and needs no less was seated"


@pytest.mark.gate("R2", quick=0, full=200)
def test_leaving_joining_and_editing_at_once_keeps_seats_and_order(make_site, size):
    with servers(make_site) as (site, host):
        _log_every_change(site)
        rendered = rendered_now(site)
        for trial in range(size):
            _check(site, _trial(site, host, trial, rendered))
        at_rest(site)


@on_sqlite
def test_the_history_is_looked_at_closely(site):
    """The control of the check itself: histories with one fault each are found."""
    _log_every_change(site)
    event_id = hold(site, capacity=2)
    with site.inside(), db.writing() as session:
        session.execute(text(f"INSERT INTO seat_log VALUES ({event_id}, 2, 3, 2)"))
        for number in range(JOIN):
            session.execute(text(f"INSERT INTO seat_log VALUES ({event_id}, 1, {number % 2}, 2)"))
    with pytest.raises(AssertionError, match="a seat too many"):
        _check(site, event_id)
    with site.inside(), db.writing() as session:
        session.execute(text("DELETE FROM seat_log WHERE now = 3"))
        session.execute(text(f"INSERT INTO seat_log VALUES ({event_id}, 1, 1, 2)"))
    for number in range(4):
        send(site, number)
    _check(site, event_id)
    with site.inside(), db.writing() as session:
        session.execute(update(Rsvp).where(Rsvp.id == 4).values(state=RsvpState.SEATED))
    with pytest.raises(AssertionError, match="came later"):
        _check(site, event_id)
    with site.inside(), db.writing() as session:
        session.execute(update(Rsvp).where(Rsvp.id == 4).values(state=RsvpState.OFFERED, offered_at=clock.now()))
    with pytest.raises(AssertionError, match="one letter"):
        _check(site, event_id)

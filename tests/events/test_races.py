"""R1, R2 and R4: many at once for few seats, through real HTTP, against several server processes.

Each guard has its control: without the event's row locked seats are given twice, without the natural key one form sent
often is many RSVPs.
"""

import random
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from urllib.parse import urlencode, urlsplit

import pytest
from sqlalchemy import func, select, text, update

from campaign import clock, db, seals
from campaign.events import editing, seats, service
from campaign.events.models import Rsvp, RsvpState
from campaign.events.seats import SEAT_FREE
from campaign.mail import Letter
from tests.events.acts import at_rest, hold, link_of, send, states
from tests.house.everything import on_sqlite
from tests.processes import ROOT, free_port, serving

SITE, UNLOCKED = "campaign.serve:site", "tests.unguarded:seats_out_of_turn"
CROWD, CLIENTS = 64, 4

# A client of its own: it waits until told, sends all it has at once, and says how each was answered.
CLIENT = """
import sys, threading
from http.client import HTTPConnection
host, *jobs = sys.stdin.readline().split()
ready, answers = threading.Barrier(len(jobs) + 1), []
def send(job):
    path, body = job.split("|", 1)
    connection = HTTPConnection(host, timeout=120)
    connection.connect()
    ready.wait()
    connection.request("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})
    answer = connection.getresponse()
    answer.read()
    answers.append(str(answer.status))
threads = [threading.Thread(target=send, args=(job,)) for job in jobs]
[thread.start() for thread in threads]
print("ready", flush=True)
sys.stdin.readline()
ready.wait()
[thread.join() for thread in threads]
print(*answers, flush=True)
"""


@contextmanager
def _open(make_site, target=SITE):
    """A site of two server processes, and its address."""
    site = make_site(port=free_port(), processes=2)
    with serving(replace(site.config, base_url=f"http://localhost:{site.config.port}"), target) as address:
        yield site, urlsplit(address).netloc


def _rendered(site):
    with site.inside():
        rendered = seals.render_time()
    time.sleep(seals.YOUNGEST + 0.1)
    return rendered


def _ask(rendered, number, party=1, slug="evening"):
    fields = {"name": "Sample Person", "email": f"guest{number}@example.org", "party": party, "rendered": rendered}
    return f"/events/{slug}|{urlencode(fields)}"


def _at_once(host, jobs):
    """Send all these at once, from four processes that wait for each other; the answers."""
    parts = [jobs[n::CLIENTS] for n in range(CLIENTS) if jobs[n::CLIENTS]]
    command = [sys.executable, "-c", CLIENT]
    clients = [subprocess.Popen(command, stdin=-1, stdout=-1, text=True, cwd=ROOT) for _ in parts]
    for client, part in zip(clients, parts, strict=True):
        print(host, *part, file=client.stdin, flush=True)
    for client in clients:
        assert client.stdout is not None and client.stdout.readline() == "ready\n"
    for client in clients:
        print("go", file=client.stdin, flush=True)
    said = [client.communicate(timeout=180)[0].split() for client in clients]
    return Counter(status for one in said for status in one)


def _crowds(make_site, target, capacities):
    """For each number of seats a crowd that wants one each: states and answers, event by event."""
    with _open(make_site, target) as (site, host):
        events = [hold(site, slug=f"evening-{n}", capacity=seats_) for n, seats_ in enumerate(capacities)]
        rendered, results = _rendered(site), []
        for n, event_id in enumerate(events):
            answers = _at_once(host, [_ask(rendered, number, 1, f"evening-{n}") for number in range(CROWD)])
            found = select(Rsvp.state, func.count()).where(Rsvp.event_id == event_id).group_by(Rsvp.state)
            results.append((dict(map(tuple, site.rows(found))), answers))
            if target == SITE:
                _orderly_line(site, event_id)
        if target == SITE:
            at_rest(site)
        return results


def _orderly_line(site, event_id):
    """Positions are 1, 2, 3, … and in the order in which people came."""
    with site.inside(), db.reading() as session:
        line = select(Rsvp).where(Rsvp.event_id == event_id, Rsvp.state == RsvpState.WAITING)
        waiting = list(session.scalars(line.order_by(Rsvp.joined_at, Rsvp.id)))
        assert [seats.position(one) for one in waiting] == list(range(1, len(waiting) + 1))


@pytest.mark.gate("R1", quick=3, full=300)
def test_a_crowd_gets_exactly_the_seats_there_are(make_site, size):
    capacities = [(1, 7, 50)[n % 3] for n in range(size)]
    for seats_, (found, answers) in zip(capacities, _crowds(make_site, SITE, capacities), strict=True):
        assert answers == {"303": CROWD}
        assert found == {"held": seats_, "waiting": CROWD - seats_}


@pytest.mark.gate("R1", quick=1, full=20)
def test_without_the_event_locked_seats_are_given_twice(make_site, size):
    results = _crowds(make_site, UNLOCKED, [7] * size)
    oversold = [found for found, _ in results if found["held"] > 7]
    assert len(oversold) >= 0.95 * size, results


@pytest.mark.gate("R4", quick=2, full=100)
def test_one_form_sent_fifty_times_is_one_rsvp_and_one_letter(make_site, size):
    with _open(make_site) as (site, host):
        hold(site, capacity=30)
        rendered = _rendered(site)
        for number in range(size):
            assert _at_once(host, [_ask(rendered, number, 2)] * 50) == {"303": 50}
            assert len(states(site)) == number + 1
        assert site.rows(select(func.count()).select_from(Letter).where(Letter.kind != "nobody"))[0][0] == size
        at_rest(site)


@pytest.mark.gate("R4", quick=1, full=3)
def test_without_the_natural_key_it_would_be_many(make_site, size):
    with _open(make_site, "tests.unguarded:without_natural_keys") as (site, host):
        hold(site)
        rendered = _rendered(site)
        for number in range(size):
            _at_once(host, [_ask(rendered, number)] * 50)
            assert len(states(site)) > number + 1


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
                seats.turn(event_id, clock.now())


def _trial(site, host, trial, rendered):
    """32 give their seat back, 64 parties join, staff edit, all at once; the event."""
    slug, chance = f"evening-{trial}", random.Random(trial)
    event_id = hold(site, slug=slug, capacity=SEATS)
    assert _at_once(host, [_ask(rendered, number, 1, slug) for number in range(LEAVE)]) == {"303": LEAVE}
    first = [row.id for row in site.rows(select(Rsvp.id).where(Rsvp.event_id == event_id))]
    for rsvp_id in first:
        with site.inside(), db.writing():
            service.confirm(rsvp_id, clock.now())
    leave = [f"{link_of(site, rsvp_id)}/cancel|" for rsvp_id in first]
    join = [_ask(rendered, LEAVE + number, chance.randint(1, 3), slug) for number in range(JOIN)]
    mixed = leave + join
    chance.shuffle(mixed)
    staff = threading.Thread(target=_edit, args=(site, event_id))
    staff.start()
    assert _at_once(host, mixed) == {"303": LEAVE + JOIN}
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


@pytest.mark.gate("R2", quick=1, full=200)
def test_leaving_joining_and_editing_at_once_keeps_seats_and_order(make_site, size):
    with _open(make_site) as (site, host):
        _log_every_change(site)
        rendered = _rendered(site)
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

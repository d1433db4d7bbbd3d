"""R15: a backup made in a crowd is one moment of it, is refused when anything is wrong with it, and hurts nobody."""

import os
import shutil
import threading
import time
from dataclasses import dataclass, replace
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

import pytest
from sqlalchemy import insert, select

from campaign import archive, backup, clock, copies, seals
from campaign.copies import tables
from campaign.copies.file import path_of
from campaign.copies.shape import connected
from campaign.errors import Stopped
from campaign.mailing import comparing
from campaign.pledges.models import Signature
from campaign.supporters.models import Consent, Supporter
from tests.house.everything import on_sqlite_in_small
from tests.keeping.conftest import KEY
from tests.mailing.acts import agree
from tests.processes import free_port, serving

HANDS = 8  # people who sign at once
FULL = os.environ.get("DRILL") == "1"


@dataclass(frozen=True)
class Ack:
    """A signature that the site said it has: when it was sent, and when that was said."""

    email: str
    sent: float
    said: float


class Crowd:
    """People who sign over HTTP, each as soon as the last one has been answered, until told to stop."""

    def __init__(self, site, address):
        self.place, self.stop, self.acks = urlsplit(address).netloc, threading.Event(), []
        with site.inside():
            self.rendered = seals.render_time()
        self.threads = [threading.Thread(target=self._sign, args=(hand,)) for hand in range(HANDS)]

    def __enter__(self):
        time.sleep(seals.YOUNGEST + 0.2)
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        for thread in self.threads:
            thread.join(60)

    def sign(self, number):
        """Wait until so many more have been answered, however slow the machine is."""
        goal, until = len(self.acks) + number, time.monotonic() + 120
        while len(self.acks) < goal:
            assert time.monotonic() < until and any(thread.is_alive() for thread in self.threads)
            time.sleep(0.01)

    def _sign(self, hand):
        connection = HTTPConnection(self.place, timeout=60)
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        number = 0
        while not self.stop.is_set():
            email, sent = f"p{hand}-{number}@example.org", time.monotonic()
            fields = {"name": "Anna Sample", "email": email, "old_enough": "y", "rendered": self.rendered}
            fields |= {"website": "", "place": "", "message": "", "suggestion": ""}
            connection.request("POST", "/pledges/freedom", urlencode(fields), kind)
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 303
            self.acks.append(Ack(email, sent, time.monotonic()))
            number += 1
        connection.close()


def _is_a_moment(acks, kept, began):
    """Whether what was kept is what there was at one moment, not earlier than the begin of the backup."""
    early = [one for one in acks if one.said < began and one.email not in kept]
    missing = [one.said for one in acks if one.email not in kept]
    first = min(missing, default=float("inf"))
    late = [one for one in acks if one.email in kept and one.sent > first]
    return not early and not late


def _in_a_crowd(kept, elsewhere, number, **how):
    """Who signed (so many before the backup, and after it), who of them was restored, and when the backup began."""
    port = free_port()
    config = replace(kept.config, port=port, base_url=f"http://localhost:{port}", processes=2)
    with serving(config) as address, Crowd(kept, address) as crowd:
        crowd.sign(number)
        began = time.monotonic()
        file = backup.make(config, **how).path
        took = time.monotonic() - began
        crowd.sign(number)
    elsewhere.bring(file)
    restored = {email for (email,) in elsewhere.site().rows(select(Supporter.email).join(Signature))}
    print(f"R15: {len(crowd.acks)} acknowledged, {len(restored)} in the backup, which took {took:.2f} s")
    return crowd.acks, restored, began


@pytest.fixture
def kept(make_site, tmp_path):
    """A site in which time passes."""
    return make_site(backup_dir=tmp_path / "backups", backup_key=KEY)


@pytest.mark.gate("R15", quick=40, full=2_000)
def test_a_backup_in_a_crowd_is_one_moment(kept, elsewhere, size):
    acks, restored, began = _in_a_crowd(kept, elsewhere, size)
    assert size <= len(restored) < len(acks)
    assert restored <= {one.email for one in acks} and _is_a_moment(acks, restored, began)


def _without_a_moment(url, folder):
    """The copy that a hand would make: the file without its log; table after table, in a transaction each."""
    if url.startswith("sqlite"):
        folder.mkdir(parents=True)
        shutil.copyfile(path_of(url), folder / "site.db")
        return copies.Copied("SQLite", *copies.look(f"sqlite:///{folder / 'site.db'}"))
    folder.mkdir(parents=True)
    with connected(url) as connection:
        version, names = tables.version_of(connection), tables.tables_of(connection)
    rows = {}
    for name in sorted(names, key=lambda one: one != "supporters"):
        with connected(url) as connection:
            rows[name] = tables.copy_out(connection, name, tables.columns_of(connection), folder)
        time.sleep(0.05)
    return copies.Copied("PostgreSQL", version, rows)


@on_sqlite_in_small
@pytest.mark.gate("R15", quick=100, full=200)
def test_a_copy_without_a_moment_is_noticed(kept, elsewhere, size):
    try:
        acks, restored, began = _in_a_crowd(kept, elsewhere, size, take=_without_a_moment)
    except Stopped:
        return  # signatures without their people: it did not even read back
    assert not _is_a_moment(acks, restored, began)


def _refused(file, place, content, key=KEY):
    file.write_bytes(content)
    try:
        archive.unseal(file, place, key)
    except Stopped:
        return True
    finally:
        shutil.rmtree(place, ignore_errors=True)
    return False


@pytest.mark.gate("R15", quick=300, full=20_000)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_flipped_byte_every_cut_and_every_other_key_is_refused(kept, tmp_path, size):
    whole = backup.make(kept.config).path.read_bytes()
    file, place = tmp_path / "one.age", tmp_path / "place"
    assert not _refused(file, place, whole)  # the control: unchanged, it opens
    step = max(1, len(whole) // size)
    for at in range(0, len(whole), step):
        flipped = bytearray(whole)
        flipped[at] ^= 1 << (at % 8)
        assert _refused(file, place, bytes(flipped)), f"byte {at} of {len(whole)}"
    for at in range(0, len(whole), step * 10):
        assert _refused(file, place, whole[:at]), f"cut at {at}"
    assert _refused(file, place, whole + b"x")
    for _ in range(min(100, size)):
        assert _refused(file, place, whole, archive.new_key())


def _many(site, number):
    """So many people with a confirmed signature and a consent each, written down in one go."""
    now = clock.now()
    person = {"language": "en", "subscribed": True, "added_at": now, "confirmed_at": now, "due_version": 1}
    person |= {"list_state": "subscribed", "list_trouble": "", "list_tries": 0, "discreet": False}
    said = {"purpose": "newsletter", "given": True, "words": "News from the campaign", "language": "en"}
    emails = [f"person{n}@example.org" for n in range(number)]
    engine = site.app.extensions["database"].engine
    with engine.begin() as connection:
        connection.execute(insert(Supporter), [{"email": e, "mailbox": e, **person} for e in emails])
        ids = connection.execute(select(Supporter.id)).scalars().all()
        connection.execute(
            insert(Consent), [{"supporter_id": one, "source": "test", "said_at": now, **said} for one in ids]
        )
    engine.dispose()


@pytest.mark.gate("R15", quick=1_000, full=50_000)
def test_many_rows_come_back_in_seconds(kept, elsewhere, size):
    _many(kept, size)  # two rows each
    file = backup.make(kept.config).path
    began = time.monotonic()
    done = elsewhere.bring(file)
    took = time.monotonic() - began
    print(f"R15: {done.rows} rows restored in {took:.2f} s from {file.stat().st_size} bytes")
    assert done.rows >= 2 * size
    assert not FULL or took <= 10


@pytest.mark.gate("R15", quick=6, full=200)
@pytest.mark.parametrize(
    "replay",
    [pytest.param(True, id="with the ledger"), pytest.param(False, id="without it", marks=pytest.mark.plain_sql)],
)
def test_nobody_who_left_after_the_backup_is_written_to(kept, elsewhere, size, replay):
    people = [f"person{n}@example.org" for n in range(size)]
    agree(kept, *people)
    kept.work()
    file, left = backup.make(kept.config).path, people[::2]
    visitor = kept.visitor()
    for email in left:
        [(person,)] = kept.rows(select(Supporter.id).where(Supporter.email == email))
        with kept.inside():
            path = f"/unsubscribe/{seals.sign('leave', person)}"
        visitor.press(visitor.get(path), "Unsubscribe")
    kept.work()
    elsewhere.bring(file, replay=replay)
    site = elsewhere.site()
    with site.inside():
        removals = comparing.compare().removals  # the built-in list came with the backup, and knows no more than it
        comparing.compare(repair=True, agreed=removals)
    site.work()
    written_to = {email for (email,) in site.rows(select(Supporter.email).where(Supporter.subscribed))}
    assert (written_to & set(left) == set()) is replay  # without the ledger, the control, they would be
    assert written_to >= set(people) - set(left) and site.letters() == []


def test_the_check_itself_notices_a_hole_and_a_straggler():
    acks = [Ack("a", 0, 1), Ack("b", 2, 3), Ack("c", 4, 5)]
    assert _is_a_moment(acks, {"a", "b"}, 1.5) and _is_a_moment(acks, {"a", "b", "c"}, 9)
    assert not _is_a_moment(acks, {"a"}, 3.5)  # b was acknowledged before the backup began
    assert not _is_a_moment(acks, {"a", "c"}, 1.5)  # c was sent after b was acknowledged

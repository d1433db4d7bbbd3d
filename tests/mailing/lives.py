"""Two people who come, go and move at both ends while calls fail, hooks get lost and backups come back.

And what must be true when it is quiet again.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select

from campaign import clock, db
from campaign.errors import Refused, Stopped
from campaign.mailing import comparing, deletions, ours, pulling, service
from campaign.mailing import fake as mailchimps
from campaign.mailing.fake.members import Member, key_of
from campaign.supporters import erasure, groups, ledger, moving
from campaign.supporters import service as supporters
from campaign.supporters.groups import Known
from campaign.supporters.models import Supporter
from tests.conftest import Site
from tests.mailing.acts import agree
from tests.mailing.conftest import hosted

ON = ("subscribed", "pending")
FAULTS = ("429", "503", "403 bare", "reset", "after: reset", "after: 502 html", "200 nonsense", "after: 200 other")


class Copy:
    """All records of a site on SQLite as they are now; they can be put back."""

    def __init__(self, site: Site) -> None:
        self.path, self.kept = site.config.database_url.removeprefix("sqlite:///"), sqlite3.connect(":memory:")
        with closing(sqlite3.connect(self.path)) as now:
            now.backup(self.kept)

    def put_back(self) -> None:
        """The records are as they were."""
        with closing(sqlite3.connect(self.path, timeout=20)) as now:
            self.kept.backup(now)


@dataclass
class Person:
    """Somebody, and what they know of themselves: their address, and what they said last."""

    name: str
    addresses: list[str]
    word: str = ""  # "", yes, no, erased
    groups: set[str] = field(default_factory=set)

    @property
    def address(self) -> str:
        """Where they read their mail."""
        return self.addresses[-1]


class Life:
    """One history. Every act is a method that takes whom it is about, and what is drawn with it."""

    def __init__(self, site: Site, chimp: mailchimps.Fake, later: Any) -> None:
        self.site, self.chimp, self.later, self.home = site, chimp, later, hosted(chimp)
        self.people = [Person(name, [f"{name}0@example.org"]) for name in ("anna", "bela")]
        self.by_hand: list[tuple[Member, str]] = []
        self.backup: Copy | None = None

    # What people say here.

    def says_yes(self, who: Person, _draw: int) -> None:
        agree(self.site, who.address)
        who.word = "yes"

    def says_no(self, who: Person, _draw: int) -> None:
        with self.site.inside(), db.writing():
            if id := supporters.find_by_mailbox(who.address):
                supporters.leave(id, "No more news", "en", "page", clock.now())
                who.word = "no"

    def is_erased(self, who: Person, _draw: int) -> None:
        with self.site.inside(), db.writing():
            if id := supporters.find_by_mailbox(who.address):
                erasure.erase(id, clock.now())
                who.word = "erased"

    def moves(self, who: Person, draw: int) -> None:
        to = who.addresses[-2] if draw % 3 == 0 and len(who.addresses) > 1 else f"{who.name}{len(who.addresses)}@x.org"
        with self.site.inside(), suppress(Refused), db.writing():
            if id := supporters.find_by_mailbox(who.address):
                moving.move(id, to, to, clock.now())
                who.addresses.append(to)

    def speaks(self, who: Person, draw: int) -> None:
        with self.site.inside(), db.writing():
            if id := supporters.find_by_mailbox(who.address):
                supporters.speak(id, ("en", "es", "tl")[draw % 3], clock.now())

    def joins_or_leaves_a_group(self, who: Person, draw: int) -> None:
        who.groups ^= {f"pledge {draw % 3}"}
        with self.site.inside(), db.writing():
            if id := supporters.find_by_mailbox(who.address):
                supporters.regroup(id, clock.now())

    # What they and others do at the list.

    def _there(self, who: Person, *statuses: str) -> Member | None:
        found = [self.chimp.members.known.get(key_of(one)) for one in set(who.addresses)]
        return next((one for one in found if one and one.status in statuses), None)

    def leaves_there(self, who: Person, _draw: int) -> None:
        if member := self._there(who, "subscribed"):
            self.chimp.members.unsubscribe(member.email)
            who.word = "no"

    def clicks_there(self, who: Person, _draw: int) -> None:
        if member := self._there(who, "pending"):
            self.chimp.members.click(member.email)
            who.word = "yes"

    def bounces_there(self, who: Person, _draw: int) -> None:
        if member := self._there(who, "subscribed"):
            self.chimp.members.bounce(member.email)

    def is_tagged_by_hand(self, who: Person, draw: int) -> None:
        if member := self._there(who, *ON, "unsubscribed"):
            self.chimp.members.tag_by_hand(member.email, f"by hand {draw % 3}")
            self.by_hand.append((member, f"by hand {draw % 3}"))

    # What networks and machines do.

    def hooks_come(self, _who: Person, draw: int) -> None:
        waiting = self.chimp.hooks.waiting
        if draw % 4 == 0:
            waiting.clear()  # lost
        elif draw % 4 == 1:
            self.chimp.hooks.deliver([*waiting, *waiting])  # repeated
        else:
            self.chimp.hooks.deliver(list(reversed(waiting)) if draw % 4 == 2 else None)

    def call_fails(self, _who: Person, draw: int) -> None:
        self.chimp.moods += [""] * (draw % 4) + [FAULTS[draw % len(FAULTS)]]

    def time_passes(self, _who: Person, draw: int) -> None:
        self.later(minutes=(1, 4, 90)[draw % 3])

    def worker_runs(self, _who: Person, _draw: int) -> None:
        self.site.work("hear-from-list", "write-ledger")
        with self.site.inside():
            service.sync(self.home)
            deletions.carry_out(self.home)

    def night_comes(self, _who: Person, _draw: int) -> None:
        with self.site.inside(), suppress(Stopped):
            pulling.pull(self.home)

    def backup_is_made(self, _who: Person, _draw: int) -> None:
        self.backup = Copy(self.site)

    def backup_comes_back(self, _who: Person, _draw: int) -> None:
        """As `campaign restore` does it, and then `campaign sync check --repair`."""
        if self.backup is None:
            return
        self.site.work("write-ledger")
        self.backup.put_back()
        with self.site.inside():
            with db.writing():
                service.hold(clock.now())
            if (book := ledger.path()).is_file():
                ledger.replay(book)
        self._compare()

    def _compare(self) -> None:
        with self.site.inside(), suppress(Stopped):
            try:
                comparing.compare(self.home, repair=True)
            except comparing.TooMany as error:
                comparing.compare(self.home, repair=True, agreed=error.found.removals)

    # The end.

    def grows_quiet(self) -> None:
        """No more faults; everything that waits is heard and told."""
        self.chimp.moods.clear()
        for _ in range(6):
            self.later(hours=3)
            self.hooks_come(self.people[0], 3)
            if self._is_held():
                self._compare()
            self.worker_runs(self.people[0], 0)
            self.night_comes(self.people[0], 0)

    def _is_held(self) -> bool:
        with self.site.inside(), db.reading():
            return service.is_held()

    def wrong(self) -> Iterator[str]:
        """Whatever is not as it must be."""
        for who in self.people:
            yield from self._wrong_there(who)
        yield from self._wrong_between()
        for member, tag in self.by_hand:
            if tag not in member.tags:
                yield "a tag that was set by hand is gone"
        for member in self.chimp.members.known.values():
            if ("unsubscribed", "subscribed") in zip(member.history, member.history[1:], strict=False):
                yield f"{member.email} was brought back without being asked: {member.history}"

    def _wrong_there(self, who: Person) -> Iterator[str]:
        theirs = [self.chimp.members.known.get(key_of(one)) for one in set(who.addresses)]
        on = [one for one in theirs if one and one.status in ON]
        if on and who.word != "yes":
            yield f"{who} is on the list against their word"
        if [one.email for one in on] not in ([], [who.address]):
            yield f"{who} is written to at {[one.email for one in on]}"
        if who.word == "erased" and any(theirs):
            yield f"{who} is erased, and the list knows {[one.email for one in theirs if one]}"

    def _wrong_between(self) -> Iterator[str]:
        groups_of = {who.address: {ours.tag(one) for one in who.groups} for who in self.people}
        with self.site.inside(), db.reading() as session:
            if deletions.owed().number:
                yield "a deletion is still owed"
            for row in session.scalars(select(Supporter)):
                member = self.chimp.members.known.get(key_of(row.email))
                on = bool(member and member.status in ON)
                if row.due_since and not row.list_stuck_at:
                    yield f"{row.email} is still due: {row.list_trouble}"
                if row.subscribed != on and not (row.subscribed and row.list_stuck_at):
                    there = member.status if member else "nothing"
                    yield f"{row.email} is {row.subscribed} here and {there} there ({row.list_state})"
                if member and on and row.email in groups_of and ours.among(member.tags) != groups_of[row.email]:
                    yield f"{row.email} has the tags {list(member.tags)}"


DEEDS = [name for name in vars(Life) if not name.startswith("_") and name not in ("grows_quiet", "wrong")]


@contextmanager
def lived(site: Site, chimp: mailchimps.Fake, later: Any, pristine: Copy) -> Iterator[Life]:
    """A life that begins with empty records and an empty list."""
    pristine.put_back()
    Path(site.config.backup_folder / ledger.FILE).unlink(missing_ok=True)
    for kept in (chimp.members.known, chimp.members.forgotten, chimp.moods, chimp.hooks.waiting, chimp.calls):
        kept.clear()
    life = Life(site, chimp, later)

    def answer(ids: Any) -> dict[int, Known]:
        rows = db.session().execute(select(Supporter.id, Supporter.email).where(Supporter.id.in_(ids)))
        known = {one: who for who in life.people for one in who.addresses}
        return {id: Known(frozenset(), frozenset(known[email].groups)) for id, email in rows if email in known}

    with groups.belonging.connected_to(answer):
        yield life

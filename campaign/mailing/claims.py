"""Taking people in hand for a delivery, and writing down what became of them.

    due ──take──> in hand (leased) ──settle──> not due
                       ├──later, stuck──> due, not leased
                       └──unknown, killed──> leased until nothing can still happen, then due and unsure

The lease is the claim: nobody else takes these people while it runs, and whoever lost it writes nothing. It outlives
every call that the round can have begun, so two deliveries of one person can never overtake each other.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, not_, or_, select, update

from .. import db
from ..supporters import groups, ledger
from ..supporters.models import Supporter
from . import ours, rules
from .audience import Fate, ListState, Outcome, Person

LEFT = Supporter.list_state == ListState.UNSUBSCRIBED
MOVED = Supporter.list_email != ""
ONE_BY_ONE = or_(not_(Supporter.subscribed), LEFT, MOVED)  # they left, come back or moved: a call of their own
TOGETHER = and_(Supporter.subscribed, not_(LEFT), not_(MOVED))
FAILED = (Fate.LATER, Fate.UNKNOWN)
NEEDED = [  # not the whole records: to build and compare those would take longer than all the rest
    *(Supporter.id, Supporter.mailbox, Supporter.email, Supporter.language, Supporter.subscribed),
    *(Supporter.due_version, Supporter.list_state, Supporter.list_leased_until, Supporter.list_tags),
    Supporter.list_email,
]
DUE = and_(Supporter.due_since.is_not(None), Supporter.list_stuck_at.is_(None))


@dataclass(frozen=True)
class Claim:
    """People in hand, and until when."""

    people: list[Person]
    leased_until: datetime


def take(now: datetime, most: int = rules.A_BATCH) -> Claim:
    """The next people to tell the list about, at `most` so many, leased to us; leavers first. Inside `db.writing()`."""
    until = now + rules.LEASE
    if _deliveries(now) >= rules.MOST_AT_ONCE:
        return Claim([], until)
    rows = _due(ONE_BY_ONE, rules.A_FEW, now) or _due(TOGETHER, most, now)
    refused = ledger.refused([row.mailbox for row in rows if row.subscribed])
    known = groups.of([row.id for row in rows])
    people = [_person(row, known[row.id], wanted=row.subscribed and row.mailbox not in refused) for row in rows]
    ours = update(Supporter).where(Supporter.id.in_([one.id for one in people]))
    changes = {"list_leased_until": until, "list_tries": Supporter.list_tries + 1}
    db.session().execute(ours.values(changes), execution_options={"synchronize_session": False})
    return Claim(people, until)


def _deliveries(now: datetime) -> int:
    """How many are under way, or may be: each has a lease of its own."""
    leases = select(func.count(func.distinct(Supporter.list_leased_until))).where(Supporter.list_leased_until >= now)
    return int(db.session().scalar(leases) or 0)


def _due(which: ColumnElement[bool], most: int, now: datetime) -> Sequence[Any]:
    ready = or_(Supporter.list_next_at.is_(None), Supporter.list_next_at <= now)
    free = or_(Supporter.list_leased_until.is_(None), Supporter.list_leased_until < now)
    found = select(*NEEDED).where(DUE, ready, free, which).order_by(Supporter.due_since, Supporter.id).limit(most)
    return db.session().execute(found.with_for_update(skip_locked=True)).all()


def _person(row: Any, known: groups.Known, *, wanted: bool) -> Person:
    """`wanted` is not only what the record says: somebody's import or an old backup must not add who has left."""
    return Person(
        id=row.id,
        email=row.email,
        language=row.language,
        wanted=wanted,
        version=row.due_version,
        again=wanted and row.list_state == ListState.UNSUBSCRIBED,
        unsure_since=row.list_leased_until - rules.LEASE if row.list_leased_until else None,
        name=ours.fitting(known.name),
        tags=frozenset(map(ours.tag, known.groups)),
        told=frozenset(map(ours.tag, row.list_tags.splitlines())),
        known=bool(row.list_state),
        before=tuple(row.list_email.splitlines()),
    )


def settle(claim: Claim, outcomes: Sequence[Outcome], now: datetime) -> tuple[list[Outcome], list[Outcome]]:
    """Write down what became of them; the outcomes that count, and all that the list has said. In `db.writing()`.

    Not for those whose lease has run out: they are somebody else's now. Whoever said something new meanwhile stays
    due, and what they said before is not counted; but what the list said of them stands, and is newer than before.
    """
    known, told, heard, changes = {one.person.id: one for one in outcomes}, [], [], defaultdict[Any, list[int]](list)
    columns = Supporter.id, Supporter.email, Supporter.due_version, Supporter.list_tries
    held = select(*columns).where(Supporter.id.in_(known), Supporter.list_leased_until == claim.leased_until)
    for row in db.session().execute(held.with_for_update()).all():
        outcome = known[row.id]
        heard.append(outcome)
        values = _learnt(row, outcome, now)
        if row.due_version == outcome.person.version:
            values |= _concluded(outcome, now)
            told.append(outcome)
        changes[tuple(values.items())].append(row.id)
    for same, ids in changes.items():  # of most of a batch there is the same to write
        these = update(Supporter).where(Supporter.id.in_(ids)).values(dict(same))
        db.session().execute(these, execution_options={"synchronize_session": False})
    return told, heard


def _learnt(row: Any, outcome: Outcome, now: datetime) -> dict[str, object]:
    values: dict[str, object] = {"list_trouble": outcome.words[:200]}
    if outcome.state is not None:
        values["list_state"] = str(outcome.state)
        values["list_email"] = "" if row.email == outcome.person.email else outcome.person.email  # as it was told
    if outcome.fate is not Fate.UNKNOWN:  # else nobody may touch them before the call has surely ended
        values["list_leased_until"] = None
    if outcome.fate in FAILED and outcome.words:
        values["list_next_at"] = now + rules.pause(row.list_tries, rules.LONGEST_WAIT)
    return values


def _concluded(outcome: Outcome, now: datetime) -> dict[str, object]:
    if outcome.fate is Fate.STUCK:
        return {"list_stuck_at": now}
    if outcome.fate is not Fate.SETTLED:
        return {}
    tags = "\n".join(sorted(map(ours.group, outcome.person.tags))) if outcome.person.wanted else ""
    return {"due_since": None, "list_stuck_at": None, "list_tries": 0, "list_next_at": None, "list_tags": tags}

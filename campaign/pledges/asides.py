"""Setting signatures aside in bulk: look at what fits first, then set it aside, and bring it back if that was wrong.

The count follows through `to_count`, decided for each row in the statement that moves it: whoever confirms or
withdraws at the same moment, `count + sum(to_count)` is the truth at every commit.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import ColumnElement, and_, case, delete, exists, func, select, update

from .. import db, jobs
from ..errors import Refused
from ..supporters import service as supporters
from ..supporters.models import Supporter
from ..text import fold
from .models import Batch, Pledge, Signature

EXAMPLES = 10
BUSIEST = 20  # networks to choose from
MANY_BATCHES = 50
WOULD_COUNT = case((Signature.confirmed_at.is_not(None) & Signature.withdrawn_at.is_(None), 1), else_=0)


@dataclass(frozen=True)
class Conditions:
    """Which signatures are meant: those that fit all that is not empty. `name` may hold * and ?."""

    pledge: str = ""
    code_id: int | None = None
    network: str = ""
    since: datetime | None = None
    until: datetime | None = None
    domain: str = ""
    name: str = ""
    state: str = ""
    language: str = ""
    crowded: bool = False

    @property
    def empty(self) -> bool:
        """Whether they would fit everything."""
        return self == Conditions(name=self.name) and not _name(self.name).strip("%_")

    def sql(self) -> ColumnElement[bool]:
        """The same as a question to the records; signatures that stand, and no others."""
        one = Signature
        parts: list[ColumnElement[bool]] = [one.set_aside_at.is_(None), one.withdrawn_at.is_(None)]
        parts += [one.disowned_at.is_(None)]
        parts += [column == value for column, value in self._equal() if value]
        parts += [one.signed_at >= self.since] if self.since else []
        parts += [one.signed_at < self.until] if self.until else []
        parts += [one.name_key.like(_name(self.name), escape="\\")] if self.name else []
        parts += [one.crowded_at.is_not(None)] if self.crowded else []
        if self.pledge:
            parts.append(one.pledge_id == select(Pledge.id).where(Pledge.slug == self.pledge).scalar_subquery())
        if self.domain:
            theirs = Supporter.mailbox.like(f"%@{_plainly(self.domain)}", escape="\\")
            parts.append(one.supporter_id.in_(select(Supporter.id).where(theirs)))
        if self.state:
            confirmed = one.confirmed_at.is_not(None)
            parts.append(confirmed if self.state == "confirmed" else ~confirmed)
        return and_(*parts)

    def _equal(self) -> list[tuple[Any, object]]:
        return [
            (Signature.code_id, self.code_id),
            (Signature.network, self.network),
            (Signature.language, self.language),
        ]


def _plainly(text: str) -> str:
    """Text for LIKE in which nothing has a meaning of its own."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _name(pattern: str) -> str:
    """A pattern for LIKE from one with * and ?, compared as names are: without case, spaces and signs."""
    out, piece = [], ""
    for character in pattern + "*":
        if character in "*?":
            out += [fold(piece), "%" if character == "*" else "_"]
            piece = ""
        else:
            piece += character
    return "".join(out if pattern.endswith("*") else out[:-1])


class Example(NamedTuple):
    """One of the signatures that fit, as staff look at it."""

    name: str
    domain: str
    place: str
    state: str
    language: str
    signed_at: datetime
    crowded: bool


@dataclass(frozen=True)
class Found:
    """What fits: how many, the newest of them (what comes later was not looked at), and ten to look at."""

    count: int
    newest: int
    examples: list[Example]


def find(conditions: Conditions, now: datetime) -> Found:
    """What fits the conditions now."""
    which = conditions.sql()
    count, newest = db.session().execute(select(func.count(), func.max(Signature.id)).where(which)).one()
    shown = select(Signature, Supporter.mailbox).join(Supporter, Supporter.id == Signature.supporter_id).where(which)
    rows = db.session().execute(shown.order_by(Signature.id.desc()).limit(EXAMPLES))
    return Found(count, newest or 0, [_example(one, mailbox, now) for one, mailbox in rows])


def _example(one: Signature, mailbox: str, now: datetime) -> Example:
    state, domain = one.standing(now).value, mailbox.rpartition("@")[2]
    return Example(one.name, domain, one.area, state, one.language, one.signed_at, one.crowded_at is not None)


def set_aside(conditions: Conditions, newest: int, batch: Batch) -> int:
    """Set aside what fits and was looked at; how many. Raises Refused when nothing of it is left."""
    db.session().add(batch)
    db.session().flush()
    number = take(batch.id, conditions.sql() & (Signature.id <= newest), batch.made_at)
    if not number:
        raise Refused("Nothing fits any more: somebody else may have set the same signatures aside.")
    return number


def take(batch_id: int, which: ColumnElement[bool], now: datetime) -> int:
    """Let these signatures stop counting, as part of a batch; how many did not stand aside before."""
    changes = {"set_aside_at": now, "batch_id": batch_id, "to_count": Signature.to_count - WOULD_COUNT}
    return _move(which & Signature.set_aside_at.is_(None), changes, now)


def restore(batch_id: int, now: datetime) -> int:
    """Let a batch stand again, as its signers have left it meanwhile; how many. Doing it twice is harmless.

    The limit and its rule leave them in peace from now on. Raises LookupError.
    """
    if db.session().get(Batch, batch_id) is None:
        raise LookupError(batch_id)
    changes = {"set_aside_at": None, "batch_id": None, "network": None, "crowded_at": None}
    number = _move(Signature.batch_id == batch_id, {**changes, "to_count": Signature.to_count + WOULD_COUNT}, now)
    first = update(Batch).where(Batch.id == batch_id, Batch.restored_at.is_(None))
    db.session().execute(first.values(restored_at=now))
    return number


def _move(which: ColumnElement[bool], changes: dict[str, Any], now: datetime) -> int:
    """The mailing list follows: it knows its people by the pledges that count."""
    supporters.regroup_all(select(Signature.supporter_id).where(which), now)
    # Locked in one order: two who move overlapping crowds at once wait for each other and never deadlock.
    ids = select(Signature.id).where(which).order_by(Signature.id).with_for_update()
    moved = update(Signature).where(Signature.id.in_(ids), which).values(**changes)
    done = db.session().execute(moved, execution_options={"synchronize_session": False})
    jobs.wake("count-signatures")
    return int(cast(Any, done).rowcount)


def batches() -> list[tuple[Batch, int]]:
    """What was set aside, newest first, and how many of each stand aside now."""
    aside = select(func.count()).where(Signature.batch_id == Batch.id).scalar_subquery()
    rows = db.session().execute(select(Batch, aside).order_by(Batch.id.desc()).limit(MANY_BATCHES))
    return [(row[0], row[1]) for row in rows]


def waiting() -> int:
    """How many signatures the rule has set aside, for a person to look at."""
    by_rule = (Batch.account_id.is_(None)) & (Batch.domain != "") & Batch.restored_at.is_(None)
    found = select(func.count()).where(Signature.batch_id.in_(select(Batch.id).where(by_rule)))
    return int(db.session().scalar(found) or 0)


def networks() -> list[tuple[str, int]]:
    """The networks of today that most signatures came from: key and number."""
    number = func.count().label("number")
    found = select(Signature.network, number).where(Signature.network.is_not(None)).group_by(Signature.network)
    rows = db.session().execute(found.order_by(number.desc(), Signature.network).limit(BUSIEST))
    return [(str(row[0]), row[1]) for row in rows]


def forget_batches(until: datetime) -> None:
    """Delete batches from before this moment of which nothing stands aside any more."""
    empty = ~exists().where(Signature.batch_id == Batch.id)
    db.session().execute(delete(Batch).where(Batch.made_at < until, empty))

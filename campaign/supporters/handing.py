"""Handing over what a partner may have, the list of what it must remove, and its word that it did.

A share is marked as handed over in the statement that picks it, before anything leaves the site: whoever says no
earlier is not in the file, and whoever says no later is on the list of removals.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from flask import current_app
from sqlalchemy import ColumnElement, delete, func, select, true, update
from sqlalchemy.orm import aliased

from .. import db
from ..partners.models import Partner
from . import retention
from .models import Purpose, Removal, Share, Supporter

REF = re.compile(r"\br[0-9a-f]{16}\b")
PATIENCE = timedelta(days=14)  # how long a removal may wait before staff hear of it
AT_ONCE = 500


class Person(NamedTuple):
    """Somebody in a partner's file."""

    ref: str
    name: str
    email: str
    language: str
    since: datetime
    may_write: bool


@dataclass(frozen=True)
class Figures:
    """What a partner sees of its supporters: totals, and the removals that it has not confirmed."""

    people: int
    may_write: int
    without_address: int
    removals: int
    newest: int
    oldest: datetime | None


class Waiting(NamedTuple):
    """A partner with removals that it has not confirmed: how many, and since when."""

    partner_id: int
    name: str
    state: str
    number: int
    newest: int
    oldest: datetime


@dataclass(frozen=True)
class Checked:
    """What must be done about the references in an old file: remove, since when if that is known; no longer write."""

    remove: list[tuple[str, datetime | None]]
    no_mail: list[str]
    fine: int


def marks_first() -> bool:
    """Whether a share is marked before it leaves; not so in the negative control alone."""
    return bool(current_app.extensions["switches"].mark_first)


def of(partner_id: int) -> ColumnElement[bool]:
    """The shares of this partner, and no other's."""
    return _of(Share.partner_id, partner_id)


def _of(column: Any, partner_id: int) -> ColumnElement[bool]:
    """What is this partner's, and no other's."""
    own_only = current_app.extensions["switches"].own_only  # the negative control of "nobody of another partner's"
    return column == partner_id if own_only else true()


def _in_force(partner_id: int, purpose: Purpose) -> ColumnElement[bool]:
    return of(partner_id) & (Share.purpose == purpose) & Share.ended_at.is_(None)


def figures(partner_id: int) -> Figures:
    """The totals of a partner."""
    session, other = db.session(), aliased(Share)
    addresses = select(other.supporter_id).where(
        _of(other.partner_id, partner_id), other.purpose == Purpose.DELIVERY, other.ended_at.is_(None)
    )
    mailing, with_address = _in_force(partner_id, Purpose.MAILING), Share.supporter_id.in_(addresses)
    people = session.scalar(select(func.count()).where(_in_force(partner_id, Purpose.DELIVERY))) or 0
    may_write = session.scalar(select(func.count()).where(mailing, with_address)) or 0
    without = session.scalar(select(func.count()).where(mailing, ~with_address)) or 0
    waiting = Removal.confirmed_at.is_(None) & _of(Removal.partner_id, partner_id)
    asked = session.execute(select(func.count(), func.max(Removal.id), func.min(Removal.asked_at)).where(waiting)).one()
    return Figures(people, may_write, without, asked[0], asked[1] or 0, asked[2])


def hand_over(partner_id: int, now: datetime) -> list[Person]:
    """Everybody whom this partner may have now, marked as handed over in the transaction of the caller."""
    if not marks_first():
        return list(_people(partner_id, true()))
    db.take_turn(f"shares of partner {partner_id}")
    mark(now, of(partner_id))
    return list(_people(partner_id, Share.handed_at == now))


def mark(now: datetime, which: ColumnElement[bool]) -> None:
    """Note that the deliveries in force among these are handed over now, and what goes with them: who may be mailed."""
    force, other = which & Share.ended_at.is_(None), aliased(Share)
    db.session().execute(update(Share).where(force, Share.purpose == Purpose.DELIVERY).values(handed_at=now))
    delivery = (
        select(other.ref)
        .where(other.supporter_id == Share.supporter_id, other.partner_id == Share.partner_id)
        .where(other.purpose == Purpose.DELIVERY, other.ended_at.is_(None), other.handed_at == now)
        .scalar_subquery()
    )
    mailings = update(Share).where(force, Share.purpose == Purpose.MAILING, delivery.is_not(None))
    db.session().execute(mailings.values(handed_at=now, ref=delivery), execution_options={"synchronize_session": False})


def take_as_handed(now: datetime) -> None:
    """After a restore: whatever a partner may have, it may have taken away since the backup was made."""
    mark(now, true())


def _people(partner_id: int, marked: ColumnElement[bool]) -> Iterator[Person]:
    mailing = aliased(Share)
    theirs = (mailing.supporter_id == Share.supporter_id) & (mailing.partner_id == Share.partner_id)
    theirs &= (mailing.purpose == Purpose.MAILING) & mailing.ended_at.is_(None)
    found = (
        select(Share.ref, Share.name, Supporter.email, Supporter.language, Share.since, mailing.id)
        .join(Supporter, Supporter.id == Share.supporter_id)
        .outerjoin(mailing, theirs)
        .where(_in_force(partner_id, Purpose.DELIVERY), marked)
        .order_by(Share.id)
    )
    for ref, name, email, language, since, may_write in db.session().execute(found):
        yield Person(str(ref), name, email, language, since, may_write is not None)


def removals(partner_id: int) -> list[Removal]:
    """What this partner has been asked to do and has not confirmed, oldest first."""
    waiting = Removal.confirmed_at.is_(None) & _of(Removal.partner_id, partner_id)
    return list(db.session().scalars(select(Removal).where(waiting).order_by(Removal.id)))


def confirm_removed(partner_id: int, newest: int, account_id: int, now: datetime) -> int:
    """The partner says that it did all that was asked up to this one; what was asked since stays. How many."""
    done = update(Removal).where(Removal.partner_id == partner_id, Removal.id <= newest, Removal.confirmed_at.is_(None))
    changed = db.session().execute(done.values(confirmed_at=now, account_id=account_id))
    return int(changed.rowcount)  # type: ignore[attr-defined]


def waiting(until: datetime | None = None) -> list[Waiting]:
    """The partners with removals that wait; with `until`, only those asked before it. Longest first."""
    row, oldest = Removal, func.min(Removal.asked_at)
    found = select(Partner.id, Partner.name, Partner.state, func.count(), func.max(row.id), oldest)
    found = found.join(row, row.partner_id == Partner.id).where(row.confirmed_at.is_(None))
    found = found.where(row.asked_at < until) if until else found
    grouped = found.group_by(Partner.id, Partner.name, Partner.state).order_by(oldest, Partner.id)
    return [Waiting(*one) for one in db.session().execute(grouped)]


def refs_in(file: bytes) -> list[str]:
    """The references in a file, each once, in its order, however a spreadsheet has saved it.

    They are plain letters and digits: alike in UTF-8 and Windows-1252, and in UTF-16 (RFC 2781) but for the zeros.
    """
    return list(dict.fromkeys(REF.findall(file.replace(b"\0", b"").decode("latin-1").lower())))


def check(partner_id: int, refs: list[str]) -> Checked:
    """What must be done about these. One that this partner does not hold is answered alike, whoever else does."""
    held: dict[str, bool] = {}
    since: dict[str, datetime] = {}
    for part in range(0, len(refs), AT_ONCE):
        some = refs[part : part + AT_ONCE]
        mailing = aliased(Share)
        theirs = (mailing.supporter_id == Share.supporter_id) & (mailing.partner_id == Share.partner_id)
        theirs &= (mailing.purpose == Purpose.MAILING) & mailing.ended_at.is_(None)
        found = select(Share.ref, mailing.id).outerjoin(mailing, theirs).where(Share.ref.in_(some))
        in_force = db.session().execute(found.where(_in_force(partner_id, Purpose.DELIVERY)))
        held |= {str(ref): may_write is not None for ref, may_write in in_force}
        asked = select(Removal.ref, Removal.asked_at).where(Removal.ref.in_(some), _of(Removal.partner_id, partner_id))
        since |= {row.ref: row.asked_at for row in db.session().execute(asked)}
    gone = [(ref, since.get(ref)) for ref in refs if ref not in held]
    no_mail = [ref for ref in refs if held.get(ref) is False]
    return Checked(gone, no_mail, len(refs) - len(gone) - len(no_mail))


@retention.obeys("shares")
def forget_ended(until: datetime, dry_run: bool) -> int:
    """Delete shares that ended before this moment; how many."""
    return _forget(Share, Share.ended_at < until, dry_run=dry_run)


@retention.obeys("removals")
def forget_removals(until: datetime, dry_run: bool) -> int:
    """Delete removals that were confirmed before this moment; how many."""
    return _forget(Removal, Removal.confirmed_at < until, dry_run=dry_run)


def _forget(table: type[Share] | type[Removal], old: ColumnElement[bool], *, dry_run: bool) -> int:
    number = db.session().scalar(select(func.count()).select_from(table).where(old)) or 0
    if number and not dry_run:
        db.session().execute(delete(table).where(old))
    return number

"""Handing over what a partner may have.

A share is marked as handed over in the statement that picks it, before anything leaves the site: whoever says no
earlier is not in the file, and whoever says no later is on the list of removals.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from flask import current_app
from sqlalchemy import ColumnElement, func, select, true, update
from sqlalchemy.orm import aliased

from .. import db
from .models import Purpose, Removal, Share, Supporter


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


def marks_first() -> bool:
    """Whether a share is marked before it leaves; not so in the negative control alone."""
    return bool(current_app.extensions["switches"].mark_first)


def of(partner_id: int) -> ColumnElement[bool]:
    """The shares of this partner, and no other's."""
    return own(Share.partner_id, partner_id)


def own(column: Any, partner_id: int) -> ColumnElement[bool]:
    """What is this partner's, and no other's."""
    own_only = current_app.extensions["switches"].own_only  # the negative control of "nobody of another partner's"
    return column == partner_id if own_only else true()


def in_force(partner_id: int, purpose: Purpose) -> ColumnElement[bool]:
    """The shares of this partner and purpose that hold now."""
    return of(partner_id) & (Share.purpose == purpose) & Share.ended_at.is_(None)


def figures(partner_id: int) -> Figures:
    """The totals of a partner."""
    session, other = db.session(), aliased(Share)
    addresses = select(other.supporter_id).where(
        own(other.partner_id, partner_id), other.purpose == Purpose.DELIVERY, other.ended_at.is_(None)
    )
    mailing, with_address = in_force(partner_id, Purpose.MAILING), Share.supporter_id.in_(addresses)
    people = session.scalar(select(func.count()).where(in_force(partner_id, Purpose.DELIVERY))) or 0
    may_write = session.scalar(select(func.count()).where(mailing, with_address)) or 0
    without = session.scalar(select(func.count()).where(mailing, ~with_address)) or 0
    waiting = Removal.confirmed_at.is_(None) & own(Removal.partner_id, partner_id)
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
        .where(in_force(partner_id, Purpose.DELIVERY), marked)
        .order_by(Share.id)
    )
    for ref, name, email, language, since, may_write in db.session().execute(found):
        yield Person(str(ref), name, email, language, since, may_write is not None)

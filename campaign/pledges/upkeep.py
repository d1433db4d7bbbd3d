"""What happens to signatures by time alone: reminders, and forgetting."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, select, update

from .. import clock, db, i18n, jobs, mail
from ..supporters import retention
from ..supporters import service as supporters
from ..supporters.models import Supporter
from . import asides
from .models import CONFIRM_WITHIN, Pledge, PledgeState, Signature

STILL_WAITING = "pledges.still_waiting"
AT_ONCE = 500


@jobs.sweep("remind-signers", minute="*/10")
def remind() -> int:
    """Write to those who have not confirmed, two days after each letter, at most twice; how many were written to."""
    limits, now = i18n.site().limits, clock.now()
    with db.writing() as session:
        pause = timedelta(days=limits.reminder_after_days)
        due = (
            select(Signature)
            .join(Supporter, Supporter.id == Signature.supporter_id)
            .join(Pledge, Pledge.id == Signature.pledge_id)
            .where(
                Signature.confirmed_at.is_(None),
                Signature.withdrawn_at.is_(None),
                Signature.disowned_at.is_(None),
                Signature.set_aside_at.is_(None),
                Signature.signed_at > now - CONFIRM_WITHIN,
                Signature.reminders < limits.reminders,
                Supporter.left_at.is_(None),
                ~mail.owed(STILL_WAITING, Signature.id, now - pause),
                Pledge.state == PledgeState.OPEN,
            )
        )
        earliest = [
            (Signature.reminders == n) & (Signature.signed_at <= now - pause * (n + 1)) for n in range(limits.reminders)
        ]
        if not earliest:
            return 0
        condition = earliest[0]
        for one in earliest[1:]:
            condition = condition | one
        locked = due.where(condition).limit(AT_ONCE).with_for_update(skip_locked=True, of=Signature)
        signatures = session.scalars(locked).all()
        for signature in signatures:
            signature.reminders += 1
            mail.write(STILL_WAITING, signature.id, signature.supporter_id, now)
        return len(signatures)


@retention.obeys("unconfirmed")
def forget_unconfirmed(until: datetime, dry_run: bool) -> int:
    """Delete signatures that nobody confirmed, and people of whom nothing else is known; how many signatures."""
    return _forget(Signature.confirmed_at.is_(None) & (Signature.signed_at < until), dry_run)


@retention.obeys("withdrawn")
def forget_withdrawn(until: datetime, dry_run: bool) -> int:
    """Delete signatures that were taken back, once the count knows of it; how many."""
    return _forget((Signature.withdrawn_at < until) & (Signature.to_count == 0), dry_run)


@retention.obeys("set_aside")
def forget_set_aside(until: datetime, dry_run: bool) -> int:
    """Delete signatures that nobody restored in time, and batches of which nothing is left; how many signatures."""
    number = _forget((Signature.set_aside_at < until) & (Signature.to_count == 0), dry_run)
    if not dry_run:
        asides.forget_batches(until)
    return number


@retention.obeys("network")
def forget_networks(until: datetime, dry_run: bool) -> int:
    """Blank where signatures came from; of how many."""
    old = Signature.network.is_not(None) & (Signature.signed_at < until)
    number = db.session().scalar(select(func.count()).select_from(Signature).where(old)) or 0
    if number and not dry_run:
        db.session().execute(update(Signature).where(old).values(network=None))
    return number


def _forget(which: ColumnElement[bool], dry_run: bool) -> int:
    rows = db.session().execute(select(Signature.id, Signature.supporter_id).where(which)).all()
    if rows and not dry_run:
        ids = [row.id for row in rows]
        db.session().execute(delete(Signature).where(Signature.id.in_(ids)))
        for supporter_id in {row.supporter_id for row in rows}:
            supporters.forget_unless_needed(supporter_id)
    return len(rows)


@retention.obeys("messages")
def forget_messages(until: datetime, dry_run: bool) -> int:
    """Blank the messages of pledges that closed so long ago; how many."""
    closed = select(Pledge.id).where(Pledge.state == PledgeState.CLOSED, Pledge.closed_at < until)
    old = (Signature.message != "") & Signature.pledge_id.in_(closed)
    number = db.session().scalar(select(func.count()).select_from(Signature).where(old)) or 0
    if number and not dry_run:
        db.session().execute(update(Signature).where(old).values(message=""))
    return number

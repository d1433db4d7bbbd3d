"""What happens to volunteers by time alone: they are told what runs out, and records are forgotten."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, func, or_, select
from sqlalchemy.orm import aliased

from .. import clock, db, i18n, jobs, mail
from ..supporters import retention
from ..supporters import service as supporters
from . import own_page, rules, service
from .models import Presence, Qualification, Requirement, RoleRequirement, Volunteer, VolunteerState

EXPIRES_SOON = "volunteers.expires_soon"
AT_ONCE = 200


@jobs.sweep("warn-volunteers", minute="20", hour="*")
def warn() -> int:
    """Write to those who have something that runs out within 30 days, once for each; how many letters."""
    number = 0
    while done := _warn_some():
        number += done
    return number


def _warn_some() -> int:
    now = clock.now()
    today, newer = i18n.local(now).date(), aliased(Qualification)
    renewed = exists().where(
        newer.volunteer_id == Qualification.volunteer_id,
        newer.requirement_id == Qualification.requirement_id,
        newer.revoked_at.is_(None),
        or_(newer.expires_on.is_(None), newer.expires_on > Qualification.expires_on),
    )
    wanted = exists().where(RoleRequirement.requirement_id == Qualification.requirement_id)
    found = (
        select(Qualification, Volunteer.supporter_id)
        .join(Volunteer, Volunteer.id == Qualification.volunteer_id)
        .join(Requirement, Requirement.id == Qualification.requirement_id)
        .where(Volunteer.state == VolunteerState.CONFIRMED, Requirement.retired_at.is_(None), ~renewed, wanted)
        .where(Qualification.warned_at.is_(None), Qualification.revoked_at.is_(None))
        .where(Qualification.expires_on >= today, Qualification.expires_on <= today + rules.WARNING)
        .limit(AT_ONCE)
        .with_for_update(of=Qualification, skip_locked=True)
    )
    with db.writing() as session:
        rows = session.execute(found).all()
        for one, supporter_id in rows:
            one.warned_at = now
            mail.write(EXPIRES_SOON, one.id, supporter_id, now)
    return len(rows)


@retention.obeys("volunteers_unconfirmed")
def forget_unconfirmed(until: datetime, dry_run: bool) -> int:
    """Forget who never confirmed, and who said that it was not them."""
    never = Volunteer.confirmed_at.is_(None) & (Volunteer.joined_at < until)
    return _forget(never & Volunteer.state.in_((VolunteerState.PENDING, VolunteerState.LEFT)), dry_run)


@retention.obeys("volunteers_unconfirmed")
def lapse(until: datetime, dry_run: bool) -> int:
    """Who had left, signed up again and did not confirm has left."""
    late = (Volunteer.state == VolunteerState.PENDING) & Volunteer.confirmed_at.is_not(None)
    ids = db.session().scalars(select(Volunteer.id).where(late, Volunteer.joined_at < until)).all()
    for volunteer_id in () if dry_run else ids:
        service.stop(service.held(volunteer_id), VolunteerState.LEFT, clock.now())
    return len(ids)


@retention.obeys("volunteers_left")
def forget_left(until: datetime, dry_run: bool) -> int:
    """Forget who left, or was ended, before this moment; their hours stay without a name."""
    gone = Volunteer.state.in_((VolunteerState.LEFT, VolunteerState.ENDED)) & (Volunteer.ended_at < until)
    return _forget(gone, dry_run)


def _forget(which: ColumnElement[bool], dry_run: bool) -> int:
    rows = db.session().execute(select(Volunteer.id, Volunteer.supporter_id).where(which)).all()
    for volunteer_id, supporter_id in [] if dry_run else rows:
        own_page.forget(volunteer_id, clock.now())
        supporters.forget_unless_needed(supporter_id)
    return len(rows)


@retention.obeys("qualifications")
def forget_expired(until: datetime, dry_run: bool) -> int:
    """Forget what ran out or was revoked before this moment."""
    old = or_(Qualification.expires_on < until.date(), Qualification.revoked_at < until)
    return _delete(Qualification, old, dry_run)


@retention.obeys("training_scans")
def forget_scans(until: datetime, dry_run: bool) -> int:
    """Forget that an address was typed at a training."""
    return _delete(Presence, Presence.scanned_at < until, dry_run)


def _delete(table: Any, which: ColumnElement[bool], dry_run: bool) -> int:
    number = int(db.session().scalar(select(func.count()).select_from(table).where(which)) or 0)
    if number and not dry_run:
        db.session().execute(delete(table).where(which))
    return number

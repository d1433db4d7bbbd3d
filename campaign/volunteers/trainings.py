"""Trainings: planned by staff, proved by the code of their trainer or by staff, revoked, running out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from secrets import choice
from typing import Any, cast

from flask_babel import gettext
from sqlalchemy import func, select, update

from .. import db, i18n, mail
from ..errors import Refused
from ..events.times import local
from ..links.rules import ALPHABET
from ..places import service as places
from ..supporters import service as supporters
from . import rules, service, standing
from .models import (
    Presence,
    Qualification,
    Requirement,
    TrainerCode,
    Training,
    Volunteer,
    VolunteerState,
)

PRESENT, REVOKED = "volunteers.present", "volunteers.revoked"
LENGTH = 8  # of a trainer's code: out of 31 to the power of this
PRESS_WITHIN = timedelta(days=7)  # the button in the letter after a scan


@dataclass(frozen=True)
class Plan:
    """What is said of a training."""

    requirement_id: int
    starts_at: datetime
    ends_at: datetime
    zone: str
    trainer: str
    place_id: int | None = None


def plan(said: Plan, now: datetime) -> int:
    """A new training; its id."""
    one = Training(**_named(said), added_at=now)
    db.session().add(one)
    db.session().flush()
    return one.id


def _named(said: Plan) -> dict[str, Any]:
    """What is said, with the place that a merged one leads to. Raises Refused for one that is retired."""
    return {**vars(said), "place_id": places.to_name(said.place_id) if said.place_id else None}


def get(training_id: int) -> Training:
    """A training. Raises LookupError."""
    if (one := db.session().get(Training, training_id)) is None:
        raise LookupError(training_id)
    return one


def _locked(training_id: int) -> Training:
    found = select(Training).where(Training.id == training_id).with_for_update()
    if (one := db.session().scalar(found.execution_options(populate_existing=True))) is None:
        raise LookupError(training_id)
    return one


def move(training_id: int, said: Plan, version: int) -> None:
    """Say something else of a training. Raises LookupError, Stale, and Refused once somebody has it from there."""
    one = _locked(training_id)
    db.must_be(one.version, version)
    facts = (one.requirement_id, local(one.starts_at, one.zone).date())
    if facts != (said.requirement_id, local(said.starts_at, said.zone).date()) and present(training_id):
        raise Refused("Somebody has been confirmed for this training already: its day and what it gives stay.")
    new = vars(said) if said.place_id == one.place_id else _named(said)
    for name, value in new.items():
        setattr(one, name, value)
    db.session().flush()


def cancel(training_id: int, now: datetime) -> None:
    """It is not held; its codes open nothing any more. Raises LookupError, and Refused once somebody has it."""
    one = _locked(training_id)
    if present(training_id):
        raise Refused("Somebody has been confirmed for this training already, so it cannot be cancelled.")
    one.cancelled_at = one.cancelled_at or now
    for code in codes(training_id):
        code.ended_at = code.ended_at or now


def recent(page: int, size: int) -> list[Training]:
    """Trainings, the last first; one more than `size` when there are more."""
    found = select(Training).order_by(Training.starts_at.desc(), Training.id.desc())
    return list(db.session().scalars(found.limit(size + 1).offset(page * size)))


def codes(training_id: int) -> list[TrainerCode]:
    """The codes of a training, newest first."""
    found = select(TrainerCode).where(TrainerCode.training_id == training_id).order_by(TrainerCode.id.desc())
    return list(db.session().scalars(found))


def present(training_id: int) -> int:
    """How many have something from this training."""
    return present_at([training_id])[training_id]


def present_at(training_ids: Sequence[int]) -> dict[int, int]:
    """How many have something from each of these trainings."""
    found = select(Qualification.training_id, func.count()).where(Qualification.training_id.in_(training_ids))
    counted: dict[int | None, int] = dict(db.session().execute(found.group_by(Qualification.training_id)).all())
    return {one: counted.get(one, 0) for one in training_ids}


def make_code(training_id: int, trainer: str, account_id: int | None, now: datetime) -> int:
    """A code for one who trains there: from the start to an hour after the end. Raises LookupError, Refused."""
    one = _locked(training_id)
    if one.cancelled_at:
        raise Refused("This training was cancelled.")
    if one.closes_at <= now:
        raise Refused("This training is over. Confirm who was there on their own pages.")
    values = {"training_id": one.id, "trainer": trainer, "account_id": account_id, "made_at": now}
    while (code_id := db.add(TrainerCode, {**values, "code": _new()})) is None:
        pass  # that one was taken; there are many
    return code_id


def _new() -> str:
    return "".join(choice(ALPHABET) for _ in range(LENGTH))


def get_code(code_id: int) -> TrainerCode:
    """A trainer's code by its id. Raises LookupError."""
    if (one := db.session().get(TrainerCode, code_id)) is None:
        raise LookupError(code_id)
    return one


def end_code(code_id: int, now: datetime) -> None:
    """It opens nothing any more; what it gave stays. Raises LookupError."""
    one = get_code(code_id)
    one.ended_at = one.ended_at or now


def find_code(typed: str, now: datetime) -> TrainerCode:
    """The code that was scanned or typed. Raises LookupError for none of ours, Refused with the reason for one that
    does not count now.
    """
    bare = "".join(typed.split()).replace("-", "").upper()[:20]
    one = db.session().scalar(select(TrainerCode).where(TrainerCode.code == bare))
    if one is None:
        raise LookupError(bare)
    training = get(one.training_id)
    if now < training.starts_at:
        raise Refused(gettext("This training has not begun. Its code works from the beginning on."))
    if one.ended_at is not None or now >= training.closes_at:
        raise Refused(gettext("This code has expired. Please ask the trainer, or tell us that you were there."))
    return one


def scan(typed: str, mailbox: str, now: datetime) -> None:
    """Somebody at the training gave an address: its owner gets a letter with a button. The caller learns nothing.

    Raises LookupError and Refused as `find_code` does.
    """
    code = find_code(typed, now)
    supporter_id = supporters.find_by_mailbox(mailbox)
    found = select(Volunteer).where(Volunteer.supporter_id == supporter_id)
    one = db.session().scalar(found) if supporter_id is not None else None
    if one is None or one.state != VolunteerState.CONFIRMED:
        if one is not None and one.state == VolunteerState.PENDING:
            service.ask_for_link(mailbox, now)
        else:
            mail.write_to_nobody(now)
        return
    values = {"code_id": code.id, "volunteer_id": one.id, "scanned_at": now}
    presence_id = db.add(Presence, values)
    if presence_id is not None:
        mail.write(PRESENT, presence_id, one.supporter_id, now)
    else:
        mail.write_to_nobody(now)


def get_presence(presence_id: int, now: datetime) -> Presence:
    """That somebody scanned a code. Raises LookupError when it is not kept, or too old for its button."""
    one = db.session().get(Presence, presence_id, populate_existing=True)
    if one is None or (one.confirmed_at is None and one.scanned_at + PRESS_WITHIN <= now):
        raise LookupError(presence_id)
    return one


def confirm_presence(presence_id: int, now: datetime) -> None:
    """The owner of the address says that they were there. Again is harmless. Raises LookupError, Refused."""
    one = get_presence(presence_id, now)
    volunteer = service.active(one.volunteer_id)
    one = get_presence(presence_id, now)  # as it is now that nobody else changes it
    if one.confirmed_at is None:
        one.confirmed_at = now
        _give(volunteer, get_code(one.code_id), now)


def type_code(volunteer_id: int, typed: str, now: datetime) -> bool:
    """A volunteer types the trainer's code on their own page: false when they had it from there already.

    Raises LookupError for their own page; Refused for the code, a wrong one too.
    """
    volunteer = service.active(volunteer_id)
    try:
        code = find_code(typed, now)
    except LookupError as error:
        raise Refused(gettext("No training has this code. Please look at it once more.")) from error
    return _give(volunteer, code, now)


def _give(volunteer: Volunteer, code: TrainerCode, now: datetime) -> bool:
    """What the training gives, once: scanned again it changes nothing, and brings nothing back that was revoked."""
    training = get(code.training_id)
    if training.cancelled_at is not None:
        raise Refused(gettext("This training was cancelled."))
    held_on = local(training.starts_at, training.zone).date()
    values = _values(volunteer.id, db.session().get_one(Requirement, training.requirement_id), held_on, now)
    values |= {"training_id": training.id, "vouched_by": code.trainer, "account_id": code.account_id}
    return db.add(Qualification, values) is not None


def _values(volunteer_id: int, requirement: Requirement, held_on: date, now: datetime) -> dict[str, object]:
    until = rules.expiry(held_on, requirement.months)
    values = {"volunteer_id": volunteer_id, "requirement_id": requirement.id, "held_on": held_on}
    return {**values, "expires_on": until, "recorded_at": now, "revoked_for": ""}


def vouch(volunteer_id: int, requirement_id: int, held_on: date, by: tuple[str, int], now: datetime) -> int:
    """Staff write down that somebody has what is required; `by` is the name and the id of who says so.

    Raises LookupError, and Refused for a day that has not come and for who is no volunteer now.
    """
    volunteer = service.active(volunteer_id)
    if (requirement := db.session().get(Requirement, requirement_id)) is None:
        raise LookupError(requirement_id)
    if held_on > i18n.local(now).date():
        raise Refused("Nothing can be dated in the future. A training that is to come is planned under Trainings.")
    values = _values(volunteer.id, requirement, held_on, now)
    values |= {"training_id": None, "vouched_by": by[0], "account_id": by[1]}
    return cast(int, db.add(Qualification, values))


def revoke(qualification_id: int, why: str, now: datetime) -> None:
    """It does not count any more, and its holder is told why. Again is harmless. Raises LookupError."""
    one = db.session().get(Qualification, qualification_id)
    if one is None:
        raise LookupError(qualification_id)
    volunteer = service.held(one.volunteer_id)
    db.session().refresh(one)  # somebody may have taken it back while we waited
    if one.revoked_at is not None:
        return
    one.revoked_at, one.revoked_for = now, why
    db.session().flush()
    if volunteer.state == VolunteerState.CONFIRMED:
        mail.write(REVOKED, one.id, volunteer.supporter_id, now)
        standing.may_do_less.send(volunteer.id, now=now)


def of(volunteer_id: int) -> list[Qualification]:
    """All that somebody has or had, newest first."""
    found = select(Qualification).where(Qualification.volunteer_id == volunteer_id)
    return list(db.session().scalars(found.order_by(Qualification.held_on.desc(), Qualification.id.desc())))


@places.naming.connect
def _held_at(place_id: int) -> list[places.Named]:
    found = select(Training).where(Training.place_id == place_id).order_by(Training.id)
    held = db.session().scalars(found)
    return [places.Named("training", one.id, f"Training on {local(one.starts_at, one.zone).date()}") for one in held]


@places.merging.connect
def _hold_at_the_kept_one(kept_id: int, gone_id: int) -> None:
    db.session().execute(update(Training).where(Training.place_id == gone_id).values(place_id=kept_id))

"""The acts of staff: keep the lists, judge an age, hear a language, write a note, end somebody's volunteering."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from blinker import Signal
from sqlalchemy import delete, exists, func, insert, select, update

from .. import db, i18n, mail
from ..errors import Refused
from . import guardians, lists, service, standing
from .lists import List
from .models import (
    HasSkill,
    Qualification,
    Requirement,
    Role,
    RoleRequirement,
    Training,
    Volunteer,
    VolunteerLanguage,
    VolunteerState,
    WishedRole,
)

USED_BY: dict[str, Sequence[Any]] = {
    "role": (WishedRole.role_id,),
    "requirement": (Qualification.requirement_id, Training.requirement_id),
    "skill": (HasSkill.skill_id,),
}
using = Signal("Asks the features above whether they name this (`kind`, `id`) of a list; each answers yes or no.")


@dataclass(frozen=True)
class Said:
    """What is said of one thing of a list: names (and of a role a summary) by language, facts, what a role requires."""

    names: Mapping[str, tuple[str, str]]
    facts: Mapping[str, Any] = field(default_factory=dict)
    requires: Sequence[int] = ()


def add(kind: str, said: Said) -> int:
    """One more on a list, the last; its id."""
    which = lists.BY_KIND[kind]
    last = db.session().scalar(select(func.max(which.table.place))) or 0
    row = which.table(**{**said.facts, "place": said.facts.get("place") or last + 1})
    db.session().add(row)
    db.session().flush()
    _write(which, row.id, said)
    return int(row.id)


def get(kind: str, id: int) -> Any:
    """One thing of a list. Raises LookupError."""
    if (row := db.session().get(lists.BY_KIND[kind].table, id)) is None:
        raise LookupError(id)
    return row


def _locked(kind: str, id: int) -> Any:
    table = lists.BY_KIND[kind].table
    found = select(table).where(table.id == id).with_for_update()
    if (row := db.session().scalar(found.execution_options(populate_existing=True))) is None:
        raise LookupError(id)
    return row


def change(kind: str, id: int, said: Said, version: int, now: datetime) -> None:
    """Say something else of it. A role that asks for more looks at who has it. Raises LookupError, Stale."""
    row, which = _locked(kind, id), lists.BY_KIND[kind]
    db.must_be(row.version, version)
    before = lists.asked([id])[id] if kind == "role" else None
    for name, value in said.facts.items():
        setattr(row, name, value)
    row.version += 1
    db.session().flush()
    _write(which, id, said)
    if before is not None:
        after = lists.asked([id])[id]
        if after.minimum_age > before.minimum_age or set(after.requirement_ids) - set(before.requirement_ids):
            standing.asks_more.send(id, now=now)


def _write(which: List, id: int, said: Said) -> None:
    db.session().execute(delete(which.names).where(which.owner == id))
    for language, (name, summary) in said.names.items():
        if name:
            more = {"summary": summary} if which is lists.ROLES else {}
            db.session().execute(insert(which.names).values(**{which.key: id, "language": language}, name=name, **more))
    if which is lists.ROLES:
        db.session().execute(delete(RoleRequirement).where(RoleRequirement.role_id == id))
        for one in said.requires:
            db.session().execute(insert(RoleRequirement).values(role_id=id, requirement_id=one))


def names(kind: str, id: int) -> dict[str, tuple[str, str]]:
    """Name and summary in every language in which it has one."""
    which = lists.BY_KIND[kind]
    found = db.session().scalars(select(which.names).where(which.owner == id))
    return {one.language: (one.name, getattr(one, "summary", "")) for one in found}


def remove(kind: str, id: int, now: datetime) -> bool:
    """Take it off the list: it is deleted if nothing ever named it, else retired, so that what was done can be read.

    False when it was retired. Raises LookupError, and Refused for what a role still requires.
    """
    row = _locked(kind, id)
    if kind == "requirement" and (role := _required_by(id)):
        raise Refused(f"The role “{role}” requires it. Change the role first.")
    if used(kind, id):
        row.retired_at = row.retired_at or now
        return False
    if kind == "requirement":  # retired roles may still ask for it, and are read as they were until it is gone
        db.session().execute(delete(RoleRequirement).where(RoleRequirement.requirement_id == id))
    db.session().delete(row)
    return True


def _required_by(requirement_id: int) -> str:
    found = select(RoleRequirement.role_id).join(Role).where(RoleRequirement.requirement_id == requirement_id)
    role_id = db.session().scalar(found.where(Role.retired_at.is_(None)).limit(1))
    return lists.names(lists.ROLES).get(role_id, "?") if role_id else ""


def used(kind: str, id: int) -> bool:
    """Whether anything names it."""
    if any(db.session().scalar(select(exists().where(column == id))) for column in USED_BY[kind]):
        return True
    return any(answer for _, answer in using.send(kind, id=id))


def bring_back(kind: str, id: int) -> None:
    """Offer it again. Raises LookupError."""
    _locked(kind, id).retired_at = None


def may_be_older(volunteer_id: int, yes: bool, now: datetime) -> None:
    """Staff have seen that somebody is as old as they say now, or that they are not. Raises LookupError, Refused."""
    one = service.active(volunteer_id)
    if not one.age_band_wished:
        raise Refused("This volunteer has not asked for another age band, or somebody has answered already.")
    if yes:
        one.age_band = one.age_band_wished
    one.age_band_wished = ""
    if not one.minor:
        guardians.forget(one.id)  # nobody's consent is needed any more, so no address is kept


def note(volunteer_id: int, words: str, heard: Sequence[str], version: int, now: datetime) -> None:
    """A note of staff, and in which languages they have heard somebody. Raises LookupError, Stale, Refused."""
    one = service.active(volunteer_id)
    db.must_be(one.version, version)
    one.staff_note = words
    theirs = update(VolunteerLanguage).where(VolunteerLanguage.volunteer_id == volunteer_id)
    never = theirs.where(VolunteerLanguage.language.not_in(heard)).values(tested_at=None)
    first = theirs.where(VolunteerLanguage.language.in_(heard), VolunteerLanguage.tested_at.is_(None))
    db.session().execute(never)
    db.session().execute(first.values(tested_at=now))
    db.session().flush()


def end(volunteer_id: int, why: str, now: datetime) -> None:
    """The campaign goes on without somebody, who is told why. Raises LookupError, and Refused for who is none now."""
    one = service.active(volunteer_id)
    service.stop(one, VolunteerState.ENDED, now, why)
    mail.write(service.ENDED, one.id, one.supporter_id, now)


def let_return(volunteer_id: int) -> None:
    """Whom staff had ended may sign up again. Raises LookupError, Refused."""
    one = service.held(volunteer_id)
    if one.state != VolunteerState.ENDED:
        raise Refused("Only somebody whose volunteering was ended by staff can be let return.")
    one.state, one.ended_for = VolunteerState.LEFT, ""


def counts() -> dict[str, int]:
    """How many there are in each state."""
    rows = db.session().execute(select(Volunteer.state, func.count()).group_by(Volunteer.state))
    return {state.value: 0 for state in VolunteerState} | dict(rows.all())


def usual() -> bool:
    """Begin with the usual roles and what they require, in the words of the site; false when there are roles."""
    if db.session().scalar(select(exists().select_from(Role))) or db.session().scalar(
        select(exists().select_from(Requirement))
    ):
        return False
    from . import usual as words

    ids = {key: add("requirement", Said(words.named(name), facts)) for key, name, facts in words.requirements()}
    for name, summary, age, requires in words.roles():
        said = Said(words.named(name, summary), {"minimum_age": age}, [ids[one] for one in requires])
        add("role", said)
    for name in words.skills():
        add("skill", Said(words.named(name)))
    return True


def languages() -> list[tuple[str, str]]:
    """The languages of the site, by code and name."""
    return [(one.code, one.name) for one in i18n.site().languages]

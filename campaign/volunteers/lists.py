"""The lists that staff keep: roles, what these require, skills. Here they are read, in the language spoken."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext
from sqlalchemy import select

from .. import db, i18n
from .models import Requirement, RequirementName, Role, RoleName, RoleRequirement, Skill, SkillName
from .rules import Asked


@dataclass(frozen=True)
class List:
    """A list: its table, the table of its names, and how that names it."""

    table: Any
    names: Any
    key: str

    @property
    def owner(self) -> Any:
        """The column of a name that says whose it is."""
        return getattr(self.names, self.key)


ROLES = List(Role, RoleName, "role_id")
REQUIREMENTS = List(Requirement, RequirementName, "requirement_id")
SKILLS = List(Skill, SkillName, "skill_id")
BY_KIND = {"role": ROLES, "requirement": REQUIREMENTS, "skill": SKILLS}


@dataclass(frozen=True)
class Named:
    """One thing of a list with its name, in the language spoken or in English."""

    id: int
    name: str
    language: str
    summary: str
    retired: bool
    row: Any


def of(which: List, *, retired: bool = False) -> list[Named]:
    """All of a list in its order; with those that are retired, if asked for."""
    spoken = i18n.language().code
    found = select(which.table, which.names).join(which.names, which.owner == which.table.id)
    found = found.where(which.names.language.in_(("en", spoken))).order_by(which.table.place, which.table.id)
    if not retired:
        found = found.where(which.table.retired_at.is_(None))
    chosen: dict[int, Named] = {}
    for row, words in db.session().execute(found):
        if words.language == spoken or row.id not in chosen:
            summary = getattr(words, "summary", "")
            chosen[row.id] = Named(row.id, words.name, words.language, summary, row.retired_at is not None, row)
    return list(chosen.values())


def names(which: List) -> dict[int, str]:
    """The name of everything that ever was on a list, retired or not."""
    return {one.id: one.name for one in of(which, retired=True)}


def asked(role_ids: Iterable[int] | None = None) -> dict[int, Asked]:
    """What each of these roles (of all roles) asks for, for `rules.missing`."""
    found = select(Role.id, Role.minimum_age)
    pairs = select(RoleRequirement.role_id, RoleRequirement.requirement_id).order_by(RoleRequirement.requirement_id)
    if role_ids is not None:
        ids = list(role_ids)
        found, pairs = found.where(Role.id.in_(ids)), pairs.where(RoleRequirement.role_id.in_(ids))
    required: dict[int, list[int]] = {}
    for role_id, requirement_id in db.session().execute(pairs):
        required.setdefault(role_id, []).append(requirement_id)
    rows = db.session().execute(found)
    return {role_id: Asked(age, tuple(required.get(role_id, ()))) for role_id, age in rows}


def kinds_in_words() -> dict[str, str]:
    """What kinds of requirements there are, as a volunteer reads them."""
    return {
        "training": gettext("Training"),
        "agreement": gettext("Agreement"),
        "check": gettext("Background check"),
    }

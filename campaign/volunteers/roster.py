"""Who the volunteers are, for staff: looked for, counted, and taken out as a table in pieces."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import StringIO
from typing import Any

from sqlalchemy import exists, select

from .. import clock, db, i18n
from ..supporters.models import Supporter
from ..text import cell, fold
from . import lists, own_page, phones, rules, standing
from .models import Availability, HasSkill, Qualification, Volunteer, VolunteerLanguage, VolunteerState, WishedRole

A_PIECE = 500
COLUMNS = """
    name email phone age area languages other_languages roles_wished roles_ready skills times access_needs state joined
""".split()  # noqa: SIM905


@dataclass(frozen=True)
class Wanted:
    """What is looked for; empty or 0 for all."""

    q: str = ""
    language: str = ""
    role: int = 0
    trained: int = 0
    area: str = ""
    state: str = VolunteerState.CONFIRMED.value


@dataclass(frozen=True)
class Row:
    """A volunteer in a list: what they speak, and for which roles they have all that is required today."""

    volunteer: Volunteer
    spoken: list[str]
    ready: list[int]
    wished: list[int]


def find(wanted: Wanted, page: int, size: int) -> list[Row]:
    """Volunteers by name; one more than `size` when there are more."""
    found = _where(select(Volunteer), wanted).order_by(Volunteer.name_key, Volunteer.id)
    return rows(db.session().scalars(found.limit(size + 1).offset(page * size)).all())


def _where(found: Any, wanted: Wanted) -> Any:
    if wanted.state:
        found = found.where(Volunteer.state == wanted.state)
    if wanted.q:
        found = found.where(Volunteer.name_key.contains(fold(wanted.q), autoescape=True))
    if wanted.area:
        found = found.where(Volunteer.area_key.contains(fold(wanted.area), autoescape=True))
    if wanted.language:
        speaks = exists().where(
            VolunteerLanguage.volunteer_id == Volunteer.id, VolunteerLanguage.language == wanted.language
        )
        found = found.where(speaks)
    if wanted.role:
        wishes = exists().where(WishedRole.volunteer_id == Volunteer.id, WishedRole.role_id == wanted.role)
        found = found.where(wishes)
    return found.where(_has(wanted.trained)) if wanted.trained else found


def _has(requirement_id: int) -> Any:
    """Whether somebody has it today; the same as `rules.Held.on` says."""
    today = i18n.local(clock.now()).date()
    until = Qualification.expires_on.is_(None) | (Qualification.expires_on >= today)
    return exists().where(
        Qualification.volunteer_id == Volunteer.id,
        Qualification.requirement_id == requirement_id,
        Qualification.held_on <= today,
        until,
        Qualification.revoked_at.is_(None),
    )


def rows(volunteers: Iterable[Volunteer]) -> list[Row]:
    """These with what a list shows of them, in as many statements for a thousand as for one."""
    volunteers = list(volunteers)
    ids, today = [one.id for one in volunteers], i18n.local(clock.now()).date()
    people, asked = standing.people(ids), lists.asked(one.id for one in lists.of(lists.ROLES))
    spoken = _by_volunteer(select(VolunteerLanguage.volunteer_id, VolunteerLanguage.language), VolunteerLanguage, ids)
    wished = _by_volunteer(select(WishedRole.volunteer_id, WishedRole.role_id), WishedRole, ids)
    return [
        Row(
            one,
            spoken.get(one.id, []),
            [role_id for role_id, role in asked.items() if not rules.missing(role, people[one.id], today)],
            wished.get(one.id, []),
        )
        for one in volunteers
    ]


def _by_volunteer(found: Any, table: Any, ids: list[int]) -> dict[int, list[Any]]:
    known: dict[int, list[Any]] = {}
    for volunteer_id, what in db.session().execute(found.where(table.volunteer_id.in_(ids))):
        known.setdefault(volunteer_id, []).append(what)
    return known


def table() -> Iterator[str]:
    """All volunteers for a spreadsheet, in English, some hundred at a time."""
    yield "\ufeff" + _lines([list(COLUMNS)])  # the mark lets spreadsheets see that it is UTF-8
    after = 0
    while piece := _piece(after):
        after = piece[-1][0]
        yield _lines([cells for _, cells in piece])


def _piece(after: int) -> list[tuple[int, list[str]]]:
    with db.reading() as session:
        active = Volunteer.state == VolunteerState.CONFIRMED
        found = select(Volunteer).where(Volunteer.id > after, active).order_by(Volunteer.id).limit(A_PIECE)
        piece = rows(session.scalars(found).all())
        ids = [one.volunteer.supporter_id for one in piece]
        emails = select(Supporter.id, Supporter.email).where(Supporter.id.in_(ids))
        addresses: dict[int, str] = dict(session.execute(emails).all())
        skills = _by_volunteer(
            select(HasSkill.volunteer_id, HasSkill.skill_id), HasSkill, [one.volunteer.id for one in piece]
        )
        free = _times([one.volunteer.id for one in piece])
        named = {kind: lists.names(which) for kind, which in lists.BY_KIND.items()}
        return [
            (
                one.volunteer.id,
                [
                    *_cells(one, addresses[one.volunteer.supporter_id], skills.get(one.volunteer.id, []), named),
                    free.get(one.volunteer.id, ""),
                    one.volunteer.access_needs,
                    one.volunteer.state,
                    one.volunteer.joined_at.date().isoformat(),
                ],
            )
            for one in piece
        ]


def _cells(row: Row, email: str, skills: list[int], named: dict[str, dict[int, str]]) -> list[str]:
    one, roles = row.volunteer, named["role"]
    spoken = [i18n.find(code).name for code in row.spoken]
    known = [one.name, email, phones.opened(one.phone), one.age_band, one.area, ", ".join(spoken), one.other_languages]
    lists_ = [(row.wished, roles), (row.ready, roles), (skills, named["skill"])]
    return [*known, *(", ".join(names.get(id, "") for id in ids) for ids, names in lists_)]


def _times(ids: list[int]) -> dict[int, str]:
    """When each of these has time, in words."""
    found = select(Availability.volunteer_id, Availability.day, Availability.part)
    found = found.where(Availability.volunteer_id.in_(ids)).order_by(Availability.day, Availability.part)
    days, known = own_page.days(), dict[int, list[str]]()
    for volunteer_id, day, part in db.session().execute(found):
        known.setdefault(volunteer_id, []).append(f"{days[day]} {part}")
    return {volunteer_id: ", ".join(times) for volunteer_id, times in known.items()}


def _lines(rows_: list[list[str]]) -> str:
    out = StringIO()
    csv.writer(out).writerows([[cell(text) for text in row] for row in rows_])
    return out.getvalue()

"""The acts: make a code, point it elsewhere, retire it, follow it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any, cast

from flask import current_app
from sqlalchemy import func, select, update

from .. import db, i18n, web
from ..places import service as places
from . import rules, targets
from .models import Code, CodeChange, Visits

NEWSLETTER = "newsletter"  # the design of a code that is printed on nothing: it stands in the links of a letter
HELD = 10.0  # seconds that a process may go on believing what it knows of a code
MOST_HELD = 10_000


@dataclass(frozen=True)
class Lead:
    """Where a code leads: its id, and the path with its language. A retired code has its language alone."""

    id: int
    path: str
    language: str = "en"


@dataclass
class Held:
    """The codes that this process has looked up lately, those that do not exist too."""

    leads: dict[str, tuple[float, Lead | None]]

    def fresh(self, typed: str) -> tuple[str, Lead] | None:
        """What is known for sure without asking the records: a code as stored, in use, looked up a moment ago."""
        found = self.leads.get(typed)
        if found is None or found[1] is None or not found[1].path or monotonic() - found[0] > HELD:
            return None
        return typed, found[1]


def follow(typed: str) -> tuple[str, Lead] | None:
    """The code as stored and where it leads; None when there is no such code. Asks the records every 10 s at most."""
    code = rules.read(typed)
    if code is None:
        return None
    held = cast(Held, current_app.extensions["codes"]).leads
    known = held.get(code)
    if known is None or monotonic() - known[0] > HELD:
        if len(held) > MOST_HELD:
            held.clear()
        known = held[code] = monotonic(), _lead(code)
    return (code, known[1]) if known[1] else None


def _lead(code: str) -> Lead | None:
    with db.reading() as session:
        row = session.execute(
            select(Code.id, Code.target, Code.language, Code.retired_at).where(Code.code == code)
        ).one_or_none()
    if row is None:
        return None
    language = i18n.find(row.language)
    return Lead(row.id, "" if row.retired_at else language.prefix + row.target, language.code)


def id_of(typed: str) -> int | None:
    """The id of a code that came along with a form; None when there is none, whatever was typed."""
    found = follow(typed)
    return found[1].id if found else None


def make(
    target: str,
    language: str,
    note: str,
    now: datetime,
    partner_id: int | None = None,
    place_id: int | None = None,
    design: str = "poster",
) -> int:
    """A new code, a partner's or the campaign's own; its id. `design` is what it will be printed on.

    Raises Refused when the target is no path of this site, or the place where it hangs is retired.
    """
    targets.refuse_elsewhere(target)
    where = places.to_name(place_id) if place_id else None
    values = {"target": target, "language": language, "note": note, "partner_id": partner_id, "made_at": now}
    values |= {"place_id": where, "design": design, "second": "", "version": 1}
    while (code_id := db.add(Code, {**values, "code": rules.new()})) is None:
        pass  # that one was taken; there are many
    return code_id


def make_many(wanted: Sequence[Mapping[str, Any]], now: datetime) -> list[int]:
    """A new code for each of these (columns of a Code, their targets looked at before); their ids in the same order."""
    ids: dict[int, int] = {}
    while missing := [number for number in range(len(wanted)) if number not in ids]:
        typed = dict(zip({rules.new() for _ in missing}, missing, strict=False))
        rows = [{**wanted[number], "code": code, "made_at": now, "version": 1} for code, number in typed.items()]
        # One that was taken is left out, and another is made for its piece; there are many.
        ids |= {typed[code]: id for code, id in db.add_many(Code, rows, "code").items()}
    return [ids[number] for number in range(len(wanted))]


def through(code: str, path: str) -> str:
    """The path that a letter links to, so that its visits are counted with the letter's code as far as that can be.

    By way of the code to a page that a code may lead to; to any other with the code beside it.
    """
    page, mark, part = path.partition("#")
    if not mark and targets.readable(page):
        return f"/q/{code}?to={page}"
    return f"{page}{'&' if '?' in page else '?'}via={code}{mark}{part}"


def get(code_id: int) -> Code:
    """The code. Raises LookupError."""
    if (code := db.session().get(Code, code_id)) is None:
        raise LookupError(code_id)
    return code


def _locked(code_id: int) -> Code:
    """The code as it is now, and nobody else changes it before we are done. Raises LookupError."""
    found = select(Code).where(Code.id == code_id).with_for_update()
    if (code := db.session().scalar(found.execution_options(populate_existing=True))) is None:
        raise LookupError(code_id)
    return code


def newest(most: int = 500) -> list[Code]:
    """The newest codes, however they were made, for a form."""
    return list(db.session().scalars(select(Code).order_by(Code.id.desc()).limit(most)))


def single(page: int, size: int) -> list[Code]:
    """The codes that were made one by one, newest first; one more than `size` when there are more."""
    found = select(Code).where(Code.print_id.is_(None), Code.design != NEWSLETTER).order_by(Code.id.desc())
    return list(db.session().scalars(found.offset(page * size).limit(size + 1)))


def codes_of(partner_id: int, *, single: bool = False) -> list[Code]:
    """The codes of a partner, newest first; all of them, or only those that were made one by one."""
    found = select(Code).where(Code.partner_id == partner_id).order_by(Code.id.desc())
    return list(db.session().scalars(found.where(Code.print_id.is_(None)) if single else found))


def codes_to(target: str) -> list[Code]:
    """The codes that lead to a page, retired ones too, newest first."""
    return list(db.session().scalars(select(Code).where(Code.target == target).order_by(Code.id.desc())))


@places.naming.connect
def _hanging_at(place_id: int) -> list[places.Named]:
    found = select(Code).where(Code.place_id == place_id, Code.print_id.is_(None)).order_by(Code.id.desc())
    return [places.Named("code", code.id, f"{code.code}, {code.note}") for code in db.session().scalars(found)]


@places.merging.connect
def _hang_at_the_kept_one(kept_id: int, gone_id: int) -> None:
    db.session().execute(update(Code).where(Code.place_id == gone_id).values(place_id=kept_id))


def retarget(code_id: int, target: str, account_id: int | None, now: datetime, version: int | None = None) -> None:
    """Let a printed code lead elsewhere on this site, and keep a record of it. Raises Stale, Refused."""
    targets.refuse_elsewhere(target)
    code = _locked(code_id)
    db.must_be(code.version, version)
    if code.target != target:
        change = CodeChange(code_id=code_id, before=code.target, after=target, account_id=account_id, changed_at=now)
        db.session().add(change)
        code.target = target
        code.version += 1


def changes(code_id: int) -> list[CodeChange]:
    """Where a code has led before, newest first."""
    theirs = select(CodeChange).where(CodeChange.code_id == code_id)
    return list(db.session().scalars(theirs.order_by(CodeChange.id.desc())))


def retire(code_id: int, now: datetime) -> None:
    """Let a code lead to a kind page from now on; what it brought stays counted."""
    code = get(code_id)
    code.retired_at = code.retired_at or now


def lift(code_id: int, until: datetime, now: datetime) -> None:
    """Let many sign by this code from one network until then: staff expect a crowd. A lift under way goes on."""
    code = get(code_id)
    if not code.expects_crowd(now):
        code.lifted_at = now
    code.lifted_until = until


def lower(code_id: int, now: datetime) -> None:
    """End the lift of a code's limit now, if there is one."""
    code = get(code_id)
    if code.expects_crowd(now):
        code.lifted_until = now


def bring_back(code_id: int) -> None:
    """Let a retired code lead where it led before."""
    get(code_id).retired_at = None


def retire_print(print_id: int, now: datetime) -> None:
    """Retire all codes of a print at once."""
    theirs = update(Code).where(Code.print_id == print_id, Code.retired_at.is_(None))
    db.session().execute(theirs.values(retired_at=now))


def visits(codes: Collection[int]) -> dict[int, int]:
    """How often each of these codes was followed, by its id."""
    found = select(Visits.code_id, func.sum(Visits.number)).where(Visits.code_id.in_(codes))
    return {row[0]: int(row[1]) for row in db.session().execute(found.group_by(Visits.code_id))}


def codes_in(print_id: int) -> dict[int, str]:
    """The codes of a print by their ids."""
    found = select(Code.id, Code.code).where(Code.print_id == print_id)
    return {row.id: row.code for row in db.session().execute(found)}


def printed_address(code: Code) -> str:
    """The address as it is put into a QR symbol: in capitals, which makes the symbol smaller."""
    return address_of(code.code)


def address_of(code: str) -> str:
    """The same of a code's letters alone."""
    return web.address("links.follow_capitals", i18n.find("en"), typed=code).upper()

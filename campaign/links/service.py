"""The acts: make a code, point it elsewhere, retire it, follow it."""

from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import cast

from flask import current_app
from sqlalchemy import func, select, update

from .. import db, i18n, web
from ..errors import Refused
from ..places import service as places
from . import rules
from .models import Code, CodeChange, Visits

HELD = 10.0  # seconds that a process may go on believing what it knows of a code
MOST_HELD = 10_000
READABLE = {"pages.front", "pages.privacy", "pledges.index", "pledges.show", "calendar.index", "events.show"}


@dataclass(frozen=True)
class Lead:
    """Where a code leads: its id, and the path with its language. A retired code has no path."""

    id: int
    path: str


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
    return Lead(row.id, "" if row.retired_at else i18n.find(row.language).prefix + row.target)


def id_of(typed: str) -> int | None:
    """The id of a code that came along with a form; None when there is none, whatever was typed."""
    found = follow(typed)
    return found[1].id if found else None


def make(
    target: str, language: str, note: str, now: datetime, partner_id: int | None = None, place_id: int | None = None
) -> int:
    """A new code, a partner's or the campaign's own; its id.

    Raises Refused when the target is no path of this site, or the place where it hangs is retired.
    """
    _refuse_elsewhere(target)
    where = places.to_name(place_id) if place_id else None
    values = {"target": target, "language": language, "note": note, "partner_id": partner_id, "made_at": now}
    values |= {"place_id": where, "version": 1}
    while (code_id := db.add(Code, {**values, "code": rules.new()})) is None:
        pass  # that one was taken; there are many
    return code_id


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


def all_codes() -> list[Code]:
    """Every code, newest first."""
    return list(db.session().scalars(select(Code).order_by(Code.id.desc())))


def codes_of(partner_id: int) -> list[Code]:
    """The codes of a partner, newest first."""
    return list(db.session().scalars(select(Code).where(Code.partner_id == partner_id).order_by(Code.id.desc())))


def codes_to(target: str) -> list[Code]:
    """The codes that lead to a page, retired ones too, newest first."""
    return list(db.session().scalars(select(Code).where(Code.target == target).order_by(Code.id.desc())))


@places.naming.connect
def _hanging_at(place_id: int) -> list[places.Named]:
    found = select(Code).where(Code.place_id == place_id).order_by(Code.id.desc())
    return [places.Named("code", code.id, f"{code.code}, {code.note}") for code in db.session().scalars(found)]


@places.merging.connect
def _hang_at_the_kept_one(kept_id: int, gone_id: int) -> None:
    db.session().execute(update(Code).where(Code.place_id == gone_id).values(place_id=kept_id))


def retarget(code_id: int, target: str, account_id: int | None, now: datetime, version: int | None = None) -> None:
    """Let a printed code lead elsewhere on this site, and keep a record of it. Raises Stale, Refused."""
    _refuse_elsewhere(target)
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


def visits() -> dict[int, int]:
    """How often each code was followed, by its id."""
    rows = db.session().execute(select(Visits.code_id, func.sum(Visits.number)).group_by(Visits.code_id))
    return {row[0]: int(row[1]) for row in rows}


def printed_address(code: Code) -> str:
    """The address as it is put into a QR symbol: in capitals, which makes the symbol smaller."""
    return web.address("links.follow_capitals", i18n.find("en"), typed=code.code).upper()


def _refuse_elsewhere(target: str) -> None:
    """A target is one of the pages made to be read; never another site, a file, a query, or a page of one person."""
    if not target.isascii() or set("?#%\\") & set(target) or web.endpoint_of(target) not in READABLE:
        raise Refused("A code leads to a public page of this site, for example /pledges/freedom.")

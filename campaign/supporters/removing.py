"""What a partner must remove, its word that it did, and what in an old file may not stay."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import aliased

from .. import db
from ..partners.models import Partner
from . import retention
from .handing import in_force, own
from .models import Purpose, Removal, Share

REF = re.compile(r"\br[0-9a-f]{16}\b")
PATIENCE = timedelta(days=14)  # how long a removal may wait before staff hear of it
AT_ONCE = 500


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


def removals(partner_id: int) -> list[Removal]:
    """What this partner has been asked to do and has not confirmed, oldest first."""
    waiting = Removal.confirmed_at.is_(None) & own(Removal.partner_id, partner_id)
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
        rows = db.session().execute(found.where(in_force(partner_id, Purpose.DELIVERY)))
        held |= {str(ref): may_write is not None for ref, may_write in rows}
        asked = select(Removal.ref, Removal.asked_at).where(Removal.ref.in_(some), own(Removal.partner_id, partner_id))
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

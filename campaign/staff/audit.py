"""The audit trail: who did what to which record and when, so that nothing privileged happens unseen.

A later feature copies one line, last in the transaction of the act: `audit.note(Act.PLEDGE_OPENED, "pledge", id)`.
A row holds no name, no address and no word of anybody. An account stands there as a tag made up for it, which leads
to nobody any more when the account is deleted; what is done from the command line was done by "the machine".
"""

import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from secrets import token_hex
from typing import Any, cast

from flask import current_app, g, has_request_context
from sqlalchemy import ForeignKey, Index, String, Table, bindparam, delete, func, select, update
from sqlalchemy.orm import Mapped, mapped_column

from .. import clock, db, jobs, logs, web
from ..db import Base, BigId
from . import chain
from .acts import KINDS, Act
from .models import Account, StaffSession

log = logging.getLogger("campaign.audit")
MACHINE, SOMEBODY = "machine", "somebody"  # the command line and its sweeps; a person at the door, not let in
ANCHOR, HEAD = 1, 2
A_PIECE = 2_000  # rows read at once
# What anybody can bring about from outside is written down this often at most, or a robot would fill the trail.
FLOODS = {Act.SIGN_IN_FAILED}
MOST_OF_A_FLOOD, FLOOD_WITHIN = 30, timedelta(minutes=10)


class AuditRow(Base):
    """One act. Rows are added and, after years, forgotten from the beginning; none is ever changed."""

    __tablename__ = "audit_rows"
    number: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(index=True)
    who: Mapped[str] = mapped_column(String(16))
    act: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(20), default="")
    record: Mapped[str] = mapped_column(String(20), default="")
    request: Mapped[str] = mapped_column(String(12), default="")
    seal: Mapped[str] = mapped_column(String(64))

    __table_args__ = (
        Index("ix_audit_rows_act", "act", "number"),
        Index("ix_audit_rows_who", "who", "number"),
        Index("ix_audit_rows_record", "kind", "record", "number"),
    )


class AuditEnd(Base):
    """The two ends of the trail: the anchor (the last row forgotten) and the head (the last row written)."""

    __tablename__ = "audit_ends"
    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigId)
    seal: Mapped[str] = mapped_column(String(64))
    mark: Mapped[str] = mapped_column(String(64))


class AuditTag(Base):
    """The made-up word under which an account (its `id` is the account's) stands in the trail."""

    __tablename__ = "audit_tags"
    id: Mapped[int] = mapped_column(
        BigId, ForeignKey("staff_accounts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    tag: Mapped[str] = mapped_column(String(16), unique=True)


class AuditCheck(Base):
    """What the last look at the whole trail found, one row; `trouble` is empty when all was well."""

    __tablename__ = "audit_check"
    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    checked_at: Mapped[datetime]
    number: Mapped[int] = mapped_column(BigId)
    trouble: Mapped[str] = mapped_column(String(200), default="")


def note(act: Act, kind: str = "", record: int | str = "", *, who: int | None = None) -> None:
    """Write down an act, in its own transaction and last in it: the head's row makes writers wait in line.

    `who` is an account's id, where it is not the one that is signed in. `record` is a row's id; an account's becomes
    its tag. Raises ValueError for a kind that is not in the list and for a record that is no id.
    """
    if kind not in ("", *KINDS) or not re.fullmatch(r"[0-9a-f]{0,20}", str(record)):
        raise ValueError(f"{act}: a record is named by a kind and a number")
    now = clock.now()
    if act in FLOODS and _happened(act, now - FLOOD_WITHIN) >= MOST_OF_A_FLOOD:
        return
    by = _by(who)
    about = tag_of(int(record)) if kind == "account" else str(record)
    head = _head(now)
    _add(head, AuditRow(at=now, who=by, act=act.value, kind=kind, record=about, request=_request()))


def begin() -> None:
    """Begin the trail of a site that has none, so that one which vanishes is seen to begin anew."""
    _head(clock.now())


def _happened(act: Act, since: datetime) -> int:
    found = select(func.count()).select_from(AuditRow).where(AuditRow.act == act.value, AuditRow.at > since)
    return int(db.session().scalar(found) or 0)


def _by(who: int | None) -> str:
    if who is not None:
        return tag_of(who)
    if not has_request_context():
        return MACHINE
    account: Account | None = g.get("staff")
    return tag_of(account.id) if account is not None else SOMEBODY


def tag_of(account_id: int) -> str:
    """The word under which this account stands in the trail, made up when it is first needed."""
    if (known := db.session().get(AuditTag, account_id)) is not None:
        return known.tag
    db.add_or_find(AuditTag, {"id": account_id, "tag": token_hex(8)}, "id")
    return db.session().get_one(AuditTag, account_id).tag


def _request() -> str:
    return logs.request_id() if has_request_context() else ""


def _head(now: datetime) -> AuditEnd:
    """The end of the trail, locked until the commit; with the first row when the trail begins here."""
    for which, name in ((HEAD, "head"), (ANCHOR, "anchor")):
        new = {"id": which, "number": 0, "seal": chain.NO_SEAL, "mark": chain.mark(name, 0, chain.NO_SEAL)}
        db.add_or_find(AuditEnd, new, "id")
    head = db.session().get_one(AuditEnd, HEAD, populate_existing=True)
    if head.number == 0:
        _add(head, AuditRow(at=now, who=MACHINE, act=Act.TRAIL_BEGUN.value, kind="", record="", request=""))
    return head


def _add(head: AuditEnd, row: AuditRow) -> None:
    row.number = head.number + 1
    row.seal = _seal(head.seal, row)
    db.session().add(row)
    _move(head, "head", row.number, row.seal)
    db.session().flush()
    said = row.number, row.act, row.seal[:16]  # outside of the records, where who holds them cannot reach
    db.after_commit(lambda: log.info("row %d: %s, seal %s", *said))


def _move(end: AuditEnd, name: str, number: int, seal: str) -> None:
    end.number, end.seal, end.mark = number, seal, chain.mark(name, number, seal)


def _seal(before: str, row: chain.Entry) -> str:
    if not current_app.extensions["switches"].audit_chain:  # the negative control of "no change stays unseen"
        return chain.NO_SEAL
    return chain.seal(before, row)


def broken() -> tuple[int, chain.Broken | None]:
    """How many rows there are, and the first that does not fit. Opens the records itself, to see one moment of them."""
    with db.reading() as session:
        if not db.database().sqlite:  # SQLite gives every reader one moment
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        number = int(session.scalar(select(func.count()).select_from(AuditRow)) or 0)
        anchor, head = session.get(AuditEnd, ANCHOR), session.get(AuditEnd, HEAD)
        found = chain.first_broken(anchor, _rows(), head, _seal)
        if found is None and head is None and session.scalar(select(StaffSession.id).limit(1)) is not None:
            found = chain.Broken(0, "people have signed in, and there is no trail")
        return number, found


def _rows() -> Iterator[Any]:
    """All rows in the order of their numbers, a piece at a time, also those whose number cannot be right."""
    columns = AuditRow.__table__.columns
    after: int | None = None
    while True:
        found = select(*columns).order_by(AuditRow.number).limit(A_PIECE)
        piece = db.session().execute(found if after is None else found.where(AuditRow.number > after)).all()
        yield from piece
        if len(piece) < A_PIECE:
            return
        after = piece[-1].number


@jobs.sweep("check-audit-trail", minute="25", hour="9")
def check() -> str:
    """Look at the whole trail once a day and write down what was found, for the staff's front page; the trouble."""
    number, found = broken()
    trouble = str(found) if found else ""
    if trouble:
        log.error("the audit trail does not fit: %s", trouble)
    with db.writing() as session:
        session.merge(AuditCheck(id=1, checked_at=clock.now(), number=number, trouble=trouble[:200]))
    return trouble


def last_check() -> AuditCheck | None:
    """What the last daily look found."""
    return db.session().get(AuditCheck, 1)


def forget_before(until: datetime, *, dry_run: bool) -> int:
    """Forget the rows from before this moment, from the beginning on; how many. The anchor keeps the rest provable."""
    session = db.session()
    kept = session.scalar(select(func.min(AuditRow.number)).where(AuditRow.at >= until))
    old = AuditRow.at < until if kept is None else AuditRow.number < kept
    number = int(session.scalar(select(func.count()).select_from(AuditRow).where(old)) or 0)
    if number and not dry_run:
        _head(clock.now())  # nobody writes meanwhile
        last = session.scalars(select(AuditRow).where(old).order_by(AuditRow.number.desc()).limit(1)).one()
        _move(session.get_one(AuditEnd, ANCHOR, populate_existing=True), "anchor", last.number, last.seal)
        session.execute(delete(AuditRow).where(AuditRow.number <= last.number))
    return number


def seal_anew(old_secret: str) -> int:
    """After the site's secret was changed: seal the trail under the new one; how many rows.

    Raises ValueError, and changes nothing, when it does not fit under the old one: a new seal would hide that.
    """
    session = db.session()
    head = db.session().get(AuditEnd, HEAD, with_for_update=True)
    anchor = session.get(AuditEnd, ANCHOR)
    if head is None or anchor is None:
        return 0
    before = partial(chain.seal, secret=old_secret)
    if found := chain.first_broken(anchor, _rows(), head, before, old_secret):
        raise ValueError(f"the trail does not fit under the old secret: {found}")
    _move(anchor, "anchor", anchor.number, anchor.seal)
    number, last, seals = 0, anchor.seal, []
    for row in _rows():
        last = _seal(last, row)
        seals.append({"row": row.number, "new": last})
        number += 1
    if seals:
        table = cast(Table, AuditRow.__table__)
        change = update(table).where(table.c.number == bindparam("row")).values(seal=bindparam("new"))
        session.connection().execute(change, seals)
        session.expire_all()
    _move(head, "head", head.number, last)
    session.flush()
    note(Act.SEALED_ANEW)
    return number


def follow_secret(*because: Act) -> None:
    """Seal the trail under the newest secret, and note what it follows from in the same step.

    One that fitted under no earlier secret stays as it is, to be found. Opens the records itself.
    """
    if broken()[1] is None:
        return
    for old in web.config().old_secrets:
        try:
            with db.writing():
                seal_anew(old)
                for act in because:
                    note(act)
            return
        except ValueError:
            continue


@dataclass(frozen=True)
class Wanted:
    """Which acts to show: an act, a tag, a record; empty for all."""

    act: str = ""
    who: str = ""
    kind: str = ""
    record: str = ""


def newest(wanted: Wanted, page: int, size: int) -> Sequence[AuditRow]:
    """What happened, newest first; one more than `size` when there are more."""
    found = select(AuditRow).order_by(AuditRow.number.desc()).limit(size + 1).offset(page * size)
    for name in ("act", "who", "kind", "record"):
        if value := getattr(wanted, name):
            found = found.where(getattr(AuditRow, name) == value)
    return db.session().scalars(found).all()


def people() -> dict[str, str]:
    """Who stands behind each tag, as staff know them; a deleted account is not among them."""
    rows = db.session().execute(select(AuditTag.tag, Account.email).join(Account).order_by(Account.email))
    return {cast(Any, row)[0]: row[1] for row in rows}


def forgotten() -> int:
    """How many rows were forgotten because they had been kept long enough."""
    anchor = db.session().get(AuditEnd, ANCHOR)
    return anchor.number if anchor else 0

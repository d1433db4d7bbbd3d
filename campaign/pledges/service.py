"""The acts of a signer: sign, ask for the letter again, confirm, disown, withdraw. All their SQL is here."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex

from flask import current_app
from flask_babel import gettext
from sqlalchemy import ColumnElement, bindparam, case, delete, func, literal, select, update

from .. import db, i18n, jobs, mail
from ..errors import Refused
from ..supporters import erasure, ledger
from ..supporters import service as supporters
from ..supporters.ledger import Entry, What
from ..supporters.models import Purpose, Supporter
from ..supporters.shares import PURPOSES, Ticked
from ..text import fold
from . import wishes
from .models import (
    COUNTS,
    PLACES,
    FormerSlug,
    NamelessSignatures,
    Pledge,
    Refusal,
    Signature,
    SignatureState,
    refusal,
)

QUIET = timedelta(minutes=10)  # a double click or a reload within this time writes no second letter
PLEDGE = select(Pledge.__table__.c.id, Pledge.__table__.c.state).where(Pledge.__table__.c.slug == bindparam("slug"))
PLEASE_CONFIRM, ALREADY_SIGNED = "pledges.please_confirm", "pledges.already_signed"
MAILBOX_FULL, THANK_YOU = "pledges.mailbox_full", "pledges.thank_you"


@dataclass(frozen=True)
class Promise:
    """What somebody typed when signing. `newsletter` holds the words agreed to, `code_id` the code that led here.

    `network` is the key of where it came from, for today; `ticked` what was ticked for a partner.
    """

    name: str
    email: str
    mailbox: str
    area: str = ""
    message: str = ""
    show_name: bool = False
    newsletter: str = ""
    code_id: int | None = None
    network: str | None = None
    ticked: Ticked | None = None


def sign(slug: str, promise: Promise, language: str, now: datetime) -> None:
    """Take a signature, pending until it is confirmed by letter. The caller learns nothing of who signed before.

    Raises Refused when the pledge cannot be signed now, LookupError when there is none.
    """
    pledge_id, state = _pledge(slug)
    _refuse(refusal(state))
    _count_at_once(pledge_id)
    supporter_id = supporters.find_or_add(promise.email, promise.mailbox, language, now)
    if (signature_id := _add(pledge_id, supporter_id, promise, language, now, place=1)) is not None:
        mail.write(PLEASE_CONFIRM, signature_id, supporter_id, now)
    else:
        _sign_again(pledge_id, supporter_id, promise, language, now)


def _count_at_once(pledge_id: int) -> None:
    """The negative control of "a crowd that signs one pledge is no slower": the one row that all would wait for."""
    if current_app.extensions["switches"].hot_counter:
        table = Pledge.__table__
        db.session().execute(update(table).where(table.c.id == pledge_id).values(count=table.c.count + 1))  # type: ignore[arg-type]


def _pledge(slug: str) -> tuple[int, str]:
    row = db.execute(PLEDGE, {"slug": slug}).one_or_none()
    if row is not None:
        return row.id, row.state
    if (now_at := forward(slug)) is None:
        raise LookupError(slug)
    return _pledge(now_at)  # a form that was open while staff changed the address


def _refuse(reason: Refusal | None) -> None:
    if reason is Refusal.CLOSED:
        raise Refused(gettext("This pledge is closed. It cannot be signed any more."))
    if reason is Refusal.NOT_OPEN_YET:
        raise Refused(gettext("This pledge is not open yet."))


def _add(pledge_id: int, supporter_id: int, promise: Promise, language: str, now: datetime, place: int) -> int | None:
    """The new signature's id, or None when its name or its place is taken."""
    values = {
        "pledge_id": pledge_id,
        "supporter_id": supporter_id,
        "place": place,
        "name_key": fold(promise.name)[:200],
        "language": language,
        "reminders": 0,
        "to_count": 0,
        **_typed(promise, now),
    }
    if not current_app.extensions["switches"].natural_keys:  # the negative control of "signs once"
        values |= {"place": int(token_hex(3), 16), "name_key": token_hex(8)}
    if not current_app.extensions["switches"].confirm_first:  # the negative control of "bots are not counted"
        values |= {"confirmed_at": now, "to_count": 1}
    signature_id = db.add(Signature, values)
    if signature_id is not None and promise.ticked is not None:
        wishes.keep(signature_id, promise.ticked)
        if not current_app.extensions["switches"].confirm_first:
            wishes.take_effect(get(signature_id), PURPOSES, now)
    return signature_id


def _typed(promise: Promise, now: datetime) -> dict[str, object]:
    return {
        "name": promise.name,
        "area": promise.area,
        "area_key": fold(promise.area)[:160],
        "message": promise.message,
        "show_name": promise.show_name,
        "newsletter": promise.newsletter,
        "code_id": promise.code_id,
        "network": promise.network,
        "signed_at": now,
    }


def _sign_again(pledge_id: int, supporter_id: int, promise: Promise, language: str, now: datetime) -> None:
    """Somebody whose mailbox has signed this before: a second name is taken, anything else is told by letter.

    Nothing that is already there changes, for whoever types an address need not own it.
    """
    found = select(Signature).where(Signature.pledge_id == pledge_id, Signature.supporter_id == supporter_id)
    theirs = list(db.session().scalars(found.order_by(Signature.place)))
    same = next((one for one in theirs if one.name_key == fold(promise.name)[:200]), None)
    if same is not None:
        _repeat(same, promise, now)
    elif free := PLACES - {one.place for one in theirs}:
        most = i18n.site().limits.letters_per_day
        if mail.written_since(now - timedelta(days=1), supporter_id, [PLEASE_CONFIRM]) < most:
            signature_id = _add(pledge_id, supporter_id, promise, language, now, min(free))
            if signature_id is not None:
                mail.write(PLEASE_CONFIRM, signature_id, supporter_id, now)
    else:
        _remind(MAILBOX_FULL, theirs[0], now, most=1)


def _repeat(signature: Signature, promise: Promise, now: datetime) -> None:
    state = signature.state(now)
    if state is SignatureState.CONFIRMED:
        _remind(ALREADY_SIGNED, signature, now, most=1)
    elif state in (SignatureState.WITHDRAWN, SignatureState.LATE):
        for name, value in _typed(promise, now).items():
            setattr(signature, name, value)
        signature.confirmed_at = signature.withdrawn_at = signature.passed_at = signature.turned_down_at = None
        signature.reminders = 0
        wishes.keep(signature.id, promise.ticked)
        _remind(PLEASE_CONFIRM, signature, now, most=i18n.site().limits.letters_per_day)
    elif state is SignatureState.PENDING:
        _remind(PLEASE_CONFIRM, signature, now, most=i18n.site().limits.letters_per_day)


def _remind(kind: str, signature: Signature, now: datetime, most: int) -> None:
    """Write about a signature, unless that was done a moment ago or often enough today."""
    db.session().flush()
    day, moment = now - timedelta(days=1), now - QUIET
    if mail.written_since(moment, signature.supporter_id, [kind], signature.id):
        return
    if mail.written_since(day, signature.supporter_id, [kind]) < most:
        mail.write(kind, signature.id, signature.supporter_id, now)


def send_letter_again(slug: str, mailbox: str, now: datetime) -> None:
    """The letter did not come: write it again, at most so often a day. Says nothing about who is known."""
    pledge_id, _ = _pledge(slug)
    supporter_id = supporters.find_by_mailbox(mailbox)
    found = select(Signature).where(Signature.pledge_id == pledge_id, Signature.supporter_id == supporter_id)
    signatures = db.session().scalars(found).all()
    asked = [_ask_again(one, now) for one in signatures if one.state(now) is SignatureState.PENDING]
    if not any(asked):
        mail.write_to_nobody(now)


def _ask_again(signature: Signature, now: datetime) -> bool:
    day = now - timedelta(days=1)
    if mail.written_since(day, signature.supporter_id, [PLEASE_CONFIRM]) >= i18n.site().limits.letters_per_day:
        return False
    mail.write(PLEASE_CONFIRM, signature.id, signature.supporter_id, now)
    return True


def get(signature_id: int) -> Signature:
    """A signature. Raises LookupError when it is no longer kept."""
    if (signature := db.session().get(Signature, signature_id)) is None:
        raise LookupError(signature_id)
    return signature


def _held(signature_id: int) -> Signature:
    """A signature whose mailbox is locked until the commit. Raises LookupError, also when it was erased meanwhile."""
    supporter_id = get(signature_id).supporter_id
    if not supporters.hold(supporter_id):
        raise LookupError(signature_id)
    found = db.session().get(Signature, signature_id, populate_existing=True)
    if found is None:
        raise LookupError(signature_id)
    return found


def _note(signature: Signature, what: What, now: datetime) -> None:
    mailbox = supporters.get(signature.supporter_id).mailbox
    ledger.note(mailbox, what, now, ledger.reference("signature", signature.id))


def _lift(signature: Signature, now: datetime) -> None:
    """Who confirms a signature means it, whatever was said of it before."""
    mailbox = supporters.get(signature.supporter_id).mailbox
    ledger.lift(mailbox, [What.WITHDRAWN, What.DISOWNED], now, ledger.reference("signature", signature.id))


@ledger.repeat.connect
def _take_back_again(entry: Entry, supporter_id: int) -> bool:
    """After a restore: they had taken this signature back by then, or said that it was not theirs."""
    if entry.what not in (What.WITHDRAWN, What.DISOWNED):
        return False
    deed = withdraw if entry.what == What.WITHDRAWN else disown
    theirs = select(Signature).where(Signature.supporter_id == supporter_id, Signature.signed_at <= entry.noted_at)
    for one in db.session().scalars(theirs).all():
        if ledger.reference("signature", one.id) == entry.about:
            before = one.state(entry.noted_at)
            return deed(one.id, entry.noted_at) is not before
    return False


def confirm(signature_id: int, now: datetime, *, news: bool = True, shared: Collection[Purpose] = ()) -> SignatureState:
    """Make a pending signature count. Pressing twice is harmless.

    The consent that was ticked with it is recorded, unless it is taken back here (`news` False: somebody else may
    have typed the address) or its owner has left since. What was ticked for a partner holds only if it is among
    `shared`, the boxes that were left ticked here.
    """
    signature = _held(signature_id)
    if (state := signature.state(now)) is not SignatureState.PENDING:
        return state
    pending = [Signature.confirmed_at.is_(None), Signature.disowned_at.is_(None)]
    deed = update(Signature).where(Signature.id == signature_id, *pending)
    done = db.session().execute(deed.values(confirmed_at=now, to_count=Signature.to_count + _unless_aside()))
    if done.rowcount:  # type: ignore[attr-defined]
        supporters.confirm(signature.supporter_id, now)
        _lift(signature, now)
        left_at = supporters.get(signature.supporter_id).left_at
        if news and signature.newsletter and not (left_at and left_at >= signature.signed_at):
            source = f"signature {signature_id}"
            supporters.agree(signature.supporter_id, signature.newsletter, signature.language, source, now)
        else:
            supporters.regroup(signature.supporter_id, now)
        wishes.take_effect(signature, shared, now)
        mail.write(THANK_YOU, signature_id, signature.supporter_id, now)
        jobs.wake("count-signatures")
    return SignatureState.CONFIRMED


def _unless_aside() -> ColumnElement[int]:
    """1 for a signature that counts when confirmed; asked in the statement itself, whoever sets aside meanwhile."""
    if not current_app.extensions["switches"].exact_asides:  # the negative control of "totals stay exact"
        return literal(1)
    return case((Signature.set_aside_at.is_(None), 1), else_=0)


def disown(signature_id: int, now: datetime) -> SignatureState:
    """Its mailbox says "this was not me": it never counts, no letter follows, and it is forgotten in time."""
    signature = _held(signature_id)
    if signature.state(now) in (SignatureState.PENDING, SignatureState.LATE):
        _note(signature, What.DISOWNED, now)
        signature.disowned_at = now
        signature.name, signature.message, signature.newsletter = "", "", ""
        signature.area = signature.area_key = ""
        wishes.forget(signature.id)
        signature.place = -signature.id  # its place is free for the mailbox's owner; its name stays refused
    return signature.state(now)


def withdraw(signature_id: int, now: datetime) -> SignatureState:
    """Take a confirmed signature back: it no longer counts or shows. Other signatures and the list stay."""
    signature = _held(signature_id)
    if signature.state(now) is SignatureState.CONFIRMED:
        _note(signature, What.WITHDRAWN, now)
        still = update(Signature).where(Signature.id == signature_id, Signature.withdrawn_at.is_(None))
        db.session().execute(
            still.values(withdrawn_at=now, passed_at=None, message="", to_count=Signature.to_count - _unless_aside())
        )
        supporters.regroup(signature.supporter_id, now)
        jobs.wake("count-signatures")
        db.session().refresh(signature)
    return signature.state(now)


def signatures_by_code(codes: Collection[int] | None = None) -> dict[int, int]:
    """How many signatures that count each of these codes (or any) has brought, those of people who were erased too."""
    one, row, total = Signature, NamelessSignatures, func.sum(NamelessSignatures.number)
    brought = COUNTS & (one.code_id.is_not(None) if codes is None else one.code_id.in_(codes))
    rows = db.session().execute(select(one.code_id, func.count()).where(brought).group_by(one.code_id))
    numbers = Counter({int(found[0] or 0): found[1] for found in rows})
    theirs = row.code_id != 0 if codes is None else row.code_id.in_(codes)
    nameless = select(row.code_id, total).where(theirs).group_by(row.code_id)
    numbers.update({int(code_id): int(number) for code_id, number in db.session().execute(nameless)})
    return dict(numbers)


@erasure.erasing.connect
def _make_nameless(person: Supporter, now: datetime) -> None:
    """Their signatures go. Those that count are counted on, without a name; what the count still lacks is added now."""
    row = Signature
    parts = (row.pledge_id, row.code_id, row.confirmed_at, row.withdrawn_at, row.set_aside_at, row.to_count)
    gone = db.session().execute(delete(row).where(row.supporter_id == person.id).returning(*parts)).all()
    counting, lacking = Counter[tuple[int, int]](), Counter[int]()
    for one in gone:
        counting[one.pledge_id, one.code_id or 0] += bool(
            one.confirmed_at and not one.withdrawn_at and not one.set_aside_at
        )
        lacking[one.pledge_id] += one.to_count
    for (pledge_id, code_id), number in sorted(counting.items()):
        if number:
            db.add_up(NamelessSignatures, {"pledge_id": pledge_id, "code_id": code_id}, "number", number)
    table = Pledge.__table__
    for pledge_id, number in sorted(lacking.items()):
        if number:
            db.session().execute(update(table).where(table.c.id == pledge_id).values(count=table.c.count + number))  # type: ignore[arg-type]


def forward(slug: str) -> str | None:
    """The address that a pledge has now, given one it had before."""
    found = select(Pledge.slug).join(FormerSlug, FormerSlug.pledge_id == Pledge.id).where(FormerSlug.slug == slug)
    return db.session().scalar(found)


@supporters.still_needed.connect
def _has_signatures(supporter_id: int) -> bool:
    return db.session().scalar(select(Signature.id).where(Signature.supporter_id == supporter_id).limit(1)) is not None

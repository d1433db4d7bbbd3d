"""Who gets a newsletter: listed once when it begins, taken in hand a few at a time, and what became of each."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    and_,
    bindparam,
    case,
    delete,
    false,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from .. import db
from ..db import Moment
from ..supporters import groups, ledger
from ..supporters.models import Supporter
from . import weather
from .models import Newsletter, NewsletterState
from .pool import Fate, Outcome
from .runs import Recipient, RecipientState, Run

LEFT = "no longer wants our news"
DIED = "the worker stopped while the mail server may have had the letter"
RESTORED = "the records were restored from a backup; it may have gone out since the backup was made"
WANTS_NEWS = and_(Supporter.subscribed, Supporter.confirmed_at.is_not(None), Supporter.left_at.is_(None))
OPEN = (RecipientState.WAITING, RecipientState.SENDING)


# Written once: to put such a question together takes longer than the records take to answer it.
rows = cast(Table, Recipient.__table__).c
NEXT = (
    select(rows.id, rows.supporter_id, rows.language, Supporter.email, Supporter.mailbox, Supporter.discreet)
    .add_columns(Supporter.language.label("speaks"), func.coalesce(WANTS_NEWS, false()).label("wants"))
    .select_from(cast(Table, Recipient.__table__).outerjoin(cast(Table, Supporter.__table__)))
    .where(rows.newsletter_id == bindparam("newsletter_id"), rows.state == RecipientState.WAITING.value)
    .where(rows.id > bindparam("after"), or_(rows.due_at.is_(None), rows.due_at <= bindparam("now", type_=Moment())))
    .order_by(rows.id)
    .limit(bindparam("most"))
)
MARK = (
    update(cast(Table, Recipient.__table__))
    .where(rows.id.in_(bindparam("ids", expanding=True)), rows.state == RecipientState.WAITING.value)
    .where(rows.supporter_id.in_(select(Supporter.id).where(WANTS_NEWS, Supporter.id == rows.supporter_id)))
    .values(state=bindparam("new_state"), handed_at=bindparam("now", type_=Moment()), attempts=rows.attempts + 1)
    .returning(rows.id)
)
SETTLE = (
    update(cast(Table, Recipient.__table__))
    .where(rows.id.in_(bindparam("ids", expanding=True)))
    .where(rows.state.in_((RecipientState.SENDING.value, RecipientState.UNCERTAIN.value)))
    .values(state=RecipientState.SENT.value, trouble="")
)


@dataclass(frozen=True)
class Reader:
    """Somebody whose letter is in hand."""

    recipient_id: int
    supporter_id: int
    email: str
    language: str
    name: str
    discreet: bool


def everybody() -> Select[int, str]:
    """Id and language of everybody who has confirmed that they want the news, and has not left."""
    return select(Supporter.id, Supporter.language).where(WANTS_NEWS)


def audience(audience_id: int | None) -> Select[int, str]:
    """Id and language of those whom a newsletter with this segment is for. Raises LookupError."""
    return everybody()


def number(audience_id: int | None) -> int:
    """How many those are now."""
    return db.session().scalar(select(func.count()).select_from(audience(audience_id).subquery())) or 0


def build(newsletter_id: int, audience: Select[int, str]) -> None:
    """List the readers, in one statement; whoever is listed already stays so."""
    found = audience.subquery()
    values = (
        literal(newsletter_id),
        found.c[0],
        found.c[1],
        literal(RecipientState.WAITING.value),
        literal(0),
        literal(""),
    )
    known = select(Recipient.supporter_id).where(
        Recipient.newsletter_id == newsletter_id, Recipient.supporter_id == found.c[0]
    )
    columns = ["newsletter_id", "supporter_id", "language", "state", "attempts", "trouble"]
    new = select(*values).where(~known.exists())
    db.session().execute(insert(Recipient).from_select(columns, new, include_defaults=False))


def next_ones(newsletter_id: int, most: int, after: int, now: datetime) -> tuple[list[Reader], int]:
    """The next whose letters are due, and how many were looked at; in `db.writing()`.

    Who no longer wants news is passed over, and said so. `after` is used by the negative control alone, which does not
    mark: it would find the same ones again.
    """
    known = {"newsletter_id": newsletter_id, "after": after, "now": now, "most": most}
    rows = db.session().connection().execute(NEXT, known).all()
    refused = ledger.refused([row.mailbox for row in rows if row.wants])
    going = [row for row in rows if row.wants and row.mailbox not in refused]
    _skip([row.id for row in rows if row not in going])
    names = groups.of([row.supporter_id for row in going])
    for row in going:
        if row.speaks != row.language:
            db.session().execute(update(Recipient).where(Recipient.id == row.id).values(language=row.speaks))
    readers = [
        Reader(row.id, row.supporter_id, row.email, row.speaks, names[row.supporter_id].name, row.discreet)
        for row in going
    ]
    return readers, len(rows)


def _skip(ids: Sequence[int]) -> None:
    if ids:
        left = update(Recipient).where(Recipient.id.in_(ids))
        db.session().execute(left.values(state=RecipientState.SKIPPED, trouble=LEFT))


def mark(ids: Sequence[int], state: RecipientState, now: datetime) -> set[int]:
    """Write down that these are in hand; those of them that are: who has left since they were read is not."""
    known = {"ids": ids, "new_state": state.value, "now": now}
    return set(db.session().connection().execute(MARK, known).scalars()) if ids else set()


def settle(outcomes: Sequence[Outcome], now: datetime) -> None:
    """Write down what became of letters, in `db.writing()`; whoever held them, for this is what the server said.

    Not when a person has decided about it meanwhile.
    """
    sent = [one.recipient_id for one in outcomes if one.fate is Fate.SENT]
    if sent:
        db.session().connection().execute(SETTLE, {"ids": sent})
    for one in outcomes:
        if one.fate is not Fate.SENT:
            _settle_failed(one, now)


def _settle_failed(one: Outcome, now: datetime) -> None:
    row = db.session().get(Recipient, one.recipient_id, with_for_update=True)
    if row is None or row.state not in (RecipientState.SENDING, RecipientState.UNCERTAIN):
        return
    row.trouble = one.words[:120]
    if one.fate is Fate.AWAY:
        row.state, row.attempts = RecipientState.WAITING, row.attempts - 1
    elif one.fate is Fate.PASSING and (again := weather.again_at(row.attempts, now)):
        row.state, row.due_at = RecipientState.WAITING, again
    else:
        row.state = RecipientState.UNCERTAIN if one.fate is Fate.UNCERTAIN else RecipientState.REFUSED


def found_in_a_dead_hand(newsletter_id: int) -> int:
    """What a worker that died was sending becomes uncertain; how many letters."""
    theirs = (Recipient.newsletter_id == newsletter_id) & (Recipient.state == RecipientState.SENDING)
    return _changed(update(Recipient).where(theirs).values(state=RecipientState.UNCERTAIN, trouble=DIED))


def _changed(statement: Any) -> int:
    return int(cast(Any, db.session().execute(statement)).rowcount)


def next_due(newsletter_id: int) -> tuple[int, datetime | None]:
    """How many still wait, and when the first of those falls due that were not wanted before."""
    waiting = (Recipient.newsletter_id == newsletter_id) & Recipient.state.in_(OPEN)
    number, first = db.session().execute(select(func.count(), func.min(Recipient.due_at)).where(waiting)).one()
    return number, first


def counts(newsletter_id: int) -> dict[RecipientState, int]:
    """How many letters there are in each state."""
    rows = (
        select(Recipient.state, func.count()).where(Recipient.newsletter_id == newsletter_id).group_by(Recipient.state)
    )
    found = dict.fromkeys(RecipientState, 0)
    run = db.session().get(Run, newsletter_id)
    known = json.loads(run.forgotten) if run and run.forgotten else {}
    for state, number in [*db.session().execute(rows).all(), *known.items()]:
        found[RecipientState(state)] += number
    return found


def by_language(newsletter_id: int) -> list[tuple[str, int, int]]:
    """Of each language how many readers there are, and how many letters went."""
    went = func.sum(case((Recipient.state == RecipientState.SENT, 1), else_=0))
    rows = select(Recipient.language, func.count(), went).where(Recipient.newsletter_id == newsletter_id)
    found = db.session().execute(rows.group_by(Recipient.language).order_by(func.count().desc(), Recipient.language))
    return [(language, number, int(sent or 0)) for language, number, sent in found.all()]


def troubled(newsletter_id: int, page: int, size: int) -> list[Recipient]:
    """Letters that a person should look at, the uncertain ones first; one more than `size`, if any."""
    states = (RecipientState.UNCERTAIN, RecipientState.REFUSED)
    found = select(Recipient).where(Recipient.newsletter_id == newsletter_id, Recipient.state.in_(states))
    order = case((Recipient.state == RecipientState.UNCERTAIN, 0), else_=1)
    return list(db.session().scalars(found.order_by(order, Recipient.id).limit(size + 1).offset(page * size)))


def get(newsletter_id: int, recipient_id: int) -> Recipient:
    """One reader of this newsletter. Raises LookupError."""
    row = db.session().get(Recipient, recipient_id)
    if row is None or row.newsletter_id != newsletter_id:
        raise LookupError(recipient_id)
    return row


def decide(newsletter_id: int, recipient_id: int | None, *, again: bool) -> int:
    """A person says of an uncertain letter, or of all of them, that it goes out once more or is left; how many."""
    which = (Recipient.newsletter_id == newsletter_id) & (Recipient.state == RecipientState.UNCERTAIN)
    which = which & (Recipient.id == recipient_id) if recipient_id is not None else which
    state = RecipientState.WAITING if again else RecipientState.SENT
    changes = {"state": state, "trouble": "", "due_at": None} if again else {"state": state, "trouble": "taken as sent"}
    return _changed(update(Recipient).where(which).values(**changes))


def hold_all() -> None:
    """These records are a copy, and newsletters may have gone on since: all that waits is for a person to decide."""
    halfway = select(Newsletter.id).where(Newsletter.state.in_((NewsletterState.SENDING, NewsletterState.PAUSED)))
    waiting = Recipient.newsletter_id.in_(halfway) & Recipient.state.in_(OPEN)
    db.session().execute(update(Recipient).where(waiting).values(state=RecipientState.UNCERTAIN, trouble=RESTORED))
    begun = (NewsletterState.SENDING, NewsletterState.SCHEDULED)
    held = select(Newsletter.id).where(Newsletter.state.in_(begun))
    words = f"Held by a restore: {RESTORED}."
    db.session().execute(
        update(Run).where(Run.newsletter_id.in_(held)).values(trouble=words, lease="", leased_until=None)
    )
    db.session().execute(update(Newsletter).where(Newsletter.state.in_(begun)).values(state=NewsletterState.PAUSED))


def forget(until: datetime, *, dry_run: bool) -> int:
    """Delete who got newsletters that were over before this moment; how many rows. The numbers stay."""
    session, number = db.session(), 0
    for run in session.scalars(select(Run).where(Run.finished_at < until, Run.forgotten == "")).all():
        theirs = Recipient.newsletter_id == run.newsletter_id
        number += session.scalar(select(func.count()).select_from(Recipient).where(theirs)) or 0
        if not dry_run:
            run.forgotten = json.dumps({state.value: many for state, many in counts(run.newsletter_id).items() if many})
            session.flush()
            session.execute(delete(Recipient).where(theirs))
    return number


def of_person(supporter_id: int) -> list[tuple[Recipient, str]]:
    """The letters of somebody, with the names of their newsletters, newest first."""
    found = select(Recipient, Newsletter.title).join(Newsletter).where(Recipient.supporter_id == supporter_id)
    return [(row, title) for row, title in db.session().execute(found.order_by(Recipient.id.desc())).all()]


def within(since: datetime) -> ColumnElement[bool]:
    """For questions about supporters: that a newsletter was handed over for this letter since then."""
    gone = (RecipientState.SENDING, RecipientState.SENT, RecipientState.UNCERTAIN)
    return and_(Recipient.handed_at > since, Recipient.state.in_(gone))

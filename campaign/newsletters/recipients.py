"""Who gets a newsletter: listed once when it begins, taken in hand a few at a time, and what became of each."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, cast

from flask import current_app
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
    literal,
    or_,
    select,
    true,
    update,
)

from .. import clock, db
from ..db import Moment
from ..supporters import groups, ledger
from ..supporters.models import Supporter
from . import cap, weather, who
from .mailchimp.models import NOT_LEFT, MailchimpCampaign, Step
from .models import Newsletter, NewsletterState
from .pool import Fate, Outcome
from .runs import Recipient, RecipientState, Run, Way

LEFT = "no longer wants our news"
ENOUGH = "had three letters this week already"
DIED = "the worker stopped while the mail server may have had the letter"
RESTORED = "the records were restored from a backup; it may have gone out since the backup was made"
OPEN = (RecipientState.WAITING, RecipientState.SENDING)


table = cast(Table, Recipient.__table__)


@cache
def _marking() -> Any:
    """Put together once: that takes longer than the records take to answer it."""
    willing = select(Supporter.id).where(who.still_wanted(), Supporter.id == table.c.supporter_id)
    willing = willing.where(cap.not_had_enough(bindparam("since", type_=Moment())))
    return (
        update(table)
        .where(table.c.id.in_(bindparam("ids", expanding=True)), table.c.state == RecipientState.WAITING.value)
        .where(table.c.supporter_id.in_(willing))
        .values(state=bindparam("new_state"), handed_at=bindparam("now", type_=Moment()))
        .values(attempts=table.c.attempts + 1)
        .returning(table.c.id)
    )


@cache
def _settling(*, guarded: bool) -> Any:
    unmarked = () if guarded else (RecipientState.WAITING.value,)
    return (
        update(table)
        .where(table.c.id.in_(bindparam("ids", expanding=True)))
        .where(table.c.state.in_((RecipientState.SENDING.value, RecipientState.UNCERTAIN.value, *unmarked)))
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


def number(audience_id: int | None) -> int:
    """How many those are now. Raises LookupError for a segment that is gone."""
    return db.session().scalar(select(func.count()).select_from(who.chosen(audience_id).subquery())) or 0


def build(newsletter_id: int, audience: Select[int, str]) -> int:
    """List the readers, in one statement; how many are new. Whoever is listed already stays so."""
    found = audience.subquery()
    values = (
        literal(newsletter_id),
        found.c[0],
        found.c[1],
        literal(RecipientState.WAITING.value),
        literal(0),
        literal(""),
    )
    columns = ["newsletter_id", "supporter_id", "language", "state", "attempts", "trouble"]
    # By its key, not by a question about the same table: PostgreSQL takes a table that it saw empty for small and reads
    # it once for each reader, with all that it has just put there (200,000 people were not done after ten minutes).
    adding = db.adding(Recipient).from_select(columns, select(*values).where(true()), include_defaults=False)
    return _changed(adding)


def next_ones(newsletter_id: int, most: int, after: int, now: datetime) -> tuple[list[Reader], int]:
    """The next whose letters are due, and how many were looked at; in `db.writing()`.

    Who no longer wants news is passed over, and said so. `after` is used by the negative control alone, which does not
    mark: it would find the same ones again.
    """
    row, session = Recipient, db.session()
    columns = (row.id, row.supporter_id, row.language, Supporter.email, Supporter.mailbox)
    asked = (func.coalesce(who.still_wanted(), false()).label("wants"), who.within_cap(now).label("may"))
    found = select(*columns, Supporter.language.label("speaks"), *asked).join(Supporter, isouter=True)
    mine = (row.newsletter_id == newsletter_id) & (row.state == RecipientState.WAITING) & (row.id > after)
    due = row.due_at.is_(None) | (row.due_at <= now)
    rows = session.execute(found.where(mine, due).order_by(row.id).limit(most)).all()
    refused = ledger.refused([one.mailbox for one in rows if one.wants])
    left = [one for one in rows if not one.wants or one.mailbox in refused]
    full = [one for one in rows if one not in left and not one.may]
    _skip([one.id for one in left], LEFT)
    _skip([one.id for one in full], ENOUGH)
    going = [one for one in rows if one not in left and one not in full]
    for one in going:
        if one.speaks != one.language:
            session.execute(update(Recipient).where(Recipient.id == one.id).values(language=one.speaks))
    names = groups.of([one.supporter_id for one in going])
    facts = [(one.id, one.supporter_id, one.email, one.speaks) for one in going]
    return [Reader(*fact, names[fact[1]].name) for fact in facts], len(rows)


def _skip(ids: Sequence[int], why: str) -> None:
    if ids:
        passed_over = update(Recipient).where(Recipient.id.in_(ids))
        db.session().execute(passed_over.values(state=RecipientState.SKIPPED, trouble=why))


def mark(ids: Sequence[int], state: RecipientState, now: datetime) -> set[int]:
    """Write down that these are in hand; those of them that are: who has left since they were read is not, nor who has
    got another letter meanwhile and had enough of them this week.
    """
    known = {"ids": ids, "new_state": state.value, "now": now, "since": now - cap.WEEK}
    return set(db.session().connection().execute(_marking(), known).scalars()) if ids else set()


def settle(outcomes: Sequence[Outcome], now: datetime) -> None:
    """Write down what became of letters, in `db.writing()`; whoever held them, for this is what the server said.

    Not when a person has decided about it meanwhile.
    """
    sent = [one.recipient_id for one in outcomes if one.fate is Fate.SENT]
    if sent:
        guarded = current_app.extensions["switches"].claim_letters  # else nothing was marked before
        db.session().connection().execute(_settling(guarded=guarded), {"ids": sent})
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


def left_out(newsletter_id: int) -> list[tuple[str, int]]:
    """Why people were passed over, and how many, the most first."""
    passed_over = (Recipient.newsletter_id == newsletter_id) & (Recipient.state == RecipientState.SKIPPED)
    number = func.count()
    found = select(Recipient.trouble, number).where(passed_over).group_by(Recipient.trouble)
    return [(row[0], int(row[1])) for row in db.session().execute(found.order_by(number.desc(), Recipient.trouble))]


def troubled(newsletter_id: int, page: int, size: int) -> list[Recipient]:
    """Letters that a person should look at, the uncertain ones first; one more than `size`, if any."""
    states = (RecipientState.UNCERTAIN, RecipientState.REFUSED)
    found = select(Recipient).where(Recipient.newsletter_id == newsletter_id, Recipient.state.in_(states))
    order = case((Recipient.state == RecipientState.UNCERTAIN, 0), else_=1)
    return list(db.session().scalars(found.order_by(order, Recipient.id).limit(size + 1).offset(page * size)))


def decide(newsletter_id: int, recipient_id: int | None, *, again: bool) -> int:
    """A person says of an uncertain letter, or of all of them, that it goes out once more or is left; how many."""
    which = (Recipient.newsletter_id == newsletter_id) & (Recipient.state == RecipientState.UNCERTAIN)
    which = which & (Recipient.id == recipient_id) if recipient_id is not None else which
    state = RecipientState.WAITING if again else RecipientState.SENT
    changes = {"state": state, "trouble": "", "due_at": None} if again else {"state": state, "trouble": "taken as sent"}
    return _changed(update(Recipient).where(which).values(**changes))


def refused_before(newsletter_id: int) -> int:
    """To how many letters in a hundred the mail server said no, of the newsletter sent last before this one."""
    before = (Newsletter.id != newsletter_id) & (Newsletter.state == NewsletterState.SENT)
    before = before & Newsletter.sent_at.is_not(None)
    last = db.session().scalar(select(Newsletter.id).where(before).order_by(Newsletter.sent_at.desc()).limit(1))
    numbers = counts(last) if last else {}
    total = sum(numbers.values())
    return round(100 * numbers[RecipientState.REFUSED] / total) if total else 0


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


def wait_again(newsletter_id: int) -> None:
    """Those whom a restore held wait once more: for a way on which what went out since is found again."""
    held = and_(Recipient.newsletter_id == newsletter_id, Recipient.state == RecipientState.UNCERTAIN)
    held = and_(held, Recipient.trouble == RESTORED)
    db.session().execute(update(Recipient).where(held).values(state=RecipientState.WAITING, trouble=""))


def forget(until: datetime, *, dry_run: bool) -> int:
    """Delete who got newsletters that were over before this moment, or left standing; how many. The numbers stay.

    What stands at Mailchimp without its readers can never leave, so it is cancelled.
    """
    session, number = db.session(), 0
    left_standing = (Newsletter.state == NewsletterState.PAUSED) & (Run.built_at < until)
    over = select(Run).join(Newsletter).where(or_(Run.finished_at < until, left_standing), Run.forgotten == "")
    for run in session.scalars(over).all():
        theirs = Recipient.newsletter_id == run.newsletter_id
        number += session.scalar(select(func.count()).select_from(Recipient).where(theirs)) or 0
        if not dry_run:
            if run.way == Way.MAILCHIMP:
                _give_up(run, clock.now())
            run.forgotten = json.dumps({state.value: many for state, many in counts(run.newsletter_id).items() if many})
            session.flush()
            session.execute(delete(Recipient).where(theirs))
    return number


def _give_up(run: Run, now: datetime) -> None:
    """What has not left is taken away at Mailchimp; nobody gets it any more."""
    standing = and_(Newsletter.id == run.newsletter_id, Newsletter.state == NewsletterState.PAUSED)
    if _changed(update(Newsletter).where(standing).values(state=NewsletterState.CANCELLED)):
        run.finished_at = now
    mine = and_(MailchimpCampaign.newsletter_id == run.newsletter_id, NOT_LEFT)
    db.session().execute(update(MailchimpCampaign).where(mine).values(step=Step.REMOVING, next_at=None))


def of_person(supporter_id: int) -> list[tuple[Recipient, str]]:
    """The letters of somebody, with the names of their newsletters, newest first."""
    found = select(Recipient, Newsletter.title).join(Newsletter).where(Recipient.supporter_id == supporter_id)
    return [(row, title) for row, title in db.session().execute(found.order_by(Recipient.id.desc())).all()]


def within(since: datetime) -> ColumnElement[bool]:
    """For questions about supporters: that a newsletter was handed over for this letter since then."""
    gone = (RecipientState.SENDING, RecipientState.SENT, RecipientState.UNCERTAIN)
    return and_(Recipient.handed_at > since, Recipient.state.in_(gone))


@cap.counted
def _counted(since: datetime) -> Select[Any]:
    return select(Recipient.supporter_id).where(within(since))

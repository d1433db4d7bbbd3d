"""Letting a newsletter go, now or at a time, and taking hold of it again: every move of its state is made here."""

from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import exists, select, update

from .. import db, i18n, jobs
from ..errors import Refused
from . import approval, codes, recipients, rendering, who
from .models import WRITABLE, FinalEdition, Newsletter, NewsletterState
from .runs import Recipient, RecipientState, Run

SWEEP = "send-newsletters"
LATEST = timedelta(days=365)
QUARTERS = (0, 15, 30, 45)

GOING = "This newsletter is on its way already. Look at its page before you do anything else."
NOBODY = "Nobody would get it: no one in this group wants our news now. Choose another group."
UNAPPROVED = (
    "More than {number:,} people would get it, so somebody else than its writer has to approve it first, with the "
    "words as they are now."
)
PAST = "This time is over. Choose one in the future, or send it now."
FAR = "This is more than a year away. Choose a time within a year."
A_QUARTER = "Newsletters leave at a quarter of an hour: on the hour, or 15, 30 or 45 minutes past it."
UNWRITTEN = "Sending was paused: the letters could not be made ({what}). Mend the text: take it back to a draft."


def of(newsletter_id: int) -> Run | None:
    """How its sending goes; None as long as it was not let go."""
    return db.session().get(Run, newsletter_id)


def refusal(newsletter_id: int) -> str:
    """Why it cannot go now, in a sentence; empty when it can. What its text lacks, `preflight` says."""
    one = db.session().get_one(Newsletter, newsletter_id)
    if one.state not in WRITABLE:
        return GOING
    if not (number := readers(one)):
        return NOBODY
    if approval.is_needed(number) and not approval.stands(newsletter_id):
        return UNAPPROVED.format(number=i18n.site().newsletters.second_person_above)
    return ""


def readers(one: Newsletter) -> int:
    """How many would get it now."""
    return recipients.number(one.audience_id)


def too_odd(at: datetime, now: datetime) -> str:
    """Why a newsletter cannot leave at this moment, in a sentence; empty when it can."""
    if at.minute not in QUARTERS or at.second or at.microsecond:
        return A_QUARTER
    if at <= now:
        return PAST
    return FAR if at > now + LATEST else ""


def let_go(
    newsletter_id: int, account_id: int | None, per_minute: int, now: datetime, at: datetime | None = None
) -> None:
    """Let it go, now or at a moment. Raises LookupError, Refused."""
    one = _locked(newsletter_id)
    if said := refusal(newsletter_id) or (too_odd(at, now) if at else ""):
        raise Refused(said)
    run = of(newsletter_id) or Run(newsletter_id=newsletter_id)
    run.per_minute, run.begun_by_id, run.begun_at = per_minute, account_id, now
    run.trouble, run.in_a_row, run.aways, run.measured, run.not_before = "", 0, 0, 0, None
    run.built_at = run.finished_at = run.leased_until = None
    run.lease = run.forgotten = ""
    db.session().add(run)
    one.state, one.scheduled_for = (NewsletterState.SCHEDULED, at) if at else (NewsletterState.SENDING, None)
    if not at:
        jobs.wake(SWEEP)


def take_back(newsletter_id: int) -> None:
    """Make a draft of it again, as long as nobody has a letter. Raises LookupError, Refused."""
    one = _locked(newsletter_id)
    begun = exists().where(Recipient.newsletter_id == newsletter_id, Recipient.state != RecipientState.WAITING)
    held = (NewsletterState.SCHEDULED, NewsletterState.PAUSED)
    if one.state not in held or db.session().scalar(select(begun)):
        raise Refused("It cannot be taken back to a draft any more: letters have left.")
    for table in (Recipient, FinalEdition, Run):
        db.session().execute(table.__table__.delete().where(table.__table__.c.newsletter_id == newsletter_id))  # type: ignore[attr-defined]
    one.state, one.scheduled_for = NewsletterState.DRAFT, None


def pause(newsletter_id: int) -> None:
    """Let no more letters leave; those in hand are finished. Raises LookupError, Refused."""
    _move(newsletter_id, (NewsletterState.SENDING,), NewsletterState.PAUSED, "It is not being sent now.")


def pause_by_itself(newsletter_id: int, why: str) -> None:
    """The same, by the worker: nothing when somebody has paused or cancelled it already."""
    mine = (Newsletter.id == newsletter_id) & (Newsletter.state == NewsletterState.SENDING)
    done = db.session().execute(update(Newsletter).where(mine).values(state=NewsletterState.PAUSED))
    if cast(Any, done).rowcount:
        db.session().execute(update(Run).where(Run.newsletter_id == newsletter_id).values(trouble=why[:300]))


def resume(newsletter_id: int) -> None:
    """Go on with it. Raises LookupError, Refused."""
    _move(newsletter_id, (NewsletterState.PAUSED,), NewsletterState.SENDING, "It is not paused.")
    changes = {"trouble": "", "in_a_row": 0, "aways": 0, "not_before": None}
    db.session().execute(update(Run).where(Run.newsletter_id == newsletter_id).values(**changes))
    jobs.wake(SWEEP)


def cancel(newsletter_id: int, now: datetime) -> None:
    """Have done with it: who has no letter yet gets none. Raises LookupError, Refused."""
    live = (NewsletterState.SCHEDULED, NewsletterState.SENDING, NewsletterState.PAUSED)
    _move(newsletter_id, live, NewsletterState.CANCELLED, "It is over already.")
    db.session().execute(update(Run).where(Run.newsletter_id == newsletter_id).values(finished_at=now))


def set_pace(newsletter_id: int, per_minute: int) -> None:
    """So many letters a minute from now on. Raises LookupError."""
    _locked(newsletter_id)
    db.session().execute(
        update(Run).where(Run.newsletter_id == newsletter_id).values(per_minute=per_minute, not_before=None)
    )
    jobs.wake(SWEEP)


def send_once_more(newsletter_id: int, recipient_id: int | None) -> int:
    """A person decides that uncertain letters (this one, or all) go out once more; how many. Raises LookupError."""
    one = _locked(newsletter_id)
    number = recipients.decide(newsletter_id, recipient_id, again=True)
    if number and one.state == NewsletterState.SENT:
        one.state = NewsletterState.SENDING
        db.session().execute(update(Run).where(Run.newsletter_id == newsletter_id).values(not_before=None))
    jobs.wake(SWEEP)
    return number


def finish(newsletter_id: int, now: datetime) -> None:
    """Every letter has left, or never will; nothing when somebody has paused or cancelled it."""
    one = db.session().get_one(Newsletter, newsletter_id, with_for_update=True)
    if one.state == NewsletterState.SENDING:
        one.state, one.sent_at = NewsletterState.SENT, one.sent_at or now
        db.session().execute(update(Run).where(Run.newsletter_id == newsletter_id).values(finished_at=now))


def begin_due(now: datetime) -> None:
    """Begin those whose time has come: their words are made once for all, their readers are listed."""
    with db.writing() as session:
        due = (Newsletter.state == NewsletterState.SCHEDULED) & (Newsletter.scheduled_for <= now)
        session.execute(update(Newsletter).where(due).values(state=NewsletterState.SENDING))
    with db.reading() as session:
        unbuilt = (
            select(Newsletter.id).join(Run).where(Run.built_at.is_(None), Newsletter.state == NewsletterState.SENDING)
        )
        ids = list(session.scalars(unbuilt))
    for newsletter_id in ids:
        try:
            with db.writing():
                codes.give(newsletter_id, now)
            with db.reading():
                made = {one.code: rendering.make(newsletter_id, one.code) for one in i18n.site().languages}
        except Exception as error:  # noqa: BLE001 (whatever is wrong with the text, somebody must hear of it)
            with db.writing():
                pause_by_itself(newsletter_id, UNWRITTEN.format(what=type(error).__name__))
            continue
        with db.writing():
            _build(newsletter_id, made, now)


def _build(newsletter_id: int, made: dict[str, rendering.Made], now: datetime) -> None:
    """Once, whoever comes at the same moment."""
    session = db.session()
    run, one = session.get_one(Run, newsletter_id, with_for_update=True), session.get_one(Newsletter, newsletter_id)
    if run.built_at is None and one.state == NewsletterState.SENDING:
        for language, final in made.items():
            values = {"newsletter_id": newsletter_id, "language": language, "made_at": now, **vars(final)}
            session.merge(FinalEdition(**values))
        recipients.build(newsletter_id, who.chosen(one.audience_id))
        run.built_at = now


def _move(newsletter_id: int, before: tuple[NewsletterState, ...], after: NewsletterState, otherwise: str) -> None:
    one = _locked(newsletter_id)
    if one.state not in before:
        raise Refused(otherwise)
    one.state = after


def _locked(newsletter_id: int) -> Newsletter:
    """The newsletter, locked until the commit. Raises LookupError."""
    one = db.session().get(Newsletter, newsletter_id, with_for_update=True, populate_existing=True)
    if one is None:
        raise LookupError(newsletter_id)
    return one

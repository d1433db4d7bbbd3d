"""Letting a newsletter go, now or at a time, and taking hold of it again: every move of its state is made here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select, update

from .. import db, i18n, jobs
from ..errors import Refused
from ..mailing import connected
from . import approval, codes, finals, recipients, segments, service, who
from .mailchimp.models import IS_NOW, NOT_LEFT, MailchimpCampaign, Step
from .models import WRITABLE, Newsletter, NewsletterState
from .rendering import Made
from .runs import GONE, Recipient, RecipientState, Run, Way

SWEEP, THROUGH = "send-newsletters", "send-through-mailchimp"
LATEST = timedelta(days=365)
QUARTERS = (0, 15, 30, 45)

GOING = "This newsletter is on its way already. Look at its page before you do anything else."
NOBODY = "Nobody would get it: no one in this group wants our news now. Choose another group."
UNAPPROVED = (
    "More than {number:,} people would get it, so somebody else than its writer has to approve it first, with the "
    "words as they are now."
)
CHANGED = "The words have changed since you looked at them. Look once more, then let it go."
PAST = "This time is over. Choose one in the future, or send it now."
FAR = "This is more than a year away. Choose a time within a year."
A_QUARTER = "Newsletters leave at a quarter of an hour: on the hour, or 15, 30 or 45 minutes past it."
ALL_GONE = "Mailchimp has all of it and sends it by itself. What is not sent yet can be stopped only there."
LEFT_THERE = (
    "Mailchimp has sent it: somebody let it go there after it had been taken back here. Who has it would get it twice. "
    "Make a new newsletter of it."
)
NOT_TO_SOME = "Mailchimp cannot send it to some people once more. Leave these letters as they are."
APPROVE_FIRST = "Sending was paused. {why} Take it back to a draft for that."
UNWRITTEN = "Sending was paused: the letters could not be made ({what}). Mend the text: take it back to a draft."


def of(newsletter_id: int) -> Run | None:
    """How its sending goes; None as long as it was not let go."""
    return db.session().get(Run, newsletter_id)


def refusal(newsletter_id: int) -> str:
    """Why it cannot go now, in a sentence; empty when it can. What its text lacks, `preflight` says."""
    one = db.session().get_one(Newsletter, newsletter_id)
    if one.state not in WRITABLE:
        return GOING
    if _has_left_there(newsletter_id):
        return LEFT_THERE
    if not (number := readers(one)):
        return NOBODY
    return second_person(newsletter_id, number)


def second_person(newsletter_id: int, number: int) -> str:
    """Why it needs a second person's yes first, when so many get it; empty when it needs none, or has it."""
    if approval.is_needed(number) and not approval.stands(newsletter_id):
        return UNAPPROVED.format(number=i18n.site().newsletters.second_person_above)
    return ""


def readers(one: Newsletter) -> int:
    """How many would get it now: nobody when the segment that it is for is gone."""
    try:
        return recipients.number(one.audience_id)
    except LookupError:
        return 0


def too_odd(at: datetime, now: datetime) -> str:
    """Why a newsletter cannot leave at this moment, in a sentence; empty when it can."""
    if at.minute not in QUARTERS or at.second or at.microsecond:
        return A_QUARTER
    if at <= now:
        return PAST
    return FAR if at > now + LATEST else ""


@dataclass(frozen=True)
class Wish:
    """How somebody lets it go: at most so many letters a minute, now or at a moment, the words seen, and by whom."""

    per_minute: int
    at: datetime | None = None
    seen: str | None = None
    way: Way = Way.SMTP


def let_go(newsletter_id: int, wish: Wish, account_id: int | None, now: datetime) -> None:
    """Let it go, or set its time. Raises LookupError, Refused."""
    one, at = _locked(newsletter_id), wish.at
    db.take_turn(segments.TURN)  # nobody changes whom it means between the look and the commit
    if said := refusal(newsletter_id) or (too_odd(at, now) if at else ""):
        raise Refused(said)
    if wish.way == Way.MAILCHIMP and (said := connected.why_not()):
        raise Refused(said)
    if wish.seen is not None and wish.seen != approval.mark(newsletter_id):
        raise Refused(CHANGED)
    run = of(newsletter_id) or Run(newsletter_id=newsletter_id)
    run.per_minute, run.begun_by_id, run.begun_at, run.way = wish.per_minute, account_id, now, wish.way
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
    # What a worker has marked is committed now, or not at all.
    db.session().get(Run, newsletter_id, with_for_update=True)
    begun = exists().where(Recipient.newsletter_id == newsletter_id, Recipient.state.in_(GONE))
    held = (NewsletterState.SCHEDULED, NewsletterState.PAUSED)
    if one.state not in held or db.session().scalar(select(begun)):
        raise Refused("It cannot be taken back to a draft any more: letters have left.")
    _take_away(newsletter_id)
    if _has_left_there(newsletter_id, IS_NOW):
        raise Refused(ALL_GONE)
    finals.drop(newsletter_id)
    db.session().execute(delete(Recipient).where(Recipient.newsletter_id == newsletter_id))
    db.session().execute(delete(Run).where(Run.newsletter_id == newsletter_id))
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
    once_more = {"next_at": None, "tries": 0, "looks": 0, "trouble": ""}
    at_mailchimp = update(MailchimpCampaign).where(_before(newsletter_id))
    db.session().execute(at_mailchimp.values(**once_more))
    if (run := of(newsletter_id)) and run.way == Way.MAILCHIMP:
        recipients.wait_again(newsletter_id)  # what has left there is found by its name
    again = at_mailchimp.where(MailchimpCampaign.step.in_((Step.CAMPAIGN, Step.CONTENT, Step.CHECKING, Step.READY)))
    db.session().execute(again.values(step=Step.COUNTING))  # who knows what has changed there since
    jobs.wake(SWEEP)
    jobs.wake(THROUGH)


def cancel(newsletter_id: int, now: datetime) -> None:
    """Have done with it: who has no letter yet gets none. Raises LookupError, Refused."""
    live = (NewsletterState.SCHEDULED, NewsletterState.SENDING, NewsletterState.PAUSED)
    _locked(newsletter_id)
    if not _take_away(newsletter_id) and _has_left_there(newsletter_id, IS_NOW):
        raise Refused(ALL_GONE)
    _move(newsletter_id, live, NewsletterState.CANCELLED, "It is over already.")
    db.session().execute(update(Run).where(Run.newsletter_id == newsletter_id).values(finished_at=now))


def _before(newsletter_id: int) -> ColumnElement[bool]:
    """Of campaigns at Mailchimp, that nobody has a letter of it as far as we can see."""
    return and_(MailchimpCampaign.newsletter_id == newsletter_id, IS_NOW, NOT_LEFT)


def _take_away(newsletter_id: int) -> int:
    """What was prepared at Mailchimp and has not left is taken away there; how many campaigns."""
    taking = update(MailchimpCampaign).where(_before(newsletter_id))
    jobs.wake(THROUGH)
    return int(cast(Any, db.session().execute(taking.values(step=Step.REMOVING, next_at=None))).rowcount)


def _has_left_there(newsletter_id: int, *which: ColumnElement[bool]) -> bool:
    """Whether a campaign has left Mailchimp, or is leaving: of any run, for one that was taken back may leave late."""
    one = MailchimpCampaign
    left = or_(one.step == Step.GOING, one.sent_at.is_not(None))
    found = select(one.id).where(one.newsletter_id == newsletter_id, left, *which)
    return db.session().scalar(found.limit(1)) is not None


def is_going(newsletter_id: int) -> bool:
    """Whether it is being sent, and nobody has paused it."""
    found = select(Newsletter.state).where(Newsletter.id == newsletter_id)
    return db.session().scalar(found) == NewsletterState.SENDING


def set_pace(newsletter_id: int, per_minute: int) -> None:
    """So many letters a minute from now on. Raises LookupError."""
    _locked(newsletter_id)
    db.session().execute(
        update(Run).where(Run.newsletter_id == newsletter_id).values(per_minute=per_minute, not_before=None)
    )
    jobs.wake(SWEEP)


def send_once_more(newsletter_id: int, recipient_id: int | None) -> int:
    """A person decides that uncertain letters (this one, or all) go out once more; how many.

    Raises LookupError, and Refused once it was cancelled: nothing of it goes out any more. Refused, too, when it goes
    through Mailchimp, which sends it to all of a segment: what left there is looked for, and never made again.
    """
    one = _locked(newsletter_id)
    if one.state == NewsletterState.CANCELLED:
        raise Refused("It was cancelled, so nothing of it goes out any more. Leave these letters as they are.")
    run = of(newsletter_id)
    if run and run.way == Way.MAILCHIMP:
        raise Refused(NOT_TO_SOME)
    number = recipients.decide(newsletter_id, recipient_id, again=True)
    if number and one.state == NewsletterState.SENT:
        one.state = NewsletterState.SENDING
        again = {"not_before": None, "finished_at": None}
        db.session().execute(update(Run).where(Run.newsletter_id == newsletter_id).values(**again))
    jobs.wake(SWEEP)
    return number


def leave(newsletter_id: int, recipient_id: int | None) -> int:
    """A person decides that uncertain letters (this one, or all) are taken for sent; how many. Raises LookupError."""
    _locked(newsletter_id)
    return recipients.decide(newsletter_id, recipient_id, again=False)


def finish(newsletter_id: int, now: datetime, live: Sequence[NewsletterState] = (NewsletterState.SENDING,)) -> None:
    """Every letter has left, or never will; nothing when it is in none of these states any more.

    What nobody got was not sent at any moment, so it does not stand among those that were.
    """
    one = db.session().get_one(Newsletter, newsletter_id, with_for_update=True)
    if one.state in live:
        went = recipients.counts(newsletter_id)
        some = went[RecipientState.SENT] + went[RecipientState.UNCERTAIN]
        one.state, one.sent_at = NewsletterState.SENT, one.sent_at or (now if some else None)
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
                made = finals.make_all(newsletter_id)
            with db.writing():
                _build(newsletter_id, made, now)
        except Refused as no:
            with db.writing():
                pause_by_itself(newsletter_id, str(no))
        except Exception as error:  # noqa: BLE001 (whatever is wrong with the text, somebody must hear of it)
            with db.writing():
                pause_by_itself(newsletter_id, UNWRITTEN.format(what=type(error).__name__))


def _build(newsletter_id: int, made: dict[str, Made], now: datetime) -> None:
    """Once, whoever comes at the same moment.

    Raises LookupError, and Refused when so many get it by now that a second person's yes is needed and not there.
    """
    one = _locked(newsletter_id)
    run = db.session().get_one(Run, newsletter_id, with_for_update=True, populate_existing=True)
    if run.built_at is None and one.state == NewsletterState.SENDING:
        finals.keep(newsletter_id, made, now)
        if said := second_person(newsletter_id, recipients.build(newsletter_id, who.chosen(one.audience_id))):
            raise Refused(APPROVE_FIRST.format(why=said))
        run.built_at = now
        jobs.wake(THROUGH)


def _move(newsletter_id: int, before: tuple[NewsletterState, ...], after: NewsletterState, otherwise: str) -> None:
    one = _locked(newsletter_id)
    if one.state not in before:
        raise Refused(otherwise)
    one.state = after


def _locked(newsletter_id: int) -> Newsletter:
    """The newsletter, locked until the commit. Raises LookupError."""
    return service.locked(newsletter_id)

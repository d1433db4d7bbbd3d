"""The readers of one campaign in our records: who goes into its segment, who has left since, what became of them.

A reader waits until Mailchimp is asked to send; `attempts` 0: to be put into the segment (once more). Their language is
the one that they had when they were listed: nobody moves from one campaign to another.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select, update

from ... import db
from ...supporters import ledger
from ...supporters.models import Supporter
from .. import cap, recipients, who
from ..runs import Recipient, RecipientState, Run, Way
from .models import MailchimpCampaign

ABSENT = "Mailchimp does not have them on its list"
NOT_SUBSCRIBED = "Mailchimp does not hold them as subscribed"
STOPPED = "stopped at Mailchimp on its way: some may have it"
A_QUESTION = 500  # ids in one statement
TOLD = 2  # attempts of whom Mailchimp said twice that it does not have them
A_HANDFUL = 4  # readers in a language whose loss alone holds nobody else up
IN_HAND = (RecipientState.SENDING, RecipientState.UNCERTAIN)
LOST = and_(
    Recipient.state == RecipientState.SKIPPED,
    or_(Recipient.trouble == ABSENT, Recipient.trouble.startswith(NOT_SUBSCRIBED, autoescape=True)),
)


@dataclass(frozen=True)
class Person:
    """One reader who waits; `email` is empty once they are erased. `told`: Mailchimp does not have them, twice."""

    id: int
    email: str
    told: bool = False


@dataclass(frozen=True)
class Numbers:
    """How many wait, of how many of those Mailchimp said that it does not have them, and how many were lost by it.

    `others` are those who wait in the other languages.
    """

    waiting: int
    absent: int
    lost: int
    others: int

    def are_few(self, missing: int = 0) -> bool:
        """Whether more than half are lost, when so many more are missing there: something is wrong with the list.

        A handful of readers in a small language does not hold up all others.
        """
        gone = self.lost + missing
        return gone * 2 > self.waiting + self.lost and (gone > A_HANDFUL or not self.others)


def mine(row: MailchimpCampaign) -> ColumnElement[bool]:
    """That a reader is one of this campaign. A run that began after it was taken back has readers of its own."""
    return and_(Recipient.newsletter_id == row.newsletter_id, Recipient.language == row.language, _is_now(row))


def _is_now(row: MailchimpCampaign) -> ColumnElement[bool]:
    """That the run which it was made for is the one that its newsletter has."""
    its = (Run.newsletter_id == row.newsletter_id, Run.begun_at == row.began_at, Run.way == Way.MAILCHIMP)
    return exists().where(*its)


def is_now(row: MailchimpCampaign) -> bool:
    """The same, looked up."""
    return bool(db.session().scalar(select(_is_now(row))))


def waiting(row: MailchimpCampaign) -> ColumnElement[bool]:
    """That a reader is one of this campaign, and it is not on its way to them."""
    return and_(mine(row), Recipient.state == RecipientState.WAITING)


def next_ones(row: MailchimpCampaign, most: int, now: datetime) -> list[Person]:
    """The next to be put into the segment, in `db.writing()`: who may not be written to now is passed over."""
    found = _asked(now).where(waiting(row), Recipient.attempts == 0).order_by(Recipient.id).limit(most)
    rows = db.session().execute(found).all()
    refused = ledger.refused([one.mailbox for one in rows if one.wants])
    left = [one.id for one in rows if not one.wants or one.mailbox in refused]
    full = [one.id for one in rows if one.id not in left and not one.may]
    _skip(left, recipients.LEFT)
    _skip(full, recipients.ENOUGH)
    return [Person(one.id, one.email) for one in rows if one.id not in left and one.id not in full]


def leavers(row: MailchimpCampaign, now: datetime) -> dict[str, list[Person]]:
    """Who waits and may not be written to any more, by the reason."""
    found = _asked(now).where(waiting(row)).subquery()
    columns = (found.c.id, found.c.email, found.c.wants)
    out: dict[str, list[Person]] = {}
    for one in db.session().execute(select(*columns).where(~and_(found.c.wants, found.c.may))):
        why = recipients.ENOUGH if one.wants else recipients.LEFT
        out.setdefault(why, []).append(Person(one.id, one.email or ""))
    return out


def _asked(now: datetime) -> Any:
    wants = func.coalesce(who.still_wanted(), false()).label("wants")
    columns = (Recipient.id, Supporter.email, Supporter.mailbox, wants, who.within_cap(now).label("may"))
    return select(*columns).select_from(Recipient).join(Supporter, isouter=True)


def added(people: Sequence[Person], refused: Mapping[int, str]) -> None:
    """They were put in. Who is missing is seen when all are compared.

    Of some who are in it already Mailchimp says, too, that it does not have them.
    """
    ids = [one.id for one in people]
    absent = [id for id, why in refused.items() if why == ABSENT]
    twice = _scalars(select(Recipient.id).where(Recipient.id.in_(absent), Recipient.trouble == ABSENT))
    for why in set(refused.values()) - {ABSENT}:
        _skip([id for id, its in refused.items() if its == why], why)
    for some in _pieces(ids):
        _update(Recipient.id.in_(some), attempts=1)
        _update(Recipient.id.in_([id for id in some if id not in refused]), trouble="")
    for some in _pieces(absent):
        _update(Recipient.id.in_(some), trouble=ABSENT)
    _update(Recipient.id.in_(twice), attempts=TOLD)


def numbers(row: MailchimpCampaign) -> Numbers:
    """How they stand."""
    waits, absent = Recipient.state == RecipientState.WAITING, Recipient.trouble == ABSENT
    each = [func.count().filter(which) for which in (waits, and_(waits, absent), LOST)]
    theirs = (Recipient.newsletter_id == row.newsletter_id, Recipient.language != row.language, waits)
    others = select(func.count()).where(*theirs).correlate(None).scalar_subquery()
    numbers = db.session().execute(select(*each, others).where(mine(row))).one()
    return Numbers(*(int(one) for one in numbers))


def is_for_anybody(row: MailchimpCampaign) -> bool:
    """Whether somebody waits whom it is for."""
    return db.session().scalar(select(Recipient.id).where(waiting(row)).limit(1)) is not None


def everybody(row: MailchimpCampaign) -> list[Person]:
    """All who wait, and are somebody still."""
    columns = (Recipient.id, Supporter.email, Recipient.attempts)
    found = select(*columns).join(Supporter).where(waiting(row))
    return [Person(one.id, one.email, one.attempts == TOLD) for one in db.session().execute(found)]


def again(ids: Iterable[int]) -> None:
    """Put these in once more."""
    for some in _pieces(list(ids)):
        _update(Recipient.id.in_(some), attempts=0)


def all_again(row: MailchimpCampaign) -> None:
    """The segment is gone: put everybody in once more."""
    _update(waiting(row), attempts=0, trouble="")


def lost_again(row: MailchimpCampaign) -> None:
    """So many were lost that something is wrong with the list: all of them wait once more."""
    _update(and_(mine(row), LOST), state=RecipientState.WAITING)
    all_again(row)


def pass_over(ids: Iterable[int], why: str) -> None:
    """They get nothing, and staff see why."""
    for some in _pieces(list(ids)):
        _skip(some, why)


def hand_over(row: MailchimpCampaign, now: datetime) -> int:
    """Mailchimp is going to be asked to send it to all who wait; how many. None, when one of them may get no more."""
    may = select(Supporter.id).where(Supporter.id == Recipient.supporter_id, cap.not_had_enough(now - cap.WEEK))
    number = _update(and_(waiting(row), may.exists()), state=RecipientState.SENDING, handed_at=now, trouble="")
    if not is_for_anybody(row):
        return number
    take_back(row)
    return 0


def leaving(row: MailchimpCampaign, now: datetime) -> None:
    """It leaves, or has left, unasked: all who waited may have it."""
    _update(waiting(row), state=RecipientState.SENDING, handed_at=now, trouble="")


def take_back(row: MailchimpCampaign) -> None:
    """It was not sent to them after all."""
    _update(and_(mine(row), Recipient.state == RecipientState.SENDING), state=RecipientState.WAITING, handed_at=None)


def sent(row: MailchimpCampaign, now: datetime) -> int:
    """It went to everybody whom it was for; also when these records know of no asking, for they are a copy."""
    leaving(row, now)
    return _update(and_(mine(row), Recipient.state.in_(IN_HAND)), state=RecipientState.SENT, trouble="")


def stopped(row: MailchimpCampaign) -> None:
    """Somebody stopped it there: who has it cannot be said."""
    open_ = Recipient.state.in_((*IN_HAND, RecipientState.WAITING))
    _update(and_(mine(row), open_), state=RecipientState.UNCERTAIN, trouble=STOPPED)


def _skip(ids: Sequence[int], why: str) -> None:
    for some in _pieces(ids):
        open_ = and_(Recipient.id.in_(some), Recipient.state == RecipientState.WAITING)
        _update(open_, state=RecipientState.SKIPPED, trouble=why[:120])


def _pieces(ids: Sequence[int]) -> list[Sequence[int]]:
    return [ids[at : at + A_QUESTION] for at in range(0, len(ids), A_QUESTION)]


def _update(which: ColumnElement[bool], **values: object) -> int:
    return int(cast(Any, db.session().execute(update(Recipient).where(which).values(**values))).rowcount)


def _scalars(statement: Any) -> list[int]:
    return list(db.session().scalars(statement))

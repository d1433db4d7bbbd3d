"""One campaign in the hand of one worker: what is known of it, and writing down what became of a step."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from secrets import token_hex

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import aliased

from ... import clock, db, i18n
from ...mailing.campaigns import SETTLED, Campaigns, Shown
from .. import service, starting
from ..models import Newsletter, NewsletterState
from . import people
from .models import PREPARING, MailchimpCampaign, Step

SLICE = 20.0  # seconds after which other sweeps get their turn
BEGIN_WITHIN = 180.0  # seconds: no call begins later, be it the last of the pages of a large segment
LEASE = timedelta(seconds=BEGIN_WITHIN) + SETTLED  # after it nothing can still happen
MOST_TRIES = 8  # failures in a row until a person is told; with the pauses between them about half an hour
LEFT_BEFORE = (
    "Sending was paused: the {language} newsletter left Mailchimp after it had been taken back, because somebody let "
    "it go there. Its readers have it. Cancel this, or they get it twice."
)
AFTER = (Step.GOING, Step.GONE, Step.REMOVING)  # what goes on whatever becomes of the newsletter here


class Taken(Exception):
    """It is in another hand by now, or somebody has decided otherwise meanwhile."""


@dataclass
class Hand:
    """A campaign as it was when it was last looked up, and the lease under which it is worked at."""

    row: MailchimpCampaign
    chimp: Campaigns
    lease: str = field(init=False)

    def __post_init__(self) -> None:
        self.lease = self.row.lease

    @property
    def name(self) -> str:
        """What its segment and it are called at Mailchimp; nobody else calls anything so."""
        return name_of(self.row)

    @contextmanager
    def writing(self, *, with_newsletter: bool = False) -> Iterator[MailchimpCampaign]:
        """The row, locked, to be changed. Raises Taken when it is not ours any more."""
        before = self.row.step
        with db.writing() as session:
            if with_newsletter:
                service.locked(self.row.newsletter_id)  # before its campaigns, as staff do who take hold of it
            row = session.get(MailchimpCampaign, self.row.id, with_for_update=True, populate_existing=True)
            if row is None or row.lease != self.lease or row.step != before:
                raise Taken
            row.changed_at = clock.now()
            yield row
        self.row = row

    def go_to(self, step: Step, **values: object) -> None:
        """The step is done; what comes next."""
        with self.writing() as row:
            row.step, row.tries, row.trouble, row.next_at = step, 0, "", None
            for name, value in values.items():
                setattr(row, name, value)

    def leaves(self, shown: Shown) -> None:
        """It leaves, or has left, and we did not ask. Its readers may have it: nobody takes it back any more."""
        with self.writing(with_newsletter=True) as row:
            people.leaving(row, clock.now())
            row.step, row.tries, row.trouble, row.unclear, row.next_at = Step.GOING, 0, "", False, None
            row.campaign_id, row.web_id, row.asked_at = shown.id, shown.web_id, clock.now()
            if not people.is_now(row):
                words = LEFT_BEFORE.format(language=i18n.find(row.language).name)
                starting.pause_by_itself(row.newsletter_id, words)

    def wait(self, how_long: timedelta, **values: object) -> None:
        """There is nothing to do for a while."""
        with self.writing() as row:
            row.next_at = clock.now() + how_long
            for name, value in values.items():
                setattr(row, name, value)

    def stop(self, words: str) -> None:
        """Sending stands still until somebody has looked: in these words, on the page of the newsletter."""
        with self.writing(with_newsletter=True) as row:
            starting.pause_by_itself(row.newsletter_id, words)
            row.trouble, row.tries = words[:600], 0


def name_of(row: MailchimpCampaign) -> str:
    """Short, and not like the tags that the list takes for its own."""
    return f"newsletter {row.newsletter_id} {row.language} {row.mark}"


def claim(chimp: Campaigns, now: datetime) -> Hand | None:
    """The next campaign that there is something to do for; None when there is none.

    None of a newsletter goes before all are ready: what stands against one is found before anybody has a letter.
    """
    other = aliased(MailchimpCampaign)
    one = MailchimpCampaign
    same = and_(other.newsletter_id == one.newsletter_id, other.mark == one.mark)
    others_are_not = exists().where(same, other.step.in_(PREPARING))
    ready = and_(one.step == Step.READY, ~others_are_not)
    going_on = and_(Newsletter.state == NewsletterState.SENDING, or_(one.step.in_(PREPARING), ready))
    due = and_(or_(one.next_at.is_(None), one.next_at <= now), or_(one.leased_until.is_(None), one.leased_until <= now))
    found = select(one).join(Newsletter, Newsletter.id == one.newsletter_id)
    found = found.where(or_(going_on, one.step.in_(AFTER)), due).order_by(one.changed_at, one.id).limit(1)
    with db.writing() as session:
        if (row := session.scalar(found.with_for_update(of=one, skip_locked=True))) is None:
            return None
        row.lease, row.leased_until = token_hex(8), now + LEASE
    return Hand(row, chimp)


def release(hand: Hand) -> None:
    """Others may have it."""
    with db.writing() as session:
        row = session.get(MailchimpCampaign, hand.row.id, with_for_update=True, populate_existing=True)
        if row is not None and row.lease == hand.lease:
            row.lease, row.leased_until = "", None
            row.changed_at = clock.now()  # the next is another, whatever became of this one

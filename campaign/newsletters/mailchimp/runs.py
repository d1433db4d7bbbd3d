"""The campaigns of newsletters that go through Mailchimp: begun when the readers are listed, over when all are.

The mark of a run is worked out from when it began, so records that were restored from a backup find again at Mailchimp
what went out since.
"""

from datetime import datetime

from sqlalchemy import and_, func, select

from ... import db, seals
from .. import service, starting
from ..models import Newsletter, NewsletterState
from ..runs import Recipient, RecipientState, Run, Way
from .models import BEFORE, OF_ITS_RUN, MailchimpCampaign, Step

UNDER_WAY = (NewsletterState.SENDING, NewsletterState.PAUSED)
OPEN = (*BEFORE, Step.GOING)
LISTED = and_(Run.way == Way.MAILCHIMP, Run.built_at.is_not(None), Run.forgotten == "")


def mark_of(run: Run) -> str:
    """What the names of this run's segments and campaigns end with."""
    return seals.keyed("newsletter-campaign", f"{run.newsletter_id} {run.begun_at.isoformat()}")[:12]


def of(newsletter_id: int) -> list[MailchimpCampaign]:
    """The campaigns of the run that it has now, by language."""
    mine = select(MailchimpCampaign).join(Run, OF_ITS_RUN).where(Run.newsletter_id == newsletter_id)
    found = mine.where(Run.way == Way.MAILCHIMP).order_by(MailchimpCampaign.language)
    return list(db.session().scalars(found))


def begin(now: datetime) -> None:
    """Begin a campaign for each language of those whose readers are listed; whoever comes twice finds them there."""
    none_yet = ~select(MailchimpCampaign.id).where(OF_ITS_RUN).exists()
    going = select(Run.newsletter_id).join(Newsletter).where(Newsletter.state == NewsletterState.SENDING)
    with db.reading() as session:
        ids = list(session.scalars(going.where(LISTED, none_yet)))
    for newsletter_id in ids:
        with db.writing():
            _begin(newsletter_id, now)


def _begin(newsletter_id: int, now: datetime) -> None:
    one, session = service.locked(newsletter_id), db.session()
    run = session.get(Run, newsletter_id)
    if one.state != NewsletterState.SENDING or run is None or of(newsletter_id):
        return
    waiting = and_(Recipient.newsletter_id == newsletter_id, Recipient.state == RecipientState.WAITING)
    found = select(Recipient.language, func.count()).where(waiting).group_by(Recipient.language)
    for language, number in session.execute(found.order_by(Recipient.language)).all():
        known = {"newsletter_id": newsletter_id, "language": language, "mark": mark_of(run), "readers": number}
        session.add(MailchimpCampaign(**known, began_at=run.begun_at, changed_at=now))
    session.flush()
    _finish(newsletter_id, now)


def finish_what_is_over(now: datetime) -> None:
    """A newsletter is over when nothing of it can still go."""
    begun = select(MailchimpCampaign.id).where(OF_ITS_RUN)
    going = select(Run.newsletter_id).join(Newsletter).where(Newsletter.state.in_(UNDER_WAY), LISTED)
    over = going.where(begun.exists(), ~begun.where(MailchimpCampaign.step.in_(OPEN)).exists())
    with db.reading() as session:
        ids = list(session.scalars(over))
    for newsletter_id in ids:
        with db.writing():
            service.locked(newsletter_id)
            _finish(newsletter_id, now)


def _finish(newsletter_id: int, now: datetime) -> None:
    if not any(row.step in OPEN for row in of(newsletter_id)):
        starting.finish(newsletter_id, now, UNDER_WAY)

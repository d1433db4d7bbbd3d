"""The table of campaigns at Mailchimp: one for the readers of each language of a newsletter, and the step it is at.

    segment ─> filling ─> counting ─> campaign ─> content ─> checking ─> ready ══all of them══> going ─> gone ─> over
       └──────────────── cancelled, taken back, or nobody left to read it ───────┘──> removing ─> over

Each step is one outside effect, looked for before it is asked for. `going` is written down before Mailchimp is asked to
send: from then on it is looked at, and never asked again unless a person says so.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Select, String, UniqueConstraint, and_, exists, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from ...db import NEVER_REUSED, Base, BigId
from ..runs import Run, Way


class Step(StrEnum):
    """What is to be done next."""

    SEGMENT = "segment"
    FILLING = "filling"
    COUNTING = "counting"
    CAMPAIGN = "campaign"
    CONTENT = "content"
    CHECKING = "checking"
    READY = "ready"
    GOING = "going"
    GONE = "gone"
    REMOVING = "removing"
    OVER = "over"


PREPARING = (Step.SEGMENT, Step.FILLING, Step.COUNTING, Step.CAMPAIGN, Step.CONTENT, Step.CHECKING)
BEFORE = (*PREPARING, Step.READY)  # nobody has a letter of it


class MailchimpCampaign(Base):
    """One campaign, for the readers of one language. It holds nobody's address.

    `mark` is what its names at Mailchimp end with; nobody else makes it, and a run has the same one whenever it is
    worked out. `looks` counts looks at what happens there in its own time, `tries` failures in a row. `asked_at`: when
    Mailchimp was asked to send it. `unclear`: so long ago, without any sign of it, that a person has to say what to do.
    `readers` of ours it was made for; the numbers after that are Mailchimp's report, read last at `reported_at`.
    """

    __tablename__ = "newsletter_campaigns"
    __table_args__ = (
        UniqueConstraint("newsletter_id", "language", "mark"),
        Index("ix_newsletter_campaigns_step", "step", "next_at"),
        NEVER_REUSED,
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    newsletter_id: Mapped[int] = mapped_column(BigId, ForeignKey("newsletters.id", ondelete="CASCADE"))
    language: Mapped[str] = mapped_column(String(12))
    mark: Mapped[str] = mapped_column(String(16))
    step: Mapped[str] = mapped_column(String(10), default=Step.SEGMENT)
    segment_id: Mapped[int | None] = mapped_column(BigId)
    campaign_id: Mapped[str] = mapped_column(String(40), default="")
    web_id: Mapped[int] = mapped_column(BigId, default=0)
    looks: Mapped[int] = mapped_column(default=0)
    tries: Mapped[int] = mapped_column(default=0)
    trouble: Mapped[str] = mapped_column(String(600), default="")
    unclear: Mapped[bool] = mapped_column(default=False)
    next_at: Mapped[datetime | None]
    lease: Mapped[str] = mapped_column(String(16), default="")
    leased_until: Mapped[datetime | None]
    began_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    asked_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    readers: Mapped[int] = mapped_column(default=0)
    emails_sent: Mapped[int] = mapped_column(default=0)
    unsubscribed: Mapped[int] = mapped_column(default=0)
    bounced: Mapped[int] = mapped_column(default=0)
    reported_at: Mapped[datetime | None]


OF_ITS_RUN = and_(MailchimpCampaign.newsletter_id == Run.newsletter_id, MailchimpCampaign.began_at == Run.begun_at)
IS_NOW = exists().where(OF_ITS_RUN, Run.way == Way.MAILCHIMP)  # not of a run that was taken back
NOT_LEFT = or_(MailchimpCampaign.step.in_(BEFORE), MailchimpCampaign.unclear)  # as far as we can see


def waits_for_somebody() -> Select[int]:
    """The newsletters of those campaigns that stand still until somebody has looked."""
    one = MailchimpCampaign
    stands = or_(one.unclear, and_(one.trouble != "", one.step.in_(BEFORE), one.tries == 0))
    return select(one.newsletter_id).where(stands).distinct()

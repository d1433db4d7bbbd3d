"""The tables of sending a newsletter: how it goes, who gets it, who approved it, who was sent it to look at.

    waiting ──a place in the hand──> sending ──250──> sent
       ^ │                             │ └─5xx──> refused
       │ └─left, erased, enough──> skipped └─silence, or the worker died──> uncertain   (a person decides)
       └──4xx, or the server is away: later ┘

Nobody knows whether an uncertain letter arrived: between a server's 250 and our commit there is no knowing. It is never
sent again unasked. What is `sending` is in the hand of the one worker that holds the lease of the run; whoever takes
the lease over when it has run out finds there what was in a dead hand.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ..db import NEVER_REUSED, Base, BigId


class Way(StrEnum):
    """By whom it goes out."""

    SMTP = "smtp"
    MAILCHIMP = "mailchimp"


class RecipientState(StrEnum):
    """Where one person's letter is."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    UNCERTAIN = "uncertain"
    REFUSED = "refused"
    SKIPPED = "skipped"


GONE = (RecipientState.SENDING, RecipientState.SENT, RecipientState.UNCERTAIN, RecipientState.REFUSED)


class Run(Base):
    """How the sending of one newsletter goes.

    `per_minute` is how many letters may leave in a minute. `built_at`: since then its readers are listed. `trouble`
    says why it stands still, in words; `in_a_row` counts letters that did not go since the last that did (as
    `weather` weighs them), `aways` how often the server was not there. `not_before`: it has nothing to do sooner.
    `measured` is how many letters left in the last minute that was measured. `lease` names the worker that sends it.
    `forgotten` holds what was counted when the list of its readers was deleted, as JSON.
    """

    __tablename__ = "newsletter_runs"
    newsletter_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("newsletters.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    way: Mapped[str] = mapped_column(String(10), default=Way.SMTP)
    per_minute: Mapped[int]
    begun_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("staff_accounts.id", ondelete="SET NULL"))
    begun_at: Mapped[datetime]
    built_at: Mapped[datetime | None]
    not_before: Mapped[datetime | None]
    trouble: Mapped[str] = mapped_column(String(300), default="")
    in_a_row: Mapped[int] = mapped_column(default=0)
    aways: Mapped[int] = mapped_column(default=0)
    measured: Mapped[int] = mapped_column(default=0)
    lease: Mapped[str] = mapped_column(String(16), default="")
    leased_until: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    forgotten: Mapped[str] = mapped_column(String(300), default="")


class Recipient(Base):
    """That somebody gets a newsletter, once. The person goes when they are erased; that a letter went stays counted.

    `handed_at`: when it last was taken in hand to be sent. `due_at`: not sooner than that, after a passing refusal.
    """

    __tablename__ = "newsletter_recipients"
    __table_args__ = (
        UniqueConstraint("supporter_id", "newsletter_id"),
        Index("ix_newsletter_recipients_state", "newsletter_id", "state", "id"),
        NEVER_REUSED,
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    newsletter_id: Mapped[int] = mapped_column(BigId, ForeignKey("newsletters.id", ondelete="CASCADE"))
    supporter_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("supporters.id", ondelete="SET NULL"))
    language: Mapped[str] = mapped_column(String(12))
    state: Mapped[str] = mapped_column(String(10), default=RecipientState.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime | None]
    handed_at: Mapped[datetime | None]
    trouble: Mapped[str] = mapped_column(String(120), default="")


class Approval(Base):
    """That somebody on the staff approved the words that have this `mark`; other words need another approval."""

    __tablename__ = "newsletter_approvals"
    __table_args__ = (NEVER_REUSED,)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    newsletter_id: Mapped[int] = mapped_column(BigId, ForeignKey("newsletters.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("staff_accounts.id", ondelete="SET NULL"))
    mark: Mapped[str] = mapped_column(String(64))
    approved_at: Mapped[datetime]


class Trial(Base):
    """That somebody on the staff had the edition of a language sent to themselves, when its words had this `mark`."""

    __tablename__ = "newsletter_trials"
    __table_args__ = (NEVER_REUSED,)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    newsletter_id: Mapped[int] = mapped_column(BigId, ForeignKey("newsletters.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("staff_accounts.id", ondelete="CASCADE"), index=True)
    language: Mapped[str] = mapped_column(String(12))
    mark: Mapped[str] = mapped_column(String(64))
    asked_at: Mapped[datetime]

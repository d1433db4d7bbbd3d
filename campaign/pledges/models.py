"""The tables of pledges and signatures, and what one of them can decide alone.

    pledge:     draft ──open──> open <──open/close──> closed
    signature:  pending ──confirm──> confirmed ──withdraw──> withdrawn ──sign again──> pending
                   └──"this was not me"──> disowned
    beside it:  standing ──set aside──> set aside ──restore──> standing

A signature that is set aside does not count, show or remind, whatever its signer does with it; what the signer did
holds when it is restored.

A mailbox holds at most two signatures of a pledge (a couple with one address), by the key on `place`.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from ..db import NEVER_REUSED, Base, BigId

CONFIRM_WITHIN = timedelta(days=14)
PLACES = {1, 2}  # two names may sign from one mailbox
A_KEY = 16  # characters of a network's key: 64 bits, by which two networks of a day are never taken for one
SHOWN_FROM = 10  # a count below this says more about persons than about a movement


class PledgeState(StrEnum):
    """Whether a pledge can be read and signed."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


class SignatureState(StrEnum):
    """What became of a signature."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"
    DISOWNED = "disowned"
    LATE = "late"
    SET_ASIDE = "set aside"


class Refusal(StrEnum):
    """Why a pledge cannot be signed now."""

    NOT_OPEN_YET = "not open yet"
    CLOSED = "closed"


class Pledge(Base):
    """A promise. `count` is the confirmed signatures as last added up; nothing in a request writes to it."""

    __tablename__ = "pledges"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    state: Mapped[str] = mapped_column(String(10), default=PledgeState.DRAFT)
    goal: Mapped[int]
    count: Mapped[int] = mapped_column(default=0)
    added_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


def refusal(state: str) -> Refusal | None:
    """Why a pledge in this state cannot be signed; None when it can."""
    return {PledgeState.DRAFT: Refusal.NOT_OPEN_YET, PledgeState.CLOSED: Refusal.CLOSED}.get(PledgeState(state))


class PledgeWords(Base):
    """A pledge in one language."""

    __tablename__ = "pledge_words"
    pledge_id: Mapped[int] = mapped_column(BigId, ForeignKey("pledges.id", ondelete="CASCADE"), primary_key=True)
    language: Mapped[str] = mapped_column(String(12), primary_key=True)
    title: Mapped[str] = mapped_column(String(120))
    promise: Mapped[str] = mapped_column(String(600))
    body: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(default=1)


class FormerSlug(Base):
    """An address that a pledge once had: printed and mailed links keep working."""

    __tablename__ = "former_pledge_slugs"
    slug: Mapped[str] = mapped_column(String(60), primary_key=True)
    pledge_id: Mapped[int] = mapped_column(BigId, ForeignKey("pledges.id", ondelete="CASCADE"), index=True)


class Signature(Base):
    """One name's promise. `to_count` is what the pledge's count still lacks of it: +1, 0 or -1.

    `network` is the key of the network it came from, until midnight; `crowded_at` says that it was over that network's
    limit; `batch_id` with what else it was set aside (no foreign key: SQLite would copy the whole table for it).
    """

    __tablename__ = "signatures"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    pledge_id: Mapped[int] = mapped_column(BigId, ForeignKey("pledges.id"))
    supporter_id: Mapped[int] = mapped_column(BigId, ForeignKey("supporters.id"), index=True)
    place: Mapped[int]
    name: Mapped[str] = mapped_column(String(100))
    name_key: Mapped[str] = mapped_column(String(200))
    area: Mapped[str] = mapped_column(String(80), default="")
    area_key: Mapped[str] = mapped_column(String(160), default="", server_default=text("''"))
    message: Mapped[str] = mapped_column(Text, default="")
    show_name: Mapped[bool] = mapped_column(default=False)
    newsletter: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(String(12))
    code_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("codes.id"))
    signed_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    disowned_at: Mapped[datetime | None]
    passed_at: Mapped[datetime | None]
    turned_down_at: Mapped[datetime | None]
    reminders: Mapped[int] = mapped_column(default=0)
    to_count: Mapped[int] = mapped_column(default=0)
    network: Mapped[str | None] = mapped_column(String(A_KEY))
    crowded_at: Mapped[datetime | None]
    set_aside_at: Mapped[datetime | None]
    batch_id: Mapped[int | None] = mapped_column(BigId)

    __table_args__ = (
        UniqueConstraint("pledge_id", "supporter_id", "name_key"),
        UniqueConstraint("pledge_id", "supporter_id", "place"),
        Index(
            "ix_signatures_to_count",
            "pledge_id",
            sqlite_where=text("to_count <> 0"),
            postgresql_where=text("to_count <> 0"),
        ),
        Index(
            "ix_signatures_pending",
            "signed_at",
            sqlite_where=text("confirmed_at IS NULL"),
            postgresql_where=text("confirmed_at IS NULL"),
        ),
        Index(
            "ix_signatures_shown",
            "pledge_id",
            "passed_at",
            sqlite_where=text("passed_at IS NOT NULL"),
            postgresql_where=text("passed_at IS NOT NULL"),
        ),
        Index(
            "ix_signatures_code_id",
            "code_id",
            sqlite_where=text("code_id IS NOT NULL"),
            postgresql_where=text("code_id IS NOT NULL"),
        ),
        Index(
            "ix_signatures_brought",
            "confirmed_at",
            "code_id",
            sqlite_where=text("code_id IS NOT NULL AND confirmed_at IS NOT NULL"),
            postgresql_where=text("code_id IS NOT NULL AND confirmed_at IS NOT NULL"),
        ),
        Index(
            "ix_signatures_today",
            "signed_at",
            sqlite_where=text("network IS NOT NULL"),
            postgresql_where=text("network IS NOT NULL"),
        ),
        Index(
            "ix_signatures_batch_id",
            "batch_id",
            sqlite_where=text("batch_id IS NOT NULL"),
            postgresql_where=text("batch_id IS NOT NULL"),
        ),
        Index(
            "ix_signatures_to_read",
            "confirmed_at",
            sqlite_where=text("passed_at IS NULL AND turned_down_at IS NULL AND confirmed_at IS NOT NULL"),
            postgresql_where=text("passed_at IS NULL AND turned_down_at IS NULL AND confirmed_at IS NOT NULL"),
        ),
        NEVER_REUSED,
    )

    def standing(self, now: datetime) -> SignatureState:
        """What became of it as staff see it: set aside comes before all but withdrawn."""
        return SignatureState.SET_ASIDE if self.set_aside_at and not self.withdrawn_at else self.state(now)

    def state(self, now: datetime) -> SignatureState:
        """What its signer made of it; whether it was set aside changes nothing for its signer."""
        if self.withdrawn_at:
            return SignatureState.WITHDRAWN
        if self.confirmed_at:
            return SignatureState.CONFIRMED
        if self.disowned_at:
            return SignatureState.DISOWNED
        return SignatureState.LATE if now - self.signed_at > CONFIRM_WITHIN else SignatureState.PENDING


COUNTS = Signature.confirmed_at.is_not(None) & Signature.withdrawn_at.is_(None) & Signature.set_aside_at.is_(None)


class Wish(Base):
    """What was ticked for a partner when signing: the words, empty where a box was left. It waits for confirming."""

    __tablename__ = "partner_wishes"
    signature_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("signatures.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    partner_id: Mapped[int] = mapped_column(BigId, ForeignKey("partners.id"), index=True)
    delivery: Mapped[str] = mapped_column(Text)
    mailing: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(12))


class Batch(Base):
    """What was set aside together: why, by which conditions (in words), by whom; no account means by the rule.

    `domain` is the mail domain that the rule found in a crowd.
    """

    __tablename__ = "signature_batches"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    reason: Mapped[str] = mapped_column(String(200))
    conditions: Mapped[str] = mapped_column(Text)
    domain: Mapped[str] = mapped_column(String(254), default="")
    account_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("staff_accounts.id", ondelete="SET NULL"))
    made_at: Mapped[datetime]
    restored_at: Mapped[datetime | None]

    __table_args__ = (NEVER_REUSED,)


class NamelessSignatures(Base):
    """How many signatures of people who were erased still count, by pledge and by the code that had brought them.

    `code_id` is 0 where no code did. Nothing else is left of them.
    """

    __tablename__ = "nameless_signatures"
    pledge_id: Mapped[int] = mapped_column(BigId, ForeignKey("pledges.id"), primary_key=True)
    code_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    number: Mapped[int]

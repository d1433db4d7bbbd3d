"""The tables of pledges and signatures, and what one of them can decide alone.

    pledge:     draft ──open──> open <──open/close──> closed
    signature:  pending ──confirm──> confirmed ──withdraw──> withdrawn ──sign again──> pending
                   └──"this was not me"──> disowned

A mailbox holds at most two signatures of a pledge (a couple with one address), by the key on `place`.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from ..db import NEVER_REUSED, Base, BigId

CONFIRM_WITHIN = timedelta(days=14)
PLACES = {1, 2}  # two names may sign from one mailbox
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
    """One name's promise. `to_count` is what the pledge's count still lacks of it: +1, 0 or -1."""

    __tablename__ = "signatures"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    pledge_id: Mapped[int] = mapped_column(BigId, ForeignKey("pledges.id"))
    supporter_id: Mapped[int] = mapped_column(BigId, ForeignKey("supporters.id"), index=True)
    place: Mapped[int]
    name: Mapped[str] = mapped_column(String(100))
    name_key: Mapped[str] = mapped_column(String(200))
    area: Mapped[str] = mapped_column(String(80), default="")
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
            "ix_signatures_to_read",
            "confirmed_at",
            sqlite_where=text("passed_at IS NULL AND turned_down_at IS NULL AND confirmed_at IS NOT NULL"),
            postgresql_where=text("passed_at IS NULL AND turned_down_at IS NULL AND confirmed_at IS NOT NULL"),
        ),
        NEVER_REUSED,
    )

    def state(self, now: datetime) -> SignatureState:
        """What became of it."""
        if self.withdrawn_at:
            return SignatureState.WITHDRAWN
        if self.confirmed_at:
            return SignatureState.CONFIRMED
        if self.disowned_at:
            return SignatureState.DISOWNED
        return SignatureState.LATE if now - self.signed_at > CONFIRM_WITHIN else SignatureState.PENDING

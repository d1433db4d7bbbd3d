"""The tables of accounts. What opens a door is stored as a hash, or sealed."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from ..db import SEALED, Base, BigId


class Account(Base):
    """Somebody on the staff. Without a password only a one-time link lets them in."""

    __tablename__ = "staff_accounts"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    email: Mapped[str] = mapped_column(String(320), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    password_hash: Mapped[str] = mapped_column(String(200), default="")
    code_secret: Mapped[str] = mapped_column(String(300), default="", info=SEALED)
    last_code_step: Mapped[int] = mapped_column(default=0)
    added_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class StaffSession(Base):
    """One sign-in on one device, until it is ended. The cookie holds the random id, the table its hash."""

    __tablename__ = "staff_sessions"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("staff_accounts.id", ondelete="CASCADE"), index=True)
    began_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class OneTimeLink(Base):
    """A link that signs somebody in once, made on the machine itself."""

    __tablename__ = "staff_links"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("staff_accounts.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Attempt(Base):
    """A failed sign-in: who was tried and from which network, as hashes that change every day."""

    __tablename__ = "sign_in_attempts"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_key: Mapped[str] = mapped_column(String(64))
    network_key: Mapped[str] = mapped_column(String(64))
    tried_at: Mapped[datetime]

    __table_args__ = (
        Index("ix_sign_in_attempts_account_key", "account_key", "tried_at"),
        Index("ix_sign_in_attempts_tried_at", "tried_at"),
    )

"""The tables of accounts. What opens a door is stored as a hash, or sealed.

account:     invited ──sets up──> in use <──disable / bring back──> disabled
session:     begun ──prove──> proved (10 minutes) ──idle, too old, ended──> over; an ended one never comes back
invitation:  sent ──used, replaced, 7 days──> over
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from ..db import NEVER_REUSED, SEALED, Base, BigId


class Account(Base):
    """Somebody on the staff. Without a password only a one-time link or an invitation lets them in.

    `version` counts what colleagues change about it: its role, and whether it may be used. `partner_id` is the
    organisation of somebody with the role *partner*, who sees nothing of another.
    """

    __tablename__ = "staff_accounts"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    email: Mapped[str] = mapped_column(String(320), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    role: Mapped[str] = mapped_column(String(20))
    password_hash: Mapped[str] = mapped_column(String(200), default="")
    code_secret: Mapped[str] = mapped_column(String(300), default="", info=SEALED)
    last_code_step: Mapped[int] = mapped_column(default=0)
    partner_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("partners.id"), index=True)
    added_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    @property
    def set_up(self) -> bool:
        """Whether it has a password and an app, so that its owner alone can get in."""
        return bool(self.password_hash and self.code_secret)

    @property
    def state(self) -> str:
        """In a word, for the list."""
        return "disabled" if self.disabled_at else "in use" if self.set_up else "not set up"


class StaffSession(Base):
    """One sign-in on one device, until it is ended. The cookie holds the random id, the table its hash.

    `device` is as rough as "Firefox on Android". `proved_at` is when password and code were last given.
    """

    __tablename__ = "staff_sessions"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("staff_accounts.id", ondelete="CASCADE"), index=True)
    device: Mapped[str] = mapped_column(String(40), default="")
    began_at: Mapped[datetime]
    proved_at: Mapped[datetime]
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


class Invitation(Base):
    """A letter that lets somebody set up their account, once. Its link is signed by the row's id."""

    __tablename__ = "staff_invitations"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("staff_accounts.id", ondelete="CASCADE"), index=True)
    invited_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    over_at: Mapped[datetime | None]

    __table_args__ = (NEVER_REUSED,)


class RecoveryCode(Base):
    """A code that stands in for the app once, as a keyed hash."""

    __tablename__ = "staff_recovery_codes"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("staff_accounts.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    used_at: Mapped[datetime | None]


class KnownDevice(Base):
    """A browser from which somebody signed in completely. It opens nothing: it only keeps tries of its own."""

    __tablename__ = "staff_devices"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("staff_accounts.id", ondelete="CASCADE"), index=True)
    used_at: Mapped[datetime]

    __table_args__ = (NEVER_REUSED,)


class Attempt(Base):
    """A try to get in that has not succeeded: for whom and from where, as hashes that change every day.

    `place_key` is the visitor's network, or the known device or session, which have tries of their own.
    """

    __tablename__ = "sign_in_attempts"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_key: Mapped[str] = mapped_column(String(64))
    place_key: Mapped[str] = mapped_column(String(64))
    known: Mapped[bool] = mapped_column(default=False)
    tried_at: Mapped[datetime]

    __table_args__ = (
        Index("ix_sign_in_attempts_account_key", "account_key", "tried_at"),
        Index("ix_sign_in_attempts_place_key", "place_key", "tried_at"),
        Index("ix_sign_in_attempts_tried_at", "tried_at"),
    )

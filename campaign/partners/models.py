"""The tables of partners.

partner:      named ──join──> active <──pause / resume──> paused
                 └─────────retire / leave─────────┴──────────┴──> retired / left ──join again──> active
application:  sent ──confirm──> confirmed ──approve / turn down──> decided ──90 days──> gone
                └──"this was not me", taken back, 30 days──> gone

*named*: announced as a partner in 2010; its name is public, and it has agreed to nothing here. *retired*: the lead
ended it; *left*: the partner did. Neither is deleted, because codes and figures name them.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ..db import NEVER_REUSED, Base, BigId

CONFIRM_WITHIN = timedelta(days=14)


class PartnerState(StrEnum):
    """Where a partner stands."""

    NAMED = "named"
    ACTIVE = "active"
    PAUSED = "paused"
    RETIRED = "retired"
    LEFT = "left"


class Partner(Base):
    """An organisation. `name_key` is its name folded, so that no two partners have one name; `slug` is its address.

    Its people are staff accounts with the role *partner* and its id; its codes carry its id, too.
    """

    __tablename__ = "partners"
    __table_args__ = (NEVER_REUSED,)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    name_key: Mapped[str] = mapped_column(String(200), unique=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    state: Mapped[str] = mapped_column(String(10), index=True)
    state_since: Mapped[datetime]
    added_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


class What(StrEnum):
    """What a partner can agree to. Without its page nothing of it is shown."""

    PAGE = "page"
    LOGO = "logo"
    CONTACT = "contact"


class Agreement(Base):
    """One yes or no of a partner, on which words, who said it there, and which account wrote it down. Never changed:
    taking it back adds a no, and the last one holds.
    """

    __tablename__ = "partner_agreements"
    __table_args__ = (NEVER_REUSED,)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    partner_id: Mapped[int] = mapped_column(BigId, ForeignKey("partners.id"), index=True)
    what: Mapped[str] = mapped_column(String(10))
    given: Mapped[bool]
    words: Mapped[str] = mapped_column(Text)
    said_by: Mapped[str] = mapped_column(String(200))
    account_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("staff_accounts.id", ondelete="SET NULL"))
    said_at: Mapped[datetime]


class PartnerTexts(Base):
    """What a partner's page says in one language. `contact` is for the public, and shown by its own agreement."""

    __tablename__ = "partner_texts"
    partner_id: Mapped[int] = mapped_column(BigId, ForeignKey("partners.id"), primary_key=True)
    language: Mapped[str] = mapped_column(String(12), primary_key=True)
    about: Mapped[str] = mapped_column(Text)
    languages: Mapped[str] = mapped_column(String(200), default="")
    homepage: Mapped[str] = mapped_column(String(200), default="")
    contact: Mapped[str] = mapped_column(String(200), default="")
    version: Mapped[int] = mapped_column(default=1)


class Logo(Base):
    """A partner's logo as we drew it anew from what was sent: `kind` is `png` or `jpeg`, sizes are in pixels."""

    __tablename__ = "partner_logos"
    partner_id: Mapped[int] = mapped_column(BigId, ForeignKey("partners.id"), primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(10))
    content: Mapped[bytes]
    width: Mapped[int]
    height: Mapped[int]
    added_at: Mapped[datetime]


class ApplicationState(StrEnum):
    """What became of an application."""

    SENT = "sent"
    LATE = "late"
    CONFIRMED = "confirmed"
    APPROVED = "approved"
    TURNED_DOWN = "turned down"


class Application(Base):
    """An organisation that asks to join. `language` is the one that its letters come in, `languages` those it serves.

    `decision` is empty until staff have decided; `partner_id` is the partner that it became.
    """

    __tablename__ = "partner_applications"
    __table_args__ = (Index("ix_partner_applications_mailbox", "mailbox", "applied_at"), NEVER_REUSED)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    organisation: Mapped[str] = mapped_column(String(200))
    homepage: Mapped[str] = mapped_column(String(200), default="")
    person: Mapped[str] = mapped_column(String(100))
    email: Mapped[str] = mapped_column(String(320))
    mailbox: Mapped[str] = mapped_column(String(320))
    languages: Mapped[str] = mapped_column(String(200), default="")
    work: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(12))
    applied_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decision: Mapped[str] = mapped_column(String(12), default="")
    partner_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("partners.id"))

    def state(self, now: datetime) -> ApplicationState:
        """What became of it."""
        if self.decision:
            return ApplicationState(self.decision)
        if self.confirmed_at:
            return ApplicationState.CONFIRMED
        return ApplicationState.LATE if now - self.applied_at > CONFIRM_WITHIN else ApplicationState.SENT

"""The tables of the built-in list, and of when the list was last heard of.

    built-in entry:  (none) ──yes──> subscribed ──no──> unsubscribed ──a fresh yes──> subscribed

Who is due is no table: it is `due_since` on the supporter, set in the transaction of the act.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Base, BigId


class ListEntry(Base):
    """Somebody on the built-in list. It goes with its supporter, and holds no copy of the address."""

    __tablename__ = "list_entries"
    supporter_id: Mapped[int] = mapped_column(BigId, ForeignKey("supporters.id", ondelete="CASCADE"), primary_key=True)
    status: Mapped[str] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(12))
    changed_at: Mapped[datetime]


class ListContact(Base):
    """Our dealings with the list, one row: its home, when it last answered, and what stands in the way."""

    __tablename__ = "list_contact"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    home: Mapped[str] = mapped_column(String(40), default="")
    tried_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    trouble: Mapped[str] = mapped_column(String(200), default="")
    paused_until: Mapped[datetime | None]

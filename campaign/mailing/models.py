"""The tables of the built-in list, and of when the list was last heard of.

    built-in entry:  (none) ──yes──> subscribed ──no──> unsubscribed ──a fresh yes──> subscribed

Who is due is no table: it is `due_since` on the supporter, set in the transaction of the act.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ..db import SEALED, Base, BigId


class ListEntry(Base):
    """Somebody on the built-in list. It goes with its supporter, and holds no copy of the address."""

    __tablename__ = "list_entries"
    supporter_id: Mapped[int] = mapped_column(BigId, ForeignKey("supporters.id", ondelete="CASCADE"), primary_key=True)
    status: Mapped[str] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(12))
    changed_at: Mapped[datetime]


class ListContact(Base):
    """Our dealings with the list, one row: its home, when it last answered, and what stands in the way.

    `held_since`: nobody is told anything before somebody has compared all of the list with these records.
    """

    __tablename__ = "list_contact"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    home: Mapped[str] = mapped_column(String(40), default="")
    tried_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)
    trouble: Mapped[str] = mapped_column(String(200), default="")
    paused_until: Mapped[datetime | None]
    held_since: Mapped[datetime | None]


class ListCall(Base):
    """A call to the list that is under way, or may be until then; its id is its slot, of which there are eight."""

    __tablename__ = "list_calls"
    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    holder: Mapped[str] = mapped_column(String(32))
    until: Mapped[datetime]


class ListDeletion(Base):
    """An address that the list at Mailchimp has still to delete for good; its person is erased here already.

    The address is sealed, and the row goes as soon as it is done. Not before `due_at`: a delivery that had the person
    in hand could otherwise add them again afterwards.
    """

    __tablename__ = "list_deletions"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    sealed: Mapped[str] = mapped_column(Text, info=SEALED)
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime] = mapped_column(index=True)
    tries: Mapped[int] = mapped_column(default=0)
    trouble: Mapped[str] = mapped_column(String(200), default="")

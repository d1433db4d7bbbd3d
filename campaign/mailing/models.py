"""The tables of the built-in list, of when the list was last heard of, and of what came from it.

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


class ListIntake(Base):
    """What comes from the list, one row: by which hook, when it was last heard, how far it was read, who paused us.

    `audience` is the one that was set up; another one is not believed. `hook_mark` is a hash of the secret in the
    hook's address, `hook_signing` the sealed key with which its deliveries are signed, empty when they are not. All
    that changed there before `pulled_until` has been read. `paused_at`: staff want nobody to be told anything for now.
    """

    __tablename__ = "list_intake"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    audience: Mapped[str] = mapped_column(String(40), default="")
    form_url: Mapped[str] = mapped_column(String(300), default="")
    hook_id: Mapped[str] = mapped_column(String(40), default="")
    hook_mark: Mapped[str] = mapped_column(String(64), default="")
    hook_signing: Mapped[str] = mapped_column(Text, default="", info=SEALED)
    hook_made_at: Mapped[datetime | None]
    heard_at: Mapped[datetime | None]
    pulled_until: Mapped[datetime | None]
    pulled_at: Mapped[datetime | None]
    pull_next_at: Mapped[datetime | None]
    pull_failures: Mapped[int] = mapped_column(default=0)
    pull_trouble: Mapped[str] = mapped_column(String(200), default="")
    paused_at: Mapped[datetime | None]


class ListHint(Base):
    """That the list has something new about somebody, who is to be looked up there. It holds no address and no event.

    `version` grows with each hint that comes while they are being looked up (`in_hand_until`).
    """

    __tablename__ = "list_hints"
    supporter_id: Mapped[int] = mapped_column(BigId, ForeignKey("supporters.id", ondelete="CASCADE"), primary_key=True)
    noted_at: Mapped[datetime]
    due_at: Mapped[datetime] = mapped_column(index=True)
    in_hand_until: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)


class ListEvent(Base):
    """One step in somebody's history with the list: what it said of them from then on, and whose doing that was."""

    __tablename__ = "list_events"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    supporter_id: Mapped[int] = mapped_column(BigId, ForeignKey("supporters.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(index=True)
    ours: Mapped[bool]
    state: Mapped[str] = mapped_column(String(20))
    words: Mapped[str] = mapped_column(String(200), default="")

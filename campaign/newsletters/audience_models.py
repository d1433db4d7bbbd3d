"""The tables of who gets newsletters: segments saved by name, and the letters that stand ready for everybody new."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ..db import NEVER_REUSED, Base, BigId


class Segment(Base):
    """Whom a newsletter is for, by conditions and never by a list of people. `rule` is JSON, see `segment_rules`.

    `name_key` is the name folded, so that two segments cannot be taken for one.
    """

    __tablename__ = "newsletter_segments"
    __table_args__ = (NEVER_REUSED,)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    name_key: Mapped[str] = mapped_column(String(160), unique=True)
    rule: Mapped[str] = mapped_column(Text)
    changed_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("staff_accounts.id", ondelete="SET NULL"))
    added_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


class StandingKind(StrEnum):
    """What somebody is written to about without anybody pressing a button."""

    WELCOME = "welcome"
    THANKS = "thanks"


class StandingLetter(Base):
    """Whether a standing letter goes out, and after how many days. `since`: what happened before gets none."""

    __tablename__ = "standing_letters"
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    days: Mapped[int] = mapped_column(default=0)
    since: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)


class StandingWords(Base):
    """What a standing letter says in one language: the `live` words, which go out, and the draft of the next ones."""

    __tablename__ = "standing_words"
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    language: Mapped[str] = mapped_column(String(12), primary_key=True)
    subject: Mapped[str] = mapped_column(String(120), default="")
    body: Mapped[str] = mapped_column(Text, default="")
    live_subject: Mapped[str] = mapped_column(String(120), default="")
    live_body: Mapped[str] = mapped_column(Text, default="")
    live_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

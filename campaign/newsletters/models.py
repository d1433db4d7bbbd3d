"""The tables of newsletters, their editions and pictures, and what one of them can decide alone.

    draft ──approve──> approved ──> scheduled ──> sending <──> paused
      ^──the words change──┘   └────────now────────┘ └──> sent
    anything before `sent` ──cancel──> cancelled

Sending (and with it every move but the one back to `draft`) belongs to `sending`; writing to `service`.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ..db import NEVER_REUSED, Base, BigId


class NewsletterState(StrEnum):
    """How far a newsletter is."""

    DRAFT = "draft"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    SENDING = "sending"
    PAUSED = "paused"
    SENT = "sent"
    CANCELLED = "cancelled"


WRITABLE = (NewsletterState.DRAFT, NewsletterState.APPROVED)


class Newsletter(Base):
    """One newsletter. `title` is what staff call it by; `from_name` empty: the campaign's own sender.

    `accepted` holds, between spaces, the codes of languages that get the English edition on purpose. `audience_id` is
    the segment that gets it (none: everybody who wants the news). `version` counts the saves of these facts alone.
    """

    __tablename__ = "newsletters"
    __table_args__ = (Index("ix_newsletters_state", "state", "sent_at"), NEVER_REUSED)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    state: Mapped[str] = mapped_column(String(10), default=NewsletterState.DRAFT)
    title: Mapped[str] = mapped_column(String(120))
    from_name: Mapped[str] = mapped_column(String(80), default="")
    accepted: Mapped[str] = mapped_column(String(120), default="")
    audience_id: Mapped[int | None] = mapped_column(BigId)
    made_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("staff_accounts.id", ondelete="SET NULL"))
    added_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    scheduled_for: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    @property
    def writable(self) -> bool:
        """Whether its words may still change."""
        return self.state in WRITABLE

    @property
    def fallbacks(self) -> list[str]:
        """The codes of the languages that get English on purpose."""
        return self.accepted.split()


class Edition(Base):
    """A newsletter in one language. The English one is the source of all others.

    `seen` holds, between spaces, the marks of the English paragraphs that a translation says the same as (`sources`):
    a paragraph whose mark is missing has changed since. `code_id` is the code in its links, by which what followed is
    counted. `written_by_id` is who saved these words.
    """

    __tablename__ = "newsletter_editions"
    __table_args__ = (UniqueConstraint("newsletter_id", "language"), NEVER_REUSED)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    newsletter_id: Mapped[int] = mapped_column(BigId, ForeignKey("newsletters.id", ondelete="CASCADE"))
    language: Mapped[str] = mapped_column(String(12))
    subject: Mapped[str] = mapped_column(String(200))
    preheader: Mapped[str] = mapped_column(String(200), default="")
    body: Mapped[str] = mapped_column(Text, default="")
    seen: Mapped[str] = mapped_column(Text, default="")
    code_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("codes.id"), index=True)
    written_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("staff_accounts.id", ondelete="SET NULL"))
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


class EditionDraft(Base):
    """What somebody is typing into an edition and has not saved: kept by itself, one for each of the staff.

    It also tells who is there: since `begun_at`, last seen at `kept_at`; of those who only look, `typed` is false and
    there are no words. `version` is the edition's when they began, `shown` the marks of the English that they saw.
    """

    __tablename__ = "newsletter_drafts"
    newsletter_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("newsletters.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    language: Mapped[str] = mapped_column(String(12), primary_key=True)
    account_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("staff_accounts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False, index=True
    )
    subject: Mapped[str] = mapped_column(Text, default="")
    preheader: Mapped[str] = mapped_column(Text, default="")
    body: Mapped[str] = mapped_column(Text, default="")
    shown: Mapped[str] = mapped_column(Text, default="")
    typed: Mapped[bool] = mapped_column(default=False)
    begun_at: Mapped[datetime]
    kept_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=0)


class NewsletterPicture(Base):
    """A picture as we drew it anew from what was sent: `kind` is `png` or `jpeg`, sizes are in pixels.

    `key` is its address, which nobody can guess: mail programs ask for it without being anybody. `alt` says in English
    what it shows; an edition says it in its own language where it puts the picture.
    """

    __tablename__ = "newsletter_pictures"
    __table_args__ = (NEVER_REUSED,)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    newsletter_id: Mapped[int] = mapped_column(BigId, ForeignKey("newsletters.id", ondelete="CASCADE"), index=True)
    key: Mapped[str] = mapped_column(String(40), unique=True)
    kind: Mapped[str] = mapped_column(String(10))
    content: Mapped[bytes]
    width: Mapped[int]
    height: Mapped[int]
    alt: Mapped[str] = mapped_column(String(200))
    added_at: Mapped[datetime]


class AllowedLink(Base):
    """An address off this site that somebody on the staff has opened and stands for, for one newsletter."""

    __tablename__ = "newsletter_links"
    newsletter_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("newsletters.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    address: Mapped[str] = mapped_column(String(500), primary_key=True)
    account_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("staff_accounts.id", ondelete="SET NULL"))
    allowed_at: Mapped[datetime]


class FinalEdition(Base):
    """What the readers of one language get, made once when sending begins, so that all of them get the same.

    Events and counts in it are those of that moment. `edition_language` is the one it is written in; `html`, `text` and
    `subject` are a letter with slots for its reader (`personal`), `page` the part that the archive shows.
    """

    __tablename__ = "newsletter_finals"
    newsletter_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("newsletters.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    language: Mapped[str] = mapped_column(String(12), primary_key=True)
    edition_language: Mapped[str] = mapped_column(String(12))
    subject: Mapped[str] = mapped_column(Text)
    preheader: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    page: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime]

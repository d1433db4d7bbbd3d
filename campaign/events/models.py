"""The tables of events and of those who come, and what one of them can decide alone.

    event:  draft ──publish──> published ──cancel──> cancelled
            proposed ──approve──┘ (by a partner; declined, it is a draft of the partner's again)
    rsvp:   held ──confirm──> seated ──cancel──> cancelled ──again──> held or waiting
              └──time──> lapsed
            waiting ──a seat is free──> offered ──accept──> seated
                                           └──time──> lapsed
    beside it: whoever waits may confirm, too (`confirmed_at`), and waits on without a deadline

held, seated and offered take seats; `Event.taken` is their sum, kept in the transaction that locks the event's row.
Positions are counted from (joined_at, id) and never stored.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from ..db import NEVER_REUSED, Base, BigId

LARGEST_PARTY = 10
LONGEST = timedelta(days=14)  # of an event: by it lists know from when on something may still be going on
MOST_QUESTIONS = 5


class EventState(StrEnum):
    """Whether an event can be seen and come to. That it is over is a matter of time (`Event.over`)."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    PUBLISHED = "published"
    CANCELLED = "cancelled"


class Kind(StrEnum):
    """What an event is."""

    GATHERING = "gathering"
    TALK = "talk"
    TRAINING = "training"
    SCREENING = "screening"
    VIGIL = "vigil"
    WALK = "walk"
    FAIR = "fair"
    MEETING = "meeting"
    OTHER = "other"


class RsvpState(StrEnum):
    """What became of an RSVP."""

    HELD = "held"
    WAITING = "waiting"
    OFFERED = "offered"
    SEATED = "seated"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"


TAKES_SEATS = (RsvpState.HELD, RsvpState.OFFERED, RsvpState.SEATED)
LIVE = (*TAKES_SEATS, RsvpState.WAITING)


class Refusal(StrEnum):
    """Why nobody can RSVP now."""

    NOT_PUBLISHED = "not published"
    CANCELLED = "cancelled"
    OVER = "over"
    CLOSED = "closed"
    MEMBERS_ONLY = "members only"
    NO_RSVP = "no rsvp"


class Event(Base):
    """A gathering. Times are moments; `zone` names the clock they are read on (IANA, such as America/Los_Angeles).

    `partner_id` is the host (none: the lead itself), co-hosts are `EventHost`. `place_id` or `link` or both say where;
    how to join is told in the texts, to those with a seat only. `capacity` none: as many as come. `languages` and
    `interpreted` hold codes between spaces. `takes_rsvps`: people say here that they come; `closed_at`: staff closed
    that by hand. `cancel_until`: until when a seat can be given back (none: until the start). `sequence` is what
    calendars know a change by (RFC 5545, 3.8.7.4). `taken` is the sum of seats taken; no edit, so it does not raise
    `version`. `proposed_by_id` is whose of a partner's people proposed it, `answer` what staff said to that.
    """

    __tablename__ = "events"
    __table_args__ = (Index("ix_events_state", "state", "starts_at"), NEVER_REUSED)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    state: Mapped[str] = mapped_column(String(10), default=EventState.DRAFT)
    kind: Mapped[str] = mapped_column(String(20), default=Kind.GATHERING)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    zone: Mapped[str] = mapped_column(String(40))
    place_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("places.id"), index=True)
    link: Mapped[str] = mapped_column(String(500), default="")
    partner_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("partners.id"), index=True)
    capacity: Mapped[int | None]
    taken: Mapped[int] = mapped_column(default=0)
    languages: Mapped[str] = mapped_column(String(120), default="")
    interpreted: Mapped[str] = mapped_column(String(120), default="")
    members_only: Mapped[bool] = mapped_column(default=False)
    takes_rsvps: Mapped[bool] = mapped_column(default=True)
    closed_at: Mapped[datetime | None]
    cancel_until: Mapped[datetime | None]
    sequence: Mapped[int] = mapped_column(default=0)
    proposed_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("staff_accounts.id", ondelete="SET NULL"))
    proposed_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[datetime | None]
    added_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    @property
    def spoken(self) -> list[str]:
        """The codes of the languages that are spoken."""
        return self.languages.split()

    @property
    def interpreted_into(self) -> list[str]:
        """The codes of the languages that are interpreted into."""
        return self.interpreted.split()

    def over(self, now: datetime) -> bool:
        """Whether it has ended."""
        return now >= self.ends_at


class EventTexts(Base):
    """An event in one language. `joining` is for those with a seat, `agenda` for members.

    `notice` is what guests are told when it is cancelled; `thanks` what the thank you adds. `reviewed`: a native
    speaker has read it. `made_from` is the version of the English texts that it was translated from.
    """

    __tablename__ = "event_texts"
    event_id: Mapped[int] = mapped_column(BigId, ForeignKey("events.id", ondelete="CASCADE"), primary_key=True)
    language: Mapped[str] = mapped_column(String(12), primary_key=True)
    title: Mapped[str] = mapped_column(String(120))
    summary: Mapped[str] = mapped_column(String(300), default="")
    body: Mapped[str] = mapped_column(Text, default="")
    joining: Mapped[str] = mapped_column(Text, default="")
    agenda: Mapped[str] = mapped_column(Text, default="")
    picture_alt: Mapped[str] = mapped_column(String(200), default="")
    notice: Mapped[str] = mapped_column(Text, default="")
    thanks: Mapped[str] = mapped_column(Text, default="")
    reviewed: Mapped[bool] = mapped_column(default=False)
    made_from: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)


class EventHost(Base):
    """That a partner hosts an event together with its host."""

    __tablename__ = "event_hosts"
    event_id: Mapped[int] = mapped_column(BigId, ForeignKey("events.id", ondelete="CASCADE"), primary_key=True)
    partner_id: Mapped[int] = mapped_column(BigId, ForeignKey("partners.id"), primary_key=True, index=True)


class EventPicture(Base):
    """An event's picture as we drew it anew from what was sent: `kind` is `png` or `jpeg`, sizes are in pixels."""

    __tablename__ = "event_pictures"
    event_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("events.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    kind: Mapped[str] = mapped_column(String(10))
    content: Mapped[bytes]
    width: Mapped[int]
    height: Mapped[int]
    added_at: Mapped[datetime]


class FormerEventSlug(Base):
    """An address that an event once had: printed and mailed links keep working."""

    __tablename__ = "former_event_slugs"
    slug: Mapped[str] = mapped_column(String(60), primary_key=True)
    event_id: Mapped[int] = mapped_column(BigId, ForeignKey("events.id", ondelete="CASCADE"), index=True)


class Answer(StrEnum):
    """How a question is answered."""

    TEXT = "text"
    YES_NO = "yes/no"


class EventQuestion(Base):
    """A question that staff put to those who come; at most five. `place` is its place in the form."""

    __tablename__ = "event_questions"
    __table_args__ = (NEVER_REUSED,)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(BigId, ForeignKey("events.id", ondelete="CASCADE"), index=True)
    place: Mapped[int]
    answer: Mapped[str] = mapped_column(String(10))
    required: Mapped[bool] = mapped_column(default=False)


class QuestionWords(Base):
    """A question in one language."""

    __tablename__ = "event_question_words"
    question_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("event_questions.id", ondelete="CASCADE"), primary_key=True
    )
    language: Mapped[str] = mapped_column(String(12), primary_key=True)
    words: Mapped[str] = mapped_column(String(200))


class Rsvp(Base):
    """That somebody comes, with a party of so many (themselves counted). One row per event and mailbox, ever.

    `lapses_at` is until when it stands without an answer: of a held or waiting one until it is confirmed, of an offered
    one until the seat is accepted; none when nothing is awaited. `joined_at` is by whom comes first. `interpretation`
    is a language code, `answers` JSON from a question's id to what was said. `newsletter`, `delivery` and `mailing`
    hold the words that were ticked, which wait for confirming; `offer_partner_id` says for which partner.
    `door_code` is what a guest shows at the door, `came` how many came, once they were checked in there. A `walk_in`
    came without an RSVP: no mailbox, perhaps no name. `ended_at` is when it was cancelled or lapsed;
    `disowned_at`, when its mailbox said "this was not me".
    """

    __tablename__ = "rsvps"
    __table_args__ = (
        UniqueConstraint("event_id", "supporter_id"),
        Index(
            "ix_rsvps_waiting",
            "event_id",
            "joined_at",
            "id",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index(
            "ix_rsvps_lapses_at",
            "lapses_at",
            sqlite_where=text("lapses_at IS NOT NULL"),
            postgresql_where=text("lapses_at IS NOT NULL"),
        ),
        Index(
            "ix_rsvps_lapsing",
            "event_id",
            "lapses_at",
            sqlite_where=text("lapses_at IS NOT NULL"),
            postgresql_where=text("lapses_at IS NOT NULL"),
        ),
        Index(
            "ix_rsvps_code_id",
            "code_id",
            sqlite_where=text("code_id IS NOT NULL"),
            postgresql_where=text("code_id IS NOT NULL"),
        ),
        Index("ix_rsvps_event_id", "event_id", "id"),
        Index("ix_rsvps_door_code", "event_id", "door_code"),
        Index("ix_rsvps_name_key", "event_id", "name_key"),
        NEVER_REUSED,
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(BigId, ForeignKey("events.id"))
    supporter_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("supporters.id"), index=True)
    state: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(100))
    name_key: Mapped[str] = mapped_column(String(200))
    party: Mapped[int]
    language: Mapped[str] = mapped_column(String(12))
    interpretation: Mapped[str] = mapped_column(String(12), default="")
    access_needs: Mapped[str] = mapped_column(Text, default="")
    answers: Mapped[str] = mapped_column(Text, default="")
    newsletter: Mapped[str] = mapped_column(Text, default="")
    offer_partner_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("partners.id"), index=True)
    delivery: Mapped[str] = mapped_column(Text, default="")
    mailing: Mapped[str] = mapped_column(Text, default="")
    code_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("codes.id"))
    door_code: Mapped[str] = mapped_column(String(10), default="")
    joined_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    offered_at: Mapped[datetime | None]
    seated_at: Mapped[datetime | None]
    lapses_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    disowned_at: Mapped[datetime | None]
    walk_in: Mapped[bool] = mapped_column(default=False)
    checked_in_at: Mapped[datetime | None]
    came: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    no_show: Mapped[bool] = mapped_column(default=False)


class NewsKind(StrEnum):
    """What the guests of an event are told."""

    CHANGED = "changed"
    CANCELLED = "cancelled"
    MESSAGE = "message"
    DAY_BEFORE = "day before"
    HOURS_BEFORE = "hours before"
    THANKS = "thanks"


class EventNews(Base):
    """Something that all guests of an event are told, from `due_at` on, in parts: `reached` is the last RSVP that was.

    Of a change it holds how things were before; of a host's message its words, whose they are and for whom: it is done
    with, as a draft, until `sent_at`. What is told once has one row for each event, which moves with the start.
    """

    __tablename__ = "event_news"
    __table_args__ = (
        Index(
            "uq_event_news_once",
            "event_id",
            "kind",
            unique=True,
            sqlite_where=text("kind NOT IN ('changed', 'message')"),
            postgresql_where=text("kind NOT IN ('changed', 'message')"),
        ),
        Index(
            "ix_event_news_due_at",
            "due_at",
            sqlite_where=text("done_at IS NULL"),
            postgresql_where=text("done_at IS NULL"),
        ),
        NEVER_REUSED,
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(BigId, ForeignKey("events.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    due_at: Mapped[datetime]
    reached: Mapped[int] = mapped_column(BigId, default=0)
    done_at: Mapped[datetime | None]
    made_at: Mapped[datetime]
    starts_before: Mapped[datetime | None]
    ends_before: Mapped[datetime | None]
    zone_before: Mapped[str] = mapped_column(String(40), default="")
    place_before_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("places.id"))
    link_before: Mapped[str] = mapped_column(String(500), default="")
    titles_before: Mapped[str] = mapped_column(Text, default="")
    subject: Mapped[str] = mapped_column(String(120), default="")
    words: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(String(12), default="en")
    account_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("staff_accounts.id", ondelete="SET NULL"))
    audience: Mapped[str] = mapped_column(String(8), default="", server_default=text("''"))
    sent_at: Mapped[datetime | None]


class Audience(StrEnum):
    """To whom a host's message goes. All of them have confirmed their mailbox."""

    FIRM = "firm"
    WAITING = "waiting"
    ALL = "all"


class GuestNews(Base):
    """That one guest was told: what a letter about it names. Nobody is told the same twice."""

    __tablename__ = "guest_news"
    __table_args__ = (UniqueConstraint("news_id", "rsvp_id"), NEVER_REUSED)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    news_id: Mapped[int] = mapped_column(BigId, ForeignKey("event_news.id", ondelete="CASCADE"))
    rsvp_id: Mapped[int] = mapped_column(BigId, ForeignKey("rsvps.id", ondelete="CASCADE"), index=True)


class DoorHelper(Base):
    """A link by which somebody without an account checks guests in, for a day. The link itself is signed, not kept.

    `name` is what staff call it by.
    """

    __tablename__ = "door_helpers"
    __table_args__ = (NEVER_REUSED,)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(BigId, ForeignKey("events.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    account_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("staff_accounts.id", ondelete="SET NULL"))
    made_at: Mapped[datetime]
    until: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Arrival(Base):
    """That a party came: who counted it in, and who took that back. What stands is the sum of those not undone.

    `standing_id` is the RSVP as long as it stands, so that two who check the same guest in count once; `press` is the
    mark of the form by which somebody without an RSVP was counted, so that pressing twice counts once. `waited`: there
    was no seat for them before; `party_before`: for how many they had asked.
    """

    __tablename__ = "arrivals"
    __table_args__ = (
        Index(
            "ix_arrivals_standing",
            "event_id",
            "party",
            sqlite_where=text("undone_at IS NULL"),
            postgresql_where=text("undone_at IS NULL"),
        ),
        NEVER_REUSED,
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(BigId, ForeignKey("events.id", ondelete="CASCADE"), index=True)
    rsvp_id: Mapped[int] = mapped_column(BigId, ForeignKey("rsvps.id", ondelete="CASCADE"), index=True)
    standing_id: Mapped[int | None] = mapped_column(BigId, unique=True)
    press: Mapped[str | None] = mapped_column(String(40), unique=True)
    party: Mapped[int]
    party_before: Mapped[int]
    waited: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime]
    account_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("staff_accounts.id", ondelete="SET NULL"))
    helper_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("door_helpers.id", ondelete="SET NULL"))
    undone_at: Mapped[datetime | None]
    undone_by_account_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("staff_accounts.id", ondelete="SET NULL")
    )
    undone_by_helper_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("door_helpers.id", ondelete="SET NULL"))


class NamelessGuests(Base):
    """How many had a seat and how many came of those whose RSVPs are forgotten, by event and by code (0 for none)."""

    __tablename__ = "nameless_guests"
    event_id: Mapped[int] = mapped_column(BigId, ForeignKey("events.id"), primary_key=True)
    code_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    seats: Mapped[int] = mapped_column(server_default=text("0"))
    came: Mapped[int] = mapped_column(server_default=text("0"))


class EventAnswer(Base):
    """That one of a partner's people is told what became of a proposal: what the letter about it names."""

    __tablename__ = "event_answers"
    __table_args__ = (NEVER_REUSED,)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(BigId, ForeignKey("events.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("staff_accounts.id", ondelete="CASCADE"), index=True)
    approved: Mapped[bool]
    message: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime]

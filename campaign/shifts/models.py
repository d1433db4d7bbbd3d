"""The tables of shifts, of who takes them, and of the hours that came of it.

    shift:     open ──cancel──> cancelled
    placement: taken ──cancel──> cancelled ──again──> taken or waiting
                 ├──staff, or a requirement that is lost──> removed (with the reason)
                 └──check in──> taken, `checked_in_at` ──check out──> `checked_out_at`
               waiting ──a place is free──> offered ──accept──> taken
                                              └──time──> lapsed
               came without having taken it ──> taken and checked in, `walk_in`

taken and offered take a place; `ShiftNeed.taken` is their number, kept in the transaction that locks the shift's row.
Positions are counted from (joined_at, id) and never stored.
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from ..db import NEVER_REUSED, SEALED, Base, BigId


class ShiftState(StrEnum):
    """Whether a shift can be taken. Whether it is open yet, or over, is a matter of time."""

    OPEN = "open"
    CANCELLED = "cancelled"


class PlacementState(StrEnum):
    """What became of somebody's place on a shift."""

    WAITING = "waiting"
    OFFERED = "offered"
    TAKEN = "taken"
    CANCELLED = "cancelled"
    REMOVED = "removed"
    LAPSED = "lapsed"


TAKES_A_PLACE = (PlacementState.TAKEN, PlacementState.OFFERED)
LIVE = (*TAKES_A_PLACE, PlacementState.WAITING)


class HoursSource(StrEnum):
    """Where hours come from: checked in and out on a shift, its length (no check-out), or written down by hand."""

    CHECK_IN = "check-in"
    LENGTH = "length"
    HAND = "hand"


class HoursState(StrEnum):
    """Whether hours count."""

    LOGGED = "logged"
    APPROVED = "approved"
    DECLINED = "declined"


class ShiftBatch(Base):
    """Many shifts made at once; undoing it cancels those of them that nobody has taken."""

    __tablename__ = "shift_batches"
    __table_args__ = (NEVER_REUSED,)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("staff_accounts.id", ondelete="SET NULL"))
    made_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]


class Shift(Base):
    """A time at a place at which volunteers help. Times are moments; `zone` names the clock they are read on (IANA).

    `opens_at`: from when it can be taken (none: at once). `cancel_until`: until when a volunteer can give it back
    alone (none: the start). `note` is for those who come. `coordinator` and `coordinator_phone` (sealed) are whom to
    reach on the day; `coordinator_id` is the account, if that is one of the staff, whose name is told where no other is
    written. `event_id` is the event that it belongs to; neither moves the other. `sequence` is what calendars know a
    change by (RFC 5545, 3.8.7.4). `cancelled_for` is what volunteers are told.
    """

    __tablename__ = "shifts"
    __table_args__ = (Index("ix_shifts_starts_at", "starts_at"), NEVER_REUSED)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    state: Mapped[str] = mapped_column(String(10), default=ShiftState.OPEN)
    place_id: Mapped[int] = mapped_column(BigId, ForeignKey("places.id"), index=True)
    event_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("events.id"), index=True)
    batch_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("shift_batches.id"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    zone: Mapped[str] = mapped_column(String(40))
    opens_at: Mapped[datetime | None]
    cancel_until: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(Text, default="")
    coordinator: Mapped[str] = mapped_column(String(100), default="")
    coordinator_phone: Mapped[str] = mapped_column(Text, default="", info=SEALED)
    coordinator_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("staff_accounts.id", ondelete="SET NULL"))
    sequence: Mapped[int] = mapped_column(default=0)
    added_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]
    cancelled_for: Mapped[str] = mapped_column(String(200), default="")
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class ShiftNeed(Base):
    """How many a shift needs in a role. `languages` are those it needs among them, as codes between spaces.

    `taken` is the number of places that are taken; it is no edit of the shift, so it does not raise its version.
    """

    __tablename__ = "shift_needs"
    __table_args__ = (UniqueConstraint("shift_id", "role_id"), NEVER_REUSED)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    shift_id: Mapped[int] = mapped_column(BigId, ForeignKey("shifts.id", ondelete="CASCADE"))
    role_id: Mapped[int] = mapped_column(BigId, ForeignKey("volunteer_roles.id"), index=True)
    number: Mapped[int]
    languages: Mapped[str] = mapped_column(String(120), default="")
    taken: Mapped[int] = mapped_column(default=0)


class Placement(Base):
    """That somebody has, or waits for, a place on a shift. One row per shift and volunteer, ever.

    `reason` says why it ended where somebody else ended it; it stays if they are added on the day all the same.
    `lapses_at` is until when an offered place is kept. `door_code` is what they show at the table. A `walk_in` was
    added there on the day; `made_room`: though no place was free, so the need became one larger. `helper_id` is the
    link that added a walk-in, or that last checked somebody in or out or took that back; not what staff did after it.
    """

    __tablename__ = "placements"
    __table_args__ = (
        UniqueConstraint("shift_id", "volunteer_id"),
        Index(
            "ix_placements_waiting",
            "need_id",
            "joined_at",
            "id",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index(
            "ix_placements_lapses_at",
            "lapses_at",
            sqlite_where=text("lapses_at IS NOT NULL"),
            postgresql_where=text("lapses_at IS NOT NULL"),
        ),
        Index("ix_placements_door_code", "shift_id", "door_code"),
        NEVER_REUSED,
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    shift_id: Mapped[int] = mapped_column(BigId, ForeignKey("shifts.id"))
    need_id: Mapped[int] = mapped_column(BigId, ForeignKey("shift_needs.id"), index=True)
    volunteer_id: Mapped[int] = mapped_column(BigId, ForeignKey("volunteers.id", ondelete="CASCADE"), index=True)
    state: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(300), default="")
    door_code: Mapped[str] = mapped_column(String(10), default="")
    joined_at: Mapped[datetime]
    taken_at: Mapped[datetime | None]
    offered_at: Mapped[datetime | None]
    lapses_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    checked_in_at: Mapped[datetime | None]
    checked_out_at: Mapped[datetime | None]
    no_show: Mapped[bool] = mapped_column(default=False)
    walk_in: Mapped[bool] = mapped_column(default=False, server_default=false())
    made_room: Mapped[bool] = mapped_column(default=False, server_default=false())
    helper_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("shift_helpers.id", ondelete="SET NULL"), index=True
    )


class ShiftHelper(Base):
    """A link by which somebody without an account checks volunteers in at a shift. It is signed, not kept.

    `name` is what staff call it by. When it opens and when it closes follows from the shift.
    """

    __tablename__ = "shift_helpers"
    __table_args__ = (NEVER_REUSED,)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    shift_id: Mapped[int] = mapped_column(BigId, ForeignKey("shifts.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    account_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("staff_accounts.id", ondelete="SET NULL"))
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class ShiftAsk(Base):
    """That somebody was asked by letter to fill a gap. `asked_on` is the campaign's day: once a day."""

    __tablename__ = "shift_asks"
    __table_args__ = (UniqueConstraint("volunteer_id", "asked_on"), NEVER_REUSED)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    need_id: Mapped[int] = mapped_column(BigId, ForeignKey("shift_needs.id", ondelete="CASCADE"), index=True)
    volunteer_id: Mapped[int] = mapped_column(BigId, ForeignKey("volunteers.id", ondelete="CASCADE"))
    account_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("staff_accounts.id", ondelete="SET NULL"))
    asked_on: Mapped[date]
    asked_at: Mapped[datetime]
    answer: Mapped[str] = mapped_column(String(10), default="")
    answered_at: Mapped[datetime | None]


class ShiftNewsKind(StrEnum):
    """What those on a shift are told."""

    CHANGED = "changed"
    CANCELLED = "cancelled"
    DAY_BEFORE = "day before"
    HOURS_BEFORE = "hours before"


class ShiftNews(Base):
    """Something that all on a shift are told, from `due_at` on, in parts: `reached` is the last placement that was.

    What is told once has one row for each shift, which moves with the start. Of a change it holds how things were.
    """

    __tablename__ = "shift_news"
    __table_args__ = (
        Index(
            "uq_shift_news_once",
            "shift_id",
            "kind",
            unique=True,
            sqlite_where=text("kind <> 'changed'"),
            postgresql_where=text("kind <> 'changed'"),
        ),
        Index(
            "ix_shift_news_due_at",
            "due_at",
            sqlite_where=text("done_at IS NULL"),
            postgresql_where=text("done_at IS NULL"),
        ),
        NEVER_REUSED,
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    shift_id: Mapped[int] = mapped_column(BigId, ForeignKey("shifts.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    due_at: Mapped[datetime]
    reached: Mapped[int] = mapped_column(BigId, default=0)
    done_at: Mapped[datetime | None]
    made_at: Mapped[datetime]
    starts_before: Mapped[datetime | None]
    ends_before: Mapped[datetime | None]
    zone_before: Mapped[str] = mapped_column(String(40), default="")
    place_before_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("places.id"))


class PlacementNews(Base):
    """That one volunteer was told: what a letter about it names. Nobody is told the same twice."""

    __tablename__ = "placement_news"
    __table_args__ = (UniqueConstraint("news_id", "placement_id"), NEVER_REUSED)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    news_id: Mapped[int] = mapped_column(BigId, ForeignKey("shift_news.id", ondelete="CASCADE"))
    placement_id: Mapped[int] = mapped_column(BigId, ForeignKey("placements.id", ondelete="CASCADE"), index=True)


class Hours(Base):
    """Time that somebody gave. Once its volunteer is erased it stays without a name, for the totals.

    `language` is the one they used, if that mattered; `note` says what other work was (by hand only). Hours of a shift
    name its placement, once. `corrected_at`: staff wrote other `minutes`. Who of them did stands in the audit trail.
    """

    __tablename__ = "volunteer_hours"
    __table_args__ = (
        Index(
            "uq_volunteer_hours_placement",
            "placement_id",
            unique=True,
            sqlite_where=text("placement_id IS NOT NULL"),
            postgresql_where=text("placement_id IS NOT NULL"),
        ),
        Index("ix_volunteer_hours_worked_on", "worked_on"),
        NEVER_REUSED,
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    volunteer_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("volunteers.id", ondelete="SET NULL"), index=True
    )
    placement_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("placements.id", ondelete="SET NULL"))
    role_id: Mapped[int] = mapped_column(BigId, ForeignKey("volunteer_roles.id"), index=True)
    language: Mapped[str] = mapped_column(String(12), default="")
    worked_on: Mapped[date]
    minutes: Mapped[int]
    source: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10))
    note: Mapped[str] = mapped_column(String(300), default="")
    logged_at: Mapped[datetime]
    corrected_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

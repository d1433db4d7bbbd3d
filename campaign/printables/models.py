"""The tables of prints.

print:  checking ──a piece cannot be printed──> refused
           └──> proving ──> proof ──sign off──> printing ──> ready ──90 days──> without files ──again──> printing
        any of them ──discard──> discarded

Codes are made between *checking* and *proving*, all at once: what cannot be printed leaves none behind. Where
`stuck_at` is set the worker has given up and `trouble` says why, until somebody lets it try again.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ..db import NEVER_REUSED, Base, BigId

MOST_PIECES = 1_000


class State(StrEnum):
    """Where a print stands."""

    CHECKING = "checking"
    REFUSED = "refused"
    PROVING = "proving"
    PROOF = "proof"
    PRINTING = "printing"
    READY = "ready"
    DISCARDED = "discarded"


class Print(Base):
    """A batch of pieces of one design, for one printer. `partner_id` is whose they are, if all are one partner's.

    `target` is empty where the design carries the hotline alone; `said` is an Order's, as JSON; nudges are tenths of a
    millimetre. `made_at` stands in the files as their time, so that the same rows make the same bytes. `lease` marks
    the worker that has it in hand until `leased_until`; `done` counts the pieces in finished files.
    """

    __tablename__ = "prints"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    title: Mapped[str] = mapped_column(String(120))
    design: Mapped[str] = mapped_column(String(40))
    paper: Mapped[str] = mapped_column(String(12))
    output: Mapped[str] = mapped_column(String(10))
    nudge_across: Mapped[int] = mapped_column(default=0)
    nudge_down: Mapped[int] = mapped_column(default=0)
    target: Mapped[str] = mapped_column(String(200))
    said: Mapped[str] = mapped_column(Text)
    partner_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("partners.id"), index=True)
    made_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(12))
    trouble: Mapped[str] = mapped_column(Text, default="")
    stuck_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    lease: Mapped[str] = mapped_column(String(20), default="")
    leased_until: Mapped[datetime | None]
    total: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    signed_off_at: Mapped[datetime | None]
    ready_at: Mapped[datetime | None]
    files_gone_at: Mapped[datetime | None]
    size: Mapped[int] = mapped_column(BigId, default=0)
    digest: Mapped[str] = mapped_column(String(64), default="")

    __table_args__ = (Index("ix_prints_state", "state", "id"), NEVER_REUSED)


class Piece(Base):
    """One piece of a print, in its order: which language or two, for which place and partner, how many copies.

    `place_line` is what is printed of the place. `code_id` leads to its code, once it has one.
    """

    __tablename__ = "pieces"
    print_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("prints.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    language: Mapped[str] = mapped_column(String(12))
    second: Mapped[str] = mapped_column(String(12), default="")
    target: Mapped[str] = mapped_column(String(200))
    place_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("places.id"), index=True)
    place_line: Mapped[str] = mapped_column(String(200), default="")
    partner_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("partners.id"), index=True)
    copies: Mapped[int] = mapped_column(default=1)
    code_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("codes.id"), unique=True)

"""The tables of codes. A visit is a number for a day: no address, no cookie, no browser is ever kept with it."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Base, BigId


class Code(Base):
    """A printed code. `target` is a path of this site without its language; a retired code leads to a kind page.

    `partner_id` is the partner whose code it is, if it is one's; `place_id` is where it hangs, if that place is known.
    `design` is what it is printed on, in a `second` language too if it has one; `print_id` with what else it was made.
    From `lifted_at` to `lifted_until` many may sign by it from one network: staff expect a crowd there.
    """

    __tablename__ = "codes"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    code: Mapped[str] = mapped_column(String(10), unique=True)
    target: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(12))
    note: Mapped[str] = mapped_column(String(200), default="")
    partner_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("partners.id"), index=True)
    place_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("places.id"), index=True)
    design: Mapped[str] = mapped_column(String(40), default="poster")
    second: Mapped[str] = mapped_column(String(12), default="")
    print_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("prints.id"), index=True)
    made_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
    lifted_at: Mapped[datetime | None]
    lifted_until: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    def expects_crowd(self, now: datetime) -> bool:
        """Whether the limit is lifted for those who come by it now."""
        return self.lifted_until is not None and now < self.lifted_until


class CodeChange(Base):
    """That a code was pointed elsewhere: from where, to where, when, by which account."""

    __tablename__ = "code_changes"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    code_id: Mapped[int] = mapped_column(BigId, ForeignKey("codes.id"), index=True)
    before: Mapped[str] = mapped_column(String(200))
    after: Mapped[str] = mapped_column(String(200))
    account_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("staff_accounts.id", ondelete="SET NULL"))
    changed_at: Mapped[datetime]


class Visits(Base):
    """How often a code was followed on a day (UTC)."""

    __tablename__ = "code_visits"
    code_id: Mapped[int] = mapped_column(BigId, ForeignKey("codes.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True, index=True)
    number: Mapped[int]

"""When each sweep last ran and last went well: what shows that a worker lives, from wherever it works."""

import logging
from datetime import datetime, timedelta
from time import monotonic

from sqlalchemy import String, func, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, mapped_column

from . import clock, db
from .db import Base

log = logging.getLogger("campaign.pulse")
EVERY = 25.0  # seconds: a sweep that a crowd of acts wakes is noted this often, not each time
LOST_AFTER = timedelta(minutes=3)  # the timetable runs every minute


class SweepRun(Base):
    """One sweep; `id` is its name."""

    __tablename__ = "sweep_runs"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    ran_at: Mapped[datetime]
    succeeded_at: Mapped[datetime | None]


class Pulse:
    """What one process has noted, so that it writes no more often than it must."""

    def __init__(self) -> None:
        self.noted: dict[str, tuple[float, bool]] = {}

    def note(self, name: str, *, went_well: bool) -> None:
        """A sweep has run. What cannot be written is written the next time."""
        at, before = self.noted.get(name, (float("-inf"), not went_well))
        if before is went_well and monotonic() - at < EVERY:
            return
        now = clock.now()
        changes = {"ran_at": now, **({"succeeded_at": now} if went_well else {})}
        try:
            with db.writing() as session:
                db.add_or_find(SweepRun, {"id": name, "ran_at": now}, "id")
                session.execute(update(SweepRun).where(SweepRun.id == name).values(**changes))
        except (SQLAlchemyError, OSError) as error:
            log.warning("could not note that %s ran: %s", name, type(error).__name__)
        else:
            self.noted[name] = monotonic(), went_well


def worker_seen_at() -> datetime | None:
    """When a worker last ran any sweep, well or not."""
    return db.session().scalar(select(func.max(SweepRun.ran_at)))


def successes() -> dict[str, datetime]:
    """When each sweep last went well; one that never did is not among them."""
    rows = db.session().execute(select(SweepRun.id, SweepRun.succeeded_at).order_by(SweepRun.id))
    return {row[0]: row[1] for row in rows if row[1] is not None}

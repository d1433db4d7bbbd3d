"""The one clock: every moment in the program comes from here, so tests can stop it."""

from datetime import UTC, date, datetime


def now() -> datetime:
    """This moment, in UTC and saying so."""
    return datetime.now(UTC)


def today() -> date:
    """The day it is in UTC, the day by which limits and sweeps count."""
    return now().date()

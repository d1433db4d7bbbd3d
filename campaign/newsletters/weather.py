"""When sending should stop by itself, and in which words: decided from what became of the last letters."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from .pool import Fate, Outcome

TOO_MANY = 20  # letters in a row that did not go: no longer about those people
SILENCES = 3  # in a row: each leaves a letter of which nobody knows
PAUSES = (timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10))  # while the server is away
MOST_ATTEMPTS = 6  # of one letter that the server does not want now
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=2), timedelta(hours=1)

AWAY = "Sending was paused: {words}, {tries} times in {minutes} minutes. Nothing is lost. Resume when it is back."
REFUSING = (
    "Sending was paused: {number} letters in a row did not go ({words}). That is seldom about the people: ask whoever "
    "keeps the mail server whether it may send so much, then resume."
)
SILENT = (
    "Sending was paused: {words}, {number} times in a row. Those letters are listed as uncertain. Look into the log of "
    "the mail server before you resume."
)


@dataclass(frozen=True)
class Weather:
    """How it went of late. `stop` holds why sending must pause; `wait` for how long it has no sense to go on."""

    in_a_row: int = 0
    silences: int = 0
    aways: int = 0
    stop: str = ""
    wait: timedelta | None = None

    def after(self, outcomes: Sequence[Outcome]) -> "Weather":
        """How it is after these."""
        weather = self
        for one in outcomes:
            weather = weather._after(one)
        return weather

    def _after(self, one: Outcome) -> "Weather":
        if one.fate is Fate.SENT:
            return replace(self, in_a_row=0, silences=0, aways=0)
        if one.fate is Fate.AWAY:
            return self if self.wait else self._away(one.words)
        silences = self.silences + 1 if one.fate is Fate.UNCERTAIN else 0
        stop, in_a_row = self.stop, self.in_a_row + 1
        if silences >= SILENCES:
            stop = stop or SILENT.format(words=one.words, number=silences)
        elif in_a_row >= TOO_MANY:
            stop = stop or REFUSING.format(words=one.words, number=in_a_row)
        return replace(self, in_a_row=in_a_row, silences=silences, stop=stop)

    def _away(self, words: str) -> "Weather":
        """The first of several that found the server away speaks for all."""
        if self.aways < len(PAUSES):
            return replace(self, aways=self.aways + 1, wait=PAUSES[self.aways])
        minutes = round(sum(PAUSES, timedelta()).total_seconds() / 60)
        return replace(self, stop=self.stop or AWAY.format(words=words, tries=self.aways + 1, minutes=minutes))


def again_at(attempts: int, now: datetime) -> datetime | None:
    """When a letter that was not wanted is tried once more; None when it was tried often enough."""
    return None if attempts >= MOST_ATTEMPTS else now + min(LONGEST_WAIT, FIRST_WAIT * 2 ** max(0, attempts - 1))

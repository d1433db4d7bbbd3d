"""How far a newsletter is, how fast it goes, and how long it will take: for its page and for a script."""

from dataclasses import dataclass
from math import ceil

from .. import db
from . import recipients
from .models import Newsletter, NewsletterState
from .runs import GONE, RecipientState, Run

MOVING = (NewsletterState.SCHEDULED, NewsletterState.SENDING)


@dataclass(frozen=True)
class Progress:
    """Numbers of letters; `rate` in a minute, 0 when none has left yet; `minutes` until the last, where one can say."""

    state: str
    trouble: str
    counts: dict[RecipientState, int]
    rate: int
    minutes: int | None

    @property
    def total(self) -> int:
        """How many people."""
        return sum(self.counts.values())

    @property
    def done(self) -> int:
        """Of how many it is over, well or not."""
        return self.total - self.counts[RecipientState.WAITING] - self.counts[RecipientState.SENDING]

    @property
    def begun(self) -> int:
        """How many letters have left, or may have."""
        return sum(self.counts[state] for state in GONE)

    @property
    def moving(self) -> bool:
        """Whether it goes on by itself."""
        return self.state in MOVING

    @property
    def key(self) -> str:
        """Another one when the page has more to show than numbers."""
        return f"{self.state}{'!' if self.trouble else ''}"


def of(newsletter_id: int) -> Progress:
    """How far it is. Raises LookupError."""
    session = db.session()
    if (one := session.get(Newsletter, newsletter_id)) is None:
        raise LookupError(newsletter_id)
    run = session.get(Run, newsletter_id)
    counts = recipients.counts(newsletter_id)
    rate = min(run.measured, run.per_minute) if run else 0
    left = counts[RecipientState.WAITING] + counts[RecipientState.SENDING]
    minutes = ceil(left / rate) if rate and left and one.state == NewsletterState.SENDING else None
    return Progress(one.state, run.trouble if run else "", counts, rate, minutes)


def in_words(minutes: int | None) -> str:
    """How long that is."""
    if minutes is None:
        return ""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"about {minutes} {'minute' if minutes == 1 else 'minutes'} left"
    return f"about {hours} h {rest} min left" if rest else f"about {hours} h left"

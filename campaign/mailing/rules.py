"""What an answer of the list means for a person, and how long to wait after a failure; nothing here asks anybody.

The list is never told "subscribed" about somebody whom it knows: `status_if_new` acts on newcomers alone, so whoever
left, by whichever door, stays gone. Only a fresh yes of the person's own (`again`) asks the list to ask them.
"""

from datetime import timedelta
from random import Random

from .audience import Fate, ListState, Outcome, Person

A_BATCH = 500  # people in one call, Mailchimp's limit
A_FEW = 20  # people in one round when each needs a call of their own, and as a trial when the last call failed
CALLS_AT_ONCE = 8  # over all processes and machines: Mailchimp takes 10 from all of an account
MOST_AT_ONCE = CALLS_AT_ONCE  # deliveries under way; each makes one call after another

BEGIN_WITHIN = 20.0  # seconds: a round begins nothing new later than this
GO_ON_WITHIN = 120.0  # seconds: nor any call at all, be it the last of several for one person, or late for its slot
A_CALL = 40.0  # seconds until we stop listening to a call
THEIR_PATIENCE = 120.0  # seconds that Mailchimp may go on working at a call that we have given up
LEASE = timedelta(seconds=GO_ON_WITHIN + A_CALL + THEIR_PATIENCE)  # after it, nothing of the round can still happen

FIRST_PAUSE, LONGEST_PAUSE, LONGEST_WAIT = 10.0, 900.0, 3600.0  # seconds: the whole list, one person
DICE = Random()  # noqa: S311 (nobody gains by guessing it)

WHY_STUCK = {
    ListState.CLEANED: "Mail to this address came back, so the list took it off. Ask them for another address.",
    ListState.ARCHIVED: "Somebody archived this person in the list. Only there can they be taken out of the archive.",
    ListState.TRANSACTIONAL: "The list knows this person for receipts only. Change that in the list if they agreed.",
    ListState.FORGOTTEN: "The list has deleted this person for good. Only they can come back, by the list's own form.",
}
NOT_TAKEN = "The list answered, but did not take the unsubscribe."


def is_on(state: ListState | str | None) -> bool:
    """Whether the list writes to somebody of whom it says this, or will once they click."""
    return state in (ListState.SUBSCRIBED, ListState.PENDING)


def judge(person: Person, state: ListState) -> Outcome:
    """What it means for this person that the list now says this of them."""
    on = is_on(state)
    if not person.wanted:
        return Outcome(person, Fate.UNKNOWN, state, NOT_TAKEN) if on else Outcome(person, Fate.SETTLED, state)
    if on or state is ListState.UNSUBSCRIBED:  # who left at the list has left: the record here follows
        return Outcome(person, Fate.SETTLED, state)
    return Outcome(person, Fate.STUCK, state, WHY_STUCK.get(state, "The list did not take this person."))


def has_left(outcome: Outcome) -> bool:
    """Whether the list told us that somebody left of whom we still believed that they want the news."""
    return outcome.person.wanted and outcome.state is ListState.UNSUBSCRIBED and outcome.fate is Fate.SETTLED


def pause(failures: int, longest: float = LONGEST_PAUSE, dice: Random = DICE) -> timedelta:
    """How long to wait after so many failures: full jitter, so that those who failed together come back apart."""
    return timedelta(seconds=dice.uniform(1, min(longest, FIRST_PAUSE * 2 ** min(failures, 20))))

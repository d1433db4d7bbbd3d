"""What it means for our record that the list says this of somebody; a table of cases, which nothing is asked for.

Here is the truth about who agreed, there about bounces and about a no that was said there. A no that we heard from the
list stands as long as the list says it: who comes back by the list's own form (nobody else can bring them back) has
said yes again. A no of any other door is told to the list once more. That the list does not know somebody is no no.
"""

from enum import StrEnum

from ..supporters.models import Supporter
from .audience import ListState
from .rules import is_on

VANISHED = (
    "They were on the list and are not any more: their address was changed there, or they were deleted for good. "
    "Ask them to say yes here once more, with the address that they use."
)
UNANSWERED = "They did not answer the letter in which the list asked them, so it has let them go."


class Lesson(StrEnum):
    """What follows for us."""

    NOTHING = "nothing"
    LEFT = "left"  # they left there: that is a no here
    BACK = "back"  # they took back, there, the no that they had said there
    TELL = "tell"  # they left here, and the list does not know it
    STUCK = "stuck"  # they want the news, and the list will not send them any: somebody has to look
    FREE = "free"  # what stood in their way there is gone


def lesson(who: Supporter, state: ListState, *, left_there: bool, held: bool = False) -> Lesson:
    """What follows from this state. `left_there`: their last word here is a no that the list had told us.

    `held`: our records are a copy of an earlier day, so that nobody knows which of a yes and a no is newer, wherever
    each was said: the no wins.
    """
    if who.subscribed:
        return _of_one_who_wants(who, state, held=held)
    if state is ListState.SUBSCRIBED and left_there and not held:
        return Lesson.BACK
    return Lesson.TELL if is_on(state) and who.left_at is not None else Lesson.NOTHING


def _of_one_who_wants(who: Supporter, state: ListState, *, held: bool) -> Lesson:
    if is_on(state):
        return Lesson.FREE if who.list_stuck_at else Lesson.NOTHING
    if state is ListState.UNSUBSCRIBED:  # known before: since then they said yes anew, and the list is to ask them
        return Lesson.NOTHING if who.list_state == ListState.UNSUBSCRIBED and not held else Lesson.LEFT
    if state is ListState.ABSENT and (not is_on(who.list_state) or who.list_email):
        return Lesson.NOTHING  # never there, or still under the address that they had before
    return Lesson.NOTHING if who.list_stuck_at and who.list_state == state else Lesson.STUCK


def why_vanished(before: str) -> str:
    """Why somebody whom the list has forgotten is stuck, in words for staff."""
    return UNANSWERED if before == ListState.PENDING else VANISHED

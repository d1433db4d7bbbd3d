"""The acts of a volunteer: take a shift, give it back, wait for one, accept what is offered.

The volunteer is locked before the shift: two windows of one person take turns, and so do all who want one shift.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from secrets import choice

from flask_babel import gettext

from .. import db
from ..errors import Refused
from ..links.rules import ALPHABET
from ..volunteers import service as volunteers
from . import rules, saying, turns
from .models import LIVE, TAKES_A_PLACE, Placement, PlacementState, Shift
from .reasons import in_words
from .rules import No, Why
from .turns import Need, Turn


class Turned(Refused):
    """A shift cannot be taken: the message names the first reason, and `reasons` are all of them."""

    def __init__(self, sentence: str, reasons: Sequence[No] = ()) -> None:
        super().__init__(sentence)
        self.reasons = reasons


@dataclass(frozen=True)
class Seen:
    """How somebody's shifts and a need stood a moment ago: for the negative control of "never twice at once" alone."""

    reasons: list[No]


def look(volunteer_id: int, need_id: int, now: datetime) -> Seen:
    """What stood against it a moment ago. Raises LookupError."""
    mine = turns.turn(turns.shift_of(need_id), now)
    return Seen(turns.refusals(mine, mine.needs[need_id], [volunteer_id])[volunteer_id])


def take(volunteer_id: int, need_id: int, now: datetime, *, seen: Seen | None = None) -> None:
    """Take a place; pressing twice is harmless. Raises LookupError, and Turned with the reason when it cannot be."""
    mine, need, one = _turn(volunteer_id, need_id, now)
    if one is not None and one.state == PlacementState.TAKEN:
        _refuse_another_role(one, need)
        return
    reasons = seen.reasons if seen else _reasons(mine, need, volunteer_id, one)
    if reasons:
        raise Turned(in_words(reasons[0], mine.shift, need.role_id), reasons)
    _place(mine, need, one, volunteer_id)


def _turn(volunteer_id: int, need_id: int, now: datetime) -> tuple[Turn, Need, Placement | None]:
    """The volunteer locked, then the shift. Raises LookupError, and Refused for who is no volunteer now."""
    volunteers.active(volunteer_id)
    mine = turns.turn(turns.shift_of(need_id), now)
    return mine, mine.needs[need_id], turns.theirs(mine.shift.id, volunteer_id)


def _refuse_another_role(one: Placement, need: Need) -> None:
    if one.need_id != need.id:
        raise Turned(gettext("You are on this shift already, in another role. Give that back first."))


def _reasons(mine: Turn, need: Need, volunteer_id: int, one: Placement | None) -> list[No]:
    """What speaks against it. A place that is kept for them is not taken by somebody else."""
    reasons = turns.refusals(mine, need, [volunteer_id])[volunteer_id]
    kept = one is not None and one.state == PlacementState.OFFERED and one.need_id == need.id
    return [no for no in reasons if not (kept and no.why is Why.FULL)]


def _place(mine: Turn, need: Need, one: Placement | None, volunteer_id: int) -> None:
    if one is None:
        one = add(mine, need, volunteer_id, PlacementState.WAITING)
    elif one.state in TAKES_A_PLACE and one.need_id != need.id:
        mine.count(one.need_id, -1)
        mine.count(need.id, 1)
    elif one.state not in LIVE:
        one.joined_at = mine.now  # had once and given back: they come anew
    one.reason = ""
    turns.place(mine, need, one)


def add(mine: Turn, need: Need, volunteer_id: int, state: PlacementState) -> Placement:
    """Their row at this shift, in their turn at it."""
    one = Placement(shift_id=mine.shift.id, need_id=need.id, volunteer_id=volunteer_id, state=state)
    one.joined_at, one.door_code = mine.now, "".join(choice(ALPHABET) for _ in range(7))
    db.session().add(one)
    db.session().flush()
    return one


def wait(volunteer_id: int, need_id: int, now: datetime) -> bool:
    """Stand in line; whether they do: with a place free meanwhile, it is theirs. Twice is harmless.

    Raises LookupError, and Turned for what waiting does not help against.
    """
    mine, need, one = _turn(volunteer_id, need_id, now)
    if one is not None and one.state == PlacementState.TAKEN:
        _refuse_another_role(one, need)
        return False
    reasons = _reasons(mine, need, volunteer_id, one)
    if not reasons:
        _place(mine, need, one, volunteer_id)
        return False
    if not rules.may_wait(reasons):
        hard = [no for no in reasons if no.why not in rules.PASSES]
        raise Turned(in_words(hard[0], mine.shift, need.role_id), reasons)
    _stand_in_line(mine, need, one, volunteer_id)
    return True


def _stand_in_line(mine: Turn, need: Need, one: Placement | None, volunteer_id: int) -> None:
    if one is None:
        add(mine, need, volunteer_id, PlacementState.WAITING)
        return
    if one.state == PlacementState.WAITING and one.need_id == need.id:
        return
    if one.state == PlacementState.OFFERED:
        mine.count(one.need_id, -1)
    one.need_id, one.state, one.joined_at, one.reason = need.id, PlacementState.WAITING, mine.now, ""
    one.lapses_at = one.ended_at = one.offered_at = one.taken_at = None
    db.session().flush()
    turns.promote(mine)


def give_back(volunteer_id: int, shift_id: int, now: datetime) -> None:
    """They come no more, or wait no more; what is given back already is as good as that.

    Raises LookupError, and Refused for a shift that they have once the time for it is over.
    """
    volunteers.active(volunteer_id)
    mine = turns.turn(shift_id, now)
    if (one := turns.theirs(shift_id, volunteer_id)) is None:
        raise LookupError(shift_id)
    if one.state == PlacementState.TAKEN and not may_give_back(mine.shift, now):
        raise Refused(too_late(mine.shift))
    if one.state in (*TAKES_A_PLACE, PlacementState.WAITING):
        turns.end(mine, one, PlacementState.CANCELLED)


def may_give_back(shift: Shift, now: datetime) -> bool:
    """Whether a volunteer can still give it back alone: until the limit, else until the start."""
    return now < min(shift.cancel_until or shift.starts_at, shift.starts_at)


def too_late(shift: Shift) -> str:
    """What somebody reads who wants to give a shift back too late."""
    if name := saying.coordinator(shift):
        who = gettext("It is too late to give this shift back here. Please tell %(name)s.", name=name)
        return str(who)
    return str(gettext("It is too late to give this shift back here. Please write to us."))

"""Who comes to a shift without having taken it: volunteers whom we know and who may do it, added and checked in.

Nobody else is written down: whom we do not know is not trained, and may be a child.
"""

from datetime import datetime

from flask_babel import gettext
from sqlalchemy import select

from .. import db
from ..errors import Refused
from ..events.arrivals import Came
from ..forms import mailbox_of
from ..supporters.models import Supporter
from ..text import clean, fold
from ..volunteers import service as volunteers
from ..volunteers.models import AgeBand, Volunteer, VolunteerState
from . import schedules, service, turns
from .models import TAKES_A_PLACE, Placement, PlacementState, ShiftNeed, ShiftState
from .reasons import why_not
from .turns import Need, Turn

UNKNOWN = "Nobody who volunteers has exactly this name or mail address. Whoever is new signs up first, at /volunteer."
SEVERAL = "Several volunteers have this name. Type the mail address."


def add(
    shift_id: int, typed: str, need_id: int, now: datetime, *, let_in: bool, staff: bool
) -> tuple[Came, Placement | None]:
    """Add the volunteer who is meant, and check them in; who has a place already is checked in, once.

    Without a free place it answers ASK, unless whoever stands there has decided: then the shift needs one more. Who is
    not of the staff names people by their whole name alone, is asked before anybody beyond the list is looked up, so
    that the question says nothing of them, and gives the shift to nobody from whom staff took it back.
    Raises LookupError for a need that is not of this shift, and Refused for who is not known or may not.
    """
    listed = None if staff else _listed(shift_id, typed)
    if _full(shift_id, need_id) and not (staff or let_in or listed):
        return Came.ASK, None
    one = volunteers.active(listed or _meant(typed, addresses=staff))
    mine = turns.turn(shift_id, now)
    if mine.shift.state != ShiftState.OPEN:
        raise Refused(gettext("This shift was cancelled."))
    need, there = mine.needs.get(need_id), turns.theirs(shift_id, one.id)
    if need is None or not need.number:
        raise LookupError(need_id)
    if there is not None and there.state in TAKES_A_PLACE:
        return _arrived(there, now)
    if there is not None and there.state == PlacementState.REMOVED and not staff:
        raise Refused("Staff took this shift back from them.")
    if why := _against(mine, need, one):
        raise Refused(f"{one.name} cannot be added: {why}")
    if not need.free and not let_in:
        return Came.ASK, None
    return Came.COUNTED, _added(mine, need, there, one.id, now)


def _full(shift_id: int, need_id: int) -> bool:
    """Whether all places are taken, by what is written now. Raises LookupError for a need that is not of this shift."""
    need = db.session().get(ShiftNeed, need_id, populate_existing=True)
    if need is None or need.shift_id != shift_id or not need.number:
        raise LookupError(need_id)
    return need.taken >= need.number


def _listed(shift_id: int, typed: str) -> int | None:
    """Who has a place there and exactly this name, if there is one: whoever sees the list finds them there too."""
    mine = (Placement.shift_id == shift_id) & Placement.state.in_(TAKES_A_PLACE)
    found = select(Volunteer.id).join(Placement, Placement.volunteer_id == Volunteer.id)
    key = fold(clean(typed))[:200]
    ids = db.session().scalars(found.where(mine, Volunteer.name_key == key).limit(2)).all() if key else []
    return ids[0] if len(ids) == 1 else None


def _meant(typed: str, *, addresses: bool) -> int:
    """The volunteer with exactly this name or, with `addresses`, mail address. Raises Refused for none or several."""
    found, key = select(Volunteer.id).where(Volunteer.state == VolunteerState.CONFIRMED), fold(clean(typed))[:200]
    if "@" in typed and addresses:
        theirs = select(Supporter.id).where(Supporter.mailbox == mailbox_of(typed)).scalar_subquery()
        found = found.where(Volunteer.supporter_id == theirs)
    else:
        found = found.where(Volunteer.name_key == key)
    ids = db.session().scalars(found.limit(2)).all() if key else []
    if len(ids) != 1:
        raise Refused(SEVERAL if ids else UNKNOWN)
    return ids[0]


def _arrived(one: Placement, now: datetime) -> tuple[Came, Placement]:
    if one.checked_in_at is not None:
        return Came.ALREADY, one
    arrive(one, now)
    return Came.COUNTED, one


def arrive(one: Placement, now: datetime) -> None:
    """They are here: what was only offered to them is theirs."""
    one.checked_in_at, one.checked_out_at, one.no_show = now, None, False
    if one.state != PlacementState.TAKEN:
        one.state, one.taken_at, one.lapses_at = PlacementState.TAKEN, now, None
    db.session().flush()


def _against(mine: Turn, need: Need, one: Volunteer) -> str:
    """What speaks against their helping here, though it has begun: what is lacking, another shift, rest, age."""
    time = schedules.time_of(mine.shift)
    if said := why_not(mine, Placement(shift_id=mine.shift.id, need_id=need.id, volunteer_id=one.id), time):
        return said
    alone = one.age_band == AgeBand.MINOR and not schedules.adults([mine.shift.id])[mine.shift.id] - {one.id}
    return str(gettext("Under 18 you cannot be there alone. An adult must take this shift first.")) if alone else ""


def _added(mine: Turn, need: Need, there: Placement | None, volunteer_id: int, now: datetime) -> Placement:
    room = not need.free
    if room:
        turns.resize(mine, need.id, 1)
    waited = there is not None and there.state == PlacementState.WAITING and there.need_id == need.id
    one = there or service.add(mine, need, volunteer_id, PlacementState.WAITING)
    if one.state != PlacementState.REMOVED:
        one.reason = ""  # else it stays, and says to `leave_again` what they were
    one.need_id, one.state = need.id, PlacementState.TAKEN
    one.joined_at = one.joined_at if waited else now  # who joined before the place was theirs has waited for it
    one.taken_at, one.lapses_at, one.ended_at = now, None, None
    one.walk_in, one.made_room = True, room
    mine.count(need.id, 1)
    arrive(one, now)
    return one


def leave_again(shift_id: int, one: Placement, now: datetime) -> None:
    """A walk-in has not come after all: they are gone from the list, and so is the place that was made for them.

    From whom staff had taken the shift back, it stays taken back, for the reason that they read then. Who had waited
    for it waits again, where they stood, until it begins.
    """
    mine = turns.turn(shift_id, now)
    state = PlacementState.REMOVED if one.reason else PlacementState.CANCELLED
    if mine.to_come and not one.reason and one.taken_at is not None and one.joined_at < one.taken_at:
        state, one.taken_at = PlacementState.WAITING, None
    turns.end(mine, one, state, one.reason, told=False)

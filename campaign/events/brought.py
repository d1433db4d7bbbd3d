"""What printed codes brought to events, and which events a code may lead to."""

from sqlalchemy import ColumnElement, func, select

from .. import clock, db
from ..links import bringing, targets
from ..links.bringing import Brought, Span
from . import listing
from .listing import Wanted
from .models import LIVE, Rsvp

MOST = 200  # events to choose from


@targets.offering.connect
def _to_print(_sender: object) -> list[tuple[str, str]]:
    """The events to come that everybody may see, and the list of them."""
    events = listing.upcoming(Wanted(), clock.now(), size=MOST)[:MOST]
    return [*((f"/events/{one.slug}", one.title) for one in events), ("/events", "All events")]


@bringing.asking.connect
def _in_days(span: Span) -> list[Brought]:
    """The RSVPs that stand, on the days on which they were confirmed. Of those that are forgotten no day is left."""
    one, day = Rsvp, bringing.day_of(Rsvp.confirmed_at)
    within: list[ColumnElement[bool]] = [one.state.in_(LIVE), one.code_id.is_not(None)]
    within += [one.confirmed_at >= span.begins, one.confirmed_at < span.ends, *span.among(one.code_id)]
    by_code = db.session().execute(select(one.code_id, func.count()).where(*within).group_by(one.code_id))
    by_day = db.session().execute(select(day, func.count()).where(*within).group_by(day))
    codes = {int(row[0] or 0): int(row[1]) for row in by_code}
    return [Brought("RSVPs", codes, {bringing.as_day(row[0]): int(row[1]) for row in by_day})]

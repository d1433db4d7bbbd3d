"""Conditions on supporters by the events they came to, for the features above that choose readers.

RSVPs are forgotten some time after their event (retention), and nobody can be found by them then.
"""

from sqlalchemy import ColumnElement, Select, exists

from ..supporters.models import Supporter
from .models import LIVE, Rsvp


def reserved(event_id: int) -> ColumnElement[bool]:
    """That their RSVP for this event is confirmed and stands, with a seat or on the waitlist."""
    return _theirs(Rsvp.event_id == event_id)


def attended(event_id: int) -> ColumnElement[bool]:
    """That they were checked in at this event."""
    return _theirs((Rsvp.event_id == event_id) & Rsvp.checked_in_at.is_not(None))


def came_by(codes: Select[int]) -> ColumnElement[bool]:
    """That one of these codes brought an RSVP of theirs."""
    return _theirs(Rsvp.code_id.in_(codes))


def _theirs(which: ColumnElement[bool]) -> ColumnElement[bool]:
    standing = (Rsvp.supporter_id == Supporter.id) & Rsvp.confirmed_at.is_not(None) & Rsvp.state.in_(LIVE)
    return exists().where(standing, which).correlate(Supporter)

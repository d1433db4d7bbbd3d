"""Conditions on supporters by how they help, for the features above that choose readers; see supporters.audience."""

from sqlalchemy import ColumnElement, Select, exists, true

from ..supporters.models import Supporter
from ..text import fold
from .models import Volunteer, VolunteerState, WishedRole


def helps() -> ColumnElement[bool]:
    """That they are a volunteer."""
    return _are(true())


def wishes_for(role_id: int) -> ColumnElement[bool]:
    """That they are a volunteer and would like to help in this role."""
    wished = (WishedRole.volunteer_id == Volunteer.id) & (WishedRole.role_id == role_id)
    return _are(exists().where(wished).correlate(Volunteer))


def came_by(codes: Select[int]) -> ColumnElement[bool]:
    """That one of these codes brought them to volunteering."""
    return _are(Volunteer.code_id.in_(codes))


def lives_in(area: str) -> ColumnElement[bool]:
    """That they volunteer and gave this town or ZIP code, however they spelled it."""
    return _are(Volunteer.area_key == fold(area)[:160])


def _are(which: ColumnElement[bool]) -> ColumnElement[bool]:
    them = (Volunteer.supporter_id == Supporter.id) & (Volunteer.state == VolunteerState.CONFIRMED)
    return exists().where(them, which).correlate(Supporter)

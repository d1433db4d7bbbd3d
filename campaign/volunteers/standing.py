"""What somebody may do, gathered for the rules; and the signals by which shifts learn that it has become less.

Both are sent in the transaction of the act, the volunteer's supporter locked, with `now`.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from blinker import Signal
from flask_babel import gettext
from sqlalchemy import ColumnElement, exists, select

from .. import db, i18n
from ..supporters.models import Supporter
from . import lists, rules
from .models import Guardian, Qualification, Volunteer
from .rules import Held, Lack, Missing, Person

WHEN_TOLD = "when-told"  # the page of words on what to do when somebody says that they need help
may_do_less = Signal("This volunteer (an id) lost something: look at their later shifts with `rules.missing`.")
asks_more = Signal("This role (an id) asks for more than before: look at the later shifts of those who have it.")
adding = Signal("Asks the features above for what they add to this volunteer's own page (an id): HTML, or nothing.")
stops = Signal("This volunteer (an id) leaves, is ended or is deleted: give back what they have taken, say nothing.")


def people(volunteer_ids: Iterable[int]) -> dict[int, Person]:
    """What the rules need to know of these volunteers, in as many statements for a thousand as for one."""
    ids = list(volunteer_ids)
    guardians = select(Guardian.volunteer_id, Guardian.state).where(Guardian.volunteer_id.in_(ids))
    asked: dict[int, str] = dict(db.session().execute(guardians).all())
    held: dict[int, list[Held]] = {}
    for one in db.session().scalars(select(Qualification).where(Qualification.volunteer_id.in_(ids))):
        held.setdefault(one.volunteer_id, []).append(as_held(one))
    found = db.session().scalars(select(Volunteer).where(Volunteer.id.in_(ids)))
    return {one.id: _person(one, asked.get(one.id, ""), held.get(one.id, [])) for one in found}


def has_stopped_letters(one: Any = Volunteer) -> ColumnElement[bool]:
    """Whether they told us to stop our letters after they had joined: what they did not ask for is not sent then."""
    return exists().where(Supporter.id == one.supporter_id, Supporter.left_at >= one.joined_at)


def without_letters(volunteer_ids: Iterable[int]) -> frozenset[int]:
    """Those of these volunteers who told us to stop our letters."""
    found = select(Volunteer.id).where(Volunteer.id.in_(list(volunteer_ids)), has_stopped_letters())
    return frozenset(db.session().scalars(found))


def _person(one: Volunteer, guardian: str, held: list[Held]) -> Person:
    """A campaign that has not written what to read does not ask for it."""
    read = one.read_at is not None or WHEN_TOLD not in i18n.content().known
    return Person(one.state, one.age_band, guardian, read, tuple(held))


def as_held(one: Qualification) -> Held:
    """A qualification as the rules read it."""
    return Held(one.requirement_id, one.held_on, one.expires_on, one.revoked_at is not None)


def lacks(volunteer_id: int, day: date) -> dict[int, list[Missing]]:
    """For each role that is not retired, what this volunteer lacks for it on that day."""
    person = people([volunteer_id])[volunteer_id]
    asked = lists.asked(one.id for one in lists.of(lists.ROLES))
    return {role_id: rules.missing(role, person, day) for role_id, role in asked.items()}


def in_words(missing: Missing, names: dict[int, str], minimum_age: int = 0) -> str:
    """What is lacking, as the volunteer reads it. `names` are those of requirements."""
    what = names.get(missing.requirement_id or 0, "")
    words: dict[Lack, Any] = {
        Lack.NOT_A_VOLUNTEER: gettext("You are not a volunteer now."),
        Lack.GUARDIAN: gettext("Your guardian has not agreed yet."),
        Lack.AGE: gettext("You must be %(age)s or older.", age=i18n.show_number(minimum_age)),
        Lack.NOT_READ: gettext("Read what to do if someone needs help."),
        Lack.NEVER_HELD: gettext("Still needed: %(what)s", what=what),
        Lack.NOT_YET: gettext("Not in force yet: %(what)s", what=what),
        Lack.EXPIRED: gettext("Expired: %(what)s", what=what),
        Lack.REVOKED: gettext("Taken back: %(what)s", what=what),
    }
    return str(words[missing.lack])

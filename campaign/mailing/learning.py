"""Taking over what the list says of somebody, once it has been looked up: the record follows, and it is written down.

Nothing here asks the list. Whoever is in hand for a delivery is left alone: what we tell the list at this moment, and
what it said a moment ago, must not meet.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select

from .. import db
from ..supporters import service as supporters
from ..supporters.models import Consent, Purpose, Supporter
from . import history, rules, service
from .audience import Entry, ListState
from .lessons import Lesson, lesson, why_vanished

CAME_BACK = "Subscribed again at the mailing list"  # what a consent record says of a yes that we heard from the list
SAID_THERE = "mailing list"  # the source of such records


class InHand(Exception):
    """Somebody is telling the list about this person, or has heard of them since it was asked: look again."""


def learn(supporter_id: int, state: ListState, asked_at: datetime, now: datetime) -> Lesson:
    """Take over that the list, when it was asked, said this of somebody. Inside `db.writing()`. Raises InHand."""
    found = select(Supporter).where(Supporter.id == supporter_id).with_for_update()
    row = db.session().scalar(found.execution_options(populate_existing=True))
    if row is None:
        return Lesson.NOTHING
    if (row.list_leased_until and row.list_leased_until >= now) or history.is_newer(supporter_id, asked_at):
        raise InHand
    what = lesson(row, state, left_there=supporter_id in left_there([supporter_id]), held=service.is_held())
    if state != row.list_state or what is not Lesson.NOTHING:
        _follow(row, state, what, now)
    return what


def _follow(row: Supporter, state: ListState, what: Lesson, now: datetime) -> None:
    before, row.list_state = row.list_state, state
    words = ""
    if what is Lesson.STUCK:
        words = rules.WHY_STUCK.get(state, why_vanished(before))
        row.list_stuck_at, row.list_trouble = now, words[:200]
    elif what is Lesson.FREE:
        row.list_stuck_at, row.list_trouble = None, ""
    db.session().flush()
    history.note({row.id: state}, now, ours=False, words={row.id: words})
    if what is Lesson.LEFT:
        service.record_leaving(row.id, row.language, now)
    elif what is Lesson.BACK:
        _record_return(row.id, row.language, now)
    elif what is Lesson.TELL and row.due_since is None:
        make_due([row.id], now)


def _record_return(supporter_id: int, language: str, now: datetime) -> None:
    """They took their no back where they had said it. The list is told what it missed: groups, language, address."""
    supporters.agree(supporter_id, CAME_BACK, language, SAID_THERE, now)


def put_back(supporter_id: int, entry: Entry, now: datetime) -> None:
    """The language is ours to say: where it was changed there, the list is told it once more."""
    from .saying import LANGUAGES

    row = db.session().get(Supporter, supporter_id, populate_existing=True)
    if row is None or not row.subscribed or row.due_since or entry.state is not ListState.SUBSCRIBED:
        return
    expected = LANGUAGES.get(row.language.partition("-")[0])  # where the list has no such language, any will do
    if entry.language and expected and entry.language != expected:
        make_due([supporter_id], now)


def make_due(ids: Sequence[int], now: datetime) -> None:
    """The list is told of these people once more."""
    supporters.make_due(Supporter.id.in_(ids), now)


def left_there(ids: Sequence[int]) -> set[int]:
    """Those of these people whose last word about our news is a no that the list had told us."""
    about = (Consent.supporter_id.in_(ids), Consent.purpose == Purpose.NEWSLETTER, Consent.partner_id.is_(None))
    last = select(func.max(Consent.id)).where(*about).group_by(Consent.supporter_id)
    found = select(Consent.supporter_id).where(Consent.id.in_(last), ~Consent.given, Consent.source == SAID_THERE)
    return set(db.session().scalars(found))


def to_learn(states: Mapping[str, ListState]) -> dict[int, ListState]:
    """Of what the list says of these mailboxes, what is new to us, by supporter; looked up without a change."""
    rows = db.session().scalars(select(Supporter).where(Supporter.mailbox.in_(states))).all()
    gone, held = left_there([row.id for row in rows if not row.subscribed]), service.is_held()
    return {
        row.id: state
        for row in rows
        if (state := states[row.mailbox]) != row.list_state
        or lesson(row, state, left_there=row.id in gone, held=held) is not Lesson.NOTHING
    }

"""Who comes to a partner's own event, as its people see it: numbers, and a table for a spreadsheet.

A mail address is in neither: what a partner may have of anybody is agreed to elsewhere (`supporters.shares`).
"""

import csv
import json
from dataclasses import dataclass
from io import StringIO
from typing import Any

from sqlalchemy import func, select

from .. import db, i18n
from ..text import cell
from .models import LIVE, TAKES_SEATS, Event, EventQuestion, QuestionWords, Rsvp, RsvpState

COLUMNS = "name party state language interpretation access_needs came".split()  # noqa: SIM905
MOST = 50_000


@dataclass(frozen=True)
class Figures:
    """How many seats there are, are taken, and how many RSVPs wait."""

    capacity: int | None
    taken: int
    waiting: int


def figures(event: Event) -> Figures:
    """The numbers of an event."""
    waits = (Rsvp.event_id == event.id) & (Rsvp.state == RsvpState.WAITING)
    return Figures(event.capacity, event.taken, db.session().scalar(select(func.count(Rsvp.id)).where(waits)) or 0)


def table(event: Event) -> str:
    """The guests of an event, by name: who has a seat and who waits, with what they need and what they answered."""
    asked = _asked(event.id)
    found = select(Rsvp).where(Rsvp.event_id == event.id, Rsvp.state.in_(LIVE)).order_by(Rsvp.name_key, Rsvp.id)
    rows = [[*COLUMNS, *(words for _, words in asked)]]
    rows += [_row(one, [number for number, _ in asked]) for one in db.session().scalars(found.limit(MOST))]
    out = StringIO()
    csv.writer(out).writerows([[cell(text) for text in row] for row in rows])
    return "\ufeff" + out.getvalue()  # the mark lets spreadsheets see that it is UTF-8


def _asked(event_id: int) -> list[tuple[int, str]]:
    """The questions by their ids, in English and in their order."""
    english = (QuestionWords.question_id == EventQuestion.id) & (QuestionWords.language == "en")
    found = select(EventQuestion.id, QuestionWords.words).join(QuestionWords, english)
    rows = db.session().execute(found.where(EventQuestion.event_id == event_id).order_by(EventQuestion.place))
    return [(row.id, row.words) for row in rows]


def _row(one: Rsvp, asked: list[int]) -> list[str]:
    state = "seat" if one.state in TAKES_SEATS else "waits"
    said: dict[str, Any] = json.loads(one.answers) if one.answers else {}
    needs = [_named(one.interpretation), one.access_needs, "yes" if one.checked_in_at else ""]
    return [one.name, str(one.party), state, _named(one.language), *needs, *(str(said.get(str(n), "")) for n in asked)]


def _named(code: str) -> str:
    return i18n.find(code).name if code else ""

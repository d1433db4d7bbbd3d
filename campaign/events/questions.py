"""What staff ask those who come: up to five questions, each in the languages of the event."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from .. import db
from . import editing
from .models import MOST_QUESTIONS, EventQuestion, QuestionWords


@dataclass(frozen=True)
class Asked:
    """A question in one language: its words (none: not asked, or not translated), and how it is answered."""

    words: str
    answer: str = "text"
    required: bool = False


def of(event_id: int, language: str) -> list[Asked]:
    """The questions of an event in one language, each at its place in the form."""
    there = _by_place(event_id)
    words = _words([one.id for one in there.values()], language)
    return [
        Asked(words.get(one.id, ""), one.answer, one.required) if (one := there.get(place)) else Asked("")
        for place in range(1, MOST_QUESTIONS + 1)
    ]


def ask(event_id: int, language: str, asked: Sequence[Asked], version: int, now: datetime) -> None:
    """Ask these, in English; in another language only their words change. Raises LookupError, Stale.

    One that is taken away is asked no more; what was answered stays with those who answered.
    """
    event = editing.locked(event_id)
    db.must_be(event.version, version)
    there = _by_place(event_id)
    for place, one in enumerate(asked[:MOST_QUESTIONS], start=1):
        if language == "en":
            _put(event_id, place, one, there)
        elif place in there:
            _say(there[place].id, language, one.words)
    event.changed_at = now
    db.session().flush()


def _put(event_id: int, place: int, one: Asked, there: dict[int, EventQuestion]) -> None:
    if not one.words:
        if place in there:
            db.session().execute(delete(EventQuestion).where(EventQuestion.id == there[place].id))
        return
    question = there.get(place) or EventQuestion(event_id=event_id, place=place)
    question.answer, question.required = one.answer, one.required
    db.session().add(question)
    db.session().flush()
    _say(question.id, "en", one.words)


def _say(question_id: int, language: str, words: str) -> None:
    key = (question_id, language)
    if there := db.session().get(QuestionWords, key):
        db.session().delete(there)
        db.session().flush()
    if words:
        db.session().add(QuestionWords(question_id=question_id, language=language, words=words))
    db.session().flush()


def _by_place(event_id: int) -> dict[int, EventQuestion]:
    found = select(EventQuestion).where(EventQuestion.event_id == event_id)
    return {one.place: one for one in db.session().scalars(found)}


def _words(ids: Sequence[int], language: str) -> dict[int, str]:
    found = select(QuestionWords.question_id, QuestionWords.words)
    rows = db.session().execute(found.where(QuestionWords.question_id.in_(ids), QuestionWords.language == language))
    return {row.question_id: row.words for row in rows}

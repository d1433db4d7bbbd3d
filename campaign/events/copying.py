"""What a copy of an event takes along: words, co-hosts, questions, the picture; never what guests were told."""

from sqlalchemy import insert, select

from .. import db
from .models import EventHost, EventPicture, EventQuestion, EventTexts, QuestionWords

NOT_COPIED = {"event_id", "notice", "version"}


def copy_all(event_id: int, copy_id: int) -> None:
    """Copy all of it from one event to another that is new."""
    session = db.session()
    for words in session.scalars(select(EventTexts).where(EventTexts.event_id == event_id)).all():
        names = [column.key for column in EventTexts.__table__.columns if column.key not in NOT_COPIED]
        same = {name: getattr(words, name) for name in names}
        session.add(EventTexts(event_id=copy_id, **{**same, "made_from": int(words.language != "en")}))
    for partner_id in session.scalars(select(EventHost.partner_id).where(EventHost.event_id == event_id)).all():
        session.add(EventHost(event_id=copy_id, partner_id=partner_id))
    if (picture := session.get(EventPicture, event_id)) is not None:
        same = {name: getattr(picture, name) for name in ("kind", "content", "width", "height", "added_at")}
        session.add(EventPicture(event_id=copy_id, **same))
    _questions(event_id, copy_id)
    session.flush()


def _questions(event_id: int, copy_id: int) -> None:
    session = db.session()
    for one in session.scalars(select(EventQuestion).where(EventQuestion.event_id == event_id)).all():
        copy = EventQuestion(event_id=copy_id, place=one.place, answer=one.answer, required=one.required)
        session.add(copy)
        session.flush()
        said = session.execute(
            select(QuestionWords.language, QuestionWords.words).where(QuestionWords.question_id == one.id)
        )
        rows = [{"question_id": copy.id, "language": row.language, "words": row.words} for row in said]
        if rows:
            session.execute(insert(QuestionWords), rows)

"""When a text in a public form reads like a call for help: the hotline first, nothing kept, and what is counted."""

from datetime import date, datetime

from flask import Flask, Response, render_template
from sqlalchemy import String, delete, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, mapped_column
from wtforms import BooleanField, Field, HiddenField

from . import clock, db, i18n
from .db import Base
from .errors import Plea
from .forms import Lines, PublicForm, Ticks, may_be_left, reads_like_a_plea


class PleaDay(Base):
    """How often this happened on a day in a language. Nothing ties it to anybody or to what was written."""

    __tablename__ = "plea_days"
    day: Mapped[date] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(String(12), primary_key=True)
    number: Mapped[int]


def install(app: Flask) -> None:
    """Answer every form that raises Plea."""
    app.register_error_handler(Plea, answer)


def answer(plea: Plea) -> Response:
    """The hotline, that nobody reads this box, and the form again without the text: to send, or to leave.

    200, for nothing was wrong. It stands while the records are away.
    """
    form = plea.form
    assert isinstance(form, PublicForm)
    _count()
    for field in form.free_texts():
        if reads_like_a_plea(field.data or ""):
            field.data = ""
    fields = [field for field in form.in_order() if not isinstance(field, HiddenField) and field.name != "website"]
    page = render_template("pages/plea.html", form=form, fields=[(_kind(one), one, may_be_left(one)) for one in fields])
    return Response(page, headers={"Cache-Control": "no-store"})


def _kind(field: Field) -> str:
    """How a field is shown: a tick, several lines, or one."""
    if isinstance(field, Ticks):
        return "ticks"
    return "tick" if isinstance(field, BooleanField) else "lines" if isinstance(field, Lines) else "line"


def _count() -> None:
    key = {"day": clock.today(), "language": i18n.language().code}
    try:
        with db.writing():
            db.add_up(PleaDay, key, "number", 1)
    except (SQLAlchemyError, OSError):  # the count is worth nothing beside the answer
        return


def since(day: date) -> int:
    """How often it happened from this day on."""
    return int(db.session().scalar(select(func.sum(PleaDay.number)).where(PleaDay.day >= day)) or 0)


def forget_before(moment: datetime, *, dry_run: bool) -> int:
    """Delete the totals of days before this moment; how many rows."""
    old = PleaDay.day < moment.date()
    number = db.session().scalar(select(func.count()).select_from(PleaDay).where(old)) or 0
    if number and not dry_run:
        db.session().execute(delete(PleaDay).where(old))
    return number

"""The forms of standing letters: whether one goes out and when, and what it says in a language."""

from wtforms import BooleanField, IntegerField
from wtforms.validators import NumberRange

from ..forms import EditForm, Line, Lines, not_blank
from .standing import MOST_DAYS

DAYS = f"Give a number of days from 0 to {MOST_DAYS}."


class SwitchForm(EditForm):
    """On or off, and how many days later."""

    on = BooleanField("This letter goes out")
    days = IntegerField("Days after", [NumberRange(0, MOST_DAYS, DAYS)])


class StandingForm(EditForm):
    """The words of one in a language: a draft, until it is let out."""

    subject = Line("Subject", [not_blank("Give it a subject.")], most=78)
    body = Lines("Words (Markdown)", [not_blank("Write what it says.")], most=4_000)

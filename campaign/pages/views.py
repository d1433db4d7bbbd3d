"""The public door: the front page and the pages of words. `/help` needs neither database nor queue."""

from flask import Response, abort, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from markupsafe import Markup
from sqlalchemy.exc import DBAPIError

from .. import cache, db, i18n, web
from ..content import Page
from ..pledges import board
from ..pledges.forms import SignForm
from ..settings import Colours, Palette
from ..supporters import retention

area = web.public_area("pages", __name__)
WORDS_KEPT = 60.0  # seconds; words change only when the site is started again


@area.get("/")
@cache.keep(0.8)
def front() -> ResponseReturnValue:
    """The promise, the count, how to help. Without the records it still stands, without the count."""
    try:
        with db.reading():
            cards = board.cards()
    except DBAPIError:
        cards = None
    return render_template("pages/front.html", words=_words("front"), pledges=cards)


@area.get("/help")
@cache.keep(WORDS_KEPT)
def help() -> ResponseReturnValue:  # noqa: A001 (the page's name)
    """The hotline: the page that must never fail."""
    page = Response(render_template("pages/help.html", words=_words("help")))
    page.headers["Cache-Control"] = "no-store"  # kept here, but not on the device that shows it
    return page


@area.get("/privacy")
@cache.keep(WORDS_KEPT)
def privacy() -> ResponseReturnValue:
    """What is kept and how long: the table is the one that the nightly sweep obeys."""
    words = _words("privacy")
    table = render_template("supporters/retention.html", rows=retention.table())
    html = Markup(str(words.html).replace("<p>{retention}</p>", table))  # noqa: S704 (both are HTML of our own)
    return render_template("pages/words.html", words=words, html=html)


def _words(name: str) -> Page:
    return i18n.content().page(name, i18n.language().code)


@area.get("/theme.css")
@cache.keep(WORDS_KEPT)
def theme() -> ResponseReturnValue:
    """The campaign's colours for the style sheet."""
    colours = i18n.site().colours
    light, dark = _properties(colours), _properties(colours.dark)
    css = f":root{{color-scheme:light dark;{light}}}\n@media (prefers-color-scheme:dark){{:root{{{dark}}}}}\n"
    return Response(css, mimetype="text/css")


def _properties(palette: Palette | Colours) -> str:
    return "".join(f"--{name.replace('_', '-')}:{value};" for name, value in palette if isinstance(value, str))


@area.get("/style")
def style() -> ResponseReturnValue:
    """Every component in every state; in a demonstration only."""
    if not web.config().demo:
        abort(404)
    wrong = SignForm(email="sample@gmial.com", formdata=None, prefix="wrong-")
    wrong.name.errors = [gettext("Please give your name.")]
    cards = [board.Card(0, "sample", "open", 1000, count, "A sample pledge", "I promise.") for count in (4, 412)]
    return render_template("pages/style.html", blank=SignForm(formdata=None, prefix="blank-"), wrong=wrong, cards=cards)

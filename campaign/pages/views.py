"""The public door: the front page and the pages of words. `/help` needs neither database nor queue."""

from flask import Response, abort, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from markupsafe import Markup
from sqlalchemy.exc import DBAPIError

from .. import cache, clock, db, i18n, web
from ..content import Page
from ..events import listing
from ..partners import board as partners
from ..pledges import board
from ..pledges.forms import SignForm
from ..settings import Colours, Palette
from ..supporters import retention
from . import graph

area = web.public_area("pages", __name__)
NEXT_EVENTS = 3
WORDS_KEPT = 60.0  # seconds; words change only when the site is started again


@area.get("/")
@cache.keep(0.8)
def front() -> ResponseReturnValue:
    """The promise, the count, the next events, how to help. Without the records it still stands, without the count."""
    try:
        with db.reading():
            cards, named = board.cards(), partners.announced(partners.cards())
            events = listing.upcoming(listing.Wanted(), clock.now(), size=NEXT_EVENTS)[:NEXT_EVENTS]
    except DBAPIError:
        cards, named, events = None, partners.announced(), []
    about = graph.of(i18n.site(), web.address("pages.front"), i18n.language())
    known = {"words": _words("front"), "pledges": cards, "named": named, "graph": about, "events": events}
    return render_template("pages/front.html", **known)


@area.get("/help")
@cache.keep(WORDS_KEPT)
def help() -> ResponseReturnValue:  # noqa: A001 (the page's name)
    """The hotline: the page that must never fail."""
    return _not_stored(render_template("pages/help.html", words=_words("help")))


@area.get("/safety")
@cache.keep(WORDS_KEPT)
def safety() -> ResponseReturnValue:
    """How to read here without being seen, and what nothing on this site can hide."""
    return _not_stored(render_template("pages/safety.html", words=_words("safety")))


def _not_stored(page: str) -> Response:
    """A page that is kept here, but not on the device that shows it."""
    response = Response(page)
    response.headers["Cache-Control"] = "no-store"
    return response


@area.get("/learn")
@cache.keep(WORDS_KEPT)
def learn() -> ResponseReturnValue:
    """What there is to learn, page by page."""
    lessons = i18n.content().lessons(i18n.language().code)
    return render_template("pages/learn.html", words=_words("learn"), lessons=lessons)


@area.get("/learn/<page>")
@cache.keep(WORDS_KEPT)
def lesson(page: str) -> ResponseReturnValue:
    """One thing to learn, with its sources, and the way to the next one."""
    words = _words(f"learn/{page}")
    lessons = i18n.content().lessons(i18n.language().code)
    following = [one.name for one in lessons].index(words.name) + 1
    then = lessons[following] if following < len(lessons) else None
    return render_template("pages/lesson.html", words=words, sources=i18n.content().sources(words), then=then)


@area.get("/about")
@cache.keep(WORDS_KEPT)
def about() -> ResponseReturnValue:
    """Who we are and what we want."""
    return _plain("about")


@area.get("/contact")
@cache.keep(WORDS_KEPT)
def contact() -> ResponseReturnValue:
    """How to reach us, by what it is about."""
    return render_template("pages/contact.html", words=_words("contact"))


@area.get("/press")
@cache.keep(WORDS_KEPT)
def press() -> ResponseReturnValue:
    """For journalists: words about us, words about the subject, and the kit."""
    words, about = _words("press"), _words("boilerplate")
    sources = [*i18n.content().sources(about), *i18n.content().sources(words)]
    return render_template("pages/press.html", words=words, about=about, sources=sources)


@area.get("/accessibility")
@cache.keep(WORDS_KEPT)
def accessibility() -> ResponseReturnValue:
    """What we hold ourselves to, what falls short, and how to tell us."""
    return render_template("pages/accessibility.html", words=_words("accessibility"))


@area.get("/privacy")
@cache.keep(WORDS_KEPT)
def privacy() -> ResponseReturnValue:
    """What is kept and how long: the table is the one that the nightly sweep obeys."""
    words = _words("privacy")
    with i18n.speaking(i18n.find(words.language)):  # the table is part of what is agreed to
        table = render_template("supporters/retention.html", rows=retention.table())
    html = Markup(str(words.html).replace("<p>{retention}</p>", table))  # noqa: S704 (both are HTML of our own)
    return render_template("pages/words.html", words=words, html=html, sources=[])


def _plain(name: str) -> str:
    words = _words(name)
    return render_template("pages/words.html", words=words, html=words.html, sources=i18n.content().sources(words))


def _words(name: str) -> Page:
    """A page in the reader's language. A campaign that has not written it has no such address."""
    if name not in i18n.content().known:
        abort(404)
    return i18n.content().page(name, i18n.language().code)


@area.get("/theme.css")
@cache.keep(WORDS_KEPT)
def theme() -> ResponseReturnValue:
    """The campaign's colours for the style sheet."""
    return Response(theme_css(), mimetype="text/css")


def theme_css() -> str:
    """The colours as a style sheet."""
    colours = i18n.site().colours
    light, dark = _properties(colours), _properties(colours.dark)
    return f":root{{color-scheme:light dark;{light}}}\n@media (prefers-color-scheme:dark){{:root{{{dark}}}}}\n"


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

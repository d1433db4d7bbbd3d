"""The public door: the coalition's directory, a page for each partner that wants one, and applying to join."""

from flask import Response, abort, make_response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.exc import DBAPIError

from .. import clock, db, i18n, web
from ..cache import keep
from ..content import Page
from ..security import at_an_even_pace
from . import applications, board
from .forms import JoinForm

area = web.public_area("partners", __name__)
FRESH = 0.8  # seconds; what a partner takes back is gone from every process within them


@area.get("/coalition")
@keep(FRESH)
def index() -> ResponseReturnValue:
    """What the coalition does, and who is in it. Without the records it stands, with the announced names alone."""
    words = _words()
    try:
        with db.reading():
            cards = board.cards()
            announced = board.announced(cards)
    except DBAPIError:
        cards, announced = [], board.announced()
    known = {"words": words, "sources": i18n.content().sources(words)}
    return render_template("partners/index.html", cards=cards, announced=announced, **known)


def _words() -> Page:
    """The campaign's words about its coalition; one that has written none has no such pages."""
    if "coalition" not in i18n.content().known:
        abort(404)
    return i18n.content().page("coalition", i18n.language().code)


@area.get("/coalition/<slug>")
@keep(FRESH)
def show(slug: str) -> ResponseReturnValue:
    """A partner that agreed to a page of its own."""
    _words()
    with db.reading():
        card = board.find(slug) or abort(404)
        return render_template("partners/show.html", card=card, **board.beside(slug))


@area.get("/coalition/<slug>/logo")
@keep(FRESH)
def logo(slug: str) -> ResponseReturnValue:
    """The logo of a partner that agreed to show it."""
    with db.reading():
        found = board.logo(slug) or abort(404)
        return Response(found.content, mimetype=f"image/{found.kind}")


@area.get("/coalition/join")
@keep(FRESH)
def join() -> ResponseReturnValue:
    """The form with which an organisation applies."""
    _words()
    return _never_stored(render_template("partners/join.html", form=JoinForm()))


@area.post("/coalition/join")
@at_an_even_pace
def apply() -> ResponseReturnValue:
    """Take an application: the same answer for all, whether or not the name is taken."""
    _words()
    form = JoinForm()
    if not form.validate():
        return _never_stored(render_template("partners/join.html", form=form), 422)
    with db.writing():
        applications.apply(_wish(form), i18n.language().code, clock.now())
    return web.to("partners.applied")


def _wish(form: JoinForm) -> applications.Wish:
    return applications.Wish(
        organisation=form.organisation.data or "",
        homepage=form.homepage.data or "",
        person=form.person.data or "",
        email=form.email.data or "",
        mailbox=form.email.mailbox,
        languages=form.languages.data or "",
        work=form.work.data or "",
    )


@area.get("/coalition/join/sent")
@keep(FRESH)
def applied() -> ResponseReturnValue:
    """What comes next: look into your mail."""
    _words()
    return render_template("partners/sent.html")


@area.get('/confirm/<signed("join"):application_id>')
def confirm(application_id: int) -> ResponseReturnValue:
    """What was sent and how far it is, for its mailbox; with a button, because programs that scan mail follow links."""
    with db.reading():
        try:
            found = applications.get(application_id)
        except LookupError:
            return _gone()
        state = found.state(clock.now())
        page = render_template("partners/confirm.html", application=found, state=state.value)
    return _never_stored(page, 410 if state == "late" else 200)


@area.post('/confirm/<signed("join"):application_id>')
def confirmed(application_id: int) -> ResponseReturnValue:
    """The deed."""
    try:
        with db.writing():
            applications.confirm(application_id, clock.now())
    except LookupError:
        return _gone()
    return web.to("partners.confirm", application_id=application_id)


@area.post('/confirm/<signed("join"):application_id>/not-me')
def take_back(application_id: int) -> ResponseReturnValue:
    """It was somebody else, or it is not wanted any more: all of it is erased."""
    with db.writing():
        applications.take_back(application_id)
    return _never_stored(render_template("partners/gone.html"))


def _gone() -> Response:
    heading = gettext("This link does not work")
    sentence = gettext("What it belongs to is no longer kept. If you still want to join, please apply once more.")
    return web.error_page(410, sentence, heading, (gettext("Join the coalition"), web.address("partners.join")))


def _never_stored(page: str, status: int = 200) -> Response:
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    return response

"""The public door: read a pledge, sign it, confirm, withdraw."""

from functools import partial

from flask import Response, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as WerkzeugResponse

from .. import cache, clock, content, db, i18n, security, web
from ..cache import keep
from ..links import doors
from ..links import service as links
from ..security import at_an_even_pace
from ..supporters.shares import PURPOSES
from . import board, service, wishes
from .forms import ResendForm, SignForm
from .models import A_KEY, PledgeState, SignatureState

area = web.public_area("pledges", __name__)
FRESH = 0.8  # seconds; with the roll-up's half second a new signature shows within two


@area.get("/pledges")
@keep(FRESH)
def index() -> ResponseReturnValue:
    """All pledges."""
    with db.reading():
        return render_template("pledges/index.html", pledges=board.cards())


@area.get("/pledges/<slug>")
@keep(FRESH)
def show(slug: str) -> ResponseReturnValue:
    """One pledge with its form."""
    with db.reading():
        pledge = board.find(slug)
        if pledge is None and (now_at := service.forward(slug)):
            return _moved("pledges.show", now_at)
        pledge = _public(pledge)
        return _page(pledge, SignForm(offer=doors.came_by()) if pledge.state == PledgeState.OPEN else None)


def _moved(endpoint: str, slug: str) -> WerkzeugResponse:
    """On to the present address, for now: staff may change it back. The code that led here goes along."""
    came = request.query_string.decode("ascii", "replace")
    carried = f"?{came}" if cache.WITH_VIA.fullmatch(came) or cache.WITH_FROM.fullmatch(came) else ""
    response = redirect(url_for(endpoint, slug=slug) + carried, 302)
    response.headers["Cache-Control"] = "no-store"
    return response


def _public(pledge: board.Card | None) -> board.Card:
    if pledge is None or pledge.state == PledgeState.DRAFT:
        raise NotFound
    return pledge


def _page(pledge: board.Card, form: SignForm | None) -> str:
    voices, words = board.voices(pledge.id), _draft(pledge)
    return render_template("pledges/show.html", pledge=pledge, form=form, voices=voices, preview=False, words=words)


def _draft(pledge: board.Card) -> content.Page | None:
    """The page of content/ that these very words came from, while it is a draft; staff may write others."""
    try:
        page = i18n.content().page(f"pledges/{pledge.slug}", pledge.language)
    except OSError:
        return None
    return page if page.draft and page.facts["promise"] == pledge.promise else None


@area.post("/pledges/<slug>")
@at_an_even_pace
def sign(slug: str) -> ResponseReturnValue:
    """Take a signature: the same answer for a new, a repeated and a known address."""
    form = SignForm(offer=doors.offered())
    if not form.validate():
        with db.reading():
            return _page(_public(board.find(slug)), form), 422
    promise, language = _promise(form), i18n.language().code
    try:
        with db.writing():
            service.sign(slug, promise, language, clock.now())
    except LookupError as error:
        raise NotFound from error
    return web.to("pledges.thanks", slug=slug)


def _promise(form: SignForm) -> service.Promise:
    return service.Promise(
        name=form.name.data or "",
        email=form.email.data or "",
        mailbox=form.email.mailbox,
        area=form.place.data or "",
        message=form.message.data or "",
        show_name=bool(form.show_name.data),
        newsletter=form.news,
        code_id=links.id_of(form.via.data) if form.via.data else None,
        network=security.network()[:A_KEY] or None,
        ticked=form.ticked,
    )


@area.get("/pledges/<slug>/thanks")
@keep(FRESH)
def thanks(slug: str) -> ResponseReturnValue:
    """What comes next: look into your mail, and tell others."""
    return _thanks(slug, ResendForm())


def _thanks(slug: str, form: ResendForm) -> str | WerkzeugResponse:
    with db.reading():
        pledge = board.find(slug)
        if pledge is None and (now_at := service.forward(slug)):
            return _moved("pledges.thanks", now_at)
    pledge = _public(pledge)
    address = web.address("pledges.show", slug=slug)
    return render_template("pledges/thanks.html", pledge=pledge, address=address, resend=form)


@area.post("/pledges/<slug>/resend")
@at_an_even_pace
def resend(slug: str) -> ResponseReturnValue:
    """Write the letter again: the same answer whoever asks."""
    form = ResendForm()
    if not form.validate():
        page = _thanks(slug, form)
        return (page, 422) if isinstance(page, str) else page
    try:
        with db.writing():
            service.send_letter_again(slug, form.email.mailbox, clock.now())
    except LookupError as error:
        raise NotFound from error
    return web.to("pledges.thanks", slug=slug)


@area.get("/pledges/<slug>/count")
@keep(FRESH)
def count(slug: str) -> ResponseReturnValue:
    """The count for the page's script, as a number and as written; null while it is too small to be shown."""
    with db.reading():
        pledge = _public(board.find(slug))
    shown = (
        {"count": pledge.count, "text": i18n.show_number(pledge.count)} if pledge.shown else {"count": None, "text": ""}
    )
    return jsonify(**shown, goal=pledge.goal)


@area.get('/confirm/<signed("sign"):signature_id>')
def confirm(signature_id: int) -> ResponseReturnValue:
    """A page with a button: the programs that scan mail follow links, and must not sign for anybody."""
    return _private("pledges/confirm.html", signature_id)


@area.post('/confirm/<signed("sign"):signature_id>')
def confirmed(signature_id: int) -> ResponseReturnValue:
    """The deed. Where news had been ticked, the page shows the tick again, and only its owner can leave it."""
    news = "asked_news" not in request.form or "news" in request.form
    shared = [purpose for purpose in PURPOSES if purpose.value in request.form]
    with db.writing():
        _try(partial(service.confirm, news=news, shared=shared), signature_id)
    return web.to("pledges.confirm", signature_id=signature_id)


@area.post('/confirm/<signed("sign"):signature_id>/not-me')
def not_me(signature_id: int) -> ResponseReturnValue:
    """Somebody else typed this address."""
    with db.writing():
        _try(service.disown, signature_id)
    return web.to("pledges.confirm", signature_id=signature_id)


@area.get("/confirm/<path:token>")
def confirm_broken(token: str) -> ResponseReturnValue:
    """A link that was cut in two, altered, or made for something else."""
    return _broken()


@area.get('/withdraw/<signed("withdraw"):signature_id>')
def withdraw(signature_id: int) -> ResponseReturnValue:
    """Asks before a signature is taken back."""
    return _private("pledges/withdraw.html", signature_id)


@area.post('/withdraw/<signed("withdraw"):signature_id>')
def withdrawn(signature_id: int) -> ResponseReturnValue:
    """Take it back."""
    with db.writing():
        _try(service.withdraw, signature_id)
    return web.to("pledges.withdraw", signature_id=signature_id)


@area.get("/withdraw/<path:token>")
def withdraw_broken(token: str) -> ResponseReturnValue:
    """A link that was cut in two, altered, or made for something else."""
    return _broken()


def _try(act: object, signature_id: int) -> SignatureState:
    try:
        return act(signature_id, clock.now())  # type: ignore[operator, no-any-return]
    except LookupError as error:
        raise NotFound from error


def _private(template: str, signature_id: int) -> Response:
    """A page about one signature, for whoever holds its link; kept by nobody."""
    with db.reading():
        try:
            signature = service.get(signature_id)
        except LookupError:
            return _broken(410)
        pledge, state = board.get(signature.pledge_id), signature.state(clock.now())
        known = {
            "ticked": wishes.of(signature_id),
            "signature": signature,
            "state": state.value,
            "address": web.address("pledges.show", slug=pledge.slug),
        }
        page = render_template(template, pledge=pledge, **known)
    response = make_response(
        page, 410 if state is SignatureState.LATE and request.endpoint == "pledges.confirm" else 200
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _broken(status: int = 404) -> Response:
    heading = gettext("This link does not work")
    sentence = gettext(
        "It may be cut in two, or what it belongs to is no longer kept. Copy the whole link from the letter, or "
        "sign again and we will send you a new one."
    )
    return web.error_page(status, sentence, heading, (gettext("See the pledges"), url_for("pledges.index")))

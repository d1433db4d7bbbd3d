"""The public door: leave; the page about oneself, and what can be decided there."""

import re
from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, Response, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from .. import clock, db, i18n, web
from ..cache import keep
from ..security import at_an_even_pace
from . import addresses, erasure, kept, service
from .forms import NEWSLETTER, AddressForm, AskForm

area: Blueprint = web.public_area("supporters", __name__)
LIKE_A_CODE = re.compile(r"[2-9A-Z]{7}")
KEPT = 60.0  # seconds that a page which says the same to all is kept in the process
DONE = ("language", "news", "letters", "signature", "consent", "sent", "address")


@area.get('/unsubscribe/<signed("leave"):supporter_id>')
def unsubscribe(supporter_id: int) -> ResponseReturnValue:
    """A page with a button: mail scanners follow links, and must not unsubscribe anybody."""
    return _never_stored(render_template("supporters/unsubscribe.html", done=False))


@area.post('/unsubscribe/<signed("leave"):supporter_id>')
@at_an_even_pace
def leave(supporter_id: int) -> ResponseReturnValue:
    """Leave the list: by the button, or by the mail program's one click (RFC 8058: no redirect, no cookie)."""
    words = gettext("No more news from the campaign")
    source = "one-click" if request.form.get("List-Unsubscribe") == "One-Click" else "page"
    if LIKE_A_CODE.fullmatch(via := request.args.get("via", "")):
        source = f"{source} {via}"  # the code of the newsletter whose link it was, for its total of those who left
    with db.writing():
        service.leave(supporter_id, words, i18n.language().code, source, clock.now())
    return _never_stored(render_template("supporters/unsubscribe.html", done=True))


@area.get("/me")
@keep(KEPT)
def me() -> ResponseReturnValue:
    """Asks for the address to which the link goes."""
    return _never_stored(render_template("supporters/ask.html", form=AskForm()))


@area.post("/me")
@at_an_even_pace
def ask() -> ResponseReturnValue:
    """Write the letter with the link: the same answer whoever asks."""
    form = AskForm()
    if not form.validate():
        return _never_stored(render_template("supporters/ask.html", form=form), 422)
    with db.writing():
        service.ask_for_page(form.email.mailbox, clock.now())
    return web.to("supporters.asked")


@area.get("/me/sent")
@keep(KEPT)
def asked() -> ResponseReturnValue:
    """What comes next, if the address is known."""
    return _never_stored(render_template("supporters/asked.html"))


@area.get('/me/<signed("me"):link_id>')
def own_page(link_id: int) -> ResponseReturnValue:
    """Everything that is kept about somebody, for whoever holds the link from their letter."""
    now = clock.now()
    with db.reading():
        try:
            link = service.own_page(link_id, now)
        except LookupError:
            return _gone()
        done = request.args.get("done", "")
        known = {"kept": kept.about(link.supporter_id), "until": link.asked_at + service.A_DAY, "link_id": link_id}
        done = done if done in DONE else ""
        page = render_template("supporters/own_page.html", **known, table=kept.table(), done=done, words=NEWSLETTER)
    return _never_stored(page)


@area.post('/me/<signed("me"):link_id>/language')
def speak(link_id: int) -> ResponseReturnValue:
    """Be written to in another language."""
    chosen = i18n.site().language(request.form.get("language", ""))
    if chosen is None:
        return web.error_page(422, gettext("Please choose one of the languages."))
    return _do(link_id, "language", lambda who, now: service.speak(who, chosen.code, now))


@area.post('/me/<signed("me"):link_id>/news')
def news(link_id: int) -> ResponseReturnValue:
    """Start or stop the news: a yes on the words beside the button, a no at once."""
    code = i18n.language().code
    if request.form.get("news") == "yes":
        words = str(NEWSLETTER)
        return _do(link_id, "news", lambda who, now: service.agree(who, words, code, "own page", now))
    words = gettext("No more news from the campaign")
    return _do(link_id, "news", lambda who, now: service.leave(who, words, code, "own page", now))


@area.post('/me/<signed("me"):link_id>/letters')
def letters(link_id: int) -> ResponseReturnValue:
    """Have letters come under a neutral name and subject, or under ours again."""
    discreet = request.form.get("neutral") == "yes"
    return _do(link_id, "letters", lambda who, _now: service.be_discreet(who, discreet))


@area.post('/me/<signed("me"):link_id>/take-back')
def take_back(link_id: int) -> ResponseReturnValue:
    """Take back one of the things that a feature holds."""
    kind, id = request.form.get("kind", ""), request.form.get("id", 0, int)
    done = "consent" if kind.endswith("_consent") else "signature"
    return _do(link_id, done, lambda who, now: service.take_back(kind, who, id, now))


@area.post('/me/<signed("me"):link_id>/send')
def send(link_id: int) -> ResponseReturnValue:
    """Mail everything to the address on file, never to the screen of whoever holds a link."""
    return _do(link_id, "sent", service.send_everything)


@area.post('/me/<signed("me"):link_id>/end')
def end(link_id: int) -> ResponseReturnValue:
    """Let this link open nothing any more."""
    with db.writing():
        service.end_link(link_id)
    return _never_stored(render_template("supporters/ended.html", erased=False))


@area.get('/me/<signed("me"):link_id>/erase')
def erase(link_id: int) -> ResponseReturnValue:
    """Says what will happen, and asks."""
    with db.reading():
        try:
            service.own_page(link_id, clock.now())
        except LookupError:
            return _gone()
    return _never_stored(render_template("supporters/erase.html", link_id=link_id, days=kept.BACKUP_DAYS))


@area.post('/me/<signed("me"):link_id>/erase')
def erased(link_id: int) -> ResponseReturnValue:
    """Erase everything about this person."""
    now = clock.now()
    try:
        with db.writing():
            erasure.erase(service.held_by(link_id, now), now)
    except LookupError:
        return _gone()
    return _never_stored(render_template("supporters/ended.html", erased=True))


@area.get('/me/<signed("me"):link_id>/address')
def address(link_id: int) -> ResponseReturnValue:
    """Asks for the address to write to from now on."""
    with db.reading():
        try:
            service.own_page(link_id, clock.now())
        except LookupError:
            return _gone()
    return _never_stored(render_template("supporters/new_address.html", link_id=link_id, form=AddressForm()))


@area.post('/me/<signed("me"):link_id>/address')
@at_an_even_pace
def change_address(link_id: int) -> ResponseReturnValue:
    """Write to that address: the same answer whoever is known under it."""
    form = AddressForm()
    if not form.validate():
        return _never_stored(render_template("supporters/new_address.html", link_id=link_id, form=form), 422)
    email, mailbox = form.email.data or "", form.email.mailbox
    return _do(link_id, "address", lambda who, now: addresses.ask(who, email, mailbox, now))


@area.get('/address/<signed("address"):change_id>')
def new_address(change_id: int) -> ResponseReturnValue:
    """A page with a button: mail scanners follow links, and must not change anybody's address."""
    with db.reading():
        try:
            addresses.find(change_id, clock.now())
        except LookupError:
            return _gone()
    return _never_stored(render_template("supporters/confirm_address.html", done=False))


@area.post('/address/<signed("address"):change_id>')
def confirm_address(change_id: int) -> ResponseReturnValue:
    """Write to the new address from now on."""
    try:
        with db.writing():
            addresses.confirm(change_id, clock.now())
    except LookupError:
        return _gone()
    return _never_stored(render_template("supporters/confirm_address.html", done=True))


@area.get("/address/<path:token>")
def new_address_broken(token: str) -> ResponseReturnValue:
    """A link that was cut in two, altered, or made for something else."""
    return own_page_broken(token)


@area.get("/me/<path:token>")
def own_page_broken(token: str) -> ResponseReturnValue:
    """A link that was cut in two, altered, or made for something else."""
    return _broken(404, gettext("It may be cut in two. Copy the whole link from the letter, or ask for a new one."))


def _do(link_id: int, done: str, deed: Callable[[int, datetime], object]) -> ResponseReturnValue:
    """Do this for the person whose page it is, and show the page again."""
    now = clock.now()
    try:
        with db.writing():
            deed(service.held_by(link_id, now), now)
    except LookupError:
        return _gone()
    return web.to("supporters.own_page", link_id=link_id, done=done)


def _gone() -> Response:
    sentence = gettext("It worked for one day, or was ended, or nothing is kept about you any more. Ask for a new one.")
    return _broken(410, sentence)


def _broken(status: int, sentence: str) -> Response:
    way_out = (gettext("Ask for a new link"), url_for("supporters.me"))
    return web.error_page(status, sentence, gettext("This link does not work"), way_out)


def _never_stored(page: str, status: int = 200) -> Response:
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    return response

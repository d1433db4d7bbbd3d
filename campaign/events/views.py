"""The public door: one event, coming to it, and one's own seat."""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Response, current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as WerkzeugResponse

from .. import cache, clock, db, i18n, qr, web
from ..cache import keep
from ..links import doors
from ..links import service as links
from ..security import at_an_even_pace
from ..supporters.shares import PURPOSES
from . import board, calendar, coming, feeds, own_page, rules, saying, seats, service, times
from .board import Shown
from .forms import ChangeForm, ResendForm, RsvpForm
from .models import LIVE, RsvpState
from .service import Change

area = web.public_area("events", __name__)
FRESH = 0.8  # seconds
A_MOMENT = 0.05  # seconds between looking and writing, in the negative control


@area.get("/events/<slug>")
@keep(FRESH)
def show(slug: str) -> ResponseReturnValue:
    """One event with its form."""
    with db.reading():
        event = board.find(slug)
        if event is None and (now_at := board.forward(slug)):
            return _moved("events.show", now_at)
        return _page(_public(event))


def _is_public(slug: str) -> bool:
    try:
        return board.is_public(coming.find(slug).event)
    except LookupError:
        return False


def _moved(endpoint: str, slug: str) -> WerkzeugResponse:
    """On to the present address, for now: staff may change it back. The code that led here goes along."""
    came = request.query_string.decode("ascii", "replace")
    carried = f"?{came}" if cache.WITH_VIA.fullmatch(came) or cache.WITH_FROM.fullmatch(came) else ""
    response = redirect(url_for(endpoint, slug=slug) + carried, 302)
    response.headers["Cache-Control"] = "no-store"
    return response


def _public(event: Shown | None) -> Shown:
    if event is None or not board.is_public(event.event):
        raise NotFound
    return event


def _page(event: Shown, form: RsvpForm | None = None) -> str:
    """The page of an event; with a new form, where one can come and none was sent."""
    reason = event.refusal(clock.now())
    if form is None and reason is None:
        form = _form(event, doors.came_by())
    why = service.in_words(reason) if reason else ""
    return render_template("events/show.html", event=event, form=form, refusal=reason, why=why)


def _form(event: Shown, offer: object) -> RsvpForm:
    asked = board.questions(event.event.id)
    return RsvpForm.of(asked, offer=offer, capacity=event.event.capacity)


@area.post("/events/<slug>")
@at_an_even_pace
def come(slug: str) -> ResponseReturnValue:
    """Take an RSVP: the same answer for a seat and a place in the line, for a new and a known address."""
    offer = doors.offered()
    with db.reading():
        try:
            found = coming.find(slug)
        except LookupError as error:
            raise NotFound from error
        event = found.event
        if not board.is_public(event):  # as if it did not exist: nobody learns what is being drafted
            raise NotFound
        form = RsvpForm.of(board.questions(event.id) if found.asks else [], offer=offer, capacity=event.capacity)
        if rules.refusal(event, clock.now()) is None and not form.validate():
            return _page(_public(board.get(event.id)), form), 422
    seen = None if current_app.extensions["switches"].seats_in_turn else _look(slug)
    asked, language = _coming(form), i18n.language().code
    with db.writing():
        _try(partial(coming.come, event.id, asked, language, seen=seen))
    return web.to("events.thanks", slug=event.slug)


def _look(slug: str) -> int:
    """The negative control of "a seat is never given twice": look, and take a moment before writing."""
    with db.reading():
        seen = coming.look(slug)
    time.sleep(A_MOMENT)
    return seen


def _coming(form: RsvpForm) -> coming.Coming:
    return coming.Coming(
        name=form.name.data or "",
        email=form.email.data or "",
        mailbox=form.email.mailbox,
        party=form.party.data or 1,
        interpretation=form.interpretation.data or "",
        access_needs=form.access_needs.data or "",
        answers=form.answers,
        newsletter=form.news,
        code_id=links.id_of(form.via.data) if form.via.data else None,
        ticked=form.ticked,
    )


@area.get("/events/<slug>/thanks")
@keep(FRESH)
def thanks(slug: str) -> ResponseReturnValue:
    """What comes next: look into your mail. Of seats it says nothing: this guest may have taken the last ones."""
    return _thanks(slug, ResendForm())


def _thanks(slug: str, form: ResendForm) -> str | WerkzeugResponse:
    with db.reading():
        event = board.find(slug)
        if event is None and (now_at := board.forward(slug)):
            return _moved("events.thanks", now_at)
        return render_template("events/thanks.html", event=_public(event), resend=form)


@area.post("/events/<slug>/resend")
@at_an_even_pace
def resend(slug: str) -> ResponseReturnValue:
    """Write the letter again: the same answer whoever asks."""
    form = ResendForm()
    with db.reading():
        if not _is_public(slug):
            raise NotFound
    if not form.validate():
        page = _thanks(slug, form)
        return (page, 422) if isinstance(page, str) else page
    with db.writing():
        _try(partial(coming.send_letter_again, slug, form.email.mailbox))
    return web.to("events.thanks", slug=slug)


@area.get('/rsvp/<signed("rsvp"):rsvp_id>')
def own(rsvp_id: int) -> ResponseReturnValue:
    """One's own seat: confirm it, change the party, give it back. A page with buttons, for programs follow links."""
    return _own(rsvp_id)


@area.post('/rsvp/<signed("rsvp"):rsvp_id>/confirm')
def confirm(rsvp_id: int) -> ResponseReturnValue:
    """The mailbox has answered. What had been ticked the page shows again, and its owner can leave it."""
    news = "asked_news" not in request.form or "news" in request.form
    shared = [purpose for purpose in PURPOSES if purpose.value in request.form]
    with db.writing():
        _try(partial(service.confirm, rsvp_id, news=news, shared=shared))
    return web.to("events.own", rsvp_id=rsvp_id)


@area.post('/rsvp/<signed("rsvp"):rsvp_id>/party')
def change_party(rsvp_id: int) -> ResponseReturnValue:
    """Come with more or with fewer; without room for more, the seats stay as they are."""
    form = ChangeForm()
    if not form.validate():
        return _own(rsvp_id, form, 422)
    with db.writing():
        done = _try(partial(service.change_party, rsvp_id, form.party.data or 1))
    if done is Change.NO_ROOM:
        form.party.errors = [gettext("There are not enough free seats for that. What you have stays as it is.")]
        return _own(rsvp_id, form, 422)
    return web.to("events.own", rsvp_id=rsvp_id, done="changed")


@area.post('/rsvp/<signed("rsvp"):rsvp_id>/cancel')
def cancel(rsvp_id: int) -> ResponseReturnValue:
    """They cannot come."""
    with db.writing():
        _try(partial(service.cancel, rsvp_id))
    return web.to("events.own", rsvp_id=rsvp_id)


@area.post('/rsvp/<signed("rsvp"):rsvp_id>/not-me')
def not_me(rsvp_id: int) -> ResponseReturnValue:
    """Somebody else typed this address."""
    with db.writing():
        _try(partial(service.disown, rsvp_id))
    return web.to("events.own", rsvp_id=rsvp_id)


@area.get('/rsvp/<signed("rsvp"):rsvp_id>/event.ics')
def own_entry(rsvp_id: int) -> ResponseReturnValue:
    """The event for the guest's own calendar, with the link and how to join: for who has a seat."""
    with db.reading():
        try:
            rsvp = service.get(rsvp_id)
        except LookupError:
            return _broken(410)
        if rsvp.state != RsvpState.SEATED:  # the page says how things stand
            return web.to("events.own", rsvp_id=rsvp_id)
        file = feeds.for_guest(board.get(rsvp.event_id))
    return Response(file, content_type=calendar.TYPE, headers={"Cache-Control": "no-store"})


@area.get("/rsvp/<path:token>")
def own_broken(token: str) -> ResponseReturnValue:
    """A link that was cut in two, altered, or made for something else."""
    return _broken()


def _try(act: Callable[..., Any]) -> Any:
    try:
        return act(now=clock.now())
    except LookupError as error:
        raise NotFound from error


def _own(rsvp_id: int, form: ChangeForm | None = None, status: int = 200) -> Response:
    """The page about one RSVP, for whoever holds its link; kept by nobody."""
    with db.reading():
        try:
            rsvp = service.get(rsvp_id)
        except LookupError:
            return _broken(410)
        event, now = board.get(rsvp.event_id), clock.now()
        over_due = rsvp.lapses_at is not None and rsvp.lapses_at <= now
        seated = rsvp.state == RsvpState.SEATED
        state = "disowned" if rsvp.disowned_at else "lapsed" if over_due else rsvp.state
        known = {
            "rsvp": rsvp,
            "state": state,
            "form": form or ChangeForm(data={"party": rsvp.party}),
            "position": seats.position(rsvp),
            "ticked": service.ticked_by(rsvp),
            "to_come": rsvp.state in LIVE and not over_due and service.is_to_come(event.event, now),
            "kept_for": saying.how_long_it_is_kept(),
            "until": times.at(rsvp.lapses_at, event.event.zone) if rsvp.lapses_at else "",
            "where": board.where(event.place, event.event.link) if seated else feeds.where(event),
            "joining": event.joining if seated else "",
            "said": own_page.asked_for(rsvp) if rsvp.confirmed_at else [],  # it may be a stranger's slip until then
            "saved": status == 200 and request.args.get("done") == "changed",
            "changeable": rsvp.checked_in_at is None and rules.may_leave(event.event, now),
            "door_code": qr.svg(rsvp.door_code) if rsvp.state == RsvpState.SEATED and rsvp.door_code else "",
        }
        page = render_template("events/own.html", event=event, **known)
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    return response


def _broken(status: int = 404) -> Response:
    heading = gettext("This link does not work")
    sentence = gettext(
        "It may be cut in two, or what it belongs to is no longer kept. Copy the whole link from the letter, or ask "
        "for a seat again and we will send you a new one."
    )
    return web.error_page(status, sentence, heading, (gettext("Go to the front page"), i18n.language().prefix + "/"))

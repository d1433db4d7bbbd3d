"""The public door: sign up, and one's own page."""

from collections.abc import Callable
from functools import partial
from typing import Any, cast

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.exceptions import NotFound

from .. import clock, db, i18n, web
from ..cache import keep
from ..errors import Refused
from ..events import board
from ..links import service as links
from ..security import at_an_even_pace
from ..supporters import service as supporters
from . import forms, guardians, lists, own_page, service, standing, trainings
from .forms import TOO_YOUNG, AddressForm, ChangeForm, CodeForm, SignUpForm
from .models import Volunteer, VolunteerState
from .rules import Lack, Missing
from .witnesses import broken, not_stored

area = web.public_area("volunteers", __name__)
FRESH = 0.8  # seconds
KEPT = 60.0


@area.get("/volunteer")
@keep(FRESH)
def sign_up() -> ResponseReturnValue:
    """What volunteers do, and the form."""
    with db.reading():
        return _page(_form(SignUpForm))


def _form(which: type[Any], **known: Any) -> Any:
    spoken = tuple((one.code, one.name) for one in i18n.site().languages)
    form = forms.with_languages(cast(Any, which), spoken)(**known)
    form.fill(lists.of(lists.ROLES), lists.of(lists.SKILLS))
    return form


def _page(form: Any) -> str:
    return render_template("volunteers/sign_up.html", form=form)


@area.post("/volunteer")
@at_an_even_pace
def take() -> ResponseReturnValue:
    """Take the wish: the same answer for a new and a known address."""
    with db.reading():
        form = _form(SignUpForm)
        if not form.validate():
            return _page(form), 422
    if form.age_band.data == TOO_YOUNG:
        return _too_young()
    with db.writing():
        service.sign_up(_wanted(form), i18n.language().code, clock.now())
    return web.to("volunteers.thanks")


def _wanted(form: Any) -> service.SignUp:
    event = board.find(form.event.data[:60]) if form.event.data else None
    return service.SignUp(
        profile=form.profile(),
        email=form.email.data or "",
        mailbox=form.email.mailbox,
        newsletter=form.news,
        code_id=links.id_of(form.via.data) if form.via.data else None,
        event_id=event.event.id if event and board.is_public(event.event) else None,
    )


def _too_young() -> Response:
    sentence = gettext(
        "You can volunteer from your 16th birthday on. Until then you can sign the pledge and tell others about it. "
        "We have kept nothing of what you typed."
    )
    heading = gettext("Thank you for wanting to help")
    return web.error_page(409, sentence, heading, (gettext("Pledges"), url_for("pledges.index")))


@area.get("/volunteer/thanks")
@keep(KEPT)
def thanks() -> ResponseReturnValue:
    """What comes next: look into your mail."""
    return not_stored(render_template("volunteers/thanks.html"))


@area.get("/volunteer/link")
@keep(KEPT)
def lost() -> ResponseReturnValue:
    """Asks for the address to which the link goes."""
    return not_stored(render_template("volunteers/link.html", form=AddressForm()))


@area.post("/volunteer/link")
@at_an_even_pace
def ask_for_link() -> ResponseReturnValue:
    """Write the letter with the link again: the same answer whoever asks."""
    form = AddressForm()
    if not form.validate():
        return not_stored(render_template("volunteers/link.html", form=form), 422)
    with db.writing():
        service.ask_for_link(form.email.mailbox, clock.now())
    return web.to("volunteers.sent")


@area.get("/volunteer/sent")
@keep(KEPT)
def sent() -> ResponseReturnValue:
    """What comes next, if the address is known."""
    return not_stored(render_template("volunteers/sent.html"))


@area.get('/shifts/<signed("shifts"):volunteer_id>')
def own(volunteer_id: int) -> ResponseReturnValue:
    """One's own page: confirm, see what comes next, what one is trained in; kept by nobody."""
    return _own(volunteer_id, CodeForm(), done=request.args.get("done", ""))


def _own(volunteer_id: int, code: CodeForm, status: int = 200, done: str = "") -> Response:
    now = clock.now()
    with db.reading():
        one = _find(volunteer_id)
        if one is None:
            return broken(410)
        if one.state != VolunteerState.CONFIRMED:
            late = one.lapses_at is not None and one.lapses_at <= now
            return not_stored(render_template("volunteers/outside.html", volunteer=one, late=late), status)
        page = render_template("volunteers/own.html", code=code, done=done, **_known(one))
    return not_stored(page, status)


def _known(one: Volunteer) -> dict[str, Any]:
    names, today = lists.names(lists.REQUIREMENTS), i18n.local(clock.now()).date()
    lacks, wished = standing.lacks(one.id, today), set(service.profile(one).roles)
    roles = [
        (
            role,
            [standing.in_words(each, names, role.row.minimum_age) for each in _of_the_role(lacks[role.id])],
            role.id in wished,
        )
        for role in lists.of(lists.ROLES)
    ]
    person = standing.people([one.id])[one.id]
    held = [
        (names.get(each.requirement_id, ""), each, standing.as_held(each).on(today)) for each in trainings.of(one.id)
    ]
    known = {"volunteer": one, "roles": roles, "held": held, "read": person.read}
    known["untrained"] = any(each.requirement_id for lack in lacks.values() for each in lack)
    known["added"] = [part for _, part in standing.adding.send(one.id, now=clock.now()) if part]
    return {**known, "guardian": guardians.of(one.id), "band": own_page.bands()[one.age_band]}


def _of_the_role(lacks: list[Missing]) -> list[Missing]:
    """What a role lacks of its own; what stands above under "what comes next" only where it is all that is lacking."""
    own = [one for one in lacks if one.requirement_id or one.lack is Lack.AGE]
    return own or lacks


def _find(volunteer_id: int) -> Volunteer | None:
    try:
        return service.get(volunteer_id)
    except LookupError:
        return None


@area.post('/shifts/<signed("shifts"):volunteer_id>/confirm')
def confirm(volunteer_id: int) -> ResponseReturnValue:
    """The mailbox has answered. What had been ticked the page shows again, and its owner can leave it."""
    news = "asked_news" not in request.form or "news" in request.form
    with db.writing():
        _try(partial(service.confirm, volunteer_id, news=news))
    return web.to("volunteers.own", volunteer_id=volunteer_id)


@area.post('/shifts/<signed("shifts"):volunteer_id>/not-me')
def not_me(volunteer_id: int) -> ResponseReturnValue:
    """Somebody else typed this address."""
    with db.writing():
        _try(partial(service.disown, volunteer_id))
    return web.to("volunteers.own", volunteer_id=volunteer_id)


@area.route('/shifts/<signed("shifts"):volunteer_id>/change', methods=["GET", "POST"])
def change(volunteer_id: int) -> ResponseReturnValue:
    """Say something else of oneself."""
    with db.reading():
        one = _find(volunteer_id)
        if one is None:
            return broken(410)
        if one.state != VolunteerState.CONFIRMED:
            return web.to("volunteers.own", volunteer_id=volunteer_id)
        mine = supporters.get(one.supporter_id).email
        form = _form(ChangeForm, data=forms.said(service.profile(one)), mine=mine)
        if request.method == "GET" or not form.validate():
            page = render_template("volunteers/change.html", form=form, volunteer=one)
            return not_stored(page, 200 if request.method == "GET" else 422)
    with db.writing():
        _try(partial(service.change, volunteer_id, form.profile()))
    return web.to("volunteers.own", volunteer_id=volunteer_id, done="changed")


@area.get('/shifts/<signed("shifts"):volunteer_id>/when-told')
def when_told(volunteer_id: int) -> ResponseReturnValue:
    """What to do when somebody says that they need help: to be read before the first shift."""
    if standing.WHEN_TOLD not in i18n.content().known:
        raise NotFound
    with db.reading():
        if (one := _find(volunteer_id)) is None:
            return broken(410)
        words = i18n.content().page(standing.WHEN_TOLD, i18n.language().code)
        return not_stored(render_template("volunteers/when_told.html", volunteer=one, words=words))


@area.post('/shifts/<signed("shifts"):volunteer_id>/when-told')
def read(volunteer_id: int) -> ResponseReturnValue:
    """They have read it."""
    with db.writing():
        _try(partial(service.read, volunteer_id))
    return web.to("volunteers.own", volunteer_id=volunteer_id, done="read")


@area.post('/shifts/<signed("shifts"):volunteer_id>/trained')
def trained(volunteer_id: int) -> ResponseReturnValue:
    """A volunteer types the trainer's code."""
    form = CodeForm()
    if not form.validate():
        return _own(volunteer_id, form, 422)
    try:
        with db.writing():
            _try(partial(trainings.type_code, volunteer_id, form.code.data or ""))
    except Refused as refused:
        form.code.errors = [str(refused)]
        return _own(volunteer_id, form, 422)
    return web.to("volunteers.own", volunteer_id=volunteer_id, done="trained")


@area.get('/shifts/<signed("shifts"):volunteer_id>/leave')
def leaving(volunteer_id: int) -> ResponseReturnValue:
    """Says what happens, and asks."""
    with db.reading():
        if (one := _find(volunteer_id)) is None:
            return broken(410)
        return not_stored(render_template("volunteers/leave.html", volunteer=one))


@area.post('/shifts/<signed("shifts"):volunteer_id>/leave')
def leave(volunteer_id: int) -> ResponseReturnValue:
    """They help no more."""
    with db.writing():
        _try(partial(service.leave, volunteer_id))
    return web.to("volunteers.own", volunteer_id=volunteer_id)


@area.get("/shifts/<path:token>")
def own_broken(token: str) -> ResponseReturnValue:
    """A link that was cut in two, altered, or made for something else."""
    return broken()


def _try(act: Callable[..., Any]) -> Any:
    try:
        return act(now=clock.now())
    except LookupError as error:
        raise NotFound from error

"""The staff door to the guests of an event: the list, on paper and as a table, and links for helpers at the door."""

from typing import Any

from flask import Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from .. import clock, db, i18n, qr, web
from ..errors import Refused
from ..staff import audit, doors
from ..staff.acts import Act
from ..typeset import Press
from . import arrivals, board, drafts, editing, guest_list, keys, theirs
from .hosting import LendForm
from .models import DoorHelper, Event

area = web.staff_area("guests_staff", __name__)


@area.get("/events/<int:id>/guests")
def index(id: int) -> ResponseReturnValue:
    """Who has a seat, who waits, who came; and what can be done for the door."""
    with db.reading():
        return _index(id, LendForm.of(keys.days(_event_or_404(id))))


def _index(event_id: int, form: LendForm) -> str:
    event, number, now = _event_or_404(event_id), web.page_number(), clock.now()
    rows = guest_list.page(event_id, number, web.A_PAGE)
    known: dict[str, Any] = {"event": event, "title": drafts.title(event), "when": board.get(event_id).when}
    known |= {"figures": arrivals.figures(event_id), "waiting": guest_list.waiting(event_id)}
    known |= {"rows": rows[: web.A_PAGE], "pager": web.pager("guests_staff.index", number, len(rows), id=event_id)}
    known |= {"lent": [(one, _state(one, event)) for one in keys.lent(event_id)], "over": event.over(now)}
    known["away"] = guest_list.stayed_away(event_id)
    return render_template("events/staff/guests.html", form=form, **known)


def _state(helper: DoorHelper, event: Event) -> str:
    if helper.ended_at is not None:
        return "ended"
    now = clock.now()
    return "over" if now >= helper.until else "open" if now >= keys.opens_at(helper, event) else "not yet open"


@area.get("/events/<int:id>/guests.csv")
def table(id: int) -> ResponseReturnValue:
    """The guests for a spreadsheet; without mail addresses."""
    with db.writing():  # first: nobody takes names away without a trace
        event = _event_or_404(id)
        text = theirs.table(event)
        audit.note(Act.GUESTS_TAKEN, "event", id)
    return _file(text, "text/csv", f"guests-{event.slug}-{clock.today().isoformat()}.csv", "attachment")


@area.get("/events/<int:id>/guests.pdf")
def print_list(id: int) -> ResponseReturnValue:
    """The list to print: names, how many, a box to tick."""
    return _printed(id, sign=False)


@area.get("/events/<int:id>/sign-in.pdf")
def print_sign_in(id: int) -> ResponseReturnValue:
    """The list to sign at the door."""
    return _printed(id, sign=True)


def _printed(event_id: int, *, sign: bool) -> Response:
    with db.reading():
        event = _event_or_404(event_id)
        content = guest_list.to_print(board.get(event_id), request.args.get("paper", "letter"), sign=sign)
    made = guest_list.pdf(Press(web.config().place("templates") / "print"), content)
    with db.writing():
        audit.note(Act.GUESTS_TAKEN, "event", event_id)
    name = f"{'sign-in' if sign else 'guests'}-{event.slug}.pdf"
    return _file(made, "application/pdf", name, "inline")


def _file(content: str | bytes, kind: str, name: str, how: str) -> Response:
    return Response(content, mimetype=kind, headers={"Content-Disposition": f'{how}; filename="{name}"'})


@area.post("/events/<int:id>/links")
def lend(id: int) -> ResponseReturnValue:
    """Make a link for a helper, for one day."""
    with db.reading():
        form = LendForm.of(keys.days(_event_or_404(id)))
        if not form.validate():
            return _index(id, form), 422
    try:
        with db.writing():
            helper_id = keys.lend(id, form.name.data or "", form.date, doors.me().id, clock.now())
            audit.note(Act.DOOR_LINK_MADE, "event", id)
    except Refused as no:
        form.form_errors.append(str(no))
        with db.reading():
            return _index(id, form), 409
    return web.to("guests_staff.link", id=id, helper_id=helper_id)


@area.get("/events/<int:id>/links/<int:helper_id>")
def link(id: int, helper_id: int) -> ResponseReturnValue:
    """A link that was made, to scan from the screen or to send."""
    with db.reading():
        event, helper = _event_or_404(id), _link_or_404(id, helper_id)
        state = _state(helper, event)
        shown = {"state_word": state, "opens_at": keys.opens_at(helper, event)}
        shown |= {"title": drafts.title(event), "event": event}
        opens = state in ("open", "not yet open") and event.state == "published"
        addresses = [(one, web.address("events_door.show", one, helper_id=helper_id)) for one in i18n.site().languages]
        code = qr.svg(addresses[0][1]) if opens else ""
        return render_template(
            "events/staff/link.html", helper=helper, addresses=addresses if opens else [], qr=code, **shown
        )


@area.post("/events/<int:id>/links/<int:helper_id>/end")
def end_link(id: int, helper_id: int) -> ResponseReturnValue:
    """Let a link open nothing any more."""
    try:
        with db.writing():
            keys.end(id, helper_id, clock.now())
            audit.note(Act.DOOR_LINK_ENDED, "event", id)
    except LookupError:
        abort(404)
    return web.to("guests_staff.index", id=id)


def _link_or_404(event_id: int, helper_id: int) -> DoorHelper:
    try:
        helper = keys.get(helper_id)
    except LookupError:
        abort(404)
    return helper if helper.event_id == event_id else abort(404)


def _event_or_404(event_id: int) -> Event:
    try:
        return editing.get(event_id)
    except LookupError:
        abort(404)

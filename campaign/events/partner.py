"""The partner door to its own events: propose one, write it until it is sent, see and take out who comes."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from flask import Response, abort, render_template
from flask.typing import ResponseReturnValue

from .. import clock, db, i18n, web
from ..errors import Refused, Stale
from ..places import service as places
from ..settings import Language
from ..staff import audit, doors
from ..staff.acts import Act
from . import board, drafts, editing, listing, proposals, theirs
from .models import Event
from .writing import Choices, OwnEventForm, OwnWordsForm

area = web.partner_area("events_partner", __name__)


@area.get("/events")
def index() -> ResponseReturnValue:
    """The events of one's own organisation, and the meetings of the coalition."""
    page = web.page_number()
    with db.reading():
        rows, meetings = drafts.of_partner(doors.my_partner(), page, web.A_PAGE), listing.meetings(clock.now())
        pager = web.pager("events_partner.index", page, len(rows))
        known = {"rows": rows[: web.A_PAGE], "pager": pager, "meetings": meetings}
        return render_template("events/partner/index.html", **known)


@area.route("/events/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Begin an event of one's own, a draft; the words come next."""
    with db.reading():
        form = OwnEventForm(_choices())
        if not form.validate_on_submit():
            return render_template("events/partner/new.html", form=form), web.status_of(form)
    try:
        with db.writing():
            proposals.refuse_more(doors.my_partner())
            facts = form.facts(partner_id=doors.my_partner())
            event_id = editing.add(facts, clock.now(), doors.me().id)
            audit.note(Act.EVENT_BEGUN, "event", event_id)
    except Refused as no:
        form.form_errors.append(str(no))
        with db.reading():
            return render_template("events/partner/new.html", form=form), 409
    return web.to("events_partner.words", id=event_id, code="en")


def _choices(event: Event | None = None) -> Choices:
    return Choices(places.choices(event.place_id if event else None), [])


@area.route("/events/<int:id>", methods=["GET", "POST"])
def edit(id: int) -> ResponseReturnValue:
    """One event of one's own: a draft can be changed, what was sent or published is looked at."""
    with db.reading():
        event = _own_or_404(id)
        form = OwnEventForm(_choices(event), event)
        if not form.validate_on_submit():
            return _edit(form, event), web.status_of(form)
    try:
        with _writing(id, Act.EVENT_CHANGED) as (draft, now):
            facts = form.facts(partner_id=doors.my_partner(), members_only=draft.members_only)
            editing.change(id, facts, form.seen_version, now)
    except Stale:
        with db.reading():
            saved = _own_or_404(id)
            form.overtaken(saved.version)
            return _edit(form, saved, drafts.in_words(saved)), 409
    except Refused as no:
        form.form_errors.append(str(no))
        with db.reading():
            return _edit(form, _own_or_404(id)), 409
    return web.to("events_partner.edit", id=id)


def _edit(form: OwnEventForm, event: Event, meanwhile: list[tuple[str, str]] | None = None) -> str:
    written, shown = editing.languages_of(event.id), board.shown([event])[0]
    known = {"form": form, "event": event, "written": written, "theirs": meanwhile, "title": drafts.title(event)}
    known |= {"may_write": proposals.may_write(event), "when": shown.when, "place": shown.place}
    return render_template("events/partner/edit.html", figures=theirs.figures(event), **known)


@area.route("/events/<int:id>/words/<code>", methods=["GET", "POST"])
def words(id: int, code: str) -> ResponseReturnValue:
    """Write or translate a draft of one's own, with the English beside it."""
    other = i18n.site().language(code) or abort(404)
    with db.reading():
        event, there = _own_or_404(id), editing.words_in(id, code)
        form = OwnWordsForm(obj=there)
        if not form.validate_on_submit():
            return _words(form, event, other), web.status_of(form)
    try:
        with _writing(id, Act.EVENT_WORDS_WRITTEN) as (_draft, now):
            editing.write(id, code, form.words(there), now, form.seen_version)
    except Stale:
        with db.reading():
            saved = editing.words_in(id, code)
            form.overtaken(saved.version if saved else 0)
            known = [(form[part].label.text, getattr(saved, part)) for part in OwnWordsForm.PARTS] if saved else []
            return _words(form, event, other, known), 409
    return web.to("events_partner.edit", id=id)


def _words(form: OwnWordsForm, event: Event, other: Language, meanwhile: list[tuple[str, str]] | None = None) -> str:
    english = editing.words_in(event.id, "en") if other.code != "en" else None
    known = {"form": form, "event": event, "english": english, "other": other, "theirs": meanwhile}
    known |= {"title": drafts.title(event), "may_write": proposals.may_write(event)}
    return render_template("events/partner/words.html", **known)


@area.post("/events/<int:id>/propose")
def propose(id: int) -> ResponseReturnValue:
    """Send a draft to the campaign's staff."""
    with _changing(id, Act.EVENT_PROPOSED) as (_event, now):
        proposals.propose(id, now)
    return web.to("events_partner.edit", id=id)


@area.post("/events/<int:id>/take-back")
def take_back(id: int) -> ResponseReturnValue:
    """Go on writing what was sent."""
    with _changing(id, Act.PROPOSAL_TAKEN_BACK) as (_event, now):
        proposals.take_back(id, now)
    return web.to("events_partner.edit", id=id)


@area.get("/events/<int:id>/guests.csv")
def guests(id: int) -> ResponseReturnValue:
    """Who comes to an event of one's own, for a spreadsheet; without mail addresses."""
    with db.writing():  # first: nobody takes names away without a trace
        event = _own_or_404(id)
        text = theirs.table(event)
        audit.note(Act.GUESTS_TAKEN, "event", id)
    name = f"guests-{event.slug}-{clock.today().isoformat()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, mimetype="text/csv", headers=headers)


@contextmanager
def _changing(event_id: int, act: Act) -> Iterator[tuple[Event, datetime]]:
    """An act upon an event of one's own, written down."""
    with db.writing():
        yield _own_or_404(event_id), clock.now()
        audit.note(act, "event", event_id)


@contextmanager
def _writing(event_id: int, act: Act) -> Iterator[tuple[Event, datetime]]:
    """The same for what only a draft lets one do. Raises Refused."""
    with _changing(event_id, act) as (_seen, now):
        event = editing.locked(event_id)
        if not proposals.may_write(event):
            raise Refused("This event was sent or published meanwhile, so it cannot be changed here now.")
        yield event, now


def _own_or_404(event_id: int) -> Event:
    """An event of one's own organisation; any other is as good as not there."""
    try:
        event = editing.get(event_id)
        doors.refuse_foreign(event.partner_id)
    except LookupError:
        abort(404)
    return event if proposals.is_theirs(event) else abort(404)

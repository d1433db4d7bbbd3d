"""The staff door to events: write, translate, look at, publish, change, copy, cancel them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from flask import Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from .. import clock, db, i18n, pictures, web
from ..errors import Refused, Stale
from ..places import service as places
from ..settings import Language
from ..staff import audit, organisations
from ..staff.acts import Act
from . import board, drafts, editing, proposals, questions
from . import pictures as event_pictures
from .models import Event
from .writing import AnswerForm, CancelForm, Choices, EventForm, PictureForm, QuestionsForm, WordsForm

area = web.staff_area("events_staff", __name__)
FILTERS = ("upcoming", "drafts", "proposed", "past", "all")


@area.get("/events")
def index() -> ResponseReturnValue:
    """Events by what is to do about them."""
    which, page = request.args.get("filter", "upcoming"), web.page_number()
    which = which if which in FILTERS else "upcoming"
    with db.reading():
        rows = drafts.rows(which, clock.now(), page, web.A_PAGE)
        waiting, names = drafts.waiting(), _names()
    pager = web.pager("events_staff.index", page, len(rows), filter=which)
    known = {"rows": rows[: web.A_PAGE], "filter": which, "pager": pager, "waiting": waiting, "names": names}
    return render_template("events/staff/index.html", **known)


def _names() -> dict[int, str]:
    return {one.id: one.name for one in organisations.everyone()}


@area.route("/events/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Begin an event, a draft; the English words come next."""
    with db.reading():
        form = EventForm(_choices())
        if not form.validate_on_submit():
            return render_template("events/staff/new.html", form=form), web.status_of(form)
    try:
        with db.writing():
            event_id = editing.add(form.facts(), clock.now())
            editing.host_together(event_id, form.with_them)
            audit.note(Act.EVENT_BEGUN, "event", event_id)
    except Refused as no:
        form.form_errors.append(str(no))
        with db.reading():
            return render_template("events/staff/new.html", form=form), 409
    return web.to("events_staff.words", id=event_id, code="en")


def _choices(event: Event | None = None) -> Choices:
    """Places and partners to choose from; those that are chosen already are among them whatever became of them."""
    theirs = {event.partner_id, *editing.hosts_beside(event.id)} if event else set()
    hosts = [(str(one.id), one.name) for one in organisations.everyone() if not one.shut or one.id in theirs]
    return Choices(places.choices(event.place_id if event else None), hosts)


@area.route("/events/<int:id>", methods=["GET", "POST"])
def edit(id: int) -> ResponseReturnValue:
    """One event: what is left to do, and changing its facts. Who will be written to is said before it is done."""
    with db.reading():
        event = _event_or_404(id)
        form = EventForm(_choices(event), event, editing.hosts_beside(id))
        if not form.validate_on_submit():
            return _edit(form, event), web.status_of(form)
        if told := _to_be_told(form, event):
            return _edit(form, event, told=told), 409
    try:
        with db.writing():
            editing.change(id, form.facts(), form.seen_version, clock.now())
            editing.host_together(id, form.with_them)
            audit.note(Act.EVENT_CHANGED, "event", id)
    except Stale:
        return _edit_overtaken(form, id), 409
    except Refused as no:
        form.form_errors.append(str(no))
        with db.reading():
            return _edit(form, _event_or_404(id)), 409
    return web.to("events_staff.edit", id=id)


def _to_be_told(form: EventForm, event: Event) -> str:
    """What guests would be written about, in words; empty when nothing, or when that was said before."""
    moved = ", ".join(editing.moves(event, form.facts(), clock.now()))
    number = editing.guests(event.id) if moved else 0
    if not number or form.told.data == moved:
        return ""
    form.told.data = moved
    return f"{number} {'guest' if number == 1 else 'guests'} will get a letter about {moved}."


def _edit(form: EventForm, event: Event, told: str = "", theirs: list[tuple[str, str]] | None = None) -> str:
    written, stale = editing.languages_of(event.id), editing.stale(event.id)
    known = {"form": form, "event": event, "written": written, "stale": stale, "told": told, "theirs": theirs}
    known |= {"title": drafts.title(event), "guests": editing.guests(event.id), "over": event.over(clock.now())}
    known |= {"picture": event_pictures.size(event.id), "upload": PictureForm(formdata=None), "names": _names()}
    known |= {"answer": AnswerForm(formdata=None), "asked": questions.of(event.id, "en")}
    known["when"] = board.shown([event])[0].when
    known["beside"] = [part for _, part in drafts.beside.send(event.id) if part]
    return render_template("events/staff/edit.html", **known)


def _edit_overtaken(form: EventForm, event_id: int) -> str:
    """The form with what one typed, and beside it what somebody else saved meanwhile."""
    with db.reading():
        saved = _event_or_404(event_id)
        form.overtaken(saved.version)
        return _edit(form, saved, theirs=drafts.in_words(saved))


@area.route("/events/<int:id>/words/<code>", methods=["GET", "POST"])
def words(id: int, code: str) -> ResponseReturnValue:
    """Write or translate, with the English beside it."""
    other = _language_or_404(code)
    with db.reading():
        event, there = _event_or_404(id), editing.words_in(id, code)
        form = WordsForm(obj=there)
        if not form.validate_on_submit():
            return _words(form, event, other), web.status_of(form)
    try:
        with db.writing():
            editing.write(id, code, form.words(there), clock.now(), form.seen_version)
            audit.note(Act.EVENT_WORDS_WRITTEN, "event", id)
    except Stale:
        return _words_overtaken(form, event, other), 409
    return web.to("events_staff.preview", id=id, code=code)


def _words(form: WordsForm, event: Event, other: Language, theirs: list[tuple[str, str]] | None = None) -> str:
    english = editing.words_in(event.id, "en") if other.code != "en" else None
    known = {"form": form, "event": event, "english": english, "other": other, "theirs": theirs}
    return render_template(
        "events/staff/words.html", title=drafts.title(event), guests=editing.guests(event.id), **known
    )


def _words_overtaken(form: WordsForm, event: Event, other: Language) -> str:
    with db.reading():
        saved = editing.words_in(event.id, other.code)
        form.overtaken(saved.version if saved else 0)
        theirs = [(form[part].label.text, getattr(saved, part)) for part in drafts.PARTS] if saved else []
        return _words(form, event, other, theirs)


@area.get("/events/<int:id>/preview/<code>")
def preview(id: int, code: str) -> ResponseReturnValue:
    """The public page as it would look, in any state."""
    with db.reading(), i18n.speaking(_language_or_404(code)):
        _event_or_404(id)
        return render_template("events/preview.html", event=board.get(id))


@area.route("/events/<int:id>/questions/<code>", methods=["GET", "POST"], endpoint="questions")
def ask(id: int, code: str) -> ResponseReturnValue:
    """What those who come are asked, in one language."""
    other = _language_or_404(code)
    with db.reading():
        event = _event_or_404(id)
        form = QuestionsForm(questions.of(id, code), english=code == "en", version=event.version)
        if not form.validate_on_submit():
            return _questions(form, event, other), web.status_of(form)
    try:
        with db.writing():
            questions.ask(id, code, form.asked, form.seen_version, clock.now())
            audit.note(Act.EVENT_QUESTIONS_WRITTEN, "event", id)
    except Stale:
        with db.reading():
            form.overtaken(_event_or_404(id).version)
            return _questions(form, event, other), 409
    return web.to("events_staff.edit", id=id)


def _questions(form: QuestionsForm, event: Event, other: Language) -> str:
    known = {"form": form, "event": event, "other": other, "english": questions.of(event.id, "en")}
    return render_template("events/staff/questions.html", title=drafts.title(event), **known)


@area.post("/events/<int:id>/publish")
def publish(id: int) -> ResponseReturnValue:
    """Let everybody see it, or the coalition."""
    with _changing(id, Act.EVENT_PUBLISHED) as now:
        editing.publish(id, now)
    return web.to("events_staff.edit", id=id)


@area.post("/events/<int:id>/close")
def close(id: int) -> ResponseReturnValue:
    """Take no more RSVPs."""
    with _changing(id, Act.RSVPS_CLOSED) as now:
        editing.close(id, now)
    return web.to("events_staff.edit", id=id)


@area.post("/events/<int:id>/reopen")
def reopen(id: int) -> ResponseReturnValue:
    """Take RSVPs again."""
    with _changing(id, Act.RSVPS_OPENED):
        editing.reopen(id)
    return web.to("events_staff.edit", id=id)


@area.post("/events/<int:id>/duplicate")
def duplicate(id: int) -> ResponseReturnValue:
    """A draft with the same facts and words, a week later."""
    try:
        with db.writing():
            copy_id = editing.duplicate(id, clock.now())
            audit.note(Act.EVENT_COPIED, "event", copy_id)
    except LookupError:
        abort(404)
    return web.to("events_staff.edit", id=copy_id)


@area.route("/events/<int:id>/cancel", methods=["GET", "POST"])
def cancel(id: int) -> ResponseReturnValue:
    """Call it off, once it was said who will be written to."""
    with db.reading():
        event = _event_or_404(id)
        form = CancelForm.of(editing.languages_of(id))
        if not form.validate_on_submit():
            known = {"title": drafts.title(event), "guests": editing.guests(id), "over": event.over(clock.now())}
            return render_template("events/staff/cancel.html", form=form, event=event, **known), web.status_of(form)
    with _changing(id, Act.EVENT_CANCELLED) as now:
        editing.cancel(id, form.notices, now)
    return web.to("events_staff.edit", id=id)


@area.get("/events/<int:id>/picture")
def see_picture(id: int) -> ResponseReturnValue:
    """The picture as we keep it, also of a draft."""
    with db.reading():
        found = event_pictures.get(id) or abort(404)
        return Response(found.content, mimetype=f"image/{found.kind}")


@area.post("/events/<int:id>/picture")
@web.takes(pictures.LARGEST_BODY)
def picture(id: int) -> ResponseReturnValue:
    """Take a picture, drawn anew, with what it shows."""
    form, sent = PictureForm(), request.files.get("picture")
    form.validate()
    try:
        drawn = event_pictures.draw(sent.stream.read(pictures.LARGEST + 1) if sent else b"")
    except Refused as no:
        form.picture.errors, drawn = [str(no)], None
    if drawn is None or form.errors:
        with db.reading():
            return render_template("events/staff/picture.html", form=form, event=_event_or_404(id)), 422
    with _changing(id, Act.EVENT_PICTURE_PUT) as now:
        event_pictures.put(id, drawn, form.alt.data or "", now)
    return web.to("events_staff.edit", id=id)


@area.post("/events/<int:id>/picture/remove")
def remove_picture(id: int) -> ResponseReturnValue:
    """Delete the picture."""
    with _changing(id, Act.EVENT_PICTURE_REMOVED) as now:
        event_pictures.remove(id, now)
    return web.to("events_staff.edit", id=id)


@area.post("/events/<int:id>/approve")
def approve(id: int) -> ResponseReturnValue:
    """Publish what a partner proposed, and write to its people."""
    return _answer(id, approved=True)


@area.post("/events/<int:id>/decline")
def decline(id: int) -> ResponseReturnValue:
    """Give a proposal back to its partner, with a message."""
    return _answer(id, approved=False)


def _answer(event_id: int, *, approved: bool) -> ResponseReturnValue:
    form = AnswerForm()
    if not form.validate():
        return web.error_page(422, f"{form.message.errors[0]} Nothing was changed.")
    with _changing(event_id, Act.PROPOSAL_APPROVED if approved else Act.PROPOSAL_DECLINED) as now:
        proposals.answer(event_id, form.message.data or "", form.seen_version, now, approved=approved)
    return web.to("events_staff.edit", id=event_id)


@contextmanager
def _changing(event_id: int, act: Act) -> Iterator[datetime]:
    """An act upon an event, written down."""
    now = clock.now()
    try:
        with db.writing():
            yield now
            audit.note(act, "event", event_id)
    except LookupError:
        abort(404)


def _event_or_404(event_id: int) -> Event:
    try:
        return editing.get(event_id)
    except LookupError:
        abort(404)


def _language_or_404(code: str) -> Language:
    return i18n.site().language(code) or abort(404)

"""The staff door to newsletters: which there are, what is true of one, its pictures."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from .. import clock, db, pictures, web
from ..errors import Refused, Stale
from ..staff import audit, doors
from ..staff.acts import Act
from . import copies, drafts, preflight, service, sources
from . import pictures as ours
from .forms import FactsForm, PictureForm
from .models import Newsletter

area = web.staff_area("newsletters_staff", __name__)
FILTERS = ("open", "sent", "all")


@area.get("/newsletters")
def index() -> ResponseReturnValue:
    """Newsletters, the one that was changed last first."""
    which, page = request.args.get("filter", "open"), web.page_number()
    which = which if which in FILTERS else "open"
    with db.reading():
        rows = service.rows(which, page, web.A_PAGE)
    pager = web.pager("newsletters_staff.index", page, len(rows), filter=which)
    return render_template("newsletters/staff/index.html", rows=rows[: web.A_PAGE], filter=which, pager=pager)


@area.route("/newsletters/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Begin a newsletter; its English words come next."""
    form = FactsForm()
    if not form.validate_on_submit():
        return render_template("newsletters/staff/new.html", form=form), web.status_of(form)
    try:
        with db.writing():
            newsletter_id = service.begin(form.facts, doors.me().id, clock.now())
            audit.note(Act.NEWSLETTER_BEGUN, "newsletter", newsletter_id)
    except Refused as no:
        form.form_errors.append(str(no))
        return render_template("newsletters/staff/new.html", form=form), 409
    return web.to("newsletter_desk_staff.words", id=newsletter_id, code="en")


@area.route("/newsletters/<int:id>", methods=["GET", "POST"])
def edit(id: int) -> ResponseReturnValue:
    """One newsletter: what is left to do, its editions and pictures, and changing its facts."""
    with db.reading():
        row = newsletter_or_404(id)
        form = FactsForm(row)
        if not form.validate_on_submit():
            return _edit(form, row), web.status_of(form)
    try:
        with db.writing():
            service.change(id, form.facts, form.seen_version, clock.now())
            audit.note(Act.NEWSLETTER_CHANGED, "newsletter", id)
    except Stale:
        return _overtaken(form, id), 409
    except Refused as no:
        form.form_errors.append(str(no))
        with db.reading():
            return _edit(form, newsletter_or_404(id)), 409
    return web.to("newsletters_staff.edit", id=id, saved="facts")


def _edit(form: FactsForm, row: Newsletter, theirs: list[tuple[str, str]] | None = None) -> str:
    editions = service.editions(row.id)
    known = {"form": form, "row": row, "editions": editions, "unsaved": drafts.unsaved(row.id)}
    known["stale"] = sources.stale_ones(editions)
    known |= {"pictures": ours.of(row.id), "upload": PictureForm(formdata=None), "theirs": theirs}
    known["findings"] = preflight.findings(row.id) if row.writable else []
    return render_template("newsletters/staff/edit.html", **known)


def _overtaken(form: FactsForm, newsletter_id: int) -> str:
    """The form with what one typed, and beside it what somebody else saved meanwhile."""
    with db.reading():
        saved = newsletter_or_404(newsletter_id)
        form.overtaken(saved.version)
        names = ("title", "slug", "from_name", "accepted")
        return _edit(form, saved, [(form[name].label.text, getattr(saved, name) or "–") for name in names])


@area.post("/newsletters/<int:id>/duplicate")
def duplicate(id: int) -> ResponseReturnValue:
    """A draft with the same words, pictures and readers: the next one begins with this one."""
    try:
        with db.writing():
            copy_id = copies.duplicate(id, doors.me().id, clock.now())
            audit.note(Act.NEWSLETTER_COPIED, "newsletter", copy_id)
    except LookupError:
        abort(404)
    return web.to("newsletters_staff.edit", id=copy_id, copied=1)


@area.post("/newsletters/<int:id>/pictures")
@web.takes(pictures.LARGEST_BODY)
def picture(id: int) -> ResponseReturnValue:
    """Take a picture, drawn anew, with what it shows."""
    form, sent = PictureForm(), request.files.get("picture")
    form.validate()
    try:
        drawn = ours.draw(sent.stream.read(pictures.LARGEST + 1) if sent else b"")
    except Refused as no:
        form.picture.errors, drawn = [str(no)], None
    if drawn is None or form.errors:
        with db.reading():
            return render_template("newsletters/staff/picture.html", form=form, row=newsletter_or_404(id)), 422
    with _changing(id, Act.NEWSLETTER_PICTURE_PUT) as now:
        ours.add(id, drawn, form.alt.data or "", now)
    return web.onward(url_for("newsletters_staff.edit", id=id, _anchor="pictures"))


@area.post("/newsletters/<int:id>/pictures/<int:picture_id>/remove")
def remove_picture(id: int, picture_id: int) -> ResponseReturnValue:
    """Delete a picture."""
    with _changing(id, Act.NEWSLETTER_PICTURE_REMOVED):
        ours.remove(id, picture_id)
    return web.onward(url_for("newsletters_staff.edit", id=id, _anchor="pictures"))


@contextmanager
def _changing(newsletter_id: int, act: Act) -> Iterator[datetime]:
    """An act upon a newsletter, written down."""
    now = clock.now()
    try:
        with db.writing():
            service.touch(newsletter_id, now)
            yield now
            audit.note(act, "newsletter", newsletter_id)
    except LookupError:
        abort(404)


def newsletter_or_404(newsletter_id: int) -> Newsletter:
    """The newsletter, or no page."""
    try:
        return service.get(newsletter_id)
    except LookupError:
        abort(404)

"""The staff door: write, translate, preview, open and close a pledge; read what signers said."""

from collections.abc import Callable
from datetime import datetime

from flask import Response, abort, render_template, request, stream_with_context
from flask.typing import ResponseReturnValue

from .. import clock, db, i18n, web
from ..settings import Language
from . import board, editing, export
from .forms import PledgeForm, SignForm, WordsForm

area = web.staff_area("pledges_staff", __name__)
FILTERS = ("waiting", "passed", "refused", "all")


@area.get("/pledges")
def index() -> ResponseReturnValue:
    """All pledges, drafts too."""
    with db.reading():
        return render_template("pledges/staff/index.html", pledges=board.all_cards())


@area.route("/pledges/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Begin a pledge."""
    form = PledgeForm()
    if not form.validate_on_submit():
        return render_template("pledges/staff/edit.html", form=form, pledge=None, written=[]), web.status_of(form)
    with db.writing():
        pledge_id = editing.add(form.slug.data or "", form.goal.data or 1, clock.now())
    return web.to("pledges_staff.words", id=pledge_id, code="en")


@area.route("/pledges/<int:id>", methods=["GET", "POST"])
def edit(id: int) -> ResponseReturnValue:
    """Change address and goal, and see what is left to do."""
    with db.reading():
        pledge = _pledge_or_404(id)
        form = PledgeForm(obj=editing.get(id))
        if not form.validate_on_submit():
            written = editing.languages_of(id)
            page = render_template("pledges/staff/edit.html", form=form, pledge=pledge, written=written)
            return page, web.status_of(form)
    with db.writing():
        editing.change(id, form.slug.data or "", form.goal.data or 1, form.seen_version)
    return web.to("pledges_staff.edit", id=id)


@area.route("/pledges/<int:id>/words/<code>", methods=["GET", "POST"])
def words(id: int, code: str) -> ResponseReturnValue:
    """Write or translate, with the English beside it."""
    other = _language_or_404(code)
    with db.reading():
        pledge = _pledge_or_404(id)
        english = editing.words_in(id, "en") if code != "en" else None
        form = WordsForm(obj=editing.words_in(id, code))
        if not form.validate_on_submit():
            known = {"form": form, "pledge": pledge, "english": english, "other": other}
            return render_template("pledges/staff/words.html", **known), web.status_of(form)
    with db.writing():
        editing.write(id, code, form.title.data or "", form.promise.data or "", form.body.data or "")
    return web.to("pledges_staff.preview", id=id, code=code)


@area.get("/pledges/<int:id>/preview/<code>")
def preview(id: int, code: str) -> ResponseReturnValue:
    """The public page as it would look, in any state."""
    with db.reading(), i18n.speaking(_language_or_404(code)):
        known = {"form": SignForm(), "voices": board.voices(id), "preview": True, "words": None}
        return render_template("pledges/show.html", pledge=_pledge_or_404(id), **known)


@area.post("/pledges/<int:id>/open", endpoint="open")
def open_(id: int) -> ResponseReturnValue:
    """Let it be signed."""
    with db.writing():
        _pledge_or_404(id)
        editing.open_(id, clock.now())
    return web.to("pledges_staff.edit", id=id)


@area.post("/pledges/<int:id>/close")
def close(id: int) -> ResponseReturnValue:
    """Take no more signatures."""
    with db.writing():
        _pledge_or_404(id)
        editing.close(id, clock.now())
    return web.to("pledges_staff.edit", id=id)


@area.get("/signatures")
def signatures() -> ResponseReturnValue:
    """What signers said, those first that nobody has read."""
    which, page = request.args.get("filter", "waiting"), web.page_number()
    which = which if which in FILTERS else "waiting"
    with db.reading():
        rows = editing.signatures(which, clock.now(), page, web.A_PAGE)
    pager = web.pager("pledges_staff.signatures", page, len(rows), filter=which)
    return render_template("pledges/staff/signatures.html", rows=rows[: web.A_PAGE], filter=which, pager=pager)


@area.get("/signatures.csv")
def table() -> ResponseReturnValue:
    """All signatures for a spreadsheet."""
    name = f"signatures-{clock.today().isoformat()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(stream_with_context(export.signatures()), mimetype="text/csv", headers=headers)


@area.post("/signatures/<int:id>/pass")
def pass_(id: int) -> ResponseReturnValue:
    """Show this one on the pledge's page."""
    _decide(editing.pass_, id)
    return web.to("pledges_staff.signatures")


@area.post("/signatures/<int:id>/refuse")
def refuse(id: int) -> ResponseReturnValue:
    """Do not show this one."""
    _decide(editing.turn_down, id)
    return web.to("pledges_staff.signatures")


def _decide(act: Callable[[int, str, datetime], None], signature_id: int) -> None:
    try:
        with db.writing():
            act(signature_id, request.form.get("read", ""), clock.now())
    except LookupError:
        abort(404)


def _pledge_or_404(pledge_id: int) -> board.Card:
    try:
        return board.get(pledge_id)
    except LookupError:
        abort(404)


def _language_or_404(code: str) -> Language:
    return i18n.site().language(code) or abort(404)

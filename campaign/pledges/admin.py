"""The staff door: write, translate, preview, open and close a pledge; read what signers said."""

from collections.abc import Callable
from datetime import datetime

from flask import Response, abort, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue

from .. import clock, db, embedding, i18n, web
from ..errors import Stale
from ..links import service as links
from ..settings import Language
from ..staff import audit, doors
from ..staff.acts import Act
from . import asides as aside_acts
from . import board, editing, export
from .forms import AsideForm, PledgeForm, SignForm, WordsForm
from .models import Batch

area = web.staff_area("pledges_staff", __name__)
FILTERS = ("waiting", "passed", "refused", "crowded", "aside", "all")


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
        return render_template(
            "pledges/staff/edit.html", form=form, pledge=None, written=[], theirs=None
        ), web.status_of(form)
    with db.writing():
        pledge_id = editing.add(form.slug.data or "", form.goal.data or 1, clock.now())
        audit.note(Act.PLEDGE_BEGUN, "pledge", pledge_id)
    return web.to("pledges_staff.words", id=pledge_id, code="en")


@area.route("/pledges/<int:id>", methods=["GET", "POST"])
def edit(id: int) -> ResponseReturnValue:
    """Change address and goal, and see what is left to do."""
    with db.reading():
        pledge = _pledge_or_404(id)
        form = PledgeForm(obj=editing.get(id))
        if not form.validate_on_submit():
            return _edit(form, pledge), web.status_of(form)
    try:
        with db.writing():
            editing.change(id, form.slug.data or "", form.goal.data or 1, form.seen_version, clock.now())
            audit.note(Act.PLEDGE_CHANGED, "pledge", id)
    except Stale:
        return _edit_overtaken(form, id), 409
    return web.to("pledges_staff.edit", id=id)


def _edit(form: PledgeForm, pledge: board.Card, theirs: list[tuple[str, str]] | None = None) -> str:
    written = editing.languages_of(pledge.id)
    return render_template("pledges/staff/edit.html", form=form, pledge=pledge, written=written, theirs=theirs)


def _edit_overtaken(form: PledgeForm, pledge_id: int) -> str:
    """The form with what one typed, and beside it what somebody else saved meanwhile."""
    with db.reading():
        saved = editing.get(pledge_id)
        form.overtaken(saved.version)
        return _edit(form, _pledge_or_404(pledge_id), [("Address", saved.slug), ("Goal", str(saved.goal))])


@area.route("/pledges/<int:id>/words/<code>", methods=["GET", "POST"])
def words(id: int, code: str) -> ResponseReturnValue:
    """Write or translate, with the English beside it."""
    other = _language_or_404(code)
    with db.reading():
        pledge = _pledge_or_404(id)
        form = WordsForm(obj=editing.words_in(id, code))
        if not form.validate_on_submit():
            return _words(form, pledge, other), web.status_of(form)
    typed = (form.title.data or "", form.promise.data or "", form.body.data or "")
    try:
        with db.writing():
            editing.write(id, code, *typed, form.seen_version)
            audit.note(Act.PLEDGE_WORDS_WRITTEN, "pledge", id)
    except Stale:
        return _words_overtaken(form, pledge, other), 409
    return web.to("pledges_staff.preview", id=id, code=code)


def _words(form: WordsForm, pledge: board.Card, other: Language, theirs: list[tuple[str, str]] | None = None) -> str:
    english = editing.words_in(pledge.id, "en") if other.code != "en" else None
    known = {"form": form, "pledge": pledge, "english": english, "other": other, "theirs": theirs}
    return render_template("pledges/staff/words.html", **known)


def _words_overtaken(form: WordsForm, pledge: board.Card, other: Language) -> str:
    with db.reading():
        saved = editing.words_in(pledge.id, other.code)
        form.overtaken(saved.version if saved else 0)
        theirs = [("Title", saved.title), ("Promise", saved.promise), ("More", saved.body)] if saved else []
        return _words(form, pledge, other, theirs)


@area.get("/pledges/<int:id>/preview/<code>")
def preview(id: int, code: str) -> ResponseReturnValue:
    """The public page as it would look, in any state."""
    with db.reading(), i18n.speaking(_language_or_404(code)):
        known = {"form": SignForm(), "voices": board.voices(id), "preview": True, "words": None}
        return render_template("pledges/show.html", pledge=_pledge_or_404(id), **known)


@area.get("/pledges/<int:id>/embed/<code>")
def embed(id: int, code: str) -> ResponseReturnValue:
    """The HTML with which another site shows it, in one language."""
    other = _language_or_404(code)
    with db.reading(), i18n.speaking(other):
        pledge = _pledge_or_404(id)
        title = f"{pledge.title} – {i18n.tr(i18n.site().campaign.name)}"
    html = embedding.snippet(web.address("pledge_embeds.pledge", other, slug=pledge.slug), title, other)
    path = other.prefix + url_for("pledge_embeds.pledge", slug=pledge.slug)
    known = {"pledge": pledge, "other": other, "title": title, "html": html, "path": path}
    return embedding.around(render_template("pledges/staff/for_others.html", **known))


@area.post("/pledges/<int:id>/open", endpoint="open")
def open_(id: int) -> ResponseReturnValue:
    """Let it be signed."""
    with db.writing():
        _pledge_or_404(id)
        editing.open_(id, clock.now())
        audit.note(Act.PLEDGE_OPENED, "pledge", id)
    return web.to("pledges_staff.edit", id=id)


@area.post("/pledges/<int:id>/close")
def close(id: int) -> ResponseReturnValue:
    """Take no more signatures."""
    with db.writing():
        _pledge_or_404(id)
        editing.close(id, clock.now())
        audit.note(Act.PLEDGE_CLOSED, "pledge", id)
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
    with db.writing():  # first: nobody takes names away without a trace
        audit.note(Act.SIGNATURES_EXPORTED)
    name = f"signatures-{clock.today().isoformat()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(stream_with_context(export.signatures()), mimetype="text/csv", headers=headers)


@area.post("/signatures/<int:id>/pass")
def pass_(id: int) -> ResponseReturnValue:
    """Show this one on the pledge's page."""
    _decide(editing.pass_, id, Act.SIGNATURE_PASSED)
    return web.to("pledges_staff.signatures")


@area.post("/signatures/<int:id>/refuse")
def refuse(id: int) -> ResponseReturnValue:
    """Do not show this one."""
    _decide(editing.turn_down, id, Act.SIGNATURE_REFUSED)
    return web.to("pledges_staff.signatures")


def _decide(decide: Callable[[int, str, datetime], None], signature_id: int, act: Act) -> None:
    try:
        with db.writing():
            decide(signature_id, request.form.get("read", ""), clock.now())
            audit.note(act, "signature", signature_id)
    except LookupError:
        abort(404)


@area.get("/set-aside")
def asides() -> ResponseReturnValue:
    """Choose what to set aside; what was set aside before, to bring it back."""
    return _asides(_aside_form(), None)


@area.post("/set-aside")
def look() -> ResponseReturnValue:
    """How many signatures fit the conditions, and ten of them; nothing is changed yet."""
    form = _aside_form()
    if not form.validate():
        return _asides(form, None), 422
    with db.reading():
        found = aside_acts.find(form.conditions, clock.now())
    form.newest.data = str(found.newest)
    return _asides(form, found)


@area.post("/set-aside/now")
def set_aside() -> ResponseReturnValue:
    """Set aside what was looked at. What came since stays."""
    form, now = _aside_form(), clock.now()
    if not form.validate_deed():
        with db.reading():
            found = aside_acts.find(form.conditions, now) if not form.conditions_wrong else None
        return _asides(form, found), 422
    known = {"reason": form.reason.data, "conditions": form.in_words, "account_id": doors.me().id, "made_at": now}
    with db.writing():
        batch = Batch(**known)
        aside_acts.set_aside(form.conditions, form.seen, batch)
        audit.note(Act.SIGNATURES_SET_ASIDE, "batch", batch.id)
    return web.to("pledges_staff.asides")


@area.post("/set-aside/<int:id>/restore")
def restore(id: int) -> ResponseReturnValue:
    """Let a batch stand again."""
    try:
        with db.writing():
            aside_acts.restore(id, clock.now())
            audit.note(Act.SIGNATURES_RESTORED, "batch", id)
    except LookupError:
        abort(404)
    return web.to("pledges_staff.asides")


def _aside_form() -> AsideForm:
    with db.reading():
        return AsideForm(board.all_cards(), links.newest(), aside_acts.networks())


def _asides(form: AsideForm, found: aside_acts.Found | None) -> str:
    with db.reading():
        return render_template("pledges/staff/asides.html", form=form, found=found, batches=aside_acts.batches())


def _pledge_or_404(pledge_id: int) -> board.Card:
    try:
        return board.get(pledge_id)
    except LookupError:
        abort(404)


def _language_or_404(code: str) -> Language:
    return i18n.site().language(code) or abort(404)

"""The staff door: find a place, add one, change it, retire it, make one of two."""

from flask import Response, abort, render_template, request, stream_with_context
from flask.typing import ResponseReturnValue

from .. import clock, db, i18n, web
from ..errors import Stale
from ..staff import audit
from ..staff.acts import Act
from . import departures, service
from .forms import MergeForm, PlaceForm, words_for_templates
from .models import Place
from .rules import KINDS, LABELS, Facts
from .service import Alike, Wanted

area = web.staff_area("places_staff", __name__)
FOUND = 20  # to choose from where two are to be merged


area.context_processor(words_for_templates)


@area.get("/places")
def index() -> ResponseReturnValue:
    """Places by name: all of them, or those that fit."""
    page = web.page_number()
    with db.reading():
        partners = service.partners()
        wanted = _wanted(partners)
        rows = service.find(wanted, page, web.A_PAGE)
    asked = {name: value for name, value in vars(wanted).items() if value}
    pager = web.pager(
        "places_staff.index", page, len(rows), **{**asked, **({"retired": "y"} if wanted.retired else {})}
    )
    known = {"wanted": wanted, "asked": asked, "partners": partners, "pager": pager}
    return render_template("places/staff/index.html", rows=rows[: web.A_PAGE], **known)


def _wanted(partners: dict[int, str]) -> Wanted:
    """What is asked for; what cannot be is as good as nothing."""
    asked = {name: request.args.get(name, "") for name in ("kind", "language", "whose")}
    kind = asked["kind"] if asked["kind"] in set(KINDS) else ""
    language = asked["language"] if i18n.site().language(asked["language"]) else ""
    whose = asked["whose"] if asked["whose"] in {"lead", *map(str, partners)} else ""
    return Wanted(request.args.get("q", "")[:100], kind, language, whose, request.args.get("retired") == "y")


@area.get("/places.csv")
def table() -> ResponseReturnValue:
    """All places for a spreadsheet."""
    with db.writing():  # first: nobody takes all addresses away without a trace
        audit.note(Act.PLACES_EXPORTED)
    headers = {"Content-Disposition": f'attachment; filename="places-{clock.today().isoformat()}.csv"'}
    return Response(stream_with_context(departures.places()), mimetype="text/csv", headers=headers)


@area.route("/places/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Add a place, once those that may be the same one were looked at."""
    with db.reading():
        form = _form()
    if not form.validate_on_submit():
        return render_template("places/staff/new.html", form=form, alike=[]), web.status_of(form)
    try:
        with db.writing():
            place_id = service.add(form.facts(), form.shown, clock.now())
            audit.note(Act.PLACE_ADDED, "place", place_id)
    except Alike as alike:
        form.show(alike.places)
        return render_template("places/staff/new.html", form=form, alike=alike.places), 409
    return web.to("places_staff.edit", id=place_id)


@area.route("/places/<int:id>", methods=["GET", "POST"])
def edit(id: int) -> ResponseReturnValue:
    """One place, and the codes of what hangs there; one that was merged leads on."""
    with db.reading():
        place = _place_or_404(id)
        if place.merged_into_id:
            return web.to("places_staff.edit", id=place.merged_into_id)
        form = _form(place)
        if not form.validate_on_submit():
            return _edit(form, place), web.status_of(form)
    try:
        with db.writing():
            service.change(id, form.facts(), form.seen_version, form.shown)
            audit.note(Act.PLACE_CHANGED, "place", id)
    except Alike as found:
        form.show(found.places)
        with db.reading():
            return _edit(form, _place_or_404(id), found.places), 409
    except Stale:
        with db.reading():
            place = _place_or_404(id)
            form.overtaken(place.version)
            theirs = [(LABELS[name], text) for name, text in _in_words(place).items() if text]
            return _edit(form, place, theirs=theirs), 409
    return web.to("places_staff.edit", id=id)


def _form(place: Place | None = None) -> PlaceForm:
    return PlaceForm(service.partners(), service.may_own(), place)


def _edit(
    form: PlaceForm, place: Place, alike: list[Place] | None = None, theirs: list[tuple[str, str]] | None = None
) -> str:
    known = {"place": place, "words": _in_words(place), "alike": alike or [], "theirs": theirs}
    known["named_by"] = service.named_by(place.id)
    known["doubles"] = service.alike(Facts.of(place), but=place.id)
    return render_template("places/staff/edit.html", form=form, **known)


def _in_words(place: Place) -> dict[str, str]:
    """What is said of a place, to be read."""
    languages = [i18n.find(code).name for code in place.spoken if i18n.site().language(code)]
    said = {name: str(getattr(place, name)) for name in LABELS if name != "partner_id"}
    said |= {
        "kind": next(label for kind, label in KINDS.items() if kind == place.kind),
        "languages": ", ".join(languages),
    }
    return said | {"partner_id": service.partners().get(place.partner_id or 0, "the lead")}


@area.post("/places/<int:id>/retire")
def retire(id: int) -> ResponseReturnValue:
    """Offer it no more."""
    with db.writing():
        _place_or_404(id)
        service.retire(id, clock.now())
        audit.note(Act.PLACE_RETIRED, "place", id)
    return web.to("places_staff.edit", id=id)


@area.post("/places/<int:id>/bring-back")
def bring_back(id: int) -> ResponseReturnValue:
    """Offer it again."""
    with db.writing():
        _place_or_404(id)
        service.bring_back(id)
        audit.note(Act.PLACE_BROUGHT_BACK, "place", id)
    return web.to("places_staff.edit", id=id)


@area.get("/places/<int:id>/merge")
def others(id: int) -> ResponseReturnValue:
    """Look for the other one of two that are the same place."""
    wanted = Wanted(request.args.get("q", "")[:100])
    with db.reading():
        place = _place_or_404(id)
        found = service.find(wanted, 0, FOUND) if wanted.q else service.alike(Facts.of(place), but=id)
        rows = [one for one in found if one.id != id][:FOUND]
        return render_template("places/staff/others.html", place=place, wanted=wanted, rows=rows)


@area.route("/places/<int:id>/merge/<int:other>", methods=["GET", "POST"])
def merge(id: int, other: int) -> ResponseReturnValue:
    """Both side by side; pressed, the other one is gone, and what named it names this one."""
    with db.reading():
        kept, gone = _place_or_404(id), _place_or_404(other)
        if kept.id == gone.id or ((kept.merged_into_id or gone.merged_into_id) and request.method == "GET"):
            return web.to("places_staff.edit", id=id)
        rows = _beside(kept, gone)
        form = MergeForm(kept, gone, [name for name, mine, theirs in rows if mine != theirs])
        if not form.validate_on_submit():
            return _merge(form, kept, gone, rows), web.status_of(form)
    try:
        with db.writing():
            service.merge(id, other, form.taken.data or (), form.versions(id, other))
            audit.note(Act.PLACES_MERGED, "place", id)
    except Stale:
        with db.reading():
            kept, gone = _place_or_404(id), _place_or_404(other)
            form.kept_version.data, form.gone_version.data = str(kept.version), str(gone.version)
            form.form_errors.append("Somebody else changed one of them meanwhile. Look at both once more.")
            return _merge(form, kept, gone, _beside(kept, gone)), 409
    return web.to("places_staff.edit", id=id)


def _beside(kept: Place, gone: Place) -> list[tuple[str, str, str]]:
    """For each fact its name, and what either says of it."""
    mine, theirs = _in_words(kept), _in_words(gone)
    return [(name, mine[name], theirs[name]) for name in LABELS]


def _merge(form: MergeForm, kept: Place, gone: Place, rows: list[tuple[str, str, str]]) -> str:
    boxes = {box.data: box for box in form.taken}
    known = {"kept": kept, "gone": gone, "rows": rows, "boxes": boxes, "named_by": service.named_by(gone.id)}
    return render_template("places/staff/merge.html", form=form, **known)


def _place_or_404(place_id: int) -> Place:
    try:
        return service.get(place_id)
    except LookupError:
        abort(404)

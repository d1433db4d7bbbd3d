"""The partner door to places: the coalition's are all seen, one's own are added and changed."""

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from .. import clock, db, web
from ..errors import Stale
from ..staff import audit, doors
from ..staff.acts import Act
from . import service
from .forms import OwnPlaceForm, words_for_templates
from .models import Place
from .rules import KINDS, LABELS
from .service import Alike, Wanted

area = web.partner_area("places_partner", __name__)
area.context_processor(words_for_templates)


@area.get("/places")
def index() -> ResponseReturnValue:
    """The places of the coalition by name; one's own lead to their page."""
    page, wanted = web.page_number(), Wanted(request.args.get("q", "")[:100])
    with db.reading():
        rows = service.find(wanted, page, web.A_PAGE)
    pager = web.pager("places_partner.index", page, len(rows), **({"q": wanted.q} if wanted.q else {}))
    known = {"rows": rows[: web.A_PAGE], "wanted": wanted, "pager": pager, "mine": doors.my_partner()}
    return render_template("places/partner/index.html", **known)


@area.route("/places/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Add a place of one's own, once those that may be the same one were looked at."""
    form = OwnPlaceForm()
    if not form.validate_on_submit():
        return render_template("places/partner/new.html", form=form, alike=[]), web.status_of(form)
    try:
        with db.writing():
            facts = form.facts(partner_id=doors.my_partner())
            place_id = service.add(facts, form.shown, clock.now())
            audit.note(Act.PLACE_ADDED, "place", place_id)
    except Alike as found:
        form.show(found.places)
        return render_template("places/partner/new.html", form=form, alike=found.places), 409
    return web.to("places_partner.edit", id=place_id)


@area.route("/places/<int:id>", methods=["GET", "POST"])
def edit(id: int) -> ResponseReturnValue:
    """A place of one's own; one that was merged leads on."""
    with db.reading():
        place = _own_or_404(id)
        if place.id != id:
            return web.to("places_partner.edit", id=place.id)
        form = OwnPlaceForm(place)
        if not form.validate_on_submit():
            return _edit(form, place), web.status_of(form)
    try:
        with db.writing():
            # What partners do not see stays as it is: the note belongs to the version that they have seen.
            facts = form.facts(partner_id=place.partner_id, note=place.note)
            service.change(id, facts, form.seen_version, form.shown)
            audit.note(Act.PLACE_CHANGED, "place", id)
    except Alike as found:
        form.show(found.places)
        return _edit(form, place, found.places), 409
    except Stale:
        with db.reading():
            return _overtaken(form, _own_or_404(id)), 409
    return web.to("places_partner.edit", id=id)


def _overtaken(form: OwnPlaceForm, place: Place) -> str:
    form.overtaken(place.version)
    said = {name: getattr(place, name) for name in ("name", "address", "area", "city", "zip", "access")}
    said["kind"] = next(label for kind, label in KINDS.items() if kind == place.kind)
    return _edit(form, place, theirs=[(LABELS[name], text) for name, text in said.items() if text])


def _edit(
    form: OwnPlaceForm, place: Place, alike: list[Place] | None = None, theirs: list[tuple[str, str]] | None = None
) -> str:
    return render_template("places/partner/edit.html", form=form, place=place, alike=alike or [], theirs=theirs)


def _own_or_404(place_id: int) -> Place:
    """A place of one's own organisation, or the one that it was merged into; any other is as good as not there."""
    try:
        place = service.get(place_id)
        place = service.get(place.merged_into_id) if place.merged_into_id else place
        doors.refuse_foreign(place.partner_id)
    except LookupError:
        abort(404)
    return place

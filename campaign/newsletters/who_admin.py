"""The staff door to segments: who is in one, by language, ten of them to look at, and the conditions that say so."""

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from .. import clock, db, i18n, web
from ..errors import Refused, Stale
from ..staff import audit, doors
from ..staff.acts import Act
from . import segment_editing, segment_kinds, segment_rules, segments, who
from .audience_models import Segment
from .segment_forms import SegmentForm

area = web.staff_area("segments_staff", __name__)


@area.get("/segments")
def index() -> ResponseReturnValue:
    """All segments, and what each means in a sentence."""
    with db.reading():
        rules = [(one, segment_rules.read(one.rule)) for one in segments.everyone()]
        offered = segments.choices(*(rule for _, rule in rules))
        rows = [(one, segments.in_words(rule, offered)) for one, rule in rules]
    return render_template("newsletters/staff/segments.html", rows=rows)


@area.route("/segments/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Begin a segment."""
    with db.reading():
        form = SegmentForm()
        saves = _saves(form)
    if not saves:
        return _page(form, None)
    with db.writing():
        id = segments.add(form.name.data or "", form.rule, doors.me().id, clock.now())
        audit.note(Act.SEGMENT_BEGUN, "segment", id)
    return web.to("segments_staff.edit", id=id)


@area.route("/segments/<int:id>", methods=["GET", "POST"])
def edit(id: int) -> ResponseReturnValue:
    """Who is in it now; and change its conditions."""
    with db.reading():
        one = _one_or_404(id)
        form = SegmentForm(obj=one, before=segment_rules.read(one.rule), but=id)
        saves = _saves(form)
    if not saves:
        return _page(form, one)
    try:
        with db.writing():
            segments.change(id, form.name.data or "", form.rule, doors.me().id, clock.now(), form.seen_version)
            audit.note(Act.SEGMENT_CHANGED, "segment", id)
    except Stale:
        return _overtaken(form, id)
    except Refused as no:
        form.form_errors.append(str(no))
        return _page(form, one)
    except LookupError:
        abort(404)
    return web.to("segments_staff.edit", id=id)


@area.post("/segments/<int:id>/remove")
def remove(id: int) -> ResponseReturnValue:
    """Throw it away."""
    try:
        with db.writing():
            segments.remove(id)
            audit.note(Act.SEGMENT_REMOVED, "segment", id)
    except LookupError:
        abort(404)
    return web.to("segments_staff.index")


def _saves(form: SegmentForm) -> bool:
    """Whether the button "Save" was pressed and all is well; any other button changes what the form shows."""
    button = request.form.get("do", "save")
    if request.method == "POST" and button != "save":
        form.press(button)
        return False
    return bool(form.validate_on_submit())


def _page(form: SegmentForm, one: Segment | None, theirs: list[tuple[str, str]] | None = None) -> ResponseReturnValue:
    """The form, and above it whom its rule means as it stands there, saved or not; that somebody looked is noted."""
    with db.reading():
        wrong = form.mistake()
        found = who.look(form.rule, clock.now()) if not wrong else None
        known: dict[str, object] = {
            "found": found,
            "wrong": wrong,
            "sentence": segments.in_words(form.rule, form.offered),
        }
        known |= {"rule": segment_editing.shown(form.rule, form.offered), "theirs": theirs}
    if found is not None and found.people:
        with db.writing():
            audit.note(Act.READERS_LOOKED_AT, "segment" if one else "", one.id if one else "")
    known |= {"kinds": segment_kinds.KINDS, "names": {one.code: one.name for one in i18n.site().languages}}
    page = render_template("newsletters/staff/segment.html", form=form, segment=one, **known)
    return page, 409 if theirs else web.status_of(form)


def _overtaken(form: SegmentForm, segment_id: int) -> ResponseReturnValue:
    """The form with what one typed, and beside it what somebody else saved meanwhile."""
    with db.reading():
        saved = _one_or_404(segment_id)
        form.overtaken(saved.version)
        theirs = [("Name", saved.name), ("Whom", segments.in_words(segment_rules.read(saved.rule)))]
    return _page(form, saved, theirs)


def _one_or_404(segment_id: int) -> Segment:
    try:
        return segments.get(segment_id)
    except LookupError:
        abort(404)

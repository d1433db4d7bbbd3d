"""The staff door to the lists: roles, what these require, skills."""

from typing import Any

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from .. import clock, db, web
from ..errors import Stale
from ..staff import audit
from ..staff.acts import Act
from . import keeping, lists
from .writing import ItemForm

area = web.staff_area("volunteer_lists_staff", __name__)
KINDS = {"role": "role", "requirement": "requirement", "skill": "skill or interest"}


@area.get("/volunteer-lists")
def index() -> ResponseReturnValue:
    """All three."""
    with db.reading():
        known: dict[str, Any] = {kind: lists.of(which, retired=True) for kind, which in lists.BY_KIND.items()}
        names = lists.names(lists.REQUIREMENTS)
        asked = {id: [names[one] for one in role.requirement_ids] for id, role in lists.asked().items()}
    return render_template("volunteers/staff/lists.html", lists=known, asked=asked, kinds=KINDS)


@area.post("/volunteer-lists/usual")
def usual() -> ResponseReturnValue:
    """Begin with the usual ones."""
    with db.writing():
        keeping.usual()
        audit.note(Act.VOLUNTEER_LIST_CHANGED)
    return web.to("volunteer_lists_staff.index")


@area.route("/volunteer-lists/<kind>/new", methods=["GET", "POST"])
def new(kind: str) -> ResponseReturnValue:
    """One more."""
    _known_or_404(kind)
    with db.reading():
        form = ItemForm.of(kind, {}, lists.of(lists.REQUIREMENTS))
        if not form.validate_on_submit():
            return _page(kind, form, None), web.status_of(form)
    with db.writing():
        keeping.add(kind, form.said())
        audit.note(Act.VOLUNTEER_LIST_CHANGED)
    return web.to("volunteer_lists_staff.index")


@area.route("/volunteer-lists/<kind>/<int:id>", methods=["GET", "POST"])
def edit(kind: str, id: int) -> ResponseReturnValue:
    """One of them."""
    _known_or_404(kind)
    with db.reading():
        row = _row_or_404(kind, id)
        form = ItemForm.of(kind, _said(kind, row), lists.of(lists.REQUIREMENTS))
        if not form.validate_on_submit():
            return _page(kind, form, row), web.status_of(form)
    try:
        with db.writing():
            keeping.change(kind, id, form.said(), form.seen_version, clock.now())
            audit.note(Act.VOLUNTEER_LIST_CHANGED)
    except Stale:
        with db.reading():
            row = _row_or_404(kind, id)
            form.overtaken(row.version)
            return _page(kind, form, row, [("Name", keeping.names(kind, id)["en"][0])]), 409
    return web.to("volunteer_lists_staff.index")


def _said(kind: str, row: Any) -> dict[str, Any]:
    said: dict[str, Any] = {"place": row.place, "version": row.version}
    for code, (name, summary) in keeping.names(kind, row.id).items():
        said |= {f"name-{code}": name, f"summary-{code}": summary}
    if kind == "role":
        asked = lists.asked([row.id])[row.id]
        said |= {"minimum_age": str(row.minimum_age), "requires": [str(one) for one in asked.requirement_ids]}
    return said | ({"kind": row.kind, "months": row.months} if kind == "requirement" else {})


def _page(kind: str, form: Any, row: Any, theirs: list[tuple[str, str]] | None = None) -> str:
    name = keeping.names(kind, row.id).get("en", ("?", ""))[0] if row else f"A new {KINDS[kind]}"
    languages = keeping.languages()
    known = {"kind": kind, "row": row, "name": name, "languages": languages, "theirs": theirs}
    known["used"] = keeping.used(kind, row.id) if row else False
    return render_template("volunteers/staff/item.html", form=form, **known)


@area.post("/volunteer-lists/<kind>/<int:id>/remove")
def remove(kind: str, id: int) -> ResponseReturnValue:
    """Off the list: deleted if nothing ever named it, else retired."""
    _known_or_404(kind)
    with db.writing():
        _row_or_404(kind, id)
        keeping.remove(kind, id, clock.now())
        audit.note(Act.VOLUNTEER_LIST_CHANGED)
    return web.to("volunteer_lists_staff.index")


@area.post("/volunteer-lists/<kind>/<int:id>/bring-back")
def bring_back(kind: str, id: int) -> ResponseReturnValue:
    """Offer it again."""
    _known_or_404(kind)
    with db.writing():
        _row_or_404(kind, id)
        keeping.bring_back(kind, id)
        audit.note(Act.VOLUNTEER_LIST_CHANGED)
    return web.to("volunteer_lists_staff.index")


def _known_or_404(kind: str) -> None:
    if kind not in KINDS:
        abort(404)


def _row_or_404(kind: str, id: int) -> Any:
    try:
        return keeping.get(kind, id)
    except LookupError:
        abort(404)

"""The staff door: make codes, see what each brought, print its poster, point it elsewhere, retire it."""

from datetime import timedelta
from typing import TYPE_CHECKING

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from .. import clock, db, i18n, web
from ..errors import Refused, Stale
from ..links import service as links
from ..places import service as places
from ..pledges import board
from ..pledges import service as pledges
from ..staff import audit, doors, organisations
from ..staff.acts import Act
from . import flyer, poster, sheets
from .forms import CodeForm, LiftForm, TargetForm

if TYPE_CHECKING:
    from ..links.models import Code

area = web.staff_area("printables_staff", __name__)


@area.get("/codes")
def index() -> ResponseReturnValue:
    """The codes that were made one by one, with visits and signatures; those of prints stand with their print."""
    page = web.page_number()
    with db.reading():
        codes = links.single(page, web.A_PAGE)
        pager = web.pager("printables_staff.index", page, len(codes))
        codes = codes[: web.A_PAGE]
        ids = [one.id for one in codes]
        known: dict[str, object] = {"visits": links.visits(ids), "pager": pager}
        known["signatures"] = pledges.signatures_by_code(ids)
        known["organisations"] = {one.id: one.name for one in organisations.everyone()}
        known["places"] = places.names(code.place_id for code in codes if code.place_id)
        return render_template("printables/staff/index.html", codes=codes, **known)


@area.route("/codes/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Make a code for a pledge; `place` in the address chooses where it hangs."""
    at = request.args.get("place", 0, int)
    at = at if 0 < at < 2**63 else 0
    with db.reading():
        pledges_now = [card for card in board.all_cards() if card.state != "draft"]
        form = CodeForm(pledges_now, organisations.offered(), places.choices(at), place=str(at or ""))
    if not form.validate_on_submit():
        return render_template("printables/staff/new.html", form=form), web.status_of(form)
    with db.writing():
        target = url_for("pledges.show", slug=form.pledge.data)
        of, place_id = form.partner_id.data, int(form.place.data) if form.place.data else None
        code_id = links.make(target, form.language.data, form.note.data or "", clock.now(), of, place_id)
        audit.note(Act.CODE_MADE, "code", code_id)
    return web.to("printables_staff.edit", id=code_id)


@area.route("/codes/<int:id>", methods=["GET", "POST"])
def edit(id: int) -> ResponseReturnValue:
    """One code: its posters, where it leads, where it has led."""
    with db.reading():
        code = _code_or_404(id)
        form = TargetForm(obj=code)
        if not form.validate_on_submit():
            return _edit(form, code), web.status_of(form)
    try:
        with db.writing():
            _retarget(id, form.target.data or "", form.seen_version)
            audit.note(Act.CODE_RETARGETED, "code", id)
    except Stale:
        with db.reading():
            code = _code_or_404(id)
            form.overtaken(code.version)
            return _edit(form, code, [("It leads to", code.target)]), 409
    return web.to("printables_staff.edit", id=id)


def _retarget(code_id: int, target: str, version: int) -> None:
    slug = target.removeprefix("/pledges/")
    if slug != target and ((pledge := board.find(slug)) is None or pledge.state == "draft"):
        raise Refused("There is no open pledge at this address. Look it up under Pledges.")
    if target.startswith("/events/"):
        flyer.refuse_hidden(target.removeprefix("/events/"))
    links.retarget(code_id, target, doors.me().id, clock.now(), version)


def _edit(form: TargetForm, code: "Code", theirs: list[tuple[str, str]] | None = None) -> str:
    id = code.id
    known = {"code": code, "address": poster.legible(links.printed_address(code)), "changes": links.changes(id)}
    known |= {"visits": links.visits([id]).get(id, 0), "signatures": pledges.signatures_by_code([id]).get(id, 0)}
    known["places"] = places.names([code.place_id] if code.place_id else [])
    known |= {"limits": i18n.site().limits, "lift": LiftForm(formdata=None)}
    known["partner"] = organisations.find(code.partner_id)
    known["expects_crowd"] = code.expects_crowd(clock.now())
    return render_template("printables/staff/edit.html", form=form, posters=sheets.offered(), theirs=theirs, **known)


@area.post("/codes/<int:id>/retire")
def retire(id: int) -> ResponseReturnValue:
    """Let it lead to a kind page from now on."""
    with db.writing():
        _code_or_404(id)
        links.retire(id, clock.now())
        audit.note(Act.CODE_RETIRED, "code", id)
    return web.to("printables_staff.edit", id=id)


@area.post("/codes/<int:id>/bring-back")
def bring_back(id: int) -> ResponseReturnValue:
    """Let it lead where it led before."""
    with db.writing():
        _code_or_404(id)
        links.bring_back(id)
        audit.note(Act.CODE_BROUGHT_BACK, "code", id)
    return web.to("printables_staff.edit", id=id)


@area.post("/codes/<int:id>/lift")
def lift(id: int) -> ResponseReturnValue:
    """Expect a crowd that signs by this code from one network, for some hours from now."""
    form, now = LiftForm(), clock.now()
    if not form.validate():
        return web.error_page(422, "Choose for how long: 2, 4 or 8 hours, or a day. Nothing was changed.")
    with db.writing():
        _code_or_404(id)
        links.lift(id, now + timedelta(hours=form.hours.data), now)
        audit.note(Act.LIMIT_LIFTED, "code", id)
    return web.to("printables_staff.edit", id=id)


@area.post("/codes/<int:id>/lower")
def lower(id: int) -> ResponseReturnValue:
    """The crowd has gone: the limit holds again."""
    with db.writing():
        _code_or_404(id)
        links.lower(id, clock.now())
        audit.note(Act.LIMIT_LOWERED, "code", id)
    return web.to("printables_staff.edit", id=id)


@area.get("/codes/<int:id>/poster.pdf")
def print_poster(id: int) -> ResponseReturnValue:
    """The poster with this code, to print: `language`, and `paper` (letter or a4)."""
    with db.reading():
        sheet = sheets.asked(_code_or_404(id))
    return sheets.pdf(sheet)


@area.get("/codes/<int:id>/poster.png")
def show_poster(id: int) -> ResponseReturnValue:
    """The same, small, to look at."""
    with db.reading():
        sheet = sheets.asked(_code_or_404(id))
    return sheets.png(sheet)


def _code_or_404(id: int) -> "Code":
    try:
        return links.get(id)
    except LookupError:
        abort(404)

"""The staff door to prints: order one, look at its proof, sign it off, see how far it is, take it."""

import shutil
from dataclasses import replace
from pathlib import Path

from flask import Response, abort, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from .. import clock, db, i18n, web
from ..errors import Refused
from ..links import service as links
from ..links import targets
from ..places import reading
from ..places import service as places
from ..pledges import service as pledges
from ..staff import audit, organisations
from ..staff.acts import Act
from . import designs, flyer, formats, order_lists, plans, prints, sheets, words
from .designs import Design
from .forms import PrintForm
from .models import Print, State
from .order_lists import Listed
from .rows import Wrong

area = web.staff_area("prints_staff", __name__)
LARGEST_BODY = 4_000_000  # bytes: larger than a list may be, so that one that is too big is told so in a sentence
MOST_TOLD = 20  # columns of a list that were not read
SHOWN = {"cover.pdf", "proof.pdf", *(f"proof-{number}.png" for number in range(1, 5))}
WORDS = {
    State.CHECKING: "Every piece is being tried.",
    State.REFUSED: "Some pieces cannot be printed. No code was made.",
    State.PROVING: "The proof is being made.",
    State.PROOF: "The proof waits for somebody to look at it.",
    State.PRINTING: "The files are being made.",
    State.READY: "The files are ready.",
    State.DISCARDED: "This print was discarded. Its codes lead to a kind page.",
}


@area.get("/prints")
def index() -> ResponseReturnValue:
    """Every print, newest first."""
    page = web.page_number()
    with db.reading():
        found = prints.newest(page, web.A_PAGE)
        pager = web.pager("prints_staff.index", page, len(found))
        known = {"names": {one.id: one.name for one in organisations.everyone()}, "designs": designs.DESIGNS}
        return render_template("printables/prints/index.html", prints=found[: web.A_PAGE], pager=pager, **known)


@area.get("/prints/new")
def choose() -> ResponseReturnValue:
    """The designs to print."""
    folder = i18n.content().folder
    offered = [(one, len(words.languages(folder, one.slug))) for one in designs.DESIGNS.values()]
    return render_template("printables/prints/choose.html", offered=[pair for pair in offered if pair[1]])


@area.route("/prints/new/<design>", methods=["GET", "POST"])
@web.takes(LARGEST_BODY)
def new(design: str) -> ResponseReturnValue:
    """Order a print, for places that are ticked or stand in a list; all of it can be printed, or nothing is made."""
    chosen = designs.DESIGNS.get(design) or abort(404)
    with db.reading():
        form = PrintForm(chosen, _offered(chosen), **_begun(chosen))
        if not form.validate_on_submit():
            return _new(form, chosen), web.status_of(form)
        wanted = _wanted(form, chosen)
    if wanted.wrong or form.errors:
        return _new(form, chosen, wanted.wrong), 422
    try:
        with db.writing():
            print_id = prints.begin(form.order(chosen), wanted.lines, clock.now())
            audit.note(Act.PRINT_ORDERED, "print", print_id)
    except Refused as refused:
        form.form_errors.append(str(refused))
        return _new(form, chosen), 422
    told = {"windows": "y" if wanted.windows else None, "left_out": wanted.left_out[:MOST_TOLD]}
    return web.to("prints_staff.show", id=print_id, **told)


def _begun(design: Design) -> dict[str, str]:
    """What the form says at first: of a flyer for the `event` in the address, the event's own words in `language`."""
    event_id, language = request.args.get("event", 0, int), request.args.get("language", "en")
    if design is not flyer.DESIGN or not 0 < event_id < 2**63 or language not in flyer.languages(i18n.content()):
        return {}
    try:
        return flyer.for_many(event_id, language)
    except LookupError:
        abort(404)


def _offered(design: Design) -> dict[str, list[tuple[object, str]]]:
    there = words.languages(i18n.content().folder, design.slug)
    known = {language.code: language.name for language in i18n.site().languages}
    return {
        "targets": [(address, f"{title} ({address})") for address, title in targets.offered()],
        "languages": [(code, known[code]) for code in there if code in known],
        "partners": list(organisations.offered()),
        "places": list(places.choices()),
    }


def _wanted(form: PrintForm, design: Design) -> Listed:
    """What form and list ask for together; one piece without a place if neither names one."""
    lines, file = form.ticked(), request.files.get("rows")
    if file is None or not file.filename:
        return Listed(lines or [form.usual()])
    try:
        with file.stream:
            listed = order_lists.read(file.stream.read(), design, form.usual(), named=bool(form.says("named")))
    except reading.Unreadable as error:
        form.rows.errors = [str(error)]
        return Listed([])
    if listed.wrong:
        number = len(listed.wrong)
        form.form_errors.append(f"{number:,} {'row' if number == 1 else 'rows'} cannot be taken. Nothing was made.")
    return replace(listed, lines=lines + listed.lines)


def _new(form: PrintForm, design: Design, wrong: list[Wrong] | None = None) -> str:
    return render_template("printables/prints/new.html", form=form, design=design, wrong=wrong or [])


@area.get("/prints/<int:id>")
def show(id: int) -> ResponseReturnValue:
    """One print: how far it is, what is to be done, its pieces and what each brought."""
    with db.reading():
        one = _print_or_404(id)
        pieces = prints.pieces(id)
        codes = links.codes_in(id)
        known: dict[str, object] = {"pieces": pieces, "codes": codes, "visits": links.visits(codes)}
        known["signatures"] = pledges.signatures_by_code(codes)
        known["places"] = places.names({piece.place_id for piece in pieces if piece.place_id})
        known["organisations"] = {other.id: other.name for other in organisations.everyone()}
    known |= {"design": designs.DESIGNS[one.design], "words": WORDS[State(one.state)], "working": _is_working(one)}
    known |= {"paper": formats.PAPERS[one.paper], "output": formats.OUTPUTS[one.output]}
    known["languages"] = {language.code: language.name for language in i18n.site().languages}
    known["there"] = plans.are_there(web.config(), one)
    known["pictures"] = sorted(path.name for path in plans.folder_of(web.config(), id).glob("proof-*.png"))
    known["left_out"] = [name[:40] for name in request.args.getlist("left_out")[:MOST_TOLD]]
    return render_template("printables/prints/show.html", one=one, windows="windows" in request.args, **known)


def _is_working(one: Print) -> bool:
    return one.state in prints.OPEN and one.stuck_at is None


@area.get("/prints/<int:id>/progress")
def progress(id: int) -> ResponseReturnValue:
    """How far it is, for a script: `state` changes when the page has something new to show."""
    with db.reading():
        one = _print_or_404(id)
    return jsonify(state=f"{one.state}{'!' if one.stuck_at else ''}", done=one.done, total=one.total)


@area.get("/prints/<int:id>/files/<name>")
def file(id: int, name: str) -> ResponseReturnValue:
    """A sheet or a picture of the proof, or all of it in one: `print.zip`."""
    with db.reading():
        one = _print_or_404(id)
    if name == "print.zip":
        return sheets.files(one)
    return _shown(plans.folder_of(web.config(), id) / name) if name in SHOWN else abort(404)


def _shown(path: Path) -> ResponseReturnValue:
    kind = "image/png" if path.suffix == ".png" else "application/pdf"
    return Response(path.read_bytes(), mimetype=kind) if path.is_file() else abort(404)


@area.post("/prints/<int:id>/sign-off")
def sign_off(id: int) -> ResponseReturnValue:
    """Somebody has looked at the proof: let it be printed."""
    with db.writing():
        _print_or_404(id)
        prints.sign_off(id, clock.now())
        audit.note(Act.PRINT_SIGNED_OFF, "print", id)
    return web.to("prints_staff.show", id=id)


@area.post("/prints/<int:id>/again")
def again(id: int) -> ResponseReturnValue:
    """Try once more what could not be made, or make again what was deleted."""
    with db.writing():
        one = _print_or_404(id)
        prints.try_again(id, there=plans.are_there(web.config(), one))
        audit.note(Act.PRINT_TRIED_AGAIN, "print", id)
    return web.to("prints_staff.show", id=id)


@area.get("/prints/<int:id>/discard")
def about_to_discard(id: int) -> ResponseReturnValue:
    """The question before the act, with what it ends: nothing brings a discarded print back."""
    with db.reading():
        one, codes = _print_or_404(id), links.codes_in(id)
        known = {"codes": len(codes), "visits": sum(links.visits(codes).values())}
        return render_template("printables/prints/discard.html", one=one, **known)


@area.post("/prints/<int:id>/discard")
def discard(id: int) -> ResponseReturnValue:
    """Have done with it: its codes lead to a kind page, its files are deleted."""
    folder = plans.folder_of(web.config(), id)
    with db.writing():
        _print_or_404(id)
        prints.discard(id, clock.now())
        audit.note(Act.PRINT_DISCARDED, "print", id)
        db.after_commit(lambda: shutil.rmtree(folder, ignore_errors=True))
    return web.to("prints_staff.show", id=id)


def _print_or_404(print_id: int) -> Print:
    try:
        return prints.get(print_id)
    except LookupError:
        abort(404)

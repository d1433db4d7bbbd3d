"""The staff door to what printed pieces brought: day by day on a chart, and compared in a table."""

from datetime import timedelta
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from .. import clock, db, i18n, web
from ..links.bringing import Span, Wanted
from ..places import service as places
from ..staff import organisations
from . import adding, chart, designs

area = web.staff_area("scans_staff", __name__)
DAYS = {"7": "7 days", "30": "30 days", "90": "90 days", "365": "A year"}


@area.get("/scans")
def index() -> ResponseReturnValue:
    """The last days of all codes, or of those that are asked for."""
    days = request.args.get("days", "30")
    days = days if days in DAYS else "30"
    by = request.args.get("by", "place")
    by = by if by in adding.BY else "place"
    last = clock.today()
    with db.reading():
        partners = {one.id: one.name for one in organisations.everyone()}
        wanted = _wanted(partners)
        found = adding.figures(Span(last - timedelta(days=int(days) - 1), last, wanted), by)
        known: dict[str, object] = {"partners": partners, "about": _about(wanted)}
    drawn = [_drawn(found, kind.what) for kind in found.kinds]
    asked = {name: value for name, value in vars(wanted).items() if value}
    known |= {"wanted": wanted, "asked": asked, "days": days, "by": by, "offered_days": DAYS, "offered_by": adding.BY}
    known |= {"designs": designs.DESIGNS, "languages": i18n.site().languages}
    return render_template("printables/scans/index.html", figures=found, drawn=drawn, **known)


def _drawn(found: adding.Figures, what: str) -> tuple[str, object, list[tuple[object, int]]]:
    """A kind, its chart, and the numbers in it."""
    steps = found.steps(what)
    return what, chart.columns(steps, chart.in_words(what, steps)), [(day, number) for day, number in steps if number]


def _wanted(partners: dict[int, str]) -> Wanted:
    """What is asked for; what cannot be is as good as nothing."""
    number: dict[str, Any] = {name: _number(name) for name in ("code", "print", "place", "partner")}
    number["partner"] = number["partner"] if number["partner"] in partners else 0
    design, language = request.args.get("design", ""), request.args.get("language", "")
    design = design if design in designs.DESIGNS else ""
    return Wanted(**number, design=design, language=language if i18n.site().language(language) else "")


def _number(name: str) -> int:
    found = request.args.get(name, 0, int)
    return found if 0 < found < 2**63 else 0


def _about(wanted: Wanted) -> str:
    """Of what it is, where that is one place, print or code."""
    named = places.names([wanted.place]).get(wanted.place, "") if wanted.place else ""
    parts = [named, f"print {wanted.print}" if wanted.print else "", "one piece" if wanted.code else ""]
    return ", ".join(part for part in parts if part)

"""The public door to what can be printed: look at it, choose a language and a paper, take it. Nothing is counted."""

from collections.abc import Callable

from flask import Response, abort, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import ServiceUnavailable

from .. import cache, web
from ..drawn import Busy
from ..errors import Refused
from . import formats, shelf
from .designs import Design
from .shelf import Choice

area = web.public_area("materials", __name__)
KEPT = 60.0  # seconds
DRAWN = 24 * 60 * 60.0


@area.get("/materials")
@cache.keep(KEPT)
def index() -> ResponseReturnValue:
    """Every design as a picture, in the language of the page; no page where a campaign prints nothing."""
    if not shelf.offered():
        abort(404)
    choices = [Choice(design, (shelf.spoken(design),)) for design in shelf.offered()]
    rows = [(choice, *shelf.titles()[choice.design.slug], shelf.size(choice)) for choice in choices]
    return render_template("printables/materials.html", rows=rows)


@area.get("/materials/<slug>")
@cache.keep(KEPT)
def show(slug: str) -> ResponseReturnValue:
    """One design: its picture as chosen, its words to read, and the file to take."""
    choice = _asked(_design_or_404(slug))
    title, purpose = shelf.titles()[slug]
    voices = [shelf.wording(choice.design, language) for language in choice.languages]
    known: dict[str, object] = {"title": title, "purpose": purpose, "voices": voices, "size": shelf.size(choice)}
    known |= {"languages_offered": shelf.languages(choice.design), "papers": formats.PAPERS}
    return render_template("printables/material.html", choice=choice, **known)


@area.get("/materials/<slug>.pdf")
def take(slug: str) -> ResponseReturnValue:
    """The sheet to print: `lang`, `and` for a second language, `paper` (letter or a4)."""
    choice = _asked(_design_or_404(slug))
    response = Response(_made(shelf.pdf, choice), mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{choice.named}.pdf"'
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@area.get("/materials/<slug>.png")
@cache.keep(DRAWN)
def look(slug: str) -> ResponseReturnValue:
    """One piece as a picture; the same questions."""
    return Response(_made(shelf.png, _asked(_design_or_404(slug))), mimetype="image/png")


def _design_or_404(slug: str) -> Design:
    return shelf.find(slug) or abort(404)


def _asked(design: Design) -> Choice:
    """What was chosen; what is not offered is a 404, so that no more can be asked for than we would ever make."""
    offered = [one.code for one in shelf.languages(design)]
    first = request.args.get("lang") or shelf.spoken(design)
    second = request.args.get("and") or ""
    paper = request.args.get("paper") or "letter"
    if first not in offered or (second and second not in offered) or paper not in formats.PAPERS:
        abort(404)
    return Choice(design, (first, second) if second and second != first else (first,), paper)


def _made(make: Callable[[Choice], bytes], choice: Choice) -> bytes:
    """The file. A 503 where others are having theirs made, or nothing can be printed: the log says why."""
    try:
        return make(choice)
    except Busy as busy:
        raise ServiceUnavailable(retry_after=5) from busy
    except Refused as refused:
        web.log.error("%s in %s cannot be printed: %s", choice.design.slug, choice.languages, type(refused).__name__)
        raise ServiceUnavailable(retry_after=600) from refused

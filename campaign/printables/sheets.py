"""The sheets of a code as both doors hand them out: which languages there are, and the one that was asked for."""

from typing import TYPE_CHECKING, NamedTuple

from flask import Response, abort, request

from .. import i18n, web
from ..errors import Refused
from ..links import service as links
from ..typeset import Press
from . import poster, words
from .lines import PrintWords

if TYPE_CHECKING:
    from ..links.models import Code


class Sheet(NamedTuple):
    """What stands on it: the code, its printed address, the language."""

    code: str
    address: str
    language: str


def asked(code: "Code") -> Sheet:
    """The sheet of this code in the `language` that is asked for: one of a poster, or a 404."""
    language = request.args.get("language", code.language)
    if language not in words.languages(i18n.content().folder) and language != code.language:
        abort(404)
    return Sheet(code.code, links.printed_address(code), language)


def pdf(sheet: Sheet) -> Response:
    """To print, on the `paper` that is asked for. Raises Refused."""
    paper = request.args.get("paper", "letter")
    made = poster.pdf(_press(), i18n.content(), sheet.language, sheet.address, paper)
    name = f"poster-{sheet.language}-{sheet.code}.pdf"
    return Response(made, mimetype="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'})


def png(sheet: Sheet) -> Response:
    """To look at. Raises Refused."""
    return Response(poster.png(_press(), i18n.content(), sheet.language, sheet.address), mimetype="image/png")


def offered() -> list[tuple[str, PrintWords | None, str]]:
    """The languages that have a poster: code, words, and how far they are or what is wrong with them."""
    content = i18n.content()
    found: list[tuple[str, PrintWords | None, str]] = []
    for code in words.languages(content.folder):
        try:
            found.append((code, poster.words_in(content, code), words.state(content.folder, code).value))
        except Refused as refused:
            found.append((code, None, str(refused)))
    return found


def _press() -> Press:
    return Press(web.config().place("templates") / "print")

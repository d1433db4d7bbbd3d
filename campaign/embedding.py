"""Pages that others put into pages of their own: what lets them, and the HTML that they copy."""

from flask import Response, make_response
from markupsafe import Markup

from .security import EMBEDDED, FRAMING
from .settings import Language

WIDTH, HEIGHT = 600, 640  # pixels, where the page around it says nothing else


def framable(page: str, status: int = 200) -> Response:
    """A page of links alone, which any other site may show in a frame."""
    response = make_response(page, status)
    response.headers["Content-Security-Policy"] = EMBEDDED
    return response


def away(page: str) -> Response:
    """The same while the records are away: the hotline and the way on still stand, and it is worth coming back."""
    response = framable(page, 503)
    response.headers["Retry-After"] = "10"
    return response


def around(page: str) -> Response:
    """A page with frames of ours in it."""
    response = make_response(page)
    response.headers["Content-Security-Policy"] = FRAMING
    return response


def snippet(address: str, title: str, language: Language) -> str:
    """The HTML to copy: a frame with its name in the language of what is in it, loaded when it comes into sight."""
    frame = Markup(
        '<iframe src="{}" title="{}" lang="{}" width="{}" height="{}" loading="lazy"'
        ' style="border: 0; max-width: 100%"></iframe>'
    )
    return str(frame.format(address, title, language.tag, WIDTH, HEIGHT))

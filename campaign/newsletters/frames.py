"""A newsletter as its readers see it, inside a page of staff: shut off from everything, for it is somebody's text."""

from flask import Response, make_response

from .. import clock, web
from ..security import FRAMING
from ..settings import Language
from . import rendering
from .drafts import Typed
from .models import Edition
from .rendering import Prepared, Reader

# The letter itself runs nothing, sends nothing and is nobody: `sandbox` takes our address away from it.
FRAMED = (
    "default-src 'none'; img-src {pictures}; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'self'; sandbox"
)
DARK = "@media (prefers-color-scheme: dark)"


def around(page: str, status: int = 200) -> Response:
    """A page with a frame in it."""
    response = make_response(page, status)
    response.headers["Content-Security-Policy"] = FRAMING
    return response


def framed(html: str, *, dark: bool = False, pictures: bool = True) -> Response:
    """A letter for a frame; dark as a program shows it that prefers that, or without pictures."""
    html = html.replace(DARK, "@media all" if dark else "@media not all")
    response = make_response(html.replace('content="light dark"', 'content="dark"' if dark else 'content="light"'))
    response.headers["Content-Security-Policy"] = FRAMED.format(pictures="'self'" if pictures else "'none'")
    return response


def sample(language: Language, name: str = "Sample Person 3") -> Reader:
    """Somebody made up, whose links lead to the page that asks for one's own link."""
    page = web.address("supporters.me", language)
    return Reader(name, page, page, language.code)


def of_typed(newsletter_id: int, language: Language, typed: Typed, wrong: list[str]) -> Response:
    """What is being typed, with what is wrong above it."""
    known = {"subject": typed.subject, "preheader": typed.preheader, "body": typed.body}
    edition = Edition(newsletter_id=newsletter_id, language=language.code, changed_at=clock.now(), **known)
    made = rendering.make_of(newsletter_id, edition, language, wrong)
    return framed(Prepared(made).for_reader(sample(language)).html)

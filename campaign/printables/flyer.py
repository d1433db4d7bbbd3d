"""The flyer of an event: a code of its own that leads to the event in one language, and the print that carries it."""

from datetime import datetime
from typing import TYPE_CHECKING

from .. import db, i18n, web
from ..content import Content
from ..errors import Refused
from ..events import board, feeds, times
from ..events.board import Shown
from ..links import service as links
from ..typeset import Press
from . import designs, words
from .designs import Item

if TYPE_CHECKING:
    from ..links.models import Code

DESIGN = designs.get("event-flyer")


def of(event_id: int) -> Shown:
    """An event that everybody may see and that a flyer can still call to. Raises LookupError."""
    event = board.get(event_id)
    if not board.is_public(event.event) or event.event.state != "published":
        raise LookupError(event_id)
    return event


def refuse_hidden(slug: str) -> None:
    """Raises Refused when no event stands at this address for everybody to see."""
    event = board.find(slug)
    if event is None or not board.is_public(event.event):
        raise Refused("There is no published event at this address. Look it up under Events.")


def languages(content: Content) -> list[str]:
    """The languages of the site that have the words of a flyer."""
    spoken = [one.code for one in content.site.languages]
    return [code for code in words.languages(content.folder, DESIGN.slug) if code in spoken]


def codes(event: Shown) -> list["Code"]:
    """The codes that were made for its flyer one by one, newest first; those of prints stand with their print."""
    found = links.codes_to(_target(event))
    return [code for code in found if code.design == DESIGN.slug and code.print_id is None]


def make(event: Shown, language: str, now: datetime) -> int:
    """A new code that leads to the event in this language; its id. Raises Refused."""
    if language not in languages(i18n.content()):
        raise Refused("Nobody has written the words of the flyer in this language yet.")
    return links.make(_target(event), language, "Event flyer", now, design=DESIGN.slug)


def _target(event: Shown) -> str:
    return f"/events/{event.slug}"


def lines(event: Shown) -> designs.Event:
    """The lines of an event in the language that is spoken now; in English where it is not translated."""
    one = event.event
    return designs.Event(
        title=event.title,
        date=times.day(one.starts_at, one.zone),
        time=times.hours(one.starts_at, one.ends_at, one.zone),
        place=feeds.where(event) or i18n.tr(i18n.site().campaign.name),
    )


def item(event_id: int, code: "Code") -> Item:
    """What stands on it, in the language of the code."""
    language = i18n.find(code.language)
    with db.reading(), i18n.speaking(language):
        event = of(event_id)
        said = lines(event)
        host = event.hosts[0].name if event.hosts else ""
    copy = web.address("events.show", language, slug=event.slug)
    return Item((code.language,), links.printed_address(code), partner=host, event=said, copy=copy)


def for_many(event_id: int, code: str) -> dict[str, str]:
    """What a print for many places begins with, so that it says what the event's own flyer says. Raises LookupError."""
    with i18n.speaking(i18n.find(code)):
        event = of(event_id)
        said = {f"event_{name}": text for name, text in vars(lines(event)).items()}
    return {**said, "title": f"Flyers: {event.title}"[:120], "language": code, "target": _target(event)}


def pdf(press: Press, content: Content, printed: Item, paper: str, output: str) -> bytes:
    """The flyer to print, for an office printer or a print shop. Raises Refused. Slow work."""
    return designs.pdf(press, content, DESIGN, [printed], paper, output)


def png(press: Press, content: Content, printed: Item) -> bytes:
    """The flyer to look at. Raises Refused. Slow work."""
    return designs.png(press, content, DESIGN, printed)

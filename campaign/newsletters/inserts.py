"""What blocks become in the language spoken: events, a pledge with its count, a story, a picture, a button."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from flask_babel import gettext, ngettext
from sqlalchemy import select

from .. import db, i18n, web
from ..events import listing
from ..events.board import Shown
from ..events.listing import Wanted
from ..pledges import board as pledges
from ..pledges.models import PledgeState
from .blocks import Block
from .models import NewsletterPicture

SHOWN_EVENTS = 3


class Item(NamedTuple):
    """One entry of a list: its title in a language, where it leads, and what stands below."""

    title: str
    language: str
    address: str
    lines: tuple[str, ...]


class Picture(NamedTuple):
    """A picture as a letter shows it; the width is that of a letter at most."""

    address: str
    width: int
    height: int
    alt: str


@dataclass(frozen=True)
class Insert:
    """What stands where a block was. `language` is that of the heading and the words."""

    heading: str = ""
    words: str = ""
    language: str = ""
    items: tuple[Item, ...] = ()
    button: tuple[str, str] | None = None
    picture: Picture | None = None


Address = Callable[[str], str]
WIDEST = 560  # pixels: the column of a letter


def filled(block: Block, newsletter_id: int, now: datetime, address: Address) -> Insert | None:
    """What a block becomes now; None when what it names is not there any more (`trouble` says what is wrong)."""
    return MAKERS[block.kind](block, newsletter_id, now, address)


def trouble(block: Block, newsletter_id: int, now: datetime) -> str:
    """What is wrong with what a block names, in a sentence; empty when nothing is."""
    if block.kind == "events":
        if (code := block.values.get("language", "")) and i18n.site().language(code) is None:
            return (
                f"There is no language “{code}” here. Known are {', '.join(one.code for one in i18n.site().languages)}."
            )
        return ""
    if filled(block, newsletter_id, now, str) is not None:
        return ""
    value = next(iter(block.values.values()))
    return {
        "pledge": f"There is no open pledge at the address “{value}”.",
        "story": f"There is no page “{value}” to tell of.",
        "picture": f"This newsletter has no picture {value}.",
    }[block.kind]


def _events(block: Block, _newsletter_id: int, now: datetime, address: Address) -> Insert:
    number = block.number("number", SHOWN_EVENTS)
    wanted = Wanted(place=block.number("place"), language=block.values.get("language", ""))
    items = [
        Item(one.title, one.language, address(f"/events/{one.slug}"), tuple(filter(None, (one.when, _where(one)))))
        for one in listing.upcoming(wanted, now, size=number)[:number]
    ]
    words = "" if items else gettext("No event is announced at the moment. Please come back soon.")
    button = (gettext("All events"), address("/events"))
    return Insert(gettext("Upcoming events"), words, i18n.language().code, tuple(items), button)


def _where(event: Shown) -> str:
    if event.place is None:
        return str(gettext("Online")) if event.event.link else ""
    return ", ".join(filter(None, (event.place.name, event.place.area or event.place.city)))


def _pledge(block: Block, _newsletter_id: int, _now: datetime, address: Address) -> Insert | None:
    card = pledges.find(block.values["address"])
    if card is None or card.state != PledgeState.OPEN:
        return None
    counted = ngettext(
        "%(number)s person has signed.",
        "%(number)s people have signed.",
        card.count,
        number=i18n.show_number(card.count),
    )
    item = (Item(counted, i18n.language().code, "", ()),) if card.shown else ()
    button = (gettext("Sign the pledge"), address(f"/pledges/{card.slug}"))
    return Insert(card.title, card.promise, card.language, item, button)


def _volunteers(_block: Block, _newsletter_id: int, _now: datetime, address: Address) -> Insert:
    words = gettext(
        "There is work for an hour and for a year: at events, with words, with posters. We teach what it takes."
    )
    return Insert(
        gettext("Volunteer with us"), words, i18n.language().code, button=(gettext("Volunteer"), address("/volunteer"))
    )


def _story(block: Block, _newsletter_id: int, _now: datetime, address: Address) -> Insert | None:
    name = block.values["page"].strip("/")
    if name not in stories():
        return None
    page = i18n.content().page(name, i18n.language().code)
    return Insert(page.title, page.description, page.language, button=(gettext("Read more"), address(f"/{name}")))


def stories() -> dict[str, str]:
    """The pages that a newsletter can tell of, with their English titles: those that have an address."""
    content, known = i18n.content(), {"about", "coalition", "press", "safety"}
    names = [one for one in content.names() if one in known] + content.names("learn")
    return {name: content.page(name, "en").title for name in names}


def _picture(block: Block, newsletter_id: int, _now: datetime, _address: Address) -> Insert | None:
    columns = (NewsletterPicture.key, NewsletterPicture.kind, NewsletterPicture.width, NewsletterPicture.height)
    ours = (NewsletterPicture.id == block.number("number")) & (NewsletterPicture.newsletter_id == newsletter_id)
    row = db.session().execute(select(*columns, NewsletterPicture.alt).where(ours)).one_or_none()
    if row is None:
        return None
    width = min(WIDEST, row.width)
    there = web.address("newsletters.picture", i18n.find("en"), key=row.key, kind=row.kind)
    alt = block.values.get("alt") or row.alt
    return Insert(picture=Picture(there, width, max(1, row.height * width // max(1, row.width)), alt))


def _button(block: Block, _newsletter_id: int, _now: datetime, address: Address) -> Insert:
    return Insert(button=(block.values["text"], address(block.values["to"])))


Maker = Callable[[Block, int, datetime, Address], Insert | None]
MAKERS: dict[str, Maker] = {
    "events": _events,
    "pledge": _pledge,
    "volunteers": _volunteers,
    "story": _story,
    "picture": _picture,
    "button": _button,
}

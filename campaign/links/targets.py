"""Where a printed code may lead: pages of this site that are made to be read, and never a page of one person."""

import re
from itertools import chain

from blinker import Signal

from .. import i18n, web
from ..errors import Refused

# A feature with a page that codes may lead to adds it here, and answers `offering` with the addresses to choose from.
READABLE = {"pages.front", "pages.privacy", "pledges.index", "pledges.show", "calendar.index", "events.show"}
READABLE |= {"volunteers.sign_up", "newsletters.index", "newsletters.show"}
# No empty part: a browser takes //name/ for another site. No query, no sign that means something in a header.
PLAIN = re.compile(r"/|(?:/[A-Za-z0-9][A-Za-z0-9._~-]{0,200}){1,5}/?")
offering = Signal("Asks the features above for pages to print; each answers with pairs of an address and its title.")


def offered() -> list[tuple[str, str]]:
    """The addresses to choose from in a form, with what stands there."""
    front = ("/", "The front page")
    found = [*chain.from_iterable(answer for _, answer in offering.send())]
    # What most pieces call for comes first, whoever answers first: a form begins with it.
    return [*sorted(found, key=lambda one: not one[0].startswith("/pledges")), front]


def refuse_elsewhere(target: str) -> None:
    """Raises Refused unless a code may lead there: never to another site, a file, a query, or a page of one person."""
    if not PLAIN.fullmatch(target) or web.endpoint_of(target) not in READABLE:
        raise Refused("A code leads to a public page of this site, for example /pledges/freedom.")


def readable(path: str) -> bool:
    """Whether a path, with its language or without, is such a page: what a letter's link may name beside its code."""
    head, _, rest = path[1:].partition("/")
    bare = f"/{rest}" if any(f"/{head}" == one.prefix for one in i18n.site().languages) else path
    try:
        refuse_elsewhere(bare)
    except Refused:
        return False
    return path.startswith("/")


def refuse_unknown(target: str) -> None:
    """Raises Refused unless it is an address to choose from: what is printed a thousand times must lead somewhere."""
    refuse_elsewhere(target)
    if target not in dict(offered()):
        raise Refused(f"There is no page {target} that a piece can lead to now.")

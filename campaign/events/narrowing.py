"""What an address asks of a list of events, and the list under its days."""

from itertools import groupby
from urllib.parse import urlencode

from flask import request

from .. import i18n, text
from . import kinds, times
from .board import Shown
from .listing import Wanted


def wanted() -> Wanted:
    """What is asked for; what cannot be asked for is left out."""
    place, kind = request.args.get("place", 0, int), request.args.get("kind", "")
    language, partner = request.args.get("language", ""), request.args.get("partner", "")
    known = {"language": language if i18n.site().language(language) else ""}
    known["partner"] = partner if text.is_slug(partner) else ""
    return Wanted(place if 0 < place < 2**63 else 0, kind=kind if kinds.is_one(kind) else "", **known)


def carry(query: dict[str, object]) -> None:
    """The same in another language asks for the same."""
    i18n.carry(f"?{urlencode(query)}" if query else "")


def by_day(events: list[Shown]) -> list[tuple[str, list[Shown]]]:
    """The events under the days on which they begin, each on its own clock."""
    return [
        (day, list(same)) for day, same in groupby(events, lambda one: times.day(one.event.starts_at, one.event.zone))
    ]

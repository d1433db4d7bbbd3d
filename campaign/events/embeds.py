"""The public door to the list of events for other sites' pages: links alone, each of which leads out of the frame."""

from flask import render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError

from .. import clock, db, embedding, web
from ..cache import keep
from ..partners import service as partners
from . import listing, narrowing

area = web.public_area("embeds", __name__)
FRESH = 0.8  # seconds, as the list itself
MOST = 12


@area.get("/embed/events")
@keep(FRESH)
def events() -> ResponseReturnValue:
    """Events to come, narrowed down as the public list. Without the records the hotline and the way on still stand."""
    wanted, now = narrowing.wanted(), clock.now()
    narrowing.carry(wanted.query)
    try:
        with db.reading():
            found, gone = listing.upcoming(wanted, now, size=MOST), listing.called_off(wanted, now)
            known = {"days": narrowing.by_day(found[:MOST]), "gone": gone, "more": len(found) > MOST}
            page = render_template("events/embed.html", wanted=wanted, sender=_sender(wanted.partner), **known)
    except DBAPIError as error:
        if web.is_own_fault(error):
            raise
        page = render_template("events/embed.html", wanted=wanted, sender="", days=[], gone=[], more=True, away=True)
        return embedding.away(page)
    return embedding.framable(page)


def _sender(slug: str) -> str:
    """The address of the partner by whom a reader then comes, if it takes part."""
    partner = partners.find(slug) if slug else None
    return partner.slug if partner and partners.find_active(partner.id) else ""

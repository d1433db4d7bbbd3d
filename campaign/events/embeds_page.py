"""The page at both doors from which another site gets its list of events: what is in it, the HTML, how it looks."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from flask_babel import gettext

from .. import clock, db, embedding, i18n, web
from . import listing, narrowing
from .listing import Wanted

Own = tuple[str, str]  # the address and the name of the one partner that somebody may choose


def doors_of(area: Blueprint, own: Callable[[], Own | None]) -> None:
    """Give this area the page. Who has a partner of their own begins with its events."""

    @area.get("/events/embed")
    def show() -> Response:
        with db.reading():
            return embedding.around(_page(own()))


def _page(own: Own | None) -> str:
    chosen, language = narrowing.wanted(), i18n.find(request.args.get("in", ""))
    if own and not request.args:
        chosen = Wanted(partner=own[0])
    asked: dict[str, Any] = chosen.query
    offer = listing.offer(clock.now())
    with i18n.speaking(language):
        title = f"{gettext('Events')} – {i18n.tr(i18n.site().campaign.name)}"
    html = embedding.snippet(web.address("embeds.events", language, **asked), title, language)
    known = {"wanted": chosen, "other": language, "title": title, "html": html, "offer": offer}
    known |= {"partners": [own] if own else offer.partners, "back": "events_partner" if own else "events_staff"}
    path = language.prefix + url_for("embeds.events", **asked)
    return render_template("events/for_others.html", path=path, **known)

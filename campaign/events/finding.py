"""The public door to finding events: list, month, the campaign's own month, calendars to subscribe to, pictures."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask import Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound, ServiceUnavailable

from .. import clock, db, i18n, web
from ..cache import keep
from ..drawn import Busy
from ..partners import board as partners
from ..partners import service as partner_service
from ..typeset import Press, Unprintable
from . import board, calendar, drawing, feeds, graph, kinds, listing, narrowing, periods, pictures, times
from .board import Shown
from .listing import A_PAGE, Wanted
from .periods import Month

area = web.public_area("calendar", __name__)
FRESH = 0.8  # seconds: whether there is room stands on these pages, too
FEED = 60.0
DRAWN = 24 * 60 * 60.0


@dataclass(frozen=True)
class Picture:
    """A picture of an event: its address, its size in pixels, what it shows."""

    address: str
    width: int
    height: int
    alt: str


@area.app_context_processor
def _words() -> dict[str, object]:
    """What the templates of events know."""
    known = {"kind_called": kinds.called, "event_times": times}
    return {**known, "event_graph": _graph, "event_share": _share, "event_picture": _picture}


def _graph(event: Shown) -> dict[str, object]:
    return graph.of(event, _share(event).address)


def _share(event: Shown) -> Picture:
    """The picture beside a shared link, at its whole address: the one that was sent, else one that is drawn."""
    if (sent := _picture(event)) is not None:
        return replace(sent, address=web.address("calendar.picture", slug=event.slug))
    return Picture(web.address("calendar.share", slug=event.slug), 1200, 630, f"{event.title}. {event.when}")


def _picture(event: Shown) -> Picture | None:
    """The picture that was sent, if there is one."""
    if (size := pictures.size(event.event.id)) is None:
        return None
    said = event.words.picture_alt if event.words else ""
    return Picture(url_for("calendar.picture", slug=event.slug), *size, said or event.title)


@area.get("/events")
@keep(FRESH)
def index() -> ResponseReturnValue:
    """Events to come, the next one first; or those of a `month`. Both can be narrowed down."""
    wanted, text = narrowing.wanted(), request.args.get("month", "")
    if text:
        return _month(Month.read(text) or abort(404), wanted)
    now, page = clock.now(), web.page_number()
    narrowing.carry({**wanted.query, **({"page": page} if page else {})})
    with db.reading():
        found = listing.upcoming(wanted, now, page)
        gone = [] if page else listing.called_off(wanted, now)
        offer = listing.offer(now)
        known = {
            "days": narrowing.by_day(found[:A_PAGE]),
            "gone": gone,
            "offer": offer,
            "wanted": wanted,
            "month": None,
        }
        known |= {"season": periods.season(_today()), "now": Month.of(_today())}
        known |= {"pager": _pager("calendar.index", page, len(found), wanted)}
        return render_template("events/index.html", **known)


def _today() -> date:
    return i18n.local(clock.now()).date()


def _pager(endpoint: str, page: int, found: int, wanted: Wanted) -> web.Pager:
    asked: dict[str, Any] = wanted.query
    earlier = url_for(endpoint, **asked, page=page - 1 or None) if page else ""
    return web.Pager(earlier, url_for(endpoint, page=page + 1, **asked) if found > A_PAGE else "")


def _month(month: Month, wanted: Wanted) -> str:
    narrowing.carry({"month": str(month), **wanted.query})
    with db.reading():
        found = listing.month(month.year, month.number, wanted)
        on = {day: [one for one in found if i18n.local(one.event.starts_at).date() == day] for day in month.days}
        known = {"month": month, "days": on, "weekdays": periods.weekdays(), "wanted": wanted}
        known |= {"offer": listing.offer(clock.now()), "today": _today(), "show_day": periods.show_short}
        known |= {"ways": [month.before.near(_today()), month.after.near(_today())]}
        return render_template("events/month.html", **known)


@area.get("/events/past")
@keep(FRESH)
def past() -> ResponseReturnValue:
    """Events that are over, the last one first."""
    now, page = clock.now(), web.page_number()
    narrowing.carry({"page": page} if page else {})
    with db.reading():
        found = listing.past(Wanted(), now, page)
        pager = _pager("calendar.past", page, len(found), Wanted())
        return render_template("events/past.html", days=narrowing.by_day(found[:A_PAGE]), pager=pager)


@area.get("/events/timeline")
@keep(FRESH)
def timeline() -> ResponseReturnValue:
    """The campaign's own month from its first day to its last."""
    season = periods.season(_today())
    with db.reading():
        found = listing.between(season.first, season.last, Wanted())
        return render_template("events/timeline.html", season=season, days=narrowing.by_day(found), now=clock.now())


@area.get("/events.ics")
@keep(FEED)
def feed() -> ResponseReturnValue:
    """All events as a calendar to subscribe to, in the language of the address."""
    with db.reading():
        return _calendar(feeds.feed(listing.feed(clock.now())))


@area.get("/coalition/<slug>/events.ics")
@keep(FEED)
def partner_feed(slug: str) -> ResponseReturnValue:
    """The same of a partner that agreed to a page of its own."""
    with db.reading():
        card, partner = partners.find(slug), partner_service.find(slug)
        if card is None or partner is None:
            raise NotFound
        name = f"{card.name} – {i18n.tr(i18n.site().campaign.name)}"
        return _calendar(feeds.feed(listing.feed(clock.now(), partner.id), name))


@area.get("/events/<slug>.ics")
@keep(FRESH)
def entry(slug: str) -> ResponseReturnValue:
    """One event for one's own calendar, cancelled or not."""
    with db.reading():
        event = _public_or_404(slug)
        return _calendar(feeds.feed([event], event.title), f"{event.slug}.ics")


def _calendar(text: str, name: str = "") -> Response:
    response = Response(text, content_type=calendar.TYPE)
    if name:
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@area.get("/events/<slug>/picture")
@keep(FRESH)
def picture(slug: str) -> ResponseReturnValue:
    """The picture of an event that everybody may see."""
    with db.reading():
        found = pictures.get(_public_or_404(slug).event.id) or abort(404)
        return Response(found.content, mimetype=f"image/{found.kind}")


@area.get("/events/<slug>/share.png")
@keep(FEED)
def share(slug: str) -> ResponseReturnValue:
    """The picture beside a shared link; the campaign's own where a title cannot be drawn."""
    with db.reading():
        event = _public_or_404(slug)
    config = web.config()
    try:
        made = drawing.share_image(Press(config.place("templates") / "print"), config.data_dir / "drawn", event)
    except Unprintable:
        return redirect(url_for("finding.share"), 302)
    except Busy as busy:
        raise ServiceUnavailable(retry_after=5) from busy
    return Response(made, mimetype="image/png")


def _public_or_404(slug: str) -> Shown:
    event = board.find(slug)
    if event is None or not board.is_public(event.event):
        raise NotFound
    return event

"""The shifts of one volunteer as entries of their calendar, and the public door to it: an address of its own.

It opens nothing but the calendar, for programs pass addresses on: no number to call stands in it, and no other link.
"""

from flask import Response, make_response
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from .. import db, i18n, web
from ..events import calendar
from . import mine

area = web.public_area("shift_feed", __name__)


@area.get('/my-shifts/<signed("my-shifts"):volunteer_id>.ics')
def feed(volunteer_id: int) -> ResponseReturnValue:
    """What they have taken, as iCalendar; what was called off or given back is marked so."""
    with db.reading():
        try:
            entries = mine.entries(volunteer_id)
        except LookupError:
            return Response("", 410, content_type="text/plain; charset=utf-8")
    text = calendar.ics(entries, gettext("My shifts"), i18n.site().campaign.organisation)
    response = make_response(text)
    response.headers["Content-Type"] = calendar.TYPE
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response

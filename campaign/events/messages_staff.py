"""The staff door to writing to the guests of an event."""

from flask import abort

from .. import db, web
from . import editing, message_page
from .models import Event

area = web.staff_area("messages_staff", __name__)


def _event_or_404(event_id: int) -> Event:
    with db.reading():
        try:
            return editing.get(event_id)
        except LookupError:
            abort(404)


message_page.doors_of(area, _event_or_404)

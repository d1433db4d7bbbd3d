"""The partner door to writing to the guests of an event of one's own."""

from flask import abort

from .. import db, web
from ..staff import doors
from . import editing, message_page, proposals
from .models import Event

area = web.partner_area("messages_partner", __name__)


def _own_or_404(event_id: int) -> Event:
    """An event of one's own organisation; any other is as good as not there."""
    with db.reading():
        try:
            event = editing.get(event_id)
            doors.refuse_foreign(event.partner_id)
        except LookupError:
            abort(404)
        return event if proposals.is_theirs(event) else abort(404)


message_page.doors_of(area, _own_or_404)

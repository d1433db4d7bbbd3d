"""What the staff page of an event shows of its shifts: where somebody is still wanted, and the way to plan another."""

from flask import render_template
from markupsafe import Markup

from .. import clock
from ..events import drafts
from . import listing, of_events


@drafts.beside.connect
def _shifts(event_id: int) -> Markup:
    now, rows = clock.now(), listing.of_event(event_id)
    warnings = of_events.warnings((one.shift for one in rows), now)
    known = {
        "event_id": event_id,
        "rows": rows,
        "warnings": warnings,
        "plan": of_events.begun(event_id, now),
        "at": now,
    }
    return Markup(render_template("shifts/staff/of_event.html", **known))  # noqa: S704 (a template of ours)

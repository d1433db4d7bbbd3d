"""Sample events for a demonstration: under names and at places that say what they are, in the campaign's month."""

from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import func, select

from .. import db, i18n
from ..places import service as places
from ..places.rules import Facts as PlaceFacts
from . import editing, periods, zones
from .editing import Facts, Words
from .models import Event

HALL = PlaceFacts(
    "Sample Hall", "community-center", "100 Sample Street", "Los Angeles", "Sample Park", "90000", access="Step-free."
)
# Slug, kind, days after the first of the month, hour, hours, seats, where, title, summary.
SAMPLES = (
    (
        "sample-opening-evening",
        "gathering",
        0,
        18,
        2,
        60,
        "place",
        "Sample opening evening",
        "A sample of an evening with which the month begins.",
    ),
    (
        "sample-training",
        "training",
        9,
        10,
        3,
        25,
        "both",
        "Sample training: seeing the signs",
        "A sample of a training, in a hall and online.",
    ),
    (
        "sample-online-talk",
        "talk",
        18,
        12,
        1,
        None,
        "online",
        "Sample talk, online",
        "A sample of a talk that everybody can join.",
    ),
    (
        "sample-closing-vigil",
        "vigil",
        32,
        19,
        1,
        200,
        "place",
        "Sample closing vigil",
        "A sample of a vigil with which the month ends.",
    ),
)
BODY = (
    "This is a **sample**. No such event is held.\n\n- What is told here is made up.\n- Change it, or write your own."
)


def samples(now: datetime) -> int:
    """Add the sample events unless there are events already; how many."""
    if db.session().scalar(select(func.count()).select_from(Event)):
        return 0
    season, zone = periods.season(i18n.local(now).date()), i18n.site().campaign.time_zone
    if i18n.local(now).date() > season.first:  # in the middle of the month they would be half over
        season = periods.Season(i18n.local(now).date() + timedelta(days=3), season.last)
    hall = places.add(HALL, (), now)
    for slug, kind, days, hour, hours, seats, where, title, summary in SAMPLES:
        starts_at = zones.moment(datetime.combine(season.first + timedelta(days=days), time(hour)), zone)
        at: dict[str, Any] = {
            "place_id": hall if where != "online" else None,
            "link": "" if where == "place" else "https://sample.invalid/room",
        }
        at |= {"capacity": seats, "languages": " en es ", "interpreted": " ko th "}
        event_id = editing.add(Facts(slug, starts_at, starts_at + timedelta(hours=hours), zone, kind=kind, **at), now)
        editing.write(event_id, "en", Words(title, summary, BODY, joining="Sample: ring at the side door."), now)
        editing.publish(event_id, now)
    return len(SAMPLES)

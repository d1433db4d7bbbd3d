"""The first pledges: the campaign's own words from content/, and sample people for a demonstration."""

from datetime import datetime, timedelta

from sqlalchemy import func, insert, select

from .. import db, i18n
from ..supporters.models import Supporter
from ..text import fold
from . import editing
from .models import Pledge, Signature

SAMPLES = 132
VOICES = ("I sign because everybody should be free to leave.", "For my neighbors.", "So that nobody is afraid to ask.")
CITIES = ("Los Angeles", "Long Beach", "Pasadena", "Torrance")


def pledges(now: datetime) -> int:
    """Bring in and open the pledges of content/ unless there are pledges already; how many."""
    if db.session().scalar(select(func.count()).select_from(Pledge)):
        return 0
    words, names = i18n.content(), i18n.content().names("pledges")
    for name in names:
        english = words.page(name, "en")
        pledge_id = editing.add(name.rpartition("/")[2], int(english.facts.get("goal", 1000)), now)
        for language in i18n.site().languages:
            page = words.page(name, language.code)
            if page.language == language.code:
                editing.write(pledge_id, language.code, page.title, str(page.facts["promise"]), page.source.strip())
        editing.open_(pledge_id, now)
    return len(names)


def samples(now: datetime) -> int:
    """Add sample signatures to the first pledge, under names and addresses that say what they are; how many."""
    pledge_id = db.session().scalar(select(func.min(Pledge.id)))
    if pledge_id is None or db.session().scalar(select(func.count()).select_from(Supporter)):
        return 0
    people = [_person(number, now) for number in range(1, SAMPLES + 1)]
    ids = list(db.session().scalars(insert(Supporter).returning(Supporter.id), people))
    db.session().execute(insert(Signature), [_signature(n, who, pledge_id, now) for n, who in enumerate(ids, start=1)])
    return len(ids)


def _person(number: int, now: datetime) -> dict[str, object]:
    address = f"sample-{number}@example.invalid"
    known = {"mailbox": address, "email": address, "language": "en", "subscribed": False}
    return {**known, "added_at": now, "confirmed_at": now}


def _signature(number: int, supporter_id: int, pledge_id: int, now: datetime) -> dict[str, object]:
    name, signed_at = f"Sample Person {number}", now - timedelta(minutes=37 * (SAMPLES - number))
    speaks = number % 9 == 0
    return {
        "pledge_id": pledge_id,
        "supporter_id": supporter_id,
        "place": 1,
        "name": name,
        "name_key": fold(name),
        "area": CITIES[number % len(CITIES)],
        "area_key": fold(CITIES[number % len(CITIES)]),
        "message": VOICES[number // 9 % len(VOICES)] if speaks else "",
        "show_name": speaks,
        "language": "en",
        "signed_at": signed_at,
        "confirmed_at": signed_at,
        "passed_at": signed_at if speaks and number % 2 else None,
        "to_count": 1,
    }

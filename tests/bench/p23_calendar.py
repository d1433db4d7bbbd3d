"""P23: a calendar of 2,000 events is no slower to look through than one of twenty."""

from datetime import timedelta
from functools import partial

from sqlalchemy import Engine, insert, select

from campaign.app import TABLES

from . import load, records
from .gates import Figure, Finding, Run, Series, gate
from .load import Expect, Load
from .records import NOW
from .stand import Site, Stand

FEW, MANY = 21, 2_000
FAR = timedelta(days=3650)
PAGES = {"the list": "/events?page=0", "what fits a choice": "/events?kind=talk&language=ko"}  # made anew each time
events, texts = (TABLES.tables[name] for name in ("events", "event_texts"))


@gate("P23", "A calendar of 2,000 events is no slower to look through than one of 21.")
def measure(stand: Stand, finding: Finding) -> None:
    """The same pages of two sites by turns; both show twenty events and the way on."""
    with stand.site("campaign") as small, stand.site("campaign") as large:
        _fill(small.engine, FEW)
        _fill(large.engine, MANY)
        for what, path in PAGES.items():
            few, many = stand.in_turn(
                (Series(f"{what}: {FEW} events"), partial(_read, small, path)),
                (Series(f"{what}: {MANY} events"), partial(_read, large, path)),
                often=True,
            )
            finding.series += [few, many]
            slower = many.middle("p50") / few.middle("p50")
            finding.figures.append(Figure(f"p50 of {what} with {MANY} ÷ with {FEW}", slower, 1.2, upwards=False))


def _read(site: Site, path: str, seconds: float) -> Run:
    return load.read(site.server, Load(4, seconds), path, Expect(marker="event-card"))


def _fill(engine: Engine, number: int) -> None:
    """Talks in Korean, one every four hours, long after today."""
    with engine.begin() as connection:
        connection.execute(insert(events), [_event(n) for n in range(number)])
        ids = connection.execute(select(events.c.id, events.c.slug)).all()
        said = {"language": "en", "summary": "Sample words.", "body": records.BODY, "version": 1, "reviewed": False}
        said |= dict.fromkeys(("joining", "agenda", "picture_alt", "notice", "thanks"), "") | {"made_from": 0}
        connection.execute(insert(texts), [{"event_id": one.id, "title": one.slug, **said} for one in ids])


def _event(number: int) -> dict[str, object]:
    starts_at = NOW + FAR + timedelta(hours=4 * number)
    when = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=2), "zone": "America/Los_Angeles"}
    kinds = {"state": "published", "kind": "talk", "members_only": False, "takes_rsvps": True, "capacity": 60}
    words = {"link": "https://sample.example", "languages": " ko ", "interpreted": "", "answer": ""}
    counts = {"taken": 0, "sequence": 0, "version": 1, "added_at": NOW, "changed_at": NOW, "published_at": NOW}
    return {"slug": f"sample-talk-{number}", **when, **kinds, **counts, **words}

"""P22: how fast seats at events are asked for, beside P1's plain route; and that a full event is no slower."""

from datetime import timedelta
from functools import partial

from sqlalchemy import Engine, func, insert, select, update

from campaign.app import TABLES

from . import load, records
from .gates import Failed, Figure, Finding, Run, Series, gate
from .load import Expect, Load
from .records import NOW, PLEDGES
from .stand import Site, Stand

CROWD, GUESTS, AT_ONCE = 64, 20_000, 5_000
SMALL, LARGE = "/events/e", "/events/large"  # and a number
FORM = "&party=1&interpretation=&access_needs="
events, texts, rsvps = (TABLES.tables[name] for name in ("events", "event_texts", "rsvps"))


@gate("P22", "Asking for a seat costs little more than P1's plain route, and 20,000 guests make it no slower.")
def measure(stand: Stand, finding: Finding) -> None:
    """As P1: two processes, 64 connections, an address of its own for every seat; then one event beside another.

    Answers leave at once here: in steps of 25 ms, as otherwise, most would take one step whatever the work is.
    """
    with stand.site("campaign", equal_work=False) as ours, stand.site("plain") as bare:
        _prepare(ours.engine)
        token = stand.token(ours)
        plain, campaign = stand.in_turn(
            (Series("one plain route"), partial(stand.sign, bare, CROWD, token, PLEDGES)),
            (Series("seats at 64 events"), partial(_ask, stand, ours, token, (CROWD, PLEDGES, SMALL))),
        )
        small, large = stand.in_turn(
            (Series("seats at an event of few"), partial(_ask, stand, ours, token, (4, 1, SMALL))),
            (Series("seats at an event of 20,000"), partial(_ask, stand, ours, token, (4, 1, LARGE))),
        )
        pages = stand.in_turn(
            (Series("page of few"), partial(_read, ours, f"{SMALL}1")),
            (Series("page of 20,000"), partial(_read, ours, f"{LARGE}1")),
        )
    finding.series += [plain, campaign, small, large, *pages]
    finding.figures.append(Figure.ratio("seats asked for ÷ plain route", campaign, plain, 0.40))
    for claim, few, many in (("seat", small, large), ("page", pages[0], pages[1])):
        slower = many.middle("p50") / few.middle("p50")
        finding.figures.append(Figure(f"p50 of a {claim} at 20,000 guests ÷ at few", slower, 1.2, upwards=False))


def _read(site: Site, path: str, seconds: float) -> Run:
    return load.read(site.server, Load(4, seconds), f"{path}?x=1", Expect(marker="event-come"))


def _ask(stand: Stand, site: Site, token: str, crowd: tuple[int, int, str], seconds: float) -> Run:
    """Ask for seats, and count the rows. Raises Failed unless there is one for every acknowledgement."""
    connections, number, where = crowd
    stand._marks += 1
    before, mark = _count(site.engine), f"e{stand.seed}r{stand._marks}"
    done = load.sign(site.server, Load(connections, seconds), token, mark, number, where, FORM)
    if (added := _count(site.engine) - before) != done.acknowledged:
        raise Failed(f"{done.acknowledged} seats were acknowledged, but {added} rows added")
    return done.run


def _count(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(select(func.count()).select_from(rsvps)).scalar_one())


def _prepare(engine: Engine) -> None:
    """64 events /events/e1 …, and one with 20,000 guests."""
    slugs = [*(f"e{n}" for n in range(1, PLEDGES + 1)), "large1"]
    with engine.begin() as connection:
        connection.execute(insert(events), [_event(slug) for slug in slugs])
        ids = dict(map(tuple, connection.execute(select(events.c.slug, events.c.id))))
        said = {"language": "en", "summary": "Sample words.", "body": records.BODY, "version": 1, "reviewed": False}
        said |= dict.fromkeys(("joining", "agenda", "picture_alt", "notice", "thanks"), "") | {"made_from": 0}
        connection.execute(insert(texts), [{"event_id": ids[slug], "title": slug, **said} for slug in slugs])
    for begin in range(0, GUESTS, AT_ONCE):
        with engine.begin() as connection:
            numbers = range(begin, begin + AT_ONCE)
            known = {"language": "en", "subscribed": False, "added_at": NOW, "confirmed_at": NOW}
            people = [{"mailbox": f"g{n}@example.org", "email": f"g{n}@example.org", **known} for n in numbers]
            who = connection.execute(insert(records.supporters).returning(records.supporters.c.id), people).scalars()
            connection.execute(insert(rsvps), [_guest(ids["large1"], one) for one in who])
    with engine.begin() as connection:
        connection.execute(update(events).where(events.c.slug == "large1").values(taken=GUESTS))


def _event(slug: str) -> dict[str, object]:
    starts_at = NOW + timedelta(days=3650)
    when = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=2), "zone": "America/Los_Angeles"}
    kinds = {"state": "published", "kind": "gathering", "members_only": False, "takes_rsvps": True}
    counts = {"capacity": 1_000_000, "taken": 0, "sequence": 0, "version": 1}
    words = {"link": "https://sample.example", "languages": "en", "interpreted": "", "answer": ""}
    return {"slug": slug, **when, **kinds, **counts, **words, "added_at": NOW, "changed_at": NOW, "published_at": NOW}


def _guest(event_id: int, supporter_id: int) -> dict[str, object]:
    texts_ = dict.fromkeys(("interpretation", "access_needs", "answers", "newsletter", "delivery", "mailing"), "")
    known = {"state": "seated", "name": "Sample Guest", "name_key": "sample guest", "party": 1, "language": "en"}
    known |= {"door_code": "ABCDEFG", "walk_in": False, "no_show": False}
    moments = {"joined_at": NOW, "confirmed_at": NOW, "seated_at": NOW}
    return {"event_id": event_id, "supporter_id": supporter_id, **known, **texts_, **moments}

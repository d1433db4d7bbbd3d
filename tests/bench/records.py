"""The rows that a measurement begins with, and counting those that it added."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, create_engine, func, insert, select

from campaign import schema
from campaign.app import TABLES

PLEDGES = 64
VOICES = 60  # signatures with a message that the page of the first pledge shows
pledges, words = TABLES.tables["pledges"], TABLES.tables["pledge_words"]
supporters, signatures, letters = (TABLES.tables[name] for name in ("supporters", "signatures", "letters"))
NOW = datetime(2027, 1, 11, 12, 0, tzinfo=UTC)
BODY = "Some words about it.\n\n- one\n- two\n- three\n\nAnd *more* words, with [a link](https://example.org/).\n"


@dataclass(frozen=True)
class Rows:
    """How many rows of each kind there are."""

    supporters: int
    signatures: int
    letters: int

    def __sub__(self, other: "Rows") -> "Rows":
        return Rows(
            self.supporters - other.supporters, self.signatures - other.signatures, self.letters - other.letters
        )


def prepare(url: str) -> Engine:
    """Make the tables, 64 open pledges /pledges/p1 …, and 60 voices on the first; an engine to look at them."""
    schema.upgrade(url)
    engine = create_engine(url)
    with engine.begin() as connection:
        _pledges(connection)
        _voices(connection)
    return engine


def _pledges(connection: Connection) -> None:
    numbers = range(1, PLEDGES + 1)
    known = {"state": "open", "goal": 100_000, "count": 0, "version": 1, "added_at": NOW, "opened_at": NOW}
    connection.execute(insert(pledges), [{"slug": f"p{n}", **known} for n in numbers])
    ids = connection.execute(select(pledges.c.id, pledges.c.slug)).all()
    said = {"language": "en", "promise": "I promise to look, to ask, and to help.", "body": BODY}
    titles = [{"pledge_id": one.id, "title": f"Pledge {one.slug}", **said} for one in ids]
    connection.execute(insert(words), titles)


def _voices(connection: Connection) -> None:
    first = connection.execute(select(pledges.c.id).where(pledges.c.slug == "p1")).scalar_one()
    numbers = range(1, VOICES + 1)
    known = {"language": "en", "subscribed": False, "added_at": NOW, "confirmed_at": NOW}
    people = [{"mailbox": f"v{n}@example.org", "email": f"v{n}@example.org", **known} for n in numbers]
    ids = connection.execute(insert(supporters).returning(supporters.c.id), people).scalars().all()
    connection.execute(insert(signatures), [_voice(n, first, who) for n, who in enumerate(ids, 1)])


def _voice(number: int, pledge_id: int, supporter_id: int) -> dict[str, object]:
    moments = {"signed_at": NOW, "confirmed_at": NOW, "passed_at": NOW}
    said = {"name": f"Voice {number}", "message": f"I sign for reason number {number}.", "area": "Torrance"}
    known = {"newsletter": "", "show_name": True, "language": "en", "reminders": 0, "to_count": 0}
    return {
        "pledge_id": pledge_id,
        "supporter_id": supporter_id,
        "place": 1,
        "name_key": f"voice{number}",
        **said,
        **known,
        **moments,
    }


def count(engine: Engine) -> Rows:
    """How many rows there are now."""
    counted = (supporters, signatures, letters)
    with engine.connect() as connection:
        return Rows(*(connection.execute(select(func.count()).select_from(one)).scalar_one() for one in counted))

"""P15: following a printed code costs little beside bare Flask's greeting, writes nothing, and is counted exactly."""

from http.client import HTTPConnection
from time import sleep
from urllib.parse import urlsplit

from sqlalchemy import Engine, func, insert, select

from campaign.app import TABLES
from campaign.links import rules

from .gates import Failed, Figure, Finding, Series, gate
from .load import Expect, Load, read
from .records import NOW
from .stand import Site, Stand

CROWD = 32
COUNTED = 500
FLUSHED = 2.5  # seconds after which every process has written what it saw
codes, visits = TABLES.tables["codes"], TABLES.tables["code_visits"]


@gate("P15", "Following a printed code costs little more than bare Flask's greeting, and every visit is counted.")
def measure(stand: Stand, finding: Finding) -> None:
    """The redirect of one code, asked again and again; then a known number of visits, and the sum in the table."""
    with stand.site("campaign") as site, stand.site("plain") as plain:
        path = f"/q/{_code(site.engine)}"
        hello, redirect = stand.in_turn(
            (
                Series("bare Flask's greeting"),
                lambda s: read(plain.server, Load(CROWD, s), "/hello", Expect(200, "hello")),
            ),
            (Series("a printed code"), lambda s: read(site.server, Load(CROWD, s), path, Expect(302))),
        )
        finding.remarks.append(_counted(site, path))
    finding.series += [hello, redirect]
    finding.figures.append(Figure.ratio("code ÷ greeting", redirect, hello, 0.70, target=0.85))


def _code(engine: Engine) -> str:
    code = rules.new()
    with engine.begin() as connection:
        known = {"target": "/pledges/p1", "language": "en", "note": "", "made_at": NOW}
        connection.execute(insert(codes).values(code=code, **known))
    return code


def _counted(site: Site, path: str) -> str:
    """Visits one after another must all be in the table. Raises Failed when one is missing or counted twice."""
    sleep(FLUSHED)
    before = _sum(site.engine)
    connection = HTTPConnection(urlsplit(site.server.url).netloc, timeout=30)
    for _ in range(COUNTED):
        connection.request("GET", path, headers={"User-Agent": "Mozilla/5.0"})
        connection.getresponse().read()
    sleep(FLUSHED)
    if (counted := _sum(site.engine) - before) != COUNTED:
        raise Failed(f"{COUNTED} visits were made, and {counted} counted")
    return f"{COUNTED} visits were made one after another, and {COUNTED} are counted; nothing else is kept of them."


def _sum(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(select(func.coalesce(func.sum(visits.c.number), 0))).scalar_one())

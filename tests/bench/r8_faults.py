"""R8: whoever visits the site while everything goes wrong at the mailing list waits no longer than otherwise."""

from dataclasses import replace
from functools import partial
from time import monotonic, sleep
from typing import Any

from flask import Flask
from sqlalchemy import func, insert, select, update

from campaign import clock, db
from campaign.app import create_app
from campaign.mailing import service
from campaign.mailing.fake.account import AUDIENCE, KEY
from campaign.supporters.models import Supporter
from tests.processes import working

from .gates import Failed, Figure, Finding, Run, Series, gate
from .load import Expect, Load, read
from .p6_pages import PAGE, VOICE
from .server import beside
from .stand import Measure, Site, Stand

DUE, CROWD = 4_000, 4
PATIENCE, AGAIN = 60.0, 3.0  # seconds until the worker tries, and until it is asked once more
# The list of which it can be seen that it is there; every call that tells it something fails in another way.
LIST = """
import itertools, sys, threading
from campaign.mailing.fake.account import Fake
from campaign.mailing.fake.server import running
MOODS = "429", "403 html", "500", "503", "hang", "after: hang", "after: cut short", "after: drip", "200 nonsense"
moods, fake = itertools.cycle(MOODS), Fake()
fake.moody = lambda call: "" if call.method == "GET" else next(moods)
with running(fake, int(sys.argv[1])):
    print("ready", flush=True)
    threading.Event().wait()
"""


@gate("R8", "Whatever goes wrong at the mailing list, nobody who visits the site waits longer for it.")
def measure(stand: Stand, finding: Finding) -> None:
    """Reading by turns, with nothing to tell and with thousands whom a broken list cannot be told about."""
    with stand.site("campaign") as site, beside(LIST) as port:
        known: dict[str, Any] = {
            "mailchimp_host": f"http://127.0.0.1:{port}",
            "mailchimp_key": KEY,
            "mailchimp_audience": AUDIENCE,
        }
        config = replace(site.server.order.config, **known)
        app, reading = create_app(config), partial(_read, site)
        _join(app)
        with working(config):
            alone, broken = stand.in_turn(
                (Series("a pledge's page"), partial(_with_nothing_due, app, reading)),
                (Series("the same while the list is broken"), partial(_while_broken, app, reading)),
                often=True,
                long=True,
            )
        app.extensions["database"].engine.dispose()
    finding.series += [alone, broken]
    turns = [late.p99 / usual.p99 for usual, late in zip(alone.runs, broken.runs, strict=True)]
    claim, spread = "p99 while the list is broken ÷ p99", (min(turns), max(turns))
    ratio = broken.middle("p99") / alone.middle("p99")  # of both medians: a single turn's slowest meets neighbours
    finding.figures.append(Figure(claim, ratio, 1.1, spread=spread, upwards=False))


def _read(site: Site, seconds: float) -> Run:
    return read(site.server, Load(CROWD, seconds), PAGE, Expect(marker=VOICE))


def _join(app: Flask) -> None:
    known = {"language": "en", "subscribed": False, "added_at": clock.now(), "due_version": 1}
    known |= {"list_state": "", "list_trouble": "", "list_tries": 0}
    emails = [f"due{number}@example.org" for number in range(DUE)]
    with app.app_context(), db.writing() as session:
        session.execute(insert(Supporter), [{"email": one, "mailbox": one, **known} for one in emails])


def _due(app: Flask, *, due: bool) -> None:
    """All those want the news and the list is to be told at once; or there is nothing to tell."""
    now = clock.now()
    new: dict[str, object] = {
        "subscribed": due,
        "due_since": now if due else None,
        "due_version": Supporter.due_version + 1,
    }
    new |= {"list_leased_until": None, "list_next_at": None, "list_tries": 0}
    with app.app_context(), db.writing() as session:
        session.execute(update(Supporter).where(Supporter.email.like("due%")).values(new))


def _with_nothing_due(app: Flask, what: Measure, seconds: float) -> Run:
    _due(app, due=False)
    return what(seconds)


def _while_broken(app: Flask, what: Measure, seconds: float) -> Run:
    """Measured from the moment on in which the worker begins to tell the list. Raises Failed when it never does.

    A call of the turn before may be under way, and when it fails the list is left alone again: so ask more than once.
    """
    _due(app, due=True)
    tried = select(func.count()).where(Supporter.email.like("due%"), Supporter.list_tries > 0)
    until = monotonic() + PATIENCE
    while monotonic() < until:
        with app.app_context():
            service.try_now()
        asked = monotonic()
        while monotonic() < asked + AGAIN:
            with app.app_context(), db.reading() as session:
                if session.scalar(tried):
                    return what(seconds)
            sleep(0.05)
    raise Failed("the worker does not tell the list anything")

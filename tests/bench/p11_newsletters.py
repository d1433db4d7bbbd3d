"""P11: how fast newsletters go out, beside a bare loop that hands the same letters to the same mail server."""

import smtplib
from dataclasses import replace
from functools import partial
from tempfile import TemporaryDirectory
from time import perf_counter, process_time, sleep

from flask import Flask
from sqlalchemy import delete, select, update

from campaign import clock, db
from campaign.app import TABLES, create_app
from campaign.newsletters import letters, recipients, sending, starting
from campaign.newsletters.models import Newsletter
from campaign.newsletters.runs import Recipient, Run
from campaign.post import Parcel
from campaign.supporters.models import Supporter
from tests.newsletters.readers import QUICK, ready

from . import records
from .gates import Failed, Figure, Finding, Series, gate
from .gates import Run as Took
from .server import beside
from .site import Order
from .stand import Stand

LETTERS, BURST = 1_000, 500
FLOOR, TARGET = 0.60, 0.80
SINK = """
import sys, threading
from aiosmtpd.controller import Controller
class Sink:
    async def handle_DATA(self, server, session, envelope):
        return "250 OK"
Controller(Sink(), hostname="127.0.0.1", port=int(sys.argv[1])).start()
print("ready", flush=True)
threading.Event().wait()
"""


class Bare:
    """What the acts of tests take for a site."""

    def __init__(self, app: Flask) -> None:
        self.app, self.inside = app, app.app_context


@gate("P11", "Newsletters leave at least 0.6 times as fast as a bare loop hands over the same letters.")
def measure(stand: Stand, finding: Finding) -> None:
    """A thousand letters by turns; then how soon the first is there, and how long a burst of 500 takes."""
    with TemporaryDirectory(dir=stand.folder, ignore_cleanup_errors=True) as folder, beside(SINK) as port:
        url = stand._new_database(folder)
        records.prepare(url).dispose()
        config = replace(Order("campaign", url, folder, 8000).config, smtp_url=f"smtp://127.0.0.1:{port}")
        app = create_app(config)
        newsletter_id, _ = ready(Bare(app), LETTERS)
        parcels = _written(app, newsletter_id)
        ours, bare = stand.in_turn(
            (Series("newsletters"), lambda _seconds: _send(app, newsletter_id, LETTERS)),
            (Series("a bare loop with smtplib"), partial(_loop, port, parcels)),
        )
        burst = _send(app, newsletter_id, BURST)
        app.extensions["database"].engine.dispose()
    finding.series += [ours, bare]
    finding.figures.append(Figure.ratio("letters a second ÷ bare loop", ours, bare, FLOOR, target=TARGET))
    finding.figures.append(Figure("seconds until the first letter", ours.middle("p50"), 1.0, unit="s", upwards=False))
    finding.figures.append(Figure("seconds for a burst of 500", BURST / burst.rate, 10.0, unit="s", upwards=False))


def _written(app: Flask, newsletter_id: int) -> list[Parcel]:
    """The same letters, ready."""
    begin(app, newsletter_id, LETTERS)
    with app.app_context():
        starting.begin_due(clock.now())
        with db.writing():
            known = letters.Letters(newsletter_id)
            readers, _ = recipients.next_ones(newsletter_id, LETTERS, 0, clock.now())
        return [known.ready(one).write() for one in readers]


def begin(app: Flask, newsletter_id: int, number: int) -> None:
    """Let it go anew, as if nobody had it, to so many people."""
    with app.app_context(), db.writing() as session:
        session.execute(delete(Recipient))
        session.execute(delete(Run))
        session.execute(delete(TABLES.tables["newsletter_finals"]))
        session.execute(update(Newsletter).values(state="draft", sent_at=None))
        least = session.scalars(select(Supporter.id).where(Supporter.subscribed).order_by(Supporter.id)).all()
        session.execute(update(Supporter).where(Supporter.id.in_(least)).values(left_at=None))
        session.execute(update(Supporter).where(Supporter.id.in_(least[number:])).values(left_at=clock.now()))
        starting.let_go(newsletter_id, starting.Wish(QUICK), None, clock.now())


def _send(app: Flask, newsletter_id: int, number: int) -> Took:
    """Send it from its beginning to its end; `p50` holds how soon the first letter was settled."""
    begin(app, newsletter_id, number)
    began, cpu, first = perf_counter(), process_time(), 0.0
    sent = 0
    settle = recipients.settle

    def heard(outcomes: list[object], now: object) -> None:
        nonlocal first
        first = first or (perf_counter() - began if outcomes else 0.0)
        settle(outcomes, now)  # type: ignore[arg-type]

    recipients.settle = heard  # type: ignore[assignment]
    try:
        with app.app_context():
            while done := int(str(sending.send())):
                sent += done
    finally:
        recipients.settle = settle
    if sent != number:
        raise Failed(f"{sent} of {number} letters were sent")
    seconds = perf_counter() - began
    return Took(number / seconds, first, first, seconds, (process_time() - cpu) / number, 0)


def _loop(port: int, parcels: list[Parcel], _seconds: float) -> Took:
    sleep(0.2)  # what was closed before is closed
    began, cpu = perf_counter(), process_time()
    with smtplib.SMTP("127.0.0.1", port) as smtp:
        for one in parcels:
            smtp.sendmail(one.sender, [one.to], one.content)
    seconds = perf_counter() - began
    return Took(len(parcels) / seconds, 0, 0, seconds, (process_time() - cpu) / len(parcels), 0)

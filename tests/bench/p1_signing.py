"""P1: how fast pledges are taken, beside the same form and rows in one plain route; one sync for each."""

import sqlite3
from functools import partial
from tempfile import TemporaryDirectory
from time import perf_counter

import psycopg

from tests import servers

from .gates import Figure, Finding, Series, gate
from .records import PLEDGES
from .stand import Stand
from .trace import strace_is_here, syncs_per_pledge

CROWD = 64


@gate("P1", "Taking a pledge costs little more than the same form and rows in one plain route, and one fsync.")
def measure(stand: Stand, finding: Finding) -> None:
    """Two processes each, all middleware on, 64 connections, an address of its own for every pledge."""
    with stand.site("campaign") as ours, stand.site("plain") as bare:
        token = stand.token(ours)
        plain, campaign = stand.in_turn(
            (Series("one plain route"), partial(stand.sign, bare, CROWD, token, PLEDGES)),
            (Series("the campaign"), partial(stand.sign, ours, CROWD, token, PLEDGES)),
        )
    finding.series += [plain, campaign]
    finding.figures.append(Figure.ratio("pledges taken ÷ plain route", campaign, plain, 0.40, target=0.70))
    finding.figures.append(Figure("the same by processor time", plain.middle("cpu") / campaign.middle("cpu")))
    finding.figures.append(Figure("pledges taken ÷ bare commits", campaign.middle() / bare_commits(stand)))
    if stand.database == "sqlite" and strace_is_here(finding):
        syncs = syncs_per_pledge(stand)
        finding.figures.append(Figure("waits for the disk per pledge, at most", syncs, 1.0, 1.0, upwards=False))
        finding.figures.append(Figure("waits for the disk per pledge, at least", syncs, 1.0, 1.0))


def bare_commits(stand: Stand, seconds: float = 1.0) -> float:
    """Durable commits of one row in a second, one after the other, by the driver alone."""
    make = "CREATE TABLE bare (id INTEGER PRIMARY KEY, words TEXT)"
    if stand.database == "postgresql":
        with psycopg.connect(servers.new_database(stand.cluster), autocommit=True) as connection:
            connection.execute(make.replace("INTEGER", "SERIAL"))
            return _rate(lambda: connection.execute("INSERT INTO bare (words) VALUES ('one row')"), seconds)
    with TemporaryDirectory(dir=stand.folder) as folder:
        lite = sqlite3.connect(f"{folder}/bare.db", isolation_level=None)
        for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", make):
            lite.execute(statement)
        rate = _rate(lambda: lite.execute("INSERT INTO bare (words) VALUES ('one row')"), seconds)
        lite.close()
        return rate


def _rate(act: object, seconds: float) -> float:
    began, done = perf_counter(), 0
    while perf_counter() < began + seconds:
        act()  # type: ignore[operator]
        done += 1
    return done / (perf_counter() - began)

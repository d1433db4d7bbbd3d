"""The worker's part: take a newsletter that is to go out, hand its letters over a few at a time, write down each.

    lease ──> [ write down what came back · mark the next ones ] ──> hand over ──> … ──> nothing left: sent
                          one commit                                  so many at once as campaign.toml says

What came back and what goes next is one commit, and it is made while other letters are under way, so the disk is seldom
waited for. A letter is marked before the mail server has anything of it. A worker may be killed at any moment: when its
lease has run out, the next one finds what was marked, and lists it as uncertain.
"""

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from secrets import token_hex
from time import monotonic, sleep
from typing import Any

from flask import current_app
from sqlalchemy import bindparam, or_, select, update

from .. import clock, db, i18n, jobs, web
from . import letters, recipients, service, starting
from .models import Newsletter, NewsletterState
from .pool import Fate, Outcome, Pool
from .recipients import Reader
from .runs import RecipientState, Run, Way
from .weather import Weather

log = logging.getLogger("campaign.newsletters")
SWEEP = starting.SWEEP
LEASE = timedelta(seconds=60)
SLICE = 10.0  # seconds after which other sweeps get their turn
LONGEST_WAIT = 1.0  # seconds until it is looked whether somebody has pressed Pause
RENEW = 15.0  # seconds: how often the lease is made longer
PIECE = 64  # readers that are looked up together
FRESH = 2.0  # seconds: what was looked up before that is looked up again; consent is asked for each letter
NOW = (
    select(Run.lease, Run.per_minute, Run.in_a_row, Run.aways, Newsletter.state)
    .join(Newsletter)
    .where(Run.newsletter_id == bindparam("id"))
    .with_for_update(of=Run)
)


class Lost(Exception):
    """The lease has run out and is somebody else's: nothing more may be begun."""


@dataclass
class Slice:
    """What one worker does for one newsletter until others get their turn.

    `until`, `next_at`, `renew_at` and `stale_at` are seconds on the clock of `monotonic`; `last` is a recipient's id.
    """

    id: int
    lease: str
    pool: Pool
    until: float
    letters: letters.Letters
    weather: Weather = field(default_factory=Weather)
    sent: int = 0
    per_minute: int = 0
    next_at: float = 0.0
    last: int = 0
    renew_at: float = 0.0
    over: bool = False
    read: list[Reader] = field(default_factory=list)
    heard: list[Outcome] = field(default_factory=list)
    stale_at: float = 0.0

    def allowed(self) -> int:
        """How many may leave now: so many as the pool takes and the rate lets go."""
        if self.over or self.weather.stop or self.weather.wait or monotonic() > self.until or jobs.stopping():
            return 0
        if monotonic() < self.next_at:
            return 0
        gap = 60 / self.per_minute
        late = monotonic() - self.next_at if self.next_at else 0.0
        return min(self.pool.free, 1 + int(late / gap))

    def left(self, number: int) -> None:
        """So many have left: when the next may."""
        now, gap = monotonic(), 60 / self.per_minute
        begin = max(self.next_at, now - self.pool.size * gap) if self.next_at else now
        self.next_at = begin + number * gap


@jobs.sweep(SWEEP)
def send() -> int:
    """Begin what is due, and send for a while; how many letters went."""
    starting.begin_due(clock.now())
    sent = 0
    while not jobs.stopping() and (taken := claim(clock.now())):
        sent += _slice(*taken)
        if sent:
            with db.writing():
                jobs.wake(SWEEP)  # more may be due; other sweeps get their turn first
            break
    return sent


def claim(now: datetime) -> tuple[int, str] | None:
    """The next newsletter to go on with, under a lease; None when there is none."""
    free = or_(Run.leased_until.is_(None), Run.leased_until <= now)
    ready = or_(Run.not_before.is_(None), Run.not_before <= now)
    built = Run.built_at.is_not(None)  # else its readers are not listed yet, and it would be over at once
    going = (Newsletter.state == NewsletterState.SENDING) & (Run.way == Way.SMTP) & built
    found = select(Run).join(Newsletter).where(going, free, ready).order_by(Run.begun_at).limit(1)
    with db.writing() as session:
        if (run := session.scalar(found.with_for_update(of=Run, skip_locked=True))) is None:
            return None
        if dead := recipients.found_in_a_dead_hand(run.newsletter_id):
            log.warning("newsletter %d: %d letters were in the hand of a worker that died", run.newsletter_id, dead)
        run.lease, run.leased_until, run.not_before = token_hex(8), now + LEASE, None
        return run.newsletter_id, run.lease


def _slice(newsletter_id: int, lease: str) -> int:
    """Send until the time is up, nothing is left, or it must stop; how many letters went."""
    config, wanted = web.config(), i18n.site().newsletters
    with db.reading():
        known = letters.Letters(newsletter_id)
    with Pool(config, wanted.connections, wanted.in_hand) as pool:
        one = Slice(newsletter_id, lease, pool, monotonic() + SLICE, known)
        try:
            _work(one)
        except Lost:
            log.warning("newsletter %d was taken over by another worker", newsletter_id)
            _write_down_the_rest(one)
        except Exception:
            _write_down_the_rest(one)  # what the server said is known to us alone
            raise
    return one.sent


def _work(one: Slice) -> None:
    began = monotonic()
    while True:
        readers, one.heard = _turn(one, one.heard), []
        for reader in readers:
            one.pool.hand(one.letters.ready(reader))
        if one.pool.out:
            one.heard = one.pool.finished(LONGEST_WAIT)
        elif (pause := _pause(one)) is None:
            break
        else:
            sleep(pause)
    _release(one, monotonic() - began)


def _pause(one: Slice) -> float | None:
    """How long to wait while nothing is under way; None when this slice is over."""
    if one.over or one.weather.stop or one.weather.wait or jobs.stopping() or monotonic() > one.until:
        return None
    return min(LONGEST_WAIT, max(0.0, one.next_at - monotonic()))


def _turn(one: Slice, outcomes: list[Outcome]) -> list[Reader]:
    """One commit: what came back is written down, and who is next is marked. Raises Lost."""
    now = clock.now()
    with db.writing():
        run = _mine(one)
        recipients.settle(outcomes, now)
        _learn(one, run, outcomes)
        if monotonic() > one.renew_at:
            _keep(one, leased_until=now + LEASE)
            one.renew_at = monotonic() + RENEW
        if run.state != NewsletterState.SENDING:
            one.over = True
        number = one.allowed()
        return _marked(one, number, now) if number else []


def _marked(one: Slice, number: int, now: datetime) -> list[Reader]:
    """The next so many, or fewer, marked: from those that were read a moment ago, as long as it is a moment."""
    guards = current_app.extensions["switches"]
    if not one.read or monotonic() > one.stale_at:
        one.read, seen = recipients.next_ones(one.id, PIECE, 0 if guards.claim_letters else one.last, now)
        one.stale_at, one.over = monotonic() + FRESH, not seen
    chosen, one.read = one.read[:number], one.read[number:]
    if guards.claim_letters and chosen:
        state = RecipientState.SENDING if guards.settle_after else RecipientState.SENT
        marked = recipients.mark([reader.recipient_id for reader in chosen], state, now)
        chosen = [reader for reader in chosen if reader.recipient_id in marked]
    one.left(len(chosen))
    one.last = chosen[-1].recipient_id if chosen else one.last
    return chosen


def _mine(one: Slice) -> Any:
    """What the run says now, locked. Raises Lost when another worker has it."""
    run = db.session().connection().execute(NOW, {"id": one.id}).one()
    if run.lease != one.lease:
        raise Lost
    return run


def _keep(one: Slice, **values: object) -> None:
    db.session().execute(update(Run).where(Run.newsletter_id == one.id).values(**values))


def _learn(one: Slice, run: Any, outcomes: list[Outcome]) -> None:
    """From what came back: how many went, and whether to go on."""
    if not one.per_minute:
        one.weather = Weather(in_a_row=run.in_a_row, aways=run.aways)
    one.per_minute = run.per_minute
    if outcomes:
        before, one.weather = one.weather, one.weather.after(outcomes)
        one.sent += sum(out.fate is Fate.SENT for out in outcomes)
        if (one.weather.in_a_row, one.weather.aways) != (before.in_a_row, before.aways):
            _keep(one, in_a_row=one.weather.in_a_row, aways=one.weather.aways)


def _release(one: Slice, seconds: float) -> None:
    """Give the lease back, and write down where it stands: over, paused by itself, or to be gone on with."""
    now = clock.now()
    with db.writing():
        service.locked(one.id)  # before its run, as staff do who take hold of it
        _mine(one)
        run = db.session().get_one(Run, one.id)
        run.lease, run.leased_until = "", None
        if one.sent and seconds:
            run.measured = max(1, round(one.sent / seconds * 60))
        waiting, first = recipients.next_due(one.id)
        if one.weather.stop:
            starting.pause_by_itself(one.id, one.weather.stop)
        elif one.weather.wait:
            run.not_before = now + one.weather.wait
        elif not waiting:
            starting.finish(one.id, now)
        elif first is not None and one.over:
            run.not_before = max(first, now)
        elif one.next_at > monotonic():
            run.not_before = now + timedelta(seconds=one.next_at - monotonic())


def _write_down_the_rest(one: Slice) -> None:
    """What is under way is known to us alone, whoever has the lease."""
    heard = one.heard
    while heard or one.pool.out:
        with db.writing():
            recipients.settle(heard, clock.now())
        heard = one.pool.finished(LONGEST_WAIT) if one.pool.out else []

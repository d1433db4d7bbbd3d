"""The worker's part: take the next print, let a process of its own make it, write down how far it is.

One at a time on a machine, so that a crowd of prints leaves the site its processors. Who takes a print marks it with a
lease, and whoever holds no lease any more writes nothing. A worker or a printing process may be killed at any moment:
when the lease has run out the next one goes on from the files that are finished.
"""

import fcntl
import json
import logging
import os
import queue
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

from flask import current_app
from sqlalchemy import or_, select

from .. import clock, db, jobs, web
from ..supporters import retention
from . import child, plans, prints
from .models import Print, State

log = logging.getLogger("campaign.prints")
LEASE = timedelta(seconds=60)
RENEW = 15.0  # seconds
SLOWEST = 600.0  # seconds without a finished file after which the process is given up
MOST_TRIES = 5  # of one print without a step forwards
KILLED = (
    f"The process that prints was ended {MOST_TRIES} times before it could finish anything. The machine may be short "
    "of memory. Make the print smaller, or try again."
)
NEXT = {State.CHECKING: State.PROVING, State.PROVING: State.PROOF, State.PRINTING: State.READY}


class Lost(Exception):
    """Somebody else has this print in hand now, or it was discarded: what was made for it is not written down."""


@dataclass(frozen=True)
class Taken:
    """A print that this worker has in hand."""

    id: int
    lease: str


@jobs.sweep(prints.SWEEP)
def make() -> int:
    """Bring every print on until each waits for a person; how many steps that took."""
    steps = 0
    with _alone(web.config().prints) as mine:
        while mine and not jobs.stopping() and (taken := claim(clock.now())):
            bring_on(taken)
            steps += 1
    return steps


@contextmanager
def _alone(folder: Path) -> Iterator[bool]:
    """Whether this is the only worker on the machine that prints now; the kernel gives the place back when one dies."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True


def claim(now: datetime, only: int | None = None) -> Taken | None:
    """The next print (or this one) that a worker has something to do for, marked as ours; None when there is none."""
    guarded = current_app.extensions["switches"].claim_prints
    found = select(Print).where(Print.state.in_(prints.OPEN), Print.stuck_at.is_(None)).order_by(Print.id).limit(1)
    if guarded:
        free = or_(Print.leased_until.is_(None), Print.leased_until <= now)
        found = found.where(free).with_for_update(skip_locked=True)
    found = found.where(Print.id == only) if only else found
    with db.writing() as session:
        while (one := session.scalar(found)) is not None:
            if one.tries < MOST_TRIES:
                one.lease, one.leased_until, one.tries = token_hex(8), now + LEASE, one.tries + 1
                return Taken(one.id, one.lease)
            _give_up(one, KILLED, now)
            session.flush()
    return None


def bring_on(taken: Taken) -> None:
    """Let the process make what this print needs next, and write down what came of it."""
    folder = plans.folder_of(web.config(), taken.id)
    try:
        write_down(taken, _made(taken, folder), folder)
    except Lost:
        log.warning("print %d was taken over or discarded meanwhile", taken.id)
        with db.reading():
            over = prints.get(taken.id).state == State.DISCARDED
        if over:  # the process wrote on after the files were deleted, and it has ended only now
            remove(folder)


def _made(taken: Taken, folder: Path) -> dict[str, Any]:
    """What the process says last; empty when it was ended before it could say anything. Raises Lost."""
    with db.reading():
        plan = plans.of(_mine(taken, prints.get(taken.id)))
    try:
        _clear_drafts(folder)
        plans.write(folder, plan)
        return _said(folder, lambda done: _go_on(taken, done))
    except OSError as error:
        return {"trouble": child.sentence(error)}


def _clear_drafts(folder: Path) -> None:
    """Take away what a process that was killed has left unfinished."""
    for draft in folder.glob(".*.part"):
        draft.unlink(missing_ok=True)


def _said(folder: Path, go_on: Callable[[int | None], None]) -> dict[str, Any]:
    """What the process says last, or what our own says where a test wants no other."""
    if not current_app.extensions["switches"].print_apart:
        said: list[dict[str, Any]] = []
        child.work(folder, lambda one: said.append(one) if "done" not in one else go_on(one["done"]))
        return said[-1]
    process = subprocess.Popen(
        [sys.executable, "-m", child.__name__, str(folder)],
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        return _heard(process, go_on)
    finally:
        process.kill()
        process.communicate()


def environment() -> dict[str, str]:
    """The environment of the process: no secret, one processor, and the program where we have it."""
    root = str(Path(__file__).parents[2])
    return {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": root, "RAYON_NUM_THREADS": "1", "LANG": "C.UTF-8"}


def _heard(process: "subprocess.Popen[bytes]", go_on: Callable[[int | None], None]) -> dict[str, Any]:
    """Listen to the process, and keep the lease meanwhile. Raises Lost."""
    lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_pour, args=(process, lines), daemon=True).start()
    renew, until = monotonic() + RENEW, monotonic() + SLOWEST
    while monotonic() < until and not jobs.stopping():
        try:
            line = lines.get(timeout=1.0)
        except queue.Empty:
            if monotonic() > renew:
                go_on(None)
                renew = monotonic() + RENEW
            continue
        if not line:
            return {}
        said: dict[str, Any] = json.loads(line)
        if "done" not in said:
            return said
        go_on(said["done"])
        renew, until = monotonic() + RENEW, monotonic() + SLOWEST
    return {"stopped": jobs.stopping()}


def _pour(process: "subprocess.Popen[bytes]", lines: "queue.SimpleQueue[bytes]") -> None:
    """Every line that the process says, and an empty one when it is gone."""
    assert process.stdout is not None
    for line in process.stdout:
        lines.put(line)
    lines.put(b"")


def _mine(taken: Taken, one: Print) -> Print:
    """The print. Raises Lost unless it is still in our hand."""
    if current_app.extensions["switches"].claim_prints and one.lease != taken.lease:
        raise Lost
    return one


def _go_on(taken: Taken, done: int | None) -> None:
    """Keep the lease, and write down how many pieces are in finished files."""
    with db.writing():
        one = _mine(taken, prints.locked(taken.id))
        one.leased_until = clock.now() + LEASE
        if done is not None and done > one.done:
            one.done, one.tries = done, 0


def write_down(taken: Taken, said: dict[str, Any], folder: Path) -> None:
    """What came of a stage: the next one, a refusal, trouble for somebody to look at, or another try."""
    now = clock.now()
    with db.writing():
        one = _mine(taken, prints.locked(taken.id))
        one.lease, one.leased_until = "", None
        if "made" in said:
            _advance(one, said["made"], now)
        elif "refused" in said:
            _refuse(one, said["refused"], now)
        elif "trouble" in said:
            _give_up(one, said["trouble"], now)
        elif said.get("stopped"):
            one.tries = max(0, one.tries - 1)
        if "trouble" in said or "refused" in said:
            db.after_commit(partial(remove, folder))


def _advance(one: Print, made: dict[str, Any], now: datetime) -> None:
    """Codes come with the step from the trial to the proof, in its transaction: once, whoever is killed when."""
    before = State(one.state)
    if before == State.CHECKING:
        prints.make_codes(one, now)
    one.state, one.tries, one.trouble = NEXT.get(before, before), 0, ""
    if one.state == State.READY:
        one.ready_at, one.done = now, one.total
        one.size, one.digest = made["size"], made["digest"]


def _refuse(one: Print, reasons: list[str], now: datetime) -> None:
    """Before there are codes a person has to mend the rows; afterwards (words or fonts have changed) to look."""
    if one.state == State.CHECKING:
        one.state, one.trouble = State.REFUSED, "\n".join(reasons)
    else:
        _give_up(one, "\n".join(reasons), now)


def _give_up(one: Print, why: str, now: datetime) -> None:
    one.stuck_at, one.trouble, one.lease, one.leased_until, one.done = now, why, "", None, 0


@contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """The files of a print side by side, until the block ends."""
    with TemporaryDirectory() as folder, zipfile.ZipFile(path) as packed:
        packed.extractall(folder)
        yield Path(folder) / path.stem


@retention.obeys("prints")
def _forget(until: datetime, dry_run: bool) -> int:
    """Delete the files of prints that were made before this moment; their codes go on, and they can be made again."""
    config, forgotten = web.config(), prints.old(until)
    for one in forgotten if not dry_run else ():
        one.files_gone_at = clock.now()
        db.after_commit(partial(remove, plans.folder_of(config, one.id)))
    return len(forgotten)


def remove(folder: Path) -> None:
    """Take away every file of a print, so that nothing half-made is left."""
    for file in folder.glob("*"):
        file.unlink(missing_ok=True)
    for draft in folder.glob(".*"):
        draft.unlink(missing_ok=True)

"""Files that are made once and kept, by what they were made from: a crowd that asks at once waits for one of them."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from threading import Lock
from time import monotonic, sleep

WAIT = 5.0  # seconds that somebody waits for their turn to have something made
POLL = 0.02
_here = Lock()


class Busy(Exception):
    """Others are having things made, and it takes too long."""


def kept(folder: Path, name: str, sketch: bytes, make: Callable[[], bytes], *, in_turn: bool = True) -> bytes:
    """The file made from this sketch before, else made now. `name` such as `share-en.png` tells files apart.

    One thing is made at a time on this machine, in whatever process; an older file of the name goes when a newer
    comes. Where nothing can be written it is made again each time. Raises Busy, and whatever `make` raises. Without
    `in_turn` everybody makes their own: a test shows so that it would notice.
    """
    stem, _, kind = name.rpartition(".")
    path = folder / f"{stem}-{sha256(sketch).hexdigest()[:16]}.{kind}"
    if (found := _read(path)) is not None:
        return found
    with _in_turn(folder.with_suffix(".lock")) if in_turn else nullcontext():
        if (found := _read(path)) is not None:  # made while we waited
            return found
        made = make()
        _put(path, made)
        _tidy(path, stem, kind)
    return made


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


@contextmanager
def _in_turn(path: Path) -> Iterator[None]:
    until = monotonic() + WAIT
    if not _here.acquire(timeout=WAIT):
        raise Busy
    try:
        with _across(path, until):
            yield
    finally:
        _here.release()


@contextmanager
def _across(path: Path, until: float) -> Iterator[None]:
    """The turn among processes; where no file can be locked, that of this process must do."""
    try:
        file = path.open("ab")
    except OSError:
        yield
        return
    with file:
        while not _locked(file.fileno()):
            if monotonic() > until:
                raise Busy
            sleep(POLL)
        yield


def _locked(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _put(path: Path, made: bytes) -> None:
    """Keep it, whole or not at all."""
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, delete=False) as file:
            try:
                file.write(made)
                file.flush()
                os.fsync(file.fileno())  # under its name it is believed for ever, even after the power failed
                os.replace(file.name, path)  # noqa: PTH105 (two at once: the second puts the same in its place)
            except OSError:
                Path(file.name).unlink(missing_ok=True)  # a full disk is not made fuller by each who asks
                raise


def _tidy(path: Path, stem: str, kind: str) -> None:
    """Remove what was made of the same name from other words."""
    for old in path.parent.glob(f"{stem}-{'?' * 16}.{kind}"):
        if old != path:
            with suppress(OSError):  # one that stays takes room, and nobody asks for it any more
                old.unlink()

"""Two limits: how long we listen to one call (the client's own timeout bounds each read, not the call), and until when
a call may begin at all, however many came before it and however long it waited for its slot.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic
from typing import TypeVar

T = TypeVar("T")


class TooLate(Exception):
    """The call did not end in time; it may go on, and its answer is lost."""


def within(seconds: float, act: Callable[[], T]) -> T:
    """What `act` gives, or raises. Raises TooLate when it takes longer; nobody waits for it then."""
    given: list[T] = []
    raised: list[BaseException] = []

    def run() -> None:
        try:
            given.append(act())
        except BaseException as error:  # noqa: BLE001 (raised again where it is waited for)
            raised.append(error)

    thread = threading.Thread(target=run, daemon=True, name="a call to the list")
    thread.start()
    thread.join(seconds)
    if raised:
        raise raised[0]
    if thread.is_alive() or not given:
        raise TooLate
    return given[0]


_until: ContextVar[float | None] = ContextVar("no call begins later", default=None)


@contextmanager
def beginning_within(seconds: float) -> Iterator[None]:
    """No call of this block begins later than that: whoever else may speak for these people does so by then."""
    token = _until.set(monotonic() + seconds)
    try:
        yield
    finally:
        _until.reset(token)


def left() -> float | None:
    """Seconds in which a call may begin; None where nothing limits them."""
    return None if (until := _until.get()) is None else until - monotonic()


def is_over() -> bool:
    """Whether it is too late to begin a call."""
    return (seconds := left()) is not None and seconds < 0

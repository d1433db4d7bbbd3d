"""A limit on how long we listen to one call: the client's own timeout bounds each read, not the call."""

import threading
from collections.abc import Callable
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

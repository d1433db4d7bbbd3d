"""Several deliveries at once in one run: Mailchimp takes seconds for a batch, and bears eight calls at a time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Any, cast

from flask import current_app


class Turns:
    """So many deliveries, however many threads make them."""

    def __init__(self, left: int) -> None:
        self.left, self._lock = left, Lock()

    def another(self) -> bool:
        """Whether one more may begin."""
        with self._lock:
            self.left -= 1
            return self.left >= 0


def together(work: Callable[[], int], hands: int) -> int:
    """Do this with so many hands at once, each with records of its own; what they did, added up."""
    if hands <= 1:
        return work()
    site = cast(Any, current_app)._get_current_object()

    def one() -> int:
        with site.app_context():
            return work()

    with ThreadPoolExecutor(hands, thread_name_prefix="telling the list") as pool:
        return sum(done.result() for done in [pool.submit(one) for _ in range(hands)])

"""A first sync in a process of its own: `python -m tests.mailing.first_sync N`; what it cost, as JSON on one line.

N people say yes to the records of the environment's site; then the list is told until nobody is due. The memory is
what the process had at most while telling, so a small run and a big one can be compared.
"""

import json
import sys
from resource import RUSAGE_SELF, getrusage
from time import perf_counter

from sqlalchemy import insert

from campaign import clock, db
from campaign.app import create_app
from campaign.mailing import service
from campaign.supporters.models import Supporter

A_STEP = 1000


def _say_yes(number: int) -> None:
    now = clock.now()
    known = {"language": "en", "subscribed": True, "due_since": now, "due_version": 1, "added_at": now}
    known |= {"list_state": "", "list_trouble": "", "list_tries": 0}
    for first in range(0, number, A_STEP):
        emails = [f"person{one}@example.org" for one in range(first, min(number, first + A_STEP))]
        with db.writing() as session:
            session.execute(insert(Supporter), [{"email": one, "mailbox": one, **known} for one in emails])


def main(number: int) -> None:
    """Say yes, tell, and say what it cost."""
    with create_app().app_context():
        _say_yes(number)
        before, began, told = _peak(), perf_counter(), 0
        while some := service.sync():
            told += some
        cost = {"told": told, "seconds": perf_counter() - began, "before": before, "peak": _peak()}
    print(json.dumps(cost), flush=True)


def _peak() -> float:
    """Megabytes that this process has had at most."""
    return getrusage(RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main(int(sys.argv[1]))

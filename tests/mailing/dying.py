"""Workers that die while they tell the list what is due (`tests.dying`).

`careless` as an order is the negative control: it writes down first that all are settled.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from campaign import clock, db
from campaign.app import create_app
from campaign.config import Config
from campaign.mailing import claims, deletions, hosted, mailchimp, service  # loaded once, before the first fork
from campaign.mailing.audience import Audience, Fate, Outcome
from tests import dying
from tests.dying import Workers

LOADED = (hosted, mailchimp)
OURS = "campaign/mailing/"


def _carelessly(home: Audience, claim: claims.Claim) -> int:
    with db.writing():
        claims.settle(claim, [Outcome(one, Fate.SETTLED) for one in claim.people], clock.now())
    return len(home.bring_up_to_date(claim.people))


def _work(app: Any, order: str) -> None:
    if order == "careless":
        service.deliver, order = _carelessly, "0"
    with app.app_context(), dying.watched(dying.Death(order, OURS)):
        service.sync()
        deletions.carry_out()


@contextmanager
def workers(config: Config) -> Iterator[Workers]:
    """The mother of workers for a site with these settings."""
    with dying.workers(__name__, config) as some:
        yield some


if __name__ == "__main__":
    dying.bear(partial(_work, create_app()))

"""Workers that die while a newsletter goes through Mailchimp (`tests.dying`); switches named are turned off."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from campaign import clock
from campaign.app import Switches, create_app
from campaign.config import Config
from campaign.newsletters import starting
from campaign.newsletters.mailchimp import sweep, work  # loaded once, before the first fork
from tests import dying
from tests.dying import Workers

OURS = ("campaign/newsletters/mailchimp/", "campaign/mailing/campaigns.py", "campaign/mailing/segments.py")
LOADED = work


def _work(app: Any, order: str) -> None:
    with app.app_context():
        starting.begin_due(clock.now())
        if order == "0":  # watching takes longer than the work
            _go_on()
            print("lines 1", flush=True)
            return
        with dying.watched(dying.Death(order, *OURS)):
            _go_on()


def _go_on() -> None:
    while sweep.go_on():
        pass


@contextmanager
def workers(config: Config, *off: str) -> Iterator[Workers]:
    """The mother of workers for a site with these settings, and with these switches turned off."""
    with dying.workers(__name__, config, *off) as some:
        yield some


if __name__ == "__main__":
    dying.bear(partial(_work, create_app(switches=Switches(**dict.fromkeys(sys.argv[1:], False)))))

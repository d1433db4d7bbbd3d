"""Workers that die while they send (`tests.dying`). The switches named are turned off: the negative controls."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from campaign.app import Switches, create_app
from campaign.config import Config
from campaign.newsletters import sending  # loaded once, before the first fork
from tests import dying
from tests.dying import Workers

OURS = ("campaign/newsletters/", "campaign/post.py")


def _work(app: Any, order: str) -> None:
    with app.app_context(), dying.watched(dying.Death(order, *OURS)):
        while sending.send():
            pass


@contextmanager
def workers(config: Config, *off: str) -> Iterator[Workers]:
    """The mother of workers for a site with these settings, and with these switches turned off."""
    with dying.workers(__name__, config, *off) as some:
        yield some


if __name__ == "__main__":
    sending.SLICE = 60.0  # one life sends all of it, if it lives
    dying.bear(partial(_work, create_app(switches=Switches(**dict.fromkeys(sys.argv[1:], False)))))

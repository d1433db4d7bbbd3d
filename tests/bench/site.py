"""A process that serves one of the things to compare: `python -m tests.bench.site`, told by BENCH_SITE."""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask

from campaign.app import Switches, create_app
from campaign.config import Config
from campaign.serve import in_turn, serve

SECRET = "a secret for measuring, long enough to be one"
TARGET = "tests.bench.site:make"


@dataclass(frozen=True)
class Order:
    """What a process is to serve: the campaign with these switches, or the plain code beside it."""

    kind: str
    database_url: str
    data_dir: str
    port: int
    processes: int = 2
    switches: dict[str, bool] = field(default_factory=dict)

    def written(self) -> str:
        """As the process finds it in its environment."""
        return json.dumps(asdict(self))

    @classmethod
    def read(cls) -> "Order":
        """The order that this process was started with."""
        return cls(**json.loads(os.environ["BENCH_SITE"]))

    def mark(self, process: int | str) -> Path:
        """The file by which a worker process says that it is ready."""
        return Path(self.data_dir) / f"ready-{self.port}-{process}"

    @property
    def config(self) -> Config:
        """The settings: behind one proxy, as a real site is, so that all of the middleware is there."""
        base_url = f"http://127.0.0.1:{self.port}"
        place: dict[str, Any] = {"port": self.port, "processes": self.processes, "trusted_proxies": 1}
        return Config("demo", Path(self.data_dir), self.database_url, SECRET, base_url, **place)


def make() -> Flask:
    """The WSGI program of one worker process; the campaign and the plain code stand behind the same turnstile."""
    from .plain import plain_site

    order = Order.read()
    if order.kind == "campaign":
        app = create_app(order.config, Switches(**order.switches))
    else:
        app = plain_site(order.database_url, order.config.place("templates"))
    app.wsgi_app = in_turn(app.wsgi_app, order.config.largest_body)  # type: ignore[method-assign]
    order.mark(os.getpid()).touch()
    return app


if __name__ == "__main__":
    serve(Order.read().config, TARGET)

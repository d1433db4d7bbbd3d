"""What a gate measures with: databases, servers, the number and the length of the runs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import sleep

from sqlalchemy import Engine

from campaign.config import normal_url
from tests import servers

from . import load, records
from .gates import Failed, Run, Series
from .load import Load
from .server import Server, free_port, serving
from .site import Order

RIPE = 2.2  # seconds: a form that was shown more recently than two seconds ago is taken for a robot's
WARM_UP = 0.5  # seconds
_token: list[str] = []  # all sites of a run share one secret
Measure = Callable[[float], Run]  # measures for so many seconds


@dataclass
class Site:
    """A server with its database."""

    server: Server
    engine: Engine


@dataclass
class Stand:
    """One kind of database, `seed` to tell runs apart, and how often (`rounds`) and long (`seconds`) to measure."""

    database: str
    cluster: str
    folder: Path
    seed: int
    rounds: int = 5
    seconds: float = 0.5
    _marks: int = 0

    @contextmanager
    def site(self, kind: str, processes: int = 2, **switches: bool) -> Iterator[Site]:
        """A running site of this kind on a database of its own."""
        with TemporaryDirectory(dir=self.folder, ignore_cleanup_errors=True) as folder:
            url = self._new_database(folder)
            engine = records.prepare(url)
            order = Order(kind, url, folder, free_port(), processes, switches)
            try:
                with serving(order) as server:
                    yield Site(server, engine)
                    if not switches and (said := server.complaints()):
                        raise Failed(f"the server said: {said}")
            finally:
                engine.dispose()

    def _new_database(self, folder: str) -> str:
        if self.database == "sqlite":
            return f"sqlite:///{folder}/site.db"
        return normal_url(servers.new_database(self.cluster))

    def token(self, site: Site) -> str:
        """A time of rendering from the campaign's own page, old enough to be taken: one for all gates of a run."""
        if not _token:
            _token.append(site.server.token("/pledges/p1"))
            sleep(RIPE)
        return _token[0]

    def sign(self, site: Site, connections: int, token: str, pledges: int, seconds: float) -> Run:
        """Sign, and count the rows. Raises Failed unless there is one of each kind for every acknowledgement."""
        self._marks += 1
        before = records.count(site.engine)
        done = load.sign(site.server, Load(connections, seconds), token, f"s{self.seed}r{self._marks}", pledges)
        added = records.count(site.engine) - before
        if added != records.Rows(done.acknowledged, done.acknowledged, done.acknowledged):
            raise Failed(f"{done.acknowledged} pledges were acknowledged, but the rows added are {added}")
        return done.run

    def in_turn(
        self, *runs: tuple[Series, Measure], often: bool = False, long: bool = False, warm: bool = False
    ) -> list[Series]:
        """Measure by turns, A-B-A-B …, so that what the machine does meanwhile meets all alike.

        `often` takes twice as many turns, for what must be near 1; `long` makes each three times as long, for a tail.
        What is `warm` needs no run before it counts.
        """
        rounds = self.rounds * 2 if often else self.rounds
        seconds = self.seconds * 3 if long else self.seconds
        for _, run in () if warm else runs:
            run(WARM_UP)
        for _ in range(rounds):
            for series, run in runs:
                series.runs.append(run(seconds))
        return [series for series, _ in runs]

"""Whether writers on SQLite get their turn: how many others write between somebody's coming and their commit.

Counted in commits, not in seconds, so that a slow or busy machine answers the same.
"""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sqlalchemy import text

from campaign.db import Database

ROOT = Path(__file__).parents[2]
PROCESSES, THREADS = 2, 4
FAIR = 10 * PROCESSES * THREADS  # overtaken so often, a writer was passed over and not only waiting in line


def most_overtaken(folder: Path, *, lock_file: bool, seconds: float = 1.0) -> int:
    """The greatest number of commits that went before one that had come earlier, among eight eager writers."""
    url = f"sqlite:///{folder}/turns-{lock_file}.db"
    with Database(url).writing() as session:
        session.execute(text("CREATE TABLE turns (id INTEGER PRIMARY KEY, words TEXT)"))
    command = [sys.executable, "-m", "tests.bench.turns", url, str(lock_file), str(seconds)]
    writers = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(PROCESSES)]
    return max(int(writer.communicate(timeout=60)[0]) for writer in writers)


def _write(url: str, lock_file: bool, seconds: float) -> int:
    database = Database(url, lock_file=lock_file)
    until = time.monotonic() + seconds

    def eagerly(_: int) -> int:
        worst = 0
        while time.monotonic() < until:
            with database.reading() as session:
                before = session.execute(text("SELECT coalesce(max(id), 0) FROM turns")).scalar_one()
            with database.writing() as session:
                mine = session.execute(text("INSERT INTO turns (words) VALUES ('x') RETURNING id")).scalar_one()
            worst = max(worst, mine - before - 1)
        return worst

    with ThreadPoolExecutor(THREADS) as pool:
        return max(pool.map(eagerly, range(THREADS)))


if __name__ == "__main__":
    print(_write(sys.argv[1], sys.argv[2] == "True", float(sys.argv[3])))

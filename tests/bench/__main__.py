"""`python -m tests.bench [P1 P3 …]`: measure the gates; with all of them, write docs/benchmarks.md."""

import argparse
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from random import SystemRandom
from tempfile import TemporaryDirectory
from time import monotonic

from tests import servers

from . import report
from .gates import Failed, Finding, Gate, chosen
from .load import need_wrk
from .stand import Stand

HERE = Path(__file__).parent
DATABASES = ("sqlite", "postgresql")


def main() -> int:
    """Measure; 0 when every floor is held and every control fails."""
    asked = _arguments()
    need_wrk()
    _find_gates()
    began, findings = monotonic(), []
    print(f"Seed {asked.seed}: {asked.rounds} rounds of {asked.seconds} s", flush=True)
    with TemporaryDirectory(prefix="bench-") as folder, _cluster(asked.databases) as cluster:
        for gate in chosen(asked.gates):
            for database in (one for one in gate.databases if one in asked.databases):
                stand = Stand(database, cluster, Path(folder), asked.seed, asked.rounds, asked.seconds)
                findings.append(_measured(gate, stand))
        text = report.page(findings, asked.seed, (monotonic() - began) / 60, cluster)
    if not asked.gates and len(asked.databases) == len(DATABASES):
        report.PAGE.parent.mkdir(exist_ok=True)
        report.PAGE.write_text(text, encoding="utf-8")
        print(f"Wrote {report.PAGE.name} in {monotonic() - began:.0f} s.")
    else:
        print(text)
    return 0 if all(one.passed for one in findings) else 1


def _find_gates() -> None:
    """Import every module that is named after a gate, such as p1_signing or r8_faults: it declares what it measures."""
    for module in iter_modules([str(HERE)]):
        if re.match(r"[pr]\d+_", module.name):
            import_module(f"tests.bench.{module.name}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("gates", nargs="*", metavar="GATE", help="P1, P3 …; all of them if none is named")
    parser.add_argument("--database", dest="databases", action="append", choices=DATABASES)
    parser.add_argument("--seed", type=int, default=SystemRandom().randrange(10_000), help="tells runs apart")
    parser.add_argument("--rounds", type=int, default=5, help="how often each side is measured")
    parser.add_argument("--seconds", type=float, default=0.5, help="how long a run is")
    asked = parser.parse_args()
    asked.databases = asked.databases or list(DATABASES)
    return asked


@contextmanager
def _cluster(databases: list[str]) -> Iterator[str]:
    """A PostgreSQL that keeps what it commits, or nothing when none is asked for or there is none."""
    if "postgresql" not in databases:
        yield ""
        return
    if servers.postgres_folder() is None:
        raise SystemExit(servers.KINDS["postgresql"].way)
    with servers.postgres_cluster(fsync=True) as url:
        yield url


def _measured(gate: Gate, stand: Stand) -> Finding:
    """One gate on one database, told while it goes. When the measuring itself goes wrong there is no figure."""
    finding = Finding(gate, stand.database)
    began = monotonic()
    try:
        gate.measure(stand, finding)
    except Failed as failed:
        finding.figures.clear()
        finding.failed = str(failed)
        print(f"{gate.name} {stand.database:10} not measured: {failed}", flush=True)
    for figure in finding.figures:
        print(f"{gate.name} {stand.database:10} {figure.claim:50} {figure.value:8.3f}  {figure.verdict}", flush=True)
    print(f"{gate.name} {stand.database:10} took {monotonic() - began:.0f} s", flush=True)
    return finding


if __name__ == "__main__":
    sys.exit(main())

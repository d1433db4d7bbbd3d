"""docs/benchmarks.md: the machine, the versions, every figure with its floor. Nobody types a figure."""

import os
import platform
import re
import sqlite3
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from tempfile import NamedTemporaryFile
from time import perf_counter

import psycopg

from .gates import Figure, Finding, Series

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"
LIBRARIES = ("flask", "werkzeug", "flask-wtf", "jinja2", "sqlalchemy", "psycopg", "granian")


def page(findings: list[Finding], seed: int, minutes: float, cluster: str) -> str:
    """The page's text."""
    head = [
        "# Benchmarks",
        "",
        "Written by `make bench`, which anybody can run; do not edit. Ratios travel to other machines, rates do not.",
        "Baseline and campaign take turns in the same run; medians are given, with the least and the most.",
        "Every answer is checked, and every acknowledged pledge is a row of each kind, or the run fails.",
        "",
        *_table(["", ""], [*_machine(cluster), ["Seed", str(seed)], ["Took", f"{minutes:.1f} minutes"]]),
        "",
        "## Gates",
        "",
        *_table(
            ["Gate", "Database", "Figure", "Measured", "Floor", "Target", ""],
            rows(findings),
        ),
    ]
    return "\n".join([*head, *(line for one in findings for line in _details(one))]) + "\n"


def _details(finding: Finding) -> list[str]:
    title = f"## {finding.gate.name} on {'SQLite' if finding.database == 'sqlite' else 'PostgreSQL'}"
    names = ["", "per second", "least – most", "p50", "p99", "longest", "processor time", "wrk's share"]
    runs = [_series_row(series) for series in finding.series]
    table = ["", *_table(names, runs)] if runs else []
    return ["", title, "", finding.gate.promise, *table, *(f"\n{one}" for one in finding.remarks)]


def rows(findings: list[Finding]) -> list[list[str]]:
    """A row for each figure, and one for each gate that has none because it could not be measured."""
    found = []
    for one in findings:
        found += [_figure_row(one, figure) for figure in one.figures]
        if one.failed:
            found.append([one.gate.name, one.database, one.failed, "", "", "", "**not measured**"])
    return found


def _figure_row(finding: Finding, figure: Figure) -> list[str]:
    sign = "" if figure.upwards else "≤ "
    limits = [f"{sign}{one:g}{figure.unit}" if one is not None else "" for one in (figure.floor, figure.target)]
    value = f"{figure.value:.3f}{figure.unit}" if figure.unit else f"{figure.value:.2f}"
    if figure.spread:
        value += " ({:.2f} – {:.2f})".format(*figure.spread)
    return [finding.gate.name, finding.database, figure.claim, value, *limits, figure.verdict]


def _series_row(series: Series) -> list[str]:
    times = [_time(series.middle("p50")), _time(series.middle("p99")), _time(series.most("longest"))]
    rates = [f"{series.middle():,.0f}", f"{series.least():,.0f} – {series.most():,.0f}"]
    return [
        series.name,
        *rates,
        *times,
        f"{series.middle('cpu') * 1e6:,.0f} µs",
        f"{series.middle('generator_share'):.0%}",
    ]


def _time(seconds: float) -> str:
    return f"{seconds * 1000:,.1f} ms"


def _table(names: list[str], rows: list[list[str]]) -> list[str]:
    lines = [names, ["---"] * len(names), *rows]
    return [f"| {' | '.join(line)} |" for line in lines]


def _machine(cluster: str) -> list[list[str]]:
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    stores = f"SQLite {sqlite3.sqlite_version}, PostgreSQL {_postgres_version(cluster)}"
    programs = f"Python {platform.python_version()}, {stores}, wrk {_wrk_version()}"
    return [
        ["Date", datetime.now(UTC).date().isoformat()],
        ["Machine", f"{_processor()}, {os.cpu_count()} cores, {_memory()}; a sync takes {_sync():.0f} µs"],
        ["System", f"{platform.system()} {platform.release()}; load before it began {os.getloadavg()[2]:.1f}"],
        ["Programs", programs],
        ["Libraries", libraries],
        ["Server", "granian as `campaign web` starts it; the load comes from the same machine"],
    ]


def _processor() -> str:
    found = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    return found[1] if found else platform.machine()


def _memory() -> str:
    return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB"


def _sync(times: int = 200) -> float:
    """Microseconds that the disk needs to keep a small change, on average."""
    with NamedTemporaryFile() as file:
        began = perf_counter()
        for _ in range(times):
            file.write(b"x" * 4096)
            file.flush()
            os.fdatasync(file.fileno())
        return (perf_counter() - began) / times * 1e6


def _postgres_version(cluster: str) -> str:
    if not cluster:
        return "missing"
    with psycopg.connect(cluster) as connection:
        return str(connection.execute("SHOW server_version").fetchone()[0]).split()[0]  # type: ignore[index]


def _wrk_version() -> str:
    said = subprocess.run(["wrk", "-v"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"wrk \S*?(\d+\.\d+\.\d+)", said)
    return found[1] if found else "unknown"

"""P3: how long the unluckiest of a crowd waits for the one writer that SQLite allows."""

from functools import partial
from math import inf

from .gates import Failed, Figure, Finding, Series, gate
from .records import PLEDGES
from .stand import Stand

CROWD, PROCESSES = 64, 4
P99, LONGEST = 0.25, 1.0  # seconds
CONTROL_SECONDS = 8


@gate("P3", "In a crowd of 64 at four processes nobody waits long to sign, and nobody is turned away.")
def measure(stand: Stand, finding: Finding) -> None:
    """Any answer but the thanks page, so any 5xx, ends the run."""
    with stand.site("campaign", PROCESSES) as site:
        token = stand.token(site)
        (tail,) = stand.in_turn((Series("the campaign"), partial(stand.sign, site, CROWD, token, PLEDGES)), long=True)
    finding.series.append(tail)
    finding.figures += [
        Figure("99 of 100 wait at most", tail.middle("p99"), P99, P99 / 2, " s", upwards=False),
        Figure("the longest wait of all", tail.most("longest"), LONGEST, LONGEST / 2, " s", upwards=False),
        Figure("99th ÷ 50th percentile", tail.middle("p99") / tail.middle("p50"), None, 5.0, upwards=False),
    ]
    if stand.database == "sqlite":
        finding.figures.append(_without_lock_file(stand, finding, token))


def _without_lock_file(stand: Stand, finding: Finding, token: str) -> Figure:
    """The control: SQLite's own busy handler lets some writers starve, until they wait too long or are refused."""
    series = Series("the same without the lock file")
    try:
        with stand.site("campaign", PROCESSES, lock_file=False) as site:
            series.runs.append(stand.sign(site, CROWD, token, PLEDGES, CONTROL_SECONDS))
    except Failed as refused:
        finding.remarks.append(f"Without the lock file: {refused}")
        worst = inf
    else:
        finding.series.append(series)
        worst = max(series.most("p99") / P99, series.most("longest") / LONGEST)
    return Figure("without the lock file: worst wait ÷ its limit", worst, 1.0, None, upwards=False, control=True)

"""P4: a crowd that signs one pledge is served as fast as one that signs 64 of them."""

from functools import partial

from .gates import Figure, Finding, Series, gate
from .records import PLEDGES
from .stand import Stand

CROWD = 16


@gate("P4", "One pledge that everybody signs is no slower than 64 pledges that share the crowd.")
def measure(stand: Stand, finding: Finding) -> None:
    """Nothing in the request writes to the pledge's row; the control does, as petition sites used to."""
    with stand.site("campaign") as site, stand.site("campaign", hot_counter=True) as counting:
        token = stand.token(site)
        spread, hot = stand.in_turn(
            (Series("64 pledges"), partial(stand.sign, site, CROWD, token, PLEDGES)),
            (Series("one pledge"), partial(stand.sign, site, CROWD, token, 1)),
            often=True,
        )
        hot_counted, spread_counted = stand.in_turn(
            (Series("one pledge, counted in the request"), partial(stand.sign, counting, CROWD, token, 1)),
            (Series("64 pledges, counted in the request"), partial(stand.sign, counting, CROWD, token, PLEDGES)),
        )
    finding.series += [spread, hot, spread_counted, hot_counted]
    finding.figures.append(Figure.ratio("one pledge ÷ 64", hot, spread, 0.95, target=0.98))
    claim, only = "counted in the request: one pledge ÷ 64", stand.database == "postgresql"
    limits = {"floor": 0.95, "control": True} if only else {}
    finding.figures.append(Figure.ratio(claim, hot_counted, spread_counted, **limits))
    if not only:
        finding.remarks.append("SQLite has one writer in any case, so the control can only fail on PostgreSQL.")

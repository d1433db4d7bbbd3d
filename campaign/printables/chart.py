"""Numbers over days as a chart: the only file that imports leather. Its colours come from the style sheet."""

from collections.abc import Sequence
from datetime import date

from markupsafe import Markup, escape

WIDTH, HEIGHT = 720, 240
MARGIN = 24  # of what the library leaves free around it, so much is cut away
MOST_LABELS = 6


def columns(steps: Sequence[tuple[date, int]], label: str) -> Markup:
    """A column for each step, drawn as an SVG element for a page; `label` says in words what is to be seen."""
    import leather

    most = max([number for _, number in steps], default=0)
    every = _even(most)
    chart = leather.Chart()
    chart.add_columns([(day.isoformat(), number) for day, number in steps], name=label)
    chart.add_y_scale(0, max(every, -(-most // every) * every))
    chart.add_y_axis(ticks=list(range(0, max(every, -(-most // every) * every) + 1, every)))
    chart.add_x_axis(ticks=_labelled([day.isoformat() for day, _ in steps]), tick_formatter=_short)
    drawn = str(chart.to_svg(width=WIDTH, height=HEIGHT))
    seen = f"{MARGIN} {MARGIN} {WIDTH - 2 * MARGIN} {HEIGHT - 2 * MARGIN}"
    begins = f'<svg viewBox="{seen}" role="img" aria-label="{escape(label)}" '
    return Markup(drawn.replace(f'<svg width="{WIDTH}" height="{HEIGHT}" ', begins, 1))  # noqa: S704 (drawn by the library)


def _even(most: int) -> int:
    """The distance of the lines behind the columns: 1, 2 or 5 of some power of ten, so that there are few."""
    power = 1
    while True:
        for step in (1, 2, 5):
            if most <= 5 * step * power:
                return step * power
        power *= 10


def _labelled(days: list[str]) -> list[str]:
    """Those days below which their names stand: few, at even distances."""
    step = max(1, -(-len(days) // MOST_LABELS))
    return days[::step]


def _short(value: object, _index: int, _count: int) -> str:
    """A day without its year."""
    return str(value)[5:]


def in_words(what: str, steps: Sequence[tuple[date, int]]) -> str:
    """What the chart shows, for those who do not see it."""
    if not steps or not any(number for _, number in steps):
        return f"{what}: none in this time."
    most = max(steps, key=lambda step: step[1])
    whole = sum(number for _, number in steps)
    return (
        f"{what} from {steps[0][0].isoformat()} on: {whole:,} in all, most on {most[0].isoformat()} with {most[1]:,}. "
        "The table below has every number."
    )

"""How the pieces of a print are shared out to files, and in which order they stand on the sheets of one."""

from collections.abc import Iterator

MANY = 200  # pieces in a file: a small machine sets them, and one that is killed loses little


def files(number: int, per_sheet: int) -> Iterator[range]:
    """The pieces of each file, by their places in the whole: whole sheets all, but for the last."""
    size = per_sheet * max(1, MANY // per_sheet)
    return (range(start, min(start + size, number)) for start in range(0, number, size))


def in_piles(number: int, per_sheet: int) -> list[int]:
    """The order in which so many pieces stand on sheets, so that each pile that is cut runs through the sheets.

    Cut and put pile on pile, the pieces lie in their order. The last sheet may be half empty, no other is.
    """
    sheets = -(-number // per_sheet) if number else 0
    full = number - (sheets - 1) * per_sheet if sheets else 0  # places that the last sheet fills, too
    height = [sheets if place < full else sheets - 1 for place in range(per_sheet)]
    begins = [sum(height[:place]) for place in range(per_sheet)]
    return [begins[p] + sheet for sheet in range(sheets) for p in range(per_sheet) if sheet < height[p]]

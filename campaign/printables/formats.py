"""How pieces lie on a sheet of paper; everything in millimetres."""

from dataclasses import dataclass

from ..errors import Refused

PAPERS = {"letter": "US Letter", "a4": "A4"}
SIZES = {"letter": (215.9, 279.4), "a4": (210.0, 297.0)}
OUTPUTS = {"office": "An office printer", "press": "A print shop"}
BLEED = 3.0  # what is cut away on every side; US shops ask for an eighth of an inch, 3.175 mm, and take 3 mm
SLUG = 7.0  # where the crop marks stand, outside the bleed
FARTHEST = 10.0  # mm that a printer may be off


@dataclass(frozen=True)
class Cut:
    """Columns and rows of pieces of one size on a sheet, and where the first one begins."""

    paper: tuple[float, float]
    piece: tuple[float, float]
    columns: int = 1
    rows: int = 1
    left: float = 0.0
    top: float = 0.0

    @property
    def per_sheet(self) -> int:
        """How many pieces come out of a sheet."""
        return self.columns * self.rows


def whole(paper: str) -> Cut:
    """One piece as large as the sheet."""
    return Cut(SIZES[paper], SIZES[paper])


def halves(paper: str) -> Cut:
    """Two side by side on a sheet that lies on its side."""
    height, width = SIZES[paper]
    return Cut((width, height), (width / 2, height), 2, 1)


def quarters(paper: str) -> Cut:
    """Four on a sheet."""
    width, height = SIZES[paper]
    return Cut((width, height), (width / 2, height / 2), 2, 2)


def cards(paper: str) -> Cut:
    """Ten cards on a sheet: on Letter as the perforated sheets 5371 and 8371 have them, on A4 85 by 55 mm to cut."""
    if paper == "letter":
        return Cut(SIZES[paper], (88.9, 50.8), 2, 5, left=19.05, top=12.7)
    return Cut(SIZES[paper], (85.0, 55.0), 2, 5, left=20.0, top=11.0)


def checked(paper: str, output: str, nudge: tuple[float, float]) -> None:
    """Raises Refused with a sentence when there is no such paper or output, or the nudge is too far."""
    if paper not in PAPERS:
        raise Refused(f"There is no print on {paper!r}; there is one on {' and on '.join(PAPERS.values())}.")
    if output not in OUTPUTS:
        raise Refused(f"There is no output for {output!r}; there is one for {' and for '.join(OUTPUTS)}.")
    if max(abs(one) for one in nudge) > FARTHEST:
        raise Refused(f"A sheet can be moved by at most {FARTHEST:.0f} mm. Feed the paper straight, then try again.")

"""QR codes as vectors: the only file that imports qrcode."""

from io import BytesIO
from itertools import groupby

import qrcode
from markupsafe import Markup
from qrcode.image.svg import SvgPathImage

QUIET = 4  # modules of white on every side (ISO/IEC 18004)
# Trying all eight masks takes most of the time; a fixed one is as valid and was read just as often when measured.
MASK = 3


def svg(text: str) -> Markup:
    """The code of a text as an SVG element that can stand in a page; level M, quiet zone of 4 modules."""
    out = BytesIO()
    _code(text).make_image(image_factory=SvgPathImage).save(out)
    return Markup(out.getvalue().decode().partition("?>")[2].strip())  # noqa: S704 (drawn by the library)


def modules(text: str, *, covered: bool = False) -> list[list[bool]]:
    """The code of a text row by row, True for dark; the quiet zone included.

    Level M: 15 % of it may be spoiled; H, 30 %, where a picture will cover its middle.
    """
    level = qrcode.ERROR_CORRECT_H if covered else qrcode.ERROR_CORRECT_M
    return [[bool(dark) for dark in row] for row in _code(text, level).get_matrix()]


def runs(rows: list[list[bool]]) -> list[tuple[int, int, int]]:
    """The dark modules as bars: column, row, length. A tenth of the drawing that single modules would be."""
    bars = []
    for y, row in enumerate(rows):
        x = 0
        for dark, group in groupby(row):
            length = len(list(group))
            if dark:
                bars.append((x, y, length))
            x += length
    return bars


def path(bars: list[tuple[int, int, int]]) -> str:
    """The same bars as the path of an SVG in which a module is a unit."""
    return "".join(f"M{x} {y}h{length}v1h-{length}z" for x, y, length in bars)


def _code(text: str, level: int = qrcode.ERROR_CORRECT_M) -> qrcode.QRCode:
    code = qrcode.QRCode(error_correction=level, border=QUIET, mask_pattern=MASK)
    code.add_data(text)
    return code

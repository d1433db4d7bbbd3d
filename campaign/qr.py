"""QR codes as vectors: the only file that imports qrcode, when the first code is drawn: with it comes all of Pillow."""

from io import BytesIO
from itertools import groupby
from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    from qrcode import QRCode

QUIET = 4  # modules of white on every side (ISO/IEC 18004)
# Trying all eight masks takes most of the time; a fixed one is as valid and was read just as often when measured.
MASK = 3


def svg(text: str) -> Markup:
    """The code of a text as an SVG element that can stand in a page; level M, quiet zone of 4 modules."""
    from qrcode.image.svg import SvgPathImage

    out = BytesIO()
    _code(text).make_image(image_factory=SvgPathImage).save(out)
    return Markup(out.getvalue().decode().partition("?>")[2].strip())  # noqa: S704 (drawn by the library)


def modules(text: str, *, covered: bool = False) -> list[list[bool]]:
    """The code of a text row by row, True for dark; the quiet zone included.

    Level M: 15 % of it may be spoiled; H, 30 %, where a picture will cover its middle.
    """
    return [[bool(dark) for dark in row] for row in _code(text, covered=covered).get_matrix()]


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


def _code(text: str, *, covered: bool = False) -> "QRCode":
    import qrcode

    level = qrcode.ERROR_CORRECT_H if covered else qrcode.ERROR_CORRECT_M
    code = qrcode.QRCode(error_correction=level, border=QUIET, mask_pattern=MASK)
    code.add_data(text)
    return code

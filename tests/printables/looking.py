"""What a phone and an eye get from a print: the codes in its pixels, the places of its characters."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2
import zxingcpp
from PIL import Image

from campaign.content import Content
from campaign.typeset import Press

ROOT = Path(__file__).parents[2]
CONTENT = Content(ROOT / "content")
PRESS = Press(ROOT / "templates" / "print")
ADDRESS = "HTTPS://FREEDOM.EXAMPLE.ORG/Q/K7QM2XA"
MM = 72 / 25.4  # points


@dataclass(frozen=True)
class Sheet:
    """A print, looked at."""

    pages: int
    size: tuple[float, float]  # mm
    text: str
    places: list[tuple[str, float, float, float]]  # character, left, bottom, top; in mm
    bitmaps: int
    picture: Image.Image


def look(pdf: bytes, dpi: int = 150) -> Sheet:
    """The first page of a PDF as text and as pixels."""
    document = pypdfium2.PdfDocument(pdf)
    page = document[0]
    words = page.get_textpage()
    try:
        picture = page.render(scale=dpi / 72).to_pil().convert("L")
        bitmaps = list(page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE]))
        size = (page.get_width() / MM, page.get_height() / MM)
        return Sheet(len(document), size, words.get_text_range(), _places(words), len(bitmaps), picture)
    finally:
        words.close()
        page.close()
        document.close()


def _places(words: Any) -> list[tuple[str, float, float, float]]:
    boxes = ((words.get_text_range(index, 1), words.get_charbox(index)) for index in range(words.count_chars()))
    return [(letter, box[0] / MM, box[1] / MM, box[3] / MM) for letter, box in boxes]


def codes(picture: Image.Image) -> list[Any]:
    """Every code that a phone's camera follows. Of other kinds (stripes, micro codes) drawings hold some by chance."""
    return list(zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCodeModel2)))


def row_of(sheet: Sheet, text: str) -> list[tuple[float, float, float]]:
    """Left, bottom and top of the characters of a text that stands once on the sheet, in the order of the text."""
    letters = "".join(letter or "\0" for letter, *_ in sheet.places)
    assert letters.count(text) == 1, letters
    start = letters.index(text)
    return [place[1:] for place in sheet.places[start : start + len(text)]]

"""The boxes of a page for a print shop: the only file that imports pypdf."""

from io import BytesIO

MM = 72 / 25.4  # points


def with_bleed(pdf: bytes, bleed: float) -> bytes:
    """The same pages, each with a BleedBox `bleed` mm around its TrimBox (ISO 32000-1, 14.11.2): typst sets none.

    Tags, title and fonts stay as they were.
    """
    from pypdf import PdfReader, PdfWriter
    from pypdf.generic import RectangleObject

    writer = PdfWriter(clone_from=PdfReader(BytesIO(pdf)))
    for page in writer.pages:
        left, bottom, right, top = (float(one) for one in page.trimbox)
        out = bleed * MM
        page.bleedbox = RectangleObject((left - out, bottom - out, right + out, top + out))
    made = BytesIO()
    writer.write(made)
    return made.getvalue()

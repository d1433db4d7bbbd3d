"""Pictures that somebody sends: decoded and drawn anew, so that nothing of the file itself is kept or shown.

The only file that knows Pillow, which it reads when somebody sends a picture: 4 MB that most processes never need.
"""

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from .errors import Refused

if TYPE_CHECKING:
    from PIL import Image

LARGEST = 2_000_000  # bytes of a file
LARGEST_BODY = LARGEST + 10_000  # bytes: with the fields that are sent along
LONGEST = 4000  # pixels of a side, as sent
BEGINS = {b"\x89PNG\r\n\x1a\n": "PNG", b"\xff\xd8\xff": "JPEG"}
BROKEN = "This picture cannot be read. Save it once more as PNG or JPEG and send it again."
TOO_LARGE = f"This picture is too large. {{what}} has at most {LONGEST} by {LONGEST} pixels."
TOO_HEAVY = "This file is too large. {what} has at most 2 megabytes."
NOT_TAKEN = "This is neither a PNG nor a JPEG. An SVG can hold programs, so we do not take it: export it as PNG."


@dataclass(frozen=True)
class Drawn:
    """A picture as we drew it: `kind` is `png` or `jpeg`, sizes are in pixels."""

    kind: str
    content: bytes
    width: int
    height: int


def draw(sent: bytes, what: str, shown: int) -> Drawn:
    """The picture, at most `shown` pixels wide and high, without anything that is not picture. Raises Refused.

    `what` is what it is for, as a sentence begins with it. Slow work: not inside `writing`. Its size is read before a
    pixel is: a bomb is refused unopened.
    """
    from PIL import Image

    if not sent:
        raise Refused("Choose a file first.")
    if len(sent) > LARGEST:
        raise Refused(TOO_HEAVY.format(what=what))
    form = next((form for mark, form in BEGINS.items() if sent.startswith(mark)), None)
    if form is None:
        raise Refused(NOT_TAKEN)
    try:
        with Image.open(BytesIO(sent), formats=[form]) as picture:
            return _drawn(picture, form, what, shown)
    except Refused:
        raise
    except Image.DecompressionBombError as error:
        raise Refused(TOO_LARGE.format(what=what)) from error
    except Exception as error:
        raise Refused(BROKEN) from error


def _drawn(picture: "Image.Image", form: str, what: str, shown: int) -> Drawn:
    from PIL import Image, ImageOps

    if max(picture.size) > LONGEST:
        raise Refused(TOO_LARGE.format(what=what))
    if picture.mode not in ("RGB", "RGBA", "L"):
        picture = picture.convert("RGBA" if form == "PNG" else "RGB")
    picture.thumbnail((shown, shown))
    plain = ImageOps.exif_transpose(picture).convert("RGBA" if form == "PNG" else "RGB")
    # A new picture of the pixels alone: what else a file holds (place, camera, comments, profile) stays behind.
    bare = Image.new(plain.mode, plain.size)
    bare.paste(plain)
    out = BytesIO()
    bare.save(out, form, **({"optimize": True} if form == "PNG" else {"quality": 85}))
    return Drawn(form.lower(), out.getvalue(), *bare.size)

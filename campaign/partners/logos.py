"""Logos: what somebody sent is decoded and drawn anew, so that nothing of the file itself is kept or shown.

The only file that knows Pillow.
"""

from base64 import b64encode
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from PIL import Image, ImageOps
from sqlalchemy import delete, select

from .. import db
from ..errors import Refused
from .models import Logo

LARGEST = 2_000_000  # bytes of a file
LARGEST_BODY = LARGEST + 10_000  # bytes: with the fields that are sent along
LONGEST = 4000  # pixels of a side, as sent
SHOWN = 600  # pixels of a side, as kept
BEGINS = {b"\x89PNG\r\n\x1a\n": "PNG", b"\xff\xd8\xff": "JPEG"}
BROKEN = "This picture cannot be read. Save it once more as PNG or JPEG and send it again."
TOO_LARGE = f"This picture is too large. A logo has at most {LONGEST} by {LONGEST} pixels."
NOT_TAKEN = "This is neither a PNG nor a JPEG. An SVG can hold programs, so we do not take it: export it as PNG."


@dataclass(frozen=True)
class Drawn:
    """A logo as we drew it."""

    kind: str
    content: bytes
    width: int
    height: int


def draw(sent: bytes) -> Drawn:
    """The picture, at most 600 pixels wide and high, without anything that is not picture. Raises Refused.

    Slow work: not inside `writing`. Its size is read before a pixel is: a bomb is refused unopened.
    """
    if not sent:
        raise Refused("Choose a file first.")
    if len(sent) > LARGEST:
        raise Refused("This file is too large. A logo has at most 2 megabytes.")
    form = next((form for mark, form in BEGINS.items() if sent.startswith(mark)), None)
    if form is None:
        raise Refused(NOT_TAKEN)
    try:
        with Image.open(BytesIO(sent), formats=[form]) as picture:
            return _drawn(picture, form)
    except Refused:
        raise
    except Image.DecompressionBombError as error:
        raise Refused(TOO_LARGE) from error
    except Exception as error:
        raise Refused(BROKEN) from error


def _drawn(picture: Image.Image, form: str) -> Drawn:
    if max(picture.size) > LONGEST:
        raise Refused(TOO_LARGE)
    if picture.mode not in ("RGB", "RGBA", "L"):
        picture = picture.convert("RGBA" if form == "PNG" else "RGB")
    picture.thumbnail((SHOWN, SHOWN))
    plain = ImageOps.exif_transpose(picture).convert("RGBA" if form == "PNG" else "RGB")
    # A new picture of the pixels alone: what else a file holds (place, camera, comments, profile) stays behind.
    bare = Image.new(plain.mode, plain.size)
    bare.paste(plain)
    out = BytesIO()
    bare.save(out, form, **({"optimize": True} if form == "PNG" else {"quality": 85}))
    return Drawn(form.lower(), out.getvalue(), *bare.size)


def put(partner_id: int, drawn: Drawn, now: datetime) -> None:
    """Keep this logo in place of an earlier one."""
    known = {"kind": drawn.kind, "content": drawn.content, "width": drawn.width, "height": drawn.height}
    db.session().merge(Logo(partner_id=partner_id, added_at=now, **known))
    db.session().flush()


def remove(partner_id: int) -> None:
    """Delete the logo, if there is one."""
    db.session().execute(delete(Logo).where(Logo.partner_id == partner_id))


def get(partner_id: int) -> Logo | None:
    """The logo, if there is one."""
    return db.session().get(Logo, partner_id)


def sizes(partner_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """Width and height of the logos of these partners, by id, without reading the pictures."""
    found = select(Logo.partner_id, Logo.width, Logo.height).where(Logo.partner_id.in_(partner_ids))
    return {row.partner_id: (row.width, row.height) for row in db.session().execute(found)}


def as_data(partner_id: int) -> dict[str, object] | None:
    """The same for programs, the picture in base64."""
    if (logo := get(partner_id)) is None:
        return None
    known = {"kind": logo.kind, "width": logo.width, "height": logo.height}
    return {**known, "content": b64encode(logo.content).decode(), "added_at": logo.added_at.isoformat()}

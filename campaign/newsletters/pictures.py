"""The pictures of newsletters: each is drawn anew from what was sent, and kept at an address nobody can guess."""

from datetime import datetime
from secrets import token_urlsafe

from sqlalchemy import select
from sqlalchemy.orm import defer

from .. import db, pictures
from ..errors import Refused
from ..pictures import Drawn
from .models import NewsletterPicture

SHOWN = 1120  # pixels of a side, as kept: twice the column of a letter
MOST = 20  # in one newsletter


def draw(sent: bytes) -> Drawn:
    """The picture, at most 1120 pixels wide and high. Raises Refused. Slow work: not inside `writing`."""
    return pictures.draw(sent, "A picture", SHOWN)


def add(newsletter_id: int, drawn: Drawn, alt: str, now: datetime) -> int:
    """Keep a picture; its id. `alt` says in English what it shows. Raises Refused when there are too many."""
    if len(of(newsletter_id)) >= MOST:
        raise Refused(f"A newsletter has at most {MOST} pictures. Remove one first.")
    known = {"kind": drawn.kind, "content": drawn.content, "width": drawn.width, "height": drawn.height}
    row = NewsletterPicture(newsletter_id=newsletter_id, key=token_urlsafe(16), alt=alt, added_at=now, **known)
    db.session().add(row)
    db.session().flush()
    return row.id


def copy_all(newsletter_id: int, copy_id: int, now: datetime) -> dict[int, int]:
    """Keep all pictures of a newsletter for another one that is new, too; the new ids by the old ones.

    Each at an address of its own: one that is removed there is still shown here.
    """
    return {
        one.id: add(copy_id, Drawn(one.kind, one.content, one.width, one.height), one.alt, now)
        for one in of(newsletter_id)
    }


def remove(newsletter_id: int, picture_id: int) -> None:
    """Delete a picture. Raises LookupError."""
    db.session().delete(get(newsletter_id, picture_id))
    db.session().flush()


def get(newsletter_id: int, picture_id: int) -> NewsletterPicture:
    """A picture of this newsletter. Raises LookupError."""
    row = db.session().get(NewsletterPicture, picture_id)
    if row is None or row.newsletter_id != newsletter_id:
        raise LookupError(picture_id)
    return row


def find(key: str, kind: str) -> NewsletterPicture | None:
    """A picture by its address, if there is one."""
    found = select(NewsletterPicture).where(NewsletterPicture.key == key, NewsletterPicture.kind == kind)
    return db.session().scalar(found)


def of(newsletter_id: int) -> list[NewsletterPicture]:
    """The pictures of a newsletter, without reading them."""
    found = select(NewsletterPicture).where(NewsletterPicture.newsletter_id == newsletter_id)
    return list(db.session().scalars(found.options(defer(NewsletterPicture.content)).order_by(NewsletterPicture.id)))

"""The code of each edition: it stands in the links of its letters, and what followed is counted by it."""

from datetime import datetime

from sqlalchemy import select, update

from .. import db
from ..links import service as links
from ..links.models import Code
from .models import Edition, Newsletter

ARCHIVE = "/newsletters"  # where the bare code leads; each link names its own page


def give(newsletter_id: int, now: datetime) -> None:
    """Make a code for each edition that has none. Called when sending begins, before the letters are made."""
    session = db.session()
    newsletter = session.get_one(Newsletter, newsletter_id)
    without = select(Edition).where(Edition.newsletter_id == newsletter_id, Edition.code_id.is_(None))
    for edition in session.scalars(without.order_by(Edition.language).with_for_update()).all():
        code_id = links.make(ARCHIVE, edition.language, newsletter.title, now, design=links.NEWSLETTER)
        session.execute(update(Edition).where(Edition.id == edition.id).values(code_id=code_id))


def of(newsletter_id: int) -> dict[str, str]:
    """The codes of a newsletter's editions by their languages, as far as they have one."""
    found = select(Edition.language, Code.code).join(Code, Code.id == Edition.code_id)
    return {row[0]: row[1] for row in db.session().execute(found.where(Edition.newsletter_id == newsletter_id))}


def ids(newsletter_id: int) -> dict[str, int]:
    """The same by the ids of the codes."""
    found = select(Edition.language, Edition.code_id).where(Edition.code_id.is_not(None))
    return {
        row[0]: int(row[1] or 0) for row in db.session().execute(found.where(Edition.newsletter_id == newsletter_id))
    }

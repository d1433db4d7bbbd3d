"""The newsletters that were sent, as everybody may read them: without anybody's name.

One that was cancelled halfway is not among them: `sent_at` says when the last of its letters had left. Once there, it
stays, also while an uncertain letter goes out once more.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup
from sqlalchemy import ColumnElement, Select, select

from .. import db, i18n, web
from .models import FinalEdition, Newsletter
from .rendering import Made, Prepared

A_PAGE = 20
IN_A_FEED = 20


@dataclass(frozen=True)
class Sent:
    """A newsletter as the archive shows it, in the language spoken or in English."""

    slug: str
    title: str
    summary: str
    language: str
    sent_at: datetime
    html: Markup


def sent(page: int = 0, size: int = A_PAGE) -> list[Sent]:
    """Those that were sent, the newest first; one more than `size` when there are more."""
    found = _select().order_by(Newsletter.sent_at.desc(), Newsletter.id.desc())
    return [_sent(row[0], row[1]) for row in db.session().execute(found.limit(size + 1).offset(page * size))]


def find(slug: str) -> Sent | None:
    """One of them."""
    row = db.session().execute(_select().where(Newsletter.slug == slug)).one_or_none()
    return _sent(row[0], row[1]) if row else None


def changes() -> list[tuple[str, datetime]]:
    """The addresses of all of them, each with the moment it was sent."""
    found = select(Newsletter.slug, Newsletter.sent_at).where(_public()).order_by(Newsletter.id)
    return [(row.slug, row.sent_at) for row in db.session().execute(found) if row.sent_at]


def _select() -> Select[Newsletter, FinalEdition]:
    theirs = (FinalEdition.newsletter_id == Newsletter.id) & (FinalEdition.language == i18n.language().code)
    return select(Newsletter, FinalEdition).join(FinalEdition, theirs).where(_public())


def _public() -> ColumnElement[bool]:
    return Newsletter.sent_at.is_not(None)


def _sent(row: Newsletter, final: FinalEdition) -> Sent:
    names = ("edition_language", "subject", "preheader", "html", "text", "page")
    made = Prepared(Made(**{name: getattr(final, name) for name in names}))
    assert row.sent_at is not None
    # Pages of ours name what is ours by its path; one that begins with two strokes would be another site's.
    html = re.sub(f'"{re.escape(web.config().base_url)}/(?!/)', '"/', made.for_everybody())
    return Sent(row.slug, made.subject, made.preheader, final.edition_language, row.sent_at, Markup(html))  # noqa: S704

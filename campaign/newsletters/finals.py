"""What goes out, made once: from then on every reader gets the same, and the archive shows it."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import delete, select

from .. import db, i18n
from . import drafts, rendering
from .models import FinalEdition
from .rendering import Made


def make_all(newsletter_id: int) -> dict[str, Made]:
    """The editions for the readers of each language. Raises LookupError. Slow work: not inside `writing`."""
    return {one.code: rendering.make(newsletter_id, one.code) for one in i18n.site().languages}


def keep(newsletter_id: int, made: Mapping[str, Made], now: datetime) -> None:
    """Keep them, unless they are kept already: whoever was first said what goes out."""
    found = select(FinalEdition.language).where(FinalEdition.newsletter_id == newsletter_id)
    there = set(db.session().scalars(found))
    for language, one in made.items():
        if language not in there:
            db.session().add(FinalEdition(newsletter_id=newsletter_id, language=language, made_at=now, **asdict(one)))
    drafts.forget(newsletter_id)
    db.session().flush()


def drop(newsletter_id: int) -> None:
    """Forget what was made: sending has not begun after all, and the words may change again."""
    db.session().execute(delete(FinalEdition).where(FinalEdition.newsletter_id == newsletter_id))

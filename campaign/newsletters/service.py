"""The acts of staff on a newsletter: begin it, say what is true of it, write and translate it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from .. import db
from ..content import mark_of
from ..errors import Refused
from . import sources
from .drafts import Typed
from .models import Edition, Newsletter, NewsletterPicture, NewsletterState

SLUGS = "addresses of newsletters"
RESERVED = {"pictures"}  # addresses below /newsletters that lead elsewhere
NOT_ANY_MORE = "This newsletter is {state}, so its words stay as they are. {way}"
WAYS = {
    NewsletterState.SCHEDULED: "Take it off the timetable first.",
    NewsletterState.PAUSED: "Cancel it, and begin another one.",
}
ENGLISH_FIRST = "Write the English edition first: the others are translated from it."


@dataclass(frozen=True)
class Facts:
    """What is true of a newsletter in every language."""

    title: str
    slug: str
    from_name: str = ""
    accepted: str = ""


def begin(facts: Facts, account_id: int | None, now: datetime) -> int:
    """A new newsletter, a draft; its id. Raises Refused when its address is taken."""
    _refuse_taken(facts.slug, None)
    row = Newsletter(**vars(facts), made_by_id=account_id, added_at=now, changed_at=now)
    db.session().add(row)
    db.session().flush()
    return row.id


def change(newsletter_id: int, facts: Facts, version: int, now: datetime) -> None:
    """Say something else of it. Raises LookupError, Stale, and Refused when it may not change."""
    row = locked(newsletter_id)
    db.must_be(row.version, version)
    _refuse_fixed(row)
    _refuse_taken(facts.slug, newsletter_id)
    for name, value in vars(facts).items():
        setattr(row, name, value)
    row.version += 1
    _note_change(row, now)


def write(
    newsletter_id: int,
    language: str,
    typed: Typed,
    version: int,
    now: datetime,
    *,
    brought: Collection[str] = (),
    account_id: int | None = None,
) -> None:
    """Set the words of an edition. `brought` are the marks of English parts that the translation now says, too
    (the first time: those that were shown to whoever translated).

    Raises LookupError, Stale when they are not those of `version` any more, and Refused when they cannot change.
    """
    row = locked(newsletter_id)
    there, english = edition(newsletter_id, language), edition(newsletter_id, "en")
    db.must_be(there.version if there else 0, version)
    _refuse_fixed(row)
    if english is None and language != "en":
        raise Refused(ENGLISH_FIRST)
    seen = sources.seen_after(english, there, brought) if english is not None and language != "en" else ""
    if there is None:
        known = {"subject": typed.subject, "preheader": typed.preheader, "body": typed.body}
        there = Edition(newsletter_id=newsletter_id, language=language, seen=seen, changed_at=now, **known)
        db.session().add(there)
    else:
        there.subject, there.preheader, there.body = typed.subject, typed.preheader, typed.body
        there.seen, there.changed_at, there.version = seen, now, there.version + 1
    there.written_by_id = account_id
    _note_change(row, now)


def touch(newsletter_id: int, now: datetime) -> None:
    """Note that something of it has changed that is no word: a picture. Raises LookupError, Refused."""
    row = locked(newsletter_id)
    _refuse_fixed(row)
    _note_change(row, now)


def get(newsletter_id: int) -> Newsletter:
    """The newsletter. Raises LookupError."""
    if (row := db.session().get(Newsletter, newsletter_id)) is None:
        raise LookupError(newsletter_id)
    return row


def locked(newsletter_id: int) -> Newsletter:
    """The newsletter as it is now, and nobody else changes it before we are done. Raises LookupError."""
    found = select(Newsletter).where(Newsletter.id == newsletter_id).with_for_update()
    if (row := db.session().scalar(found.execution_options(populate_existing=True))) is None:
        raise LookupError(newsletter_id)
    return row


def edition(newsletter_id: int, language: str) -> Edition | None:
    """The edition in a language, if it is written."""
    found = select(Edition).where(Edition.newsletter_id == newsletter_id, Edition.language == language)
    return db.session().scalar(found)


def editions(newsletter_id: int) -> dict[str, Edition]:
    """The editions that are written, by language."""
    found = select(Edition).where(Edition.newsletter_id == newsletter_id)
    return {one.language: one for one in db.session().scalars(found)}


def fingerprint(newsletter_id: int) -> str:
    """Tells one state of everything that readers will see from another: what somebody approves. Raises LookupError."""
    row, written = get(newsletter_id), editions(newsletter_id)
    words = [part for code in sorted(written) for part in _words(written[code])]
    found = select(NewsletterPicture.id).where(NewsletterPicture.newsletter_id == newsletter_id)
    pictures = sorted(str(one) for one in db.session().scalars(found))
    return mark_of(row.title, row.slug, row.from_name, row.accepted, *words, *pictures)


def _words(one: Edition) -> tuple[str, ...]:
    return one.language, one.subject, one.preheader, one.body


def rows(which: str, page: int, size: int) -> list[Newsletter]:
    """Newsletters for staff, the one that was changed last first; one more than `size` when there are more."""
    over = (NewsletterState.SENT, NewsletterState.CANCELLED)
    filters = {"open": Newsletter.state.not_in(over), "sent": Newsletter.state == NewsletterState.SENT}
    found = select(Newsletter).order_by(Newsletter.changed_at.desc(), Newsletter.id.desc())
    found = found.where(filters[which]) if which in filters else found
    return list(db.session().scalars(found.limit(size + 1).offset(page * size)))


def _note_change(row: Newsletter, now: datetime) -> None:
    """What was approved was something else."""
    if row.state == NewsletterState.APPROVED:
        row.state = NewsletterState.DRAFT
    row.changed_at = now
    db.session().flush()


def _refuse_fixed(row: Newsletter) -> None:
    if not row.writable:
        way = WAYS.get(NewsletterState(row.state), "Begin another one.")
        raise Refused(NOT_ANY_MORE.format(state=row.state, way=way))


def _refuse_taken(slug: str, newsletter_id: int | None) -> None:
    if slug in RESERVED:
        raise Refused("This address leads elsewhere. Choose another one.")
    db.take_turn(SLUGS)  # of two who choose one at the same moment, the second is told
    found = db.session().scalar(select(Newsletter.id).where(Newsletter.slug == slug))
    if found is not None and found != newsletter_id:
        raise Refused("Another newsletter has this address. Choose another one.")

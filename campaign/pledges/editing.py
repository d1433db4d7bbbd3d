"""The acts of staff: write a pledge, translate it, open and close it, pass what signers said."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import ColumnElement, delete, func, select

from .. import db
from ..errors import Refused
from ..supporters import service as supporters
from ..text import mixes_scripts
from .models import COUNTS, FormerSlug, Pledge, PledgeState, PledgeWords, Signature


def add(slug: str, goal: int, now: datetime) -> int:
    """A new pledge, a draft. Raises Refused when the address is taken."""
    _refuse_taken(slug, None)
    pledge = Pledge(slug=slug, goal=goal, added_at=now)
    db.session().add(pledge)
    db.session().flush()
    return pledge.id


def get(pledge_id: int) -> Pledge:
    """The pledge. Raises LookupError."""
    if (pledge := db.session().get(Pledge, pledge_id)) is None:
        raise LookupError(pledge_id)
    return pledge


def _locked(pledge_id: int) -> Pledge:
    """The pledge as it is now, and nobody else changes it or its words before we are done. Raises LookupError."""
    found = select(Pledge).where(Pledge.id == pledge_id).with_for_update()
    if (pledge := db.session().scalar(found.execution_options(populate_existing=True))) is None:
        raise LookupError(pledge_id)
    return pledge


def change(pledge_id: int, slug: str, goal: int, version: int, now: datetime) -> None:
    """Change address and goal. A former address goes on leading here. Raises Stale, Refused, LookupError.

    The mailing list knows its people by the addresses of pledges, so it is told of all who signed; they are locked
    before the pledge, as whoever signs it does.
    """
    if slug != get(pledge_id).slug:
        supporters.regroup_all(select(Signature.supporter_id).where(Signature.pledge_id == pledge_id, COUNTS), now)
    pledge = _locked(pledge_id)
    db.must_be(pledge.version, version)
    if slug != pledge.slug:
        _refuse_taken(slug, pledge_id)
        db.session().execute(delete(FormerSlug).where(FormerSlug.slug == slug))
        db.session().add(FormerSlug(slug=pledge.slug, pledge_id=pledge_id))
    pledge.slug, pledge.goal = slug, goal


def _refuse_taken(slug: str, pledge_id: int | None) -> None:
    other = db.session().scalar(select(Pledge.id).where(Pledge.slug == slug))
    former = db.session().scalar(select(FormerSlug.pledge_id).where(FormerSlug.slug == slug))
    if (other or former or pledge_id) != pledge_id:
        raise Refused("Another pledge has or had this address. Printed codes may lead there; take another one.")


def write(pledge_id: int, language: str, title: str, promise: str, body: str, version: int | None = None) -> None:
    """Set the words of a pledge in one language. Raises Stale when they are not those of `version` any more."""
    words = {"title": title, "promise": promise, "body": body}
    _locked(pledge_id)
    there = words_in(pledge_id, language)
    db.must_be(there.version if there else 0, version)
    if there is not None:
        for name, value in words.items():
            setattr(there, name, value)
        there.version += 1
    else:
        db.session().add(PledgeWords(pledge_id=pledge_id, language=language, **words))


def words_in(pledge_id: int, language: str) -> PledgeWords | None:
    """The words of a pledge in one language."""
    return db.session().get(PledgeWords, (pledge_id, language))


def languages_of(pledge_id: int) -> list[str]:
    """The languages in which a pledge has words."""
    return list(db.session().scalars(select(PledgeWords.language).where(PledgeWords.pledge_id == pledge_id)))


def open_(pledge_id: int, now: datetime) -> None:
    """Let it be read and signed. Raises Refused when it has no English words yet."""
    if words_in(pledge_id, "en") is None:
        raise Refused("Write the pledge in English first; other languages may follow later.")
    pledge = get(pledge_id)
    pledge.state, pledge.closed_at = PledgeState.OPEN, None
    pledge.opened_at = pledge.opened_at or now


def close(pledge_id: int, now: datetime) -> None:
    """Take no more signatures; the page and the count stay."""
    pledge = get(pledge_id)
    if pledge.state == PledgeState.OPEN:
        pledge.state, pledge.closed_at = PledgeState.CLOSED, now


def figures() -> dict[str, int]:
    """Signatures for the staff's front page: confirmed as counted, and waiting to be read."""
    counted = db.session().scalar(select(func.coalesce(func.sum(Pledge.count), 0))) or 0
    return {
        "confirmed": int(counted),
        "to_read": db.session().scalar(select(func.count(Signature.id)).where(_to_read())) or 0,
    }


def _to_read() -> ColumnElement[bool]:
    """Confirmed, not yet read by staff, and asking to be shown."""
    return COUNTS & Signature.passed_at.is_(None) & Signature.turned_down_at.is_(None) & Signature.show_name


@dataclass(frozen=True)
class Row:
    """A signature as staff read it. `shown` is `passed`, `refused`, `waiting`, or empty when it asks for nothing."""

    id: int
    name: str
    place: str
    message: str
    state: str
    shown: str
    mixed: bool
    pledge_title: str
    signed_at: datetime
    reading: str


def signatures(which: str, now: datetime, page: int, size: int = 50) -> list[Row]:
    """Signatures to look at: `waiting` or another filter, else all; one more than `size` when there are more."""
    filters = {
        "waiting": _to_read(),
        "passed": Signature.passed_at.is_not(None),
        "refused": Signature.turned_down_at.is_not(None),
        "crowded": Signature.crowded_at.is_not(None) & Signature.set_aside_at.is_(None),
        "aside": Signature.set_aside_at.is_not(None),
    }
    title = func.coalesce(PledgeWords.title, "")
    english = (PledgeWords.pledge_id == Signature.pledge_id) & (PledgeWords.language == "en")
    found = select(Signature, title).outerjoin(PledgeWords, english)
    if which in filters:
        found = found.where(filters[which])
    rows = db.session().execute(found.order_by(Signature.id.desc()).limit(size + 1).offset(page * size))
    return [_row(one, title, now) for one, title in rows]


def _row(one: Signature, title: str, now: datetime) -> Row:
    shown = "passed" if one.passed_at else "refused" if one.turned_down_at else "waiting" if one.show_name else ""
    state = one.standing(now).value
    said = (one.id, one.name, one.area, one.message, state, shown, mixes_scripts(one.name), title)
    return Row(*said, one.signed_at, _reading_of(one))


def pass_(signature_id: int, read: str, now: datetime) -> None:
    """Let the name and message of this one be seen, as its signer wished. Raises Refused when they were not `read`."""
    _decide(signature_id, read, passed_at=now, turned_down_at=None)


def turn_down(signature_id: int, read: str, now: datetime) -> None:
    """Keep the name and message of this one unseen; the signature counts all the same."""
    _decide(signature_id, read, passed_at=None, turned_down_at=now)


def _decide(signature_id: int, read: str, **values: datetime | None) -> None:
    """Decide about the words that were on the screen: their signer may have taken them back and written others.

    Raises LookupError for a signature that is not there to be shown.
    """
    theirs = (Signature.id == signature_id) & Signature.confirmed_at.is_not(None) & Signature.withdrawn_at.is_(None)
    one = db.session().scalar(select(Signature).where(theirs).with_for_update())
    if one is None:
        raise LookupError(signature_id)
    if _reading_of(one) != read:
        raise Refused("These words have changed since you opened the list. Read them again.")
    one.passed_at, one.turned_down_at = values["passed_at"], values["turned_down_at"]


def _reading_of(one: Signature) -> str:
    return mark_of(one.name, one.area, one.message)


def mark_of(*words: str) -> str:
    """A mark of the words that somebody read, for the form in which they decide about them."""
    return sha256("\n".join(words).encode()).hexdigest()[:16]

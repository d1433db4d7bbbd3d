"""The acts: come to be known, agree, leave, be forgotten."""

from datetime import datetime
from typing import cast

from blinker import Signal
from sqlalchemy import delete, exists, func, insert, select, update

from .. import db, i18n, jobs
from .models import Consent, Purpose, Supporter

still_needed = Signal("Asks the features above whether something of theirs belongs to this supporter.")


NOT_DUE: dict[str, object] = {"due_version": 0, "list_state": "", "list_trouble": "", "list_tries": 0}


def find_or_add(email: str, mailbox: str, language: str, now: datetime) -> int:
    """The id of the mailbox's one record, locked until the commit; two who come at once become one."""
    values = {"mailbox": mailbox, "email": email, "language": language, "added_at": now, "subscribed": False}
    return db.add_or_find(Supporter, {**values, **NOT_DUE}, "mailbox")


def find_by_mailbox(mailbox: str) -> int | None:
    """The id of the mailbox's record, if there is one."""
    return db.session().scalar(select(Supporter.id).where(Supporter.mailbox == mailbox))


def get(supporter_id: int) -> Supporter:
    """The record. Raises NoResultFound when there is none."""
    return db.session().get_one(Supporter, supporter_id)


def confirm(supporter_id: int, now: datetime) -> None:
    """The mailbox has answered: from its first answer on, it is known to be somebody's."""
    first = update(Supporter).where(Supporter.id == supporter_id, Supporter.confirmed_at.is_(None))
    db.session().execute(first.values(confirmed_at=now))


def agree(supporter_id: int, words: str, language: str, source: str, now: datetime) -> None:
    """Record that the person wants our news, on these words; it lifts an earlier leaving."""
    _say(supporter_id, True, words, language, source, now)
    changes = {"subscribed": True, "left_at": None, "language": language}
    db.session().execute(update(Supporter).where(Supporter.id == supporter_id).values(**changes))
    _make_due(supporter_id, now)


def leave(supporter_id: int, words: str, language: str, source: str, now: datetime) -> bool:
    """No more news and no more reminders; may be repeated. False when nothing is known of the person."""
    person = db.session().get(Supporter, supporter_id)
    if person is None:
        return False
    if person.left_at is None:
        _say(supporter_id, False, words, language, source, now)
        person.subscribed, person.left_at = False, now
        db.session().flush()
        _make_due(supporter_id, now)
    return True


def _make_due(supporter_id: int, now: datetime) -> None:
    """The mailing list must be told; in the transaction of the act, so that no act is ever forgotten."""
    changes: dict[str, object] = {"due_version": Supporter.due_version + 1, "list_tries": 0, "list_trouble": ""}
    changes |= {"list_next_at": None, "list_stuck_at": None}
    since = func.coalesce(Supporter.due_since, now)
    this_one = update(Supporter).where(Supporter.id == supporter_id)
    db.session().execute(this_one.values(due_since=since, **changes), execution_options={"synchronize_session": False})
    jobs.wake("sync-list")


def _say(supporter_id: int, given: bool, words: str, language: str, source: str, now: datetime) -> None:
    said = {"purpose": Purpose.NEWSLETTER, "given": given, "words": words}
    said |= {"language": i18n.language_of(words, language)}
    db.session().execute(insert(Consent).values(supporter_id=supporter_id, source=source, said_at=now, **said))


def forget_unless_needed(supporter_id: int) -> bool:
    """Delete a record that nothing hangs on any more: no consent, and nothing that a feature above holds."""
    db.session().flush()
    if any(answer for _, answer in still_needed.send(supporter_id)) or cast(
        bool, db.session().scalar(select(exists().where(Consent.supporter_id == supporter_id)))
    ):
        return False
    db.session().execute(delete(Supporter).where(Supporter.id == supporter_id))
    return True


def mailbox_is_sample(mailbox: str) -> bool:
    """Whether this address is one of the sample people's: `.invalid` never receives mail (RFC 2606)."""
    return mailbox.endswith(".invalid")


def samples() -> int:
    """How many sample people there are; a production start wants none."""
    found = select(Supporter.id).where(Supporter.mailbox.like("%.invalid")).limit(1000)
    return len(db.session().scalars(found).all())

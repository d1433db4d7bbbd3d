"""Erasing somebody: every byte about them goes, the totals stay, and a code of their address says "not again".

What other features hold of a person they remove themselves, in the same transaction; what lies in a file or at another
house goes after the commit. On SQLite deleted rows are overwritten, and `scrub` empties the write-ahead log.
"""

from datetime import datetime

from blinker import Signal
from flask import current_app
from sqlalchemy import delete

from .. import db, jobs, mail
from . import ledger, service
from .ledger import Entry, What
from .models import Supporter

erasing = Signal("Tells the features above to remove what they hold of this supporter, whose record is locked.")


def erase(supporter_id: int, now: datetime) -> bool:
    """Erase somebody at their own wish. May be pressed twice; False when they are gone already."""
    if not service.hold(supporter_id):
        return False
    person = service.get(supporter_id)
    ledger.note(person.mailbox, What.ERASED, now, again=True)
    _remove(person, now)
    return True


def _remove(person: Supporter, now: datetime) -> None:
    erasing.send(person, now=now)
    mail.forget_person(person.id)
    db.session().execute(delete(Supporter).where(Supporter.id == person.id))  # consents and links go with it
    if (cache := current_app.extensions.get("page_cache")) is not None:
        db.after_commit(cache.pages.clear)  # other processes make their pages anew within a second
    jobs.wake("scrub")


@ledger.repeat.connect
def _erase_again(entry: Entry, supporter_id: int) -> bool:
    """After a restore: a record from before the erasure is erased again; one that its owner began since is theirs."""
    if entry.what != What.ERASED or not service.hold(supporter_id):
        return False
    person = service.get(supporter_id)
    if person.added_at >= entry.noted_at:
        return False
    _remove(person, entry.noted_at)
    return True


@jobs.sweep("scrub", minute="*/10")
def scrub() -> bool:
    """Let the write-ahead log, which holds pages as they were, follow the rows; False while somebody reads in it."""
    return db.database().scrub()

"""Somebody has another address from now on: everything of theirs goes with them, and nothing goes to the old one."""

from datetime import datetime

from flask_babel import gettext

from .. import db
from ..errors import Refused
from . import ledger, service
from .ledger import Entry, What
from .models import Supporter

MOVED_BEFORE_RESTORE = "Had given another address before the records were restored from a backup"


def move(supporter_id: int, email: str, mailbox: str, now: datetime) -> None:
    """Write to this address from now on; its owner has confirmed it. May be repeated.

    Raises LookupError when the person is gone, Refused when somebody else is known under that address.
    """
    if not service.hold(supporter_id):
        raise LookupError(supporter_id)
    if service.find_by_mailbox(mailbox) not in (None, supporter_id):
        raise Refused(gettext("We know this address already, so it cannot be given to somebody else."))
    person = service.get(supporter_id)
    if mailbox != person.mailbox:
        _note(person, mailbox, now)
    person.list_email = "\n".join(_known_at_the_list(person, email))
    person.email, person.mailbox = email, mailbox
    db.session().flush()
    service.tell_the_list(supporter_id, now)


def _note(person: Supporter, mailbox: str, now: datetime) -> None:
    """The ledger follows: a restore must find what they did under either address, and not write to the old one."""
    ledger.note(person.mailbox, What.MOVED, now, ledger.mark_of(mailbox), again=True)
    ledger.lift(mailbox, [What.ERASED, *([What.LEFT] if person.subscribed else [])], now)
    ledger.lift(mailbox, [What.MOVED], now, ledger.mark_of(person.mailbox))  # they had come from there
    if person.left_at:
        ledger.note(mailbox, What.LEFT, now)


def _known_at_the_list(person: Supporter, email: str) -> list[str]:
    """The addresses under which the list may know them, when it is not told yet: also that of a call under way."""
    known = person.list_email.splitlines()
    if person.list_leased_until or (person.list_state and not known):
        known.append(person.email)
    return [one for one in dict.fromkeys(known) if one != email]


@ledger.repeat.connect
def _leave_old_address(entry: Entry, supporter_id: int) -> bool:
    """After a restore: these records know only an address that is theirs no more, so nothing is sent to it."""
    person = db.session().get(Supporter, supporter_id)
    if entry.what != What.MOVED or person is None or person.left_at is not None or person.added_at >= entry.noted_at:
        return False
    return service.leave(supporter_id, MOVED_BEFORE_RESTORE, person.language, "ledger", entry.noted_at)

"""The acts: come to be known, agree, leave, look at one's own page and decide there, be forgotten."""

from datetime import datetime, timedelta
from typing import cast

from blinker import Signal
from flask import current_app
from sqlalchemy import ColumnElement, Select, delete, exists, func, insert, select, update

from .. import db, i18n, jobs, mail
from . import ledger, retention
from .ledger import Entry, What
from .models import Consent, OwnPageLink, Purpose, Supporter

still_needed = Signal("Asks the features above whether something of theirs belongs to this supporter.")


speaking = Signal("Tells the features above that this supporter wants to be written to in another language.")
taking_back = Signal("Tells the feature that holds this thing of a supporter that they take it back; true when done.")

YOUR_PAGE, EVERYTHING = "supporters.your_page", "supporters.everything"
A_DAY = timedelta(days=1)

LEFT_BEFORE_RESTORE = "Had left before the records were restored from a backup"

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


def hold(supporter_id: int) -> bool:
    """Lock the record until the commit, before anything that hangs on it: whoever locks in one order never waits in a
    ring, and nobody is erased in the middle of an act. False when there is none (any more).

    Not so far that a letter could not be owed to them meanwhile (PostgreSQL: FOR NO KEY UPDATE): somebody else's act
    at an event may offer them a seat, and must not wait here for who waits there.
    """
    found = select(Supporter.id).where(Supporter.id == supporter_id)
    if current_app.extensions["switches"].hold_first:  # else the negative control of "nobody is erased in the middle"
        found = found.with_for_update(key_share=True)
    return db.session().scalar(found) is not None


def confirm(supporter_id: int, now: datetime) -> None:
    """The mailbox has answered: from its first answer on, it is somebody's; whoever was erased has come back."""
    first = update(Supporter).where(Supporter.id == supporter_id, Supporter.confirmed_at.is_(None))
    db.session().execute(first.values(confirmed_at=now))
    ledger.lift(get(supporter_id).mailbox, [What.ERASED], now)


def agree(supporter_id: int, words: str, language: str, source: str, now: datetime) -> None:
    """Record that the person wants our news, on these words; it lifts an earlier leaving."""
    ledger.lift(get(supporter_id).mailbox, ledger.REFUSING, now)
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
        ledger.note(person.mailbox, What.LEFT, now)
        _say(supporter_id, False, words, language, source, now)
        person.subscribed, person.left_at = False, now
        db.session().flush()
        _make_due(supporter_id, now)
    return True


@ledger.repeat.connect
def _leave_again(entry: Entry, supporter_id: int) -> bool:
    """After a restore: they had left by then."""
    person = db.session().get(Supporter, supporter_id)
    if entry.what != What.LEFT or person is None or person.left_at is not None:
        return False
    return leave(supporter_id, LEFT_BEFORE_RESTORE, person.language, "ledger", entry.noted_at)


def ask_for_page(mailbox: str, now: datetime) -> None:
    """Write the letter with the link to the page about them, a few times a day at most. The caller learns nothing."""
    supporter_id = find_by_mailbox(mailbox)
    asked = select(func.count(OwnPageLink.id)).where(
        OwnPageLink.supporter_id == supporter_id, OwnPageLink.asked_at > now - A_DAY
    )
    often = (db.session().scalar(asked) or 0) >= i18n.site().limits.letters_per_day
    if supporter_id is None or often:
        mail.write_to_nobody(now)
        return
    link = db.session().scalar(
        insert(OwnPageLink).values(supporter_id=supporter_id, asked_at=now).returning(OwnPageLink.id)
    )
    mail.write(YOUR_PAGE, cast(int, link), supporter_id, now)


def own_page(link_id: int, now: datetime) -> OwnPageLink:
    """What a link to somebody's own page is about. Raises LookupError when it is too old, ended, or they are erased."""
    link = db.session().get(OwnPageLink, link_id)
    if link is None or link.asked_at <= now - A_DAY:
        raise LookupError(link_id)
    return link


def held_by(link_id: int, now: datetime) -> int:
    """The id of the supporter whose page this is, locked until the commit. Raises LookupError as `own_page` does."""
    supporter_id = own_page(link_id, now).supporter_id
    if not hold(supporter_id):
        raise LookupError(link_id)
    return supporter_id


def end_link(link_id: int) -> None:
    """This link opens nothing any more."""
    db.session().execute(delete(OwnPageLink).where(OwnPageLink.id == link_id))


@retention.obeys("own_page")
def forget_links(until: datetime, dry_run: bool) -> int:
    """Delete links that were asked for before this moment; how many."""
    old = OwnPageLink.asked_at < until
    number = db.session().scalar(select(func.count(OwnPageLink.id)).where(old)) or 0
    if number and not dry_run:
        db.session().execute(delete(OwnPageLink).where(old))
    return number


def speak(supporter_id: int, language: str, now: datetime) -> None:
    """Write to this person in that language from now on."""
    db.session().execute(update(Supporter).where(Supporter.id == supporter_id).values(language=language))
    speaking.send(supporter_id, language=language)
    regroup(supporter_id, now)


def regroup(supporter_id: int, now: datetime) -> None:
    """What the mailing list may know of this person has changed: it is told, if they are on it."""
    if get(supporter_id).subscribed:
        _make_due(supporter_id, now)


def regroup_all(whom: Select[int], now: datetime) -> None:
    """The same for many, named by their ids; before anything that hangs on them, as in `hold`."""
    held = select(Supporter.id).where(Supporter.id.in_(whom)).order_by(Supporter.id).with_for_update(key_share=True)
    make_due(Supporter.id.in_(held) & Supporter.subscribed, now)


def tell_the_list(supporter_id: int, now: datetime) -> None:
    """The list is told what it knows otherwise of this person, if it knows them or should."""
    person = get(supporter_id)
    if person.subscribed or person.list_state:
        _make_due(supporter_id, now)


def be_discreet(supporter_id: int, discreet: bool) -> None:
    """Whether our letters come under a neutral name and subject."""
    db.session().execute(update(Supporter).where(Supporter.id == supporter_id).values(discreet=discreet))


def take_back(kind: str, supporter_id: int, id: int, now: datetime) -> None:
    """Take back something that a feature holds of this person. Raises LookupError when it is not theirs."""
    if not any(done for _, done in taking_back.send(kind, supporter_id=supporter_id, id=id, now=now)):
        raise LookupError(id)


def send_everything(supporter_id: int, now: datetime) -> None:
    """Mail them all that is kept about them, to the address on file, a few times a day at most."""
    if mail.written_since(now - A_DAY, supporter_id, [EVERYTHING]) < i18n.site().limits.letters_per_day:
        mail.write(EVERYTHING, supporter_id, supporter_id, now)


@mail.discretion.connect
def _is_discreet(supporter_id: int) -> bool:
    return bool(db.session().scalar(select(Supporter.discreet).where(Supporter.id == supporter_id)))


def _make_due(supporter_id: int, now: datetime) -> None:
    make_due(Supporter.id == supporter_id, now)


def make_due(whom: ColumnElement[bool], now: datetime) -> None:
    """The mailing list must be told; in the transaction of the act, so that no act is ever forgotten."""
    changes: dict[str, object] = {"due_version": Supporter.due_version + 1, "list_tries": 0, "list_trouble": ""}
    changes |= {"list_next_at": None, "list_stuck_at": None}
    since = func.coalesce(Supporter.due_since, now)
    these = update(Supporter).where(whom)
    db.session().execute(these.values(due_since=since, **changes), execution_options={"synchronize_session": False})
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

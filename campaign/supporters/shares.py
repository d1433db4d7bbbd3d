"""What somebody lets a partner have or do: agreeing, ending it, and what follows when the partner itself ends.

    in force ──a download──> handed over ──said no, erased, the partner ended──> ended, and a Removal is asked for
        └────────────────────────────────said no before that──────────────────> ended

Each yes and no is a consent of its own, for one partner and one purpose. Nothing here touches the campaign's news, and
nothing there touches this. Whoever locks several shares takes deliveries before mailings, so that nobody waits in a
ring.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex
from typing import Any

from sqlalchemy import delete, exists, insert, select, update

from .. import db
from ..partners import service as partners
from . import erasure, ledger, service
from .ledger import Entry, What
from .models import Ask, Consent, Purpose, Removal, Share, Supporter

PURPOSES = (Purpose.DELIVERY, Purpose.MAILING)  # in this order they are locked
ASKS = {Purpose.DELIVERY: Ask.DELETE, Purpose.MAILING: Ask.STOP}
PARTNER_ENDED = "The organization is no longer a partner of the campaign"
ENDED_BEFORE_RESTORE = "Had said no before the records were restored from a backup"


@dataclass(frozen=True)
class Ticked:
    """What was ticked: for which partner, and the words of each box; empty where it was left.

    It is no consent before the mailbox has answered: whoever types an address need not own it.
    """

    partner_id: int
    delivery: str
    mailing: str
    language: str

    def words(self, purpose: Purpose) -> str:
        """The words of this box."""
        return self.delivery if purpose is Purpose.DELIVERY else self.mailing


@dataclass(frozen=True)
class Yes:
    """What somebody agrees to: the partner, the purpose, the words and their language, from where, under which name."""

    partner_id: int
    purpose: Purpose
    words: str
    language: str
    source: str
    name: str


def agree(supporter_id: int, yes: Yes, now: datetime) -> None:
    """Record the yes, and let it hold. One that holds already stays as it is, with the name that it was given under.

    A mailing alone hands nothing over: the partner may write, but has no address until a delivery is agreed to.
    """
    about = _about(yes.purpose, yes.partner_id)
    ledger.lift(service.get(supporter_id).mailbox, [What.UNSHARED], now, about)
    _say([supporter_id], yes.partner_id, yes.purpose, (True, yes.words, yes.language, yes.source), now)
    delivery = yes.purpose is Purpose.DELIVERY
    values = {"supporter_id": supporter_id, "partner_id": yes.partner_id, "purpose": yes.purpose, "since": now}
    values |= {"ref": _new_ref() if delivery else None, "name": yes.name if delivery else ""}
    if db.add(Share, values) is not None and not delivery:
        _no_longer_stop(supporter_id, yes.partner_id)


def _new_ref() -> str:
    """64 bits at random; the letter in front keeps spreadsheets from taking it for a number."""
    return f"r{token_hex(8)}"


def _no_longer_stop(supporter_id: int, partner_id: int) -> None:
    """Who asked for the news again is not named as one who must not get it."""
    theirs = select(Share.ref).where(_theirs(supporter_id, partner_id, Purpose.DELIVERY)).scalar_subquery()
    waiting = Removal.confirmed_at.is_(None) & (Removal.what == Ask.STOP)
    db.session().execute(delete(Removal).where(Removal.partner_id == partner_id, Removal.ref == theirs, waiting))


def _theirs(supporter_id: int, partner_id: int, purpose: Purpose) -> Any:
    one = (Share.supporter_id == supporter_id) & (Share.partner_id == partner_id) & (Share.purpose == purpose)
    return one & Share.ended_at.is_(None)


def refused_since(supporter_id: int, partner_id: int, purpose: Purpose, moment: datetime) -> bool:
    """Whether they have said no to this since that moment: an older tick must not undo it."""
    said = (Consent.supporter_id == supporter_id) & (Consent.partner_id == partner_id) & (Consent.purpose == purpose)
    no = select(exists().where(said, Consent.given.is_(False), Consent.said_at >= moment))
    return bool(db.session().scalar(no))


def withdraw(share_id: int, supporter_id: int, said: tuple[str, str, str], now: datetime) -> None:
    """Say no, in these words, language and place; at once, and harmless when done twice.

    Raises LookupError when there is no such share of this supporter.
    """
    found = select(Share).where(Share.id == share_id, Share.supporter_id == supporter_id).with_for_update()
    one = db.session().scalar(found.execution_options(populate_existing=True))
    if one is None:
        raise LookupError(share_id)
    if one.ended_at is None:
        _end(one, said, now)


def _end(one: Share, said: tuple[str, str, str], now: datetime) -> None:
    purpose = Purpose(one.purpose)
    about = _about(purpose, one.partner_id)
    ledger.note(service.get(one.supporter_id).mailbox, What.UNSHARED, now, about)
    _say([one.supporter_id], one.partner_id, purpose, (False, *said), now)
    if one.handed_at and one.ref:
        _ask_back([one.ref], one.partner_id, ASKS[purpose], now)
    one.ended_at, one.name = now, ""
    if purpose is Purpose.DELIVERY:  # what is deleted need not be told to stop as well
        told = update(Share).where(_theirs(one.supporter_id, one.partner_id, Purpose.MAILING))
        db.session().execute(told.values(handed_at=None, ref=None))
    db.session().flush()


def _about(purpose: str, partner_id: int) -> str:
    return ledger.reference(f"{purpose} to partner", partner_id)


Said = tuple[bool, str, str, str]  # yes or no, the words, their language, from where


def _say(people: Sequence[int], partner_id: int, purpose: Purpose, said: Said, now: datetime) -> None:
    given, words, language, source = said
    one = {"partner_id": partner_id, "purpose": purpose, "given": given, "words": words}
    one |= {"language": language, "source": source, "said_at": now}
    db.session().execute(insert(Consent), [{"supporter_id": person, **one} for person in people])


def _ask_back(refs: Sequence[str], partner_id: int, what: Ask, now: datetime) -> None:
    asked = [{"partner_id": partner_id, "ref": ref, "what": what, "asked_at": now} for ref in refs]
    if asked:
        db.session().execute(insert(Removal), asked)


@partners.ended.connect
def _end_all(partner_id: int, now: datetime) -> None:
    """The partner is retired or has left: every consent given to it ends, and what it took away is to be deleted."""
    for purpose in PURPOSES:
        theirs = update(Share).where(Share.partner_id == partner_id, Share.purpose == purpose, Share.ended_at.is_(None))
        parts = (Share.supporter_id, Share.ref, Share.handed_at)
        gone = db.session().execute(theirs.values(ended_at=now, name="").returning(*parts)).all()
        if not gone:
            continue
        people = [one.supporter_id for one in gone]
        _say(people, partner_id, purpose, (False, PARTNER_ENDED, "en", "partner"), now)
        for part in range(0, len(people), ledger.AT_ONCE):
            some = select(Supporter.mailbox).where(Supporter.id.in_(people[part : part + ledger.AT_ONCE]))
            ledger.note_all(db.session().scalars(some).all(), What.UNSHARED, now, _about(purpose, partner_id))
        if purpose is Purpose.DELIVERY:  # it had no other addresses from us
            _ask_back([one.ref for one in gone if one.handed_at], partner_id, Ask.DELETE, now)


@erasure.erasing.connect
def _forget(person: Supporter, now: datetime) -> None:
    """What a partner took away it must delete; of the person only the reference is left, which leads nowhere."""
    for purpose in PURPOSES:
        theirs = delete(Share).where(Share.supporter_id == person.id, Share.purpose == purpose)
        parts = (Share.partner_id, Share.ref, Share.handed_at, Share.ended_at)
        for one in db.session().execute(theirs.returning(*parts)).all():
            if purpose is Purpose.DELIVERY and one.handed_at and not one.ended_at:
                _ask_back([one.ref], one.partner_id, Ask.DELETE, now)


@ledger.repeat.connect
def _end_again(entry: Entry, supporter_id: int) -> bool:
    """After a restore: they had said no to this by then."""
    if entry.what != What.UNSHARED:
        return False
    in_force = Share.ended_at.is_(None) & (Share.since <= entry.noted_at)
    found = select(Share).where(Share.supporter_id == supporter_id, in_force).with_for_update()
    shares = [one for one in db.session().scalars(found) if _about(one.purpose, one.partner_id) == entry.about]
    for one in shares:
        _end(one, (ENDED_BEFORE_RESTORE, "en", "ledger"), entry.noted_at)
    return bool(shares)

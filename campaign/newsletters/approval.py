"""A second person's yes to a newsletter that many get. It holds for the words as they were: others need another one."""

from datetime import datetime
from hashlib import sha256

from sqlalchemy import select

from .. import db, i18n
from ..errors import Refused
from ..staff.models import Account
from . import segments, service
from .models import Newsletter
from .runs import Approval

OWN = "Somebody else has to approve it: you have written it."


def mark(newsletter_id: int) -> str:
    """A code of all that readers get, and who they are: another one when any of it changes. Raises LookupError."""
    audience_id = service.get(newsletter_id).audience_id
    whole = f"{service.fingerprint(newsletter_id)} {audience_id} {segments.said(audience_id)}"
    return sha256(whole.encode()).hexdigest()


def is_needed(readers: int) -> bool:
    """Whether so many readers want a second person's yes."""
    return readers > i18n.site().newsletters.second_person_above


def stands(newsletter_id: int) -> bool:
    """Whether somebody has approved the words as they are now."""
    return of(newsletter_id) is not None


def of(newsletter_id: int) -> Approval | None:
    """The approval of the words as they are now."""
    yes = select(Approval).where(Approval.newsletter_id == newsletter_id, Approval.mark == mark(newsletter_id))
    return db.session().scalar(yes.order_by(Approval.id.desc()).limit(1))


def approve(newsletter_id: int, account_id: int, seen: str, now: datetime) -> None:
    """Say yes to the words that had this mark when they were looked at. Raises LookupError, Refused."""
    words = mark(newsletter_id)
    one = db.session().get_one(Newsletter, newsletter_id)
    if not one.writable:
        raise Refused("It is on its way already.")
    if account_id in writers(one):
        raise Refused(OWN)
    if seen != words:
        raise Refused("The words have changed since you looked at them. Look once more.")
    if not stands(newsletter_id):
        db.session().add(Approval(newsletter_id=newsletter_id, account_id=account_id, mark=words, approved_at=now))


def writers(one: Newsletter) -> set[int]:
    """Whose own words these are: who saved the English ones, from which all others come; else who began it."""
    english = service.edition(one.id, "en")
    writer = (english and english.written_by_id) or one.made_by_id
    return {writer} if writer else set()


def name_of(account_id: int | None) -> str:
    """What somebody of the staff is called; somebody who has no account any more is nobody."""
    account = db.session().get(Account, account_id) if account_id else None
    return account.name if account else "somebody who has no account any more"

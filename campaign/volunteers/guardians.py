"""The guardian of somebody aged 16 or 17: named by them, asked by letter, free to take it back."""

from datetime import datetime, timedelta

from flask_babel import gettext
from sqlalchemy import delete, select

from .. import db, i18n, mail, seals
from ..errors import Refused
from ..supporters import service as supporters
from . import standing
from .models import Guardian, GuardianState, Volunteer, VolunteerState

ASK, ANSWERED = "volunteers.guardian", "volunteers.guardian_answered"
A_DAY = timedelta(days=1)


def name(volunteer_id: int, email: str, language: str, now: datetime) -> None:
    """Say who is to be asked. Whoever was asked before is no longer, and their link opens nothing any more."""
    _remove(volunteer_id)
    asked = {"state": GuardianState.ASKED, "asked_at": now, "language": language}
    db.session().add(Guardian(volunteer_id=volunteer_id, email=seals.seal(email), **asked))
    db.session().flush()


def _remove(volunteer_id: int) -> list[int]:
    which = delete(Guardian).where(Guardian.volunteer_id == volunteer_id).returning(Guardian.id)
    gone = list(db.session().scalars(which))
    db.session().expire_all()
    return gone


def ask(volunteer_id: int, supporter_id: int, now: datetime) -> None:
    """Write to the guardian. The letter is counted as the volunteer's, so that nobody has strangers written to.

    Raises Refused when so many were asked today that it looks like that.
    """
    if mail.written_since(now - A_DAY, supporter_id, [ASK]) >= i18n.site().limits.letters_per_day:
        raise Refused(gettext("We have written to several guardians for you today. Please try again tomorrow."))
    if (one := of(volunteer_id)) is not None:
        mail.write(ASK, one.id, supporter_id, now)


def of(volunteer_id: int) -> Guardian | None:
    """The guardian of a volunteer, if one was named."""
    return db.session().scalar(select(Guardian).where(Guardian.volunteer_id == volunteer_id))


def address_of(volunteer_id: int) -> str:
    """Where the guardian is written to; empty when there is none, or no secret of ours opens it."""
    return opened(of(volunteer_id))


def opened(one: Guardian | None) -> str:
    """The address of a guardian; empty when there is none, or no secret of ours opens it."""
    try:
        return seals.unseal(one.email) if one else ""
    except ValueError:
        return ""


def get(guardian_id: int) -> tuple[Guardian, Volunteer]:
    """A guardian and whose. Raises LookupError when they are no longer kept, or nobody is asked any more."""
    one = db.session().get(Guardian, guardian_id)
    if one is None:
        raise LookupError(guardian_id)
    volunteer = db.session().get_one(Volunteer, one.volunteer_id)
    if volunteer.state != VolunteerState.CONFIRMED or not volunteer.minor:
        raise LookupError(guardian_id)
    return one, volunteer


def answer(guardian_id: int, yes: bool, words: str, now: datetime) -> None:
    """Agree on these words, or refuse, or take it back. The same twice is harmless. Raises LookupError."""
    _, volunteer = get(guardian_id)
    if not supporters.hold(volunteer.supporter_id):
        raise LookupError(guardian_id)
    db.session().expire_all()
    one, volunteer = get(guardian_id)
    state = GuardianState.GIVEN if yes else GuardianState.REFUSED
    if one.state == state:
        return
    one.state, one.answered_at, one.words = state, now, words if yes else ""
    db.session().flush()
    mail.write(ANSWERED, one.id, volunteer.supporter_id, now)
    if not yes:
        standing.may_do_less.send(volunteer.id, now=now)


def forget(volunteer_id: int) -> None:
    """Nothing about a guardian is kept, nor any letter to them."""
    if gone := _remove(volunteer_id):
        mail.forget_about([ASK, ANSWERED], gone)

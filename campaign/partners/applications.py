"""Applications to join: sent by the public form, confirmed by letter, decided by staff, forgotten in time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, select

from .. import db, i18n, mail
from ..errors import Refused
from . import rules, service
from .models import Application, ApplicationState, Partner, PartnerState

A_DAY = timedelta(days=1)
PLEASE_CONFIRM, WELCOME, TURNED_DOWN = "partners.please_confirm", "partners.welcome", "partners.turned_down"
LETTERS = (PLEASE_CONFIRM, WELCOME, TURNED_DOWN)
TO_READ = Application.confirmed_at.is_not(None) & (Application.decision == "")
DECIDED = "This application has been decided already."


@dataclass(frozen=True)
class Wish:
    """What somebody typed who wants an organisation to join."""

    organisation: str
    homepage: str
    person: str
    email: str
    mailbox: str
    languages: str
    work: str


def apply(wish: Wish, language: str, now: datetime) -> None:
    """Take an application, unconfirmed, and ask its mailbox by letter, a few times a day at most.

    The caller learns nothing: neither whether the mailbox has written before, nor whether the name is taken.
    """
    db.take_turn(f"application {wish.mailbox}")
    today = select(func.count()).where(Application.mailbox == wish.mailbox, Application.applied_at > now - A_DAY)
    if (db.session().scalar(today) or 0) >= i18n.site().limits.letters_per_day:
        mail.write_to_nobody(now)
        return
    sent = Application(**vars(wish), language=language, applied_at=now, decision="")
    db.session().add(sent)
    db.session().flush()
    mail.write(PLEASE_CONFIRM, sent.id, None, now)


def get(application_id: int) -> Application:
    """The application. Raises LookupError when it is no longer kept."""
    if (found := db.session().get(Application, application_id)) is None:
        raise LookupError(application_id)
    return found


def _locked(application_id: int) -> Application:
    found = select(Application).where(Application.id == application_id).with_for_update()
    if (one := db.session().scalar(found.execution_options(populate_existing=True))) is None:
        raise LookupError(application_id)
    return one


def confirm(application_id: int, now: datetime) -> ApplicationState:
    """Its mailbox says that it meant it; from now on staff see it. Pressing twice is harmless. Raises LookupError."""
    one = _locked(application_id)
    if one.state(now) is ApplicationState.SENT:
        one.confirmed_at = now
    return one.state(now)


def take_back(application_id: int) -> None:
    """Its mailbox does not want it, or never did: it is deleted with its letters. May be repeated."""
    _remove(Application.id == application_id)


def _remove(which: ColumnElement[bool]) -> int:
    gone = list(db.session().scalars(delete(Application).where(which).returning(Application.id)))
    mail.forget_about(LETTERS, gone)
    return len(gone)


def to_read() -> int:
    """How many are confirmed and not decided."""
    return int(db.session().scalar(select(func.count()).select_from(Application).where(TO_READ)) or 0)


def waiting() -> list[Application]:
    """Those that are confirmed and not decided, oldest first."""
    found = select(Application).where(TO_READ)
    return list(db.session().scalars(found.order_by(Application.confirmed_at, Application.id)))


def decided() -> list[Application]:
    """Those that were decided, newest first, for as long as they are kept."""
    found = select(Application).where(Application.decision != "")
    return list(db.session().scalars(found.order_by(Application.decided_at.desc(), Application.id.desc())))


def unconfirmed() -> int:
    """How many wait for their own mailbox."""
    found = select(func.count()).select_from(Application)
    return int(db.session().scalar(found.where(Application.confirmed_at.is_(None))) or 0)


def alike(one: Application) -> list[Partner]:
    """Partners whose name may mean the same organisation."""
    return [partner for partner in service.everyone() if rules.alike(partner.name, one.organisation)]


def approve(application_id: int, partner_id: int | None, now: datetime) -> int:
    """Let an organisation join, as a new partner or as one that is known; the partner's id.

    Raises LookupError, and Refused when it is decided already or a name is taken.
    """
    one = _undecided(application_id)
    if partner_id is None:
        partner_id = service.add(one.organisation, PartnerState.ACTIVE, now)
    else:
        partner = service.get(partner_id)
        if partner.state == PartnerState.PAUSED:
            raise Refused(f"{partner.name} is paused. Resume it on its own page instead.")
        service.move(partner_id, PartnerState.ACTIVE, now)
    one.decision, one.decided_at, one.partner_id = ApplicationState.APPROVED, now, partner_id
    mail.write(WELCOME, application_id, None, now)
    return partner_id


def turn_down(application_id: int, now: datetime) -> None:
    """Say no, by a letter in kind words. Raises LookupError, Refused."""
    one = _undecided(application_id)
    one.decision, one.decided_at = ApplicationState.TURNED_DOWN, now
    mail.write(TURNED_DOWN, application_id, None, now)


def _undecided(application_id: int) -> Application:
    one = _locked(application_id)
    if one.decision:
        raise Refused(DECIDED)
    if one.confirmed_at is None:
        raise Refused("Its mailbox has not confirmed this application yet.")
    return one


def of(mailbox: str) -> list[Application]:
    """All that this mailbox has sent, oldest first."""
    return list(
        db.session().scalars(select(Application).where(Application.mailbox == mailbox).order_by(Application.id))
    )


def forget_mailbox(mailbox: str) -> None:
    """Delete all that this mailbox has sent, and the letters about it."""
    _remove(Application.mailbox == mailbox)


def forget_unconfirmed(until: datetime, *, dry_run: bool) -> int:
    """Delete what was sent before this moment and never confirmed; how many."""
    return _forget(Application.confirmed_at.is_(None) & (Application.applied_at < until), dry_run)


def forget_decided(until: datetime, *, dry_run: bool) -> int:
    """Delete what was decided before this moment; how many."""
    return _forget(Application.decided_at < until, dry_run)


def _forget(which: ColumnElement[bool], dry_run: bool) -> int:
    if dry_run:
        return int(db.session().scalar(select(func.count()).select_from(Application).where(which)) or 0)
    return _remove(which)

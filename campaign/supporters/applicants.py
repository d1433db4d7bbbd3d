"""Supporters who have asked that an organisation join: shown on the page about them, and erased with them."""

from datetime import datetime

from flask_babel import gettext

from .. import clock, db, i18n
from ..partners import applications
from ..partners.models import Application, ApplicationState
from . import erasure, kept
from .kept import Held
from .models import Supporter

KIND = "application"


@kept.holding.connect
def _applications(supporter_id: int) -> list[Held]:
    person = db.session().get_one(Supporter, supporter_id)
    return [_held(one) for one in applications.of(person.mailbox)]


def _held(one: Application) -> Held:
    facts = [
        (gettext("State"), _state(one.state(clock.now()))),
        (gettext("Sent"), i18n.show_moment(one.applied_at)),
        (gettext("Your name"), one.person),
        (gettext("Its website"), one.homepage),
        (gettext("Languages that it serves"), one.languages),
        (gettext("What it does"), one.work),
    ]
    data: dict[str, object] = {
        "organization": one.organisation,
        "website": one.homepage,
        "languages": one.languages,
        "work": one.work,
        "name": one.person,
        "email": one.email,
        "language": one.language,
        "state": one.state(clock.now()).value,
        **{name: _moment(getattr(one, name)) for name in ("applied_at", "confirmed_at", "decided_at")},
    }
    title = gettext("To join the coalition: %(organization)s", organization=one.organisation)
    return Held(KIND, one.id, title, [fact for fact in facts if fact[1]], "", data)


def _state(state: ApplicationState) -> str:
    words: dict[ApplicationState, str] = {
        ApplicationState.SENT: gettext("Not confirmed yet"),
        ApplicationState.LATE: gettext("Never confirmed"),
        ApplicationState.CONFIRMED: gettext("Confirmed: one of us reads it"),
    }
    return words.get(state) or str(gettext("Answered"))


def _moment(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None


@erasure.erasing.connect
def _erase(person: Supporter, now: datetime) -> None:
    """All that their mailbox has sent; a partner that it became stays, for it is nobody's own."""
    applications.forget_mailbox(person.mailbox)

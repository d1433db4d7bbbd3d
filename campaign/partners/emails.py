"""The letters to somebody who wants an organisation to join: what each says, looked up when it is sent."""

from typing import Any

from flask_babel import gettext

from .. import clock, db, i18n
from ..mail import Mail, letter
from ..web import address
from .models import CONFIRM_WITHIN, Application, ApplicationState, Partner


def _mail(one: Application, subject: str, template: str, **values: Any) -> Mail:
    """A letter in the language of the application. `subject` is an English text that is translated when sent."""
    language = i18n.find(one.language)
    links = {
        "confirm": address("partners.confirm", language, application_id=one.id),
        "coalition": address("partners.index", language),
        "help": address("pages.help", language),
    }
    return Mail(one.email, language, lambda: gettext(subject), template, {"links": links, **values})


def _find(application_id: int, state: ApplicationState) -> Application | None:
    one = db.session().get(Application, application_id)
    return one if one is not None and one.state(clock.now()) is state else None


@letter("partners.please_confirm")
def please_confirm(application_id: int) -> Mail | None:
    """Asks the mailbox whether it sent this; moot when it has answered. Nothing typed is in it: anybody types."""
    if (one := _find(application_id, ApplicationState.SENT)) is None:
        return None
    until = one.applied_at + CONFIRM_WITHIN
    return _mail(one, N_("Please confirm your application"), "confirm_application", until=until)


@letter("partners.welcome")
def welcome(application_id: int) -> Mail | None:
    """Says that the organisation has joined, and what comes next."""
    if (one := _find(application_id, ApplicationState.APPROVED)) is None:
        return None
    partner = db.session().get_one(Partner, one.partner_id)
    return _mail(one, N_("Welcome"), "welcome", person=one.person, partner=partner.name)


@letter("partners.turned_down")
def turned_down(application_id: int) -> Mail | None:
    """Says no, in kind words."""
    one = _find(application_id, ApplicationState.TURNED_DOWN)
    return _mail(one, N_("About your application"), "turned_down", person=one.person) if one else None


def N_(text: str) -> str:  # noqa: N802 (gettext's name for "translate later")
    """Marks a text for translation that is translated elsewhere."""
    return text

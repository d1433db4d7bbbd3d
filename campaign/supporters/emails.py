"""Letters to somebody about themselves: the link to their page, and all that is kept about them."""

from datetime import timedelta

from flask import render_template
from flask_babel import gettext

from .. import clock, db, i18n
from ..mail import Attachment, Mail, letter
from ..settings import Language
from ..web import address
from . import kept
from .models import AddressChange, OwnPageLink, Supporter

FOR = timedelta(days=1)  # how long a link to somebody's own page works


@letter("supporters.your_page", private=True)
def your_page(link_id: int) -> Mail | None:
    """The link that somebody asked for; moot when it is too old or was ended."""
    link = db.session().get(OwnPageLink, link_id)
    person = db.session().get(Supporter, link.supporter_id) if link else None
    if link is None or person is None or link.asked_at <= clock.now() - FOR:
        return None
    language = i18n.find(person.language)
    links = {**_links(language), "page": address("supporters.own_page", language, link_id=link_id)}
    values = {"links": links, "until": link.asked_at + FOR}
    return Mail(person.email, language, lambda: gettext("The link that you asked for"), "your_page", values, person.id)


@letter("supporters.new_address", private=True)
def new_address(change_id: int) -> Mail | None:
    """Asks the owner of a new address whether it is theirs; moot when that was asked too long ago."""
    change = db.session().get(AddressChange, change_id)
    person = db.session().get(Supporter, change.supporter_id) if change else None
    if change is None or person is None or change.asked_at <= clock.now() - FOR:
        return None
    language = i18n.find(person.language)
    links = {**_links(language), "page": address("supporters.new_address", language, change_id=change_id)}
    values = {"links": links, "until": change.asked_at + FOR}
    return Mail(change.email, language, lambda: gettext("Is this your new address?"), "new_address", values, person.id)


@letter("supporters.everything", private=True)
def everything(supporter_id: int) -> Mail | None:
    """All that is kept about them, to read and for programs."""
    if (person := db.session().get(Supporter, supporter_id)) is None:
        return None
    language, now = i18n.find(person.language), clock.now()
    with i18n.speaking(language):
        known = kept.about(supporter_id)
        page = render_template("letters/kept.html", kept=known, table=kept.table(), now=now)
    attachments = [
        Attachment("page.html", "text/html", page),
        Attachment("data.json", "application/json", kept.as_json(known, now)),
    ]
    values = {"links": _links(language)}
    subject = N_("What you asked for")
    return Mail(person.email, language, lambda: gettext(subject), "everything", values, person.id, attachments)


def _links(language: Language) -> dict[str, str]:
    return {"help": address("pages.help", language)}


def N_(text: str) -> str:  # noqa: N802 (gettext's name for "translate later")
    """Marks a text for translation that is translated elsewhere."""
    return text

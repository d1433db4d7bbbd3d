"""The letter to a partner's people about an event that they proposed. It is in English, as their door is."""

from .. import db, i18n
from ..mail import Mail, letter
from ..staff.models import Account
from ..web import address
from . import drafts
from .models import Event, EventAnswer


@letter("events.proposal_answered")
def proposal_answered(answer_id: int) -> Mail | None:
    """Says that it is published, or given back, with what staff wrote; moot for somebody who was shut out meanwhile."""
    told = db.session().get(EventAnswer, answer_id)
    account = db.session().get(Account, told.account_id) if told else None
    if told is None or account is None or account.disabled_at is not None:
        return None
    event, english = db.session().get_one(Event, told.event_id), i18n.find("en")
    links = {
        "event": address("events.show", english, slug=event.slug),
        "door": address("events_partner.edit", english, id=event.id),
        "help": address("pages.help", english),
    }
    known = {"name": account.name, "links": links, "approved": told.approved, "message": told.message}
    return Mail(
        account.email, english, lambda: "About your event", "proposal_answered", {**known, "title": drafts.title(event)}
    )

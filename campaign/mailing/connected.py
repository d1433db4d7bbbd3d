"""Whether newsletters can go out through the list's own house: asked where somebody chooses the way, and on the way."""

from .. import db, web
from . import intake, service
from .models import ListContact

HERE = "The list is our own, so newsletters go out from here. Somebody who runs the site can connect Mailchimp."
UNTOLD = "The list at Mailchimp has not been told of our people yet. Look at Mailing list, or let the worker run."
PAUSED = "Staff have paused the mailing list, so Mailchimp may not know who has left. Let it go on first."
SILENT = "The list at Mailchimp does not answer now, so it may not know who has left. Look at Mailing list."
NAME = "Mailchimp"


def why_not() -> str:
    """Why no newsletter can go through Mailchimp now, in a sentence; empty when it can."""
    if said := wrong_home():
        return said
    contact = db.session().get(ListContact, 1)
    if contact is None or contact.home != NAME or contact.answered_at is None:
        return UNTOLD
    if intake.is_paused():
        return PAUSED
    return SILENT if contact.failures else ""


def other_account() -> str:
    """Why nothing there can be looked at either: the settings name no list at Mailchimp, or another one."""
    if not web.config().mailchimp_key:
        return HERE
    return intake.ELSEWHERE if intake.is_elsewhere() else ""


def wrong_home() -> str:
    """Why what is begun there cannot go on: it is another list than these records know; empty when it can."""
    if said := other_account():
        return said
    if service.has_moved(NAME):
        return service.NOT_MOVED
    contact = db.session().get(ListContact, 1)
    return service.HELD if contact and contact.held_since else ""


def admin_page(web_id: int) -> str:
    """Where staff look at a campaign in Mailchimp's own pages; empty when that cannot be said."""
    centre = web.config().mailchimp_key.partition("-")[2]
    return f"https://{centre}.admin.mailchimp.com/campaigns/show/?id={web_id}" if web_id and centre.isalnum() else ""

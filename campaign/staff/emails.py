"""The letters to colleagues: what each says, looked up when it is sent. They are in English, as the staff door is."""

from .. import clock, db, i18n
from ..mail import Mail, letter
from ..web import address
from . import organisations
from .models import Account, Invitation
from .roles import MEANING, NAMES, Role


@letter("staff.invitation")
def invitation(invitation_id: int) -> Mail | None:
    """Invites somebody to set up their account; moot when it was used, replaced or is too old."""
    invited = db.session().get(Invitation, invitation_id)
    if invited is None or invited.over_at or invited.expires_at <= clock.now():
        return None
    account = db.session().get_one(Account, invited.account_id)
    english = i18n.find("en")
    links = {
        "set_up": address("staff.invitation", english, invitation_id=invitation_id),
        "help": address("pages.help", english),
    }
    role = Role(account.role)
    known = {"name": account.name, "links": links, "until": invited.expires_at}
    of = organisations.find(account.partner_id)
    known |= {"role": NAMES[role], "meaning": MEANING[role], "organisation": of.name if of else ""}
    return Mail(account.email, english, lambda: "Your account on our website", "invitation", known)

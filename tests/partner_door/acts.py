"""What tests of the partner door need: partners, and people of theirs who have signed in."""

from sqlalchemy import update

from campaign import clock, db
from campaign.links import service as links
from campaign.partners import service as partners
from campaign.partners.models import Partner, PartnerState
from campaign.staff import service
from campaign.staff.roles import Role
from tests.conftest import Site
from tests.visitor import Visitor


def partner(site: Site, name: str = "Sample Partner 1", state: PartnerState = PartnerState.ACTIVE) -> int:
    """A partner; its id."""
    with site.inside(), db.writing():
        return partners.add(name, state, clock.now())


def put(site: Site, partner_id: int, state: PartnerState) -> None:
    """Let a partner stand elsewhere."""
    with site.inside(), db.writing() as session:
        session.execute(update(Partner).where(Partner.id == partner_id).values(state=state))


def of(site: Site, partner_id: int | None, email: str = "partner1@example.org") -> Visitor:
    """Somebody of this partner, signed in by a one-time link; with None, of no organisation."""
    with site.inside(), db.writing():
        account_id = service.add(email, email.partition("@")[0].capitalize(), clock.now(), Role.PARTNER, partner_id)
        key = service.one_time_link(account_id, clock.now())
    person = site.visitor()
    person.press(person.get(f"/staff/link/{key}"), "Sign in")
    return person


def code(site: Site, partner_id: int | None, note: str = "Library") -> str:
    """A code of this partner, or of the campaign's own."""
    with site.inside(), db.writing():
        return links.get(links.make("/pledges/freedom", "en", note, clock.now(), partner_id)).code

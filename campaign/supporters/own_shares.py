"""What somebody sees on the page about themselves of what partners have of them, and saying no to it there."""

from datetime import datetime

from flask_babel import gettext
from sqlalchemy import select

from .. import db, i18n
from ..partners import service as partners
from . import kept, service, shares
from .kept import Held
from .models import Ask, Consent, Purpose, Removal, Share

KINDS = {"delivery_consent": Purpose.DELIVERY, "mailing_consent": Purpose.MAILING}
KIND_OF = {purpose: kind for kind, purpose in KINDS.items()}


@kept.holding.connect
def _shares(supporter_id: int) -> list[Held]:
    found = select(Share).where(Share.supporter_id == supporter_id).order_by(Share.partner_id, Share.id)
    return [_held(one) for one in db.session().scalars(found)]


def _held(one: Share) -> Held:
    name, said, removal = partners.get(one.partner_id).name, _yes_of(one), _removal_of(one)
    delivery = one.purpose == Purpose.DELIVERY
    facts = [
        (gettext("State"), _state(one, name)),
        (gettext("The words that you agreed to"), said.words if said else ""),
        (gettext("You agreed"), i18n.show_moment(one.since)),
        (gettext("The name"), one.name),
        (gettext("Handed over"), _handed(one)),
        (gettext("What happens next"), _next(one, removal, name) if one.ended_at else ""),
    ]
    data: dict[str, object] = {
        "partner": name,
        "name": one.name,
        "reference": one.ref,
        "words": said.words if said else None,
        "language": said.language if said else None,
        "since": _moment(one.since),
        "handed_over_at": _moment(one.handed_at),
        "ended_at": _moment(one.ended_at),
        "removal_asked_at": _moment(removal.asked_at if removal else None),
        "removal_confirmed_at": _moment(removal.confirmed_at if removal else None),
    }
    title = gettext("Your name and address, for %(partner)s", partner=name) if delivery else ""
    title = title or gettext("News from %(partner)s", partner=name)
    return Held(KIND_OF[Purpose(one.purpose)], one.id, title, [fact for fact in facts if fact[1]], _button(one), data)


def _yes_of(one: Share) -> Consent | None:
    """The yes with which it began."""
    theirs = (Consent.supporter_id == one.supporter_id) & (Consent.partner_id == one.partner_id)
    found = select(Consent).where(theirs, Consent.purpose == one.purpose, Consent.given, Consent.said_at <= one.since)
    return db.session().scalars(found.order_by(Consent.id.desc()).limit(1)).first()


def _removal_of(one: Share) -> Removal | None:
    if one.ended_at is None or one.ref is None:
        return None
    whats = (shares.ASKS[Purpose(one.purpose)], Ask.DELETE)  # who must delete the address cannot write to it either
    asked = select(Removal).where(Removal.ref == one.ref, Removal.what.in_(whats))
    return db.session().scalars(asked.order_by(Removal.id.desc()).limit(1)).first()


def _state(one: Share, name: str) -> str:
    if one.ended_at:
        return str(gettext("Ended on %(moment)s", moment=i18n.show_moment(one.ended_at)))
    if one.purpose == Purpose.DELIVERY:
        return str(gettext("%(partner)s may have your name and address", partner=name))
    return str(gettext("%(partner)s may write to you, if it has your address", partner=name))


def _handed(one: Share) -> str:
    if one.handed_at:
        return i18n.show_moment(one.handed_at)
    return "" if one.ended_at or one.purpose == Purpose.MAILING else str(gettext("Not yet"))


def _next(one: Share, removal: Removal | None, name: str) -> str:
    delivery = one.purpose == Purpose.DELIVERY
    if removal is None:
        never = gettext("Nothing: %(partner)s never had them from us.", partner=name) if delivery else ""
        return str(never or gettext("Nothing: %(partner)s does not write to you because of us.", partner=name))
    if removal.confirmed_at:
        when = i18n.show_moment(removal.confirmed_at)
        return str(gettext("%(partner)s told us on %(moment)s that it did.", partner=name, moment=when))
    if removal.what == Ask.DELETE:
        return str(gettext("%(partner)s was told to delete it. We wait for its word.", partner=name))
    return str(gettext("%(partner)s was told to stop. We wait for its word.", partner=name))


def _button(one: Share) -> str:
    if one.ended_at:
        return ""
    delivery = one.purpose == Purpose.DELIVERY
    return str(gettext("Take my address back") if delivery else gettext("Stop this organization's news"))


def _moment(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None


@service.taking_back.connect
def _take_back(kind: str, supporter_id: int, id: int, now: datetime) -> bool:
    """Say no to one of them. False when it is not theirs."""
    one = db.session().get(Share, id) if kind in KINDS else None
    if one is None or one.supporter_id != supporter_id or one.purpose != KINDS[kind]:
        return False
    name, delivery = partners.get(one.partner_id).name, one.purpose == Purpose.DELIVERY
    no = gettext("No longer my name and address for %(partner)s", partner=name) if delivery else ""
    no = no or gettext("No more news from %(partner)s", partner=name)
    shares.withdraw(id, supporter_id, (no, i18n.language().code, "own page"), now)
    return True

"""What pages show of partners: nothing but what each agreed to, and the names that were announced."""

from dataclasses import dataclass
from typing import Any

from blinker import Signal
from sqlalchemy import select

from .. import db, i18n
from ..text import fold
from . import agreements, logos, texts
from .models import Logo, Partner, PartnerState, PartnerTexts, What

showing = Signal("Asks the features above what the page of the partner with this address shows too; each with a dict.")
OVER = (PartnerState.RETIRED, PartnerState.LEFT)


@dataclass(frozen=True)
class Card:
    """A partner as its page shows it, in the language spoken or else in English; `logo` is its width and height."""

    name: str
    slug: str
    language: str
    about: str
    languages: str
    homepage: str
    contact: str
    logo: tuple[int, int] | None


@dataclass(frozen=True)
class Named:
    """A partner as it was announced; `slug` where it has a page."""

    name: str
    slug: str = ""


def cards() -> list[Card]:
    """The active partners that agreed to a page, by name."""
    active = select(Partner).where(Partner.state == PartnerState.ACTIVE).order_by(Partner.name_key)
    return _cards(list(db.session().scalars(active)))


def find(slug: str) -> Card | None:
    """The partner with this address, if it may be shown."""
    active = select(Partner).where(Partner.slug == slug, Partner.state == PartnerState.ACTIVE)
    return next(iter(_cards(list(db.session().scalars(active)))), None)


def beside(slug: str) -> dict[str, Any]:
    """What the features above show on the page of this partner, by name."""
    return {name: value for _, answer in showing.send(slug) for name, value in answer.items()}


def logo(slug: str) -> Logo | None:
    """The logo at this address, if it may be shown."""
    found = select(Partner.id).where(Partner.slug == slug, Partner.state == PartnerState.ACTIVE)
    partner_id = db.session().scalar(found)
    if partner_id is None or not {What.PAGE, What.LOGO} <= agreements.holding([partner_id]).get(partner_id, set()):
        return None
    return logos.get(partner_id)


def _cards(partners: list[Partner]) -> list[Card]:
    agreed = agreements.holding([one.id for one in partners]) if partners else {}
    shown = [one for one in partners if What.PAGE in agreed.get(one.id, set())]
    if not shown:
        return []
    ids, spoken = [one.id for one in shown], i18n.language().code
    sizes, written = logos.sizes(ids), texts.among(ids, {spoken, "en"})
    return [
        _card(one, agreed[one.id], sizes, written.get((one.id, spoken)) or written.get((one.id, "en"))) for one in shown
    ]


def _card(one: Partner, agreed: set[What], sizes: dict[int, tuple[int, int]], said: PartnerTexts | None) -> Card:
    words = {part: getattr(said, part, "") for part in texts.PARTS}
    if What.CONTACT not in agreed:
        words["contact"] = ""
    language = said.language if said else i18n.language().code
    return Card(one.name, one.slug, language, logo=sizes.get(one.id) if What.LOGO in agreed else None, **words)


def announced(shown: list[Card] | None = None) -> list[Named]:
    """The names in campaign.toml, but for partners that have retired or left since; with a page where there is one.

    With the records away (`shown` is None) the names alone.
    """
    names = [partner.name for partner in i18n.site().partners]
    if shown is None:
        return [Named(name) for name in names]
    gone = set(db.session().scalars(select(Partner.name_key).where(Partner.state.in_(OVER))))
    pages = {fold(card.name)[:200]: card.slug for card in shown}
    keys = {name: fold(name)[:200] for name in names}
    return [Named(name, pages.get(key, "")) for name, key in keys.items() if key not in gone]

"""What a partner's page says, language by language."""

from collections.abc import Collection

from sqlalchemy import select

from .. import db
from .models import PartnerTexts

PARTS = ("about", "languages", "homepage", "contact")


def get(partner_id: int, language: str) -> PartnerTexts | None:
    """The texts in this language, if somebody has written them."""
    return db.session().get(PartnerTexts, (partner_id, language))


def write(partner_id: int, language: str, typed: dict[str, str], version: int) -> None:
    """Write the texts in a language. Raises Stale when somebody else has saved them since `version` (0: none)."""
    found = select(PartnerTexts).where(PartnerTexts.partner_id == partner_id, PartnerTexts.language == language)
    there = db.session().scalar(found.with_for_update().execution_options(populate_existing=True))
    db.must_be(there.version if there else 0, version)
    if there is None:
        db.session().add(PartnerTexts(partner_id=partner_id, language=language, version=1, **typed))
        return
    for part in PARTS:
        setattr(there, part, typed[part])
    there.version += 1


def languages_of(partner_id: int) -> set[str]:
    """The codes of the languages that have texts."""
    return set(db.session().scalars(select(PartnerTexts.language).where(PartnerTexts.partner_id == partner_id)))


def among(partner_ids: Collection[int], languages: Collection[str]) -> dict[tuple[int, str], PartnerTexts]:
    """The texts of these partners in these languages, by id and language."""
    found = select(PartnerTexts).where(PartnerTexts.partner_id.in_(partner_ids), PartnerTexts.language.in_(languages))
    return {(one.partner_id, one.language): one for one in db.session().scalars(found)}


def as_data(partner_id: int) -> dict[str, dict[str, str]]:
    """The same for programs, by language."""
    found = select(PartnerTexts).where(PartnerTexts.partner_id == partner_id).order_by(PartnerTexts.language)
    return {one.language: {part: getattr(one, part) for part in PARTS} for one in db.session().scalars(found)}

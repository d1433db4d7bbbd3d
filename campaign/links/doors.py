"""For doors: the partner by whom somebody came, whose boxes a form offers."""

from flask import request

from .. import cache, db
from ..partners import service as partners
from ..partners.models import Partner
from ..text import is_slug
from . import origin


def came_by() -> Partner | None:
    """The partner whose code or page led here, if it takes part now. Asks the records that the door opened."""
    via, slug = (request.args.get("via") or "")[:10], (request.args.get("from") or "")[:60]
    partner_id = cache.came_by() if cache.keeping() else origin.partner_of(via, slug) if via or slug else None
    return partners.find_active(partner_id) if partner_id else None


def offered() -> Partner | None:
    """The partner whose boxes the form that was sent had, if it still takes part."""
    if not (slug := request.form.get("partner", "")[:60]) or not is_slug(slug):
        return None
    with db.reading():
        partner = partners.find(slug)
        return partners.find_active(partner.id) if partner else None

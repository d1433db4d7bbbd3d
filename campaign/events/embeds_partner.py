"""The partner door to putting one's own events, or those of everybody, into a page of one's own site."""

from .. import web
from ..partners import service as partners
from ..staff import doors
from . import embeds_page
from .embeds_page import Own

area = web.partner_area("embeds_partner", __name__)


def _own() -> Own:
    partner = partners.get(doors.my_partner())
    return partner.slug, partner.name


embeds_page.doors_of(area, _own)

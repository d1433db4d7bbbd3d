"""The staff door to putting lists of events into pages of other sites."""

from .. import web
from . import embeds_page

area = web.staff_area("embeds_staff", __name__)
embeds_page.doors_of(area, lambda: None)

"""The partner door: where the people of a partner begin."""

from flask import render_template
from flask.typing import ResponseReturnValue

from .. import web

area = web.partner_area("pages_partner", __name__)


@area.get("/")
def home() -> ResponseReturnValue:
    """What one can do here, for one's own organisation."""
    return render_template("pages/partner/home.html")

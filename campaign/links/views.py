"""The public door: follow a printed code."""

from flask import Response, make_response, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from .. import i18n, web
from . import service, targets, visits

area = web.public_area("links", __name__)
STAY = "stay"  # in the address of the same page in English, for whoever chose that


@area.get("/q/<typed>")
def follow(typed: str) -> ResponseReturnValue:
    """On to where the code leads, always a page of this site; the code goes along as `via`.

    A letter has one code and many links: each names in `to` the page that it is for, among those a code may lead to.
    """
    found = service.follow(typed)
    if found is None:
        return _kind_page(404, gettext("Please look at the code again: a letter or a digit may be wrong."))
    code, lead = found
    if not lead.path:
        if i18n.language().code == "en" != lead.language and STAY not in request.args:  # as the piece was printed
            there = f"{i18n.find(lead.language).prefix}/q/{code}"
            return Response(status=302, headers={"Location": there, "Cache-Control": "no-store"})
        i18n.carry(f"?{STAY}")
        return _kind_page(410, gettext("This code is no longer in use. Everything else is still here."))
    if visits.is_somebody(request):
        visits.tally().add(lead.id)
    named = request.args.get("to", "")
    path = named if named and targets.readable(named) else lead.path
    return Response(status=302, headers={"Location": f"{path}?via={code}", "Cache-Control": "no-store"})


@area.get("/Q/<typed>")
def follow_capitals(typed: str) -> ResponseReturnValue:
    """The same: printed in capitals, the address makes a smaller QR symbol."""
    return follow(typed)


def _kind_page(status: int, sentence: str) -> Response:
    heading = gettext("This code does not lead anywhere")
    way_out = (gettext("See the pledges"), url_for("pledges.index"))
    return make_response(web.error_page(status, sentence, heading, way_out))

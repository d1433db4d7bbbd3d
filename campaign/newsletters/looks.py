"""The staff door to looking: a newsletter as its readers will get it, what stands against sending, and links."""

from flask import Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from .. import clock, db, i18n, web
from ..staff import audit, doors
from ..staff.acts import Act
from . import desk, destinations, frames, preflight, rendering
from .forms import LinkForm
from .rendering import Prepared

area = web.staff_area("newsletter_looks_staff", __name__)
LOOKS = {
    "phone": "Phone",
    "desktop": "Desktop",
    "dark": "Dark",
    "no-pictures": "Pictures off",
    "text": "Plain text",
}


@area.get("/newsletters/<int:id>/seen/<code>")
def show(id: int, code: str) -> ResponseReturnValue:
    """The letter to a sample person of a language, in one of five ways of looking at it."""
    look = request.args.get("as", "phone")
    look = look if look in LOOKS else "phone"
    other = desk.language_or_404(code)
    with db.reading():
        row, made = desk.newsletter_or_404(id), _prepared(id, code)
    letter = made.for_reader(frames.sample(other))
    known = {"row": row, "other": other, "look": look, "looks": LOOKS, "letter": letter, "made": made}
    known |= {"weight": len(letter.html.encode()), "written": i18n.find(made.edition_language)}
    return frames.around(render_template("newsletters/staff/seen.html", **known))


@area.get("/newsletters/<int:id>/letter/<code>")
def letter(id: int, code: str) -> Response:
    """The letter itself, for the frame of that page."""
    look, other = request.args.get("as", ""), desk.language_or_404(code)
    with db.reading():
        desk.newsletter_or_404(id)
        html = _prepared(id, code).for_reader(frames.sample(other)).html
    return frames.framed(html, dark=look == "dark", pictures=look != "no-pictures")


def _prepared(newsletter_id: int, code: str) -> Prepared:
    try:
        return rendering.prepared(newsletter_id, code)
    except LookupError:
        abort(404)


@area.get("/newsletters/<int:id>/checks")
def checks(id: int) -> ResponseReturnValue:
    """What stands against sending it, each with the way there."""
    with db.reading():
        row = desk.newsletter_or_404(id)
        known = {"row": row, "findings": preflight.findings(id), "allowed": sorted(destinations.allowed(id))}
        known["unknown"] = preflight.unknown_links(id)
        return render_template("newsletters/staff/checks.html", **known)


@area.post("/newsletters/<int:id>/links")
def stand_for(id: int) -> ResponseReturnValue:
    """Say that one has opened an address off this site, and stands for it."""
    form = LinkForm()
    if not form.validate():
        return web.error_page(422, f"{next(iter(form.errors.values()))[0]} Nothing was changed.")
    with db.writing():
        desk.newsletter_or_404(id)
        destinations.allow(id, form.address.data or "", doors.me().id, clock.now())
        audit.note(Act.NEWSLETTER_LINK_ALLOWED, "newsletter", id)
    return web.to("newsletter_looks_staff.checks", id=id)

"""A form behind a door that its session no longer stands for: nothing was saved, and what was typed is not lost."""

from typing import Any

from flask import g, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError

from .. import web

NEVER_CARRIED = {"password", "code"}  # a form with one of these is asked for once more instead


def signed_out() -> ResponseReturnValue:
    """Whoever looks is led to the door; whoever sends something is told that it was not saved, and keeps it."""
    if request.method != "POST" or request.endpoint == "staff.sign_out":
        return web.to("staff.sign_in")
    return render_template("staff/signed_out.html", **_still_here()), 403


def stale_form(_error: CSRFError) -> ResponseReturnValue:
    """The form is of a session that has ended: what was typed into it can be sent once more under the new one."""
    if "staff" not in g:
        return web.error_page(400, "This page was open too long. Nothing was done. Go back, reload it, and repeat.")
    return render_template("staff/stale.html", **_still_here()), 400


def fields() -> list[tuple[str, str]]:
    """What the form held, without the mark of its session."""
    return [pair for pair in request.form.items(multi=True) if pair[0] != "csrf_token"]


def _still_here() -> dict[str, Any]:
    """Where the form was sent and what it held, for a button that sends it again; no `fields` where that cannot be.

    What another site's page may have sent is never offered to be sent again, so the browser must say that it was ours.
    """
    origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site")
    ours = site in (None, "same-origin") and origin in (None, request.host_url[:-1]) and (site or origin)
    whole = not any(one.filename for one in request.files.values()) and not NEVER_CARRIED & set(request.form)
    return {"to": request.full_path.rstrip("?"), "fields": fields() if ours and whole else []}

"""The staff door itself: sign in, by link or invitation too, prove again who one is, sign out."""

from flask import Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from .. import clock, db, security, web
from ..forms import mailbox_of
from . import attempts, audit, devices, doors, service, sessions
from .acts import Act
from .forms import ProveForm, SignInForm

area = web.staff_area("staff", __name__)
WRONG = "This is not the right address, password and code together. Codes change every half minute."
WRONG_PROOF = "This is not the right password and code together. Each code works once, and changes every half minute."
TOO_MANY = "Too many tries. Wait an hour, or sign in from a device that you have used here before."
NO_LINK = "This is no whole link. On the machine itself, `campaign staff link` makes one."
USED = "This link was used before or is too old. On the machine itself, `campaign staff link` makes one."
NOT_INVITED = "This invitation was used before, is too old, or was replaced. Ask an administrator to invite you again."
BROKEN = "This link is not complete. Copy all of it from the letter, or ask an administrator to invite you again."


@area.route("/sign-in", methods=["GET", "POST"])
@security.at_an_even_pace
def sign_in() -> ResponseReturnValue:
    """Password and code; the answer does not tell which of them was wrong, nor whether the account exists."""
    form = SignInForm()
    if not form.validate_on_submit():
        return render_template("staff/sign_in.html", form=form), web.status_of(form)
    mailbox, now = mailbox_of(form.email.data or ""), clock.now()
    with db.writing():
        place, known = _place(mailbox)
        attempt = attempts.begin(mailbox, place, now, known=known)
    if attempt is None:
        return _too_many()
    with db.reading():
        account_id = service.check_password(mailbox, form.password.data or "")
    fresh = doors.fresh()
    with db.writing():
        done = account_id is not None and service.sign_in(account_id, form.code.data or "", fresh, now)
        if done and account_id is not None:
            attempts.succeeded(attempt)
            doors.ticket().device = devices.remember(doors.device(), account_id, now)
            audit.note(Act.SIGNED_IN, who=account_id)
        else:
            audit.note(Act.SIGN_IN_FAILED)
    if not done:
        form.form_errors.append(WRONG)
        return render_template("staff/sign_in.html", form=form), 422
    return _in(fresh.key)


def _place(mailbox: str) -> tuple[str, bool]:
    """Where this try comes from: a device that the account is known to use, or a network that anybody may share."""
    device = doors.device()
    known = devices.is_known(device, mailbox)
    return (f"device {device}", True) if known else (security.network(), False)


def _too_many() -> Response:
    response = web.error_page(429, TOO_MANY, "Please wait")
    response.headers["Retry-After"] = "3600"
    return response


def _in(key: str) -> ResponseReturnValue:
    doors.let_in(key)
    return web.to(doors.HOME)


@area.get("/link/<key>")
def link(key: str) -> ResponseReturnValue:
    """A page with a button: what only looks at the link must not use it up.

    A proxy that keeps whatever ends in `.css` must find no page at `/staff/link/x.css`: its form would be somebody's.
    """
    return render_template("staff/link.html") if service.is_link(key) else web.error_page(404, NO_LINK)


@area.post("/link/<key>")
def use_link(key: str) -> ResponseReturnValue:
    """Sign in, once; in a demonstration only from this machine, for its link stands in a terminal's scrollback."""
    if web.config().demo and not security.from_this_machine():
        abort(403)
    fresh = doors.fresh()
    with db.writing():
        done = service.use_link(key, fresh, clock.now())
        audit.note(Act.SIGNED_IN_BY_LINK if done else Act.SIGN_IN_FAILED, who=_holder(fresh.key))
    return _in(fresh.key) if done else web.error_page(410, USED)


def _holder(key: str) -> int | None:
    """The id of the account whose session has just begun, for the audit trail; None when none has."""
    found = sessions.find(key, clock.now())
    return found[0].id if found else None


@area.get('/invitation/<signed("invite"):invitation_id>')
def invitation(invitation_id: int) -> ResponseReturnValue:
    """A page with a button, as for a link."""
    return render_template("staff/invitation.html")


@area.post('/invitation/<signed("invite"):invitation_id>')
def accept(invitation_id: int) -> ResponseReturnValue:
    """Begin to set up one's account, once."""
    fresh = doors.fresh()
    with db.writing():
        done = service.use_invitation(invitation_id, fresh, clock.now())
        audit.note(Act.INVITATION_TAKEN if done else Act.SIGN_IN_FAILED, who=_holder(fresh.key))
    if not done:
        return web.error_page(410, NOT_INVITED)
    doors.let_in(fresh.key)
    return web.to("account_staff.show")


@area.get("/invitation/<path:token>")
def broken_invitation(token: str) -> ResponseReturnValue:
    """A link that lost a part on its way."""
    return web.error_page(404, BROKEN, "This link does not work")


@area.route("/prove", methods=["GET", "POST"])
def prove() -> ResponseReturnValue:
    """Password and code once more, before what a borrowed screen must not be enough for."""
    form = ProveForm(to=doors.way(request.args.get("to", "")))
    if not form.validate_on_submit():
        return render_template("staff/prove.html", form=form), web.status_of(form)
    mine, key, now = doors.me(), doors.ticket().key, clock.now()
    with db.writing():
        attempt = attempts.begin(mine.email, f"session {doors.my_session().id}", now, known=True)
    if attempt is None:
        return _too_many()
    fresh = doors.fresh()
    with db.reading():
        right = service.check_password(mine.email, form.password.data or "") == mine.id
    with db.writing():
        done = right and service.prove(mine.id, form.code.data or "", key, fresh.key, now)
        if done:
            attempts.succeeded(attempt)
        audit.note(Act.PROVED if done else Act.PROOF_FAILED)
    if not done:
        form.form_errors.append(WRONG_PROOF)
        return render_template("staff/prove.html", form=form), 422
    doors.let_in(fresh.key)
    return _go_on(form)


def _go_on(form: ProveForm) -> ResponseReturnValue:
    """To where one was going. What was about to be sent is sent by a button, for only its sender may send it."""
    if not form.sent.data:
        return web.onward(doors.way(form.to.data or ""))
    fields = doors.carried(form.carried.data or "")
    return render_template("staff/go_on.html", to=doors.way(form.to.data or "", "POST"), fields=fields)


@area.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """End this session, and the account's others with it."""
    with db.writing():
        service.sign_out(doors.me().id, doors.ticket().key, clock.now())
        audit.note(Act.SIGNED_OUT)
    doors.ticket().gone = True
    return web.to("staff.sign_in")

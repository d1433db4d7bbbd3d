"""The staff door: sign in, sign out, my account."""

from flask import abort, g, render_template
from flask.typing import ResponseReturnValue

from .. import clock, db, i18n, qr, security, web
from ..forms import mailbox_of
from . import audit, doors, service
from .acts import Act
from .forms import PasswordForm, SignInForm

area = web.staff_area("staff", __name__)
WRONG = "This is not the right address, password and code together. Codes change every half minute."
NO_LINK = "This is no whole link. On the machine itself, `campaign staff link` makes one."
WRONG_CODE = "This is not the code that the app should show now. Check the time on your phone."


@area.app_context_processor
def _who() -> dict[str, object]:
    return {"staff": g.get("staff")}


@area.route("/sign-in", methods=["GET", "POST"])
@security.at_an_even_pace
def sign_in() -> ResponseReturnValue:
    """Password and code; the answer does not tell which of them was wrong, nor whether the account exists."""
    form = SignInForm()
    if not form.validate_on_submit():
        return render_template("staff/sign_in.html", form=form), web.status_of(form)
    mailbox, now = mailbox_of(form.email.data or ""), clock.now()
    with db.reading():
        if service.too_many_failures(mailbox, security.network(), now):
            return web.error_page(429, "Too many tries from here. Wait a quarter of an hour, then try again.")
        account_id = service.check_password(mailbox, form.password.data or "")
    with db.writing():
        key = service.sign_in(account_id, form.code.data or "", now) if account_id else None
        if key is None:
            service.note_failure(mailbox, security.network(), now)
            audit.note(Act.SIGN_IN_FAILED)
        else:
            audit.note(Act.SIGNED_IN, who=account_id)
    if key is None:
        form.form_errors.append(WRONG)
        return render_template("staff/sign_in.html", form=form), 422
    doors.let_in(key)
    return web.to("pages_staff.home")


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
    with db.writing():
        session_key = service.use_link(key, clock.now())
        holder = service.who(session_key, clock.now()) if session_key else None
        audit.note(Act.SIGNED_IN_BY_LINK if holder else Act.SIGN_IN_FAILED, who=holder.id if holder else None)
    if session_key is None:
        sentence = "This link was used before or is too old. On the machine itself, `campaign staff link` makes one."
        return web.error_page(410, sentence)
    doors.let_in(session_key)
    return web.to("pages_staff.home")


@area.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """End this session here and in the table."""
    with db.writing():
        service.end_session(doors.ticket().key, clock.now())
        audit.note(Act.SIGNED_OUT)
    doors.ticket().gone = True
    return web.to("staff.sign_in")


@area.get("/account")
def account() -> ResponseReturnValue:
    """My password and my app."""
    return _account(PasswordForm())


@area.post("/account")
def choose_password() -> ResponseReturnValue:
    """Choose a password, and the first time an app."""
    form = PasswordForm()
    if not form.validate_on_submit():
        return _account(form), 422
    hashed, key = service.hasher.hash(form.password.data or ""), doors.ticket().key
    with db.writing():
        done = service.choose_password(doors.me().id, hashed, form.code.data or "", key, clock.now())
        audit.note(Act.PASSWORD_CHOSEN if done else Act.CODE_WRONG, "account", doors.me().id)
    if not done:
        form.code.errors = [WRONG_CODE]
        return _account(form), 422
    return web.to("staff.account")


def _account(form: PasswordForm) -> str:
    mine = doors.me()
    known: dict[str, object] = {"confirmed": bool(mine.code_secret), "secret": "", "qr": ""}
    if not mine.code_secret:
        secret = service.proposed_secret(mine.id, doors.ticket().key)
        picture = qr.svg(service.app_address(mine.email, secret, i18n.site().campaign.name["en"]))
        known |= {"secret": secret, "qr": picture}
    return render_template("staff/account.html", form=form, **known)

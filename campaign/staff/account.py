"""The door to one's own account: set it up, change the password, replace the app, see and end one's sessions."""

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from .. import clock, db, i18n, qr, web
from . import audit, devices, doors, factors, passwords, service, sessions
from .acts import Act
from .forms import NewAppForm, NewPasswordForm, SetUpForm
from .roles import NAMES, Role

area = web.staff_area("account_staff", __name__)
CHANGES = {"account_staff.change_password", "account_staff.replace_app", "account_staff.new_recovery_codes"}
WRONG_CODE = "This is not the code that the app should show now. Check the time on your phone."


@area.before_request
def _set_up_first() -> ResponseReturnValue | None:
    """What is changed must be there: in a demonstration one can be signed in without password and app."""
    there = doors.me().set_up or request.endpoint not in CHANGES
    return None if there else web.to("account_staff.show")


@area.get("/account")
def show() -> ResponseReturnValue:
    """My account, or the way to set it up."""
    return _show(SetUpForm())


@area.post("/account")
def set_up() -> ResponseReturnValue:
    """Choose a password and an app; the answer shows the recovery codes, this once."""
    mine = doors.me()
    if mine.set_up:
        return web.to("account_staff.show")
    form = SetUpForm(about=_about_me())
    if not form.validate_on_submit():
        return _show(form), 422
    hashed, fresh, now = passwords.hashed(form.password.data or ""), doors.fresh(), clock.now()
    with db.writing():
        codes = service.set_up(doors.my_session(), hashed, form.code.data or "", doors.ticket().key, now)
        if codes is not None:
            sessions.prove(doors.ticket().key, fresh.key, now)
            doors.ticket().device = devices.remember(doors.device(), mine.id, now)
        audit.note(Act.CODE_WRONG if codes is None else Act.ACCOUNT_SET_UP, "account", mine.id)
    if codes is None:
        form.code.errors = [WRONG_CODE]
        return _show(form), 422
    doors.let_in(fresh.key)
    return render_template("staff/recovery_codes.html", codes=codes, first=True)


def _about_me() -> tuple[str, ...]:
    return doors.me().email, doors.me().name


def _show(form: SetUpForm) -> str:
    mine, now = doors.me(), clock.now()
    with db.reading():
        known = {"sessions": sessions.of(mine.id, now), "left": factors.recovery_codes_left(mine.id)}
    known |= {"session": doors.my_session(), "form": form, "role": NAMES[Role(mine.role)]}
    known["shut"] = doors.shut() if mine.role == Role.PARTNER else ""
    if mine.set_up:
        return render_template("staff/account.html", **known)
    return render_template("staff/set_up.html", **known, **_new_app())


def _new_app() -> dict[str, object]:
    """The key for an app, to type and as a picture to scan."""
    secret = factors.proposed_secret(doors.me(), doors.my_session())
    address = factors.app_address(doors.me().email, secret, i18n.site().campaign.name["en"])
    return {"secret": secret, "qr": qr.svg(address)}


@area.route("/account/password", methods=["GET", "POST"])
def change_password() -> ResponseReturnValue:
    """Another password."""
    form = NewPasswordForm(about=_about_me())
    if not form.validate_on_submit():
        return render_template("staff/password.html", form=form), web.status_of(form)
    hashed = passwords.hashed(form.password.data or "")
    with db.writing():
        service.change_password(doors.me().id, hashed, doors.ticket().key, clock.now())
        audit.note(Act.PASSWORD_CHOSEN, "account", doors.me().id)
    return web.to("account_staff.show")


@area.route("/account/app", methods=["GET", "POST"])
def replace_app() -> ResponseReturnValue:
    """Another app in the place of the old one."""
    form = NewAppForm()
    if not form.validate_on_submit():
        return render_template("staff/app.html", form=form, **_new_app()), web.status_of(form)
    with db.writing():
        done = service.replace_app(doors.my_session(), form.code.data or "", doors.ticket().key, clock.now())
        audit.note(Act.APP_REPLACED if done else Act.CODE_WRONG, "account", doors.me().id)
    if not done:
        form.code.errors = [WRONG_CODE]
        return render_template("staff/app.html", form=form, **_new_app()), 422
    return web.to("account_staff.show")


@area.post("/account/recovery-codes")
def new_recovery_codes() -> ResponseReturnValue:
    """Ten new recovery codes, shown this once."""
    with db.writing():
        codes = service.renew_recovery_codes(doors.me().id, doors.ticket().key, clock.now())
        audit.note(Act.RECOVERY_CODES_MADE, "account", doors.me().id)
    return render_template("staff/recovery_codes.html", codes=codes, first=False)


@area.post("/account/sessions/<int:id>/end")
def end_session(id: int) -> ResponseReturnValue:
    """Sign one of my devices out."""
    try:
        with db.writing():
            sessions.end_one(doors.me().id, id, clock.now())
            audit.note(Act.SESSION_ENDED, "account", doors.me().id)
    except LookupError:
        abort(404)
    return web.to("account_staff.show")


@area.post("/account/sessions/end-others")
def end_other_sessions() -> ResponseReturnValue:
    """Sign out all of my devices but this one."""
    with db.writing():
        sessions.end_all(doors.me().id, clock.now(), but=doors.ticket().key)
        audit.note(Act.SESSIONS_ENDED, "account", doors.me().id)
    return web.to("account_staff.show")

"""The door to the accounts of colleagues: invite, change a role, disable and bring back, help who lost their phone."""

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from .. import clock, db, web
from ..errors import Stale
from ..forms import mailbox_of
from . import accounts, audit, doors, organisations, service, sessions
from .acts import Act
from .forms import InviteForm, RoleForm
from .models import Account
from .roles import MEANING, NAMES, Role

area = web.staff_area("accounts_staff", __name__)


@area.context_processor
def _roles() -> dict[str, object]:
    return {"names": NAMES, "meanings": [(NAMES[role].capitalize(), MEANING[role]) for role in Role]}


@area.get("/accounts")
def index() -> ResponseReturnValue:
    """Everybody who has an account."""
    with db.reading():
        known = {"rows": accounts.everybody(), "organisations": _organisations()}
        return render_template("staff/accounts/index.html", **known)


def _organisations() -> dict[int, str]:
    """The names of the organisations, by their ids."""
    return {one.id: one.name for one in organisations.everyone()}


@area.route("/accounts/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Invite a colleague by letter."""
    with db.reading():
        form = InviteForm(role=Role.VIEWER.value, offered=organisations.offered())
    if not form.validate_on_submit():
        return render_template("staff/accounts/new.html", form=form), web.status_of(form)
    with db.reading():
        there = service.find(mailbox_of(form.email.data or ""))
    if there is not None:
        form.email.errors = ["This address has an account already. Look for it in the list."]
        return render_template("staff/accounts/new.html", form=form), 422
    with db.writing():
        mailbox, role = mailbox_of(form.email.data or ""), Role(form.role.data)
        account_id = accounts.invite(mailbox, form.name.data or "", role, clock.now(), form.partner_id.data)
        audit.note(Act.ACCOUNT_INVITED, "account", account_id)
    return web.to("accounts_staff.edit", id=account_id)


@area.route("/accounts/<int:id>", methods=["GET", "POST"])
def edit(id: int) -> ResponseReturnValue:
    """One account: its role and organisation, its sessions, and what can be done about it."""
    with db.reading():
        account = _account_or_404(id)
        form = RoleForm(obj=account, offered=organisations.offered(account.partner_id))
        if not form.validate_on_submit():
            return _page(id, form), web.status_of(form)
    try:
        with db.writing():
            key, now = doors.ticket().key, clock.now()
            role, of = Role(form.role.data), form.partner_id.data
            accounts.change_role(id, role, form.seen_version, now, partner_id=of, but=key)
            audit.note(Act.ROLE_CHANGED, "account", id)
    except Stale:
        with db.reading():
            account = _account_or_404(id)
            form.overtaken(account.version)
            return _page(id, form, theirs=_role_of(account)), 409
    return web.to("accounts_staff.edit", id=id) if doors.me().id != id else web.to(doors.HOME)


def _role_of(account: Account) -> list[tuple[str, str]]:
    of = _organisations().get(account.partner_id or 0)
    return [("Role", NAMES[Role(account.role)]), *([("Organization", of)] if of else [])]


def _page(account_id: int, form: RoleForm, theirs: list[tuple[str, str]] | None = None) -> str:
    known = {"account": _account_or_404(account_id), "sessions": sessions.of(account_id, clock.now())}
    return render_template("staff/accounts/edit.html", form=form, theirs=theirs, **known)


@area.post("/accounts/<int:id>/invite")
def invite_again(id: int) -> ResponseReturnValue:
    """Send another invitation to somebody who has not set up their account."""
    with db.writing():
        _account_or_404(id)
        accounts.invite_again(id, clock.now())
        audit.note(Act.INVITED_AGAIN, "account", id)
    return web.to("accounts_staff.edit", id=id)


@area.post("/accounts/<int:id>/disable")
def disable(id: int) -> ResponseReturnValue:
    """Let nobody in by this account."""
    with db.writing():
        _account_or_404(id)
        accounts.disable(id, clock.now())
        audit.note(Act.ACCOUNT_DISABLED, "account", id)
    return web.to("accounts_staff.edit", id=id)


@area.post("/accounts/<int:id>/bring-back")
def bring_back(id: int) -> ResponseReturnValue:
    """Let it be used again."""
    with db.writing():
        _account_or_404(id)
        accounts.bring_back(id)
        audit.note(Act.ACCOUNT_BROUGHT_BACK, "account", id)
    return web.to("accounts_staff.edit", id=id)


@area.post("/accounts/<int:id>/start-over")
def start_over(id: int) -> ResponseReturnValue:
    """For somebody who lost phone or password: take both away and invite them anew."""
    with db.writing():
        _account_or_404(id)
        accounts.start_over(id, clock.now())
        audit.note(Act.ACCOUNT_STARTED_OVER, "account", id)
    return web.to("accounts_staff.edit", id=id)


@area.post("/accounts/<int:id>/sign-out")
def sign_out(id: int) -> ResponseReturnValue:
    """End all sessions of this account."""
    with db.writing():
        _account_or_404(id)
        accounts.sign_out(id, clock.now(), but=doors.ticket().key)
        audit.note(Act.ACCOUNT_SIGNED_OUT, "account", id)
    return web.to("accounts_staff.edit", id=id)


def _account_or_404(account_id: int) -> Account:
    try:
        return service.get(account_id)
    except LookupError:
        abort(404)

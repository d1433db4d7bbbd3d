"""The partner door to one's own people: see who they are, invite a colleague, shut out who has left."""

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from .. import clock, db, web
from ..errors import Refused
from ..forms import mailbox_of
from . import accounts, audit, doors, service
from .acts import Act
from .forms import ColleagueForm
from .models import Account
from .roles import Role

area = web.partner_area("accounts_partner", __name__)
TAKEN = "Nobody can be invited with this address. Ask an administrator of the campaign."  # whose it is, stays unsaid
YOURSELF = "You cannot shut yourself out. A colleague or an administrator of the campaign can."


@area.get("/people")
def index() -> ResponseReturnValue:
    """Everybody of one's own organisation who has an account."""
    with db.reading():
        return render_template("staff/partner/index.html", rows=accounts.everybody(doors.my_partner()))


@area.route("/people/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Invite a colleague by letter."""
    form = ColleagueForm()
    if not form.validate_on_submit():
        return render_template("staff/partner/new.html", form=form), web.status_of(form)
    mailbox, mine = mailbox_of(form.email.data or ""), doors.my_partner()
    with db.reading():
        there = service.find(mailbox)
    if there is not None:
        colleague = there.partner_id == mine
        form.email.errors = ["This address has an account already. Look for it in the list." if colleague else TAKEN]
        return render_template("staff/partner/new.html", form=form), 422
    with db.writing():
        accounts.refuse_more_invited(mine)
        account_id = accounts.invite(mailbox, form.name.data or "", Role.PARTNER, clock.now(), mine)
        audit.note(Act.ACCOUNT_INVITED, "account", account_id)
    return web.to("accounts_partner.index")


@area.post("/people/<int:id>/invite")
def invite_again(id: int) -> ResponseReturnValue:
    """Send another invitation to a colleague who has not set up their account."""
    with db.writing():
        _colleague_or_404(id)
        accounts.invite_again(id, clock.now())
        audit.note(Act.INVITED_AGAIN, "account", id)
    return web.to("accounts_partner.index")


@area.post("/people/<int:id>/disable")
def disable(id: int) -> ResponseReturnValue:
    """Let nobody in by a colleague's account; an administrator of the campaign can bring it back."""
    with db.writing():
        if _colleague_or_404(id).id == doors.me().id:
            raise Refused(YOURSELF)
        accounts.disable(id, clock.now())
        audit.note(Act.ACCOUNT_DISABLED, "account", id)
    return web.to("accounts_partner.index")


def _colleague_or_404(account_id: int) -> Account:
    """Somebody of one's own organisation; anybody else is as good as not there."""
    try:
        account = service.get(account_id)
        doors.refuse_foreign(account.partner_id)
    except LookupError:
        abort(404)
    return account

"""The `campaign staff` commands: accounts, from the machine itself."""

from typing import TYPE_CHECKING

import click

from .. import clock
from ..errors import Refused
from .roles import Role

if TYPE_CHECKING:
    from ..web import OpenSite


@click.group()
def staff() -> None:
    """Staff accounts, from the machine itself."""


@staff.command()
@click.argument("email")
@click.option("--role", type=click.Choice([role.value for role in Role]), help="A new account is an administrator's.")
@click.option("--partner", help="The organisation of somebody with the role partner: its name.")
@click.pass_obj
def link(open_site: "OpenSite", email: str, role: str | None, partner: str | None) -> None:
    """Make an account for EMAIL if there is none, and print a link that signs in once."""
    from .. import db, web
    from ..forms import mailbox_of
    from . import accounts, audit, service
    from .acts import Act

    try:
        with open_site().app_context():
            with db.writing():
                of, role = _of(partner), role or (Role.PARTNER.value if partner else None)
                account_id = service.add(mailbox_of(email), email, clock.now(), Role(role or Role.ADMINISTRATOR))
                if service.get(account_id).disabled_at:
                    raise click.ClickException(f"{email} is disabled. `campaign staff reset {email}` brings it back.")
                if role:
                    if partner is None and role == Role.PARTNER:
                        of = service.get(account_id).partner_id or _of("")
                    accounts.change_role(account_id, Role(role), None, clock.now(), partner_id=of)
                    audit.note(Act.ROLE_CHANGED, "account", account_id)
                key = service.one_time_link(account_id, clock.now())
                audit.note(Act.LINK_MADE, "account", account_id)
            click.echo(f"{web.config().base_url}/staff/link/{key}")
    except Refused as refused:
        raise click.ClickException(str(refused)) from refused


def _of(name: str | None) -> int | None:
    """The id of the organisation with this name; None when none is named. Raises Refused."""
    from . import organisations

    if name is None:
        return None
    if not name:
        raise Refused("Say of which organisation: --partner and its name.")
    found = [one.id for one in organisations.everyone() if one.name.casefold() == name.strip().casefold()]
    if not found:
        raise Refused(f"There is no partner {name!r}. Write its name as it stands in the list of partners.")
    return found[0]


@staff.command()
@click.argument("email")
@click.option("--disable", is_flag=True, help="Do not let this account in again.")
@click.pass_obj
def reset(open_site: "OpenSite", email: str, disable: bool) -> None:
    """Take password, app and recovery codes of EMAIL away, sign out everywhere; prints a link that signs in once."""
    from .. import db, web
    from ..forms import mailbox_of
    from . import accounts, audit, service
    from .acts import Act

    with open_site().app_context():
        with db.writing():
            if (account := service.find(mailbox_of(email))) is None:
                raise click.ClickException(f"There is no account for {email}. `campaign staff link {email}` makes one.")
            accounts.reset(account.id, clock.now(), disable=disable)
            key = "" if disable else service.one_time_link(account.id, clock.now())
            audit.note(Act.ACCOUNT_DISABLED if disable else Act.ACCOUNT_RESET, "account", account.id)
        click.echo(f"{web.config().base_url}/staff/link/{key}" if key else f"{email} cannot sign in any more.")

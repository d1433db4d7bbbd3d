"""The `campaign staff` commands: accounts, from the machine itself."""

from typing import TYPE_CHECKING

import click

from .. import clock

if TYPE_CHECKING:
    from ..web import OpenSite


@click.group()
def staff() -> None:
    """Staff accounts, from the machine itself."""


@staff.command()
@click.argument("email")
@click.pass_obj
def link(open_site: "OpenSite", email: str) -> None:
    """Make an account for EMAIL if there is none, and print a link that signs in once."""
    from .. import db, web
    from ..forms import mailbox_of
    from . import audit, service
    from .acts import Act

    with open_site().app_context():
        with db.writing():
            account_id = service.add(mailbox_of(email), email, clock.now())
            key = service.one_time_link(account_id, clock.now())
            audit.note(Act.LINK_MADE, "account", account_id)
        click.echo(f"{web.config().base_url}/staff/link/{key}")


@staff.command()
@click.argument("email")
@click.option("--disable", is_flag=True, help="Do not let this account in again.")
@click.pass_obj
def reset(open_site: "OpenSite", email: str, disable: bool) -> None:
    """Take password and app of EMAIL away and sign out everywhere; prints a link that signs in once."""
    from .. import db, web
    from ..forms import mailbox_of
    from . import audit, service
    from .acts import Act

    with open_site().app_context():
        with db.writing():
            account_id = service.add(mailbox_of(email), email, clock.now())
            service.reset(account_id, clock.now(), disable=disable)
            key = "" if disable else service.one_time_link(account_id, clock.now())
            audit.note(Act.ACCOUNT_DISABLED if disable else Act.ACCOUNT_RESET, "account", account_id)
        click.echo(f"{web.config().base_url}/staff/link/{key}" if key else f"{email} cannot sign in any more.")

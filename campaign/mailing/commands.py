"""The commands of the mailing list: tell it now, and a Mailchimp to watch that with."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ..web import OpenSite


@click.command()
@click.option("--move", is_flag=True, help="The list has a new home for good; everybody is told there anew.")
@click.pass_obj
def sync(open_site: "OpenSite", move: bool) -> None:
    """Tell the mailing list now what people last said, and say what is left."""
    from .. import db
    from ..staff import audit
    from ..staff.acts import Act
    from . import service

    with open_site().app_context():
        with db.writing():
            audit.note(Act.LIST_MOVED if move else Act.LIST_TOLD)
        told = service.sync(at_once=True, moving=move)
        with db.reading():
            standing = service.standing()
    click.echo(f"{told} told. Waiting: {standing.waiting}. Stuck: {standing.stuck}.")
    if standing.contact and standing.contact.trouble:
        click.echo(standing.contact.trouble)


@click.command("fake-mailchimp")
@click.option("--port", default=4010, show_default=True, help="Where it listens, on this machine only.")
def fake_mailchimp(port: int) -> None:
    """Be a Mailchimp that keeps everything in memory, to watch a sync without an account."""
    from . import fake

    fake.serve(port)

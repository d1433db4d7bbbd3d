"""The commands that look after what is kept of people."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ..web import OpenSite


@click.command()
@click.option("--dry-run", is_flag=True, help="Only say how much would be forgotten.")
@click.pass_obj
def forget(open_site: "OpenSite", dry_run: bool) -> None:
    """Forget what has been kept long enough, as the worker does every hour."""
    from .. import db
    from ..staff import audit
    from ..staff.acts import Act
    from . import retention

    with open_site().app_context():
        for kind, number in retention.forgotten(dry_run=dry_run).items():
            click.echo(f"{kind:14}{number:8}")
        if not dry_run:
            with db.writing():
                audit.note(Act.FORGOTTEN)

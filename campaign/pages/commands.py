"""The commands about the words."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ..web import OpenSite


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.pass_obj
def freeze(open_site: "OpenSite", folder: Path) -> None:
    """Write help in every language into FOLDER, as pages for any host that need no site behind them."""
    from .frozen import freeze as freeze_into

    site = open_site()
    try:
        with site.app_context():
            written = freeze_into(folder)
    except OSError as error:
        raise click.ClickException(f"Nothing can be written to {folder} ({error.strerror}).") from error
    click.echo(f"{len(written)} files in {folder}. Open {folder / 'index.html'}, or put the folder on any host.")

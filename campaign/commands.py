"""The commands that keep a site: what they take, and what they have to say. What they do stands in their modules."""

import os
from pathlib import Path
from secrets import token_urlsafe
from typing import TYPE_CHECKING

import click

from .config import Config, change_env_file
from .errors import Misconfigured, Stopped
from .run import as_owner_of

if TYPE_CHECKING:
    from .web import OpenSite

SHEET = """
Keep these lines apart from the server: on paper, or in a password manager that two of you can open.
With them and a backup file your campaign can be restored anywhere; without them nobody can, not even you.

{lines}
"""
BEGINNING = """BACKUP_KEY and BACKUP_DIR are now in {settings}. Start the site again: from then on its worker makes a
backup every day in {folder}. Copy that folder to another machine, by rsync or as your host offers it."""


@click.command()
@click.option("--make-key", is_flag=True, help="Make the key that seals backups, and print the sheet to keep apart.")
@click.pass_obj
def backup(open_site: "OpenSite", make_key: bool) -> None:
    """Make a backup in BACKUP_DIR while the site runs, and read it back."""
    from . import backup

    config = Config.read()
    if make_key:
        _make_key(config)
        return
    with as_owner_of(config.data_dir):
        made = backup.make(config)
    click.echo(f"{made.path}: {made.rows} rows, {made.size} bytes.")
    if made.read_back:
        click.echo("It was opened again, restored into a scratch place, and compared.")
    else:
        click.echo("What was sealed was restored into a scratch place; the key here cannot open the file itself again.")
    with as_owner_of(config.data_dir):
        _tell_trail(open_site)


def _tell_trail(open_site: "OpenSite") -> None:
    """A backup that is there stays, also when the records or the settings do not let it be written down."""
    from . import archive, backup

    try:
        site = open_site()
    except Misconfigured as error:
        raise Stopped(f"The backup is made, but the audit trail could not be told of it. {error}") from error
    with archive.in_words(), site.app_context():
        backup.tell_trail()


def _make_key(config: Config) -> None:
    from . import archive

    settings = config.data_dir / "campaign.env"
    if not settings.exists():
        raise click.ClickException(f"There is no site in {config.data_dir}. `campaign init` makes one.")
    key = config.backup_key or archive.new_key()
    if not config.backup_key:
        folder = config.backup_folder
        with as_owner_of(config.data_dir):
            change_env_file(settings, {"BACKUP_DIR": str(folder), "BACKUP_KEY": key})
        click.echo(BEGINNING.format(settings=settings, folder=folder))
    known = {"SECRET_KEY": config.secret_key, "LEDGER_KEY": config.ledger_key, "BACKUP_KEY": key}
    lines = "\n".join(f"  {name}={value}" for name, value in known.items() if value)
    click.echo(SHEET.format(lines=lines))


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--replace", "over", is_flag=True, help="Move the records that are here aside; they are kept.")
@click.option("--new-secret", is_flag=True, help="The SECRET_KEY is lost for good: go on with a new one.")
def restore(file: Path, over: bool, new_secret: bool) -> None:
    """Restore the backup FILE into DATA_DIR (and DATABASE_URL). Stop the site first."""
    from dataclasses import replace

    from . import archive, backup
    from . import restore as restoring
    from .supporters import ledger

    config = Config.read()
    if not archive.opens(config.backup_key):
        config = replace(config, backup_key=click.prompt("BACKUP_KEY", hide_input=True))
    with as_owner_of(config.data_dir), backup.workplace(config) as place:
        manifest = restoring.opened(file, place / "opened", config.backup_key)
        config, written = _settings_for(config, manifest.settings, new_secret=new_secret)
        if new_secret:
            manifest = replace(manifest, secret=backup.mark_of(config.secret_key))
        book = file.absolute().parent / ledger.FILE
        done = restoring.restore(config, place / "opened", manifest, book, over=over)
        if done.content and not config.content_dir:
            written["CONTENT_DIR"] = str(done.content)
        if written:
            change_env_file(config.data_dir / "campaign.env", written)
    _tell(config, done, written)


def _settings_for(config: Config, kept: dict[str, str], *, new_secret: bool) -> tuple[Config, dict[str, str]]:
    """The settings to restore under, and those to write into a folder that has none yet."""
    secret = config.secret_key
    if new_secret:
        secret = token_urlsafe(48)
    elif not secret:
        secret = click.prompt("SECRET_KEY", hide_input=True)
    settings = config.data_dir / "campaign.env"
    written = {"SECRET_KEY": secret} if new_secret else {}
    if not settings.exists():
        known = {name: value for name, value in kept.items() if value and name != "CONTENT_DIR"}
        written = {**known, "SECRET_KEY": secret, "BACKUP_KEY": config.backup_key}
        if "LEDGER_KEY" in kept and not new_secret:
            written["LEDGER_KEY"] = config.ledger_key or click.prompt("LEDGER_KEY", hide_input=True)
        if written.get("BACKUP_DIR"):
            written["BACKUP_DIR"] = str(config.backup_folder)
    return Config.read({**os.environ, **written, "SECRET_KEY": secret, "BACKUP_KEY": config.backup_key}), written


def _tell(config: Config, done: "object", written: dict[str, str]) -> None:
    from .restore import Restored

    assert isinstance(done, Restored)
    click.echo(f"Restored: {done.rows} rows, as they were at {done.made_at:%Y-%m-%d %H:%M} UTC.")
    if done.aside:
        click.echo(f"What was here before is kept: {done.aside}. Delete it when you are sure.")
    if done.letters_held:
        click.echo(f"{done.letters_held} letters wait for you: they may have gone out already. See Letters.")
    if done.repeated is None:
        click.echo(
            "There is no ledger.jsonl beside the backup: nobody can say who left since. Copy it there if you have it."
        )
    else:
        click.echo(f"The ledger was read: {done.repeated} times somebody had left, withdrawn or been erased since.")
    missing = [name for name, value in done.settings.items() if not value and name not in written]
    if written and (missing := [name for name in missing if name not in os.environ]):
        click.echo(f"Set again in {config.data_dir / 'campaign.env'}: {', '.join(missing)}.")
    click.echo("The mailing list is held. Now: `campaign sync check`, the same with `--repair`, then start the site.")


@click.command("rotate-secret")
@click.option("--reseal", "only_reseal", is_flag=True, help="Only seal again what an older secret has sealed.")
@click.option("--forget-old", is_flag=True, help="Take the old secrets away; links made under them stop working.")
@click.pass_obj
def rotate_secret(open_site: "OpenSite", only_reseal: bool, forget_old: bool) -> None:
    """Make a new SECRET_KEY; the old one is still taken for links in letters until it is forgotten."""
    from . import rotation

    config = Config.read()
    if not only_reseal and not forget_old:
        with as_owner_of(config.data_dir):
            rotation.rotate(config)
    with as_owner_of(config.data_dir):
        site = open_site()
        done, lost = rotation.reseal(site)
    click.echo(f"{done} sealed values are sealed under the newest secret.")
    if lost:
        raise click.ClickException(f"{lost} sealed values cannot be opened by any secret that is known here.")
    if forget_old:
        with as_owner_of(config.data_dir):
            rotation.forget_old(site, config)
    click.echo("Start the site again now. Then print the sheet anew and keep it apart: campaign backup --make-key")


@click.command()
@click.option("--no-dns", is_flag=True, help="Ask no name server.")
def doctor(no_dns: bool) -> None:
    """Look at everything the site needs, and say what to do; works when nothing else does."""
    from . import doctor as looking

    sick = 0
    for finding in looking.findings(names=not no_dns):
        click.echo(str(finding))
        sick += not finding.well
    if sick:
        raise click.ClickException(f"{sick} of these need somebody.")


@click.command()
def upgrade() -> None:
    """Bring the records up to a newly installed program: stop, back up, migrate, check, start; and the way back."""
    from . import upgrade as upgrading

    upgrading.upgrade(Config.read(), click.echo)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.pass_obj
def still(open_site: "OpenSite", folder: Path) -> None:
    """Write still copies of /help and the static files into FOLDER, for the proxy to show while the site is away."""
    from . import archive
    from . import still as copying

    with archive.in_words():
        number = copying.write(open_site(), Config.read(), folder)
    click.echo(f"{number} still pages are in {folder}.")


KEEPING = (backup, restore, doctor, upgrade, rotate_secret, still)

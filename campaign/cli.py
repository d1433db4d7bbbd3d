"""The `campaign` command: start the site, prepare it, look after it."""

import os
import sys
from pathlib import Path
from secrets import token_urlsafe
from typing import TYPE_CHECKING

import click

from . import clock, commands, logs
from .config import Config, read_env_file
from .errors import Misconfigured, Stopped
from .mailing import commands as mailing
from .pages import commands as pages
from .printables import commands as printables
from .run import go_with_parent, port_is_free, supervise
from .staff import commands as accounts
from .supporters import commands as supporters

if TYPE_CHECKING:
    from flask import Flask

PROGRAM = [sys.executable, "-m", "campaign"]


def main() -> None:
    """The command, with every foreseen trouble said in a sentence."""
    logs.begin(as_objects=False)
    try:
        campaign(standalone_mode=False, obj=_open_site)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except Misconfigured as error:
        for problem in error.problems:
            click.echo(problem, err=True)
        sys.exit(1)
    except Stopped as error:
        click.echo(str(error), err=True)
        sys.exit(1)


def _open_site() -> "Flask":
    """The site for a command of a feature, which stands below the app and must not import it."""
    from .app import create_app

    return create_app()


@click.group()
def campaign() -> None:
    """Run the campaign's site and look after it."""


@campaign.command()
@click.option("--demo", is_flag=True, help="A demonstration with sample data, on this machine only.")
def run(demo: bool) -> None:
    """Start the site and its worker, and stop both with Ctrl-C."""
    config = _prepared(demo)
    if not port_is_free(config.host, config.port):
        other = f"PORT={config.port + 1} make run" if demo else f"PORT={config.port + 1} campaign run"
        raise click.ClickException(f"Port {config.port} is in use. Choose another one: {other}")
    link = _ready(config, demo)
    env = {**os.environ, "DATA_DIR": str(config.data_dir), "PORT": str(config.port), "CAMPAIGN_SUPERVISED": "1"}

    def tell() -> None:
        click.echo(f"\n  The site:        {config.base_url}")
        if link:
            click.echo(f"  Staff, once:     {config.base_url}/staff/link/{link}")
        if not config.smtp_url:
            click.echo(f"  Letters:         {config.base_url}/staff/letters and {config.data_dir / 'outbox'}")
        click.echo("  Stop with Ctrl-C.\n")

    url = f"http://{config.host}:{config.port}/healthz"
    sys.exit(supervise([[*PROGRAM, "web"], [*PROGRAM, "worker"]], env, tell, url))


def _prepared(demo: bool) -> Config:
    """The settings, written down first when a demonstration is begun in an empty folder."""
    folder = Path(os.environ.get("DATA_DIR") or "data").absolute()
    settings = _writable(folder) / "campaign.env"
    if demo and not settings.exists():
        _write_settings(settings, {"MODE": "demo", "SECRET_KEY": token_urlsafe(48)})
    if demo and read_env_file(settings).get("MODE") != "demo":
        raise click.ClickException(f"{folder} holds a real site. Start it with `campaign run`, or set DATA_DIR.")
    return Config.read().checked()


def _writable(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".probe"
        probe.touch()
        probe.unlink()
    except OSError as error:
        sentence = f"Nothing can be written to {folder} ({error.strerror}). Set DATA_DIR to a folder of yours."
        raise click.ClickException(sentence) from error
    return folder


def _write_settings(path: Path, values: dict[str, str]) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:  # noqa: PTH123
        file.writelines(f"{key}={value}\n" for key, value in values.items())


def _ready(config: Config, demo: bool) -> str:
    """Bring the records up to date and, in a demonstration, fill them; the secret of a one-time link, if any."""
    from . import db, i18n, schema
    from .app import create_app
    from .events import seed as event_seed
    from .partners import service as partners
    from .pledges import counting, seed
    from .shifts import seed as shift_seed
    from .staff import audit
    from .staff import service as staff
    from .staff.acts import Act
    from .volunteers import seed as volunteer_seed

    click.echo("Preparing the records …")
    schema.upgrade(config.database_url)
    app = create_app(config)
    with app.app_context():
        with db.writing():
            audit.begin()
            partners.announce([one.name for one in i18n.site().partners], clock.now())
        if not demo:
            return ""
        with db.writing():
            if seed.pledges(clock.now()):
                click.echo(f"Loaded the campaign's words and {seed.samples(clock.now())} sample signatures.")
                click.echo(f"Loaded {event_seed.samples(clock.now())} sample events.")
                click.echo(f"Loaded {volunteer_seed.samples(clock.now())} sample volunteers.")
                click.echo(f"Loaded {shift_seed.samples(clock.now())} sample shifts.")
            account_id = staff.add("staff@example.invalid", "Sample staff", clock.now())
            link = staff.one_time_link(account_id, clock.now())
            audit.note(Act.LINK_MADE, "account", account_id)
        counting.count()
    return link


@campaign.command()
@click.option("--base-url", prompt="Address of the site (https://…)", help="The address that visitors type.")
@click.option("--email", prompt="Your email address", help="The first staff account.")
@click.option("--proxies", default=1, show_default=True, help="Proxies in front of the site that speak https.")
def init(base_url: str, email: str, proxies: int) -> None:
    """Make an empty, real site in DATA_DIR, and print a link to sign in once."""
    from . import db, i18n, schema
    from .app import create_app
    from .forms import mailbox_of
    from .partners import service as partners
    from .pledges import seed
    from .staff import audit
    from .staff import service as staff
    from .staff.acts import Act
    from .volunteers import keeping

    folder = _writable(Path(os.environ.get("DATA_DIR") or "data").absolute())
    if (folder / "campaign.env").exists():
        raise click.ClickException(f"{folder} holds a site already. Set DATA_DIR to an empty folder.")
    values = {"MODE": "production", "SECRET_KEY": token_urlsafe(48), "BASE_URL": base_url.rstrip("/")}
    config = Config.read({**os.environ, **values, "TRUSTED_PROXIES": str(proxies)}).checked()
    app = create_app(config)  # refuses what must not be, before anything is written
    _write_settings(folder / "campaign.env", {**values, "TRUSTED_PROXIES": str(proxies)})
    schema.upgrade(config.database_url)
    with app.app_context(), db.writing():
        seed.pledges(clock.now())
        keeping.usual()
        partners.announce([one.name for one in i18n.site().partners], clock.now())
        account_id = staff.add(mailbox_of(email), email, clock.now())
        link = staff.one_time_link(account_id, clock.now())
        audit.note(Act.LINK_MADE, "account", account_id)
    click.echo(f"The site is ready in {folder}. Start it with `campaign run`, then sign in once here:")
    click.echo(f"{config.base_url}/staff/link/{link}")


@campaign.command()
def web() -> None:
    """Be the web server."""
    from .serve import serve

    _go_with_supervisor()
    config = Config.read().checked()
    logs.begin(as_objects=not config.demo)
    serve(config)


@campaign.command()
def worker() -> None:
    """Be a worker: letters, counts, reminders, forgetting."""
    from . import jobs
    from .app import create_app

    _go_with_supervisor()
    config = Config.read().checked()
    logs.begin(as_objects=not config.demo)
    jobs.work(create_app(config))


def _go_with_supervisor() -> None:
    if os.environ.get("CAMPAIGN_SUPERVISED"):
        go_with_parent()


@campaign.command()
def check() -> None:
    """Check content, templates, migrations and the audit trail; every mistake with its place."""
    from .checking import mistakes, notices, records

    config = Config.read()
    for notice in notices(config):
        click.echo(f"notice: {notice}")
    broken, looked_at = records(config)
    found = [*mistakes(config), *broken]
    for mistake in found:
        click.echo(mistake, err=True)
    if found:
        raise click.ClickException(f"{len(found)} mistakes.")
    click.echo("Content, templates and migrations are as they should be.")
    click.echo(looked_at)


for command in (
    accounts.staff,
    mailing.sync,
    mailing.fake_mailchimp,
    supporters.forget,
    pages.freeze,
    printables.print_,
    *commands.KEEPING,
):
    campaign.add_command(command)

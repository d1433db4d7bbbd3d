"""The commands of the mailing list: tell it now, set it up, compare it, and a Mailchimp to watch that with."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..web import OpenSite
    from .wiring import Plan, Wiring


@click.group(invoke_without_command=True)
@click.option("--move", is_flag=True, help="The list has a new home for good; everybody is told there anew.")
@click.pass_context
def sync(context: click.Context, move: bool) -> None:
    """Tell the mailing list now what people last said, and say what is left."""
    if context.invoked_subcommand is None:
        _tell(context.obj, move)


@sync.command()
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@click.option("--new-audience", is_flag=True, help="Change over for good to another audience than was set up.")
@click.pass_obj
def setup(open_site: "OpenSite", dry_run: bool, new_audience: bool) -> None:
    """Make what the audience at Mailchimp lacks: fields, and the webhook by which it tells us of those who leave."""
    from . import wiring

    with open_site().app_context():
        here = wiring.of_this_site()
        plan = here.plan(new_audience=new_audience)
        for words in _of(plan):
            click.echo(words)
        if not dry_run:
            _wire(here, plan)


def _of(plan: "Plan") -> "Iterator[str]":
    """What a plan says, before anything of it is done."""
    yield f"The audience “{plan.audience}”:"
    yield from (f"✓ {words}" for words in plan.well)
    yield from (f"→ {words}" for words, _ in plan.steps)
    yield from (f"! {words}" for words in plan.warnings)
    yield "Nothing is to be done." if not plan.steps else f"To do: {len(plan.steps)}."


def _wire(here: "Wiring", plan: "Plan") -> None:
    from .. import db
    from ..staff import audit
    from ..staff.acts import Act

    here.do(plan, lambda words: click.echo(f"Done: {words}"))
    if plan.steps:
        with db.writing():
            audit.note(Act.LIST_SET_UP)


@sync.command()
@click.option("--repair", is_flag=True, help="Mend what differs. After a restore this lets the list go.")
@click.option("--yes-remove", type=int, metavar="N", help="So many removals were looked at, and are right.")
@click.pass_obj
def check(open_site: "OpenSite", repair: bool, yes_remove: int | None) -> None:
    """Compare all of the list with the records, and say what differs and why; nothing is changed without --repair."""
    from . import comparing, differences

    with open_site().app_context():
        try:
            found = comparing.compare(repair=repair, agreed=yes_remove)
        except comparing.TooMany as stopped:
            for words in differences.lines(stopped.found):
                click.echo(words)
            raise
        for words in differences.lines(found):
            click.echo(words)
        if repair:
            _note_repair()


def _note_repair() -> None:
    from .. import db
    from ..staff import audit
    from ..staff.acts import Act

    with db.writing():
        audit.note(Act.LIST_MENDED)


def _tell(open_site: "OpenSite", move: bool) -> None:
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
    if standing.contact and standing.contact.held_since:
        click.echo(service.HELD)
    elif standing.contact and standing.contact.trouble:
        click.echo(standing.contact.trouble)


@click.command("fake-mailchimp")
@click.option("--port", default=4010, show_default=True, help="Where it listens, on this machine only.")
def fake_mailchimp(port: int) -> None:
    """Be a Mailchimp that keeps everything in memory, to watch a sync without an account."""
    from . import fake

    fake.serve(port)

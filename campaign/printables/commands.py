"""`campaign print`: the designs, one piece, or a print for many places, without a browser."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING, Any

import click

from ..errors import Refused

if TYPE_CHECKING:
    from ..web import OpenSite
    from .prints import Order
    from .rows import Line

Command = Callable[..., Any]
PATH = click.Path(path_type=Path)


@click.group("print")
def print_() -> None:
    """Make printed pieces with codes of their own."""


@print_.command("designs")
@click.pass_obj
def list_designs(open_site: "OpenSite") -> None:
    """The designs, on what they are printed, and in which languages."""
    from .. import i18n
    from . import designs, words

    with open_site().app_context():
        for one in designs.DESIGNS.values():
            spoken = ", ".join(words.languages(i18n.content().folder, one.slug)) or "no language yet"
            kind = "with a code" if one.counted else "the hotline alone"
            click.echo(f"{one.slug:16}{one.title}: {one.per_sheet('letter')} on a sheet, {kind}; {spoken}")


def _options(command: Command) -> Command:
    """What a piece and a print have in common."""
    for option in (
        click.option("--language", default="en", show_default=True, help="The language of the piece and its page."),
        click.option("--second", default="", help="A second language, below the first."),
        click.option("--to", "target", default="", help="The page that the code leads to: /pledges/freedom, say."),
        click.option("--partner", default="", help="The address (slug) of the partner whose it is."),
        click.option("--paper", default="letter", show_default=True, help="letter or a4"),
        click.option("--output", default="office", show_default=True, help="office, or press with bleed and marks"),
    ):
        command = option(command)
    return command


@print_.command()
@click.argument("design")
@click.argument("file", type=PATH)
@_options
@click.option("--place", "place_id", type=int, help="The number of the place where it will hang.")
@click.option("--line", default="", help="A line to print on it, such as the name of the place.")
@click.pass_obj
def piece(open_site: "OpenSite", /, design: str, file: Path, place_id: int | None, line: str, **how: str) -> None:
    """Print one piece of DESIGN into FILE (PDF), with a new code of its own if it may carry one."""
    from dataclasses import replace

    from ..text import clean

    with open_site().app_context(), _in_words():
        order, usual = _ordered(design, "One piece, by command", how)
        _print(order, [replace(usual, place_id=place_id, place_line=clean(line))], file, alone=True)
    click.echo(f"{file}: one piece.")


@print_.command()
@click.argument("design")
@click.argument("rows", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("folder", type=PATH)
@_options
@click.option("--title", default="", help="What it is called; the name of the file if nothing is said.")
@click.option("--named", is_flag=True, help="Print the name of the place on each piece.")
@click.option("--yes", is_flag=True, help="Do not wait for somebody to look at the proof.")
@click.pass_obj
def batch(
    open_site: "OpenSite", /, design: str, rows: Path, folder: Path, title: str, named: bool, yes: bool, **how: str
) -> None:
    """Print DESIGN for every place in the list ROWS (CSV) into FOLDER: proof first, then, looked at, all pieces."""
    from ..places import reading
    from ..text import clean
    from . import order_lists, prints

    with open_site().app_context(), _in_words():
        order, usual = _ordered(design, clean(title or rows.stem)[:120], how)
        try:
            with _records():
                listed = order_lists.read(rows.read_bytes(), prints.design_of(design), usual, named=named)
        except reading.Unreadable as error:
            raise click.ClickException(str(error)) from error
        for wrong in listed.wrong:
            click.echo(f"Row {wrong.number}, {wrong.name or 'no name'}: {wrong.why}", err=True)
        if listed.wrong:
            raise click.ClickException(f"{len(listed.wrong)} rows cannot be taken. Nothing was made.")
        if listed.windows:
            click.echo("The list was read as Windows-1252. See on the proof whether its letters are right.")
        if listed.left_out:
            click.echo(f"These columns of the list were not read: {', '.join(listed.left_out)}.")
        _print(order, listed.lines, folder, alone=False, yes=yes)
    click.echo(f"{folder}: all pieces.")


@contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except Refused as refused:
        raise click.ClickException(str(refused)) from refused
    except LookupError as error:
        raise click.ClickException(f"There is no place with the number {error}.") from error


@contextmanager
def _records() -> Iterator[None]:
    from .. import db

    with db.reading():
        yield


def _ordered(design: str, title: str, how: dict[str, str]) -> "tuple[Order, Line]":
    """The order, and what holds for its pieces. Raises Refused."""
    from ..partners import service as partners
    from .prints import Order, design_of
    from .rows import Line

    design_of(design)
    whose = None
    if how["partner"]:
        with _records():
            found = partners.find(how["partner"])
        if found is None:
            raise Refused(f"There is no partner {how['partner']!r}.")
        whose = found.id
    order = Order(title, design, how["target"], how["paper"], how["output"])
    return order, Line(how["language"], how["second"], how["target"], partner_id=whose)


def _print(order: "Order", lines: "list[Line]", to: Path, *, alone: bool, yes: bool = True) -> None:
    """Take a print from its order to its files. Raises Refused, and ClickException where a person is to look."""
    from .. import clock, db, web
    from ..staff import audit
    from ..staff.acts import Act
    from . import making, plans, prints

    with db.writing():
        print_id = prints.begin(order, lines, clock.now())
        audit.note(Act.PRINT_ORDERED, "print", print_id)
    made = plans.folder_of(web.config(), print_id)
    _see_through(print_id, "")
    if not alone:
        to.mkdir(parents=True, exist_ok=True)
        for name in ("proof.pdf", "cover.pdf"):
            shutil.copyfile(made / name, to / name)
        if not yes and not click.confirm(f"Have you looked at {to / 'proof.pdf'}, dialed and scanned it? Print all?"):
            raise click.ClickException(f"Print {print_id} waits for that under Prints.")
    with db.writing():
        prints.sign_off(print_id, clock.now())
        audit.note(Act.PRINT_SIGNED_OFF, "print", print_id)
    _see_through(print_id, "printed")
    with making.unpacked(plans.zip_of(web.config(), print_id)) as files:
        if alone:
            shutil.copyfile(files / "pieces-01.pdf", to)
        else:
            shutil.copytree(files, to, dirs_exist_ok=True)
            shutil.copyfile(plans.zip_of(web.config(), print_id), to / f"print-{print_id}.zip")


def _see_through(print_id: int, word: str) -> None:
    """Do what a worker would until a person is needed. Raises ClickException with what went wrong."""
    from .. import clock, db
    from . import making, prints

    while True:
        if taken := making.claim(clock.now(), print_id):
            making.bring_on(taken)
        with db.reading():
            one = prints.get(print_id)
        if one.stuck_at or one.trouble:
            raise click.ClickException(one.trouble)
        if one.state not in prints.OPEN:
            return
        if taken is None:
            click.echo(f"{one.done} of {one.total} {word}".rstrip())
            sleep(1)  # the site's own worker has it in hand

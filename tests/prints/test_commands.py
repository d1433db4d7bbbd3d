"""`campaign print` does from the command line what the staff door does."""

import csv

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from campaign.app import Switches
from campaign.printables import commands
from campaign.printables.models import Print
from tests.house.everything import on_sqlite
from tests.printables.looking import codes as scanned
from tests.printables.looking import look
from tests.prints import acts

pytestmark = on_sqlite


@pytest.fixture
def site(noon, make_site):
    """A site whose worker prints without a process of its own."""
    return make_site(switches=Switches(print_apart=False))


@pytest.fixture
def command(site):
    """Runs a command of the group; its status and what it said."""

    def run(*asked, said="", **_):
        done = CliRunner().invoke(commands.print_, [str(one) for one in asked], obj=lambda: site.app, input=said)
        return done.exit_code, done.output

    return run


def test_designs_one_piece_and_a_list_of_places(site, command, visitor, tmp_path):
    status, said = command("designs")
    assert status == 0 and "shoe-card" in said and "the hotline alone" in said and "th" in said
    first, *_ = acts.some_places(site)
    one = tmp_path / "one.pdf"
    status, said = command("piece", "poster", one, "--language", "th", "--to", acts.TARGET, "--place", first)
    assert status == 0, said
    (code,) = scanned(look(one.read_bytes()).picture)
    path = code.text.partition("LOCALHOST")[2].lower()
    assert visitor.raw(path).headers["Location"].startswith("/th/pledges/freedom?via=")
    rows, folder = tmp_path / "markets.csv", tmp_path / "made"
    rows.write_text("place,copies,color\nSample Temple,2,red\nSample Market,1,\n", "utf-8")
    asked = ("batch", "business-card", rows, folder, "--to", acts.TARGET, "--output", "press")
    status, said = command(*asked, said="n\n")
    assert status == 1 and "waits for that under Prints" in said and "were not read: color." in said
    assert {file.name for file in folder.iterdir()} == {"proof.pdf", "cover.pdf"}
    status, said = command(*asked, "--yes")
    assert status == 0, said
    assert {"pieces-01.pdf", "pieces.csv", "print-3.zip"} <= {file.name for file in folder.iterdir()}
    with (folder / "pieces.csv").open(encoding="utf-8-sig") as file:
        assert [row["copies"] for row in csv.DictReader(file)] == ["2", "1"]
    assert site.rows(select(Print.title, Print.state)) == [
        ("One piece, by command", "ready"),
        ("markets", "proof"),
        ("markets", "ready"),
    ]


def test_what_is_wrong_is_said_and_nothing_is_made(site, command, tmp_path):
    acts.some_places(site)
    rows = tmp_path / "rows.csv"
    rows.write_text("place,copies\nNowhere,1\nSample Temple,x\n", "utf-8")
    to = ("--to", acts.TARGET)
    for asked, sentence in (
        (("batch", "poster", rows, tmp_path / "made", *to), "Row 2, Nowhere: There is no such place."),
        (("batch", "poster", rows, tmp_path / "made", *to), "2 rows cannot be taken. Nothing was made."),
        (("piece", "banner", tmp_path / "x.pdf", *to), "There is no design 'banner'."),
        (("piece", "poster", tmp_path / "x.pdf"), "A code leads to a public page"),
        (("piece", "poster", tmp_path / "x.pdf", "--to", "https://elsewhere.example"), "A code leads to a public page"),
        (("piece", "poster", tmp_path / "x.pdf", *to, "--language", "xx"), "no words for a poster in 'xx'"),
        (("piece", "poster", tmp_path / "x.pdf", *to, "--paper", "a0"), "US Letter and on A4"),
        (("piece", "poster", tmp_path / "x.pdf", *to, "--partner", "nobody"), "There is no partner 'nobody'."),
        (("piece", "poster", tmp_path / "x.pdf", *to, "--place", "99"), "no place with the number 99"),
    ):
        status, said = command(*asked)
        assert status == 1 and sentence in said, (asked, said)
    assert site.rows(select(Print.id)) == [] and not (tmp_path / "x.pdf").exists()
    status, said = command("piece", "poster", tmp_path / "x.pdf", *to, "--line", "Sample 🙂")
    assert status == 1 and "🙂" in said and acts.codes(site) == [] and not (tmp_path / "x.pdf").exists()

"""Who looks for help is not counted: a design with the hotline alone gets no code, at whatever door it is asked for."""

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from campaign import clock, db
from campaign.app import Switches
from campaign.errors import Refused
from campaign.links.models import Code
from campaign.printables import commands, designs, prints
from campaign.printables.designs import Item
from campaign.printables.models import Piece, Print
from campaign.printables.prints import Order
from campaign.printables.rows import NO_CODE, Line
from tests.house.everything import on_sqlite
from tests.printables.looking import CONTENT, PRESS, look
from tests.printables.looking import codes as scanned
from tests.prints import acts

pytestmark = on_sqlite
HOTLINE = [one.slug for one in designs.DESIGNS.values() if not one.counted]


@pytest.fixture
def site(noon, make_site):
    """A site whose worker prints without a process of its own."""
    return make_site(switches=Switches(print_apart=False))


def _nothing_counted(site):
    return site.rows(select(Code.id)) == [] and all(row[0] is None for row in site.rows(select(Piece.code_id)))


@pytest.mark.parametrize("design", HOTLINE)
def test_by_form_list_and_command_it_carries_no_code(site, staff, design, tmp_path):
    first, *_ = acts.some_places(site)
    assert "target" not in staff.get(f"/staff/prints/new/{design}").form("Try it")["fields"]
    acts.order(staff, design, places=[first], target=acts.TARGET)  # as somebody sends it who writes their own form
    page = acts.order(staff, design, sent=b"place,leads to\nSample Temple,/pledges/freedom\n")
    assert page.status == 422 and NO_CODE in page.text
    acts.order(staff, design, sent=b"place,copies\nSample Temple,3\n")
    runner = CliRunner()
    (tmp_path / "list.csv").write_text("place,copies\nSample Temple,2\n", "utf-8")
    for asked in (
        ["piece", design, str(tmp_path / "one.pdf"), "--to", acts.TARGET],
        ["batch", design, str(tmp_path / "list.csv"), str(tmp_path / "all"), "--to", acts.TARGET, "--yes"],
    ):
        done = runner.invoke(commands.print_, asked, obj=lambda: site.app)
        assert done.exit_code == 1 and NO_CODE in done.output, done.output
    done = runner.invoke(commands.print_, ["piece", design, str(tmp_path / "one.pdf")], obj=lambda: site.app)
    assert done.exit_code == 0, done.output
    acts.work(site)
    for (print_id,) in site.rows(select(Print.id).where(Print.state == "proof")):
        acts.sign_off(site, print_id)
    acts.work(site)
    states = site.rows(select(Print.state, Print.target))
    assert states == [("ready", "")] * 3 and _nothing_counted(site)
    for pdf in (acts.inside(site, 1)["pieces-01.pdf"], (tmp_path / "one.pdf").read_bytes()):
        sheet = look(pdf)
        assert all("/q/" not in one.text.lower() for one in scanned(sheet.picture))
        assert "/q/" not in sheet.text.lower() and "/help" in sheet.text


@pytest.mark.parametrize("design", HOTLINE)
def test_whoever_asks_the_acts_themselves_is_refused_and_so_is_the_press(site, design):
    with site.inside(), db.writing(), pytest.raises(Refused, match="never carries a counted code"):
        prints.begin(Order("x", design, acts.TARGET), [Line("en", target=acts.TARGET)], clock.now())
    item = Item(("en",), "HTTPS://FREEDOM.EXAMPLE.ORG/Q/K7QM2XA")
    with pytest.raises(Refused, match="never a code that is counted"):
        designs.pdf(PRESS, CONTENT, designs.get(design), [item])
    assert _nothing_counted(site)


def test_a_design_that_is_counted_gets_a_code_at_the_same_doors(site):
    """The negative control: the same questions find a code where there is one."""
    acts.printed(site, acts.lines(1), "business-card")
    assert not _nothing_counted(site)
    assert "/Q/" in scanned(look(acts.inside(site, 1)["pieces-01.pdf"]).picture)[0].text

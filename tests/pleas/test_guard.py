"""What happens when a text in a form reads like a call for help: the hotline first, and nothing kept."""

import logging
import os
import re
from pathlib import Path

import pytest
from sqlalchemy import select

from campaign import clock, db, forms
from campaign.app import TABLES
from campaign.content import Content
from campaign.pleas import PleaDay
from campaign.supporters import retention
from tests.conftest import ROOT
from tests.events.acts import hold
from tests.house.everything import contents, on_sqlite
from tests.pledges.acts import ANNA, sign, signed

pytestmark = pytest.mark.plain_sql

PLEA = "My boss took my passport and I cannot leave the house."
EN_ES = "Mi patrón me quitó el pasaporte y no me deja salir."


def test_the_hotline_comes_first_and_nobody_is_said_to_read_it(visitor, later):
    page = sign(visitor, later, message=PLEA)
    assert page.status == 200 and page.heading == "If you need help, please call"
    assert page.text.index("1-888-539-2373") < page.text.index("Nobody reads that box")
    assert page.answer.headers["Cache-Control"] == "no-store"
    assert page.one("title").to_text() == "Information"


def test_nothing_of_it_is_stored_mailed_or_counted_but_day_and_language(site, visitor, later, caplog):
    before = contents(site)
    with caplog.at_level(logging.DEBUG):
        page = sign(visitor, later, message=PLEA)
    after = contents(site)
    assert {name for name in after if after[name] != before[name]} == {"plea_days"}
    assert site.rows(select(PleaDay.day, PleaDay.language, PleaDay.number)) == [(clock.today(), "en", 1)]
    assert site.letters() == []
    assert "passport" not in page.html and "passport" not in caplog.text
    for folder, _, names in os.walk(site.config.data_dir):
        for name in names:
            assert b"took my passport" not in (Path(folder) / name).read_bytes(), name


def test_the_form_comes_again_without_the_text_and_can_be_sent(site, visitor, later):
    page = sign(visitor, later, message=PLEA, place="90012", show_name="y")
    again = page.form("Send without that text")["fields"]
    assert (again["name"], again["email"], again["place"], again["message"]) == (
        "Anna Sample",
        "anna@example.org",
        "90012",
        "",
    )
    assert visitor.press(page, "Send without that text").heading == "Please check your email"
    assert len(site.letters()) == 1


@on_sqlite
@pytest.mark.parametrize("path", ["/pledges/freedom", "/events/evening", "/volunteer", "/coalition/join"])
def test_the_form_comes_again_in_its_own_order_and_says_again_what_can_be_left(site, visitor, path):
    """As its page has it, with the same marks: whoever was misread shall know the form again."""
    hold(site)
    own, again = visitor.get(path), visitor.post(path, {"name": PLEA, "work": PLEA})
    assert again.heading == "If you need help, please call"
    assert _fields_of(again) == [one for one in _fields_of(own) if one in _fields_of(again)]
    assert _optional_in(again) == _optional_in(own)


def _fields_of(page):
    fields = page.all("input, textarea, select")
    return [one.attrs["name"] for one in fields if one.attrs.get("type") != "hidden" and one.attrs["name"] != "website"]


def _optional_in(page):
    labels = [" ".join(one.to_text().split()) for one in page.all("label")]
    return {one for one in labels if one.endswith("(optional)")}


def test_it_is_noticed_in_another_language_than_the_page_speaks(visitor, later):
    assert sign(visitor, later, message=EN_ES).heading == "If you need help, please call"
    assert sign(visitor, later, "/es/pledges/freedom", message=PLEA).heading == "Si necesita ayuda, llame por favor"


@pytest.mark.parametrize("field", ["name", "place", "message"])
def test_every_field_that_takes_words_is_looked_at(visitor, later, field):
    page = sign(visitor, later, **{field: "help me I am locked in"})
    assert page.heading == "If you need help, please call"
    assert "locked in" not in page.html


def test_it_comes_before_any_complaint_about_the_form(visitor):
    page = visitor.post("/pledges/freedom", {"message": PLEA})
    assert page.status == 200 and page.heading == "If you need help, please call"


def test_an_ordinary_message_goes_its_way(site, visitor, later):
    signed(site, visitor, later, message="Nobody should be forced to work. I sign for my daughters.")
    assert site.rows(select(PleaDay)) == []


def test_the_answer_stands_while_the_records_are_away(make_site, tmp_path):
    site = make_site(seeded=False, database_url=f"sqlite:///{tmp_path / 'nowhere' / 'site.db'}")
    page = site.visitor().post("/pledges/freedom", {**ANNA, "message": PLEA})
    assert page.status == 200 and page.heading == "If you need help, please call"


@on_sqlite
def test_two_at_once_add_up_and_staff_see_how_often(site, visitor, later, staff):
    for _ in range(2):
        sign(visitor, later, message=PLEA)
    assert site.rows(select(PleaDay.number)) == [(2,)]
    assert re.search(r"2 forms answered with the hotline in 30 days", staff.get("/staff/").text)


@on_sqlite
def test_the_totals_are_forgotten_after_a_year(site, visitor, later):
    sign(visitor, later, message=PLEA)
    later(days=367)
    with site.inside():
        assert retention.forgotten(dry_run=False)["pleas"] == 1
    assert site.rows(select(PleaDay)) == []
    assert "plea_days" in TABLES.tables


@on_sqlite
@pytest.mark.parametrize("path", ["/pledges/freedom", "/es/pledges/freedom"])
def test_the_hotline_stands_beside_every_box_that_the_public_can_write_into(visitor, path):
    page = visitor.get(path)
    boxes = page.all("textarea")
    assert boxes
    for box in boxes:
        assert "tel:+18885392373" in box.parent.to_html(), box.to_html()


@on_sqlite
def test_without_the_guard_the_text_would_be_kept(monkeypatch, site, visitor, later):
    """The negative control: the phrases are what notices."""
    words = Content(ROOT / "content")  # its own: what a site has by default is shared by all sites of a run
    words.pleas = []
    monkeypatch.setitem(site.app.extensions, "content", words)
    assert not _any_plea(site)
    sign(visitor, later, message=PLEA)
    assert "signatures" in {name for name, rows in contents(site).items() if rows}
    with site.inside(), db.reading() as session:
        assert "passport" in str(session.execute(select(TABLES.tables["signatures"].c.message)).scalar())


def _any_plea(site):
    with site.inside():
        return forms.reads_like_a_plea(PLEA)

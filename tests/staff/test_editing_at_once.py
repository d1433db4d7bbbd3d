"""Two people who edit one thing: whoever saves second sees both texts, loses nothing, and decides."""

import threading

import pytest
from sqlalchemy import select

from campaign import clock, db
from campaign.app import Switches
from campaign.errors import Stale
from campaign.links.models import Code
from campaign.pledges import editing
from campaign.pledges.models import Pledge, PledgeWords
from tests.staff.acts import by_link

WORDS = {"title": "Mine", "promise": "I promise mine.", "body": "My **body**\n\nof words."}
THEIRS = {"title": "Theirs", "promise": "I promise theirs.", "body": "Their <body>."}
EDITS = [
    ("/staff/pledges/1/words/en", WORDS, THEIRS),
    ("/staff/pledges/1/words/es", WORDS, THEIRS),
    ("/staff/pledges/1", {"slug": "mine", "goal": "11"}, {"slug": "theirs", "goal": "22"}),
    ("/staff/codes/1", {"target": "/pledges"}, {"target": "/privacy"}),
    ("/staff/accounts/3", {"role": "events"}, {"role": "communications"}),
]


@pytest.fixture
def colleagues(site, staff):
    """Two administrators; a code and an account are there to be edited."""
    other = by_link(site, "bela@example.org")
    by_link(site, "carla@example.org")
    staff.press(staff.get("/staff/codes/new"), "Make the code", pledge="freedom", language="en", note="Library")
    return staff, other


@pytest.mark.parametrize(("path", "mine", "theirs"), EDITS, ids=[path for path, *_ in EDITS])
def test_whoever_saves_second_sees_both_and_decides(colleagues, path, mine, theirs):
    me, other = colleagues
    page = me.get(path)
    assert other.press(other.get(path), "Save", **theirs).status == 200
    stale = me.press(page, "Save", **mine)
    assert stale.status == 409 and stale.one(".summary") and "Saved meanwhile by somebody else" in stale.text
    beside = " ".join(stale.one(".meanwhile").to_text().split())
    for value in theirs.values():
        assert value in beside or value.capitalize() in beside, (value, beside)
    kept = stale.form("Save")["fields"]
    chosen = {field.attrs["name"]: field for field in stale.all("select")}
    for name, value in mine.items():
        if name in chosen:
            assert [o.attrs["value"] for o in chosen[name].query("option") if "selected" in o.attrs] == [value]
        else:
            assert kept[name].replace("\r\n", "\n") == value
    assert me.press(stale, "Save", **mine).status == 200
    again = me.get(path if "slug" not in mine else "/staff/pledges/1")
    assert any(value in again.html for value in mine.values())


def test_going_back_leaves_what_the_other_saved(site, colleagues):
    me, other = colleagues
    page = me.get("/staff/pledges/1/words/en")
    other.press(other.get("/staff/pledges/1/words/en"), "Save", **THEIRS)
    me.press(page, "Save", **WORDS)
    titles = select(PledgeWords.title).where(PledgeWords.language == "en")
    assert site.rows(titles) == [("Theirs",)]


def test_a_form_without_a_version_is_taken_for_an_old_one(site, staff):
    page = staff.get("/staff/pledges/1/words/en")
    for version in (None, "", "x", "-1", "9" * 30):
        assert staff.press(page, "Save", **WORDS, version=version).status == 409, version


def test_two_who_begin_the_same_translation_do_not_overwrite_each_other(site, colleagues):
    me, other = colleagues
    staff = [one.get("/staff/pledges/1/words/es") for one in colleagues]
    site_words = select(PledgeWords.title).where(PledgeWords.language == "es")
    before = site.rows(site_words)
    other.press(staff[1], "Save", **THEIRS)
    assert me.press(staff[0], "Save", **WORDS).status == 409
    assert site.rows(site_words) == [("Theirs",)] != before


def _taken(site, at_once=10):
    """How many of several saves of one and the same version are taken when they come at the same moment."""
    with site.inside(), db.reading() as session:
        seen = session.get(PledgeWords, (1, "en")).version
    start, done = threading.Barrier(at_once), []

    def save(number):
        with site.inside():
            start.wait(30)
            try:
                with db.writing():
                    editing.write(1, "en", f"Title {number}", "I promise.", "", seen)
                done.append(number)
            except Stale:
                pass

    threads = [threading.Thread(target=save, args=(number,)) for number in range(at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return len(done)


def test_of_ten_who_save_the_same_version_at_once_one_is_taken(site):
    assert [_taken(site) for _ in range(5)] == [1] * 5


def test_without_the_guard_all_would_be_taken_and_nine_lost(make_site, noon):
    assert _taken(make_site(switches=Switches(one_editor=False))) == 10


def test_the_settings_of_a_pledge_saved_at_once_are_one(site):
    start, done = threading.Barrier(10), list[int]()

    def save(number):
        with site.inside():
            start.wait(30)
            try:
                with db.writing():
                    editing.change(1, "freedom", 100 + number, seen, clock.now())
                done.append(number)
            except Stale:
                pass

    seen = site.rows(select(Pledge.version))[0][0]
    threads = [threading.Thread(target=save, args=(number,)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(done) == 1 and site.rows(select(Pledge.goal)) == [(100 + done[0],)]


def test_retiring_a_code_is_no_edit_of_where_it_leads(site, colleagues):
    me, other = colleagues
    page = me.get("/staff/codes/1")
    other.press(other.get("/staff/codes/1"), "Retire it")
    assert me.press(page, "Save", target="/pledges").status == 200
    assert site.rows(select(Code.target)) == [("/pledges",)]

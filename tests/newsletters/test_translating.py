"""Editions: one for each language from one source; what changed there since is marked until somebody brings it over."""

from campaign.newsletters import sources
from campaign.newsletters.models import Edition
from tests.house.everything import on_sqlite
from tests.newsletters.acts import WORDS, made, write, wrote

ENGLISH = "First of all.\n\nThe second one is longer than twenty letters.\n\n[[events]]"
SPANISH = {"subject": "Venga", "preheader": "Lo que sigue", "body": "Primero.\n\nEl segundo.\n\n[[events]]"}


def _edition(body, seen="", language="en", subject="Come", preheader=""):
    return Edition(language=language, subject=subject, preheader=preheader, body=body, seen=seen)


def test_a_part_is_stale_from_its_change_until_it_is_brought_over():
    before = _edition(ENGLISH)
    seen = sources.seen_after(before, None, sources.marks(before).split())
    spanish = _edition("x", seen, "es")
    assert sources.stale(before, spanish) == []
    after = _edition(ENGLISH.replace("First", "Before") + "\n\nA new one.")
    stale = sources.stale(after, spanish)
    assert [(part.label, part.text) for part in stale] == [
        ("Paragraph 1", "Before of all."),
        ("Paragraph 4", "A new one."),
    ]
    spanish.seen = sources.seen_after(after, spanish, [stale[0].mark, "made-up"])
    assert [part.text for part in sources.stale(after, spanish)] == ["A new one."]
    # Moved, and with another block in between: that is no change of words.
    assert sources.stale(_edition("[[volunteers]]\n\n" + ENGLISH), _edition("x", seen, "es")) == []


def test_what_was_only_copied_is_noticed_and_what_is_short_or_a_block_is_not():
    left = sources.left_in_english(_edition(ENGLISH + "\n\nOK"), _edition(ENGLISH + "\n\nOK", language="es"))
    assert [part.text for part in left] == ["The second one is longer than twenty letters."]
    button = '[[button to=/events text="Come along with all of us"]]'
    assert sources.left_in_english(_edition(button), _edition(button, language="es")) == []
    assert [part.label for part in sources.parts(_edition(f"[[events]]\n\n{button}"))] == ["Subject", "Paragraph 2"]


@on_sqlite
def test_an_edition_is_translated_beside_the_english_and_shows_what_changed_since(site, staff):
    wrote(staff, subject="Come along, all of you", body=ENGLISH)
    desk = staff.get("/staff/newsletters/1/words/es")
    assert desk.one("#body").to_text().strip() == ENGLISH and "This begins with the English words" in desk.text
    assert [part.to_text() for part in desk.all("pre.source")][-1].startswith("The second one")
    assert staff.press(desk, "Save", **SPANISH).path == "/staff/newsletters/1"
    assert made(site, code="es")[0].subject == "Venga" and "Primero." in made(site, code="es")[0].text
    assert "stale" not in staff.get("/staff/newsletters/1/words/es").html
    write(staff, subject="Come along, all of you", body=ENGLISH.replace("First", "Before"))
    desk = staff.get("/staff/newsletters/1/words/es")
    [tick] = desk.all("input[name=brought]")
    assert "Paragraph 1: Before of all." in desk.text and "changed since" in desk.text
    assert staff.get("/staff/newsletters/1").all(".state.stale") and "stale" not in staff.get("/staff/newsletters").text
    checks = staff.get("/staff/newsletters/1/checks").text
    assert "Paragraph 1 has changed in English since: “Before of all.”" in checks
    write(staff, subject="Come", preheader="What is new", body=ENGLISH.replace("First", "Before"))
    checks = staff.get("/staff/newsletters/1/checks").text
    assert "What comes after the subject has changed in English since: “What is new”" in checks
    assert "The subject has changed in English since: “Come”" in checks
    refused = staff.press(staff.get("/staff/newsletters/1/sending"), "Let it go", when="now", way="smtp").text
    assert "It cannot go yet. Tagalog: There is no edition." in refused
    write(
        staff, subject="Come along, all of you", preheader=WORDS["preheader"], body=ENGLISH.replace("First", "Before")
    )
    desk = staff.get("/staff/newsletters/1/words/es")
    staff.press(desk, "Save")  # without the tick: a slip was mended, and the part is as stale as before
    assert staff.get("/staff/newsletters/1/words/es").all("input[name=brought]")
    staff.press(staff.get("/staff/newsletters/1/words/es"), "Save", brought=tick.attrs["value"])
    assert staff.get("/staff/newsletters/1/words/es").all("input[name=brought]") == []
    assert not staff.get("/staff/newsletters/1").all(".state.stale")
    assert "has changed in English" not in staff.get("/staff/newsletters/1/checks").text


@on_sqlite
def test_a_first_translation_says_only_what_its_writer_was_shown(site, staff):
    wrote(staff, body="One of us wrote this.")
    desk = staff.get("/staff/newsletters/1/words/es")
    write(staff, body="One of us wrote this.\n\nAnother wrote that.")
    staff.press(desk, "Save", **SPANISH)
    [tick] = staff.get("/staff/newsletters/1/words/es").all("input[name=brought]")
    assert (
        "Paragraph 2 has changed in English since: “Another wrote that.”"
        in staff.get("/staff/newsletters/1/checks").text
    )
    # What was typed and kept is compared with the English it was typed from, however late it is saved.
    fields = staff.get("/staff/newsletters/1/words/th").form("Save")["fields"]
    staff.raw("/staff/newsletters/1/words/th/keep", method="POST", data={**fields, "body": "มา"})
    write(staff, body="One of us wrote this.\n\nA third wrote that.")
    desk = staff.get("/staff/newsletters/1/words/th")
    [late] = desk.all("input[name=brought]")
    assert late.attrs["value"] != tick.attrs["value"] and "Paragraph 2: A third wrote that." in desk.text
    staff.press(desk, "Save", subject="มา", preheader="ต่อไป")
    assert len(staff.get("/staff/newsletters/1/words/th").all("input[name=brought]")) == 1


@on_sqlite
def test_english_comes_first(site, staff):
    wrote(staff)
    staff.press(staff.get("/staff/newsletters/new"), "Begin", title="Other", slug="other")
    page = staff.press(staff.get("/staff/newsletters/2/words/es"), "Save", **SPANISH)
    assert page.status == 409 and "Write the English edition first" in page.text


@on_sqlite
def test_who_has_no_edition_gets_the_english_one_with_a_line_in_their_language(site, staff):
    wrote(staff)
    letter, one = made(site, code="th")
    assert one.edition_language == "en" and '<html lang="en"' in letter.html
    assert 'lang="th"' in letter.html and "ภาษา" in letter.html and "ภาษา" in letter.text
    assert "1-888-539-2373" in letter.html and "http://localhost/th/help" in letter.html
    assert "http://localhost/th/events" in letter.html, "the words are English, the pages that they lead to need not be"
    english, _ = made(site)
    assert 'class="note"' not in english.html
    write(staff, code="th", subject="มา", preheader="ต่อไป", body="สวัสดี {name|เพื่อน}\n\n[[events]]")
    letter, one = made(site, code="th")
    assert one.edition_language == "th" and '<html lang="th"' in letter.html and 'class="note"' not in letter.html
    assert "http://localhost/th/events" in letter.html and "สวัสดี Anna Sample" in letter.html

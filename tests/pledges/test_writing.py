"""Staff write, translate, preview, open and close a pledge, and pass what signers said."""

import pytest
from sqlalchemy import select

from campaign.pledges.models import Pledge
from tests.pledges.acts import link_in, sign, signed

pytestmark = pytest.mark.plain_sql


def _new(staff, slug="new-year", goal="500"):
    page = staff.press(staff.get("/staff/pledges/new"), "Save", slug=slug, goal=goal)
    words = {"title": "A new year", "promise": "I promise.", "body": "## Why\n\nBecause."}
    return staff.press(page, "Save", **words)


def test_a_pledge_goes_from_draft_to_open_to_closed(site, staff, visitor):
    preview = _new(staff)
    assert "A new year" in preview.heading and "preview" in preview.text
    assert staff.get(preview.link("Back to the staff page of this pledge")).path == "/staff/pledges/2"
    assert visitor.get("/pledges/new-year").status == 404
    staff.press(staff.get("/staff/pledges/2"), "Open it")
    assert visitor.get("/pledges/new-year").heading == "A new year"
    assert "staff page" not in visitor.get("/pledges/new-year").text
    assert "A new year" in visitor.get("/pledges").text
    staff.press(staff.get("/staff/pledges/2"), "Close it")
    page = visitor.get("/pledges/new-year")
    assert "closed" in page.text and not page.all("input[name=email]")


def test_nothing_opens_without_english_words(staff, visitor):
    staff.press(staff.get("/staff/pledges/new"), "Save", slug="empty", goal="10")
    page = staff.press(staff.get("/staff/pledges/2"), "Open it")
    assert page.status == 409 and "English first" in page.text
    assert visitor.get("/pledges/empty").status == 404


def test_a_translation_is_shown_to_its_readers_and_english_to_the_others(staff, visitor):
    _new(staff)
    staff.press(staff.get("/staff/pledges/2"), "Open it")
    assert visitor.get("/es/pledges/new-year").heading == "A new year"
    notice = "Este texto todavía no está listo en este idioma. Aquí está en inglés."
    assert (
        notice in visitor.get("/es/pledges/new-year").text and "not ready" not in visitor.get("/pledges/new-year").text
    )
    page = staff.get("/staff/pledges/2/words/es")
    assert "Because." in page.text
    staff.press(page, "Save", title="Un año nuevo", promise="Prometo.", body="")
    assert visitor.get("/es/pledges/new-year").heading == "Un año nuevo"
    assert notice not in visitor.get("/es/pledges/new-year").text
    assert visitor.get("/pledges/new-year").heading == "A new year"


def test_a_former_address_leads_to_the_present_one(site, staff, visitor, later):
    page = visitor.get("/pledges/freedom")
    staff.press(staff.get("/staff/pledges/1"), "Save", slug="liberty")
    moved = visitor.raw("/pledges/freedom")
    assert moved.status_code == 302 and moved.headers["Location"] == "/pledges/liberty"
    later(seconds=3)
    fields = {"name": "Anna Sample", "email": "anna@example.org", "old_enough": "y"}
    assert visitor.press(page, "Sign the pledge", **fields).path == "/pledges/liberty/thanks"


def test_no_address_is_given_to_two_pledges_even_one_after_the_other(staff):
    _new(staff)
    staff.press(staff.get("/staff/pledges/2"), "Save", slug="next-year")
    for taken in ("freedom", "new-year"):
        page = staff.press(staff.get("/staff/pledges/new"), "Save", slug=taken, goal="1")
        assert page.status == 409
    page = staff.press(staff.get("/staff/pledges/2"), "Save", slug="new-year")
    assert page.status == 200


def test_wrong_settings_get_a_sentence_and_lose_nothing(staff):
    page = staff.press(staff.get("/staff/pledges/new"), "Save", slug="Bad Slug!", goal="-3")
    assert page.status == 422
    assert "small letters" in page.text and "from 1 up" in page.text and "Bad Slug!" in page.html


def test_two_people_cannot_quietly_overwrite_each_others_edit(site, staff, staff_of):
    mine, theirs = staff.get("/staff/pledges/1"), staff_of(site)
    theirs.press(theirs.get("/staff/pledges/1"), "Save", goal="7000")
    page = staff.press(mine, "Save", goal="12")
    assert page.status == 409 and "Somebody else" in page.text
    assert site.rows(select(Pledge.goal)) == [(7000,)]


def test_counting_is_no_edit(site, staff, visitor, later):
    page = staff.get("/staff/pledges/1")
    signed(site, visitor, later)
    site.work()
    assert staff.press(page, "Save", goal="2000").status == 200


def test_a_name_and_a_message_appear_only_after_staff_pass_them(site, staff, visitor, later):
    signed(site, visitor, later, name="Anna Sample", message="For my sister", show_name="y", place="Pasadena")
    assert "For my sister" not in visitor.get("/pledges/freedom").text
    later(minutes=5)
    page = staff.get("/staff/signatures")
    assert "For my sister" in page.text
    staff.press(page, "Pass")
    shown = visitor.get("/pledges/freedom").text
    assert "For my sister" in shown and "Anna" in shown and "Sample" not in shown and "Pasadena" in shown
    staff.press(staff.get("/staff/signatures?filter=passed"), "Refuse")
    assert "For my sister" not in visitor.get("/pledges/freedom").text


def test_a_zip_code_is_never_shown(site, staff, visitor, later):
    signed(site, visitor, later, message="Hello", show_name="y", place="90012")
    staff.press(staff.get("/staff/signatures"), "Pass")
    shown = visitor.get("/pledges/freedom").text
    assert "Hello" in shown and "90012" not in shown


def test_nothing_of_somebody_who_did_not_ask_for_it_is_shown(site, staff, visitor, later):
    signed(site, visitor, later, message="Hello")
    assert "Hello" not in staff.get("/staff/signatures").text
    everything = staff.get("/staff/signatures?filter=all")
    assert "Hello" in everything.text and "Pass" not in [b.to_text().strip() for b in everything.all("main button")]
    staff.post("/staff/signatures/1/pass", everything.form("Sign out")["fields"])
    assert "Hello" not in visitor.get("/pledges/freedom").text


def test_a_pending_signature_cannot_be_passed(site, staff, visitor, later):
    sign(visitor, later, message="Not confirmed", show_name="y")
    page = staff.get("/staff/signatures?filter=all")
    staff.press(page, "Pass")
    assert "Not confirmed" not in visitor.get("/pledges/freedom").text


def test_markup_and_links_in_a_pledge_are_harmless(staff, visitor):
    words = {"title": "<b>Bold</b>", "promise": "<script>", "body": "<script>x</script> [go](javascript:alert) ![a](b)"}
    page = staff.press(staff.get("/staff/pledges/1/words/en"), "Save", **words)
    assert page.heading == "<b>Bold</b>"
    html = visitor.get("/pledges/freedom").html
    assert "<script>x" not in html and 'href="javascript' not in html and "<b>Bold" not in html


def test_words_that_changed_since_they_were_read_are_not_passed(site, staff, visitor, later):
    signed(site, visitor, later, message="Harmless", show_name="y")
    page = staff.get("/staff/signatures")
    visitor.press(visitor.get(link_in(site.letter(), "withdraw")), "Take my signature back")
    later(minutes=12)
    sign(visitor, later, message="Call another number", show_name="y")
    visitor.press(visitor.get(link_in(site.letter(), "confirm")), "Yes")
    answer = staff.press(page, "Pass")
    assert answer.status == 409 and "have changed" in answer.text
    assert "another number" not in visitor.get("/pledges/freedom").text


def test_the_pages_of_a_closed_pledge_lead_to_each_other(staff, visitor):
    staff.press(staff.get("/staff/pledges/1"), "Close it")
    assert visitor.get(visitor.get("/pledges/freedom").link("Español")).status == 200


def test_a_name_without_a_space_in_another_script_is_not_shown_whole():
    from campaign.pledges.board import first_name

    assert first_name("Anna Sample") == first_name("Anna") == "Anna"
    assert first_name("김철수") == first_name("王小明") == ""

"""Writing a newsletter: what may stand in it, what is refused and where, two who write at once, words not saved."""

import re

from sqlalchemy import select, update

from campaign import clock, db
from campaign.newsletters import pictures, service
from campaign.newsletters.models import Edition, EditionDraft, Newsletter
from tests.house.everything import a_logo, on_sqlite
from tests.newsletters.acts import BODY, WORDS, begin, made, sent, write, wrote
from tests.staff.acts import by_link

pytestmark = on_sqlite
DESK = "/staff/newsletters/1/words/en"


def _kept(site, code="en"):
    [(row,)] = site.rows(select(Edition).where(Edition.language == code))
    return row


def test_a_newsletter_is_begun_and_written(site, staff):
    desk = begin(staff)
    assert (desk.status, desk.heading) == (200, "January in English")
    page = write(staff)
    assert page.path == "/staff/newsletters/1" and "English written" in page.text
    assert page.one(".notice").to_text().startswith("Saved: the words in English")
    kept = _kept(site)
    assert (kept.subject, kept.body, kept.version) == (WORDS["subject"], BODY.strip(), 1)
    letter, _ = made(site)
    assert letter.subject == "Anna, come along" and "Hello Anna Sample, <em>thank you</em> &amp; welcome" in letter.html
    for said in ("Upcoming events", "The freedom pledge", "Volunteer with us", "Come along", "<li>two</li>"):
        assert said in letter.html
    assert 'href="http://localhost/learn/signs"' in letter.html


def test_an_address_that_is_taken_and_one_that_is_none_are_refused(staff):
    begin(staff)
    assert begin(staff).status == 409
    for slug in ("January 2027", "pictures", ""):
        page = begin(staff, slug=slug)
        assert page.status in (409, 422) and page.all(".summary li, #slug-error"), slug


def test_each_thing_that_is_wrong_is_said_with_its_line(site, staff):
    begin(staff)
    wrong = """Hello {firstname}

[[evnts]]

[[pledge nowhere]]

[[picture 9 alt="x"]]

[here](javascript:alert(1)) and <javascript:alert(2)> and [there](data:text/html,x)

[[button to=//evil.example text="x"]]

Hello {name}

[[events number=99]]

![x](https://pictures.example/x.png)
"""
    page = write(staff, body=wrong)
    assert page.status == 422 and site.rows(select(Edition)) == []
    said = page.text
    for line, words in (
        (1, "There is no field {firstname}"),
        (3, "There is no block “evnts”"),
        (5, "There is no open pledge at the address “nowhere”"),
        (7, "This newsletter has no picture 9"),
        (9, "A link cannot begin with javascript"),
        (9, "A link cannot begin with data"),
        (11, "A link leads to https://"),
        (13, "Say what stands there for somebody whose name we do not know"),
        (15, "A newsletter lists 1 to 10 events"),
        (17, "Send the picture below first"),
    ):
        assert f"Line {line}: {words}" in said, (line, words)
    assert page.one("#body").to_text().strip() == wrong.strip()  # nothing that was typed is lost


def test_a_subject_is_one_line_without_unknown_fields(site, staff):
    begin(staff)
    fields = staff.get(DESK).form("Save")["fields"]
    for subject in ("Hello\nBcc: all@example.org", "Hello\r\nX: y", "Hello\rX", "{nobody|x}", "{name}", ""):
        page = staff.post(DESK, {**fields, **WORDS, "subject": subject})
        assert page.status == 422 and page.all("#subject-error"), subject
    assert site.rows(select(Edition)) == []


def test_what_somebody_types_is_kept_and_shown_to_them_alone(site, staff, later):
    wrote(staff)
    fields = staff.get(DESK).form("Save")["fields"]
    answer = staff.raw(f"{DESK}/keep", method="POST", data={**fields, "body": "Half a {sent"})
    assert answer.status_code == 200 and {"others": [], "overtaken": False}.items() <= (answer.json or {}).items()
    page = staff.get(DESK)
    assert page.one("#body").to_text() == "Half a {sent" and "Not saved yet" in page.text
    assert _kept(site).body == BODY.strip()
    assert "Staff has words that are not saved" in staff.get("/staff/newsletters/1/checks").text
    other = by_link(site, "bela@example.org")
    theirs = other.get(DESK)
    assert theirs.one("#body").to_text().strip() == BODY.strip() and "Writing here, too: Staff" in theirs.text
    answer = other.raw(f"{DESK}/keep", method="POST", data=_here(theirs))
    assert "Staff (since" in answer.get_data(as_text=True)
    page = staff.press(page, "Go back to what is saved")
    assert page.one("#body").to_text().strip() == BODY.strip() and "Not saved yet" not in page.text
    later(minutes=3)
    assert "Writing here, too" not in staff.get(DESK).text  # the other one has gone


def _here(page):
    """What a browser sends of somebody who only looks."""
    return {"csrf_token": page.form("Save")["fields"]["csrf_token"]}


def test_who_only_looks_keeps_no_words_and_overwrites_nothing_later(site, staff):
    wrote(staff)
    other = by_link(site, "bela@example.org")
    answer = other.raw(f"{DESK}/keep", method="POST", data=_here(other.get(DESK)))
    assert answer.status_code == 200 and (answer.json or {})["kept"] == ""
    assert "Writing here, too: Bela" in staff.get(DESK).text
    write(staff, body="Newer words")
    page = other.get(DESK)
    assert page.one("#body").to_text() == "Newer words" and "Not saved yet" not in page.text
    assert other.press(page, "Save", subject="Mine").status == 200 and _kept(site).body == "Newer words"
    # What was typed stays while its writer only looks on.
    fields = other.get(DESK).form("Save")["fields"]
    other.raw(f"{DESK}/keep", method="POST", data={**fields, "body": "Half"})
    other.raw(f"{DESK}/keep", method="POST", data=_here(other.get(DESK)))
    assert other.get(DESK).one("#body").to_text() == "Half"


def test_saving_ends_what_was_kept_and_a_newsletter_that_goes_out_ends_it_for_all(site, staff):
    wrote(staff)
    fields = staff.get(DESK).form("Save")["fields"]
    staff.raw(f"{DESK}/keep", method="POST", data={**fields, "body": "Half"})
    write(staff, body="Whole")
    assert site.rows(select(EditionDraft)) == [] and _kept(site).body == "Whole"
    staff.raw(f"{DESK}/keep", method="POST", data={**fields, "body": "Half"})
    sent(site)
    assert site.rows(select(EditionDraft)) == []
    assert staff.raw(f"{DESK}/keep", method="POST", data=fields).status_code == 409
    page = staff.post(DESK, {**fields, **WORDS})
    assert page.status == 409 and "its words stay as they are" in page.text


def test_of_two_who_save_at_once_both_texts_are_shown_and_none_is_lost(site, staff):
    wrote(staff)
    other = by_link(site, "bela@example.org")
    early, late = staff.get(DESK), other.get(DESK)
    staff.press(early, "Save", **{**WORDS, "body": "First"})
    page = other.press(late, "Save", **{**WORDS, "body": "Second"})
    assert page.status == 409 and "Saved meanwhile by somebody else" in page.text and "First" in page.text
    assert page.one("#body").to_text() == "Second" and _kept(site).body == "First"
    other.press(page, "Save")
    assert _kept(site).body == "Second"
    facts = staff.get("/staff/newsletters/1")
    other.press(other.get("/staff/newsletters/1"), "Save", title="Theirs")
    page = staff.press(facts, "Save", title="Mine")
    assert page.status == 409 and "Theirs" in page.text


def test_what_is_being_typed_is_shown_as_a_letter_that_can_do_nothing(site, staff):
    begin(staff)
    fields = staff.get(DESK).form("Save")["fields"]
    typed = {**fields, "subject": "Hi", "preheader": "", "body": "<script>alert(1)</script> {nobody|x} **strong**"}
    answer = staff.raw(f"{DESK}/look", method="POST", data=typed)
    html, policy = answer.get_data(as_text=True), answer.headers["Content-Security-Policy"]
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html and "<script" not in html and "strong</strong>" in html
    assert "There is no field {nobody}" in html
    assert policy.endswith("; sandbox") and "frame-ancestors 'self'" in policy and "default-src 'none'" in policy
    assert site.rows(select(Edition)) == []
    around = staff.raw(DESK).headers["Content-Security-Policy"]
    assert around.endswith("; frame-src 'self'") and "frame-ancestors 'none'" in around


def test_every_block_that_is_offered_is_taken(site, staff):
    begin(staff)
    with site.inside(), db.writing():
        pictures.add(1, pictures.draw(a_logo()), 'A "big" hall', clock.now())
    blocks = [one.attrs["value"] for one in staff.get(DESK).all("option")]
    assert len(blocks) >= 15 and {re.split(r"[ \]]", one[2:])[0] for one in blocks} >= {"events", "pledge", "story"}
    assert write(staff, body="\n\n".join(blocks)).status == 200
    assert made(site)[0].html.count('class="insert"') >= 15


def test_what_was_approved_falls_with_every_change_that_readers_would_see(site, staff):
    wrote(staff)
    marks = [_mark(site)]
    with site.inside(), db.writing() as session:
        session.execute(update(Newsletter).values(state="approved"))
    assert _mark(site) == marks[0]
    write(staff, body="Other words")
    assert site.rows(select(Newsletter.state)) == [("draft",)]
    marks.append(_mark(site))
    staff.press(staff.get("/staff/newsletters/1"), "Save", from_name="Somebody else")
    marks.append(_mark(site))
    write(staff, code="es", subject="Venga", body="Otras")
    marks.append(_mark(site))
    with site.inside(), db.writing():
        pictures.add(1, pictures.draw(a_logo()), "A sample", clock.now())
    marks.append(_mark(site))
    assert len(set(marks)) == 5


def _mark(site):
    with site.inside(), db.reading():
        return service.fingerprint(1)

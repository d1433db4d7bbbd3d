"""What was sent can be read by everybody, without anybody's name, as it was sent; and what was not sent cannot."""

from xml.etree import ElementTree as ET

from sqlalchemy import update

from campaign import clock, db
from campaign.links import service as links
from campaign.newsletters import destinations
from campaign.newsletters.models import Newsletter
from tests.events.writing_acts import published
from tests.house.everything import on_sqlite
from tests.newsletters.acts import made, sent, write, wrote
from tests.pages.listed import listed

pytestmark = on_sqlite
ATOM = "{http://www.w3.org/2005/Atom}"


def test_only_what_was_sent_can_be_read(site, staff, visitor):
    wrote(staff)
    assert "None has been sent yet." in visitor.get("/newsletters").text
    assert visitor.get("/newsletters/january").status == 404
    sent(site)
    assert visitor.get("/newsletters").link("Friend, come along") == "/newsletters/january"
    assert "January 11, 2027" in visitor.get("/newsletters").text
    assert "/newsletters/january" in staff.get("/staff/newsletters/1").text
    with site.app.test_request_context(), db.writing():
        code = links.get(links.make("/events", "en", "", clock.now())).code
        assert destinations.answers("/newsletters/january") and destinations.answers(f"/q/{code}")
    assert {f"http://localhost{one}/newsletters/january" for one in ("", "/th")} <= set(listed(visitor))


def test_it_stays_while_an_uncertain_letter_goes_out_once_more(site, staff, visitor):
    wrote(staff)
    sent(site)
    with site.inside(), db.writing() as session:
        session.execute(update(Newsletter).values(state="sending"))
    assert visitor.get("/newsletters/january").status == 200
    assert "/newsletters/january" in staff.get("/staff/newsletters/1").text
    with site.inside(), db.writing() as session:
        session.execute(update(Newsletter).values(state="cancelled", sent_at=None))  # halfway, for the first time
    assert visitor.get("/newsletters/january").status == 404


def test_it_is_read_without_a_name_and_with_paths_of_ours(site, staff, visitor):
    wrote(staff)
    sent(site)
    page = visitor.get("/newsletters/january")
    assert page.heading == "Friend, come along" and "Hello friend, thank you & welcome." in page.text
    words = page.one(".letter-words")
    links = [node.attrs["href"] for node in words.query("a")]
    assert "/pledges/freedom" in links and all(one.startswith("/") for one in links)
    assert "Stop our letters" not in page.text and not page.answer.headers.getlist("Set-Cookie")
    assert visitor.get("/es/newsletters/january").one(".letter-words").attrs["lang"] == "en"


def test_no_path_of_ours_becomes_the_address_of_another_site(site, staff, visitor):
    wrote(staff, body="[x](http://localhost//evil.example/events) [y](http://localhost/events)")
    sent(site)
    links = [node.attrs["href"] for node in visitor.get("/newsletters/january").one(".letter-words").query("a")]
    assert links == ["http://localhost//evil.example/events", "/events"]


def test_no_sign_that_is_typed_by_its_number_breaks_the_feed_or_a_letter(site, staff, visitor):
    wrote(staff, subject="Come", body="One&#12;two &#x1;&#xFFFE;three &#xE000;name&#xE001;x&#xE002; end")
    sent(site)
    [entry] = ET.fromstring(visitor.raw("/newsletters.atom").data).findall(f"{ATOM}entry")
    assert "Onetwo" in (entry.findtext(f"{ATOM}content") or "")
    letter, _ = made(site)
    assert "namex end" in letter.html and "namex end" in letter.text and "Anna" not in letter.html


def test_each_language_reads_its_edition_or_the_english_with_a_line(site, staff, visitor):
    wrote(staff)
    write(staff, code="ko", subject="함께해요", preheader="다음", body="안녕하세요 {name|친구} 님")
    sent(site)
    page = visitor.get("/ko/newsletters/january")
    assert page.heading == "함께해요" and "안녕하세요 친구 님" in page.text and not page.all(".aside-note")
    page = visitor.get("/vi/newsletters/january")
    assert page.heading == "Friend, come along" and page.one("h1").attrs["lang"] == "en" and page.one(".aside-note")


def test_it_stays_as_it_was_sent(site, staff, visitor):
    published(staff)
    wrote(staff)
    sent(site)
    before = visitor.get("/newsletters/january").text
    assert "A sample talk" in before
    staff.press(staff.get("/staff/events/1/words/en"), "Save", title="Another talk")
    assert visitor.get("/newsletters/january").text == before


def test_a_feed_tells_of_them_in_each_language(site, staff, visitor):
    empty = ET.fromstring(visitor.raw("/newsletters.atom").data)
    assert empty.findall(f"{ATOM}entry") == []
    wrote(staff)
    write(staff, code="ko", subject="함께 & <b>", preheader="다음", body="안녕 <script>")
    sent(site)
    for prefix, title, language in (("", "Friend, come along", "en"), ("/ko", "함께 & <b>", "ko")):
        answer = visitor.raw(f"{prefix}/newsletters.atom")
        assert answer.mimetype == "application/atom+xml" and not answer.headers.getlist("Set-Cookie")
        [entry] = ET.fromstring(answer.data).findall(f"{ATOM}entry")
        assert entry.findtext(f"{ATOM}title") == title
        assert entry.findtext(f"{ATOM}id") == f"http://localhost{prefix}/newsletters/january"
        assert entry.attrib["{http://www.w3.org/XML/1998/namespace}lang"] == language
        content = entry.findtext(f"{ATOM}content") or ""
        assert ("&lt;script&gt;" in content) == (prefix == "/ko") and "<script" not in content

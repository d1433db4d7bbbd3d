"""The letter as mail programs get it, and the pages on which staff look at it."""

import itertools
from typing import Any

from justhtml import JustHTML

from campaign.newsletters import rendering
from tests.house.everything import on_sqlite
from tests.newsletters.acts import made, write, wrote

pytestmark = on_sqlite
LOOKS = ("phone", "desktop", "dark", "no-pictures", "text")


def test_a_letter_is_made_for_mail_programs(site, staff):
    wrote(staff)
    letter, _ = made(site, name='A <b>"bold"</b> one')
    tree: Any = JustHTML(letter.html, sanitize=False)
    assert tree.query("html")[0].attrs["lang"] == "en" and len(letter.html.encode()) < rendering.HEAVIEST / 4
    assert all(table.attrs["role"] == "presentation" for table in tree.query("table"))
    names = {node.name for node in tree.query("*")}
    assert not names & {"script", "link", "iframe", "form", "img", "svg", "object"}
    for node in tree.query("p, h1, h2, td, a, li"):
        assert node.name in ("td", "li") or node.attrs.get("style"), node.to_html()
    [style] = tree.query("style")
    assert (
        style.to_text().strip().startswith("@media (prefers-color-scheme: dark)")
    )  # what cannot be written into parts
    assert "A &lt;b&gt;" in letter.html and 'A <b>"bold"</b> one' in letter.text
    foot = tree.query("td.foot")[0].to_text()
    for said in ("Help, 24 hours, free: 1-888-539-2373", "Coalition to Abolish", "Stop our letters"):
        assert said in foot
    links = [node.attrs["href"] for node in tree.query("td.foot a")]
    assert links == ["http://localhost/help", "https://leave.example/1", "https://own.example/1"]


def test_the_text_part_reads_well(site, staff):
    body = "## News\n\nSee [the pledge](/pledges/freedom) and <https://castla.org>.\n\n"
    wrote(staff, body=body + "1. one\n2. two\n\n> said\n\n**strong**" + '\n\n[[button to=/events text="Come along"]]')
    said = made(site)[0].text
    assert "News\n====\n\nSee the pledge (http://localhost/pledges/freedom) and https://castla.org." in said
    assert "1. one\n2. two\n\n> said\n\nstrong\n\nCome along:\nhttp://localhost/events" in said
    assert "Stop our letters: https://leave.example/1" in said and "**" not in said and "[[" not in said


def test_it_is_looked_at_in_five_ways_for_a_sample_person(site, staff):
    wrote(staff)
    write(staff, code="zh-hans", subject="一起来", preheader="接下来", body="你好 {name|朋友}")
    for code, look in itertools.product(("en", "th", "zh-hans"), LOOKS):
        page = staff.get(f"/staff/newsletters/1/seen/{code}?as={look}")
        assert page.status == 200 and page.answer.headers["Content-Security-Policy"].endswith("; frame-src 'self'")
        assert ("gets the English" in page.text or "get the English" in page.text) == (code == "th")
        if look == "text":
            assert "Sample Person 3" in page.one("pre").to_text()
            continue
        frame = page.one("iframe").attrs
        assert "sandbox" in frame and frame["src"].startswith("/staff/")
        answer = staff.raw(frame["src"])
        html, policy = answer.get_data(as_text=True), answer.headers["Content-Security-Policy"]
        assert "Sample Person 3" in html and policy.endswith("; sandbox") and "frame-ancestors 'self'" in policy
        assert ("img-src 'none'" in policy) == (look == "no-pictures")
        assert ("@media all" in html) == (look == "dark") and "script-src" not in policy
    assert staff.get("/staff/newsletters/1/seen/xx").status == 404
    assert staff.get("/staff/newsletters/9/seen/en").status == 404


def test_a_newsletter_without_words_cannot_be_looked_at_yet(staff):
    staff.press(staff.get("/staff/newsletters/new"), "Begin", title="Empty", slug="empty")
    assert staff.get("/staff/newsletters/1/seen/en").status == 404
    assert "Write the English edition first" in staff.get("/staff/newsletters/1/checks").text


def test_another_letter_costs_no_rendering(site, staff, monkeypatch):
    wrote(staff)
    _, one = made(site)
    monkeypatch.setattr(rendering, "render_template", None)
    letter = one.for_reader(rendering.Reader("Bela Sample", "https://leave.example/2", "", "en"))
    assert letter.subject == "Bela, come along" and "https://leave.example/2" in letter.html


def test_the_english_that_somebody_gets_instead_leads_to_pages_in_their_language(site, staff):
    wrote(
        staff, body="[A](/events) [B](/pledges/freedom) [C](/es/help) [D](https://known.example/events)\n\n[[events]]"
    )
    letter = made(site, code="zh-hant")[0]
    for words in (letter.html, letter.text):
        assert "http://localhost/zh-hant/events" in words and "http://localhost/zh-hant/pledges/freedom" in words
        assert "http://localhost/es/help" in words and "https://known.example/events" in words
        assert "http://localhost/events" not in words
    assert "http://localhost/events" in made(site, code="en")[0].html

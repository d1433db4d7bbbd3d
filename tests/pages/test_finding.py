"""Being found and shared: whole addresses, one picture, and nothing that gives a reader of /help away."""

import json
import shutil
import zipfile
from datetime import date, timedelta
from io import BytesIO

import pytest
from PIL import Image

from campaign import clock, db
from campaign.content import Content
from campaign.pledges import editing
from tests.conftest import NOON, ROOT
from tests.house.everything import on_sqlite
from tests.pages.listed import HERE, listed

pytestmark = on_sqlite


def _content(tmp_path, old, new):
    """The campaign's words with a text changed in its settings."""
    folder = tmp_path / "content"
    shutil.copytree(ROOT / "content", folder)
    path = folder / "campaign.toml"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    return folder


TAGS = [one.tag for one in Content(ROOT / "content").site.languages]


def _alternates(page):
    return {link.attrs["hreflang"]: link.attrs["href"] for link in page.all("link[rel=alternate][hreflang]")}


def test_the_sitemap_names_every_page_in_every_language_and_each_says_the_same_of_itself(site, visitor):
    there = listed(visitor)
    some = ("/", "/es/", "/help", "/es/learn/signs", "/pledges/freedom")
    assert {HERE + path for path in some} <= set(there)
    for address, (languages, _) in there.items():
        page = visitor.get(address.removeprefix(HERE))
        assert page.status == 200
        assert page.one("link[rel=canonical]").attrs["href"] == address
        assert _alternates(page) == languages and set(languages) == {*TAGS, "x-default"}
        assert languages["x-default"] == languages["en"] and address in languages.values()
        assert not page.all("meta[name=robots]"), address


def test_a_pledge_is_in_the_sitemap_from_its_opening_with_the_day_of_its_last_change(site, visitor, staff_of, later):
    with site.inside(), db.writing():
        editing.add("draft", 10, clock.now())
    assert listed(visitor)[f"{HERE}/pledges/freedom"][1] == "2027-01-11"
    assert f"{HERE}/pledges/draft" not in listed(visitor)
    later(days=3)
    staff = staff_of(site)
    staff.press(staff.get("/staff/pledges/1"), "Close it")
    assert listed(visitor)[f"{HERE}/es/pledges/freedom"][1] == "2027-01-14"


def test_without_the_records_the_sitemap_stands_without_the_pledges(make_site):
    site = make_site(seeded=False, database_url="sqlite:////nowhere/at/all/site.db")
    there = listed(site.visitor())
    assert f"{HERE}/help" in there and f"{HERE}/learn/days" in there
    assert not any("/pledges" in address for address in there)


@pytest.mark.parametrize("path", ["/help", "/safety"])
@pytest.mark.parametrize("prefix", ["", "/es"])
def test_help_and_safety_say_nothing_of_themselves_where_others_could_see_it(visitor, prefix, path):
    page = visitor.get(prefix + path)
    assert page.one("title").to_text() == page.one("meta[name=description]").attrs["content"]
    assert page.one("title").to_text() in ("Information", "Información")
    assert not page.all("meta[property]") and "share.png" not in page.html and "twitter" not in page.html
    assert page.answer.headers["Cache-Control"] == "no-store"
    assert page.one("link[rel=icon]").attrs["href"] == visitor.get("/").one("link[rel=icon]").attrs["href"]


@pytest.mark.parametrize(("prefix", "locale"), [("", "en"), ("/es", "es")])
def test_a_shared_link_has_a_title_a_sentence_and_a_picture(visitor, prefix, locale):
    page = visitor.get(f"{prefix}/pledges/freedom")
    said = {node.attrs["property"]: node.attrs["content"] for node in page.all("meta[property]")}
    assert said["og:title"] == page.one("title").to_text()
    assert said["og:description"] == page.one("meta[name=description]").attrs["content"]
    assert said["og:url"] == f"{HERE}{prefix}/pledges/freedom" and said["og:locale"] == locale
    assert said["og:image"] == f"{HERE}{prefix}/share.png" and said["og:image:alt"]


def test_titles_and_descriptions_are_of_each_page_alone(visitor):
    pages = [visitor.get(address.removeprefix(HERE)) for address in listed(visitor)]
    told = [page for page in pages if not page.path.endswith(("/help", "/safety"))]  # those two give nothing away
    said = [(page.one("html").attrs["lang"], page.one("title").to_text()) for page in told]
    assert len(said) == len(set(said))
    described = [page.one("meta[name=description]").attrs["content"] for page in pages]
    assert all(described) and all(len(one) <= 160 for one in described)


def test_a_query_is_no_part_of_the_address_of_a_page(site):
    answer = site.visitor().get("/learn?via=K7QM2XA&x=1")
    assert answer.one("link[rel=canonical]").attrs["href"] == f"{HERE}/learn"


def test_the_share_image_is_as_large_as_link_previews_want_and_drawn_once(site, visitor):
    drawn = visitor.raw("/share.png").data
    kept = list((site.config.data_dir / "drawn").iterdir())
    with Image.open(BytesIO(drawn)) as image:
        assert image.size == (1200, 630) and image.format == "PNG"
    assert len(drawn) < 300_000 and len(kept) == 1
    kept[0].write_bytes(b"kept")
    assert visitor.raw("/share.png").data == b"kept"
    assert visitor.raw("/es/share.png").data != b"kept"


def test_other_words_make_another_picture(make_site, tmp_path):
    folder = tmp_path / "content"
    shutil.copytree(ROOT / "content", folder)
    first = make_site().visitor().raw("/share.png").data
    path = folder / "campaign.toml"
    path.write_text(path.read_text().replace("A promise that", "The promise that"))
    assert make_site(seeded=False, content_dir=folder).visitor().raw("/share.png").data != first


def test_where_nothing_can_be_written_the_picture_is_drawn_all_the_same(make_site, tmp_path):
    (tmp_path / "drawn").write_text("in the way")
    assert make_site().visitor().raw("/share.png").data.startswith(b"\x89PNG")


def test_letters_that_no_font_has_give_the_english_picture(make_site, tmp_path):
    folder = _content(tmp_path, "De la esclavitud a la libertad", "\U00013000 \U00013001")
    visitor = make_site(content_dir=folder).visitor()
    assert visitor.raw("/es/share.png").data == visitor.raw("/share.png").data
    assert visitor.raw("/es/press/wordmark.svg").status_code == 404


@pytest.mark.parametrize("prefix", ["", "/es"])
def test_the_press_kit_holds_what_it_says(visitor, prefix):
    answer = visitor.raw(f"{prefix}/press/kit.zip")
    assert answer.mimetype == "application/zip" and "attachment" in answer.headers["Content-Disposition"]
    with zipfile.ZipFile(BytesIO(answer.data)) as kit:
        assert kit.testzip() is None
        files = {name: kit.read(name) for name in kit.namelist()}
    assert set(files) == {"wordmark.svg", "share-image.png", "colours.txt", "about-us.txt"}
    assert "1-888-539-2373" in files["about-us.txt"].decode() and "{" not in files["about-us.txt"].decode()
    assert b"light accent #0d5560\n" in files["colours.txt"]
    assert b"<text" not in files["wordmark.svg"] and b"<script" not in files["wordmark.svg"]
    assert visitor.raw(f"{prefix}/press/kit.zip").data == answer.data


def test_the_front_page_tells_machines_who_we_are(visitor):
    page = visitor.get("/es/")
    graph = json.loads(page.one("script[type='application/ld+json']").to_text(strip=False) or "{}")["@graph"]
    organisation, website = graph
    assert organisation["contactPoint"]["telephone"] == "+18885392373"
    assert website["inLanguage"] == "es" and website["url"] == f"{HERE}/es/"


def test_words_cannot_leave_the_data_for_machines(make_site, tmp_path):
    folder = _content(tmp_path, "A promise that Los", "</script><b>A promise that Los")
    page = make_site(content_dir=folder).visitor().get("/")
    assert "</script><b>" not in page.html and not page.all("b")


def test_without_a_contact_there_is_no_security_txt(visitor):
    assert visitor.raw("/.well-known/security.txt").status_code == 404


@pytest.mark.parametrize(
    ("contact", "shown"),
    [("holes@example.org", "mailto:holes@example.org"), ("https://example.org/holes", "https://example.org/holes")],
)
def test_with_one_it_says_what_rfc_9116_asks_for(make_site, noon, tmp_path, contact, shown):
    folder = _content(tmp_path, 'security = ""', f'security = "{contact}"')
    answer = make_site(content_dir=folder).visitor().raw("/.well-known/security.txt")
    assert answer.content_type == "text/plain; charset=utf-8"
    said = dict(line.split(": ", 1) for line in answer.text.splitlines())
    assert said["Contact"] == shown and said["Preferred-Languages"] == ", ".join(TAGS)
    assert said["Canonical"] == f"{HERE}/.well-known/security.txt"
    expires = date.fromisoformat(said["Expires"].partition("T")[0])
    assert said["Expires"].endswith("T00:00:00Z")
    assert timedelta(days=90) < expires - NOON.date() < timedelta(days=366)


def test_a_real_site_says_its_own_address_whatever_a_request_claims(make_site):
    site = make_site(base_url="https://localhost", trusted_proxies=1)
    page = site.visitor().get("/learn", headers={"X-Forwarded-Proto": "https", "X-Forwarded-Host": "elsewhere.example"})
    assert page.one("link[rel=canonical]").attrs["href"] == "https://localhost/learn"
    assert "elsewhere" not in page.html

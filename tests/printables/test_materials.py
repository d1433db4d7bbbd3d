"""Everybody can look at what there is, choose a language and a paper, and take it; nothing of that is counted."""

import shutil
import sys
from io import BytesIO
from urllib.parse import urlsplit

import pytest
from PIL import Image, ImageFilter

from campaign import drawn
from campaign.printables import designs
from tests.house.everything import on_sqlite
from tests.printables.looking import CONTENT, codes, look

pytestmark = on_sqlite
PUBLIC = ["poster", "half-sheet", "palm-card", "shoe-card", "business-card", "table-card", "sign-in-sheet"]


def _pdf(visitor, path):
    answer = visitor.raw(path, buffered=True)
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf"), path
    return answer


def test_the_page_shows_every_design_as_a_picture_and_leads_to_it(visitor):
    for prefix in ("", "/zh-hant"):
        page = visitor.get(f"{prefix}/materials")
        pictures = [picture.attrs["src"] for picture in page.all(".shelf img")]
        assert pictures == [f"{prefix}/materials/{slug}.png" for slug in PUBLIC]
        assert [a.attrs["href"] for a in page.all(".shelf a")] == [f"{prefix}/materials/{slug}" for slug in PUBLIC]
        assert len(page.html) < 30_000 and "Set-Cookie" not in page.answer.headers
        for picture in page.all(".shelf img")[:3]:
            with Image.open(BytesIO(visitor.raw(picture.attrs["src"]).data)) as image:
                size = (int(picture.attrs["width"]), int(picture.attrs["height"]))
                assert image.size == pytest.approx(size, abs=1) and image.format == "PNG"
    assert visitor.get("/zh-hant/").one('footer a[href="/zh-hant/materials"]')


def test_a_design_is_shown_as_chosen_and_its_words_stand_on_the_page(visitor):
    page = visitor.get("/materials/palm-card?lang=es&and=ko&paper=a4")
    assert [one.attrs["value"] for one in page.all("option[selected]")] == ["es", "ko", "a4"]
    assert page.one('.to-copy [lang="es"]') and page.one('.to-copy [lang="ko"]')
    assert "Una sola señal no es una prueba" in page.text and "has not been checked by a native speaker" in page.text
    assert page.one(".figure img").attrs["src"].endswith("palm-card.png?lang=es&and=ko&paper=a4")
    assert visitor.raw(page.one(".figure img").attrs["src"]).data.startswith(b"\x89PNG")
    english = visitor.get("/materials/palm-card")
    assert "One sign alone is not proof." in english.text and "native speaker" not in english.text


@pytest.mark.parametrize("slug", PUBLIC)
def test_what_is_taken_carries_an_address_of_the_campaign_that_nobody_counts(visitor, slug):
    design = designs.get(slug)
    for query, prefix, paper in (("", "", "letter"), ("?lang=th&and=en&paper=a4", "/th", "a4")):
        answer = _pdf(visitor, f"/materials/{slug}.pdf{query}")
        languages = "th-en" if query else "en"
        assert f'filename="{slug}-{languages}-{paper}.pdf"' in answer.headers["Content-Disposition"]
        sheet = look(answer.data)
        assert sheet.size == pytest.approx(design.cut(paper).paper, abs=0.1)
        found = codes(sheet.picture.filter(ImageFilter.GaussianBlur(1)))
        paths = [urlsplit(one.text).path for one in found]
        faces = 2 if slug == "table-card" else 1
        assert paths == [f"{prefix}/pledges"] * faces * design.per_sheet(paper) * design.counted
        page = f"materials/{slug}" if design.counted else "help"
        assert f"localhost{prefix}/{page}" in sheet.text.replace("\ufffe", "-").replace("\r\n", "")
        assert CONTENT.site.hotline.shown in sheet.text.replace("\ufffe", "-")


@pytest.mark.parametrize(
    "path",
    [
        "/materials/event-flyer",
        "/materials/nowhere",
        "/materials/nowhere.pdf",
        "/materials/parts.pdf",
        "/materials/poster.pdf?lang=km",
        "/materials/poster.pdf?paper=a0",
        "/materials/poster.pdf?and=../../etc",
        "/materials/poster.png?lang=xx",
    ],
)
def test_what_is_not_offered_is_not_there(visitor, path):
    assert visitor.get(path).status == 404


def test_a_real_site_hands_out_what_is_reviewed_and_the_english(make_site, tmp_path, noon):
    folder = tmp_path / "content"
    shutil.copytree(CONTENT.folder, folder)
    path = folder / "vi" / "print" / "poster.toml"
    path.write_text(path.read_text("utf-8").replace("reviewed = false", "reviewed = true"), "utf-8")
    toml = folder / "campaign.toml"
    toml.write_text(toml.read_text("utf-8").replace("drafts_in_demo = true", "drafts_in_demo = false"), "utf-8")
    visitor = make_site(content_dir=folder).visitor()
    page = visitor.get("/th/materials/poster")
    assert [one.attrs["value"] for one in page.one("#lang").query("option")] == ["en", "vi"]
    assert "You are not alone." in page.text
    assert visitor.get("/materials/poster.pdf?lang=th").status == 404
    assert "DRAFT" not in look(_pdf(visitor, "/materials/poster.pdf?lang=vi").data, dpi=40).text
    assert not visitor.get("/materials/shoe-card").all("#and")


def test_a_campaign_that_prints_nothing_has_no_such_page_and_no_link_to_it(make_site, tmp_path):
    folder = tmp_path / "content"
    shutil.copytree(CONTENT.folder, folder, ignore=shutil.ignore_patterns("print"))
    visitor = make_site(content_dir=folder).visitor()
    assert visitor.get("/materials").status == visitor.get("/materials/poster").status == 404
    assert "/materials" not in visitor.get("/").html and "/materials" not in visitor.raw("/sitemap.xml").text


def test_a_file_is_made_once_and_anew_when_its_words_change(make_site, tmp_path):
    folder = tmp_path / "content"
    shutil.copytree(CONTENT.folder, folder)
    site = make_site(content_dir=folder)
    first = _pdf(site.visitor(), "/materials/shoe-card.pdf").data
    (kept,) = (site.config.data_dir / "drawn").iterdir()
    kept.write_bytes(b"%PDF kept")
    assert _pdf(site.visitor(), "/materials/shoe-card.pdf").data == b"%PDF kept"
    path = folder / "en" / "print" / "shoe-card.toml"
    path.write_text(path.read_text("utf-8").replace("You are not alone", "You are never alone"), "utf-8")
    again = _pdf(site.visitor(), "/materials/shoe-card.pdf").data
    assert again not in (first, b"%PDF kept") and [one.read_bytes() for one in kept.parent.iterdir()] == [again]


def test_without_the_printing_program_the_pages_and_help_stand(site, visitor, monkeypatch):
    monkeypatch.setitem(sys.modules, "typst", None)
    assert (
        visitor.get("/materials").status
        == visitor.get("/materials/poster").status
        == visitor.get("/help").status
        == 200
    )
    for path in ("/materials/poster.pdf", "/materials/poster.png"):
        answer = visitor.get(path)
        assert answer.status == 503 and answer.answer.headers["Retry-After"] == "600"


def test_who_waits_too_long_is_asked_to_come_back(site, visitor, monkeypatch):
    monkeypatch.setattr(drawn, "WAIT", 0.05)
    with drawn._in_turn(site.config.data_dir / "drawn.lock"):
        for path in ("/materials/poster.png", "/share-square.png"):
            answer = visitor.get(path)
            assert answer.status == 503 and answer.answer.headers["Retry-After"] == "5"
    assert visitor.raw("/share-square.png").status_code == 200


def test_the_square_is_as_feeds_want_it(visitor):
    for prefix in ("", "/ko"):
        with Image.open(BytesIO(visitor.raw(f"{prefix}/share-square.png").data)) as image:
            assert image.size == (1080, 1080) and image.format == "PNG"

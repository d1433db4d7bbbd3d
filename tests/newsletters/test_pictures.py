"""Pictures of newsletters: drawn anew, with what they show in words, at addresses that nobody can guess."""

from io import BytesIO
from typing import Any

from justhtml import JustHTML
from PIL import Image
from sqlalchemy import select

from campaign import clock, db
from campaign.newsletters import pictures
from campaign.newsletters.models import NewsletterPicture
from campaign.newsletters.pictures import MOST
from tests.events.test_pictures import CANARY, a_bomb, a_photograph
from tests.house.everything import a_logo, on_sqlite
from tests.newsletters.acts import made, sent, write, wrote
from tests.visitor import Page

pytestmark = on_sqlite
BREAK = "----sample"


def send(staff, content, alt="Two people at a table", id=1):
    """Staff send a file as a picture of a newsletter."""
    token = staff.get(f"/staff/newsletters/{id}").form("Send this picture")["fields"]["csrf_token"]
    parts = [('name="csrf_token"', token.encode()), ('name="alt"', alt.encode())]
    parts += [('name="picture"; filename="../x.php"', content)] if content is not None else []
    said = b"".join(
        f"--{BREAK}\r\nContent-Disposition: form-data; {name}\r\n\r\n".encode() + value + b"\r\n"
        for name, value in parts
    )
    body, kind = said + f"--{BREAK}--\r\n".encode(), f"multipart/form-data; boundary={BREAK}"
    path = f"/staff/newsletters/{id}/pictures"
    answer = staff.raw(path, method="POST", data=body, content_type=kind, follow_redirects=True)
    return Page(answer, answer.request.path)


def test_a_picture_is_drawn_anew_and_stands_in_letters_with_what_it_shows(site, staff, visitor):
    wrote(staff)
    assert send(staff, a_photograph()).status == 200
    [(kept,)] = site.rows(select(NewsletterPicture))
    assert (kept.kind, kept.width, kept.height) == ("jpeg", 560, 1120) and CANARY.encode() not in kept.content
    write(staff, body="[[picture 1]]")
    letter, _ = made(site)
    address = f"http://localhost/newsletters/pictures/{kept.key}.jpeg"
    assert f'src="{address}"' in letter.html and 'alt="Two people at a table"' in letter.html
    assert 'width="560" height="1120"' in letter.html and "[Two people at a table]" in letter.text
    answer = visitor.raw(address.removeprefix("http://localhost"), buffered=True)
    assert answer.data == kept.content and answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "immutable" in answer.headers["Cache-Control"] and not answer.headers.getlist("Set-Cookie")
    with Image.open(BytesIO(answer.data)) as again:
        assert not again.getexif()
    assert visitor.raw(f"/newsletters/pictures/{kept.key}.png").status_code == 404
    assert visitor.raw("/newsletters/pictures/guessed.png").status_code == 404
    sent(site)
    shown = visitor.get("/newsletters/january").one(".letter-words img").attrs
    assert shown["src"] == address.removeprefix("http://localhost")


def test_a_translation_says_in_its_own_language_what_a_picture_shows(site, staff):
    assert send_first(staff) and write(staff, body="[[picture 1]]").status == 200
    write(staff, code="es", subject="Venga", preheader="Sigue", body="[[picture 1]]")
    checks = "/staff/newsletters/1/checks"
    assert "say in this language what the picture shows" in staff.get(checks).text
    write(staff, code="es", subject="Venga", preheader="Sigue", body='[[picture 1 alt="Dos personas & <b>"]]')
    assert "say in this language what the picture shows" not in staff.get(checks).text
    tree: Any = JustHTML(made(site, code="es")[0].html, sanitize=False)
    assert tree.query("img")[0].attrs["alt"] == "Dos personas & <b>" and tree.query("b") == []


def send_first(staff):
    """A newsletter that is begun, with a picture."""
    wrote(staff)
    return send(staff, a_logo()).status == 200


def test_what_is_no_picture_and_one_without_words_is_refused_with_a_sentence(site, staff):
    wrote(staff)
    for content, alt, sentence in (
        (None, "Words", "Choose a file first."),
        (
            b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
            "Words",
            "An SVG can hold programs",
        ),
        (a_bomb(), "Words", "at most 4000 by 4000 pixels"),
        (a_logo()[:60], "Words", "cannot be read"),
        (a_logo(), "", "Say in a few words what the picture shows."),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 2_000_001, "Words", "at most 2 megabytes"),
    ):
        page = send(staff, content, alt)
        assert page.status == 422 and sentence in page.text, sentence
    page = send(staff, b"\xff\xd8\xff" + b"\0" * 40_000_000)
    assert page.status == 413 and "too large" in page.text
    assert site.rows(select(NewsletterPicture.id)) == []


def test_a_picture_is_removed_and_belongs_to_its_newsletter(site, staff):
    send_first(staff)
    staff.press(staff.get("/staff/newsletters/new"), "Begin", title="Other", slug="other")
    assert write(staff, 2, body="[[picture 1]]").status == 422
    token = staff.get("/staff/newsletters/1").form("Remove")["fields"]
    assert staff.post("/staff/newsletters/2/pictures/1/remove", token).status == 404
    staff.press(staff.get("/staff/newsletters/1"), "Remove")
    assert site.rows(select(NewsletterPicture.id)) == []


def test_there_is_an_end_to_them(site, staff):
    wrote(staff)
    with site.inside(), db.writing():
        for _ in range(MOST):
            pictures.add(1, pictures.draw(a_logo()), "A sample", clock.now())
    page = send(staff, a_logo())
    assert page.status == 409 and f"at most {MOST} pictures" in page.text

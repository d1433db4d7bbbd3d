"""Pictures of events: drawn anew without what rides along, described in words; one is drawn where there is none."""

import struct
import zlib
from io import BytesIO

from PIL import Image
from sqlalchemy import select

from campaign.events.models import EventPicture, EventTexts
from tests.events.writing_acts import published, write
from tests.house.everything import a_logo, on_sqlite
from tests.visitor import Page

pytestmark = on_sqlite
BREAK = "----sample"
CANARY = "Canaryville"


def send(staff, content, alt="A sample picture", id=1):
    """Staff send a file as the picture of an event."""
    token = staff.get(f"/staff/events/{id}").form("Put this picture")["fields"]["csrf_token"]
    parts = [('name="csrf_token"', token.encode()), ('name="alt"', alt.encode())]
    parts += [('name="picture"; filename="../x.php"', content)] if content is not None else []
    said = b"".join(
        f"--{BREAK}\r\nContent-Disposition: form-data; {name}\r\n\r\n".encode() + value + b"\r\n"
        for name, value in parts
    )
    body, kind = said + f"--{BREAK}--\r\n".encode(), f"multipart/form-data; boundary={BREAK}"
    path = f"/staff/events/{id}/picture"
    answer = staff.raw(path, method="POST", data=body, content_type=kind, follow_redirects=True)
    return Page(answer, answer.request.path)


def a_photograph() -> bytes:
    """In the colors of a printer, on its side, with the place where it was taken."""
    exif = Image.Exif()
    exif[0x010E], exif[0x0112] = CANARY, 6
    where = exif.get_ifd(0x8825)
    where[1], where[2], where[29] = "N", (34.0, 3.0, 7.5), "2010:02:09"
    out = BytesIO()
    Image.new("CMYK", (2000, 1000), (10, 200, 30, 0)).save(out, "JPEG", exif=exif, comment=CANARY.encode())
    return out.getvalue()


def a_bomb() -> bytes:
    """A small file that says it is a large picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 30_000, 30_000, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 9_000)) + chunk(b"IEND", b"")
    )


def test_a_picture_is_drawn_anew_without_its_place_and_shown_with_what_it_shows(site, staff, visitor):
    published(staff)
    assert CANARY.encode() in a_photograph() and send(staff, a_photograph()).status == 200
    [(kept,)] = site.rows(select(EventPicture))
    assert (kept.kind, kept.width, kept.height) == ("jpeg", 600, 1200)  # upright, and no larger than is shown
    assert CANARY.encode() not in kept.content and b"Exif" not in kept.content and b"2010:02:09" not in kept.content
    with Image.open(BytesIO(kept.content)) as again:
        assert again.mode == "RGB" and not again.getexif()
    page = visitor.get("/events/opening")
    shown = page.one("main img")
    assert (shown.attrs["alt"], shown.attrs["width"]) == ("A sample picture", "600")
    assert visitor.raw(shown.attrs["src"], buffered=True).data == kept.content
    write(staff, code="ko", title="강연", picture_alt="샘플 사진")
    assert visitor.get("/ko/events/opening").one("main img").attrs["alt"] == "샘플 사진"
    [image] = page.all("meta[property='og:image']")
    assert image.attrs["content"] == "http://localhost/events/opening/picture"
    staff.press(staff.get("/staff/events/1"), "Remove the picture")
    assert visitor.get("/events/opening").all("main img") == []
    assert visitor.get("/events/opening/picture").status == 404


def test_what_is_no_picture_and_one_without_words_is_refused_with_a_sentence(site, staff):
    published(staff)
    for content, alt, sentence in (
        (None, "Words", "Choose a file first."),
        (
            b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
            "Words",
            "neither a PNG nor a JPEG",
        ),
        (b"GIF89a" + b"\0" * 100, "Words", "neither a PNG nor a JPEG"),
        (a_bomb(), "Words", "at most 4000 by 4000 pixels"),
        (a_logo((4001, 10)), "Words", "at most 4000 by 4000 pixels"),
        (a_logo()[:60], "Words", "cannot be read"),
        (a_logo(), "", "Say in a few words what the picture shows."),
    ):
        page = send(staff, content, alt)
        assert page.status == 422 and sentence in page.text, sentence
    assert site.rows(select(EventPicture.event_id)) == []
    assert site.rows(select(EventTexts.picture_alt)) == [("",)]


def test_where_there_is_none_the_share_image_is_drawn_once_and_kept(site, staff, visitor):
    published(staff)
    answer = visitor.raw("/events/opening/share.png", buffered=True)
    with Image.open(BytesIO(answer.data)) as drawn:
        assert (drawn.format, drawn.size) == ("PNG", (1200, 630))
    [kept] = (site.config.data_dir / "drawn").glob("event-*.png")
    kept.write_bytes(b"kept")
    assert visitor.raw("/events/opening/share.png", buffered=True).data == b"kept"
    write(staff, title="W" * 120)  # no size fits, so the campaign's own stands in
    assert visitor.raw("/events/opening/share.png").location == "/share.png"

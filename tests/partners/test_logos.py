"""Logos: only PNG and JPEG, drawn anew; what is wrong with a file is said in a sentence."""

import random
import struct
import zlib
from contextlib import suppress
from io import BytesIO

import pytest
from PIL import Image, PngImagePlugin
from sqlalchemy import select

from campaign.errors import Refused
from campaign.partners import logos
from campaign.partners.models import Logo
from tests.house.everything import a_logo, on_sqlite
from tests.partners.acts import partner, say
from tests.visitor import Page

CANARY = b"Canaryville"


BREAK = "----sample"


def send(staff, id, content, name="logo"):
    """Staff send a file as the logo of a partner."""
    token = staff.get(f"/staff/partners/{id}").form("Put this logo")["fields"]["csrf_token"]
    parts = [('name="csrf_token"', token.encode())]
    parts += [(f'name="logo"; filename="{name}"', content)] if content is not None else []
    said = b"".join(
        f"--{BREAK}\r\nContent-Disposition: form-data; {name}\r\n\r\n".encode() + value + b"\r\n"
        for name, value in parts
    )
    body = said + f"--{BREAK}--\r\n".encode()
    kind = f"multipart/form-data; boundary={BREAK}"
    path = f"/staff/partners/{id}/logo"
    answer = staff.raw(path, method="POST", data=body, content_type=kind, follow_redirects=True)
    return Page(answer, answer.request.path)


def _with_words() -> bytes:
    said = PngImagePlugin.PngInfo()
    said.add_text("Author", CANARY.decode())
    return a_logo(pnginfo=said)


def _with_place() -> bytes:
    exif = Image.Exif()
    exif[0x010E], exif[0x0112] = CANARY.decode(), 6  # what it shows; which side is up
    return a_logo((40, 20), "JPEG", exif=exif, comment=CANARY)


def _bomb(width=30_000, height=30_000) -> bytes:
    """A small file that says it is a large picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = zlib.compress(b"\0" * (height * (width // 8 + 1)), 9)
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def test_a_logo_is_kept_drawn_anew_and_shown_once_the_partner_agrees(site, visitor, staff):
    id = partner(site)
    assert send(staff, id, _with_words()).status == 200
    [(logo,)] = site.rows(select(Logo))
    assert (logo.kind, logo.width, logo.height) == ("png", 30, 20) and CANARY not in logo.content
    assert staff.raw(f"/staff/partners/{id}/logo", buffered=True).data == logo.content
    assert visitor.get("/coalition/sample-partner-1/logo").status == 404
    for what in ("page", "logo"):
        say(staff, id, what)
    answer = visitor.raw("/coalition/sample-partner-1/logo", buffered=True)
    assert (answer.mimetype, answer.data) == ("image/png", logo.content)
    picture = visitor.get("/coalition/sample-partner-1").one("main img")
    assert picture.attrs["alt"] == "Logo of Sample Partner 1" and picture.attrs["width"] == "30"
    staff.press(staff.get(f"/staff/partners/{id}"), "Remove the logo")
    assert visitor.get("/coalition/sample-partner-1/logo").status == 404
    assert not visitor.get("/coalition/sample-partner-1").all("main img")


@on_sqlite
def test_a_photograph_loses_its_place_and_stands_upright(site, staff):
    id = partner(site)
    assert CANARY in _with_place()
    assert send(staff, id, _with_place()).status == 200
    [(logo,)] = site.rows(select(Logo))
    assert (logo.kind, logo.width, logo.height) == ("jpeg", 20, 40)
    assert CANARY not in logo.content and b"Exif" not in logo.content


@on_sqlite
def test_a_large_logo_is_made_smaller_and_a_second_one_takes_its_place(site, staff):
    id = partner(site)
    assert send(staff, id, a_logo((4000, 1000))).status == 200
    assert [tuple(row) for row in site.rows(select(Logo.width, Logo.height))] == [(600, 150)]
    assert send(staff, id, a_logo((10, 10))).status == 200
    assert [tuple(row) for row in site.rows(select(Logo.width, Logo.height))] == [(10, 10)]


@on_sqlite
@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "Choose a file first."),
        (b"", "Choose a file first."),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "neither a PNG nor a JPEG"),
        (b"GIF89a" + b"\0" * 100, "neither a PNG nor a JPEG"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "cannot be read"),
        (a_logo()[:60], "cannot be read"),
        (a_logo((40, 40), "JPEG")[:200], "cannot be read"),
        (b"\xff\xd8\xff" + b"\xee" * 500, "cannot be read"),
        (a_logo((4001, 10)), "at most 4000 by 4000 pixels"),
        (_bomb(), "at most 4000 by 4000 pixels"),
        (_bomb(8_000, 8_000), "at most 4000 by 4000 pixels"),
        (a_logo() + b"\0" * 2_000_000, "at most 2 megabytes"),
    ],
    ids=["none", "empty", "svg", "gif", "broken", "cut", "cut-jpeg", "noise", "wide", "bomb", "small-bomb", "heavy"],
)
def test_what_is_no_logo_is_refused_with_a_sentence(site, staff, content, sentence):
    id = partner(site)
    page = send(staff, id, content)
    assert page.status == 422 and sentence in page.text
    assert site.rows(select(Logo.partner_id)) == []


@on_sqlite
def test_a_file_beyond_all_measure_is_refused_unread_and_no_other_page_takes_more_than_before(site, staff):
    id = partner(site)
    assert send(staff, id, b"\x89PNG" + b"\0" * 3_000_000).status == 413
    token = staff.get(f"/staff/partners/{id}").form("Write it down")["fields"]["csrf_token"]
    heavy = {"csrf_token": token, "said_by": "x" * 1_500_000}
    assert staff.post(f"/staff/partners/{id}/agreements", heavy).status == 413


# ---------------------------------------------------------------- S19

PAYLOADS = [
    b"<script>alert(1)</script>",
    b"<?php system($_GET[0]); ?>",
    b"<svg onload=alert(1)>",
    b"PK\x03\x04 a.jar in a picture",
    b"GIF89a/*payload*/=1;",
    b"%PDF-1.7 payload",
    b"#!/bin/sh payload",
    b"MZ payload of a program",
    b"=HYPERLINK(payload)",
    b"<html><body payload>",
]
NAMES = [
    "../../site.db",
    "..\\..\\x.png",
    "/etc/passwd",
    "logo.php",
    "logo.svg",
    "x.png\0.php",
    "con",
    "a" * 300,
    ".htaccess",
]


def _place() -> bytes:
    exif = Image.Exif()
    exif[0x010F] = CANARY.decode()
    where = exif.get_ifd(0x8825)
    where[1], where[2], where[29] = "N", (34.0, 3.0, 7.5), "2010:02:09"
    return exif.tobytes()


def _carriers(payload: bytes):
    """One payload in every place of a picture where something can ride along."""
    text = payload.decode("latin-1").replace("\0", " ")
    for form in ("PNG", "JPEG"):
        good = a_logo((24, 16), form)
        yield good + payload
        yield payload + good
        yield good[:8] + payload + good[8:]
        yield a_logo((24, 16), form, exif=_place() + payload)
        yield a_logo((24, 16), form, icc_profile=payload * 20)
    said = PngImagePlugin.PngInfo()
    said.add_text("Comment", text)
    said.add_itxt("XML:com.adobe.xmp", text, zip=False)
    said.add(b"prVt", payload)
    yield a_logo((24, 16), pnginfo=said)
    yield a_logo((24, 16), "JPEG", comment=payload)
    yield a_logo((24, 16), "JPEG", xmp=payload)


@pytest.mark.filterwarnings("ignore")  # Pillow remarks on what is broken in a file
def test_nothing_that_rides_along_in_a_picture_is_kept():
    tried, taken = 0, 0
    for payload in PAYLOADS:
        for sent in _carriers(payload):
            tried += 1
            try:
                kept = logos.draw(sent).content
            except Refused:
                continue
            taken += 1
            assert payload not in kept and CANARY not in kept and b"Exif" not in kept and b"2010:02:09" not in kept
            with Image.open(BytesIO(kept)) as again:
                assert again.size == (24, 16) and not again.getexif() and set(again.info) <= {"jfif", *JFIF}
    assert tried >= 120 and taken >= 80


JFIF = {"jfif_version", "jfif_unit", "jfif_density"}


@pytest.mark.filterwarnings("ignore")
def test_a_picture_that_was_broken_anywhere_is_drawn_or_refused_and_never_a_failure_of_ours():
    dice, drawn = random.Random(19), 0
    good = [a_logo(exif=_place()), a_logo(form="JPEG", exif=_place(), icc_profile=b"x" * 99), _with_words()]
    for _ in range(1500):
        sent = bytearray(dice.choice(good))
        for _ in range(dice.choice((1, 2, 5))):
            sent[dice.randrange(8, len(sent))] = dice.randrange(256)
        with suppress(Refused):
            assert CANARY not in logos.draw(bytes(sent)).content
            drawn += 1
    assert drawn >= 100


@on_sqlite
def test_the_name_of_a_file_means_nothing(site, staff):
    id = partner(site)
    for name in NAMES:
        assert send(staff, id, a_logo(), name).status == 200
        assert send(staff, id, b"<svg></svg>", name).status == 422
    assert {path.suffix for path in site.config.data_dir.rglob("*") if path.is_file()} <= {".db", "", ".lock"} | WAL


WAL = {".db-wal", ".db-shm", ".eml"}

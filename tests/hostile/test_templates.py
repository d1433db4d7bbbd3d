"""S15: what a template language or a format string would work out stands everywhere as it was typed."""

import csv
import re
from email import message_from_bytes, policy
from io import StringIO
from unicodedata import normalize

import pytest
from flask import render_template_string
from justhtml import JustHTML
from sqlalchemy import select, update

from campaign import clock, db
from campaign.links import service as links
from campaign.mail import Letter
from campaign.pledges import editing
from campaign.pledges.models import Signature
from campaign.printables import poster
from campaign.text import cell, clean
from campaign.typeset import Press, Unprintable
from tests.hostile import corpus
from tests.house.everything import on_sqlite
from tests.pledges.acts import sign, text_of
from tests.printables.looking import ADDRESS, CONTENT, PRESS, look

PAYLOADS = [one.text for one in corpus.of_class("templates")]
A_MAILBOX = "anna@example.org"
FILLERS = dict.fromkeys(map(ord, "\u115f\u1160"))  # what all four of them are in NFKC
PRINTED = 1_000  # characters; no field that is printed takes more, and typst breaks 40,000 in a row for minutes


def test_there_are_at_least_sixty():
    assert len(set(PAYLOADS)) >= 60


def _said(text: str) -> str:
    return " ".join(text.split())


def _as_code(text: str) -> str:
    """In Markdown, as it is; its own backticks too, where those around it are more than it has in a row."""
    fence = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    return f"{fence} {text} {fence}"


def _write(site, payload):
    """The payload stands in every text that the records hold, inside other words too."""
    inside = f"Anna {payload} Sample"
    with site.inside(), db.writing() as session:
        words = {"name": inside, "message": f"Because {payload} is so", "area": payload, "show_name": True}
        session.execute(update(Signature).values(**words, passed_at=clock.now()))
        promise, body = f"I promise {payload} today.", f"More {_as_code(payload)} of it"
        editing.write(1, "en", f"Title {payload} here", promise, body)
        links.get(1).note = payload
    return inside


def _check(site, staff, payload):
    """Literal, and worked out nowhere: the words around it are still around it."""
    inside = _write(site, payload)
    visitor = site.visitor()
    pledge, words = visitor.get("/pledges/freedom").text, _said(payload)
    for wanted in (f"Title {words} here", f"I promise {words} today.", f"More {words} of it", f"Because {words} is so"):
        assert _said(wanted) in pledge, payload
    assert _said(inside) in staff.get("/staff/signatures?filter=all").text, payload
    assert words in staff.get("/staff/codes").text, payload
    rows = list(csv.reader(StringIO(staff.raw("/staff/signatures.csv").get_data(as_text=True), newline="")))
    assert rows[1][4] == cell(inside) and rows[1][6] == cell(payload), payload
    for letter_id in (1, 2, 3):
        _check_letter(staff.raw(f"/staff/letters/{letter_id}.eml", buffered=True).data, inside, payload)


def _check_letter(raw, inside, payload):
    letter = message_from_bytes(raw, policy=policy.default)
    body = letter.get_body(("html",))
    assert body is not None
    html = JustHTML(body.get_content(), sanitize=False).to_text()
    for said in (text_of(letter), html):
        assert f"Hello {_said(inside)}," in _said(said), payload
        assert _said(f"I promise {payload} today.") in _said(said), payload


@pytest.fixture
def fresh(everything):
    """The letters are written as they would be now, not as they lie in the outbox."""
    for file in (everything.site.config.data_dir / "outbox").glob("*.eml"):
        file.unlink()
    with everything.site.inside(), db.writing() as session:
        session.execute(update(Signature).values(confirmed_at=None))
        session.execute(update(Letter).values(kind="pledges.please_confirm", about_id=1))
    return everything


@on_sqlite
@pytest.mark.gate("S15", quick=12, full=10_000)
def test_every_payload_stands_as_it_was_typed_wherever_it_is_shown(fresh, size):
    for payload in PAYLOADS[:: max(1, len(PAYLOADS) // size)]:
        _check(fresh.site, fresh.staff, payload)


@on_sqlite
def test_what_the_form_takes_is_what_was_typed(site, visitor, later):
    taken = set()
    for number, payload in enumerate(PAYLOADS):
        page = sign(visitor, later, name=payload, message=payload, place=payload, email=f"s{number}@example.org")
        if page.status == 200:
            taken.add((clean(payload), clean(payload, lines=True), clean(payload)))
    kept = site.rows(select(Signature.name, Signature.message, Signature.area))
    assert {tuple(row) for row in kept} == taken and len(taken) >= 50


@on_sqlite
@pytest.mark.parametrize("careless", ["a template", "a format string", "twice"])
def test_a_site_that_works_something_out_is_noticed(fresh, careless):
    shown = fresh.site.app.jinja_env.filters

    def worked_out(value, *_):
        text = str(value)
        if careless == "a template":
            return render_template_string(text)
        return text % {"name": "worked out"} if careless == "a format string" else f"{text} {text}"

    payload = "%(name)s" if careless == "a format string" else "{{7*7}}"
    _check(fresh.site, fresh.staff, payload)
    source = "{% extends 'layouts/base.html' %}{% block main %}<h1>{{ pledge.title|careless }}</h1>{% endblock %}"
    shown["careless"] = worked_out
    with fresh.site.app.test_request_context(), db.reading():
        from campaign.pledges import board

        page = render_template_string(source, pledge=board.find("freedom"))
    text = JustHTML(page, sanitize=False).query("h1")[0].to_text()
    assert _said(text) != f"Title {payload} here"


def _read(text):
    """As it is read: the signs for two letters that stand as one, such as the ligature fi, come out of a PDF as two,
    and Korean fillers, of which nothing is seen, not at all.
    """
    return normalize("NFKC", "".join(text.split())).translate(FILLERS)


@pytest.mark.gate("S7", quick=4, full=10_000)
def test_a_print_shows_what_was_typed_and_runs_none_of_it(size):
    noticed = 0
    for one in corpus.some(size):
        text = clean(one.text)[:PRINTED]
        filled = poster.filled(CONTENT, "en", ADDRESS, "letter")
        filled["voices"]["en"]["words"]["why"] = text
        try:
            sheet = look(PRESS.pdf(poster.DESIGN, filled))
        except Unprintable:  # a letter that no font has, or a line that is too long: staff are told so
            noticed += 1
            continue
        assert sheet.pages == 1 and _read(text) in _read(sheet.text.replace("\ufffe", "-")), str(one)
    print(f"{noticed} could not be printed")


def test_a_print_that_runs_what_was_typed_is_noticed(tmp_path):
    (tmp_path / "careless.typ").write_text('#set document(title: "x")\n#eval(sys.inputs.print, mode: "markup")')
    filled = {"why": "#(7*7)"}
    sheet = look(Press(tmp_path).pdf("careless", filled))
    assert "#(7*7)" not in sheet.text and "49" in sheet.text

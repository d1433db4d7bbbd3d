"""S7: whatever stands in an address or its query, the answer is a page of ours, built like any other."""

import json
import re
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from campaign import db
from campaign.pledges import editing
from campaign.staff import audit
from campaign.staff.acts import Act
from campaign.web import A_PAGE, DOORS
from tests.hostile import corpus, looking
from tests.house.everything import contents, on_sqlite, routes

ASKED = ("via", "filter", "page", "language", "paper", "lang", "next", "q")
HARMLESS = ("words", "2", "x" * 300, "2345678", "es", "sample")
LONGEST = 60_000  # characters; no server takes a longer address
SHARED = {"mailto", "sms", "https"}


def _addresses(everything, one):
    """Every route that can be looked at, with the string in each part of its address, and in its query."""
    for method, _address, rule in routes(everything.site.app):
        if method != "GET" or "poster" in rule.endpoint:
            continue
        usual = everything.address(rule)
        yield usual + "?" + "&".join(f"{name}={one.wire}" for name in ASKED)
        for name in rule.arguments:
            pattern = re.sub(rf"<[^<>]*\b{name}>", "~", rule.rule)
            filled = re.sub(r"<[^<>]*>", "1", pattern)
            yield filled.replace("~", one.wire)


def _answers(everything, one):
    """How each of them is answered: staff's to staff and to strangers, the others to strangers."""
    stranger = everything.site.visitor()
    for path in _addresses(everything, one):
        if len(path) < LONGEST:
            for person in (stranger, everything.insider(path)) if path.startswith(DOORS) else (stranger,):
                yield person.raw(path, buffered=True), path


def _grammars(everything, word):
    """How the pages are built that answer a harmless word."""
    for answer, _ in _answers(everything, corpus.Hostile("harmless", word, word)):
        yield looking.look(answer)[0]


def _faults(answer, path, known):
    """What is wrong with an answer; and where there is something on its page that was not known, what it is."""
    found = [f"{path}: {answer.status_code}"] if answer.status_code >= 500 else []
    found += [f"{path}: leads to {answer.location}"] if looking.leads_off(answer.location) else []
    steps, dangers = looking.look(answer)
    return found + dangers, [(path, step) for step in steps - known]


@on_sqlite
@pytest.mark.gate("S7", quick=1, full=10_000)
def test_no_string_in_any_address_changes_how_the_page_is_built(everything, size):
    """The first harmless word says how most pages are built; the others are asked only where that leaves a question."""
    with everything.site.inside():
        for _ in range(A_PAGE + 1):  # so that the trail has a second page from the beginning
            with db.writing():
                audit.note(Act.PLEDGE_OPENED, "pledge", 1)
    known: set[looking.Step] = set().union(*_grammars(everything, HARMLESS[0]))
    found: list[str] = []
    strange: list[tuple[str, looking.Step]] = []
    before = contents(everything.site)
    for one in corpus.some(size):
        for answer, path in _answers(everything, one):
            wrong, unknown = _faults(answer, path[:300], known)
            found, strange = found + wrong, strange + unknown
    for word in HARMLESS[1:]:
        if strange := [(path, step) for path, step in strange if step not in known]:
            known = known.union(*_grammars(everything, word))
    assert found + [one for one in strange if one[1] not in known] == []
    after = contents(everything.site)
    assert {name for name in before if before[name] != after[name]} <= {"code_visits", "audit_rows", "audit_ends"}


@on_sqlite
@pytest.mark.gate("S7", quick=12, full=10_000)
def test_links_for_sharing_hold_the_words_and_lead_where_they_say(everything, size):
    site = everything.site
    for one in corpus.some(size):
        promise = " ".join(corpus.typed(one).split())[:500] or "I promise."
        with site.inside(), db.writing():
            editing.write(1, "en", "A pledge", promise, "")
        page = site.visitor().get("/pledges/freedom/thanks")
        links = [node.attrs["href"] for node in page.all(".share a")]
        assert len(links) == 4, str(one)
        for link in links:
            parts = urlsplit(link)
            assert parts.scheme in SHARED and parts.netloc in ("", "wa.me", "www.facebook.com"), (link, str(one))
            said = parse_qs(parts.query.lstrip("&"), keep_blank_values=True, strict_parsing=True, max_num_fields=2)
            assert set(said) <= {"subject", "body", "text", "u"}, (link, str(one))
            text = (said.get("body") or said.get("text") or [f"{promise} http://localhost/pledges/freedom"])[0]
            assert text == f"{promise} http://localhost/pledges/freedom" or "u" in said, (link, str(one))


@on_sqlite
def test_the_count_is_numbers_whatever_the_address_asks_for(everything):
    for one in corpus.everything():
        if len(one.wire) < LONGEST:
            answer = everything.site.visitor().raw(f"/pledges/freedom/count?callback={one.wire}&via={one.wire}")
            assert answer.mimetype == "application/json"
            assert json.loads(answer.data) == {"count": None, "text": "", "goal": 1000}, str(one)


@on_sqlite
def test_a_page_that_repeats_its_address_carelessly_is_noticed(site):
    from flask import request

    page = "<!doctype html><html lang=en><title>x</title><body><main><h1>x</h1>{}</main></body></html>"
    site.app.add_url_rule("/repeats", "repeats", lambda: page.format(request.args.get("q", "")))
    known = looking.grammar(site.visitor().get("/repeats?q=words").tree)
    for text in ("<b>x</b>", '<a href="javascript:x()">x</a>'):
        answer = site.visitor().raw(f"/repeats?q={quote(text)}")
        assert any(_faults(answer, "/repeats", known))

"""A printed code: never misread, never somebody else's, leading only to this site, and counted without a trace."""

import itertools

import pytest
from sqlalchemy import select

from campaign import clock, db
from campaign.errors import Refused
from campaign.links import rules, service, visits
from campaign.links.models import CodeChange, Visits
from campaign.pledges import service as pledges
from campaign.pledges.models import Signature
from tests.house.everything import on_sqlite
from tests.pledges.acts import ANNA, link_in
from tests.processes import wait_for

pytestmark = pytest.mark.plain_sql

PHONE = {"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)"}


@pytest.fixture
def code(site):
    """A code on a poster that leads to the first pledge."""
    with site.inside(), db.writing():
        return service.get(service.make("/pledges/freedom", "en", "Poster", clock.now()))


def _scan(site, visitor, typed, **kwargs):
    site.app.extensions["codes"].leads.clear()
    return visitor.raw(f"/q/{typed}", **{"headers": PHONE, **kwargs})


def _count(site):
    with site.inside():
        visits.tally().write()
    return [row[0] for row in site.rows(select(Visits.number))]


def test_no_character_can_be_misread():
    assert not set(rules.ALPHABET) & set("01OIL") and len(rules.ALPHABET) == 31


def test_every_wrong_character_and_every_swap_of_neighbours_is_noticed():
    for code in (rules.new() for _ in range(20)):
        for place, other in itertools.product(range(7), rules.ALPHABET):
            if other != code[place]:
                assert rules.read(code[:place] + other + code[place + 1 :]) is None
        for place in range(6):
            swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
            assert swapped == code or rules.read(swapped) is None


def test_a_scan_leads_on_with_its_code_and_is_counted(site, visitor, code):
    answer = _scan(site, visitor, code.code)
    assert answer.status_code == 302 and answer.headers["Location"] == f"/pledges/freedom?via={code.code}"
    assert answer.headers["Cache-Control"] == "no-store" and "Set-Cookie" not in answer.headers
    assert _count(site) == [1]


@pytest.mark.parametrize("spell", [str.lower, str.upper, lambda text: f"{text[:3]}-{text[3:]}"])
def test_it_does_not_matter_how_it_is_typed(site, visitor, code, spell):
    assert _scan(site, visitor, spell(code.code)).status_code == 302
    assert visitor.raw(f"/Q/{code.code}").status_code == 302


@pytest.mark.parametrize("typed", ["AAAAAAA", "x", "K7QM2XAK7QM2XA", "%00", "💡", "K7QM2X0"])
def test_a_mistyped_code_gets_a_page_and_not_somebody_elses(site, visitor, code, typed):
    page = visitor.get(f"/q/{typed}")
    assert page.status == 404 and "look at the code again" in page.text


def test_a_retired_code_leads_to_a_kind_page(site, visitor, code):
    with site.inside(), db.writing():
        service.retire(code.id, clock.now())
    site.app.extensions["codes"].leads.clear()
    page = visitor.get(f"/q/{code.code}")
    assert page.status == 410 and "no longer in use" in page.text
    assert _count(site) == []


@on_sqlite
def test_a_retired_code_answers_in_the_language_of_its_piece_unless_the_reader_chooses_another(site, visitor):
    with site.inside(), db.writing():
        code = service.get(service.make("/pledges/freedom", "es", "Poster", clock.now()))
        service.retire(code.id, clock.now())
    site.app.extensions["codes"].leads.clear()
    for door in ("q", "Q"):
        page = visitor.get(visitor.raw(f"/{door}/{code.code}").headers["Location"])
        assert (page.status, page.path, page.one("html").attrs["lang"]) == (410, f"/es/q/{code.code}", "es")
        assert page.link("Compromisos").startswith("/es/")
    for name, language in (("English", "en"), ("한국어", "ko")):
        page = visitor.get(page.link(name))
        assert (page.status, page.one("html").attrs["lang"]) == (410, language)


def test_programs_that_look_ahead_are_not_counted(site, visitor, code):
    _scan(site, visitor, code.code, method="HEAD")
    _scan(site, visitor, code.code, headers={"User-Agent": "facebookexternalhit/1.1"})
    _scan(site, visitor, code.code, headers={**PHONE, "Sec-Purpose": "prefetch;prerender"})
    assert _count(site) == []
    _scan(site, visitor, code.code)
    assert _count(site) == [1]


def test_a_printed_code_can_be_pointed_elsewhere_and_it_is_recorded(site, visitor, code):
    with site.inside(), db.writing():
        service.retarget(code.id, "/pledges", None, clock.now())
    assert _scan(site, visitor, code.code).headers["Location"] == f"/pledges?via={code.code}"
    assert site.rows(select(CodeChange.before, CodeChange.after)) == [("/pledges/freedom", "/pledges")]


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example", "/staff/", "/nowhere", "pledges", "/q/K7QM2XA", "/\\evil.example", ""],
)
def test_a_code_never_leads_off_the_site_or_behind_the_staff_door(site, target):
    with site.inside(), db.writing(), pytest.raises(Refused):
        service.make(target, "en", "", clock.now())


def test_the_code_is_carried_through_the_form_to_the_signature(site, visitor, code, later):
    page = visitor.get(f"/pledges/freedom?via={code.code}")
    assert page.one("input[name=via]").attrs["value"] == code.code
    later(seconds=3)
    visitor.press(page, "Sign the pledge", **ANNA)
    assert site.rows(select(Signature.code_id)) == [(code.id,)]
    with site.inside(), db.reading():
        assert pledges.signatures_by_code() == {}
    visitor.press(visitor.get(link_in(site.letter(), "confirm")), "Yes")
    with site.inside(), db.reading():
        assert pledges.signatures_by_code() == pledges.signatures_by_code([code.id]) == {code.id: 1}
        assert pledges.signatures_by_code([code.id + 1]) == {}


def test_choosing_another_language_keeps_the_code(site, visitor, code):
    page = visitor.get(f"/pledges/freedom?via={code.code}")
    spanish = visitor.get(page.link("Español"))
    assert spanish.one("input[name=via]").attrs["value"] == code.code


def test_a_kept_page_gives_nobody_the_code_of_another(site, code):
    client = site.app.test_client()
    with_code = client.get(f"/pledges/freedom?via={code.code}").get_data(as_text=True)
    without = client.get("/pledges/freedom").get_data(as_text=True)
    assert code.code in with_code and code.code not in without and "~~" not in with_code + without


@pytest.mark.parametrize("via", ["AAAAAAA", "<script>", "x" * 5000, "K7QM2XA"])
def test_a_made_up_code_changes_nothing_about_a_signature(site, visitor, later, via):
    page = visitor.get("/pledges/freedom")
    later(seconds=3)
    assert visitor.press(page, "Sign the pledge", **ANNA, via=via).status == 200
    assert site.rows(select(Signature.code_id)) == [(None,)]


def test_visits_add_up_exactly_over_days_and_processes(site, visitor, code, later):
    for _ in range(7):
        _scan(site, visitor, code.code)
    assert _count(site) == [7]
    for _ in range(5):
        _scan(site, visitor, code.code)
    later(days=1)
    _scan(site, visitor, code.code)
    assert sorted(_count(site)) == [1, 12]
    with site.inside(), db.reading():
        assert service.visits([code.id]) == {code.id: 13}


def test_visits_that_cannot_be_written_are_not_lost(site, visitor, code, monkeypatch):
    _scan(site, visitor, code.code)
    from sqlalchemy.exc import OperationalError

    def away(*_args, **_kwargs):
        raise OperationalError("insert", {}, OSError("gone"))

    with monkeypatch.context() as patch:
        patch.setattr(db, "add_up", away)
        assert _count(site) == []
    assert _count(site) == [1]


def test_a_printed_address_is_in_capitals(site, code):
    with site.inside(), db.reading():
        assert service.printed_address(code) == f"HTTP://LOCALHOST/Q/{code.code}"


def test_the_short_way_counts_like_the_long_one(site, visitor, code):
    site.app.extensions["codes"].leads.clear()
    answers = [visitor.raw(f"/q/{code.code}", headers=PHONE) for _ in range(4)]
    assert {(one.status_code, one.headers["Location"]) for one in answers} == {
        (302, f"/pledges/freedom?via={code.code}")
    }
    assert answers[0].headers["Content-Security-Policy"] == answers[3].headers["Content-Security-Policy"]
    visitor.raw(f"/q/{code.code}", method="HEAD", headers=PHONE)
    assert visitor.raw(f"/q/{code.code}", headers={**PHONE, "Host": "elsewhere.example"}).status_code == 400
    assert _count(site) == [4]


@on_sqlite
def test_a_process_that_has_written_its_visits_rests_and_counts_again(site):
    with site.inside(), db.writing():
        code_id = service.make("/pledges/freedom", "en", "", clock.now())
    own = site.app.extensions["visits"]
    for number in (1, 2):
        own.add(code_id)
        wait_for("the visits to be written", lambda: own.thread is None)
        with site.inside(), db.reading():
            assert service.visits([code_id]) == {code_id: number}

"""Other sites show our events and pledges in frames: these pages alone, with help, a way out, nothing to send."""

from html import unescape

import pytest
from sqlalchemy.exc import OperationalError, ProgrammingError

from campaign import db, embedding
from campaign.events import listing
from campaign.partners.models import PartnerState
from campaign.pledges import board
from campaign.pledges.models import Pledge, PledgeState
from campaign.security import EMBEDDED
from tests.events.test_finding import EVENING, HOURS, four  # noqa: F401 (a fixture)
from tests.events.writing_acts import made
from tests.hostile.looking import faults_of_policy
from tests.house.everything import everything, filled, on_sqlite, routes  # noqa: F401 (fixtures)
from tests.house.test_hotline import EXIT, NUMBER
from tests.partner_door.acts import put

pytestmark = on_sqlite


def _titles(page):
    return [" ".join(one.to_text().split()) for one in page.all(".event-card a")]


def test_the_list_is_narrowed_down_as_the_public_one_and_says_by_whom_readers_come(site, four, visitor, later):  # noqa: F811
    later(hours=3)
    for query, titles in {
        "": ["Sample talk", "Sample vigil", "Sample march"],
        "?partner=sample-partner-1": ["Sample vigil"],
        "?place=1": ["Sample talk"],
        "?language=th": ["Sample march"],
        "?kind=vigil&language=ko": [],
        "?partner=nobody": [],
        "?place=-1&kind=x&language=x&partner=%00": ["Sample talk", "Sample vigil", "Sample march"],
    }.items():
        page = visitor.get(f"/embed/events{query}")
        assert (page.status, _titles(page)) == (200, titles), query
    page = visitor.get("/embed/events?partner=sample-partner-1")
    assert page.link("Sample vigil") == "/events/vigil?from=sample-partner-1"
    assert page.link("한국어") == "/ko/embed/events?partner=sample-partner-1"
    assert visitor.get("/ko/embed/events?partner=sample-partner-1").link("Español").startswith("/es/embed/events?")
    put(site, four, PartnerState.PAUSED)
    page = visitor.get("/embed/events?partner=sample-partner-1")
    assert page.link("Sample vigil") == "/events/vigil" and "Sample Partner 1" not in page.html


def test_the_html_to_copy_asks_for_what_was_chosen_in_the_language_that_was_chosen(site, staff):
    page = staff.get("/staff/events/embed?in=ko&language=th&kind=vigil")
    shown = unescape(page.one("textarea").to_text())
    assert "/ko/embed/events?" in shown and "language=th" in shown and "kind=vigil" in shown


def test_every_link_leaves_the_frame_but_those_that_change_its_language(four, visitor):  # noqa: F811
    for path in ("/embed/events", "/ko/embed/events?kind=vigil", "/embed/pledges/freedom"):
        page = visitor.get(path)
        assert page.one("base").attrs == {"target": "_top"}
        stays = [a.attrs["href"] for a in page.all("a") if a.attrs.get("target", "_top") != "_top"]
        assert len(stays) == 8 and all("/embed/" in one for one in stays), path
        assert not page.all("form, input, button, iframe, img"), path
        [leave] = page.all("[data-exit-words]")
        assert leave.attrs["href"] == EXIT["ko" if path.startswith("/ko") else "en"]
        assert page.one("aside.hotline a.tel").attrs["href"] == f"tel:{NUMBER}"
        assert '<meta name="robots" content="noindex">' in page.html and "canonical" not in page.html
        assert not page.answer.headers.getlist("Set-Cookie")


def test_a_pledge_shows_its_promise_and_is_signed_on_its_own_page(site, visitor, staff):
    page = visitor.get("/es/embed/pledges/freedom")
    assert page.one("blockquote.promise") and page.one("main a.button").attrs["href"] == "/es/pledges/freedom"
    staff.press(staff.get("/staff/pledges/1"), "Save", slug="renamed")
    assert visitor.raw("/embed/pledges/freedom").location == "/embed/pledges/renamed"
    staff.press(staff.get("/staff/pledges/1"), "Close it")
    assert "takes no more signatures" in visitor.get("/embed/pledges/renamed").text
    page = visitor.get("/es/embed/pledges/none")
    assert page.status == 404 and page.one("aside.hotline a.tel").attrs["href"] == f"tel:{NUMBER}"
    assert page.one("main a.button").attrs["href"] == "/es/pledges" and _who_may_frame(page.answer) == "*"
    for path in ("/embed/pledges/No%20slug", "/embed/nowhere", "/embed/events/more"):
        answer = visitor.raw(path)
        assert answer.status_code == 404 and "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


def _who_may_frame(answer):
    policy = answer.headers["Content-Security-Policy"].split("; ")
    return next((part.partition(" ")[2] for part in policy if part.startswith("frame-ancestors ")), "*")


def _framable(everything, among=""):  # noqa: F811
    """The addresses, beginning so, that another site may show in a frame, asked by everybody in turn."""
    found, ours = set(), routes(everything.site.app)
    for address, rule in ((a, rule) for method, a, rule in ours if method == "GET" and a.startswith(among)):
        for person in (everything.site.visitor(), everything.insider(address)):
            if _who_may_frame(person.raw(everything.address(rule), buffered=True)) not in ("'none'", "'self'"):
                found.add(address)
    return found


def test_these_pages_alone_may_be_framed_and_an_open_policy_elsewhere_is_noticed(everything):  # noqa: F811
    mine = {"/embed/events", "/embed/pledges/<slug>"}
    assert _framable(everything) == mine
    assert faults_of_policy(EMBEDDED, framable=True) == [] and faults_of_policy(EMBEDDED) != []

    everything.site.app.view_functions["pages.safety"] = lambda: embedding.framable("x")
    assert _framable(everything, "/safety") == {"/safety"}


@pytest.mark.parametrize(
    ("module", "verb", "path", "words", "way"),
    [
        (listing, "upcoming", "/embed/events", "All events", "/events"),
        (board, "find", "/embed/pledges/freedom", "See the open pledges", "/pledges"),
    ],
)
def test_without_the_records_help_stands_and_the_frame_is_not_blank(
    site, visitor, monkeypatch, module, verb, path, words, way
):
    def away(*_args, **_more):
        raise OperationalError("x", {}, Exception())

    monkeypatch.setattr(module, verb, away)
    page = visitor.get(path)
    assert page.status == 503 and page.answer.headers["Retry-After"] and _who_may_frame(page.answer) == "*"
    assert page.one("aside.hotline a.tel") and page.one("[data-exit-words]") and page.link(words) == way
    assert "We cannot reach our records now." in page.text and not page.all("form, input")


def test_a_list_that_many_look_at_is_made_once_and_answers_304(site, four):  # noqa: F811
    client = site.app.test_client()
    first = client.get("/embed/events")
    before = site.app.extensions["page_cache"].renderings
    again = client.get("/embed/events", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304 and site.app.extensions["page_cache"].renderings == before
    assert _who_may_frame(again) == "*" and again.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("door", ["staff", "partner"])
def test_both_doors_give_the_html_and_show_what_it_will_look_like(everything, door):  # noqa: F811
    person, path = getattr(everything, door), f"/{door}/events/embed"
    page = person.get(f"{path}?in=es&partner=sample-partner-1&kind=vigil")
    html = page.one("textarea").to_text()
    query = "partner=sample-partner-1&kind=vigil"
    assert unescape(html).startswith(f'<iframe src="http://localhost/es/embed/events?{query}" title="Eventos – ')
    assert 'loading="lazy"' in html and 'lang="es"' in html and "script" not in html and "sandbox" not in html
    assert {frame.attrs["src"] for frame in page.all("iframe")} == {f"/es/embed/events?{query}"}
    assert "frame-src 'self'" in page.answer.headers["Content-Security-Policy"]
    offered = [one.attrs["value"] for one in page.all("#choose-partner option")]
    first = person.get(path).one("textarea").to_text()
    if door == "partner":  # its own alone, and at first
        assert offered == ["", "sample-partner-1"] and "partner=sample-partner-1" in first
    else:
        assert "sample-partner-1" in offered and "?" not in first
    assert page.all("a[href='/staff/events']" if door == "staff" else "a[href='/partner/events']")


def test_the_html_of_a_pledge_stays_html_whatever_its_title(site, staff):
    page = staff.get("/staff/pledges/1/words/en")
    title = '"><script>alert(1)</script>'
    staff.press(page, "Save", title=title)
    html = staff.get("/staff/pledges/1/embed/en").one("textarea").to_text()
    assert "<script" not in html and html.count('"') % 2 == 0 and title in unescape(html)


def test_a_draft_is_not_shown_as_it_would_look_for_nobody_can_see_it(site, staff):
    assert len(staff.get("/staff/pledges/1/embed/en").all("iframe")) == 2
    with site.inside(), db.writing() as session:
        session.get_one(Pledge, 1).state = PledgeState.DRAFT
    page = staff.get("/staff/pledges/1/embed/en")
    assert not page.all("iframe") and "How it looks is shown here once it is open." in page.text


def test_a_long_list_ends_and_leads_to_the_others(site, visitor):
    for number in range(13):
        made(site, f"talk-{number}", EVENING, EVENING + HOURS, kind="talk")
    page = visitor.get("/embed/events?kind=talk")
    assert len(page.all(".event-card")) == 12 and page.link("More events") == "/events?kind=talk"


def test_a_wrong_statement_is_our_own_fault_and_not_records_that_are_away(site, visitor, monkeypatch):
    def wrong(*_args, **_more):
        raise ProgrammingError("SELECT", {}, Exception("no such column"))

    monkeypatch.setattr(listing, "upcoming", wrong)
    with pytest.raises(ProgrammingError):
        visitor.raw("/embed/events")

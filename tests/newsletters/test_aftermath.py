"""What came of a newsletter: totals by edition of what became of letters, who left by it, and what its code brought."""

import re
from email.message import EmailMessage
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select, update

from campaign import clock, db
from campaign.links import service as links
from campaign.links import visits
from campaign.newsletters import aftermath, codes, recipients
from campaign.newsletters.runs import Recipient
from campaign.supporters.models import Consent
from tests.house.everything import contents, on_sqlite
from tests.newsletters.readers import let_go, ready
from tests.pledges.acts import link_in, sign

pytestmark = on_sqlite
SWEEP = "send-newsletters"
PHONE = {"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)"}


@pytest.fixture
def sent(site):
    """A newsletter that went to six people, into the folder of letters; its id, and the letters by their readers."""
    newsletter_id, _ = ready(site, 6)
    let_go(site, newsletter_id)
    site.work(SWEEP, SWEEP)
    return newsletter_id, {str(one["To"]): one for one in site.letters()}


def _html(letter: EmailMessage) -> str:
    body = letter.get_body(("html",))
    assert body is not None
    return str(body.get_content())


def _leave_address(letter: EmailMessage) -> str:
    whole = urlsplit(str(letter["List-Unsubscribe"]).strip("<>"))
    return f"{whole.path}?{whole.query}"


def _figures(site, newsletter_id):
    with site.inside():
        visits.tally().write()
        with db.reading():
            return aftermath.of(newsletter_id)


def test_what_became_of_letters_who_left_and_what_followed_is_added_up_by_edition(site, visitor, staff, later, sent):
    newsletter_id, letters = sent
    assert len(letters) == 6
    with site.inside(), db.reading():
        english = codes.of(newsletter_id)["en"]
    link = re.search(rf'href="http://localhost(/q/{english}\?to=/pledges)"', _html(letters["reader0@example.org"]))
    assert link
    before = contents(site)
    answer = visitor.raw(link[1], headers=PHONE)
    assert answer.location == f"/pledges?via={english}"
    with site.inside():
        visits.tally().write()
    changed = {name for name, rows in contents(site).items() if rows != before[name]}
    assert changed == {"code_visits"}  # a code and a day: nobody's click is kept
    sign(visitor, later, f"/pledges/freedom?via={english}")
    visitor.press(visitor.get(link_in(site.letter(), "confirm")), "Yes")
    one_click, page = (_leave_address(letters[f"reader{number}@example.org"]) for number in (0, 2))
    assert visitor.raw(one_click, method="POST", data={"List-Unsubscribe": "One-Click"}).status_code == 200
    for _ in range(2):  # once more changes nothing
        assert visitor.post(page).answer.status_code == 200
    plain = _leave_address(letters["reader1@example.org"]).partition("?")[0]
    visitor.post(plain)  # left, by another letter
    found = _figures(site, newsletter_id)
    lines = {one.language: one.numbers for one in found.lines}
    assert lines["en"]["Delivered"] == 4 and lines["es"]["Delivered"] == 2  # Thai readers and others got the English
    assert lines["en"]["Left by it"] == 2 and lines["es"]["Left by it"] == 0
    assert lines["en"]["Visits"] == 1 and lines["en"]["Pledges"] == 1 and found.whole.numbers["Delivered"] == 6
    shown = staff.get(f"/staff/newsletters/{newsletter_id}/results")
    assert "English 4 2 1 1" in shown.text and "All 6 2 1 1" in shown.text
    table = staff.raw(f"/staff/newsletters/{newsletter_id}/results.csv").get_data(as_text=True)
    assert "language,Delivered,Left by it,Visits,Pledges" in table and "\r\nall,6,2,1,1" in table


def test_a_page_for_leaving_sends_its_form_to_the_address_with_the_code(site, visitor, sent):
    page = _leave_address(sent[1]["reader0@example.org"])
    assert "via=" in page
    form = visitor.get(page).form("Unsubscribe")
    assert form["action"] == ""  # to where one is: the query goes along
    with site.inside(), db.reading():
        code = codes.of(sent[0])["en"]
    assert parse_qs(urlsplit(page).query)["via"] == [code]


WRONG = ("", "x", "ABC", "A" * 300, "<script>", "ABCDEF1\n")


def test_whatever_stands_in_place_of_the_code_they_leave_all_the_same(site, visitor, sent):
    for number, via in enumerate(WRONG):
        plain = _leave_address(sent[1][f"reader{number}@example.org"]).partition("?")[0]
        assert visitor.raw(plain, method="POST", query_string={"via": via}).status_code == 200
    sources = [row[0] for row in site.rows(select(Consent.source).where(Consent.given.is_(False)))]
    assert sources == ["page"] * len(WRONG)


def test_letters_that_did_not_arrive_and_those_forgotten_are_told_apart(site, staff, later, sent):
    newsletter_id, _ = sent
    with site.inside(), db.writing() as session:
        for number, state in ((1, "refused"), (2, "uncertain"), (3, "skipped"), (4, "waiting")):
            session.execute(update(Recipient).where(Recipient.id == number).values(state=state))
    numbers = _figures(site, newsletter_id).whole.numbers
    expected = {"Delivered": 2, "Refused": 1, "Uncertain": 1, "Left out": 1, "Still to go": 1}
    assert {name: numbers[name] for name in expected} == expected
    with site.inside(), db.writing():
        recipients.forget(clock.now().replace(year=2030), dry_run=False)
    found = _figures(site, newsletter_id)
    assert {name: found.whole.numbers[name] for name in expected} == expected and not found.by_edition
    assert "in the last line alone" in staff.get(f"/staff/newsletters/{newsletter_id}/results").text


def test_each_edition_has_one_code_and_keeps_it(site, sent):
    newsletter_id, _ = sent
    with site.inside(), db.writing():
        before = codes.of(newsletter_id)
        codes.give(newsletter_id, clock.now())
        assert codes.of(newsletter_id) == before and set(before) == {"en", "es"}
        assert len(set(before.values())) == 2
        assert not {one.code for one in links.single(0, 50)} & set(before.values())  # they are printed on nothing


def test_a_newsletter_that_was_not_sent_has_nothing_to_tell(site, staff):
    newsletter_id, _ = ready(site, 2)
    assert "Nothing was sent yet." in staff.get(f"/staff/newsletters/{newsletter_id}/results").text
    assert staff.raw("/staff/newsletters/77/results").status_code == 404


ELSEWHERE = [
    "//evil.example/",
    "https://evil.example/",
    "/\\evil.example",
    "/es//evil.example",
    "/staff/",
    "/partner/",
    "/unsubscribe/leave-1.x",
    "/pledges/freedom?x=1",
    "/pledges/freedom#x",
    "/%2e%2e/staff",
    "/xx/pledges/freedom",
    "javascript:alert(1)",
    "pledges/freedom",
    "/q/ABCDEFG",
    "/pledges/fr\r\nSet-Cookie:x",
    "/" * 5_000,
    "ü",
]


def test_a_letters_link_leads_nowhere_but_to_pages_of_this_site(site, visitor):
    with site.inside(), db.writing():
        code = links.get(links.make("/pledges", "en", "", clock.now(), design=links.NEWSLETTER)).code
    for to in ELSEWHERE:
        for _ in range(2):  # the long way and the short one
            answer = visitor.raw(f"/q/{code}", query_string={"to": to}, headers=PHONE)
            assert (answer.status_code, answer.location) == (302, f"/pledges?via={code}"), to


def test_a_link_goes_by_its_code_as_far_as_a_code_may_lead_and_beside_it_elsewhere(site):
    with site.inside():
        assert links.through("ABC2345", "/es/events/evening") == "/q/ABC2345?to=/es/events/evening"
        assert links.through("ABC2345", "/volunteer") == "/q/ABC2345?to=/volunteer"
        assert links.through("ABC2345", "/learn/signs#more") == "/learn/signs?via=ABC2345#more"
        assert links.through("ABC2345", "/events?place=1") == "/events?place=1&via=ABC2345"
        assert links.through("ABC2345", "/help") == "/help?via=ABC2345"

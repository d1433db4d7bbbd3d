"""Written, translated, tried, approved, sent to a crowd over a real mail server, and killed and resumed on the way."""

from collections import Counter

import pytest

from campaign import clock, db
from campaign.staff import service as accounts
from tests.house.everything import on_sqlite
from tests.newsletters.dying import workers
from tests.newsletters.post_office import post_office
from tests.newsletters.readers import leases_run_out, readers, state_of, states
from tests.processes import free_port

pytestmark = on_sqlite
LANGUAGES = ("en", "es", "tl", "th", "zh-hans", "zh-hant", "ko", "vi")
TAGS = Counter({"en": 5, "es": 1, "th": 1, "zh-Hans": 1})  # in which language eight people get it; three have editions
BODIES = {
    "en": "Hello {name|friend}. See [the pledges](/pledges).",
    "es": "Hola {name|amigo}. Vea [las promesas](/pledges).",
    "th": "สวัสดี {name|เพื่อน} ดู[คำมั่นสัญญา](/pledges)",
    "zh-hans": "{name|朋友}，您好。请看[承诺](/pledges)。",
}
GO = {"when": "now", "per_minute": "100000"}


def _colleague(site):
    with site.inside(), db.writing():
        key = accounts.one_time_link(accounts.add("colleague@example.org", "Colleague", clock.now()), clock.now())
    person = site.visitor()
    person.press(person.get(f"/staff/link/{key}"), "Sign in")
    return person


def _written(person) -> str:
    """A newsletter in four languages, the others on purpose in English; its page."""
    facts = {"title": "January", "slug": "january"}
    page = person.press(person.get("/staff/newsletters/new"), "Begin", **facts, accepted=["tl", "ko", "vi", "zh-hant"])
    for code, body in BODIES.items():
        desk = person.get(f"/staff/newsletters/1/words/{code}")
        parts = {str(one.attrs["name"]): "y" for one in desk.all("input[type=checkbox]")}
        person.press(desk, "Save", subject=f"News {code}", preheader="2027", body=body, **parts)
    assert page.status == 200
    return "/staff/newsletters/1/sending"


@pytest.mark.gate("R6", quick=240, full=5_000)
def test_from_the_first_word_to_the_last_letter(make_site, staff_of, size):
    port = free_port()
    site = make_site(smtp_url=f"smtp://127.0.0.1:{port}")
    names = readers(site, size, languages=LANGUAGES)
    writer, other = staff_of(site), _colleague(site)
    sending = _written(writer)
    with post_office(port) as office, workers(site.config) as worker:
        writer.press(writer.get(sending), "Send it to me", language="th")
        site.work("deliver-letters")
        [trial] = office.came
        assert trial.to == "staff@example.org" and trial.language == "th"
        office.came.clear()
        page = writer.press(writer.get(sending), "Let it go", **GO)
        assert page.status == 409 and "has to approve it" in page.text
        other.press(other.get(sending), "I have read it")
        page = writer.press(writer.get(sending), "Let it go", **GO)
        assert page.path == sending, page.text
        assert state_of(site, 1) == "sending"
        assert worker.live(f"hand:{size // 3}") == 0
        page = writer.get(sending)
        assert "Pause" in page.text and f"of {size:,} letters" in page.text
        leases_run_out(site)
        writer.press(page, "Pause")
        worker.live()
        assert state_of(site, 1) == "paused"
        writer.press(writer.get(sending), "Resume")
        worker.live()
        page, dead = writer.get(sending), states(site, 1).get("uncertain", 0)
        if dead:  # somebody looked into the log of the mail server, and found none of those
            missing = len(set(names) - office.people)
            assert missing <= dead
            _decide(site, office)
            worker.live()
    assert state_of(site, 1) == "sent" and states(site, 1) == {"sent": size}
    assert office.people == set(names) and office.doubles == {}
    assert Counter(one.language for one in office.came) == Counter({tag: size // 8 * n for tag, n in TAGS.items()})


def _decide(site, office) -> None:
    """As somebody would who reads the log: what the server has is left, what it has not goes once more."""
    from sqlalchemy import select

    from campaign.newsletters import letters, starting
    from campaign.newsletters.runs import Recipient

    there = {one.id.strip("<>").partition("@")[0] for one in office.came}
    ids = [row[0] for row in site.rows(select(Recipient.id).where(Recipient.state == "uncertain"))]
    with site.inside(), db.writing():
        for id in ids:
            decide = starting.leave if letters.name_of(id) in there else starting.send_once_more
            decide(1, id)

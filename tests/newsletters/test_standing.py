"""The welcome and the thank-you: to whom, when, in which words, and to whom not."""

import threading

import pytest
from sqlalchemy import event, func, select, text, update
from sqlalchemy.exc import OperationalError

from campaign import clock, db
from campaign.app import Switches
from campaign.mail import Letter
from campaign.newsletters import standing
from campaign.newsletters.audience_models import StandingKind
from campaign.pledges import service as pledges
from campaign.pledges.models import Signature
from campaign.pledges.service import Promise
from campaign.supporters import erasure
from campaign.supporters import service as supporters
from campaign.supporters.models import Supporter
from tests.house.everything import on_postgresql, on_sqlite
from tests.pledges.acts import text_of

SWEEP = "standing-letters"
WELCOME, THANKS = StandingKind.WELCOME, StandingKind.THANKS


def _turn_on(site, kind=WELCOME, days=0, languages=("en",)):
    with site.inside(), db.writing():
        for code in languages:
            standing.write(kind, code, f"Subject {code}", f"Words in *{code}*.", None)
            standing.publish(kind, code, standing.words(kind, code).version, clock.now())
        standing.switch(kind, on=True, days=days, version=None, now=clock.now())


def _agree(site, name, language="en"):
    address = f"{name}@example.org"
    with site.inside(), db.writing():
        id = supporters.find_or_add(address, address, language, clock.now())
        supporters.confirm(id, clock.now())
        supporters.agree(id, "Yes", language, "test", clock.now())
    return id


def _letters(site, kind=WELCOME):
    rows = site.rows(select(Letter.supporter_id, Letter.state).where(Letter.kind == standing.LETTERS[kind]))
    return {row[0]: row[1] for row in rows}


@on_sqlite
def test_whoever_says_yes_is_welcomed_once_in_their_language(site, later):
    _agree(site, "before")
    later(minutes=1)
    _turn_on(site, languages=("en", "es"))
    later(minutes=1)
    ids = [_agree(site, name, language) for name, language in (("anna", "en"), ("bela", "es"), ("chai", "th"))]
    letters = {str(one["To"]): one for one in site.letters()}
    assert set(letters) == {f"{name}@example.org" for name in ("anna", "bela", "chai")}
    spanish, thai = letters["bela@example.org"], letters["chai@example.org"]
    assert spanish["Subject"] == "Subject es" and "Words in *es*." in text_of(spanish)
    assert thai["Subject"] == "Subject en" and thai["Content-Language"] == "th"
    html = thai.get_body(("html",)).get_content()
    assert 'lang="en"' in html and "<em>en</em>" in html and "ภาษา" in html and "/unsubscribe/" in html
    later(minutes=20)
    site.work(SWEEP)
    assert _letters(site) == dict.fromkeys(ids, "sent")
    with site.inside(), db.writing():  # who leaves and comes back within the time that we know of
        supporters.leave(ids[0], "No", "en", "test", clock.now())
        supporters.agree(ids[0], "Yes", "en", "test", clock.now())
    assert site.letters() == []


def _signed(site, name, **more):
    """Sign and confirm, without the door; the ids of the person and of the signature."""
    address = f"{name}@example.org"
    with site.inside(), db.writing() as session:
        promise = Promise(f"{name} Sample", address, address, newsletter="Yes", **more)
        pledges.sign("freedom", promise, "en", clock.now())
        id = session.scalar(select(func.max(Signature.id)))
        pledges.confirm(id, clock.now())
        return pledges.get(id).supporter_id, id


def _change(table, id, **values):
    db.session().execute(update(table).where(table.id == id).values(**values))


AGAINST = {
    "left": lambda who, _id: supporters.leave(who, "No", "en", "test", clock.now()),
    "tookback": lambda _who, id: pledges.withdraw(id, clock.now()),
    "pleads": lambda _who, id: _change(Signature, id, message="They took my passport, please help me"),
    "aside": lambda _who, id: _change(Signature, id, set_aside_at=clock.now()),
    "bounced": lambda who, _id: _change(Supporter, who, list_state="cleaned"),
    "erased": lambda who, _id: erasure.erase(who, clock.now()),
}


@on_sqlite
def test_a_pledge_is_thanked_for_some_days_later_and_only_once(site, later):
    _turn_on(site, THANKS, days=3)
    _signed(site, "anna")
    site.letters()
    later(days=2)
    assert site.letters() == []
    later(days=1, minutes=1)
    (letter,) = site.letters()
    assert letter["Subject"] == "Subject en" and "Hello anna Sample," in text_of(letter)
    later(days=1)
    assert site.letters() == []


@on_sqlite
@pytest.mark.parametrize("when", ["before it is written", "before it is sent"])
def test_nobody_is_thanked_who_should_not_be(site, later, when):
    _turn_on(site, THANKS, days=3)
    people = {why: _signed(site, why) for why in (*AGAINST, "nothing")}
    site.letters()
    later(days=3, minutes=1)
    if when == "before it is sent":
        site.work(SWEEP)
        assert len(_letters(site, THANKS)) == len(people)
    with site.inside(), db.writing():
        for why, deed in AGAINST.items():
            deed(*people[why])
    assert [str(one["To"]) for one in site.letters()] == ["nothing@example.org"]


@on_sqlite
def test_what_was_turned_off_goes_to_nobody(site, later):
    _turn_on(site, THANKS, days=3)
    _signed(site, "anna")
    site.letters()
    later(days=3, minutes=1)
    site.work(SWEEP)
    with site.inside(), db.writing():
        standing.switch(THANKS, on=False, days=3, version=None, now=clock.now())
    _signed(site, "bela")
    later(days=3, minutes=1)
    assert {str(one["Subject"]) for one in site.letters()} == {"Thank you"}
    assert _letters(site, THANKS) == {1: "dropped"}


@on_sqlite
def test_who_had_three_letters_this_week_waits_until_a_week_has_passed(site, later):
    _turn_on(site)
    id = _agree(site, "anna")
    with site.inside(), db.writing() as session:
        for number in range(3):  # of another standing letter, as if there were more of them
            one = {"kind": standing.LETTERS[THANKS], "about_id": number, "supporter_id": id, "state": "sent"}
            session.add(Letter(**one, written_at=clock.now(), due_at=clock.now()))
    assert site.letters() == [] and _letters(site) == {}
    later(days=7, minutes=1)
    assert [str(one["Subject"]) for one in site.letters()] == ["Subject en"]


@on_sqlite
def test_staff_write_translate_let_out_and_turn_on(site, staff, later):
    page = staff.get("/staff/standing-letters/welcome")
    refused = staff.press(page, "Save", on="y")
    assert refused.answer.status_code == 422 and "Write its English words" in refused.text
    page = staff.press(staff.get(page.link("English")), "Save the draft", subject="Welcome", body="Glad of *you*.")
    assert "<em>you</em>" in str(page.one("main").to_html())
    assert "Write its English words" in staff.press(staff.get("/staff/standing-letters/welcome"), "Save", on="y").text
    newer = staff.press(page, "Save the draft", body="Not done")
    unread = staff.press(page, "Let these words go out")
    assert unread.answer.status_code == 409 and "since you read them" in unread.text
    page = staff.press(newer, "Save the draft", subject="Welcome", body="Glad of *you*.")
    staff.press(page, "Let these words go out")
    staff.press(staff.get("/staff/standing-letters/welcome"), "Save", on="y", days="0")
    assert "in use" in staff.get("/staff/standing-letters").text
    other = staff.get("/staff/standing-letters/welcome/es")
    assert "Glad of *you*." in other.text  # the English beside it
    staff.press(other, "Save the draft", subject="Hola", body="Bienvenida.")
    later(minutes=1)
    _agree(site, "bela", "es")
    assert [str(one["Subject"]) for one in site.letters()] == ["Welcome"]  # a draft goes to nobody
    wrong = staff.press(other, "Save the draft", subject="", body="")
    assert wrong.answer.status_code == 422 and "Give it a subject." in wrong.text
    late = staff.press(other, "Save the draft", subject="Mine", body="Mine.")
    assert late.answer.status_code == 409 and "Bienvenida." in late.text
    page = staff.press(staff.get("/staff/standing-letters/welcome"), "Save", on=None)
    _agree(site, "carl")
    assert site.letters() == []
    for path in ("/staff/standing-letters/farewell", "/staff/standing-letters/welcome/xx"):
        assert staff.raw(path).status_code == 404


@on_sqlite
@pytest.mark.parametrize("days", ["-1", "11", "many", ""])
def test_a_number_of_days_that_cannot_be_is_said_so(site, staff, days):
    _turn_on(site)
    page = staff.press(staff.get("/staff/standing-letters/welcome"), "Save", days=days)
    assert page.answer.status_code == 422
    with site.inside(), db.reading():
        assert standing.of(WELCOME).days == 0


class Meanwhile:
    """Lets another worker look for who gets a letter, when one is about to write the first."""

    def __init__(self, site):
        self.site, self.begun = site, False

    def __enter__(self):
        self.engine = self.site.app.extensions["database"].engine
        event.listen(self.engine, "before_cursor_execute", self._look)
        return self

    def __exit__(self, *_trouble):
        event.remove(self.engine, "before_cursor_execute", self._look)

    def _look(self, _connection, _cursor, statement, *_more):
        if not self.begun and statement.startswith("INSERT INTO letters"):
            self.begun = True
            other = threading.Thread(target=self._work)
            other.start()
            other.join()

    def _work(self):
        try:
            with self.site.inside(), db.writing() as session:
                session.execute(text("SET LOCAL lock_timeout = '100ms'"))  # for a turn that is kept until we end
                standing.send()
        except OperationalError:
            pass


@on_postgresql
@pytest.mark.parametrize("in_turn", [True, False])
def test_two_workers_welcome_somebody_once_and_out_of_turn_twice(noon, make_site, in_turn):
    site = make_site(switches=Switches(standing_in_turn=in_turn))
    _turn_on(site)
    _agree(site, "anna")
    with Meanwhile(site) as other:
        site.work(SWEEP)
    assert other.begun
    site.work(SWEEP)
    written = select(func.count(Letter.id)).where(Letter.kind == standing.LETTERS[WELCOME])
    assert site.rows(written)[0][0] == (1 if in_turn else 2)

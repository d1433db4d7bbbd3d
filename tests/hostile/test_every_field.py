"""S7: whatever is typed into whichever field, nothing that comes out is built otherwise than with harmless words."""

import logging
import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from secrets import randbits
from typing import Any
from urllib.parse import quote

import pytest
from justhtml import JustHTML, StrictModeError
from sqlalchemy import select, update

from campaign import clock, db
from campaign.app import Switches
from campaign.events.models import Event, Rsvp
from campaign.pledges import board
from campaign.pledges.models import Signature
from campaign.text import clean
from campaign.volunteers.models import Volunteer
from campaign.web import DOORS
from tests.hostile import corpus, looking
from tests.hostile.corpus import Hostile
from tests.hostile.forms import Form, forms, pages, send, whoever_sees
from tests.house.everything import DRILL, Everything, a_few, on_sqlite
from tests.pledges.acts import link_in

ANSWERS = (200, 303, 400, 403, 404, 409, 410, 413, 422, 429)
PARTS = 9  # of the forms, so that each is tried within the time of a test
# In the quick form one of them, another in each run, the same in all its processes; all where a SEED is tried again.
RUN = Random(os.environ.get("PYTEST_XDIST_TESTRUNUID") or randbits(32))
TRIED = range(PARTS) if DRILL or os.environ.get("SEED") else [RUN.randrange(PARTS)]
A_BATCH = 8  # strings; after each of them all that comes out is looked at
HARMLESS = ["Words", "Two words", "", "x" * 40_000, "www.example.org", "\x00", "7", "two\n\nlines", "word@gmial.com"]
NUMBERED = re.compile(r"-\d+$")
# What harmless Markdown becomes, where a page of staff shows it beside the field.
IN_MARKDOWN = [
    "```js\ncode\n```",
    "# Another\n\nwords",
    "- `x`\n- y",
    "| a |\n|---|\n| `x` |",
    "[here](/x) and `x`",
    "[there](https://example.org/x)",
    "1. x",
    "> x",
    "*words* and **words**",
    "words\n\n---\n\nwords",
]
LOG = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def one_of_each(names: Iterable[str]) -> list[str]:
    """These fields, but of those that stand in a form once for each role or the like (`number-7`) only the first."""
    return list({NUMBERED.sub("", name): name for name in reversed(list(names))}.values())[::-1]


@dataclass
class Trial:
    """A site whose fields are tried one by one; what its pages are made of when only harmless words are typed."""

    everything: Everything
    found: list[Form]
    known: set[looking.Step] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)
    typed: list[tuple[str, Hostile]] = field(default_factory=list)
    only: str = ""  # the one field that is tried, if not all are
    harmless: list[str] = field(default_factory=lambda: HARMLESS + IN_MARKDOWN)
    few: int = 0  # how many harmless strings each field gets, in turn; all, if 0
    around: bool = True  # whether all pages are looked at, and not only the answers
    learning: bool = False
    strange: list[tuple[str, looking.Step]] = field(
        default_factory=list
    )  # what harmless words have not made, and where
    sent: int = 0
    saved: int = 0

    def type_all(self, strings: list[Hostile], few: int = 0) -> None:
        """Each string into each field of each form, one at a time; or so few of them into each, in turn."""
        fields = [(form, name) for form in self.found for name in self._fields(form)]
        for number, (form, name) in enumerate(fields):
            for one in a_few(strings, number * few, few) if few else strings:
                self._type(form, name, one)

    def _fields(self, form: Form) -> list[str]:
        return [self.only] if self.only else one_of_each(form.names)

    def _type(self, form: Form, name: str, one: Hostile) -> None:
        self.sent += 1
        answer = send(form, name, one, self.sent)
        if answer.status_code not in ANSWERS:
            self.faults.append(f"{form} {name} {one}: {answer.status_code}")
        self._look(answer, f"{form} {name} {one}")
        if form.page.startswith(DOORS) and answer.status_code == 303:  # to what was written just now
            self._look(form.person.raw(answer.location, buffered=True), f"{form} {name} {one}")
            self.saved += 1
        if form.action.startswith("/pledges/") and answer.status_code == 303:
            self.typed.append((name, one))

    def look_around(self) -> None:
        """Look at every page, for a stranger and for staff, and at every table."""
        for path in pages(self.everything):
            for person in whoever_sees(self.everything, path):
                answer = person.raw(path, buffered=True)
                self._look(answer, path)
                if answer.mimetype == "text/csv":
                    self.faults += looking.faults_of_table(answer.get_data(as_text=True))

    def _look(self, answer: Any, where: str) -> None:
        if looking.leads_off(answer.location):
            self.faults.append(f"{where}: leads to {answer.location}")
        steps, dangers = looking.look(answer)
        self.faults += [f"{where}: {one}" for one in dangers]
        if self.learning:
            self.known |= steps
        self.strange += [(where, step) for step in steps - self.known]

    def learn(self) -> None:
        """Type harmless words first: what stands on pages then is how they are built."""
        self.learning = True
        words = [Hostile("harmless", text, quote(text)) for text in self.harmless]
        self.type_all(words, self.few)
        if self.few and not DRILL:  # what is refused for its length, and what then stands on the pages
            self.type_all([one for one in words if len(one.text) > 1000] + words[:1])
        if self.around:
            self.publish()
            self.look_around()
        # The trail shows its newest rows only: whether acts upon accounts are among them changes with every form.
        self._look(self.everything.staff.raw("/staff/audit?kind=account", buffered=True), "the trail of accounts")
        # Likewise letters: whether one that was dropped is among the newest.
        self._look(self.everything.staff.raw("/staff/letters?filter=dropped", buffered=True), "dropped letters")
        self._look_at_a_full_event()
        assert self.faults == []
        self.learning, self.typed = False, []

    def _look_at_a_full_event(self) -> None:
        """Whether the last seat is taken changes with every form that reserves one."""
        site, evening = self.everything.site, Event.slug == "evening"
        [(seats,)] = site.rows(select(Event.capacity).where(evening))
        for capacity in (Event.taken, seats):
            with site.inside(), db.writing() as session:
                session.execute(update(Event).where(evening).values(capacity=capacity))
            for path in (one for one in pages(self.everything) if one == "/" or "event" in one):
                for person in whoever_sees(self.everything, path):
                    self._look(person.raw(path, buffered=True), f"{path} of a full event, and of one with room")

    def publish(self) -> list[Any]:
        """Every signature is confirmed and passed by staff, newest last; the letters that this brought."""
        site, letters = self.everything.site, self.everything.site.letters()
        for letter in letters:
            if "/confirm/" in str(letter):
                self.everything.site.visitor().raw(link_in(letter, "confirm"), method="POST")
        with site.inside(), db.writing() as session:
            passed = clock.now() + timedelta(seconds=self.sent)
            waiting = Signature.passed_at.is_(None) & Signature.confirmed_at.is_not(None)
            session.execute(update(Signature).where(waiting).values(passed_at=passed, show_name=True))
        return letters + site.letters()


@pytest.fixture
def site(noon, make_site):
    """So many from one network look like a program; here they are not to wait for staff."""
    return make_site(switches=Switches(crowd_limit=False))


@pytest.fixture(params=TRIED)
def trial(everything, request):
    """A trial of a part of the forms that has learned what harmless words look like."""
    made = Trial(everything, forms(everything)[request.param :: PARTS], few=2)
    made.learn()
    return made


def test_the_corpus_is_large_and_nothing_stands_in_it_twice():
    every = [one.wire for one in corpus.everything()]
    assert len(every) >= 300 and all(said["why"].endswith(".") for said in corpus.CLASSES.values())
    assert len(every) - len(set(every)) <= 2


@on_sqlite
@pytest.mark.timeout(1200)
@pytest.mark.gate("S7", quick=2, full=120)
def test_no_string_in_any_field_changes_how_anything_is_built(trial, size, afresh):
    """A few harmless words in each field say how most is built; all of them, where that leaves a question."""
    strings = corpus.some(size)
    with listening() as lines:
        _try(trial, strings)
    _check_log(lines, strings)
    assert trial.saved >= len(strings)
    print(f"{trial.sent} forms sent")
    assert _unexplained(trial, afresh) == []


def _unexplained(trial: Trial, afresh: Callable[[], Everything]) -> list[tuple[str, looking.Step]]:
    """What was strange, and stays so once all harmless words were typed into these forms, where no others ever were."""
    if trial.strange:
        again, known = afresh(), {(form.page, form.names) for form in trial.found}
        found = [one for one in forms(again) if (one.page, one.names) in known]
        whole = Trial(again, found, only=trial.only, around=trial.around)
        whole.harmless = trial.harmless
        whole.learn()
        return [(where, step) for where, step in trial.strange if step not in whole.known]
    return []


def _try(trial: Trial, strings: list[Hostile]) -> None:
    for start in range(0, len(strings), A_BATCH):
        batch = strings[start : start + A_BATCH]
        trial.type_all(batch)
        _check_records(trial)
        named = _named(trial)  # those too whom the next letters erase
        _check_letters(trial, trial.publish(), named)
        trial.look_around()
        _check_words(trial)
        trial.typed = []
        assert trial.faults == [], "\n".join(trial.faults[:20])


@contextmanager
def listening() -> Iterator[list[str]]:
    """What the site says about itself meanwhile."""
    root, lines, handler = logging.getLogger(), [], logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())  # type: ignore[method-assign]
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield lines
    root.removeHandler(handler)
    root.setLevel(before)


def _check_records(trial: Trial) -> None:
    """What was taken is what was typed, cleaned, and nothing else."""
    names = {"name": Signature.name, "message": Signature.message, "place": Signature.area}
    kept = {name: {row[0] for row in trial.everything.site.rows(select(names[name]))} for name in names}
    for name, one in trial.typed:
        if name in names:
            wanted = clean(one.text, lines=name == "message")
            assert wanted in kept[name] or not wanted, (name, str(one))


def _check_words(trial: Trial) -> None:
    """What was taken stands on the pages as it was typed: on the staff's, and after they have passed it on ours."""
    site, staff = trial.everything.site, trial.everything.staff
    read = staff.get("/staff/signatures?filter=all").text + staff.get("/staff/signatures?filter=all&page=1").text
    # A field of the pledge's own form may have given it another address; the old one leads there.
    public = site.visitor().get("/pledges/freedom", follow_redirects=True).text
    for name, one in trial.typed:
        wanted = " ".join(clean(one.text, lines=name == "message").split())
        if name in ("name", "message"):
            assert wanted in read, (name, str(one))
        if name == "message":
            assert wanted in public, str(one)
    seen = {board.first_name(clean(one.text)) for name, one in trial.typed if name == "name"}
    assert all(" ".join(word.split()) in public for word in seen)


def _named(trial: Trial) -> set[str]:
    """By what names somebody signed, reserved or volunteers; a letter greets one of these, with single spaces."""
    columns = (Signature.name, Rsvp.name, Volunteer.name)
    return {" ".join(str(row[0]).split()) for one in columns for row in trial.everything.site.rows(select(one))}


def _check_letters(trial: Trial, letters: list[Any], named: set[str]) -> None:
    """Each letter goes to one mailbox and is built like all others; its subject is ours alone."""
    names = {clean(one.text) for name, one in trial.typed if name == "name"}
    known, said = {" ".join(one.split()) for one in names} | named | _named(trial), ""
    for letter in letters:
        to = letter["To"].addresses[0].addr_spec
        trial.faults += looking.faults_of_letter(letter, to, {"localhost"})
        assert str(letter["Subject"]) in SUBJECTS, letter["Subject"]
        said += letter.get_body(("plain",)).get_content().replace("\r", "")
        if letter["Subject"] not in TO_SIGNERS:  # the others greet whom another form has named, or nobody
            continue
        html = JustHTML(letter.get_body(("html",)).get_content(), sanitize=False).to_text()
        assert any(f"Hello {name}," in " ".join(html.split()) for name in known)
    assert [ascii(name) for name in names if f"Hello {name},\n" not in said] == []


TO_SIGNERS = ("Please confirm your email address", "Thank you", "You have already signed", "About your signatures")
NAMELESS = (
    "The link that you asked for",
    "Is this your new address?",
    "Your account on our website",
    "Please confirm your application",
    "We need your answer",
    "About your volunteering",
)
SUBJECTS = (
    *TO_SIGNERS,
    *NAMELESS,
    *("Welcome", "About your application", "About your event"),
    *(
        "You are on the waitlist",
        "Your reservation",
        "Please answer soon",
        "A change to your reservation",
        "Your reservation: cancelled",
    ),
    "A reminder of your reservation",
    "A message about your reservation",
    *("Your own page", "Your guardian has answered", "Were you there?", "Please renew"),
    "Something does not count any more",
    *("Your shift", "A shift is free for you", "A shift was taken back", "A shift has changed"),
    "A shift was cancelled",
    "Can you come?",
)


def _check_log(lines: list[str], strings: list[Hostile]) -> None:
    """A line of the log is a line, and nothing that was typed stands in it."""
    for line in lines:
        assert not LOG.search(line), line
        assert not any(one.text in line for one in strings if len(one.text) > 6), line


@on_sqlite
@pytest.mark.wider
def test_whatever_staff_write_their_page_has_one_heading_and_runs_nothing(everything, afresh):
    written = [one for one in forms(everything, DOORS) if "body" in one.names]
    assert len(written) >= 5
    trial = Trial(everything, written, only="body", few=10, around=False)
    trial.learn()
    strings = [one for kind in ("markdown", "html", "attributes") for one in corpus.of_class(kind)]
    if not DRILL:
        strings = strings[RUN.randrange(3) :: 3]
    trial.type_all(strings, len(strings) // len(written) + 1)  # each in one of the forms
    assert trial.faults == [] and trial.saved >= 30 and _unexplained(trial, afresh) == []


@on_sqlite
def test_a_site_that_does_not_escape_is_noticed(everything):
    site, staff, path = everything.site, everything.staff, "/staff/signatures?filter=all"
    known = looking.grammar(staff.get(path).tree)
    for one in corpus.of_class("html")[:8]:
        with site.inside(), db.writing() as session:
            session.execute(update(Signature).values(message=one.text))
        assert looking.grammar(staff.get(path).tree) == known
        site.app.jinja_env.autoescape = False
        site.app.jinja_env.cache.clear()
        with pytest.raises((AssertionError, StrictModeError)):
            assert looking.grammar(staff.get(path).tree) == known
        site.app.jinja_env.autoescape = site.app.select_jinja_autoescape
        site.app.jinja_env.cache.clear()


def test_a_table_that_a_spreadsheet_would_run_is_noticed():
    for wrong in ("=1+1", '"\t=1+1"', "+1", "\uff1d1", "a,b"):
        assert looking.faults_of_table(f"name\r\n{wrong}\r\n"), wrong
    assert looking.faults_of_table("\ufeffname,tel\r\nAnna,'+1 213 555 0100\r\n") == []


@on_sqlite
def test_a_telephone_number_survives_the_table(everything):
    site = everything.site
    with site.inside(), db.writing() as session:
        session.execute(update(Signature).where(Signature.id == 1).values(message="+1 213 555 0100"))
    assert "+1 213 555 0100" in everything.staff.raw("/staff/signatures.csv").get_data(as_text=True)


def test_a_made_up_line_in_the_log_is_noticed():
    with pytest.raises(AssertionError):
        _check_log(["request 1: Anna\nERROR made up"], [])

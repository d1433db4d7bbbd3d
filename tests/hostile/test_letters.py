"""S22 and S7: what a mailbox shows to whoever looks over a shoulder, and what opening a letter tells others."""

import copy
from itertools import product

import pytest
from sqlalchemy import select, update

from campaign import db, dispatch, i18n
from campaign.mail import WRITERS, Letter
from campaign.partners.models import Application
from campaign.pledges.models import Signature
from campaign.supporters.models import Supporter
from tests.hostile import looking
from tests.house.everything import a_few, on_sqlite

IDS = range(1, 6)  # rows that tests/house/everything.py brings about
LOUD = """
    slave slavery traffick victim survivor hotline freedom abolish abuse exploit escape rescue police danger help pledge
    sign promise coalition campaign esclav trata víctima libertad abuso rescat polic peligro ayuda promesa firma campaña
""".split()  # noqa: SIM905
ALLOWED = ("signed", "signatures", "firmado", "firmas")  # of one's own deed, which says nothing of what was signed


def every_letter(site, few=0):
    """Each declared letter about each row for which it has something to say, in each language of the site.

    Or in so few languages, in turn. Whether there is something to say is the same in all of them.
    """
    silent, languages = set(), _languages(site)
    with site.inside(), db.writing() as session:
        first = session.scalar(select(Letter.id))
    for language in languages:
        with site.inside(), db.writing() as session:
            session.execute(update(Signature).values(language=language))
            session.execute(update(Supporter).values(language=language))
            session.execute(update(Application).values(language=language))
        for number, which in enumerate(product(WRITERS, IDS)):
            if which in silent or (few and language not in a_few(languages, number, few)):
                continue
            if (letter := _render(site, first, *which)) is None:
                silent.add(which)
            else:
                yield (language, *which), letter


def _render(site, letter_id, kind, about):
    with site.inside(), db.writing() as session:
        session.execute(update(Letter).where(Letter.id == letter_id).values(kind=kind, about_id=about))
    with site.inside():
        try:
            return dispatch.render(letter_id)
        except LookupError:  # a letter about another kind of row, which has none of this number
            return None


def _languages(site):
    with site.inside():
        return [one.code for one in i18n.site().languages]


@pytest.fixture(scope="module")
def written():
    """Every letter that the site can write, once a test has had them written: it takes seconds."""
    return []


@pytest.fixture
def letters(everything, written):
    """Every letter that the site can write, with its kind. Whoever changes one takes a copy."""
    if not written:
        written += every_letter(everything.site)
    return [(which[1], letter) for which, letter in written]


# Their moment does not come in the filled site; the tests of events and volunteers look at them.
ELSEWHERE = {f"events.{kind}" for kind in ("waiting", "seat_free", "it_changed", "it_was_cancelled", "it_begins_soon")}
ELSEWHERE |= {f"events.{kind}" for kind in ("thank_you", "message", "message_test", "proposal_answered")}
ELSEWHERE |= {f"volunteers.{kind}" for kind in ("guardian_answered", "revoked", "ended")}
ELSEWHERE |= {"newsletters.thanks"}
# Built as mail programs want newsletters; tests/newsletters look at what is in it.
BUILT_OTHERWISE = {"newsletters.trial"}


@on_sqlite
def test_every_declared_letter_is_looked_at(letters):
    said = {kind for kind, _ in letters}
    missing = WRITERS.keys() - said - ELSEWHERE
    assert not ELSEWHERE & said, "these are looked at here after all"
    assert WRITERS.keys() >= ELSEWHERE, "these are no letters any more"
    assert not missing, f"bring rows about in tests/house/everything.py of which these say something: {missing}"


@on_sqlite
def test_a_subject_says_nothing_of_what_it_is_about(everything, letters):
    with everything.site.inside():
        site = i18n.site()
        own = [*site.campaign.name.values(), site.campaign.organisation, site.hotline.shown, "Sample", "{", "%"]
    for kind, letter in letters:
        subject = str(letter["Subject"])
        assert _loud(subject, own) == [], (kind, subject)
        assert len(subject) <= 60 and subject.strip() == subject, subject


def _loud(subject, own):
    words = [word.strip(".,:!?¡¿").lower() for word in subject.split()]
    loud = [word for word in words if word not in ALLOWED and any(word.startswith(one) for one in LOUD)]
    return loud + [one for one in own if one.lower() in subject.lower()]


@pytest.mark.parametrize(
    "subject", ["Your pledge against slavery", "Firma contra la trata", "Hello Sample", "Freedom now"]
)
def test_a_loud_subject_is_noticed(subject):
    assert _loud(subject, ["Sample"])


@on_sqlite
def test_the_sender_is_as_quiet(everything, letters):
    for kind, letter in letters:
        [sender] = letter["From"].addresses
        assert _loud(sender.display_name, []) in ([], ["campaign"], ["campaña"]), (kind, sender)


@on_sqlite
def test_no_letter_loads_anything_or_links_to_anybody_else(letters):
    for kind, letter in letters:
        if kind in BUILT_OTHERWISE:
            continue
        to = letter["To"].addresses[0].addr_spec
        assert looking.faults_of_letter(letter, to, {"localhost"}) == [], kind
        assert letter["Auto-Submitted"] == "auto-generated", kind


@pytest.mark.parametrize(
    "html",
    [
        '<img src="https://elsewhere.example/pixel.gif" width="1" height="1" alt="">',
        '<img src="http://localhost/pixel/1.gif" alt="">',
        '<p style="background:url(http://localhost/x)">x</p>',
        '<table background="http://localhost/x"></table>',
        '<link rel="stylesheet" href="/x.css">',
        '<a href="https://elsewhere.example/?to=http://localhost/">here</a>',
        '<p onclick="x()">x</p>',
        "<script>x()</script>",
        "<style>@import 'x'</style>",
    ],
)
def test_a_letter_that_would_tell_is_noticed(html):
    page = "<!doctype html><html lang='en'><head><title>x</title></head><body>{}</body></html>"
    assert looking.faults_of_html(page.format("<p>x</p>"), [], {"localhost"}) == []
    assert looking.faults_of_html(page.format(html), [], {"localhost"})


@on_sqlite
def test_a_letter_to_two_or_with_a_header_too_many_is_noticed(letters):
    to, letter = "anna@example.org", copy.deepcopy(next(one for _, one in letters if "anna" in str(one["To"])))
    assert looking.faults_of_letter(letter, to, {"localhost"}) == []
    letter["Bcc"] = "all@example.org"
    assert looking.faults_of_letter(letter, to, {"localhost"})
    del letter["Bcc"]
    del letter["To"]
    letter["To"] = f"{to}, bela@example.org"
    assert looking.faults_of_letter(letter, to, {"localhost"})


@on_sqlite
@pytest.mark.wider
def test_no_letter_names_a_moment_at_which_it_was_opened(everything, letters, written):
    """The same letter, rendered again, is the same: nothing in it is counted."""
    first, again = dict(written), dict(every_letter(everything.site, few=1))
    assert {which[1] for which in again} == {kind for kind, _ in letters}
    for which, letter in again.items():
        assert letter.as_string().split("boundary")[0] == first[which].as_string().split("boundary")[0], which

"""Next month's newsletter begins with this month's: a copy says the same, and what was done with the first stays."""

import pytest
from sqlalchemy import delete, select, update

from campaign import clock, db
from campaign.errors import Refused
from campaign.links import visits
from campaign.newsletters import aftermath, approval, codes, copies, segments
from campaign.newsletters.audience_models import Segment
from campaign.newsletters.models import AllowedLink, Edition, EditionDraft, FinalEdition, Newsletter, NewsletterPicture
from campaign.newsletters.runs import Approval, Recipient, Run, Trial
from campaign.newsletters.segment_rules import Condition, Kind, Rule
from campaign.staff import service as accounts
from campaign.staff.audit import AuditRow
from campaign.staff.roles import Role
from tests.house.everything import a_logo, on_sqlite, token_of
from tests.newsletters.acts import begin, made, sent, write, written, wrote
from tests.newsletters.readers import let_go, readers, state_of, states, tuned
from tests.newsletters.test_aftermath import PHONE
from tests.newsletters.test_pictures import send

SPANISH = {"subject": "Venga", "preheader": "Lo que sigue"}
ENGLISH = 'First of all.\n\n[[picture 1 alt="Three at 1 table"]]\n\n> [[picture number=1]]\n\nThe last words of all.'
DONE = (Run, Recipient, FinalEdition, Approval, Trial, AllowedLink)


def copied(staff, id=1):
    """Somebody presses the button on its page."""
    return staff.press(staff.get(f"/staff/newsletters/{id}"), "Copy it")


def editions(site, id):
    """What is written, by language."""
    rows = site.rows(select(Edition.language, Edition.subject, Edition.body).where(Edition.newsletter_id == id))
    return {row[0]: (row[1], row[2]) for row in rows}


def ticks(staff, id):
    """The marks of the English parts that a translator into Spanish is asked about."""
    return [one.attrs["value"] for one in staff.get(f"/staff/newsletters/{id}/words/es").all("input[name=brought]")]


def checks(staff, id):
    """What stands against sending it."""
    return staff.get(f"/staff/newsletters/{id}/checks").text


@on_sqlite
def test_a_copy_is_a_draft_with_the_same_words_in_all_languages_and_a_name_of_its_own(site, staff):
    wrote(staff, body="First of all.\n\nSecond of all.")
    write(staff, code="es", **SPANISH, body="Primero.\n\nSegundo.")
    write(staff, body="Before all.\n\nSecond of all.")
    facts = {"from_name": "The News", "accepted": ["th", "ko"]}
    staff.press(staff.get("/staff/newsletters/1"), "Save", **facts)
    fields = staff.get("/staff/newsletters/1/words/en").form("Save")["fields"]
    staff.raw("/staff/newsletters/1/words/en/keep", method="POST", data={**fields, "body": "Half a sentence"})
    page = copied(staff)
    assert page.path == "/staff/newsletters/2" and page.heading == "January (2)"
    assert "This is a copy, a draft" in page.one("p[role=status]").to_text()
    assert "This is a copy" not in staff.get("/staff/newsletters/2").text
    copy = site.rows(select(Newsletter).where(Newsletter.id == 2))[0][0]
    assert (copy.slug, copy.state, copy.from_name, copy.fallbacks) == ("january-2", "draft", "The News", ["th", "ko"])
    assert editions(site, 2) == editions(site, 1) and set(editions(site, 2)) == {"en", "es"}
    assert site.rows(select(EditionDraft.newsletter_id)) == [(1,)]  # what was not saved stays where it is typed
    acts = select(AuditRow.kind, AuditRow.record).where(AuditRow.act == "newsletter.copied")
    assert site.rows(acts) == [("newsletter", "2")]
    # The paragraph that was stale is, and no other; what is brought over in the copy is so there alone.
    assert ticks(staff, 2) == ticks(staff, 1) and len(ticks(staff, 2)) == 1
    desk = staff.get("/staff/newsletters/2/words/es")
    staff.press(desk, "Save", body="Antes.\n\nSegundo.", brought=ticks(staff, 2)[0])
    assert ticks(staff, 2) == [] and len(ticks(staff, 1)) == 1
    assert editions(site, 1)["es"] == ("Venga", "Primero.\n\nSegundo.")


@on_sqlite
def test_copies_are_counted_long_names_are_cut_and_one_without_words_is_copied_too(site, staff):
    begin(staff)
    assert [copied(staff, id).heading for id in (1, 2, 1)] == ["January (2)", "January (3)", "January (4)"]
    begin(staff, title="T" * 120, slug="s" * 58 + "-2")
    begin(staff, title="January 2027", slug="january-2027")
    assert [copied(staff, id).heading for id in (5, 6)] == ["T" * 112 + " (2)", "January 2027 (2)"]
    slugs = [row[0] for row in site.rows(select(Newsletter.slug).order_by(Newsletter.id))]
    assert slugs[:4] == ["january", "january-2", "january-3", "january-4"]
    assert slugs[6:] == ["s" * 55 + "-2", "january-2027-2"]
    assert site.rows(select(Edition)) == []


@on_sqlite
def test_pictures_are_the_copys_own_and_translations_are_as_stale_as_they_were(site, staff, visitor):
    wrote(staff)
    send(staff, a_logo())
    send(staff, a_logo(), "Nobody shows it yet")
    write(staff, body=ENGLISH)
    write(staff, code="es", **SPANISH, body='Primero.\n\n[[picture alt="Tres" 1]]')
    write(staff, body=ENGLISH.replace("The last", "Other"))
    copied(staff)
    first, second = editions(site, 1), editions(site, 2)
    assert second["en"][1] == first["en"][1].replace("picture 1 ", "picture 3 ").replace("number=1", "number=3")
    assert second["es"][1] == 'Primero.\n\n[[picture alt="Tres" 3]]'
    found = [one.to_text() for one in staff.get("/staff/newsletters/2/checks").all(".findings .grow")]
    assert [one for one in found if "since:" in one] == [
        "Paragraph 4 has changed in English since: “Other words of all.”"
    ]
    assert not [one for one in found if "picture" in one] and len(ticks(staff, 2)) == 1
    # Removed from the first one, and gone with all of it: the copy shows its own.
    staff.press(staff.get("/staff/newsletters/1"), "Remove")
    with site.inside(), db.writing() as session:
        session.execute(delete(Newsletter).where(Newsletter.id == 1))
    kept = site.rows(select(NewsletterPicture.id, NewsletterPicture.key).order_by(NewsletterPicture.id))
    assert [row[0] for row in kept] == [3, 4]
    letter, _ = made(site, 2)
    address = f"/newsletters/pictures/{kept[0][1]}.png"
    assert letter.html.count(f'src="http://localhost{address}"') == 2 and 'alt="Three at 1 table"' in letter.html
    assert visitor.raw(address).status_code == 200


@pytest.mark.parametrize(
    ("line", "other"),
    [
        ("[[picture 1]]", "[[picture 70]]"),
        ('[[picture 1 alt="1 of 1"]]', '[[picture 70 alt="1 of 1"]]'),
        ('[[picture alt="number=1" number="1"]]', '[[picture alt="number=1" number="70"]]'),
        ("[[ picture  number = 001  alt=picture ]]", "[[ picture  number = 70  alt=picture ]]"),
        ("- [[picture 1]]", "- [[picture 70]]"),
        ("> 1. [[picture “1”]]", "> 1. [[picture “70”]]"),
        *[(line, line) for line in ("[[picture 2]]", "`[[picture 1]]`", "    [[picture 1]]", "\\[[picture 1]]")],
        *[(line, line) for line in ("[[picture one]]", "[[events number=1]]", "```\n[[picture 1]]\n```")],
    ],
)
def test_a_block_names_the_picture_of_the_copy_and_all_else_stands_as_it_was_typed(line, other):
    assert copies.with_pictures(f"Words 1.\n\n{line}\n\n1 more", {1: 70}) == f"Words 1.\n\n{other}\n\n1 more"


def ready(staff):
    """A newsletter in two languages and with a link off this site, written through the doors."""
    begin(staff, accepted=["tl", "th", "zh-hans", "zh-hant", "ko", "vi"])
    body = (
        "Hello. See [the pledges](/pledges) and [them](https://elsewhere.example/).\n\n[[button to=/events text=Come]]"
    )
    write(staff, subject="Come", body=body)
    write(staff, code="es", **SPANISH, body="Hola. Vea [las promesas](/pledges).\n\n[[button to=/events text=Venga]]")


def go(site, staff, other, id):
    """All that has to be done before it goes, and it goes."""
    sending, link = f"/staff/newsletters/{id}/sending", "Nobody has said that elsewhere.example is known"
    assert link in staff.get(sending).text
    staff.press(staff.get(f"/staff/newsletters/{id}/checks"), "I stand for it")
    staff.press(staff.get(sending), "Send it to me", language="en")
    assert len(site.letters()) == 1
    refused = staff.press(staff.get(sending), "Let it go", when="now", way="smtp", per_minute="100000")
    assert refused.status == 409 and "has to approve it" in refused.text
    assert "somebody else than you, its writer" in staff.get(sending).text
    other.press(other.get(sending), "I have read it")
    staff.press(staff.get(sending), "Let it go", when="now", way="smtp", per_minute="100000")
    site.work("send-newsletters", "send-newsletters")
    assert state_of(site, id) == "sent"


@on_sqlite
def test_a_sent_one_is_copied_without_what_was_done_with_it_and_the_copy_goes_out_and_counts_by_itself(site, staff):
    names, other = readers(site, 6, languages=("en", "es")), somebody(site, Role.COMMUNICATIONS)
    ready(staff)
    with tuned(site, second_person_above=3):
        go(site, staff, other, 1)
        assert len(site.letters()) == 6
        before = {table: site.rows(select(table.newsletter_id)) for table in DONE}
        assert all(before.values())
        page = copied(other)
        assert page.path == "/staff/newsletters/2" and state_of(site, 2) == "draft"
        assert {table: site.rows(select(table.newsletter_id)) for table in DONE} == before
        copy = site.rows(select(Newsletter.sent_at, Newsletter.scheduled_for).where(Newsletter.id == 2))
        assert [tuple(row) for row in copy] == [(None, None)]
        with site.inside(), db.reading():
            assert codes.of(2) == {} and not approval.stands(2)
        assert site.visitor().raw("/newsletters/january-2").status_code == 404
        go(site, other, staff, 2)  # whoever copied it is its writer: the writer of the first may approve
        letters = {str(one["To"]): one.get_body(("html",)).get_content() for one in site.letters()}
    assert set(letters) == set(names) and states(site, 1) == states(site, 2) == {"sent": 6}
    with site.inside(), db.reading():
        theirs, ours = codes.of(1), codes.of(2)
    assert set(ours) == {"en", "es"} and not set(ours.values()) & set(theirs.values())
    assert f"/q/{ours['en']}?to=/pledges" in letters[names[0]] and theirs["en"] not in letters[names[0]]
    assert f"/q/{ours['es']}?to=/es/pledges" in letters[names[1]]
    site.visitor().raw(f"/q/{ours['en']}?to=/pledges", headers=PHONE)
    with site.inside():
        visits.tally().write()
        with db.reading():
            assert [aftermath.of(id).whole.numbers["Visits"] for id in (1, 2)] == [0, 1]
    assert "All 6 0 1" in staff.get("/staff/newsletters/2/results").text
    assert site.visitor().get("/newsletters/january-2").status == 200


@on_sqlite
def test_a_copy_is_for_the_same_readers_and_for_nobody_when_their_segment_is_gone(site, staff):
    readers(site, 3, languages=("en", "es"))
    written(site)
    with site.inside(), db.writing() as session:
        rule = Rule(parts=(Condition(kind=Kind.LANGUAGE, value="es"),))
        segment_id = segments.add("Spanish", rule, None, clock.now())
        session.execute(update(Newsletter).values(audience_id=segment_id))
    sent(site)
    copied(staff)
    assert "as far as they read Español" in staff.get("/staff/newsletters/2/readers").text
    assert "1 person gets it now" in staff.get("/staff/newsletters/2/sending").text
    gone = staff.press(staff.get(f"/staff/segments/{segment_id}"), "Throw this segment away", do="remove")
    assert gone.status == 409 and "January (2)" in gone.text
    with site.inside(), db.writing() as session:
        session.execute(delete(Segment))
    page = copied(staff)
    assert page.path == "/staff/newsletters/3" and page.status == 200
    assert "The segment that it was for is gone" in staff.get("/staff/newsletters/3/readers").text
    assert "0 people get it now" in staff.get("/staff/newsletters/3/sending").text
    assert "Nobody would get it" in checks(staff, 3)
    with pytest.raises(Refused, match="Nobody would get it"):
        let_go(site, 3)


@on_sqlite
@pytest.mark.parametrize("state", ["approved", "scheduled", "sending", "paused", "cancelled"])
def test_one_in_any_state_is_copied_and_stays_as_it_is(site, staff, state):
    written(site)
    with site.inside(), db.writing() as session:
        session.execute(update(Newsletter).values(state=state, scheduled_for=clock.now()))
    assert copied(staff).path == "/staff/newsletters/2"
    assert (state_of(site, 1), state_of(site, 2)) == (state, "draft")
    assert site.rows(select(Newsletter.id).where(Newsletter.scheduled_for.is_not(None))) == [(1,)]


def somebody(site, role):
    """Somebody else of the staff, signed in."""
    with site.inside(), db.writing():
        added = accounts.add(f"{role}@example.org", "Colleague", clock.now(), role)
        key = accounts.one_time_link(added, clock.now())
    person = site.visitor()
    person.press(person.get(f"/staff/link/{key}"), "Sign in")
    return person


@on_sqlite
def test_who_only_looks_copies_nothing_and_what_is_not_there_is_not_copied(site, staff):
    written(site)
    for role in (Role.VIEWER, Role.EVENTS):
        person = somebody(site, role)
        answer = person.raw("/staff/newsletters/1/duplicate", method="POST", data={"csrf_token": token_of(person)})
        assert answer.status_code == 403
    token = {"csrf_token": token_of(staff)}
    for number in ("2", "0", "99999999999999999999"):
        answer = staff.raw(f"/staff/newsletters/{number}/duplicate", method="POST", data=token)
        assert answer.status_code == 404, number
    assert staff.raw("/staff/newsletters/1/duplicate").status_code == 405
    assert site.rows(select(Newsletter.id)) == [(1,)]
    assert site.rows(select(AuditRow.act).where(AuditRow.act == "newsletter.copied")) == []

"""Whom a newsletter is for: rules mean in the records what they say, and the door counts before it asks anything."""

from random import Random

import pytest
from pydantic import ValidationError
from sqlalchemy import delete, insert, select, text, update

from campaign import clock, db
from campaign.mail import Letter
from campaign.newsletters import (
    approval,
    cap,
    recipients,
    segment_editing,
    segment_kinds,
    segment_rules,
    segments,
    starting,
    who,
)
from campaign.newsletters.audience_models import Segment
from campaign.newsletters.models import Newsletter
from campaign.newsletters.runs import RecipientState
from campaign.newsletters.segment_rules import EVERYBODY, Condition, Kind, Rule
from campaign.staff.audit import AuditRow
from campaign.supporters import service as supporters
from campaign.supporters.models import Supporter
from tests.house.everything import on_sqlite
from tests.newsletters import crowd
from tests.newsletters.acts import written
from tests.newsletters.readers import let_go, ready, states

SPANISH = Condition(kind=Kind.LANGUAGE, value="es")
THAI = Condition(kind=Kind.LANGUAGE, value="th")


def _chosen(rule: Rule) -> dict[int, str]:
    return {row[0]: row[1] for row in db.session().execute(who.choose(rule))}


def _differ(rules, people) -> list[Rule]:
    """The rules of which the records and the plain meaning pick others."""
    plain = [{one.id for one in people if one.wanted and crowd.fits(rule, one)} for rule in rules]
    return [rule for rule, expected in zip(rules, plain, strict=True) if set(_chosen(rule)) != expected]


def test_a_rule_picks_in_the_records_whom_it_plainly_means_and_a_broken_not_is_noticed(site, monkeypatch):
    dice = Random(11)
    crowd.furnish(site)
    people = crowd.people(site, 100, dice)
    rules = [EVERYBODY, *(crowd.a_rule(dice) for _ in range(120))]
    with site.inside(), db.reading():
        assert _differ(rules, people) == []
        picked = {len(_chosen(rule)) for rule in rules}
        assert len(picked) > 25 and sum(one.wanted for one in people) in picked  # rules that tell people apart
        monkeypatch.setattr(segment_kinds, "sql", lambda one: segment_kinds.KINDS[one.kind].sql(one.value))
        assert len(_differ(rules, people)) > 20


def test_each_kind_alone_finds_somebody_and_not_everybody(site):
    crowd.furnish(site)
    people = crowd.people(site, 120, Random(5))
    wanted = {one.id for one in people if one.wanted}
    with site.inside(), db.reading():
        for kind, values in crowd.VALUES.items():
            one = Condition(kind=kind, value=values[0])
            found = set(_chosen(Rule(parts=(one,))))
            assert 0 < len(found) < len(wanted), kind
            assert found | set(_chosen(Rule(parts=(one.model_copy(update={"negated": True}),)))) == wanted, kind


def test_the_question_uses_an_index_for_each_condition_about_another_table(site):
    crowd.furnish(site)
    with site.inside(), db.reading() as session:
        sqlite = db.database().sqlite
        if not sqlite:
            session.execute(text("SET LOCAL enable_seqscan = off"))  # with few rows it would read them all
        for kind in set(Kind) - {Kind.LANGUAGE}:
            one = Condition(kind=kind, value=crowd.VALUES[kind][0], negated=True)
            asked = who.choose(Rule(parts=(one,))).compile(session.bind, compile_kwargs={"literal_binds": True})
            plan = session.execute(text(f"EXPLAIN {'QUERY PLAN ' if sqlite else ''}{asked}".replace(":", "\\:"))).all()
            lines = [str(row[-1]) for row in plan]
            scans = [line for line in lines if ("SCAN" in line or "Seq Scan" in line) and "supporters" not in line]
            assert not scans, (kind, lines)


@on_sqlite
@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        (EVERYBODY, "Everybody who wants our news."),
        (Rule(parts=(SPANISH,)), "People who want our news, as far as they read Español."),
        (
            Rule(
                how="any",
                parts=(SPANISH, Rule(parts=(THAI, Condition(kind=Kind.PLACE, value="Torrance", negated=True)))),
            ),
            (
                "People who want our news, as far as they read Español or "
                "(read ไทย and did not give “Torrance” as their town or ZIP code)."
            ),
        ),
        (
            Rule(parts=(Condition(kind=Kind.SIGNED, value="77"),), negated=True),
            f"People who want our news, but not those who signed “{segments.GONE}”.",
        ),
    ],
)
def test_a_rule_is_said_in_a_sentence(site, rule, sentence):
    with site.inside(), db.reading():
        assert segments.in_words(rule) == sentence


@pytest.mark.parametrize(
    "kept",
    [
        '{"parts":[{"kind":"zodiac","value":"x"}]}',
        '{"parts":[{"kind":"language","value":"es","sql":"1=1"}]}',
        '{"how":"xor"}',
        '{"parts":[{"kind":"place","value":"' + "x" * 81 + '"}]}',
        "[]",
        "nonsense",
    ],
)
def test_what_is_not_in_the_closed_list_cannot_be_read(kept):
    with pytest.raises(ValidationError):
        segment_rules.read(kept)


def test_what_was_written_is_read_again_and_too_much_is_refused_with_a_sentence():
    dice = Random(3)
    for _ in range(100):
        rule = crowd.a_rule(dice)
        assert segment_rules.read(segment_rules.written(rule)) == rule and not segment_rules.mistake(rule)
    deep = Rule(parts=(Rule(parts=(Rule(parts=(Rule(parts=(SPANISH,)),)),)),))
    assert "2 deep" in segment_rules.mistake(deep)
    assert "40 conditions" in segment_rules.mistake(Rule(parts=(SPANISH,) * 41))
    assert "A group needs a condition" in segment_rules.mistake(Rule(parts=(Rule(),)))
    assert "nobody" in segment_rules.mistake(Rule(negated=True))


def _add(site, *languages: str) -> None:
    with site.inside(), db.writing():
        for number, language in enumerate(languages):
            address = f"reader{number}@example.org"
            id = supporters.find_or_add(address, address, language, clock.now())
            supporters.confirm(id, clock.now())
            supporters.agree(id, "Yes", language, "test", clock.now())


def _press(staff, page, label, **fields):
    """Press a button as a browser does: with what is chosen in lists, and the button's own name and value."""
    form = next(
        one for one in page.all("form") if any(" ".join(b.to_text().split()) == label for b in one.query("button"))
    )
    chosen = {}
    for field in form.query("select"):
        options = field.query("option")
        marked = [one for one in options if "selected" in one.attrs] or options
        chosen[field.attrs["name"]] = marked[0].attrs["value"]
    button = next(b for b in form.query("button") if " ".join(b.to_text().split()) == label)
    return staff.press(
        page, label, **{**chosen, button.attrs.get("name", "do"): button.attrs.get("value", ""), **fields}
    )


@on_sqlite
def test_a_segment_is_built_by_buttons_counted_saved_and_thrown_away(site, staff):
    _add(site, "es", "es", "en", "th")
    page = staff.get("/staff/segments/new")
    assert "4 people now" in page.text and "Español 2" in page.text and "r…@example.org" in page.text
    assert "reader0@" not in page.text  # nobody's address
    page = _press(staff, page, "Add the condition", name="Spanish or Thai", **{"new-r": "language", "how-r": "any"})
    page = _press(staff, page, "Add the condition", **{"value-r.0": "es", "new-r": "language"})
    page = _press(staff, page, "See who that is", **{"value-r.1": "th"})
    assert "3 people now" in page.text and "as far as they read Español or read ไทย" in page.text
    page = _press(staff, page, "Add a group")
    assert "Not counted yet" in page.text and "A group needs a condition" in page.text
    assert _press(staff, page, "Save").answer.status_code == 422
    page = _press(staff, page, "Remove this group")
    assert site.rows(select(Segment)) == []  # so far nothing was saved
    saved = _press(staff, page, "Save")
    assert saved.heading == "Spanish or Thai" and "3 people now" in saved.text
    assert "Spanish or Thai" in staff.get("/staff/segments").text
    acts = [row[0] for row in site.rows(select(AuditRow.act).where(AuditRow.act.like("segment%")))]
    assert "segment.begun" in acts and acts.count("segment.readers-looked-at") >= 4
    _press(staff, saved, "Throw this segment away")
    assert site.rows(select(Segment)) == []


@on_sqlite
def test_a_segment_says_so_when_nobody_fits_and_what_is_wrong_with_a_value(site, staff):
    _add(site, "en")
    fields = {"do": "save", "name": "Nobody", "how-r": "all", "kind-r.0": "language", "value-r.0": "ko"}
    page = staff.get("/staff/segments/new")
    assert (
        "Nobody fits now"
        in staff.post("/staff/segments/new", {**page.form("Save")["fields"], **fields, "do": "look"}).text
    )
    wrong = staff.post("/staff/segments/new", {**page.form("Save")["fields"], **fields, "value-r.0": "klingon"})
    assert wrong.answer.status_code == 422 and "Language: choose one of the list." in wrong.text
    blank = staff.post(
        "/staff/segments/new", {**page.form("Save")["fields"], **fields, "kind-r.0": "place", "value-r.0": " – "}
    )
    assert blank.answer.status_code == 422 and "Town or ZIP code: write which." in blank.text
    assert site.rows(select(Segment)) == []


@on_sqlite
def test_two_who_edit_one_segment_lose_nothing_and_one_name_is_one_segment(site, staff):
    with site.inside(), db.writing():
        segments.add("Spanish", Rule(parts=(SPANISH,)), None, clock.now())
        segments.add("Thai", Rule(parts=(THAI,)), None, clock.now())
    mine, theirs = staff.get("/staff/segments/1"), staff.get("/staff/segments/1")
    _press(staff, theirs, "Save", name="Readers of Spanish")
    page = _press(staff, mine, "Save", name="Mine")
    assert page.answer.status_code == 409 and "Readers of Spanish" in page.text and 'value="Mine"' in str(page.html)
    assert _press(staff, page, "Save").heading == "Mine"
    page = _press(staff, staff.get("/staff/segments/2"), "Save", name="MINE")
    assert page.answer.status_code == 422 and "There is a segment with this name already." in page.text
    assert staff.raw("/staff/segments/3").status_code == 404


@on_sqlite
def test_a_value_that_is_offered_no_more_is_kept_and_said_to_be_gone(site, staff):
    with site.inside(), db.writing():
        segments.add("Old", Rule(parts=(Condition(kind=Kind.CODE, value="77"),)), None, clock.now())
    page = staff.get("/staff/segments/1")
    assert segments.GONE in page.text
    assert _press(staff, page, "Save", name="Older").heading == "Older"


@pytest.mark.parametrize("button", ["remove-r", "remove-r.9", "add-r.0", "group-r.0.0.0", "add-", "x", "remove-r.x.1"])
def test_a_button_that_the_form_does_not_have_changes_nothing(button):
    rule = Rule(parts=(SPANISH,))
    assert segment_editing.press(rule, button, {"new-r.0": "zodiac"}) == rule


@on_sqlite
def test_three_letters_a_week_are_enough(site):
    _add(site, "en", "en", "es")
    now = clock.now()
    with site.inside(), db.writing() as session:
        for whom, number in ((1, 3), (2, 2)):
            for _ in range(number):
                session.execute(_letter(whom, now))
        session.execute(_letter(2, now, state="dropped"))
        session.execute(_letter(2, now, kind="pledges.thank_you"))  # what belongs to an act of theirs
        session.execute(_letter(2, now - cap.WEEK))
    with site.inside(), db.reading() as session:
        assert set(session.scalars(select(Supporter.id).where(who.within_cap(now)))) == {2, 3}
        assert list(session.scalars(cap.had_enough(now))) == [1]
        found = who.look(EVERYBODY, now)
        assert found.number == 3 and found.had_enough == 1
        assert who.look(EVERYBODY, now + cap.WEEK).had_enough == 0


@on_sqlite
def test_who_had_their_third_letter_since_they_were_read_is_not_taken_in_hand(site):
    newsletter_id, _ = ready(site, 2)
    let_go(site, newsletter_id)
    now = clock.now()
    with site.inside():
        starting.begin_due(now)
        with db.writing() as session:
            first, second = recipients.next_ones(newsletter_id, 9, 0, now)[0]
            for _ in range(3):
                session.execute(_letter(first.supporter_id, now))
            ids = [first.recipient_id, second.recipient_id]
            assert recipients.mark(ids, RecipientState.SENDING, now) == {second.recipient_id}
            assert recipients.next_ones(newsletter_id, 9, 0, now) == ([], 1)
    assert states(site, newsletter_id) == {"sending": 1, "skipped": 1}


def _letter(whom, at, **more):
    values = {"kind": "newsletters.welcome", "about_id": whom, "supporter_id": whom, "state": "sent", "attempts": 1}
    return insert(Letter).values(**{**values, "trouble": "", "written_at": at, "due_at": at, **more})


@on_sqlite
def test_readers_are_chosen_for_a_newsletter_and_stay_who_they_were_when_it_was_let_go(site, staff):
    newsletter_id = written(site)
    _add(site, "es", "en")
    with site.inside(), db.writing():
        segments.add("Spanish", Rule(parts=(SPANISH,)), None, clock.now())
        mark = approval.mark(newsletter_id)
    path = f"/staff/newsletters/{newsletter_id}/readers"
    page = staff.get(path)
    assert "2 people now" in page.text and "Everybody who wants our news." in page.text
    assert _press(staff, page, "Choose", segment="77").answer.status_code == 422
    chosen = _press(staff, page, "Choose", segment="1")
    assert "1 person now" in chosen.text and "as far as they read Español" in chosen.text
    assert _press(staff, page, "Choose", segment="").answer.status_code == 409  # somebody else chose meanwhile
    with site.inside(), db.reading():
        marks = {mark, approval.mark(newsletter_id)}
    edit = _press(staff, staff.get("/staff/segments/1"), "Save", **{"value-r.0": "th"})
    with site.inside(), db.writing() as session:
        assert len({*marks, approval.mark(newsletter_id)}) == 3  # an approval of others falls
        session.execute(update(Newsletter).values(state="scheduled"))
    page = _press(staff, edit, "Save", **{"value-r.0": "es"})
    assert page.answer.status_code == 422 and "was let go for these people" in page.text
    assert _press(staff, edit, "Save", name="Thai").heading == "Thai"  # a name is only a name
    gone = _press(staff, staff.get("/staff/segments/1"), "Throw this segment away")
    assert gone.answer.status_code == 409 and "Choose others for it first." in gone.text
    assert "Choose" not in staff.get(path).text
    with site.inside(), db.writing() as session:
        session.execute(delete(Segment))
    assert "is gone" in staff.get(path).text  # then it is for nobody, not for all

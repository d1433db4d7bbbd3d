"""`campaign sync setup`: what an audience lacks is said first, then made; and never twice."""

import pytest
from click.testing import CliRunner
from sqlalchemy import select, update

from campaign import clock, db, seals
from campaign.errors import Stopped
from campaign.mailing import commands, hearing, hooks, ours, wiring
from campaign.mailing.models import ListIntake
from tests.house.everything import contents, on_sqlite
from tests.mailing.acts import ANNA, agree, due, sync
from tests.mailing.conftest import hosted
from tests.mailing.hooked import at_mailchimp, post, set_up, told, wires

pytestmark = on_sqlite


@pytest.fixture
def reached(noon, make_site, chimp):
    """A site that the fake reaches, and whose audience nobody has set up."""
    return at_mailchimp(make_site, chimp)


def _run(site, *words):
    return CliRunner().invoke(commands.sync, ["setup", *words], obj=lambda: site.app)


def test_it_says_first_what_it_would_do_and_with_dry_run_nothing_more(reached, chimp):
    before = contents(reached)
    said = _run(reached, "--dry-run")
    assert (
        said.exit_code == 0 and f"→ Make the field {ours.LANGUAGE}" in said.output and "→ Make a webhook" in said.output
    )
    assert "✓ The field FNAME is there." in said.output and "Done" not in said.output
    assert contents(reached) == before and {one.method for one in chimp.calls} == {"GET"}


def test_it_makes_what_is_missing_and_a_second_time_there_is_nothing_to_do(reached, chimp):
    said = _run(reached)
    assert said.exit_code == 0 and said.output.count("Done: ") == 2 and "signing" not in said.output
    [hook] = chimp.hooks.known.values()
    assert hook.sources == {"user": True, "admin": True, "api": False}
    assert {event for event, on in hook.events.items() if on} == set(hooks.EVENTS)
    assert set(ours.FIELDS) <= set(chimp.members.fields.tags())
    asked = len(chimp.calls)
    assert "Nothing is to be done." in _run(reached).output
    assert {one.method for one in chimp.calls[asked:]} == {"GET"} and len(chimp.hooks.known) == 1


def test_the_secret_and_the_key_are_kept_as_a_hash_and_sealed(reached, chimp):
    set_up(reached, chimp)
    [hook] = chimp.hooks.known.values()
    [[row]] = reached.rows(select(ListIntake))
    assert row.hook_mark == hooks.mark_of(hook.url.rpartition("/")[2]) and hook.secret not in row.hook_signing
    with reached.inside():
        assert seals.unseal(row.hook_signing) == hook.secret
    assert row.form_url == f"{chimp.url}/join"


def test_a_wrong_audience_is_refused_with_a_sentence(reached, chimp):
    chimp.members.audience = "another"
    said = _run(reached)
    assert isinstance(said.exception, Stopped) and "no audience a6b5da1054" in str(said.exception)
    assert not chimp.hooks.known


def test_another_audience_than_before_is_taken_only_when_that_is_said(reached, chimp, later):
    set_up(reached, chimp)
    agree(reached, ANNA)
    sync(reached, hosted(chimp))
    with reached.inside(), db.writing() as session:
        session.execute(update(ListIntake).values(audience="the one before"))
    said = _run(reached)
    assert isinstance(said.exception, Stopped) and "another audience" in str(said.exception)
    agree(reached, "bela@example.org")
    assert sync(reached, hosted(chimp)) == 0, "nobody is told anything at a place that nobody has chosen"
    said = _run(reached, "--new-audience")
    assert said.exit_code == 0 and "everybody is told there anew" in said.output
    assert due(reached) == {ANNA, "bela@example.org"} and sync(reached, hosted(chimp)) == 2
    assert post(reached, chimp, told(ANNA)) == 200


def test_a_site_that_mailchimp_cannot_reach_is_told_so(reached, chimp):
    chimp.hooks.send = lambda *_call: 503
    said = _run(reached)
    assert isinstance(said.exception, Stopped) and "could not reach our hook" in str(said.exception)
    [[row]] = reached.rows(select(ListIntake))
    assert row.hook_mark == "" and not chimp.hooks.known


def test_a_hook_whose_making_was_never_heard_of_is_taken_away_the_next_time(reached, chimp):
    chimp.moods = ["", "", "", "", "after: reset"]
    said = _run(reached)
    assert isinstance(said.exception, Stopped) and len(chimp.hooks.known) == 1
    assert "Take away a webhook" in _run(reached).output
    assert len(chimp.hooks.known) == 1 and post(reached, chimp, told(ANNA)) == 200


def test_a_hook_whose_key_was_never_written_down_is_made_anew(reached, chimp, monkeypatch):
    """Killed between Mailchimp's answer and our commit: it would be taken for a hook that is not signed, for good."""
    with monkeypatch.context() as patch:
        patch.setattr(seals, "seal", _killed)
        assert isinstance(_run(reached).exception, SystemError) and len(chimp.hooks.known) == 1
    assert "Take away a webhook" in _run(reached).output
    assert len(chimp.hooks.known) == 1 and post(reached, chimp, told(ANNA)) == 200
    assert reached.rows(select(ListIntake.hook_signing)) != [("",)]


def _killed(_text):
    raise SystemError


def test_nobody_changes_over_while_news_of_the_old_audience_waits(reached, chimp):
    set_up(reached, chimp)
    agree(reached, ANNA)
    sync(reached, hosted(chimp))
    with reached.inside(), db.writing() as session:
        session.execute(update(ListIntake).values(audience="the one before"))
        hearing.note(hearing.known([ANNA]), clock.now())
    said = _run(reached, "--new-audience")
    assert isinstance(said.exception, Stopped) and "not looked up yet" in str(said.exception)
    assert reached.rows(select(ListIntake.audience)) == [("the one before",)]


def test_a_hook_that_somebody_changed_there_is_mended(reached, chimp):
    set_up(reached, chimp)
    [hook] = chimp.hooks.known.values()
    hook.events["unsubscribe"], hook.sources["api"] = False, True
    assert set_up(reached, chimp) == [wiring.MEND_HOOK]
    assert hook.events["unsubscribe"] and not hook.sources["api"]


def test_hooks_of_others_are_left_alone(reached, chimp):
    chimp.hooks.send = lambda *_call: 200
    other = chimp.hooks.make({"url": "https://elsewhere.example/hook", "events": {"campaign": True}})
    at = chimp.hooks.known[other["id"]]
    with reached.inside():
        plan = wires(reached, chimp).plan()
    assert wiring.DROP_HOOK not in [words for words, _ in plan.steps] and at.events["campaign"]


def test_a_lost_key_is_found_out_and_the_hook_made_anew(reached, chimp):
    set_up(reached, chimp)
    with reached.inside(), db.writing() as session:
        session.execute(update(ListIntake).values(hook_signing="sealed under a key that is lost"))
    assert post(reached, chimp, told(ANNA)) == 403
    assert len(set_up(reached, chimp)) == 2 and len(chimp.hooks.known) == 1
    assert post(reached, chimp, told(ANNA)) == 200


def test_a_field_that_somebody_made_required_is_named(reached, chimp):
    chimp.members.fields.add({"tag": "TOWN", "name": "Town", "type": "text", "required": True})
    assert "! The field TOWN is required there." in _run(reached, "--dry-run").output
    agree(reached, ANNA)
    assert sync(reached, hosted(chimp)) == 1, "we add people without it"


@pytest.mark.parametrize(
    ("mood", "words"), [("429", "busy"), ("403 bare", "busy"), ("502 html", "failed"), ("200 html", "Something else")]
)
def test_when_mailchimp_fails_it_says_so_and_changes_nothing(reached, chimp, mood, words):
    chimp.always = mood
    before = contents(reached)
    said = _run(reached)
    assert isinstance(said.exception, Stopped) and words in str(said.exception) and contents(reached) == before


def test_without_a_key_there_is_nothing_to_set_up(noon, make_site):
    said = _run(make_site(seeded=False))
    assert isinstance(said.exception, Stopped) and "MAILCHIMP_API_KEY" in str(said.exception)


def test_what_is_missing_is_said_to_the_doctor(reached, chimp):
    with reached.inside():
        assert "campaign sync setup" in wires(reached, chimp).missing()
    set_up(reached, chimp)
    with reached.inside():
        assert wires(reached, chimp).missing() == ""
        chimp.hooks.known.clear()
        assert "not as it should be" in wires(reached, chimp).missing()

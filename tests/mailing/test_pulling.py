"""The nightly reading of what changed at the list: complete or nothing, from a cursor that lags, and harmless twice."""

from datetime import timedelta
from typing import cast

import pytest
from sqlalchemy import select

from campaign import clock, db
from campaign.errors import Stopped
from campaign.mailing import hearing, pulling
from campaign.mailing.audience import Audience
from campaign.mailing.builtin import BuiltIn
from campaign.mailing.models import ListHint, ListIntake
from tests.house.everything import contents, on_sqlite
from tests.mailing.acts import ANNA, BELA, agree, crowd, due, leave, many_agree, row, statuses, sync
from tests.mailing.conftest import hosted
from tests.mailing.hooked import at_mailchimp, post, set_up, told

pytestmark = on_sqlite


@pytest.fixture
def there(noon, make_site, chimp):
    """Anna and Bela are on the list, and no hook tells us anything."""
    site = at_mailchimp(make_site, chimp)
    agree(site, ANNA, BELA)
    sync(site, hosted(chimp))
    return site


def _pull(site, chimp):
    with site.inside():
        return pulling.pull(hosted(chimp))


def _intake(site):
    [[found]] = site.rows(select(ListIntake))
    return found


def test_what_no_hook_told_is_learnt_at_night(there, chimp):
    chimp.members.unsubscribe(ANNA)
    chimp.members.bounce(BELA)
    there.work("read-list-changes")
    assert not row(there).subscribed and due(there) == set()
    assert row(there, BELA).subscribed and "came back" in row(there, BELA).list_trouble


def test_it_runs_once_a_night_however_often_it_is_woken(there, chimp, later):
    for hours, asked in ((0, 1), (1, 1), (18, 1), (2, 2)):
        later(hours=hours)
        there.work("read-list-changes")
        assert sum("since_last_changed" in call.query for call in chimp.calls) == asked


def test_the_cursor_lags_and_the_next_reading_begins_before_it(there, chimp, later):
    _pull(there, chimp)
    assert _intake(there).pulled_until == clock.now() - pulling.LAG and _intake(there).pulled_at == clock.now()
    first = clock.now()
    later(days=1)
    _pull(there, chimp)
    asked = [call.query["since_last_changed"] for call in chimp.calls if "since_last_changed" in call.query]
    assert asked[-1] == (first - pulling.LAG - pulling.OVERLAP).isoformat(timespec="seconds")


@pytest.mark.parametrize("mood", ["429", "500", "502 html", "cut short", "200 html", "200 other", "401", "disabled"])
def test_when_it_fails_the_cursor_stays_and_nobody_is_unsubscribed(there, chimp, later, mood):
    _pull(there, chimp)
    before = _intake(there).pulled_until
    chimp.members.unsubscribe(ANNA)
    later(days=1)
    if mood == "401":
        chimp.trouble = _problem(401, "API Key Invalid")
    elif mood == "disabled":
        chimp.trouble = _problem(403, "User Disabled")
    else:
        chimp.moods = [mood]
    found = _pull(there, chimp)
    assert found.trouble and _intake(there).pulled_until == before and _intake(there).pull_trouble == found.trouble
    assert row(there).subscribed and ANNA not in found.trouble
    chimp.trouble = None
    later(hours=1)
    there.work("read-list-changes")
    assert not row(there).subscribed and _intake(there).pull_trouble == ""


def _problem(status, title):
    from campaign.mailing.fake.problem import Problem

    return Problem(status, title)


def test_a_page_that_fails_in_the_middle_is_nothing(there, chimp):
    many_agree(there, *crowd(1200))
    sync(there, hosted(chimp), times=2)
    chimp.members.unsubscribe(ANNA)
    chimp.moods = ["", "503"]
    assert _pull(there, chimp).trouble and row(there).subscribed
    assert _pull(there, chimp).read == 1202 and not row(there).subscribed


def test_an_empty_answer_means_nothing_for_anybody(there, chimp):
    chimp.members.known.clear()
    before = contents(there)["supporters"]
    assert _pull(there, chimp) == pulling.Pulled() and contents(there)["supporters"] == before


def test_our_own_writes_are_no_news(there, chimp):
    leave(there, BELA)
    sync(there, hosted(chimp))
    before = contents(there)["supporters"]
    assert _pull(there, chimp).learnt == 0 and contents(there)["supporters"] == before


def test_the_list_of_another_audience_is_not_read(there, chimp):
    set_up(there, chimp)
    from sqlalchemy import update

    from campaign import db

    with there.inside(), db.writing() as session:
        session.execute(update(ListIntake).values(audience="another"))
    chimp.members.unsubscribe(ANNA)
    there.work("read-list-changes", "hear-from-list")
    assert row(there).subscribed
    with pytest.raises(Stopped, match="another audience"):
        _pull(there, chimp)


def test_our_own_list_has_nothing_to_be_read(noon, make_site):
    site = make_site(seeded=False)
    with site.inside():
        assert pulling.pull_if_due(BuiltIn()) is None


class _Meanwhile:
    """A list at which something happens while we read it."""

    def __init__(self, home, act):
        self.home, self.act = home, act

    def changed_since(self, moment):
        found = self.home.changed_since(moment)
        self.act()
        return found


def test_who_leaves_and_is_hinted_at_while_all_is_read_is_looked_up_afterwards(there, chimp):
    def hint():
        with there.inside(), db.writing():
            hearing.note(hearing.known([ANNA]), clock.now())

    def leaves():
        chimp.members.unsubscribe(ANNA)
        hint()

    hint()
    with there.inside():
        pulling.pull(cast("Audience", _Meanwhile(hosted(chimp), leaves)))
        assert row(there).subscribed and len(there.rows(select(ListHint))) == 1
        hearing.look_again(hosted(chimp))
    assert not row(there).subscribed and there.rows(select(ListHint)) == []


def test_a_reading_that_fails_leaves_every_hint_to_be_looked_at(there, chimp):
    with there.inside(), db.writing():
        hearing.note(hearing.known([ANNA]), clock.now())
    chimp.moods = ["500"] * 20
    assert _pull(there, chimp).trouble
    chimp.moods = []
    [[hint]] = there.rows(select(ListHint))
    assert hint.in_hand_until is None


@pytest.mark.gate("hooks", quick=150, full=10_000)
def test_a_flood_of_hooks_is_one_hint_each_and_one_reading(noon, make_site, chimp, later, size):
    """10,000 in a minute: each is answered, each person waits once, all are read by the thousand."""
    site = at_mailchimp(make_site, chimp)
    people = crowd(max(hearing.A_CROWD + 10, size // 10))
    many_agree(site, *people)
    sync(site, hosted(chimp), times=1 + len(people) // 500)
    set_up(site, chimp)
    for one in people[: len(people) // 2]:
        chimp.members.unsubscribe(one)
    chimp.hooks.waiting.clear()
    visitor = site.visitor()
    for number in range(size):
        assert post(site, chimp, told(people[number % len(people)], x=str(number))) == 200
        if number % 100 == 0:
            assert visitor.raw("/help").status_code == 200
    assert len(site.rows(select(ListHint.supporter_id))) == min(size, len(people))
    asked = len(chimp.calls)
    later(seconds=1)
    site.work("hear-from-list")
    assert len(chimp.calls) - asked <= 1 + len(people) // 1000
    assert site.rows(select(ListHint.supporter_id)) == []
    left = [one for one, status in statuses(chimp.members.known.values()).items() if status == "unsubscribed"]
    assert len(left) == len(people) // 2 and not row(site, left[0]).subscribed
    assert _intake(site).pulled_at == clock.now() and timedelta(0) < pulling.LAG

"""Somebody's history with the list: shown to them, in what is mailed to them, erased with them, forgotten in time."""

import json

import pytest
from sqlalchemy import select

from campaign import clock, db
from campaign.mailing import history
from campaign.mailing.models import ListEvent, ListHint
from campaign.supporters import erasure, kept, retention
from tests.house.everything import on_sqlite
from tests.mailing.acts import ANNA, agree, leave, sync
from tests.mailing.conftest import hosted
from tests.mailing.hooked import at_mailchimp, post, set_up, told

pytestmark = on_sqlite
STEPS = select(ListEvent.state, ListEvent.ours).order_by(ListEvent.id)


@pytest.fixture
def there(noon, make_site, chimp):
    """Anna came onto the list, left it there, and something was said of her since."""
    site = at_mailchimp(make_site, chimp)
    set_up(site, chimp)
    agree(site, ANNA)
    sync(site, hosted(chimp))
    chimp.members.unsubscribe(ANNA)
    chimp.hooks.deliver()
    site.work("hear-from-list")
    post(site, chimp, told(ANNA, "profile"))
    return site


def test_each_change_is_one_step_and_saying_it_again_is_none(there, chimp):
    assert there.rows(STEPS) == [("subscribed", True), ("unsubscribed", False)]
    for act in (agree, leave, agree):
        act(there, ANNA)
        sync(there, hosted(chimp))
        sync(there, hosted(chimp))
    assert there.rows(STEPS)[2:] == [("pending", True), ("unsubscribed", True), ("pending", True)]


@pytest.mark.parametrize(("language", "words"), [("en", "You left it"), ("es", "Usted se dio de baja")])
def test_they_see_it_on_their_page_and_get_it_by_letter(there, language, words):
    from campaign import i18n

    with there.inside(), i18n.speaking(i18n.find(language)), db.reading():
        mine = kept.about(1)
    [one] = mine.steps
    assert len(one.facts) == 3 and one.facts[1][1] == words and mine.other == [] and one.button == ""
    said = json.loads(kept.as_json(mine, clock.now()))["mailing_list_steps"]
    assert [step["state"] for step in said[0]["steps"]] == ["subscribed", "unsubscribed"] and said[0]["at"]


def test_it_is_erased_with_them(there):
    with there.inside(), db.writing():
        erasure.erase(1, clock.now())
    assert there.rows(STEPS) == [] and there.rows(select(ListHint.supporter_id)) == []


def test_it_is_forgotten_after_the_time_that_the_privacy_page_says(there, later):
    days = retention.RULES["list_history"].days
    assert days
    later(days=days)
    with there.inside():
        retention.forget()
    assert len(there.rows(STEPS)) == 2
    later(hours=1)
    with there.inside():
        assert retention.forgotten(dry_run=True)["list_history"] == 2
        retention.forget()
    assert there.rows(STEPS) == []


def test_nothing_is_written_down_of_whom_the_list_has_never_heard(noon, make_site, chimp):
    site = at_mailchimp(make_site, chimp)
    agree(site, ANNA)
    with site.inside(), db.writing():
        history.note({1: ""}, clock.now(), ours=True)
    assert site.rows(STEPS) == []

"""What the doctor says of the list at Mailchimp: whether it answers, tells us who leaves, and was read lately."""

import pytest

from campaign import clock, db, doctor
from campaign.mailing import intake
from tests.house.everything import on_sqlite
from tests.mailing.acts import ANNA, agree
from tests.mailing.hooked import at_mailchimp, post, set_up, told

pytestmark = on_sqlite


@pytest.fixture
def site(noon, make_site, chimp):
    return at_mailchimp(make_site, chimp)


def _said(site, check=doctor.list_hook):
    return [str(one) for one in doctor._guarded(check, site.config)]


def test_the_list_is_asked_without_a_site(site, chimp):
    assert _said(site, doctor.mailing_list) == ["✓ Mailing list: Mailchimp answers"]


def test_a_hook_that_nobody_made_or_somebody_took_away_is_missed(site, chimp):
    assert "there is no webhook. Run: campaign sync setup" in _said(site)[0]
    set_up(site, chimp)
    assert _said(site) == ["✓ Hearing from the list: the webhook is there; nothing heard yet"]
    agree(site, ANNA)
    post(site, chimp, told(ANNA))
    assert _said(site) == ["✓ Hearing from the list: the webhook is there; last heard within the hour"]
    chimp.hooks.known.clear()
    assert "not as it should be. Run: campaign sync setup" in _said(site)[0]


def test_that_nothing_was_read_for_long_is_said_with_the_reason(site, chimp, later):
    set_up(site, chimp)
    site.work("read-list-changes")
    later(days=3)
    assert "last read completely at 2027-01-11 12:00 UTC. Look whether a worker runs" in _said(site)[0]
    chimp.always = "503"
    site.work("read-list-changes")
    chimp.always = ""
    assert "UTC. Mailchimp failed (status 503)" in _said(site)[0]


def test_that_staff_paused_it_is_said(site, chimp):
    set_up(site, chimp)
    with site.inside(), db.writing():
        intake.pause(clock.now())
    assert "staff have paused it" in _said(site)[1]


def test_a_list_that_is_our_own_tells_nothing(noon, make_site):
    assert _said(make_site(seeded=False)) == []

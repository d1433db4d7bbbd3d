"""A newsletter that was taken back from Mailchimp, or left there by somebody's own hand: nobody gets two letters."""

import pytest
from sqlalchemy import select

from campaign import clock
from campaign.errors import Refused
from campaign.newsletters import recipients, starting
from campaign.newsletters.mailchimp.models import MailchimpCampaign
from campaign.newsletters.runs import Recipient, RecipientState, Run
from tests.house.everything import on_sqlite
from tests.newsletters import readers as from_here
from tests.newsletters.readers import state_of, states
from tests.newsletters.through import SWEEP, acting, let_go, letters, prepared, time_passes, wired, works

pytestmark = on_sqlite


@pytest.fixture
def at(noon, make_site, chimp):
    """A site whose list is at the fake."""
    return wired(make_site, chimp)


def held(site, chimp, languages=("en",)):
    """A newsletter whose campaigns are made there, and which stands still before anybody has it."""
    id, _ = prepared(site, chimp, 2, languages)
    chimp.campaigns.against["Audience"] = "Wait."
    let_go(site, id)
    works(site, 2)
    assert state_of(site, id) == "paused"
    chimp.campaigns.against.clear()
    return id


def in_hand_from_here(site, id):
    """It is let go from here instead, and all its letters are in the hand of a worker."""
    from_here.let_go(site, id)
    with site.inside():
        starting.begin_due(clock.now())
    ids = [id for (id,) in site.rows(select(Recipient.id))]
    acting(site, recipients.mark, ids, RecipientState.SENDING, clock.now())
    assert states(site, id) == {"sending": 2}


def test_what_is_taken_away_there_leaves_alone_what_goes_out_from_here(at, chimp, later):
    id = held(at, chimp)
    acting(at, starting.take_back, id)
    chimp.always = "429 bare"
    works(at, 1)
    later(minutes=1)
    in_hand_from_here(at, id)
    chimp.always = ""
    time_passes(at)
    at.work(SWEEP)
    assert chimp.campaigns.known == {} and states(at, id) == {"sending": 2}
    acting(at, starting.cancel, id, clock.now())
    assert state_of(at, id) == "cancelled"


def test_what_somebody_sent_there_is_not_taken_back(at, chimp):
    id = held(at, chimp)
    [one] = chimp.campaigns.known
    chimp.campaigns.arrives_after = 99
    chimp.campaigns.send(one)
    acting(at, starting.resume, id)
    works(at, 2)
    assert states(at, id) == {"sending": 2}
    acting(at, starting.pause, id)
    with pytest.raises(Refused, match="letters have left"):
        acting(at, starting.take_back, id)
    chimp.campaigns.arrives_after = 0
    works(at, 3)
    assert state_of(at, id) == "sent" and set(letters(chimp).values()) == {1}


def test_what_left_there_after_it_was_taken_back_does_not_go_once_more(at, chimp, staff_of):
    id = held(at, chimp)
    [one] = chimp.campaigns.known
    chimp.campaigns.send(one)
    acting(at, starting.take_back, id)
    works(at, 3)
    assert state_of(at, id) == "draft" and len(letters(chimp)) == 2
    with pytest.raises(Refused, match="Mailchimp has sent it"):
        from_here.let_go(at, id)


def test_what_left_there_pauses_what_goes_out_from_here(at, chimp, later):
    id = held(at, chimp)
    [one] = chimp.campaigns.known
    acting(at, starting.take_back, id)
    later(minutes=1)
    in_hand_from_here(at, id)
    chimp.campaigns.send(one)
    time_passes(at)
    at.work(SWEEP)
    assert state_of(at, id) == "paused" and states(at, id) == {"sending": 2}
    [(said,)] = at.rows(select(Run.trouble))
    assert "left Mailchimp after it had been taken back" in said
    [(sent_at,)] = at.rows(select(MailchimpCampaign.sent_at))
    assert sent_at
    acting(at, starting.cancel, id, clock.now())
    assert state_of(at, id) == "cancelled"

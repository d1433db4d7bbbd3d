"""A newsletter through Mailchimp on both databases: leases, locks and questions that each answers in its own way."""

from sqlalchemy import select

from campaign import clock, db
from campaign.newsletters import aftermath, starting
from campaign.newsletters.mailchimp import hand
from campaign.newsletters.mailchimp.models import MailchimpCampaign, waits_for_somebody
from campaign.supporters import service as supporters
from tests.newsletters.readers import state_of, states
from tests.newsletters.through import let_go, letters, on, prepared, ten_minutes_pass, time_passes, wired, works


def test_two_workers_share_it_and_everybody_gets_one(noon, make_site, chimp):
    site = wired(make_site, chimp)
    id, names = prepared(site, chimp, 8)
    with site.inside(), db.writing():
        supporters.leave(supporters.find_by_mailbox(names[0]) or 0, "No more", "en", "page", clock.now())
    let_go(site, id)
    site.work("send-newsletters")
    with site.inside():
        from campaign.newsletters.mailchimp import runs

        runs.begin(clock.now())
        mine, theirs = (hand.claim(None, clock.now()) for _ in range(2))  # type: ignore[arg-type]
        assert mine and theirs and mine.row.language != theirs.row.language
        assert hand.claim(None, clock.now()) is None  # type: ignore[arg-type]
        hand.release(mine)
    chimp.campaigns.against["Audience"] = "Wait."
    time_passes(site)
    works(site, 2)
    with site.inside(), db.reading() as session:
        assert session.scalars(waits_for_somebody()).all() == [id]
    with site.inside(), db.writing():
        starting.resume(id)
    chimp.campaigns.against.clear()
    chimp.moody = on("POST", "/actions/send", "reset")
    works(site, 4)
    ten_minutes_pass(site)
    works(site, 1)
    assert state_of(site, id) == "paused" and len(letters(chimp)) in (3, 4)
    with site.inside(), db.writing():
        starting.cancel(id, clock.now())
    works(site, 3)
    assert state_of(site, id) == "cancelled" and set(letters(chimp).values()) == {1}
    number = states(site, id)
    assert number["sent"] == len(letters(chimp)) and sum(number.values()) == 7
    chimp.campaigns.unsubscribe(chimp.campaigns.post[0][1].id, chimp.campaigns.post[0][0])
    works(site, 1)
    with site.inside(), db.reading():
        assert aftermath.of(id).whole.numbers["Left by it"] == 1
    assert {row.step for row in site.rows(select(MailchimpCampaign.step))} == {"gone", "over"}
    assert chimp.segments.known == {}

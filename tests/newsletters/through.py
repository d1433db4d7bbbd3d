"""A site whose list is at the fake Mailchimp, newsletters that go through it, and who got what there."""

from collections import Counter
from datetime import timedelta

from sqlalchemy import select, update

from campaign import clock, db
from campaign.mailing.fake.account import AUDIENCE, KEY
from campaign.mailing.fake.members import Member, key_of
from campaign.mailing.models import ListCall, ListContact
from campaign.newsletters import starting
from campaign.newsletters.mailchimp.models import MailchimpCampaign
from campaign.newsletters.runs import Run, Way
from campaign.supporters.models import Supporter
from tests.newsletters.readers import ready

SWEEP, BEGIN = "send-through-mailchimp", "send-newsletters"
PAGE = "/staff/newsletters/1/sending"
GO = {"when": "now", "way": "mailchimp"}


def wired(make_site, chimp, **changes):
    """A site whose list is there, and has been told of."""
    at = {"mailchimp_key": KEY, "mailchimp_audience": AUDIENCE, "mailchimp_host": chimp.url}
    site = make_site(**{"seeded": False, **at, **changes})
    with site.inside(), db.writing() as session:
        session.add(ListContact(id=1, home="Mailchimp", answered_at=clock.now(), failures=0, trouble=""))
    chimp.campaigns.arrives_after = 0
    return site


def on_the_list(site, chimp, names, status="subscribed"):
    """They are on the list there, and the records know it."""
    for name in names:
        member = Member(name, "", merge=dict(chimp.members.fields.blank()))
        member.become(status)
        chimp.members.known[key_of(name)] = member
    with site.inside(), db.writing() as session:
        session.execute(update(Supporter).values(list_state="subscribed"))


def prepared(site, chimp, number=20, languages=("en", "es")):
    """A newsletter and so many readers who are on the list; its id and their addresses."""
    id, names = ready(site, number, languages)
    on_the_list(site, chimp, names)
    return id, names


def let_go(site, id=1, at=None):
    """Let it go, through Mailchimp."""
    with site.inside(), db.writing():
        starting.let_go(id, starting.Wish(100_000, at, None, Way.MAILCHIMP), None, clock.now())


def acting(site, act, *values):
    """Somebody does it."""
    with site.inside(), db.writing():
        act(*values)


def works(site, times=6):
    """What a worker does in some minutes, or until there is nothing to do before tomorrow."""
    for _ in range(times):
        site.work(BEGIN, SWEEP)
        time_passes(site)
        if is_done(site):
            break


def is_done(site):
    """Whether all campaigns have left and are reported, or are over."""
    reported = MailchimpCampaign.reported_at.is_not(None) & (MailchimpCampaign.step == "gone")
    total = len(site.rows(select(MailchimpCampaign.id)))
    done = len(site.rows(select(MailchimpCampaign.id).where(reported | (MailchimpCampaign.step == "over"))))
    return 0 < total == done


def time_passes(site):
    """No wait is left, and no lease of a dead worker."""
    with site.inside(), db.writing() as session:
        lapsed = clock.now() - timedelta(seconds=1)
        session.execute(update(MailchimpCampaign).values(next_at=None))
        session.execute(update(MailchimpCampaign).where(MailchimpCampaign.lease != "").values(leased_until=lapsed))
        session.execute(update(Run).where(Run.lease != "").values(leased_until=lapsed))
        session.execute(update(ListCall).values(until=lapsed))


def ten_minutes_pass(site):
    """Since it was asked to send."""
    with site.inside(), db.writing() as session:
        asked = update(MailchimpCampaign).where(MailchimpCampaign.asked_at.is_not(None))
        session.execute(asked.values(asked_at=clock.now() - timedelta(minutes=11)))
    time_passes(site)


def letters(chimp):
    """How many letters everybody got."""
    return Counter(email for email, _ in chimp.campaigns.post)


def calls(chimp, method, ending):
    """How often something was asked."""
    return sum(call.method == method and call.path.endswith(ending) for call in chimp.calls)


def on(method, ending, mood, times=1):
    """A mood for such calls, so often."""
    left = [times]

    def moody(call):
        if call.method == method and call.path.endswith(ending) and left[0]:
            left[0] -= 1
            return mood
        return ""

    return moody

"""The newsletters of the site with one of everything: what each stands for, and what forms about them would send."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from campaign import clock, db, mail
from campaign.newsletters import approval, destinations, drafts, finals, pictures, service, trials
from campaign.newsletters.drafts import Seen, Typed
from campaign.newsletters.mailchimp.models import MailchimpCampaign
from campaign.newsletters.models import Newsletter, NewsletterPicture
from campaign.newsletters.runs import Recipient, Run, Trial
from campaign.newsletters.service import Facts
from tests.conftest import Site

BODY = "Hello {name|friend}, see [the pledge](/pledges/freedom).\n\n[[events]]\n\n[[button to=/events text=Come]]"
WORDS = {"subject": "Come along", "preheader": "What is next", "body": BODY}
FIELDS: dict[str, dict[str, str]] = {
    "newsletters_staff.new": {"title": "Another", "slug": "another"},
    "newsletters_staff.edit": {"title": "Changed", "slug": "in-work", "version": "1"},
    "newsletters_staff.picture": {"alt": "A hall"},
    "newsletter_desk_staff.words": {**WORDS, "subject": "Cambiado", "version": "1"},
    "newsletter_desk_staff.keep": WORDS,
    "newsletter_desk_staff.look": WORDS,
    "newsletter_looks_staff.stand_for": {"address": "https://elsewhere.example/x"},
    "newsletter_sending_staff.trial": {"language": "es"},
    "newsletter_sending_staff.go": {"when": "now", "per_minute": "600"},
    "newsletter_sending_staff.pace": {"per_minute": "50"},
}
AREAS: dict[str, dict[str, Any]] = {"newsletters": {"slug": "sent-one", "kind": "png"}}
SENDING = "newsletter_sending_staff"
ROUTES: dict[str, dict[str, Any]] = {
    "newsletters_staff.remove_picture": {"picture_id": 2},
    f"{SENDING}.approve": {"id": 3},
    f"{SENDING}.go": {"id": 4},
    f"{SENDING}.take_back": {"id": 5},
    f"{SENDING}.pause": {"id": 6},
    f"{SENDING}.cancel": {"id": 7},
    f"{SENDING}.resume": {"id": 8},
    f"{SENDING}.pace": {"id": 9},
    **{f"{SENDING}.{act}": {"id": 9} for act in ("show", "far", "once_more", "leave")},
    **{f"{SENDING}.{act}": {"id": 9, "recipient_id": 1} for act in ("one_once_more", "leave_one")},
    f"{SENDING}.ask_mailchimp_once_more": {"id": 10, "code": "en"},
}
# Of ids 3 on: two drafts to be approved and let go, and those that are under way.
UNDER_WAY = ("draft", "draft", "scheduled", "sending", "sending", "paused", "paused", "paused")


def fill_newsletters(site: Site, picture: bytes) -> None:
    """Of id 1 one in work, with two pictures, somebody's unsaved words and a link; of id 2 one that was sent."""
    with site.inside(), db.writing():
        now = clock.now()
        for number, slug in ((1, "in-work"), (2, "sent-one")):
            assert service.begin(Facts(f"A sample newsletter {number}", slug), None, now) == number
            for code, subject in (("en", "{first|Friend}, come along"), ("es", "Venga")):
                service.write(number, code, Typed(subject, "What is next", BODY), 0, now)
        drawn = pictures.draw(picture)
        for number in (1, 1):
            pictures.add(number, drawn, "A sample picture", now)
        drafts.keep(1, "es", 1, Typed("Venga", "", "Half a sentence"), Seen(1), now)
        destinations.allow(1, "https://known.example/", 1, now)
    with site.inside(), db.reading():
        made = finals.make_all(2)
    with site.inside(), db.writing() as session:
        finals.keep(2, made, clock.now())
        changes = {"state": "sent", "sent_at": clock.now()}
        session.execute(update(Newsletter).where(Newsletter.id == 2).values(**changes))
        _let_go(clock.now())


def _let_go(now: datetime) -> None:
    """Newsletters of ids 3 to 10: 9 has stopped with letters uncertain, sent, and to go; 10 is at Mailchimp."""
    session = db.session()
    for number, state in enumerate(UNDER_WAY, start=3):
        facts = Facts(f"A sample newsletter {number}", f"sample-{number}", "", "es tl th zh-hans zh-hant ko vi")
        assert service.begin(facts, None, now) == number
        service.write(number, "en", Typed("Come along", "What is next", BODY), 0, now)
        changes = {"state": state, "scheduled_for": now + timedelta(days=30) if state == "scheduled" else None}
        session.execute(update(Newsletter).where(Newsletter.id == number).values(**changes))
        if state != "draft":
            later = now + timedelta(days=30)
            session.add(
                Run(newsletter_id=number, per_minute=60, begun_by_id=1, begun_at=now, built_at=now, not_before=later)
            )
    for supporter_id, state in ((1, "uncertain"), (2, "sent"), (3, "uncertain")):
        session.add(Recipient(newsletter_id=9, supporter_id=supporter_id, language="en", state=state, handed_at=now))
    session.execute(update(Run).where(Run.newsletter_id == 9).values(trouble="Sending was paused: a sample."))
    session.execute(update(Run).where(Run.newsletter_id == 10).values(way="mailchimp"))
    known = {"mark": "sample", "step": "going", "campaign_id": "sample", "web_id": 7, "unclear": True, "readers": 1}
    known |= {"began_at": now, "changed_at": now, "asked_at": now, "next_at": now + timedelta(days=30)}
    session.add(MailchimpCampaign(newsletter_id=10, language="en", **known))
    session.add(one := Trial(newsletter_id=4, account_id=1, language="en", mark=approval.mark(4), asked_at=now))
    session.flush()
    mail.write(trials.KIND, one.id, None, now)
    session.execute(update(mail.Letter).where(mail.Letter.kind == trials.KIND).values(state="sent", sent_at=now))


def version_of(site: Site, endpoint: str) -> dict[str, str]:
    """The mark of the words that forms about going and approving are about."""
    number = {f"{SENDING}.approve": 3, f"{SENDING}.go": 4}.get(endpoint)
    if number is None:
        return {}
    with site.inside(), db.reading():
        return {"seen": approval.mark(number)}


def ids(site: Site, endpoint: str) -> dict[str, str]:
    """The address of the first picture, which is made up anew each time."""
    if endpoint != "newsletters.picture":
        return {}
    with site.inside(), db.reading() as session:
        return {"key": str(session.scalar(select(NewsletterPicture.key).where(NewsletterPicture.id == 1)))}

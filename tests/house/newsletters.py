"""The newsletters of the site with one of everything: what each stands for, and what forms about them would send."""

from typing import Any

from sqlalchemy import select, update

from campaign import clock, db
from campaign.newsletters import destinations, drafts, finals, pictures, service
from campaign.newsletters.drafts import Typed
from campaign.newsletters.models import Newsletter, NewsletterPicture
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
}
AREAS: dict[str, dict[str, Any]] = {"newsletters": {"slug": "sent-one", "kind": "png"}}
ROUTES: dict[str, dict[str, Any]] = {"newsletters_staff.remove_picture": {"picture_id": 2}}


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
        drafts.keep(1, "es", 1, Typed("Venga", "", "Half a sentence"), 1, now)
        destinations.allow(1, "https://known.example/", 1, now)
    with site.inside(), db.reading():
        made = finals.make_all(2)
    with site.inside(), db.writing() as session:
        finals.keep(2, made, clock.now())
        changes = {"state": "sent", "sent_at": clock.now()}
        session.execute(update(Newsletter).where(Newsletter.id == 2).values(**changes))


def ids(site: Site, endpoint: str) -> dict[str, str]:
    """The address of the first picture, which is made up anew each time."""
    if endpoint != "newsletters.picture":
        return {}
    with site.inside(), db.reading() as session:
        return {"key": str(session.scalar(select(NewsletterPicture.key).where(NewsletterPicture.id == 1)))}

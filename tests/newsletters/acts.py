"""What staff do with newsletters in tests."""

from sqlalchemy import update

from campaign import clock, db
from campaign.newsletters import finals, rendering, service
from campaign.newsletters.drafts import Typed
from campaign.newsletters.models import Newsletter
from campaign.newsletters.rendering import Reader
from campaign.newsletters.service import Facts

SUBJECT = "{first|Friend}, come along"
BODY = """# News of January

Hello {name|friend}, *thank you* & welcome. See [the pledge](/pledges/freedom).

[[events]]

[[pledge freedom]]

[[volunteers]]

[[story learn/signs]]

[[button to=/events text="Come along"]]

- one
- two
"""
WORDS = {"subject": SUBJECT, "preheader": "What happens next", "body": BODY}
FACTS = {"title": "January", "slug": "january"}


def begin(staff, **facts):
    """Begin a newsletter; the desk for its English words comes next."""
    return staff.press(staff.get("/staff/newsletters/new"), "Begin", **{**FACTS, **facts})


def write(staff, id=1, code="en", **words):
    """Write an edition."""
    return staff.press(staff.get(f"/staff/newsletters/{id}/words/{code}"), "Save", **{**WORDS, **words})


def wrote(staff, **words):
    """A newsletter with English words, written through the doors; its id."""
    id = int(begin(staff).path.split("/")[3])
    assert write(staff, id, **words).heading == "January"
    return id


def written(site, *, language="en", newsletter_id=0, **words):
    """An edition, put into the records; of a new newsletter, if none is named. The id of the newsletter."""
    with site.inside(), db.writing():
        now = clock.now()
        id = newsletter_id or service.begin(Facts(**FACTS), None, now)
        service.write(id, language, Typed(**{**WORDS, **words}), 0, now)
    return id


def made(site, id=1, code="en", name="Anna Sample"):
    """The letter to somebody, and the edition it comes from."""
    with site.inside(), db.reading():
        one = rendering.prepared(id, code)
        return one.for_reader(Reader(name, "https://leave.example/1", "https://own.example/1", code)), one


def sent(site, id=1):
    """As if it had been sent now."""
    with site.inside():
        with db.reading():
            all_of_them = finals.make_all(id)
        with db.writing() as session:
            finals.keep(id, all_of_them, clock.now())
            changes = {"state": "sent", "sent_at": clock.now()}
            session.execute(update(Newsletter).where(Newsletter.id == id).values(**changes))

"""What tests of newsletters do before they look."""

from campaign import clock, db
from campaign.newsletters import service
from campaign.newsletters.models import Edition
from campaign.newsletters.service import Facts

SUBJECT = "{first|Friend}, come along"
BODY = """# News of January

Hello {name|friend}, *thank you* & welcome. See [the pledge](/pledges/freedom).

[[events]]

[[pledge freedom]]

[[button to=/volunteer text="Help us"]]

- one
- two
"""


def written(site, newsletter_id: int = 0, language="en", *, subject=SUBJECT, body=BODY, preheader="What happens next"):
    """An edition of a newsletter, of a new one if none is named; the id of the newsletter."""
    with site.inside(), db.writing() as session:
        now = clock.now()
        if not newsletter_id:
            newsletter_id = service.begin(Facts("January", "january"), None, now)
        known = {"subject": subject, "preheader": preheader, "body": body, "changed_at": now}
        session.add(Edition(newsletter_id=newsletter_id, language=language, **known))
    return newsletter_id

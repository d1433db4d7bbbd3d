"""What tests of newsletters do before they look."""

from campaign import clock, db
from campaign.newsletters.models import Edition, Newsletter

SUBJECT = "{first|Friend}, come along"
BODY = """# News of January

Hello {name|friend}, *thank you* & welcome. See [the pledge](/pledges/freedom).

[[events]]

[[pledge freedom]]

[[button to=/volunteer text="Help us"]]

- one
- two
"""


def written(
    site, *, subject=SUBJECT, body=BODY, language="en", preheader="What happens next", newsletter_id=None
) -> int:
    """A newsletter with an edition in one language; its id."""
    with site.inside(), db.writing() as session:
        now = clock.now()
        if newsletter_id is None:
            row = Newsletter(slug="january", title="January", added_at=now, changed_at=now)
            session.add(row)
            session.flush()
            newsletter_id = row.id
        known = {"subject": subject, "preheader": preheader, "body": body, "changed_at": now}
        session.add(Edition(newsletter_id=newsletter_id, language=language, **known))
    return newsletter_id

"""Segments and standing letters for the site that has one of everything, and a newsletter for one of them."""

from typing import Any

from sqlalchemy import select

from campaign import clock, db
from campaign.newsletters import segments, standing
from campaign.newsletters.audience_models import StandingKind
from campaign.newsletters.models import Edition, Newsletter
from campaign.newsletters.segment_rules import Condition, Kind, Rule
from tests.conftest import Site

FIELDS: dict[str, dict[str, str]] = {
    "standing_letters_staff.let_out": {"read": "1"},
    "segments_staff.new": {"do": "save", "name": "Another"},
    "segments_staff.edit": {"do": "save", "name": "Changed", "version": "1"},
    "readers_staff.show": {"segment": "2", "version": "1"},
    "standing_letters_staff.switch": {"on": "y", "days": "2", "version": "1"},
    "standing_letters_staff.words": {"subject": "Changed", "body": "Changed.", "version": "1"},
}
ROUTES: dict[str, dict[str, Any]] = {
    "segments_staff.remove": {"id": 2},
    **{f"standing_letters_staff.{name}": {"name": "welcome", "code": "en"} for name in ("switch", "words", "let_out")},
}


def fill_readers(site: Site) -> None:
    """Two segments, a newsletter for the first, and the welcome in English, which goes out."""
    with site.inside(), db.writing() as session:
        now = clock.now()
        rule = Rule(how="any", parts=(Condition(kind=Kind.PLACE, value="Torrance", negated=True),))
        segments.add("Not of Torrance", rule, None, now)
        segments.add("Everybody", Rule(), None, now)
        one = session.scalar(select(Newsletter).order_by(Newsletter.id).limit(1))
        if one is None:
            one = Newsletter(slug="january", title="January", added_at=now, changed_at=now)
            session.add(one)
            session.flush()
            known = {"language": "en", "subject": "January", "body": "Sample words.", "changed_at": now}
            session.add(Edition(newsletter_id=one.id, **known))
        one.audience_id = 1
        standing.write(StandingKind.WELCOME, "en", "Welcome", "Sample *words*.", None)
        standing.publish(StandingKind.WELCOME, "en", 1, now)
        standing.switch(StandingKind.WELCOME, on=True, days=0, version=None, now=now)

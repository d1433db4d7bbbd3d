"""What a printed code brings to an event stands beside its scans; pieces can be made that lead to events."""

from datetime import timedelta

from sqlalchemy import select

from campaign import clock, db
from campaign.links import bringing, targets
from campaign.links import service as links
from campaign.links.bringing import Span, Wanted
from campaign.links.models import Code
from tests.events.acts import confirm_all, hold, link_of, rsvp_of, send
from tests.house.everything import on_sqlite

pytestmark = on_sqlite


def _brought(site, wanted=None):
    """RSVPs by code, and by how many days ago."""
    with site.inside(), db.reading():
        today = clock.today()
        found = bringing.brought(Span(today - timedelta(days=9), today, wanted or Wanted()))
        rsvps = next(one for one in found if one.what == "RSVPs")
        return rsvps.by_code, {(today - day).days: number for day, number in rsvps.by_day.items()}


def test_a_codes_rsvps_are_counted_on_the_day_of_their_answer_and_only_as_long_as_they_stand(site, visitor, later):
    hold(site, capacity=3)
    with site.inside(), db.writing():
        first, second = (links.make("/events/evening", "en", note, clock.now()) for note in ("Library", "Market"))
    via = dict(map(tuple, site.rows(select(Code.id, Code.code))))
    for number, code in enumerate((first, first, second, None, first)):
        send(site, number, **({"via": via[code]} if code else {}))
    confirm_all(site, visitor, [rsvp_of(site, number) for number in range(4)])  # the last one never answers
    later(days=2)
    assert _brought(site) == ({first: 2, second: 1}, {2: 3})
    assert _brought(site, Wanted(code=second)) == ({second: 1}, {2: 1})
    visitor.post(f"{link_of(site, rsvp_of(site, 0))}/cancel")
    assert _brought(site) == ({first: 1, second: 1}, {2: 2})


def test_pieces_lead_to_events_to_come_that_everybody_may_see(site, later):
    hold(site)
    hold(site, slug="draft", publish=False)
    hold(site, slug="quarterly", members_only=True)

    def offered():
        with site.inside(), db.reading():
            return [one for one in targets.offered() if one[0].startswith("/events")]

    assert offered() == [("/events/evening", "A sample evening"), ("/events", "All events")]
    later(days=11)
    assert offered() == [("/events", "All events")]

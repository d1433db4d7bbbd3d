"""R9: however often and in whatever order deliveries come, in the end both sides say what was last said there."""

from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from campaign import clock, db
from campaign.app import Switches
from campaign.mailing import hearing, learning
from campaign.mailing.audience import Entry, ListState
from campaign.mailing.models import ListHint
from campaign.supporters.models import Consent, Supporter
from tests.house.everything import on_sqlite
from tests.mailing.acts import agree
from tests.mailing.hooked import at_mailchimp, post, set_up, told

S = ListState
# What can happen to a member at Mailchimp without us, and what it is then; nobody else brings back who has left.
STEPS: dict[str, dict[ListState, ListState]] = {
    "unsubscribe": {S.SUBSCRIBED: S.UNSUBSCRIBED, S.PENDING: S.UNSUBSCRIBED},
    "subscribe": {S.UNSUBSCRIBED: S.SUBSCRIBED, S.CLEANED: S.SUBSCRIBED, S.ARCHIVED: S.SUBSCRIBED},
    "cleaned": {S.SUBSCRIBED: S.CLEANED},
    "profile": {},
}
EVENTS = st.lists(st.sampled_from(sorted(STEPS)), min_size=1, max_size=6)


class InMemory:
    """A list that says of everybody what it was last told to say."""

    name = "Mailchimp"

    def __init__(self) -> None:
        self.states: dict[str, ListState] = {}

    def read(self, address: str) -> Entry | None:
        """What it says."""
        return Entry(self.states[address]) if address in self.states else None


def _happen(home, email, event):
    home.states[email] = STEPS[event].get(home.states[email], home.states[email])


def _hint(site, who, event):
    with site.inside(), db.reading():
        known = hearing.known([who])
    with site.inside(), db.writing():
        if not hearing.believe(event, known, clock.now()):
            hearing.note(known, clock.now())


def _look(site, home: Any, once=False):
    with site.inside():
        while hearing.look_again(home) and not once:
            pass


def _new(site, home, emails):
    agree(site, *emails)
    home.states |= dict.fromkeys(emails, S.SUBSCRIBED)
    with site.inside(), db.writing() as session:
        told = update(Supporter).where(Supporter.email.in_(emails))
        session.execute(told.values(due_since=None, list_state=S.SUBSCRIBED))


def _record(site, email) -> Any:
    columns = (Supporter.subscribed, Supporter.list_state, Supporter.due_since, Supporter.list_stuck_at)
    [found] = site.rows(select(*columns).where(Supporter.email == email))
    return (found[0], found[1], found[2] is not None, found[3] is not None)


def _differ(site, events, seed, number):
    """One life twice: told in order and at once, and told 1 to 5 times, shuffled, while we look but now and then."""
    random, home = Random(seed), InMemory()
    neat, messy = f"neat{number}@example.org", f"messy{number}@example.org"
    _new(site, home, [neat, messy])
    late = []
    for event in events:
        _happen(home, neat, event)
        _hint(site, neat, event)
        _look(site, home)
        _happen(home, messy, event)
        late += [event] * random.randint(1, 5)
        if random.random() < 0.3:
            random.shuffle(late)
            while late and random.random() < 0.5:
                _hint(site, messy, late.pop())
            _look(site, home)
    random.shuffle(late)
    for event in [*late, random.choice(events)]:  # of one the first delivery is the last
        _hint(site, messy, event)
        if random.random() < 0.2:
            _look(site, home)
    _look(site, home)
    return _final(_record(site, neat)) != _final(_record(site, messy)), _record(site, messy), home.states[messy]


def _final(record):
    """What counts in the end: not whether the list is told once more what it says already. Of one who bounced, and is
    written to by nobody, only that: a no that was heard may have
    been taken back, before that, without our hearing of it; and then it stands here."""
    subscribed, state, _due, stuck = record
    return (subscribed, state, stuck) if state in (S.SUBSCRIBED, S.UNSUBSCRIBED) else state


@on_sqlite
@pytest.mark.gate("R9", quick=12, full=1000)
def test_repeated_shuffled_and_late_deliveries_end_as_those_in_order_do(noon, make_site, chimp, size):
    site, numbers = at_mailchimp(make_site, chimp), iter(range(10_000))

    @settings(max_examples=size, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(EVENTS, st.integers(0, 2**32))
    def sequences(events, seed):
        differ, record, there = _differ(site, events, seed, next(numbers))
        assert not differ, (events, seed)
        assert record[1] == there
        assert there is S.CLEANED or record[0] == (there is S.SUBSCRIBED), "nobody is subscribed against their word"

    sequences()


@on_sqlite
def test_if_deliveries_were_believed_their_order_would_count(noon, make_site, chimp):
    """The negative control."""
    site = at_mailchimp(make_site, chimp, switches=Switches(look_up_first=False))
    lives = [(["unsubscribe", "subscribe", "unsubscribe"], seed) for seed in range(12)]
    assert any(_differ(site, events, seed, seed)[0] for events, seed in lives), "the control did not notice"


def test_many_deliveries_and_workers_at_once_are_one_hint_and_end_well(noon, make_site, chimp):
    """On both databases: a person is locked before their hint, so that two deliveries never make two."""
    site, home = at_mailchimp(make_site, chimp), cast(Any, InMemory())
    _new(site, home, ["anna@example.org", "bela@example.org"])
    set_up(site, chimp)
    home.states["anna@example.org"] = S.UNSUBSCRIBED
    bodies = [told(f"{name}@example.org", x=str(number)) for number in range(6) for name in ("anna", "bela")]
    with ThreadPoolExecutor(8) as hands:
        assert set(hands.map(lambda body: post(site, chimp, body), bodies)) == {200}
    assert sorted(site.rows(select(ListHint.supporter_id, ListHint.version > 0))) == [(1, True), (2, True)]
    with ThreadPoolExecutor(4) as hands:
        list(hands.map(lambda _: _look(site, home), range(4)))
    assert site.rows(select(ListHint.supporter_id)) == []
    assert [_record(site, f"{name}@example.org")[0] for name in ("anna", "bela")] == [False, True]
    assert site.rows(select(func.count(Consent.id)).where(Consent.given.is_(False))) == [(1,)]


def test_two_hints_at_once_and_one_during_the_look_lose_nothing(noon, make_site, chimp):
    site, home = at_mailchimp(make_site, chimp), cast(Any, InMemory())
    _new(site, home, ["anna@example.org"])
    _hint(site, "anna@example.org", "profile")
    read = home.read

    def slowly(address):
        entry = read(address)
        if home.states[address] is S.SUBSCRIBED:  # and while the answer is on its way, they leave
            home.states[address] = S.UNSUBSCRIBED
            _hint(site, address, "unsubscribe")
        return entry

    home.read = slowly
    _look(site, home, once=True)
    assert _record(site, "anna@example.org")[:2] == (True, "subscribed")
    _look(site, home)
    assert _record(site, "anna@example.org")[:2] == (False, "unsubscribed")


@on_sqlite
def test_what_was_asked_before_something_newer_was_heard_counts_no_more(noon, make_site, chimp, later):
    site, home = at_mailchimp(make_site, chimp), InMemory()
    _new(site, home, ["anna@example.org"])
    asked_at = clock.now()
    later(seconds=1)
    with site.inside(), db.writing():
        learning.learn(1, S.UNSUBSCRIBED, clock.now(), clock.now())
    with site.inside(), db.writing(), pytest.raises(learning.InHand):
        learning.learn(1, S.SUBSCRIBED, asked_at, clock.now())
    assert _record(site, "anna@example.org")[:2] == (False, "unsubscribed")

"""Whatever happens at both ends and between, in the end they agree, and nobody is on the list against their word."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaign.mailing.hosted import AtMailchimp
from tests.house.everything import on_sqlite
from tests.mailing.conftest import hosted
from tests.mailing.hooked import at_mailchimp, set_up
from tests.mailing.lives import DEEDS, Copy, lived

pytestmark = on_sqlite
OFTEN = ["says_yes", "says_no", "worker_runs", "worker_runs", "leaves_there"]
HISTORIES = st.lists(
    st.tuples(st.sampled_from([*DEEDS, *OFTEN]), st.integers(0, 1), st.integers(0, 23)), min_size=4, max_size=24
)


@pytest.fixture
def begin(noon, make_site, chimp, later):
    """A life at a site that is set up; each begins anew."""
    site = at_mailchimp(make_site, chimp)
    set_up(site, chimp)
    chimp.contract = None  # other tests hold every kind of call to it
    pristine = Copy(site)
    return lambda: lived(site, chimp, later, pristine)


def _live(life, history):
    for deed, whom, draw in history:
        getattr(life, deed)(life.people[whom], draw)
        life.later(seconds=1)  # no two acts are at one moment
    life.grows_quiet()
    return list(life.wrong())


@pytest.mark.gate("histories", quick=15, full=1000)
def test_random_histories_end_in_agreement(begin, size):
    @settings(max_examples=size, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(HISTORIES)
    def histories(history):
        with begin() as life:
            assert _live(life, history) == []

    histories()


def test_who_comes_back_before_the_list_has_deleted_them_is_not_deleted(begin, chimp):
    with begin() as life:
        assert _live(life, [(deed, 0, 0) for deed in ("says_yes", "worker_runs", "is_erased", "says_yes")]) == []
        assert [one.status for one in chimp.members.known.values()] == ["subscribed"]


AGAINST = [("says_yes", 0, 0), ("worker_runs", 0, 0), ("leaves_there", 0, 0), ("says_yes", 0, 0), ("worker_runs", 0, 0)]


class WithStatus(AtMailchimp):
    """Says what the person's status is, instead of what a newcomer's should be."""

    if_new = "status"


def test_with_status_instead_of_status_if_new_they_would_not(begin, chimp):
    """The negative control."""
    with begin() as life:
        assert _live(life, AGAINST) == []
    with begin() as life:
        life.chimp.members.lenient = True
        life.home = WithStatus(hosted(chimp).client, hosted(chimp).audience, asks=False)
        life.says_yes(life.people[0], 0)
        life.worker_runs(life.people[0], 0)
        life.leaves_there(life.people[0], 0)
        next(iter(chimp.members.known.values())).unsubscribed_by = "api"
        life.speaks(life.people[0], 1)
        life.worker_runs(life.people[0], 0)
        assert any("against" in one or "brought back" in one for one in life.wrong()), "the control noticed nothing"


@pytest.mark.parametrize("ending", ["says_no", "is_erased", "moves"])
def test_what_was_said_after_a_backup_and_a_move_holds_when_it_comes_back(begin, ending):
    before = [
        ("says_yes", 0, 0),
        ("worker_runs", 0, 0),
        ("backup_is_made", 0, 0),
        ("moves", 0, 1),
        ("worker_runs", 0, 0),
    ]
    with begin() as life:
        assert _live(life, [*before, (ending, 0, 1), ("worker_runs", 0, 0), ("backup_comes_back", 0, 0)]) == []

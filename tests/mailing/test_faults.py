"""A list that is away, slow or strange: the visitor notices nothing, the intention stays, and it is done once."""

import pytest

from campaign import clock
from campaign.mailing import rules, service
from campaign.mailing.builtin import BuiltIn
from campaign.mailing.fake.members import key_of
from campaign.mailing.fake.moods import MOODS
from tests.house.everything import on_sqlite
from tests.mailing.acts import ANNA, BELA, agree, contact, crowd, due, leave, many_agree, row, statuses, sync
from tests.mailing.conftest import HASTY, PATIENT, hosted
from tests.pledges.acts import signed
from tests.processes import free_port

pytestmark = on_sqlite
SLOW = ("hang", "drip", "after: hang", "after: drip")
LOST = ["hang", "drip", "cut short", "reset", "500", "502 html", "200 empty", "200 html", "200 nonsense", "429 bare"]
FAULTS = [*(mood for mood in MOODS if mood != "unknown person"), *(f"after: {mood}" for mood in LOST)]


@pytest.fixture
def at_mailchimp(chimp):
    return hosted(chimp)


def _meet(site, chimp, *moods):
    """Tell the list while it behaves like this."""
    chimp.moods = list(moods)
    patience = HASTY if set(moods) & set(SLOW) else PATIENT
    sync(site, hosted(chimp, patience=patience))
    assert chimp.moods == []


def _well_again(site, home, later):
    """Time passes; the sweep runs every minute."""
    for _ in range(8):
        later(minutes=4)
        sync(site, home)
        if not due(site):
            return
        later(hours=1)


@pytest.mark.parametrize("people", [1, 3])
def test_a_yes_outlasts_every_fault_and_is_told_once(listed, chimp, at_mailchimp, later, people):
    for fault in FAULTS:
        names = crowd(people, fault.replace(" ", "-").replace(":", ""))
        agree(listed, *names)
        _meet(listed, chimp, fault)
        assert due(listed) == set(names) and contact(listed).trouble, fault
        _well_again(listed, at_mailchimp, later)
        assert due(listed) == set() and contact(listed).trouble == "" == row(listed, names[0]).list_trouble, fault
        assert all(chimp.members.known[key_of(one)].history == ["subscribed"] for one in names), fault


def test_a_no_outlasts_every_fault(listed, chimp, at_mailchimp, later):
    names = crowd(len(FAULTS))
    agree(listed, *names)
    sync(listed, at_mailchimp)
    for fault, name in zip(FAULTS, names, strict=True):
        leave(listed, name)
        _meet(listed, chimp, fault)
        assert due(listed) == {name} and contact(listed).trouble, fault
        _well_again(listed, at_mailchimp, later)
        assert due(listed) == set() and row(listed, name).list_trouble == "", fault
    assert set(statuses(chimp.members.known.values()).values()) == {"unsubscribed"}


def test_a_fresh_yes_outlasts_every_fault_and_asks_once(listed, chimp, at_mailchimp, later):
    faults = [one for one in FAULTS if one != "redirect"]  # that reads as a PATCH without effect, and is stuck
    names = crowd(len(faults))
    for act in (agree, leave):
        act(listed, *names)
        while due(listed):
            sync(listed, at_mailchimp)
    for fault, name in zip(faults, names, strict=True):
        agree(listed, name)
        _meet(listed, chimp, "", fault)  # it is looked at first, and then asked
        _well_again(listed, at_mailchimp, later)
        assert due(listed) == set(), fault
        assert (chimp.members.known[key_of(name)].status, chimp.members.known[key_of(name)].letters) == ("pending", 1)


def test_somebody_who_clicked_meanwhile_is_not_asked_again(listed, chimp, at_mailchimp, later):
    agree(listed, ANNA)
    sync(listed, at_mailchimp)
    leave(listed, ANNA)
    sync(listed, at_mailchimp)
    agree(listed, ANNA)
    _meet(listed, chimp, "", "after: hang")
    chimp.members.click(ANNA)
    _well_again(listed, at_mailchimp, later)
    assert statuses(chimp.members.known.values()) == {ANNA: "subscribed"} and row(listed).list_state == "subscribed"


def test_after_a_lost_answer_we_look_before_we_write(listed, chimp, at_mailchimp, later):
    agree(listed, ANNA, BELA)
    _meet(listed, chimp, "after: hang")
    asked = len(chimp.calls)
    later(hours=1)
    sync(listed, at_mailchimp)
    assert [(one.method, one.path.rpartition("/")[2]) for one in chimp.calls[asked:]] == [("GET", "members")]
    assert due(listed) == set()


def test_while_a_lost_call_may_still_run_nobody_touches_its_people(listed, chimp, at_mailchimp, later):
    agree(listed, ANNA)
    _meet(listed, chimp, "hang")
    leave(listed, ANNA)
    asked = len(chimp.calls)
    later(minutes=2)
    with listed.inside():
        service.try_now()
    assert sync(listed, at_mailchimp) == 0 and len(chimp.calls) == asked
    later(minutes=3)
    sync(listed, at_mailchimp)
    assert due(listed) == set() and not chimp.members.known


def test_a_failing_list_is_left_alone_for_a_while_and_longer_each_time(listed, chimp, at_mailchimp, later):
    agree(listed, ANNA)
    chimp.always = "429 bare"
    pauses = []
    for _ in range(7):
        sync(listed, at_mailchimp, times=3)
        pauses.append((contact(listed).paused_until - clock.now()).total_seconds())
        later(hours=2)
    assert contact(listed).failures == 7 and max(pauses) <= 900 and min(pauses) >= 1
    assert len(set(pauses)) > 3, "the pauses are not spread"


def test_while_it_is_left_alone_nobody_locks_what_is_known_of_it(listed, chimp, at_mailchimp, monkeypatch):
    agree(listed, ANNA)
    chimp.always = "503"
    sync(listed, at_mailchimp)
    assert contact(listed).paused_until > clock.now()
    monkeypatch.delattr(service, "_contact")
    assert sync(listed, at_mailchimp, times=2) == 0 and due(listed) == {ANNA}


def test_the_second_batch_does_not_run_into_the_same_wall(listed, chimp, at_mailchimp):
    many_agree(listed, *crowd(1001))
    chimp.always = "503"
    reached = []

    def note(step, call) -> bool:
        reached.append((step, call.method))
        return False

    chimp.reached = note
    sync(listed, at_mailchimp)
    assert reached == [("asked", "POST")]


def test_after_a_failure_a_few_are_tried_first_and_then_all_the_others_at_once(listed, chimp, at_mailchimp, later):
    many_agree(listed, *crowd(1001))
    told = []

    def note(step, call) -> bool:
        if (step, call.method) == ("asked", "POST"):
            told.append(len(call.body["members"]))
        return False

    chimp.reached = note
    for chimp.always in ("503", ""):
        sync(listed, at_mailchimp)
        later(hours=2)
    assert told[:2] == [rules.A_BATCH, rules.A_FEW], "of a list that may still be broken little is asked"
    assert sum(told[1:]) == 1001 and len(told) == 4 and due(listed) == set()


def test_while_the_list_is_away_a_visitor_notices_nothing_and_staff_read_it(make_site, noon, later, staff_of):
    port = free_port()
    settings = {"mailchimp_key": "0123-us1", "mailchimp_audience": "a6b5da1054"}
    site = make_site(**settings, mailchimp_host=f"http://127.0.0.1:{port}")
    visitor = site.visitor()
    signed(site, visitor, later, newsletter="y")
    site.work()
    assert due(site) == {ANNA}
    page = staff_of(site).get("/staff/list")
    assert "Mailchimp cannot be reached" in page.text and "Waiting 1" in page.text


def test_somebody_may_try_at_once(listed, chimp, at_mailchimp):
    agree(listed, ANNA)
    chimp.moods = ["429"]
    sync(listed, at_mailchimp)
    assert sync(listed, at_mailchimp) == 0
    with listed.inside():
        assert service.sync(at_mailchimp, at_once=True) == 1


def test_a_wrong_audience_never_looks_like_somebody_who_is_gone(listed, chimp, at_mailchimp, later):
    agree(listed, ANNA)
    sync(listed, at_mailchimp)
    leave(listed, ANNA)
    chimp.members.audience = "another"
    sync(listed, at_mailchimp)
    assert due(listed) == {ANNA} and "no such audience" in contact(listed).trouble
    chimp.members.audience = at_mailchimp.audience
    _well_again(listed, at_mailchimp, later)
    assert statuses(chimp.members.known.values()) == {ANNA: "unsubscribed"}


def test_our_own_mistake_leaves_the_intention_too(listed, later):
    class Broken(BuiltIn):
        def bring_up_to_date(self, people):
            raise ZeroDivisionError

    agree(listed, ANNA)
    listed.app.testing = False
    assert sync(listed, Broken()) == 0
    assert due(listed) == {ANNA} and "ZeroDivisionError" in contact(listed).trouble

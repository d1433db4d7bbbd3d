"""After a restore the list is held, until all of it has been read: then every no that stands there is a no here."""

import pytest
from sqlalchemy import select

from campaign import clock, db
from campaign.errors import Stopped
from campaign.mailing import comparing, service
from campaign.mailing.audience import ListState
from campaign.mailing.builtin import BuiltIn
from campaign.mailing.hosted import AtMailchimp
from campaign.mailing.mailchimp import Mailchimp
from campaign.supporters.models import Consent
from tests.mailing.acts import ANNA, BELA, agree, contact, crowd, due, leave, many_agree, row, statuses, sync
from tests.mailing.conftest import hosted


@pytest.fixture
def held(listed, home):
    """Anna and Bela are on the list, and these records were restored from a backup."""
    agree(listed, ANNA, BELA)
    sync(listed, home.audience)
    _hold(listed)
    return listed


def _hold(site):
    with site.inside(), db.writing():
        service.hold(clock.now())


def _compare(site, home):
    """Mend what differs, with the word of somebody who has seen how much that is."""
    with site.inside():
        return comparing.compare(home, repair=True, agreed=comparing.compare(home).removals)


def _is_held(site):
    with site.inside(), db.reading():
        return service.is_held()


def test_while_it_is_held_nobody_is_told_anything(held, home):
    agree(held, "carla@example.org")
    leave(held, ANNA)
    assert sync(held, home.audience) == 0 and due(held) == {"carla@example.org", ANNA}
    with held.inside():
        assert service.sync(home.audience, at_once=True) == 0
    assert home.entry(held, ANNA).state == "subscribed"


def test_who_left_at_the_list_has_left_here(held, home):
    home.leave_there(BELA)
    found = _compare(held, home.audience)
    assert (found.there, found.left, found.only_here, found.only_there) == (2, 1, 0, 0)
    assert not row(held, BELA).subscribed and row(held, ANNA).subscribed
    assert not _is_held(held) and due(held) == set()
    assert held.rows(select(Consent.words).where(Consent.given.is_(False))) == [(service.LEFT_THERE,)]


def test_who_left_here_leaves_the_list(held, home):
    leave(held, ANNA)
    assert _compare(held, home.audience).to_tell == 1
    assert sync(held, home.audience) == 1 and home.entry(held, ANNA).state == "unsubscribed"


def test_who_had_left_left_and_said_yes_anew_in_the_backup_stays_gone(held, home):
    home.leave_there(ANNA)
    _compare(held, home.audience)
    agree(held, ANNA)  # the backup knows of this yes; what came after it nobody knows
    _hold(held)
    assert _compare(held, home.audience).left == 1
    sync(held, home.audience)
    assert home.entry(held, ANNA).state == "unsubscribed" and not row(held).subscribed


def test_people_known_there_alone_are_left_alone_and_who_vanished_there_is_put_aside(listed, chimp):
    at_mailchimp = hosted(chimp)
    agree(listed, ANNA)
    sync(listed, at_mailchimp)
    chimp.members.put("", {"email_address": "stranger@example.org", "status": "subscribed"})
    del chimp.members.known[next(iter(chimp.members.known))]
    found = _compare(listed, at_mailchimp)
    assert (found.gone, found.only_there, found.only_here) == (1, 1, 0)
    assert row(listed).subscribed and row(listed).list_stuck_at and "address was changed" in row(listed).list_trouble
    assert sync(listed, at_mailchimp) == 0 and list(statuses(chimp.members.known.values())) == ["stranger@example.org"]


@pytest.mark.parametrize("mood", ["503", "429", "timeout"])
def test_when_the_list_cannot_be_read_it_stays_held(listed, chimp, mood):
    _hold(listed)
    chimp.moods = [mood] * 5
    with pytest.raises(Stopped, match="stays as it is"):
        _compare(listed, hosted(chimp))
    assert _is_held(listed)


def test_more_than_a_page_is_read_to_the_end(listed, chimp):
    people = crowd(2100)
    many_agree(listed, *people)
    at_mailchimp = hosted(chimp)
    sync(listed, at_mailchimp)
    assert len(statuses(chimp.members.known.values())) == 2100
    last = chimp.members.known[list(chimp.members.known)[-1]]
    chimp.members.unsubscribe(last.email)
    _hold(listed)
    assert _compare(listed, at_mailchimp).left == 1 and not row(listed, last.email).subscribed


class Restless(Mailchimp):
    """Mailchimp's client, at which somebody leaves the list for good between two pages, so often."""

    def __init__(self, often):
        self.often, self.people = often, [f"p{n}@example.org" for n in range(1500)]

    def members(self, audience, fields, offset):
        page = [{"email_address": one, "status": "subscribed"} for one in self.people[offset : offset + 1000]]
        answer = {"members": page, "total_items": len(self.people)}
        if offset == 0 and self.often:
            self.often -= 1
            self.people.pop(0)  # everybody after them moves up, so the next page would miss somebody
        return answer


def test_a_list_that_changes_between_two_pages_is_read_again(listed):
    assert _compare(listed, AtMailchimp(Restless(2), "audience")).there == 1498


def test_a_list_that_never_keeps_still_is_not_read_in_part(listed):
    _hold(listed)
    with pytest.raises(Stopped, match="changed while"):
        _compare(listed, AtMailchimp(Restless(9), "audience"))
    assert _is_held(listed)


def test_another_list_than_before_is_not_compared(listed, chimp):
    agree(listed, ANNA)
    sync(listed, hosted(chimp))
    _hold(listed)
    with pytest.raises(Stopped, match="another list"):
        _compare(listed, BuiltIn())
    assert _is_held(listed) and contact(listed).trouble == ""


def test_staff_see_that_it_is_held(listed, staff_of):
    _hold(listed)
    assert "campaign sync check" in staff_of(listed).get("/staff/list").text
    _compare(listed, BuiltIn())
    assert "campaign sync check" not in staff_of(listed).get("/staff/list").text


def test_states_are_taken_over(held, home):
    with held.inside():
        assert home.audience.everybody() == {ANNA: ListState.SUBSCRIBED, BELA: ListState.SUBSCRIBED}

"""After a restore the list is held, until all of it has been read: then every no that stands there is a no here."""

import pytest
from click.testing import CliRunner
from sqlalchemy import delete, func, select, update

from campaign import clock, db
from campaign.app import Switches
from campaign.errors import Stopped
from campaign.mailing import commands, comparing, service
from campaign.mailing.audience import ListState
from campaign.mailing.builtin import BuiltIn
from campaign.mailing.fake.members import key_of
from campaign.mailing.hosted import AtMailchimp
from campaign.mailing.mailchimp import Mailchimp
from campaign.staff.audit import AuditRow
from campaign.supporters import ledger
from campaign.supporters import service as supporters
from campaign.supporters.models import Consent, Supporter
from tests.house.everything import contents, on_sqlite
from tests.mailing.acts import ANNA, BELA, agree, contact, crowd, due, leave, many_agree, row, statuses, sync
from tests.mailing.conftest import hosted
from tests.mailing.hooked import at_mailchimp


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


@on_sqlite
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


@on_sqlite
def test_who_left_here_leaves_the_list(held, home):
    leave(held, ANNA)
    assert _compare(held, home.audience).to_tell == 1
    assert sync(held, home.audience) == 1 and home.entry(held, ANNA).state == "unsubscribed"


@on_sqlite
def test_who_had_left_left_and_said_yes_anew_in_the_backup_stays_gone(held, home):
    home.leave_there(ANNA)
    _compare(held, home.audience)
    agree(held, ANNA)  # the backup knows of this yes; what came after it nobody knows
    _hold(held)
    assert _compare(held, home.audience).left == 1
    sync(held, home.audience)
    assert home.entry(held, ANNA).state == "unsubscribed" and not row(held).subscribed


@on_sqlite
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


@on_sqlite
@pytest.mark.parametrize("mood", ["503", "429", "timeout"])
def test_when_the_list_cannot_be_read_it_stays_held(listed, chimp, mood):
    _hold(listed)
    chimp.moods = [mood] * 5
    with pytest.raises(Stopped, match="stays as it is"):
        _compare(listed, hosted(chimp))
    assert _is_held(listed)


@on_sqlite
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


@on_sqlite
def test_a_list_that_changes_between_two_pages_is_read_again(listed):
    assert _compare(listed, AtMailchimp(Restless(2), "audience")).there == 1498


@on_sqlite
def test_a_list_that_never_keeps_still_is_not_read_in_part(listed):
    _hold(listed)
    with pytest.raises(Stopped, match="changed while"):
        _compare(listed, AtMailchimp(Restless(9), "audience"))
    assert _is_held(listed)


@on_sqlite
def test_another_list_than_before_is_not_compared(listed, chimp):
    agree(listed, ANNA)
    sync(listed, hosted(chimp))
    _hold(listed)
    with pytest.raises(Stopped, match="another list"):
        _compare(listed, BuiltIn())
    assert _is_held(listed) and contact(listed).trouble == ""


@on_sqlite
def test_staff_see_that_it_is_held(listed, staff_of):
    _hold(listed)
    assert "campaign sync check" in staff_of(listed).get("/staff/list").text
    _compare(listed, BuiltIn())
    assert "campaign sync check" not in staff_of(listed).get("/staff/list").text


# ---------------------------------------------------------------- looking, mending, and stopping


def _many_on_the_list(site, chimp, number=100):
    people = crowd(number)
    many_agree(site, *people)
    sync(site, hosted(chimp))
    return people


def _run(site, *words):
    return CliRunner().invoke(commands.sync, ["check", *words], obj=lambda: site.app)


@pytest.fixture
def hosted_site(noon, make_site, chimp):
    return at_mailchimp(make_site, chimp)


@on_sqlite
def test_looking_changes_nothing_and_says_what_differs_and_why(hosted_site, chimp):
    people = _many_on_the_list(hosted_site, chimp)
    leave(hosted_site, people[0])
    chimp.members.unsubscribe(people[1])
    chimp.members.bounce(people[2])
    chimp.members.put("", {"email_address": "stranger@example.org", "status": "subscribed"})
    _hold(hosted_site)
    before = contents(hosted_site)
    said = _run(hosted_site).output
    for words in (
        "The list knows 101 people; all of them were read. 99 want the news here.",
        "1 left at the list, and here they still want the news: here they have left, too by --repair.",
        "1 left here, and the list still has them: the list is told by --repair.",
        "1 want the news, and the list does not write to them",
        "1 are known there alone",
        "Nothing was changed.",
    ):
        assert words in said
    assert contents(hosted_site) == before and _is_held(hosted_site)


@on_sqlite
def test_mending_makes_both_say_the_same(hosted_site, chimp):
    people = _many_on_the_list(hosted_site, chimp)
    chimp.members.unsubscribe(people[0])
    said = _run(hosted_site, "--repair")
    assert said.exit_code == 0 and "here they have left, too." in said.output
    assert not row(hosted_site, people[0]).subscribed and "Both say the same." in _run(hosted_site).output


@on_sqlite
@pytest.mark.parametrize("kind", ["left there", "left here", "vanished there"])
def test_more_than_two_in_a_hundred_stop_and_ask(hosted_site, chimp, kind):
    people = _many_on_the_list(hosted_site, chimp)
    for one in people[:3]:
        if kind == "left there":
            chimp.members.unsubscribe(one)
        elif kind == "vanished there":
            del chimp.members.known[key_of(one)]
        else:
            leave(hosted_site, one)
    before, there = contents(hosted_site), statuses(chimp.members.known.values())
    for words in (["--repair"], ["--repair", "--yes-remove", "2"], ["--repair", "--yes-remove", "4"]):
        said = _run(hosted_site, *words)
        assert isinstance(said.exception, Stopped) and "--yes-remove 3" in str(said.exception)
    assert contents(hosted_site) == before and statuses(chimp.members.known.values()) == there
    assert _run(hosted_site, "--repair", "--yes-remove", "3").exit_code == 0
    assert contents(hosted_site) != before


@on_sqlite
def test_without_the_threshold_a_list_that_lost_its_people_would_put_everybody_aside(noon, make_site, chimp):
    """The negative control."""
    site = at_mailchimp(make_site, chimp, switches=Switches(few_removals=False))
    _many_on_the_list(site, chimp)
    chimp.members.known.clear()
    assert _run(site, "--repair").exit_code == 0
    aside = site.rows(select(func.count()).where(Supporter.list_stuck_at.is_not(None)))
    assert aside == site.rows(select(func.count()).select_from(Supporter)), "the control put nobody aside"


@on_sqlite
def test_two_in_a_hundred_are_mended_without_a_word(hosted_site, chimp):
    people = _many_on_the_list(hosted_site, chimp)
    for one in people[:2]:
        chimp.members.unsubscribe(one)
    assert _run(hosted_site, "--repair").exit_code == 0


@on_sqlite
def test_without_the_threshold_a_list_that_was_emptied_by_mistake_would_put_everybody_aside(hosted_site, chimp):
    """The negative control, and what it guards."""
    _many_on_the_list(hosted_site, chimp, 20)
    chimp.members.known.clear()
    said = _run(hosted_site, "--repair")
    assert isinstance(said.exception, Stopped) and "20 people would be removed" in str(said.exception)
    with hosted_site.inside():
        found = comparing.compare(repair=True, agreed=20)
    assert found.gone == 20 and found.left == 0
    assert hosted_site.rows(select(Supporter.subscribed).distinct()) == [(True,)], "and even then nobody has left"


@on_sqlite
def test_who_never_reached_the_list_is_told_and_who_came_by_another_door_is_left_alone(hosted_site, chimp):
    agree(hosted_site, ANNA)
    with hosted_site.inside(), db.writing() as session:
        session.execute(update(Supporter).values(due_since=None))  # a restore had forgotten it, say
        supporters.find_or_add(BELA, BELA, "en", clock.now())
    chimp.members.put("", {"email_address": BELA, "status": "subscribed"})
    assert (
        "1 want the news, and the list was never told of them: the list is told."
        in _run(hosted_site, "--repair").output
    )
    sync(hosted_site, hosted(chimp))
    assert set(statuses(chimp.members.known.values()).items()) == {(ANNA, "subscribed"), (BELA, "subscribed")}


@on_sqlite
def test_who_left_or_was_erased_and_has_no_record_any_more_does_not_stay_there(hosted_site, chimp):
    people = _many_on_the_list(hosted_site, chimp)
    leave(hosted_site, people[0])
    with hosted_site.inside(), db.writing() as session:
        ledger.note(people[1], ledger.What.ERASED, clock.now())
        session.execute(delete(Supporter).where(Supporter.email.in_(people[:2])))  # the backup was older than they
    said = _run(hosted_site, "--repair")
    assert "2 left or erased themselves here, and the list still has them" in said.output
    hosted_site.work("delete-from-list")
    there = statuses(chimp.members.known.values())
    assert there[people[0]] == "unsubscribed" and people[1] not in there and len(there) == 99


@on_sqlite
def test_a_comparison_that_mended_is_in_the_trail(hosted_site, chimp):
    _run(hosted_site, "--repair")
    assert ("list.mended",) in hosted_site.rows(select(AuditRow.act))


@on_sqlite
def test_states_are_taken_over(held, home):
    with held.inside():
        assert home.audience.everybody() == {ANNA: ListState.SUBSCRIBED, BELA: ListState.SUBSCRIBED}

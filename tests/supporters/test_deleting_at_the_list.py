"""Somebody who was erased is deleted at Mailchimp for good, however long it takes; then nothing is left of how."""

import pytest
from sqlalchemy import select

from campaign import clock, db
from campaign.mailing import deletions
from campaign.mailing.builtin import BuiltIn
from campaign.mailing.fake.account import AUDIENCE, KEY
from campaign.mailing.models import ListDeletion
from campaign.supporters import erasure
from tests.house.everything import on_sqlite
from tests.mailing.acts import ANNA, agree, leave, sync
from tests.mailing.conftest import HASTY, PATIENT, hosted
from tests.mailing.test_faults import FAULTS, SLOW

pytestmark = on_sqlite
OWED = select(ListDeletion.sealed, ListDeletion.trouble)


@pytest.fixture
def there(listed, chimp):
    """Anna is on the list at Mailchimp."""
    agree(listed, ANNA)
    sync(listed, hosted(chimp))
    return listed


def _erase(site) -> None:
    with site.inside(), db.writing():
        assert erasure.erase(1, clock.now())


def _carry_out(site, home) -> int:
    with site.inside():
        return deletions.carry_out(home)


def test_the_audience_is_asked_to_delete_them_permanently(there, chimp):
    _erase(there)
    assert _carry_out(there, hosted(chimp)) == 1
    assert not chimp.members.known and chimp.members.forgotten
    [call] = [call for call in chimp.calls if call.path.endswith("/actions/delete-permanent")]
    assert call.method == "POST" and not any("anna" in one.path for one in chimp.calls)
    assert there.rows(OWED) == []


def test_until_then_the_address_lies_sealed(there, chimp):
    _erase(there)
    [(sealed, trouble)] = there.rows(OWED)
    assert "anna" not in sealed and trouble == ""


@pytest.mark.parametrize("fault", FAULTS)
def test_it_outlasts_every_fault(there, chimp, later, fault):
    _erase(there)
    chimp.moods = [fault]
    home = hosted(chimp, patience=HASTY if fault in SLOW else PATIENT)
    assert _carry_out(there, home) == 0
    [(_, trouble)] = there.rows(OWED)
    assert trouble and "anna" not in trouble
    for _ in range(8):
        later(hours=1)
        _carry_out(there, hosted(chimp))
    assert there.rows(OWED) == [] and not chimp.members.known
    if fault == "redirect":
        chimp.breaches.clear()  # the client follows one with a GET, which the contract does not know there


def test_somebody_whom_the_list_does_not_know_any_more_is_done(there, chimp):
    chimp.members.known.clear()
    _erase(there)
    assert _carry_out(there, hosted(chimp)) == 1 and there.rows(OWED) == []


def test_a_missing_audience_is_not_taken_for_a_missing_person(there, chimp):
    _erase(there)
    chimp.members.audience = "another"
    assert _carry_out(there, hosted(chimp)) == 0
    assert "no such audience" in there.rows(OWED)[0].trouble


def test_who_never_said_yes_or_no_is_no_matter_for_the_list(make_site, noon, chimp):
    from campaign.supporters import service as supporters

    site = make_site(seeded=False, mailchimp_key=KEY, mailchimp_audience=AUDIENCE, mailchimp_host=chimp.url)
    with site.inside(), db.writing():
        supporters.find_or_add(ANNA, ANNA, "en", clock.now())
    _erase(site)
    assert site.rows(OWED) == []


def test_who_left_is_deleted_there_too(there, chimp):
    leave(there, ANNA)
    sync(there, hosted(chimp))
    _erase(there)
    assert _carry_out(there, hosted(chimp)) == 1 and not chimp.members.known


def test_without_a_key_it_waits_and_staff_are_told(there, chimp, later, staff_of):
    _erase(there)
    there.work()
    assert there.rows(OWED)[0].trouble == deletions.NO_KEY
    page = staff_of(there).get("/staff/list")
    assert "Still to be deleted there 1" in page.text and "Give them its key once more" in page.text
    later(hours=2)
    assert _carry_out(there, hosted(chimp)) == 1
    assert "Still to be deleted" not in staff_of(there).get("/staff/list").text


def test_our_own_list_needs_nothing(listed):
    agree(listed, ANNA)
    sync(listed, BuiltIn())
    _erase(listed)
    assert listed.rows(OWED) == []

"""After a restore no partner has or does what somebody took back meanwhile, and whoever may have left is asked for."""

import pytest
from sqlalchemy import select

from campaign.partners.models import PartnerState
from campaign.supporters.models import Removal, Share
from tests.supporters.acts import erase, own_page
from tests.supporters.giving import BOTH, give, group, in_force, state


@pytest.fixture
def one(kept, later):
    """A partner to whom Anna and Bela gave themselves; neither has been handed over yet."""
    found = group(kept)
    give(kept, later, found.form, **BOTH)
    give(kept, later, found.form, "bela@example.org", name="Bela Sample", **BOTH)
    return found


@pytest.mark.plain_sql
@pytest.mark.parametrize("replay", [True, False], ids=["with the ledger", "without it"])
def test_a_no_said_since_the_backup_is_said_again_and_the_partner_is_asked_to_delete(
    kept, elsewhere, back_up, later, one, replay
):
    file, visitor = back_up(), kept.visitor()
    refs = {row["email"]: row["ref"] for row in one.people()}  # taken away after the backup: the records forget it
    later(seconds=1)
    visitor.press(own_page(kept, visitor, later), "Take my address back")
    kept.work()
    elsewhere.bring(file, replay=replay)
    site = elsewhere.site()
    held = [(one.id, "delivery"), (one.id, "mailing"), (one.id, "mailing")]
    assert (in_force(site) == held) is replay  # without the ledger, the control, the partner would have her again
    asked = [row[0] for row in site.rows(select(Removal.ref))]
    assert asked == ([refs["anna@example.org"]] if replay else [])


def test_who_was_erased_since_the_backup_is_asked_for_by_the_reference_that_the_partner_has(
    kept, elsewhere, back_up, later, one
):
    file, visitor = back_up(), kept.visitor()
    refs = {row["email"]: row["ref"] for row in one.people()}
    later(seconds=1)
    erase(visitor, own_page(kept, visitor, later, "bela@example.org"))
    kept.work()
    elsewhere.bring(file)
    site = elsewhere.site()
    assert [row[0] for row in site.rows(select(Removal.ref))] == [refs["bela@example.org"]]
    assert len(site.rows(select(Share.id))) == 2


@pytest.mark.plain_sql
def test_the_consents_of_a_partner_that_ended_since_do_not_come_back(kept, elsewhere, back_up, later, one):
    file = back_up()
    later(seconds=1)
    state(kept, one, PartnerState.RETIRED)
    kept.work()
    elsewhere.bring(file)
    assert in_force(elsewhere.site()) == []


@pytest.mark.plain_sql
def test_who_said_yes_again_after_a_no_keeps_it(kept, elsewhere, back_up, later, one):
    visitor = kept.visitor()
    visitor.press(own_page(kept, visitor, later), "Take my address back")
    later(seconds=1)
    give(kept, later, one.form, name="Anna Again", delivery="y")
    kept.work()
    file = back_up()
    elsewhere.bring(file)
    assert (one.id, "delivery") in in_force(elsewhere.site())
    assert len(in_force(elsewhere.site())) == 4

"""Two records of one place become one: what named the other names the kept one, whoever else merges at that moment."""

import threading
from itertools import permutations

import pytest
from sqlalchemy import select

from campaign import clock, db
from campaign.app import Switches
from campaign.errors import Refused, Stale
from campaign.links import service as links
from campaign.links.models import Code
from campaign.places import service
from campaign.places.models import Place
from campaign.places.rules import Facts
from campaign.places.service import Alike
from tests.places.acts import added, names


@pytest.fixture
def twins(site):
    """One place twice; a code hangs at the second."""
    added(site, address="1 Sample Street", zip="90027", kind="temple", access="Ring")
    added(site, address="", zip="90027", area="Thai Town", access="Step-free", languages=("th",))
    with site.inside(), db.writing():
        links.make("/pledges/freedom", "en", "By the door", clock.now(), place_id=2)
    return site


def test_both_stand_side_by_side_and_nothing_is_done_before_pressing(twins, staff):
    page = staff.get("/staff/places/1/merge/2")
    for text in ("1 Sample Street", "Thai Town", "Ring", "Step-free", "By the door", "cannot be taken back"):
        assert text in page.text
    ticked = [box.attrs["value"] for box in page.all("table input") if "checked" in box.attrs]
    assert ticked == ["area", "languages"], "what the kept one does not say is taken over unless staff say otherwise"
    assert len(names(twins)) == 2


def test_the_kept_one_takes_over_what_was_chosen_and_what_hung_at_the_other(twins, staff):
    page = staff.get("/staff/places/2")
    assert page.link("Compare and merge with Sample Temple") == "/staff/places/2/merge/1"
    page = staff.get("/staff/places/1/merge/2")
    page = staff.press(page, "Merge them", taken=["access", "languages"])
    assert page.path == "/staff/places/1" and "By the door" in page.text
    said = select(Place.address, Place.area, Place.access, Place.languages).where(Place.id == 1)
    assert twins.rows(said) == [("1 Sample Street", "", "Step-free", " th ")]
    assert twins.rows(select(Code.place_id)) == [(1,)]
    assert names(twins) == ["Sample Temple"]


def test_the_address_of_the_other_leads_on_and_nothing_can_be_done_to_it(twins, staff):
    page = staff.get("/staff/places/2")
    staff.press(staff.get("/staff/places/1/merge/2"), "Merge them")
    for path in ("/staff/places/2", "/staff/places/2/merge/1", "/staff/places/1/merge/2"):
        assert staff.raw(path).status_code == 303, path
    assert staff.raw("/staff/places/2").location == "/staff/places/1"
    assert staff.press(page, "Save", kind="temple", access="Lost?").heading == "Sample Temple"
    assert twins.rows(select(Place.access).where(Place.id == 2)) == [("Step-free",)]
    assert "2/merge" not in staff.get("/staff/places/1").html


def test_three_become_one_and_no_address_leads_over_another(twins, staff):
    third = added(twins, zip="90027", address="1 Sample St")
    staff.press(staff.get("/staff/places/1/merge/2"), "Merge them")
    staff.press(staff.get(f"/staff/places/{third}/merge/1"), "Merge them")
    assert twins.rows(select(Place.merged_into_id).order_by(Place.id)) == [(third,), (third,), (None,)]
    assert twins.rows(select(Code.place_id)) == [(third,)]


def test_whoever_merges_what_somebody_changed_meanwhile_looks_again(twins, staff):
    page = staff.get("/staff/places/1/merge/2")
    staff.press(staff.get("/staff/places/2"), "Save", kind="temple", access="New door")
    late = staff.press(page, "Merge them")
    assert late.status == 409 and "Look at both once more" in late.text and "New door" in late.text
    assert len(names(twins)) == 2
    assert staff.press(late, "Merge them").path == "/staff/places/1"


@pytest.mark.parametrize("version", [None, "", "x", "9" * 30])
def test_a_form_without_the_versions_is_taken_for_an_old_one(twins, staff, version):
    page = staff.get("/staff/places/1/merge/2")
    assert staff.press(page, "Merge them", gone_version=version).status == 409
    assert len(names(twins)) == 2


def test_nothing_is_merged_with_itself_or_into_a_retired_one(twins, staff):
    assert staff.raw("/staff/places/1/merge/1").status_code == 303
    staff.press(staff.get("/staff/places/1"), "Retire it")
    refused = staff.press(staff.get("/staff/places/1/merge/2"), "Merge them")
    assert refused.status == 409 and "Bring it back first" in refused.text
    assert staff.press(staff.get("/staff/places/2/merge/1"), "Merge them").path == "/staff/places/2"


def test_the_other_one_is_looked_for_by_any_word(twins, staff):
    far = added(twins, "Temple of Samples", zip="90001")
    page = staff.get("/staff/places/1/merge")
    assert [a.attrs["href"] for a in page.all(".rows a")][1::2] == ["/staff/places/1/merge/2"]
    page = staff.get("/staff/places/1/merge?q=samples")
    assert f"/staff/places/1/merge/{far}" in page.html
    assert "No place fits" in staff.get("/staff/places/1/merge?q=nothing").text


def _at_once(site, *deeds):
    """Do all of this at the same moment, each in a transaction of its own; what did not refuse."""
    start, done = threading.Barrier(len(deeds)), []

    def do(number, deed):
        with site.inside():
            start.wait(30)
            try:
                with db.writing():
                    deed()
                done.append(number)
            except (Alike, Refused, Stale):
                pass

    threads = [threading.Thread(target=do, args=one) for one in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return done


def _merge(kept, gone):
    return lambda: service.merge(kept, gone, (), {kept: 1, gone: 1})


def _loops(site):
    """Merge two places into each other at once; how many did, and whether any place is left that leads nowhere else."""
    added(site, "One")
    added(site, "Two")
    done = _at_once(site, _merge(1, 2), _merge(2, 1))
    return len(done), len(names(site))


def test_of_two_who_merge_two_places_into_each_other_one_does(site):
    assert _loops(site) == (1, 1)


def test_without_the_turn_both_would_and_the_place_would_be_lost(make_site, noon):
    assert _loops(make_site(switches=Switches(places_in_turn=False))) == (2, 0)


def test_whoever_merges_three_places_in_every_way_at_once_loses_none_and_no_code(site):
    for name in ("One", "Two", "Three"):
        added(site, name)
    with site.inside(), db.writing():
        for place_id in (1, 2, 3):
            links.make("/pledges/freedom", "en", f"At {place_id}", clock.now(), place_id=place_id)
    hang = [lambda one=one: links.make("/pledges/freedom", "en", "New", clock.now(), place_id=one) for one in (1, 2, 3)]
    done = _at_once(site, *(_merge(*pair) for pair in permutations((1, 2, 3), 2)), *hang)
    assert {6, 7, 8} <= set(done)
    left = {row[0] for row in site.rows(select(Place.id).where(Place.merged_into_id.is_(None)))}
    led = site.rows(select(Place.merged_into_id).where(Place.merged_into_id.is_not(None)))
    assert len(left) in (1, 2) and {row[0] for row in led} <= left, (
        "a place is left, and all others lead straight to one"
    )
    assert {row[0] for row in site.rows(select(Code.place_id))} <= left


def _enter(at_once, site):
    facts = Facts("Sample Temple", zip="90027")
    return len(_at_once(site, *[lambda: service.add(facts, (), clock.now())] * at_once))


def test_of_ten_who_enter_a_place_at_the_same_moment_nine_are_shown_the_first(site):
    assert _enter(10, site) == 1 and names(site) == ["Sample Temple"]


def test_without_the_turn_it_would_be_there_ten_times(make_site, noon):
    site = make_site(switches=Switches(places_in_turn=False))
    assert _enter(10, site) == 10 == len(names(site))

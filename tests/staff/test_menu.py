"""Wherever somebody is behind the door, the menu shows in which group of pages that is."""

from campaign.app import BEHIND_THE_DOOR
from campaign.staff import menu

SIGNED_OUT = {"staff"}  # signing in and out


def test_every_page_behind_the_door_is_in_a_group():
    areas = {area.name for area in BEHIND_THE_DOOR} - SIGNED_OUT
    lost = {name for name in areas if not any(one.here for one in menu.menu(f"{name}.some", lambda _: True).groups)}
    assert lost == set()


def test_who_writes_a_newsletter_is_among_the_pages_of_mail():
    there = menu.menu("newsletter_desk_staff.words", lambda _: True)
    assert [one.label for one in there.groups if one.here] == ["Mail"]
    assert "Newsletters" in [one.label for one in there.pages]


def test_areas_beneath_others_are_there():
    assert {area.name for area in BEHIND_THE_DOOR} >= menu.BENEATH.keys()

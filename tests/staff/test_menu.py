"""Wherever somebody is behind the door, the menu shows in which group of pages that is."""

from campaign.app import BEHIND_THE_DOOR
from campaign.staff import menu
from campaign.staff.roles import Role
from tests.house.everything import on_sqlite
from tests.staff.acts import by_link

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


@on_sqlite
def test_who_meets_an_error_behind_the_door_keeps_the_menu_and_a_way_back(site, staff):
    viewer = by_link(site, "bela@example.org", Role.VIEWER)
    gone, shut = staff.get("/staff/events/77"), viewer.get("/staff/accounts")
    asked = staff.raw("/staff/events/77", method="PUT")
    assert (gone.status, shut.status, asked.status_code) == (404, 403, 405)
    for page in (gone, shut):
        assert page.all("body.staff nav ul a") and not page.all("aside.hotline")
        assert [one.attrs["href"] for one in page.all("main a")] == ["/staff/"]
    stranger = site.visitor().get("/nowhere")
    assert stranger.status == 404 and stranger.all("aside.hotline") and not stranger.all("body.staff")

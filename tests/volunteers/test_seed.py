"""The sample volunteers of a demonstration."""

from sqlalchemy import select

from campaign import clock, db
from campaign.supporters.models import Supporter
from campaign.volunteers import seed
from campaign.volunteers.models import Role, Volunteer
from tests.house.everything import on_sqlite
from tests.volunteers.acts import number_of


@on_sqlite
def test_samples_say_what_they_are_get_no_letter_and_come_once(site, staff):
    with site.inside(), db.writing():
        assert (seed.samples(clock.now()), seed.samples(clock.now())) == (8, 0)
    assert all(row[0].startswith("Sample Volunteer") for row in site.rows(select(Volunteer.name)))
    assert all(row[0].endswith(".invalid") for row in site.rows(select(Supporter.email)))
    assert site.letters() == [] and number_of(site, Role) == 6
    page = staff.get("/staff/volunteers?language=th")
    assert [one.to_text() for one in page.all("tbody th a")] == ["Sample Volunteer 4"]

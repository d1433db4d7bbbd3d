"""The sample shifts of a demonstration."""

from campaign import clock, db
from campaign.shifts import seed
from campaign.volunteers import keeping
from tests.house.everything import on_sqlite
from tests.shifts.acts import able, place
from tests.volunteers.acts import path_of


@on_sqlite
def test_samples_are_there_once_when_there_are_roles_and_a_place_and_nobody_is_written_to(site, visitor):
    with site.inside(), db.writing():
        assert seed.samples(clock.now()) == 0
        keeping.usual()
    place(site)
    mina = able(site)
    site.letters()
    with site.inside(), db.writing():
        assert (seed.samples(clock.now()), seed.samples(clock.now())) == (5, 0)
    assert site.letters() == []
    assert "Sample Coordinator" not in visitor.get(f"{path_of(site, mina)}/open").text

"""Two of the staff at the same moment: the second is told, or does nothing, and no page breaks."""

import threading

import pytest
from sqlalchemy import func, select

from campaign import clock, db
from campaign.errors import Refused
from campaign.newsletters import destinations, drafts, service
from campaign.newsletters.models import AllowedLink, EditionDraft, Newsletter
from campaign.newsletters.service import Facts
from tests.newsletters.acts import written


def _begin():
    service.begin(Facts("A sample", "january"), None, clock.now())


def _allow():
    destinations.allow(1, "https://other.example/", 1, clock.now())


def _look():
    drafts.be_here(1, "en", 1, clock.now())


@pytest.mark.parametrize(
    ("deed", "table", "refused"),
    [
        (_begin, Newsletter, 1),
        (_allow, AllowedLink, 0),
        (_look, EditionDraft, 0),
    ],
)
def test_the_second_comes_while_the_first_is_not_done(site, staff, deed, table, refused):
    written(site)
    with site.inside(), db.writing():
        service.change(1, Facts("A sample", "another"), 1, clock.now())
    first = threading.Event()
    errors: list[Exception] = []

    def act(*, ends: bool) -> None:
        try:
            with site.inside(), db.writing():
                deed()
                first.set()
                if ends:
                    other.join(0.3)  # it waits for us, or has failed by then
        except Exception as error:  # noqa: BLE001 (whatever it is, it is looked at below)
            errors.append(error)

    def follow() -> None:
        first.wait(10)
        act(ends=False)

    other = threading.Thread(target=follow)
    other.start()
    act(ends=True)
    other.join(10)
    assert [type(error) for error in errors] == [Refused] * refused
    expected = 2 if table is Newsletter else 1
    assert site.rows(select(func.count()).select_from(table)) == [(expected,)]

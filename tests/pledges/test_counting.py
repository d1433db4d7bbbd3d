"""The count is exact at rest, whoever rolls it up and whoever dies."""

import threading

import pytest
from sqlalchemy import select, update

from campaign import clock, db
from campaign.pledges import counting, service
from campaign.pledges.models import Pledge


def _confirm(site, first: int, last: int) -> None:
    with site.inside():
        for number in range(first, last):
            address = f"anna{number}@example.org"
            with db.writing():
                service.sign("freedom", service.Promise("Anna", address, address), "en", clock.now())
            with db.writing():
                service.confirm(number + 1, clock.now())


def test_signing_while_two_workers_count_ends_exact(make_site):
    site = make_site()
    over = threading.Event()

    def count() -> None:
        with site.inside():
            while not over.is_set():
                counting.count()

    counters = [threading.Thread(target=count) for _ in range(2)]
    for one in counters:
        one.start()
    _confirm(site, 0, 40)
    with site.inside():
        for number in (3, 17, 31):
            with db.writing():
                service.withdraw(number, clock.now())
    over.set()
    for one in counters:
        one.join(30)
    with site.inside():
        counting.count()
        with db.reading():
            assert counting.drift() == {}
    assert site.rows(select(Pledge.count)) == [(37,)]


def test_confirmed_and_withdrawn_before_the_roll_up_counts_nothing(make_site):
    site = make_site()
    _confirm(site, 0, 1)
    with site.inside():
        with db.writing():
            service.withdraw(1, clock.now())
        counting.count()
    assert site.rows(select(Pledge.count)) == [(0,)]


@pytest.mark.parametrize("off", [-5, 3])
def test_a_count_that_is_off_is_found_and_repaired(make_site, off):
    site = make_site()
    _confirm(site, 0, 6)
    with site.inside():
        counting.count()
        with db.writing() as session:
            session.execute(update(Pledge).values(count=6 + off))
        assert counting.repair() == {1: off}
        assert counting.repair() == {}
    assert site.rows(select(Pledge.count)) == [(6,)]

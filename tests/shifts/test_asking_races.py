"""Nobody is asked twice in a day: two coordinators press at the same moment, for two gaps, on both databases.

The control: where the key names the day of the gap and not today, both letters go out.
"""

import threading

import pytest
from sqlalchemy import select

from campaign import clock, db
from campaign.app import Switches
from campaign.shifts import asks
from campaign.shifts.models import ShiftAsk
from tests.shifts.acts import able, need_of, shift
from tests.volunteers.acts import volunteer


def _ask_at_once(site):
    """Two coordinators ask one volunteer for two shifts; how many letters are owed."""
    anna = able(site)
    needs = [need_of(site, shift(site, f"{day} 10:00")) for day in (14, 15)]
    site.letters()
    with site.inside(), db.writing():
        from campaign.staff import service as staff

        account_id = staff.add("keeper@example.org", "Keeper", clock.now())
    both, said = threading.Barrier(2, timeout=20), []

    def ask(need_id):
        with site.inside():
            both.wait()
            with db.writing():
                said.append(asks.ask(need_id, anna, account_id, clock.now()))

    people = [threading.Thread(target=ask, args=(need_id,)) for need_id in needs]
    for one in people:
        one.start()
    for one in people:
        one.join()
    assert len(site.rows(select(ShiftAsk.id))) == said.count("")
    return len(site.letters()), sorted(said)


def test_two_who_ask_at_once_write_one_letter(noon, make_site):
    letters, said = _ask_at_once(make_site())
    assert letters == 1 and said[0] == "" and "was asked today already" in said[1]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_without_the_key_both_letters_go_out(noon, make_site):
    letters, said = _ask_at_once(make_site(switches=Switches(ask_once=False)))
    assert letters == 2 and said == ["", ""]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_who_is_no_volunteer_any_more_is_not_written_to(noon, make_site):
    site = make_site()
    need = need_of(site, shift(site))
    unread = volunteer(site, 3)
    with site.inside(), db.writing():
        assert (
            asks.ask(need, unread, 1, clock.now())
            == "Sample Helper D cannot take this shift any more: something has changed."
        )
        with pytest.raises(LookupError):
            asks.ask(need, 99, 1, clock.now())
        with pytest.raises(LookupError):
            asks.ask(99, unread, 1, clock.now())

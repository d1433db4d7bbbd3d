"""R3: staff move a shift at the very moment at which somebody who has it takes another one, on both databases.

The control: where nothing holds those who have it while staff look, they are in two places.
"""

import threading

from campaign import clock, db
from campaign.app import Switches
from campaign.shifts import editing, schedules
from campaign.shifts.rules import overlap
from tests.house.everything import on_sqlite
from tests.shifts.acts import able, at_rest, need_of, shift, take
from tests.volunteers.acts import path_of


def _take_while_it_moves(site, staff, monkeypatch, seconds):
    """What somebody has who takes a shift after staff looked who fits, and before they write.

    Staff wait so many seconds at most for that: who is held cannot take anything meanwhile.
    """
    anna = able(site)
    moved, other = shift(site, "14 10:00"), shift(site, "14 14:00")
    take(site, anna, moved)
    path, need_id = path_of(site, anna), need_of(site, other)
    looked, taken, unfit = threading.Event(), threading.Event(), editing._unfit

    def slowly(mine, said):
        found = unfit(mine, said)
        looked.set()
        taken.wait(seconds)
        return found

    monkeypatch.setattr(editing, "_unfit", slowly)
    page, times = staff.get(f"/staff/shifts/{moved}"), {"starts": "2027-01-14T15:00", "ends": "2027-01-14T18:00"}
    mover = threading.Thread(target=staff.press, args=(page, "Save"), kwargs=times)
    mover.start()
    assert looked.wait(30)
    answer = site.visitor().raw(f"{path}/take", method="POST", data={"need": need_id})
    taken.set()
    mover.join(30)
    at_rest(site)
    with site.inside(), db.reading():
        return answer.status_code, schedules.of([anna], clock.now())[anna]


def test_who_has_a_shift_that_moves_takes_no_other_one_that_it_would_meet(noon, make_site, staff_of, monkeypatch):
    site = make_site()
    status, mine = _take_while_it_moves(site, staff_of(site), monkeypatch, 0.3)
    assert status == 409 and len(mine) == 1


@on_sqlite  # the control alone
def test_without_holding_them_they_are_in_two_places(noon, make_site, staff_of, monkeypatch):
    site = make_site(switches=Switches(hold_moved=False))
    status, mine = _take_while_it_moves(site, staff_of(site), monkeypatch, 30)
    assert status == 303 and len(mine) == 2 and overlap(*mine)

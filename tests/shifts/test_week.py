"""The coordinator's week: gaps first, who could fill them and why, asking by letter, yes and no."""

from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select, update

from campaign import clock, db
from campaign.shifts import pool, week
from campaign.shifts.models import Shift, ShiftAsk
from campaign.shifts.week import Asked
from campaign.supporters import service as supporters
from campaign.supporters.models import Supporter
from campaign.volunteers import service
from campaign.volunteers.models import Volunteer
from tests.house.everything import on_sqlite
from tests.shifts.acts import able, at_rest, give_back, need_of, shift, states, take, wait
from tests.shifts.asking import answers, ask_path, path_in, press_ask
from tests.volunteers.acts import requirement, role, text_of, vouch

pytestmark = on_sqlite
KOREAN: dict[str, Any] = {"languages": [("ko", "native")], "times": [(3, "morning"), (3, "afternoon")], "roles": [1]}


@pytest.fixture(autouse=True)
def _a_role(site):
    """The first role, which Anna wishes for."""
    role(site)


def _week(staff, **asked):
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    return staff.get(f"/staff/week?{query}")


def _lines(page, inside=""):
    return [" ".join(one.to_text().split()) for one in page.all(f"{inside} .field.tick label")]


def test_gaps_come_first_with_who_could_fill_them_and_why(site, staff):
    _, bela = able(site, 1, **KOREAN), able(site, 2)
    full = shift(site, "12 10:00")
    take(site, bela, full)
    gap = shift(site, "14 10:00", number=2, languages=("ko", "es"))
    page = _week(staff)
    assert page.text.index("Somebody is lacking") < page.text.index("Nobody is lacking")
    assert "2 of 2 lacking ; languages: 한국어 (nobody yet), Español (nobody yet)" in page.text
    assert "there: Sample Helper C" in page.text
    lines = _lines(page, f"#gap-{need_of(site, gap)}")
    assert lines[0] == "Sample Helper B speaks 한국어 (as first language), has time then, wants this role"
    assert lines[1].startswith("Sample Helper C does not speak what is needed")
    [ticked] = page.all("input[checked]")  # of the two that are lacking: nobody against whom something speaks
    assert ticked.attrs["id"] == f"who-{need_of(site, gap)}-1"
    assert len(page.all("input[type=checkbox]")) == 2


def test_of_each_language_it_stands_whether_somebody_there_speaks_it(site, staff):
    anna, gap = able(site, 1, languages=[("es", "native")]), shift(site, "14 10:00", number=2, languages=("es", "th"))
    take(site, anna, gap)
    assert "languages: Español (somebody), ไทย (nobody yet); there: Sample Helper B" in _week(staff).text


def test_a_week_is_found_by_day_place_role_and_language(site, staff):
    able(site)
    other = role(site, name="Interpreter")
    shift(site, "14 10:00")
    shift(site, "15 10:00", role_id=other, languages=("ko",))
    shift(site, "21 10:00")
    page = _week(staff)
    assert "Table" in page.text and "Interpreter" in page.text and "January 21" not in page.text
    assert "January 21" in _week(staff, week="2027-01-20").text
    assert "January 14" in staff.get(page.link("Week after")).text.replace("January 18", "January 14")
    assert len(_week(staff, role=other).all("li[id]")) == 1
    assert len(_week(staff, language="ko").all("li[id]")) == 1 and len(_week(staff, place=99).all("li[id]")) == 0
    for odd in ("x", "9999-99-99", "1000-01-01", "0001-01-01", "9999-12-31"):
        assert _week(staff, week=odd, page=3, role="x", language="zz").status == 200
    for huge in (2**63 - 1, 2**63, 10**20, -1):
        for path in (f"week?place={huge}&role=1", f"week?role={huge}", f"shifts?batch={huge}"):
            assert staff.get(f"/staff/{path}").status == 200


def test_one_press_asks_and_yes_takes_the_shift(site, staff, visitor):
    anna, gap = able(site, 1, **KOREAN), shift(site, "14 10:00", note="Bring water")
    site.letters()
    page = press_ask(staff, _week(staff))  # the first press opened the week, this is the second
    assert "1 asked by letter." in page.text and "asked: 1, of these 0 yes, 0 no" in page.text
    letter = site.letter()
    assert letter["subject"] == "Can you come?" and "Bring water" in text_of(letter)
    path = path_in(letter)
    page = visitor.get(path)
    assert states(site, gap) == {} and answers(site) == [(anna, "")]  # looking answers nothing
    page = visitor.press(page, "Yes, I come")
    assert page.heading == "This shift is yours" and states(site, gap) == {anna: "taken"}
    assert answers(site) == [(anna, "yes")]
    assert site.letter()["subject"] == "Your shift"
    assert visitor.post(f"{path}/yes").heading == "This shift is yours" and site.letters() == []  # pressed twice
    assert visitor.post(f"{path}/no").status == 409 and states(site, gap) == {anna: "taken"}
    assert "/shifts/" not in visitor.get(path).html  # the letter may be passed on: it opens no page of theirs
    assert "Nobody is lacking" in _week(staff).text
    at_rest(site)


def test_no_is_taken_too_nobody_is_asked_for_it_again_and_a_change_of_mind_is_fine(
    site, staff, staff_of, visitor, later
):
    anna, gap = able(site, 1, **KOREAN), shift(site, "14 10:00")
    page = press_ask(staff, _week(staff))
    page = visitor.press(visitor.get(ask_path(site, 1)), "No, I cannot")
    assert page.heading == "Thank you for your answer" and answers(site) == [(anna, "no")]
    later(days=1)
    staff = staff_of(site)
    assert "Nobody was found who could come." in _week(staff).text
    visitor.press(visitor.get(ask_path(site, 1)), "Yes, I come")
    assert states(site, gap) == {anna: "taken"} and answers(site) == [(anna, "yes")]


def test_a_role_that_is_taken_out_of_a_shift_does_not_forget_who_was_asked_for_it(site, staff, visitor):
    anna, other, gap = able(site, 1), role(site, name="Interpreter"), shift(site, "14 10:00")
    press_ask(staff, _week(staff), who=anna)
    visitor.press(visitor.get(ask_path(site, 1)), "No, I cannot")
    staff.press(staff.get(f"/staff/shifts/{gap}"), "Save", **{"number-1": "0", f"number-{other}": "1"})
    assert answers(site) == [(anna, "no")] and "Interpreter" in _week(staff).text


def test_the_page_of_a_shift_on_sunday_evening_leads_to_the_week_on_the_campaigns_clock(site, staff, staff_of, later):
    sunday = shift(site, "17 18:00")  # Monday in UTC
    page = staff.get(f"/staff/shifts/{sunday}")
    assert "2027-01-17" in page.link("Its week: who could come") and "Check in and out" not in page.text
    later(days=6, hours=5)
    assert staff_of(site).get(f"/staff/shifts/{sunday}").link("Check in and out")


def test_nobody_is_asked_twice_in_a_day_for_whatever_shift(site, staff, staff_of, later):
    anna, bela = able(site, 1, **KOREAN), able(site, 2)
    shift(site, "14 10:00")
    other = shift(site, "15 10:00")
    site.letters()
    page = _week(staff)
    press_ask(staff, page, who=anna)
    assert len(site.letters()) == 1
    again = press_ask(staff, page, who=anna)  # an old page, or another coordinator's
    assert "Nobody was asked. 1 not: they were asked today already" in again.text and site.letters() == []
    assert "1 asked by letter. 1 not" in press_ask(staff, page, need_of(site, other), [anna, bela]).text
    assert len(site.letters()) == 1 and answers(site) == [(anna, ""), (bela, "")]
    later(days=1)
    staff = staff_of(site)
    assert "Sample Helper B" in _week(staff).text and "was asked for it before" in _week(staff).text
    press_ask(staff, _week(staff), who=anna)
    assert len(site.letters()) == 1


def test_who_is_asked_too_late_reads_why_and_is_shown_the_way_to_others(site, staff, visitor, later):
    anna, bela, gap = able(site, 1), able(site, 2), shift(site, "14 10:00")
    clash = shift(site, "14 11:00")
    press_ask(staff, _week(staff), who=anna)
    take(site, anna, clash)
    page = visitor.get(ask_path(site, 1))
    assert "It clashes with your shift at 11:00" in page.text and not page.all("form button.large")
    assert "clashes" in visitor.post(f"{ask_path(site, 1)}/yes").text
    give_back(site, anna, clash)
    take(site, bela, gap)
    page = visitor.get(ask_path(site, 1))
    assert page.heading == "Thank you, it is settled"
    assert "All places are taken." in visitor.post(f"{ask_path(site, 1)}/yes").text
    later(days=4)
    assert visitor.get(ask_path(site, 1)).heading == "Thank you, it is settled"
    assert visitor.get("/asks/ask-1.cut").status == 404
    at_rest(site)


def test_who_is_asked_and_offered_it_meanwhile_can_still_say_yes_or_no(site, staff, visitor):
    anna, bela, carla, gap = able(site, 1), able(site, 2), able(site, 3), shift(site, "14 10:00")
    press_ask(staff, _week(staff), who=anna)
    take(site, bela, gap)
    for one in (anna, carla):
        wait(site, one, gap)
    give_back(site, bela, gap)
    assert states(site, gap) == {anna: "offered", bela: "cancelled", carla: "waiting"}
    page = visitor.get(ask_path(site, 1))
    assert page.heading == "Can you help?" and not page.all("[role=alert]")
    visitor.press(page, "No, I cannot")
    assert states(site, gap) == {anna: "cancelled", bela: "cancelled", carla: "offered"}
    assert answers(site) == [(anna, "no")]
    at_rest(site)


def test_a_letter_that_asks_is_moot_once_the_gap_is_filled_or_the_shift_called_off(site, staff):
    for number in (1, 2):
        able(site, number)
    gap = shift(site, "14 10:00")
    site.letters()
    press_ask(staff, _week(staff), who=[1])
    take(site, 2, gap)
    assert [str(one["subject"]) for one in site.letters()] == ["Your shift"]


def test_who_leaves_or_is_erased_is_not_asked_and_their_link_says_so(site, staff, visitor):
    able(site, 1, **KOREAN)
    shift(site, "14 10:00")
    page = _week(staff)
    press_ask(staff, page)
    site.letters()
    with site.inside(), db.writing():
        service.leave(1, clock.now())
    assert visitor.get(ask_path(site, 1)).heading == "Thank you, it is settled"
    assert visitor.post(f"{ask_path(site, 1)}/yes").status == 409
    assert "Nobody was asked. 1 not" in press_ask(staff, page, who=1).text
    assert "Nobody was asked." in press_ask(staff, page, who=77).text


def test_who_stops_our_letters_is_asked_no_more_until_they_want_them_again(site, staff, staff_of, later):
    asked, other = able(site, 1), able(site, 2)
    gap = shift(site, "14 10:00")
    later(minutes=1)
    site.letters()
    press_ask(staff, _week(staff), who=[asked])  # the letter waits for the worker
    with site.inside(), db.writing():
        supporters.leave(service.get(asked).supporter_id, "Stopped", "en", "letter", clock.now())
    assert site.letters() == []
    later(days=1)
    staff = staff_of(site)
    assert [line.split("Sample Helper ")[1][0] for line in _lines(_week(staff))] == ["C"]
    page = staff.get(f"/staff/week/{need_of(site, gap)}")
    assert "has told us to stop our letters" in page.text and "1 could come" in page.text
    page = press_ask(staff, page, need_of(site, gap), [asked, other])
    assert "1 not: they were asked today already, want no letters" in page.text and len(answers(site)) == 2
    with site.inside(), db.writing():
        supporters.agree(service.get(asked).supporter_id, "Again", "en", "page", clock.now())
    later(days=1)
    staff = staff_of(site)
    assert "B" in [line.split("Sample Helper ")[1][0] for line in _lines(_week(staff))]


def test_the_page_of_one_gap_shows_everybody_with_their_reasons(site, staff):
    first = requirement(site)
    trained, untrained, elsewhere, far = (able(site, number) for number in (1, 2, 3, 4))
    table = role(site, (first,))
    for one in (trained, elsewhere, far):
        vouch(site, one, first, clock.now().date())
    gap, other = shift(site, "14 10:00", role_id=table), shift(site, "14 11:00", role_id=table)
    take(site, elsewhere, other)
    with site.inside(), db.writing() as session:
        session.execute(update(Volunteer).where(Volunteer.id == far).values(area="Thai Town", area_key="thaitown"))
    page = staff.get(f"/staff/week/{need_of(site, gap)}")
    assert "2 could come" in page.text and "2 cannot" in page.text
    assert [line.split("Sample Helper ")[1][0] for line in _lines(page)] == ["E", "B"]
    assert "lacks: First training" in page.text and "has a shift on Thursday, January 14, 2027, 11:00" in page.text
    page = press_ask(staff, page, need_of(site, gap), trained)
    page = staff.get(f"/staff/week/{need_of(site, gap)}")
    assert "1 could come" in page.text and "was asked today" in page.text
    assert staff.get("/staff/week/99").status == 404 and untrained


def test_a_shift_that_opens_later_or_is_over_asks_nobody(site, staff, staff_of, later):
    able(site)
    with site.inside():
        opens = clock.now() + timedelta(days=1)
    shift(site, "14 10:00", opens_at=opens)
    page = _week(staff)
    assert "can be taken from" in page.text and not page.all("input[type=checkbox]")
    later(days=3, hours=10)
    page = _week(staff_of(site))
    assert "Nobody is lacking, or it has begun" in page.text and page.link("Check in and out")


@contextmanager
def _counted(site):
    """How many statements the records were asked."""
    engine, found = site.app.extensions["database"].engine, []

    def note(*_args):
        found.append(1)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)


def _crowd(site, number):
    with site.inside(), db.writing():
        now = clock.now()
        for each in range(number):
            said = service.Profile(f"Sample {each:03}", "21+", languages=[("ko", "well")], times=[(3, "morning")])
            email = f"crowd{each}@example.org"
            service.sign_up(service.SignUp(said, email, email), "en", now)
        db.session().execute(update(Volunteer).values(state="confirmed", read_at=now))


def test_the_week_asks_the_records_no_more_often_for_many_volunteers_and_shifts(site, noon):
    able(site)
    for hour in range(8, 18):
        shift(site, f"14 {hour:02}:00", 1, languages=("ko",))
    numbers = {}
    for volunteers, more in ((30, 0), (90, 40)):
        _crowd(site, volunteers)
        for number in range(more):
            shift(site, f"15 {8 + number % 10:02}:00", 1, languages=("ko",))
        with site.inside(), _counted(site) as found, db.reading():
            rows = week.find(Asked.read("2027-01-14", clock.now().date()), 0, clock.now())
            assert all(len(row.fits) == week.BESIDE for row in rows[: week.ROWS])
        numbers[volunteers] = len(found) / len(rows[: week.ROWS])
    assert numbers[90] <= numbers[30]  # for each row that is shown


def test_other_volunteers_are_looked_at_for_each_gap_and_each_day(site, later):
    able(site)
    _crowd(site, 60)
    gaps = [shift(site, f"{day} 10:00", languages=("ko",)) for day in (14, 15, 16)]
    seen = []
    with site.inside(), db.reading():
        monday = Asked.read("2027-01-14", clock.now().date())
        for row in week.find(monday, 0, clock.now()):
            assert row.shift.id in gaps and len(row.fits) == week.BESIDE
            seen.append(tuple(fit.helper.id for fit in row.fits))
    assert len(set(seen)) > 1 and pool.MOST < 60


def test_whoever_has_stopped_our_letters_takes_nobody_elses_place_among_the_likely(site, later):
    """Only so many are looked at for a gap: if those were among them, a gap could seem to have nobody."""
    able(site)
    _crowd(site, pool.MOST * 3)
    shift(site, "14 10:00")
    later(minutes=1)
    with site.inside(), db.writing() as session:
        last = session.scalar(select(func.max(Volunteer.id)))
        session.execute(
            update(Supporter).where(Supporter.id != service.get(last).supporter_id).values(left_at=clock.now())
        )
    with site.inside(), db.reading():
        [row] = week.find(Asked.read("2027-01-14", clock.now().date()), 0, clock.now())
        assert [fit.helper.id for fit in row.fits] == [last]


def test_asks_are_shown_forgotten_and_noted_in_the_trail(site, staff, later):
    able(site)
    shift(site, "14 10:00")
    press_ask(staff, _week(staff))
    assert "asked a volunteer to take a shift" in staff.get("/staff/audit").text
    later(days=91)
    site.work("forget")
    assert site.rows(select(ShiftAsk.id)) == [] and len(site.rows(select(Shift.id))) == 1


@pytest.mark.parametrize("who", ["x", "-1", "0", str(2**70), ""])
def test_odd_numbers_ask_nobody(site, staff, who):
    able(site)
    gap = shift(site, "14 10:00")
    assert "Nobody was asked." in press_ask(staff, _week(staff), need_of(site, gap), who).text or not who
    assert answers(site) == []

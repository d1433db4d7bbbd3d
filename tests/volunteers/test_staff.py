"""The staff door to volunteers: who is found, the lists, notes, the end of it, the table."""

import csv
from datetime import date
from io import StringIO

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.event import listen, remove

from campaign import clock, db
from campaign.supporters import kept
from campaign.supporters import service as supporters
from campaign.supporters.models import LedgerEntry, Supporter
from campaign.volunteers import keeping, standing
from campaign.volunteers.models import Role, RoleRequirement, Volunteer
from tests.house.everything import on_sqlite
from tests.volunteers.acts import begin_lists, number_of, path_of, requirement, role, sign_up, state_of, text_of, vouch
from tests.volunteers.acts import volunteer as a_volunteer

pytestmark = on_sqlite


@pytest.fixture
def stopped():
    """Whose shifts are to be given back, in order."""
    ids: list[int] = []

    def hear(volunteer_id, now):
        ids.append(volunteer_id)

    standing.stops.connect(hear)
    yield ids
    standing.stops.disconnect(hear)


def _names(page):
    return [" ".join(one.to_text().split()) for one in page.all("tbody th a")]


def test_volunteers_are_found_by_what_they_can_do(site, staff):
    first = requirement(site)
    table = role(site, (first,))
    speaks = [("es", "well"), ("th", "native")]
    one = a_volunteer(site, 1, languages=speaks, area="Thai Town", roles=[table])
    a_volunteer(site, 2, languages=[("ko", "some")], area="Koreatown")
    vouch(site, one, first, date(2027, 1, 4))
    page = staff.get("/staff/volunteers")
    assert _names(page) == ["Sample Helper B", "Sample Helper C"] and "Español, ไทย" in page.text
    wanted = ["language=th", "area=thai", f"role={table}", f"trained={first}", "q=helper+b"]
    for query in wanted:
        assert _names(staff.get(f"/staff/volunteers?{query}")) == ["Sample Helper B"], query
    assert _names(staff.get("/staff/volunteers?language=vi")) == []
    assert len(_names(staff.get("/staff/volunteers?language=x&role=x&trained=99&state=x"))) == 2
    assert _names(staff.get("/staff/volunteers?state=left")) == []


def test_the_usual_lists_are_a_beginning_in_eight_languages(site, staff, visitor):
    page = staff.get("/staff/volunteer-lists")
    page = staff.press(page, "Begin with the usual ones")
    assert "Outreach table" in page.text and "Begin with" not in page.html
    assert number_of(site, Role) == 6
    shown = visitor.get("/th/volunteer").text
    assert "โต๊ะให้ข้อมูล" in shown and "Outreach table" not in shown
    token = {"csrf_token": page.all("input[name=csrf_token]")[0].attrs["value"]}
    staff.post("/staff/volunteer-lists/usual", token)
    assert number_of(site, Role) == 6


def test_a_role_with_a_history_is_retired_and_one_without_is_deleted(site, staff, visitor):
    begin_lists(site)
    a_volunteer(site, roles=[1])
    page = staff.get("/staff/volunteer-lists/role/1")
    assert "so it is retired" in page.text
    staff.press(page, "Retire it")
    page = staff.get("/staff/volunteer-lists/role/1")
    assert "was retired instead of deleted" in page.text
    assert "Outreach table" not in visitor.get("/volunteer").text
    assert "Outreach table" in staff.get("/staff/volunteers/1").text  # what was wished stays readable
    staff.press(page, "Bring it back")
    assert "Outreach table" in visitor.get("/volunteer").text
    staff.press(staff.get("/staff/volunteer-lists/role/2"), "Delete it")
    assert number_of(site, Role) == 5 and staff.raw("/staff/volunteer-lists/role/2").status_code == 404


def test_what_a_role_requires_cannot_go_before_it(site, staff):
    first = requirement(site)
    role(site, (first,), name="Table")
    page = staff.press(staff.get(f"/staff/volunteer-lists/requirement/{first}"), "Delete it")
    assert page.status == 409 and "The role “Table” requires it" in page.text


def test_a_retired_role_asks_for_what_it_asked_until_that_is_deleted(site):
    first, second = requirement(site), requirement(site, "Second")
    number, volunteer_id = role(site, (first, second)), a_volunteer(site)
    vouch(site, volunteer_id, first, date(2027, 1, 4))
    with site.inside(), db.writing() as session:
        session.get_one(Role, number).retired_at = clock.now()
    with site.inside(), db.writing():
        assert not keeping.remove("requirement", first, clock.now())  # somebody has it: it is retired
        assert keeping.remove("requirement", second, clock.now())
    assert site.rows(select(RoleRequirement.requirement_id)) == [(first,)]


def test_a_role_that_asks_for_more_says_so(site, staff):
    asked: list[int] = []

    def hear(role_id, now):
        asked.append(role_id)

    first, number = requirement(site), role(site)
    with standing.asks_more.connected_to(hear):
        page = staff.get(f"/staff/volunteer-lists/role/{number}")
        staff.press(page, "Save", minimum_age="16", **{"name-en": "Stall"})
        assert asked == []  # another name asks nothing of anybody
        page = staff.get(f"/staff/volunteer-lists/role/{number}")
        staff.press(page, "Save", minimum_age="16", requires=str(first))
        page = staff.get(f"/staff/volunteer-lists/role/{number}")
        staff.press(page, "Save", minimum_age="21", requires=str(first))
    assert asked == [number, number]


def test_two_who_edit_at_once_are_told(site, staff):
    number = role(site)
    page = staff.get(f"/staff/volunteer-lists/role/{number}")
    staff.press(page, "Save", minimum_age="16", **{"name-en": "Theirs"})
    mine = staff.press(page, "Save", minimum_age="16", **{"name-en": "Mine"})
    assert mine.status == 409 and "Theirs" in mine.text and 'value="Mine"' in mine.html
    volunteer_id = a_volunteer(site)
    page = staff.get(f"/staff/volunteers/{volunteer_id}")
    staff.press(page, "Save", note="Theirs")
    mine = staff.press(page, "Save", note="Mine")
    assert mine.status == 409 and "Theirs" in mine.text


def test_staff_hear_a_language_and_write_a_note_that_its_subject_can_read(site, staff):
    volunteer_id = a_volunteer(site, languages=[("es", "well")])
    page = staff.get(f"/staff/volunteers/{volunteer_id}")
    page = staff.press(page, "Save", note="Brings a table", heard="es")
    assert "Español: well (heard)" in page.text
    with site.inside(), site.app.test_request_context("/"), db.reading():
        facts = dict(kept.about(1).held[0].facts)
    assert facts["What our staff noted"] == "Brings a table" and facts["Languages"] == "Español: well"


def test_somebody_is_ended_with_a_reason_and_comes_back_only_by_staff(site, visitor, staff, stopped, later):
    volunteer_id = a_volunteer(site, area="Thai Town")
    site.letters()
    page = staff.press(staff.get("/staff/volunteers/1"), "End their", reason="")
    assert page.status == 422 and state_of(site) == "confirmed"
    staff.press(staff.get(f"/staff/volunteers/{volunteer_id}"), "End their", reason="Gave away a name")
    letter = site.letter()
    assert letter["subject"] == "About your volunteering" and "Gave away a name" in text_of(letter)
    assert stopped == [1] and tuple(site.rows(select(Volunteer.name, Volunteer.area))[0]) == ("", "")
    later(minutes=11)
    sign_up(visitor, later, email="helper1@example.org")
    assert state_of(site) == "ended" and [one["subject"] for one in site.letters()] == ["About your volunteering"]
    staff.press(staff.get("/staff/volunteers/1"), "They may sign up again")
    later(minutes=11)
    sign_up(visitor, later, email="helper1@example.org")
    assert state_of(site) == "pending"


def test_the_table_is_safe_for_a_spreadsheet(site):
    from campaign.volunteers import roster

    begin_lists(site)
    a_volunteer(
        site, 1, area="=1+1", other_languages="@SUM(1)", access_needs="-x", skills=[1], roles=[5], phone="+12133734253"
    )
    a_volunteer(site, 2, times=[(0, "morning"), (6, "evening")], languages=[("th", "well")])
    with site.inside(), site.app.test_request_context("/staff/volunteers.csv"):
        text = "".join(roster.table())
    assert text.startswith("\ufeffname,email,phone")
    first, second = csv.DictReader(StringIO(text[1:]))
    assert first["area"] == "'=1+1" and first["other_languages"] == "'@SUM(1)" and first["access_needs"] == "'-x"
    assert first["skills"] == "Talking to groups" and first["roles_wished"] == "Office" and "373-4253" in first["phone"]
    assert second["times"] == "Monday morning, Sunday evening" and second["languages"] == "ไทย"


def test_the_table_asks_as_much_for_many_as_for_one(site):
    from campaign.volunteers import roster

    asked: list[str] = []

    def hear(_connection, _cursor, statement, *_more):
        asked.append(statement)

    def ask():
        asked.clear()
        with site.inside(), site.app.test_request_context("/staff/volunteers.csv"):
            assert "Monday morning" in "".join(roster.table())
        return len(asked)

    a_volunteer(site, 1, times=[(0, "morning")])
    listen(Engine, "before_cursor_execute", hear)
    try:
        one = ask()
        for number in (2, 3, 4):
            a_volunteer(site, number, times=[(0, "morning"), (1, "evening")])
        assert ask() == one
    finally:
        remove(Engine, "before_cursor_execute", hear)


def test_an_erased_volunteer_is_gone(site, visitor, stopped):
    from campaign.supporters import erasure

    volunteer_id = a_volunteer(site, area="Thai Town", age_band="16-17", guardian="p@example.org")
    with site.inside(), db.writing():
        assert erasure.erase(1, clock.now())
    assert number_of(site, Volunteer) == 0 and number_of(site, Supporter) == 0 and stopped == [1]
    assert visitor.get(path_of(site, volunteer_id)).status == 410


def test_who_left_is_forgotten_after_ninety_days(site, visitor, later):
    path = path_of(site, a_volunteer(site))
    visitor.post(f"{path}/leave")
    later(days=90)
    site.work("forget")
    assert number_of(site, Volunteer) == 1
    later(hours=1)
    site.work("forget")
    assert number_of(site, Volunteer) == 0 and number_of(site, Supporter) == 0


def test_a_language_that_is_changed_on_the_own_page_is_that_of_the_letters(site):
    a_volunteer(site)
    with site.inside(), db.writing():
        supporters.speak(1, "th", clock.now())
    assert site.letters()[-1]["subject"] == "หน้าของคุณเอง"


def test_stopping_on_the_page_about_oneself_is_leaving(site, stopped):
    volunteer_id = a_volunteer(site)
    with site.inside(), db.writing():
        supporters.take_back("volunteer", 1, volunteer_id, clock.now())
    assert state_of(site) == "left" and stopped == [1]


@pytest.mark.parametrize("act", ["sign_up", "leave"])
def test_after_a_restore_who_had_left_has_left(site, visitor, later, act):
    from campaign.supporters import ledger
    from campaign.volunteers.models import VolunteerState

    path = path_of(site, a_volunteer(site))
    later(days=1)
    visitor.post(f"{path}/leave")
    with site.inside(), db.writing() as session:  # what a restore brings back: how things were the day before
        one = session.get_one(Volunteer, 1)
        one.state, one.name, one.ended_at = VolunteerState.CONFIRMED, "Sample Helper", None
        if act == "sign_up":
            one.joined_at = clock.now()  # they came anew since: that stands
            one.joined_at = one.joined_at.replace(year=2028)
    with site.inside(), db.writing() as session:
        for entry in session.scalars(select(LedgerEntry)):
            said = ledger.Entry(entry.key, entry.mark, entry.what, entry.about, entry.noted_at)
            ledger.repeat.send(said, supporter_id=1)
    assert state_of(site) == ("left" if act == "leave" else "confirmed")


def test_one_more_is_added_at_the_end_or_where_it_is_put(site, staff):
    begin_lists(site)
    for name, place in (("Last", ""), ("First", "1")):
        page = staff.get("/staff/volunteer-lists/role/new")
        assert staff.press(page, "Save", minimum_age="18", place=place, **{"name-en": ""}).status == 422
        staff.press(page, "Save", minimum_age="18", place=place, **{"name-en": name})
    shown = [
        one.to_text() for one in staff.get("/staff/volunteer-lists").all("#roles ~ ul a, section:first-of-type li a")
    ]
    assert shown[-1] == "Last" and shown[1] == "First"

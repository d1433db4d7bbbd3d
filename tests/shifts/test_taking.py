"""Taking a shift at the door: what is offered, why it cannot be, waiting, giving back."""

import shutil
from datetime import date, timedelta

import pytest
from sqlalchemy import update

from campaign import clock, db
from campaign.shifts import editing, service, turns
from campaign.shifts.editing import Needed
from campaign.volunteers import keeping, trainings
from campaign.volunteers import service as volunteers
from campaign.volunteers.keeping import Said as ListSaid
from campaign.volunteers.models import Volunteer
from tests.house.everything import on_sqlite
from tests.printables.looking import CONTENT
from tests.shifts.acts import able, at, at_rest, give_back, need_of, place, said, shift, states, take, wait
from tests.volunteers.acts import path_of, requirement, role, text_of, vouch
from tests.volunteers.acts import volunteer as a_volunteer

pytestmark = on_sqlite


@pytest.fixture(autouse=True)
def _noon(noon):
    """Monday, 11 January 2027, 4:00 in Los Angeles."""
    return noon


def _page(site, visitor, volunteer_id):
    return visitor.get(f"{path_of(site, volunteer_id)}/open")


def _said(page):
    """Why it could not be, on top of the page."""
    return " ".join(page.one("main .summary").to_text().split())


def test_a_shift_is_found_on_ones_own_page_taken_written_about_and_given_back(site, visitor):
    mina, shift_id = (
        able(site),
        shift(site, "14 10:00", note="Bring water", coordinator="Sample Lead", phone="+12133734253"),
    )
    site.letters()
    page = visitor.get(visitor.get(path_of(site, mina)).link("Find a shift"))
    assert "Thursday, January 14, 2027" in page.text and "1 place free" in page.text and "Sample Clinic" in page.text
    page = visitor.press(page, "Take this shift")
    assert "This shift is yours" in page.text and states(site, shift_id) == {mina: "taken"}
    assert "(213) 373-4253" not in page.text  # not before the day
    letter = site.letter()
    assert letter["subject"] == "Your shift" and "Bring water" in text_of(letter) and "Thai Town" in text_of(letter)
    assert "Sample Lead" in visitor.get(path_of(site, mina)).text
    page = visitor.press(page, "Give it back")
    assert "Thank you for telling us" in page.text and states(site, shift_id) == {mina: "cancelled"}
    at_rest(site)


def test_the_coordinators_number_is_there_from_the_day_before_on_for_those_who_come(site, visitor, noon):
    mina, other = able(site), able(site, 2)
    shift_id = shift(site, "14 10:00", coordinator="Sample Lead", phone="+12133734253")
    take(site, mina, shift_id)
    wait(site, other, shift_id)
    assert "373-4253" not in _page(site, visitor, mina).text
    noon.shift(timedelta(days=2, hours=6))
    assert "373-4253" in _page(site, visitor, mina).text and "373-4253" not in _page(site, visitor, other).text


def test_each_shift_that_cannot_be_taken_says_why_and_what_can(site, visitor):
    mina, other = able(site), able(site, 2)
    mine, clash, full = shift(site, "14 14:00"), shift(site, "14 12:00"), shift(site, "16 10:00")
    early = shift(site, "18 10:00", opens_at=_soon(site))
    trained = shift(site, "19 10:00", role_id=role(site, (requirement(site),), name="Trainer"))
    shift(site, "20 10:00")
    take(site, mina, mine)
    take(site, other, full)
    page = _page(site, visitor, mina)
    for why in (
        "It clashes with your shift at 2:00 PM.",
        "All places are taken.",
        "It can be taken from Tuesday, January 12, 2027, 4:00 AM on.",
        "Still needed: First training",
    ):
        assert why in page.text, why
    assert page.text.count("Take this shift") == 1 and "Not possible now: 4" in page.text
    refused = visitor.post(f"{path_of(site, mina)}/take", {"need": _need(site, clash)})
    assert refused.status == 409 and "It clashes with your shift at 2:00 PM." in _said(refused)
    assert (
        "You could take one of these instead" in refused.text
        and "January 20" in refused.one("section[aria-labelledby=instead]").to_text()
    )
    for shift_id, why in ((full, "All places are taken."), (early, "It can be taken from"), (trained, "Still needed")):
        refused = visitor.post(f"{path_of(site, mina)}/take", {"need": _need(site, shift_id)})
        assert refused.status == 409 and why in _said(refused)
    assert states(site, full) == {other: "taken"} and mina not in states(site, early)


def test_all_that_a_new_volunteer_lacks_is_said_with_whom_to_ask_where_there_is_somebody(make_site, tmp_path):
    shutil.copytree(CONTENT.folder, tmp_path / "content")
    settings = tmp_path / "content" / "campaign.toml"
    settings.write_text(
        settings.read_text("utf-8").replace('\nvolunteers = ""', '\nvolunteers = "help@example.org"'), "utf-8"
    )
    for known in ({}, {"content_dir": tmp_path / "content"}):
        site = make_site(**known)
        visitor, mina = site.visitor(), a_volunteer(site)
        shift(site, "19 10:00", role_id=role(site, (requirement(site),), name="Trainer"))
        page, own = _page(site, visitor, mina), visitor.get(path_of(site, mina))
        assert "Read what to do if someone needs help. Still needed: First training" in page.text
        assert "Still needed: First training" in own.text
        for words in (page.text, own.text):
            assert ("Ask us how to get what you still need: help@example.org" in words) == bool(known)


def _need(site, shift_id):
    return str(need_of(site, shift_id))


def _soon(site):
    with site.inside():
        return clock.now() + timedelta(days=1)


def test_what_suits_somebody_stands_first(site, visitor):
    mina = able(site, languages=[("th", "native")], times=[(3, "morning"), (3, "afternoon")])
    for begins, languages in (
        ("12 10:00", ("th",)),
        ("14 10:00", ("ko",)),
        ("21 10:00", ("th", "ko")),
        ("28 10:00", ()),
    ):
        shift(site, begins, languages=languages)
    page = _page(site, visitor, mina)
    suit, other = (page.one(f"section[aria-labelledby={name}]").to_text() for name in ("suit", "other"))
    assert "January 21" in suit and "January 28" in suit and "Wanted: ไทย ✓, 한국어" in " ".join(suit.split())
    assert "✓," not in other and "한국어 ✓" not in suit + other
    assert "January 12" in other and "January 14" in other


def test_who_waits_is_offered_the_place_by_letter_accepts_it_or_lets_it_lapse(site, visitor, noon):
    first, second, third = able(site), able(site, 2), able(site, 3)
    shift_id = shift(site, "14 10:00")
    take(site, first, shift_id)
    page = visitor.press(_page(site, visitor, second), "Wait for a place")
    assert "You are number 1 on the waitlist" in page.text
    noon.shift(1)
    assert wait(site, third, shift_id)
    site.letters()
    give_back(site, first, shift_id)
    letter = site.letter()
    assert letter["subject"] == "A shift is free for you" and letter["to"] == "helper2@example.org"
    assert states(site, shift_id) == {first: "cancelled", second: "offered", third: "waiting"}
    noon.shift(timedelta(days=1, minutes=1))
    site.work("settle-shifts")
    assert states(site, shift_id) == {first: "cancelled", second: "lapsed", third: "offered"}
    page = visitor.press(_page(site, visitor, third), "Accept")
    assert "This shift is yours" in page.text and states(site, shift_id)[third] == "taken"
    at_rest(site)


def test_who_may_not_have_it_is_passed_over_and_goes_on_waiting(site):
    first, busy, third = able(site), able(site, 2), able(site, 3)
    wanted = shift(site, "14 10:00")
    take(site, first, wanted)
    wait(site, busy, wanted)
    wait(site, third, wanted)
    take(site, busy, shift(site, "14 11:00"))
    give_back(site, first, wanted)
    assert states(site, wanted) == {first: "cancelled", busy: "waiting", third: "offered"}


def test_an_offer_that_clashes_meanwhile_cannot_be_accepted(site, visitor):
    first, mina = able(site), able(site, 2)
    wanted, other = shift(site, "14 10:00"), shift(site, "14 11:00")
    take(site, first, wanted)
    wait(site, mina, wanted)
    give_back(site, first, wanted)
    take(site, mina, other)
    refused = visitor.post(f"{path_of(site, mina)}/take", {"need": _need(site, wanted)})
    assert refused.status == 409 and "It clashes with your shift at 11:00 AM." in refused.text
    give_back(site, mina, wanted)
    assert states(site, wanted) == {first: "cancelled", mina: "cancelled"}
    at_rest(site)


def test_a_shift_can_be_given_back_until_its_limit_and_then_one_is_told_whom_to_ask(site, visitor, noon):
    mina = able(site)
    shift_id = shift(site, "14 10:00", cancel_until=at("13 10:00"), coordinator="Sample Lead")
    take(site, mina, shift_id)
    noon.move_to(at("13 10:00"))
    assert "Give it back" not in _page(site, visitor, mina).text
    refused = visitor.post(f"{path_of(site, mina)}/give-back", {"shift": str(shift_id)})
    assert refused.status == 409 and "Please tell Sample Lead." in refused.text
    assert states(site, shift_id) == {mina: "taken"}


def test_one_is_on_a_shift_in_one_role_only_and_pressing_twice_changes_nothing(site, visitor):
    mina, table, other = able(site), role(site), role(site, name="Canvasser")
    with site.inside(), db.writing():
        one = said(place_id := place(site), table)
        both = editing.Said(place_id, one.starts_at, one.ends_at, one.zone, {table: Needed(1), other: Needed(1)})
        shift_id = editing.add(both, clock.now())
        first, second = sorted(turn_needs(shift_id))
        service.take(mina, first, clock.now())
        service.take(mina, first, clock.now())
        with pytest.raises(service.Turned, match="in another role"):
            service.take(mina, second, clock.now())
    assert len([one for one in site.letters() if one["subject"] == "Your shift"]) == 1
    at_rest(site)


def turn_needs(shift_id):
    return turns.turn(shift_id, clock.now()).needs


def test_nobody_under_18_is_there_alone(site, visitor):
    minor, adult = able(site, 1, "16-17"), able(site, 2)
    shift_id = shift(site, "14 10:00", number=3)
    page = _page(site, visitor, minor)
    assert "Under 18 you cannot be there alone." in page.text
    page = visitor.press(page, "Wait for a place")
    take(site, adult, shift_id)  # and with that the minor may come
    assert states(site, shift_id) == {minor: "offered", adult: "taken"}
    take(site, minor, shift_id)
    site.letters()
    give_back(site, adult, shift_id)
    letters = {one["to"]: one for one in site.letters()}
    assert states(site, shift_id) == {minor: "removed", adult: "cancelled"}
    assert "nobody under 18 is there alone" in text_of(letters["helper1@example.org"])
    at_rest(site)


def test_under_18_the_evening_and_long_days_are_refused(site, visitor):
    minor, adult = able(site, 1, "16-17"), able(site, 2)
    for begins, hours, why in (("14 17:00", 4, "until 8:00 PM"), ("16 09:00", 5, "at most 4 hours a day")):
        take(site, adult, shift_id := shift(site, begins, hours, number=2))
        refused = visitor.post(f"{path_of(site, minor)}/take", {"need": _need(site, shift_id)})
        assert refused.status == 409 and why in refused.text


def test_whoever_is_no_volunteer_takes_nothing(site, visitor):
    mina, shift_id = able(site), shift(site, "14 10:00", number=2)
    take(site, mina, shift_id)
    wait_id = able(site, 2)
    with site.inside(), db.writing():
        volunteers.leave(mina, clock.now())
    assert states(site, shift_id) == {mina: "cancelled"}
    path = f"{path_of(site, mina)}/take"
    assert visitor.post(path, {"need": _need(site, shift_id)}).status == 409
    assert visitor.post(f"{path_of(site, wait_id)}/take", {"need": "999"}).status == 404
    assert visitor.post(f"{path_of(site, wait_id)}/take", {"need": "x" * 30}).status == 404
    assert visitor.post(f"{path_of(site, wait_id)}/give-back", {"shift": str(shift_id)}).status == 404
    at_rest(site)


def test_a_role_that_asks_for_more_takes_later_shifts_back_and_says_why(site):
    table, training = role(site), requirement(site)
    mina, shift_id = able(site), shift(site, "14 10:00", role_id=table)
    take(site, mina, shift_id)
    site.letters()
    with site.inside(), db.writing():
        facts = {"minimum_age": 16}
        keeping.change("role", table, ListSaid({"en": ("Table", "")}, facts, (training,)), 1, clock.now())
    letter = site.letter()
    assert letter["subject"] == "A shift was taken back" and "Still needed: First training" in text_of(letter)
    assert states(site, shift_id) == {mina: "removed"}
    at_rest(site)


def test_who_speaks_thai_reads_all_of_it_in_thai_and_the_reasons_too(site, visitor):
    table, training = role(site), requirement(site)
    mina, shift_id = able(site), shift(site, "14 10:00", role_id=table)
    with site.inside(), db.writing() as session:
        session.execute(update(Volunteer).values(language="th"))
    site.letters()
    page = visitor.get(f"/th{path_of(site, mina)}/open")
    page = visitor.press(page, "รับกะนี้")
    assert "กะนี้เป็นของคุณแล้ว" in page.text and "วันพฤหัสบดี" in page.text
    letter = site.letter()
    assert letter["subject"] == "กะของคุณ" and "/th/shifts/" in text_of(letter)
    with site.inside(), db.writing():
        said_of_it = ListSaid({"en": ("Table", "")}, {"minimum_age": 16}, (training,))
        keeping.change("role", table, said_of_it, 1, clock.now())
    letter = site.letter()
    assert letter["subject"] == "กะถูกเรียกคืน" and "Still needed" not in text_of(letter)
    assert states(site, shift_id) == {mina: "removed"}


def test_what_was_revoked_takes_later_shifts_back_but_not_past_ones(site, noon):
    training = requirement(site)
    table, mina, waits = role(site, (training,)), able(site), able(site, 2)
    held = [vouch(site, one, training, date(2027, 1, 4)) for one in (mina, waits)]
    past, later = shift(site, "11 10:00", role_id=table), shift(site, "14 10:00", role_id=table)
    for one in (past, later):
        take(site, mina, one)
    wait(site, waits, later)
    noon.shift(timedelta(days=1))
    site.letters()
    with site.inside(), db.writing():
        for one in reversed(held):
            trainings.revoke(one, "A mistake", clock.now())
    assert states(site, past) == {mina: "taken"}
    assert states(site, later) == {mina: "removed", waits: "cancelled"}
    subjects = sorted(one["subject"] for one in site.letters())
    assert subjects == ["A shift was taken back", *["Something does not count any more"] * 2]
    at_rest(site)


def test_a_role_that_a_shift_needed_is_retired_and_keeps_its_history(site, visitor):
    table, mina = role(site), able(site)
    shift_id = shift(site, "14 10:00", role_id=table)
    take(site, mina, shift_id)
    with site.inside(), db.writing():
        assert keeping.remove("role", table, clock.now()) is False
        assert keeping.remove("role", keeping.add("role", ListSaid({"en": ("New", "")}, {})), clock.now()) is True
    assert "Table" in _page(site, visitor, mina).text and states(site, shift_id) == {mina: "taken"}

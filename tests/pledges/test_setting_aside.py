"""Setting aside in bulk: what fits is shown first, counts move exactly both ways, and no signer is hurt by it."""

import random
import threading

import pytest
from sqlalchemy import func, select

from campaign import clock, db
from campaign.app import Switches
from campaign.errors import Refused
from campaign.pledges import asides, counting, service
from campaign.pledges.asides import Conditions
from campaign.pledges.models import COUNTS, Batch, Pledge, Signature, SignatureState
from tests.house.everything import on_sqlite
from tests.pledges.acts import add_up, confirm_all, link_in, sign, sign_from, signed, text_of

pytestmark = pytest.mark.plain_sql

COUNT = select(Pledge.count)
ASIDE = select(func.count()).where(Signature.set_aside_at.is_not(None))
PEOPLE = [
    ("Anna Sample", "anna@example.org", "203.0.113.1", "en"),
    ("Bot 1", "x1@bots.example", "198.51.100.1", "en"),
    ("Bot 2", "x2@bots.example", "198.51.100.2", "en"),
    ("Bot 30", "x3@other.example", "198.51.100.3", "en"),
]


@pytest.fixture
def signed_by(site):
    """Anna and three programs have signed; the first three of all four have confirmed."""
    for name, mailbox, address, _ in PEOPLE:
        assert sign_from(site, address, name, mailbox).status_code == 303
    with site.inside():
        for number in (1, 2, 3):
            with db.writing():
                service.confirm(number, clock.now())
    add_up(site)
    assert site.rows(COUNT) == [(3,)]
    return site


def _look(staff, **conditions):
    return staff.press(staff.get("/staff/set-aside"), "See what fits", **conditions)


def _set_aside(staff, reason="A program", **conditions):
    page = _look(staff, **conditions)
    return staff.press(page, "Set", reason=reason)


def _network(site, number):
    return site.rows(select(Signature.network).where(Signature.id == number))[0][0]


def test_staff_see_how_many_fit_and_ten_of_them_before_anything_changes(signed_by, staff):
    page = _look(staff, domain="bots.example")
    assert "2 signatures fit" in page.text and "Bot 1" in page.text and "Anna" not in page.text
    assert "Mail domain: bots.example" in page.text
    assert signed_by.rows(ASIDE) == [(0,)]


def test_of_many_ten_are_shown(site, staff):
    for number in range(14):
        sign_from(site, "203.0.113.9", f"Bot {number}", f"x{number}@bots.example")
    page = _look(staff, name="bot*")
    assert "14 signatures fit" in page.text and len(page.all("tbody tr")) == 10


def test_what_is_set_aside_stops_counting_and_counts_again_when_it_is_brought_back(signed_by, staff):
    page = _set_aside(staff, domain="bots.example")
    assert page.path == "/staff/set-aside" and "A program" in page.text and "2 stand aside now" in page.text
    add_up(signed_by)
    assert signed_by.rows(COUNT) == [(1,)] and signed_by.rows(ASIDE) == [(2,)]
    page = staff.press(page, "Bring all 2 back")
    add_up(signed_by)
    assert signed_by.rows(COUNT) == [(3,)] and signed_by.rows(ASIDE) == [(0,)]
    assert "restored" in page.text


@pytest.mark.parametrize(
    ("conditions", "numbers"),
    [
        ({"pledge": "freedom"}, {1, 2, 3, 4}),
        ({"domain": "BOTS.example"}, {2, 3}),
        ({"domain": "@bots.example"}, {2, 3}),
        ({"domain": "%"}, set()),
        ({"name": "bot ?"}, {2, 3}),
        ({"name": "bot*"}, {2, 3, 4}),
        ({"name": "*SAMPLE"}, {1}),
        ({"name": "Anna"}, set()),
        ({"name": "%"}, None),
        ({"state": "confirmed"}, {1, 2, 3}),
        ({"state": "unconfirmed"}, {4}),
        ({"state": "confirmed", "name": "bot*"}, {2, 3}),
        ({"language": "es"}, set()),
        ({"crowded": "y"}, set()),
        ({"since": "2027-01-11T03:59", "until": "2027-01-11T04:01"}, {1, 2, 3, 4}),  # noon UTC in Los Angeles
        ({"since": "2027-01-11T04:01"}, set()),
    ],
)
def test_each_condition_means_what_it_says(signed_by, staff, conditions, numbers):
    page = _look(staff, **conditions)
    if numbers is None:
        assert page.status == 422 and "at least one condition" in page.text
        return
    word = "signature fits" if len(numbers) == 1 else "signatures fit"
    assert f"{len(numbers)} {word}" in page.text
    if numbers:
        staff.press(page, "Set", reason="A program")
    aside = signed_by.rows(select(Signature.id).where(Signature.set_aside_at.is_not(None)))
    assert {row[0] for row in aside} == numbers


def test_a_network_of_today_is_a_label_that_nobody_can_make_an_address_of(signed_by, staff):
    key = _network(signed_by, 2)
    page = staff.get("/staff/set-aside")
    options = [one.to_text().strip() for one in page.all("select[name=network] option")]
    assert options[:2] == ["any", f"{key[:6]}: 3 signatures"] and "198.51" not in page.html
    assert "3 signatures fit" in _look(staff, network=key).text
    _set_aside(staff, network=key)
    assert key not in signed_by.rows(select(Batch.conditions))[0][0]


def test_what_comes_after_the_look_stays(signed_by, staff):
    page = _look(staff, name="bot*")
    sign_from(signed_by, "203.0.113.9", "Bot 4", "x4@bots.example")
    staff.press(page, "Set", reason="A program")
    assert signed_by.rows(ASIDE) == [(3,)]


def test_two_of_the_staff_at_once_set_aside_once(signed_by, staff, staff_of):
    first, second = _look(staff, name="bot*"), _look(other := staff_of(signed_by), name="bot*")
    staff.press(first, "Set", reason="A program")
    page = other.press(second, "Set", reason="The same")
    assert page.status == 409 and "somebody else" in page.text
    add_up(signed_by)
    assert signed_by.rows(COUNT) == [(1,)] and signed_by.rows(select(func.count()).select_from(Batch)) == [(1,)]


def test_bringing_back_twice_counts_once(signed_by, staff):
    page = _set_aside(staff, name="bot*")
    staff.press(page, "Bring all 3 back")
    staff.press(page, "Bring all 3 back")
    add_up(signed_by)
    assert signed_by.rows(COUNT) == [(3,)]


def test_no_reason_or_no_condition_is_said_and_what_was_chosen_is_kept(signed_by, staff):
    page = staff.press(_look(staff, name="bot*"), "Set", reason="")
    assert page.status == 422 and "Say why" in page.text and page.one("#name").attrs["value"] == "bot*"
    page = _look(staff)
    assert page.status == 422 and "at least one condition" in page.text
    for wrong in ({"since": "0001-01-01T00:00"}, {"since": "tomorrow"}, {"network": "made-up"}, {"pledge": "none"}):
        assert _look(staff, **wrong).status == 422
    assert signed_by.rows(ASIDE) == [(0,)]


def test_its_signer_confirms_and_withdraws_as_ever_and_no_count_moves(signed_by, staff, visitor):
    letters = {one["To"].addresses[0].addr_spec: one for one in signed_by.letters()}
    _set_aside(staff, name="bot 30")
    path = link_in(next(one for to, one in letters.items() if to == "x3@other.example"), "confirm")
    page = visitor.press(visitor.get(path), "Yes")
    assert page.heading == "Thank you. We have your signature."
    add_up(signed_by)
    assert signed_by.rows(COUNT) == [(3,)]
    letter = signed_by.letter()
    assert "we have your signature" in text_of(letter) and "counts" not in text_of(letter)
    page = visitor.press(visitor.get(link_in(letter, "withdraw")), "Take my signature back")
    assert "taken back" in page.heading
    add_up(signed_by)
    assert signed_by.rows(COUNT) == [(3,)]


def test_one_that_was_confirmed_meanwhile_counts_when_it_is_brought_back_and_one_withdrawn_does_not(signed_by, staff):
    page = _set_aside(staff, name="bot*")
    with signed_by.inside(), db.writing():
        service.confirm(4, clock.now())
        service.withdraw(2, clock.now())
    add_up(signed_by)
    assert signed_by.rows(COUNT) == [(1,)]
    staff.press(page, "Bring all 3 back")
    add_up(signed_by)
    assert signed_by.rows(COUNT) == [(3,)]  # Anna, bots 2 and 30


def test_signing_again_does_not_bring_it_back(signed_by, staff, later):
    _set_aside(staff, name="bot*")
    with signed_by.inside(), db.writing():
        service.withdraw(2, clock.now())
    later(hours=1)
    sign_from(signed_by, "203.0.113.9", "Bot 1", "x1@bots.example")
    confirm_all(signed_by)
    assert signed_by.rows(COUNT) == [(1,)]


def test_it_gets_no_reminder(signed_by, staff, later):
    _set_aside(staff, name="bot*")
    signed_by.letters()
    later(days=2, minutes=11)
    assert [str(one["To"]) for one in signed_by.letters()] == []


def test_it_is_not_shown_nor_to_be_read_nor_counted_for_its_code(site, visitor, staff, staff_of, later):
    signed(site, visitor, later, show_name="y", message="Hello there")
    staff.press(staff.get("/staff/signatures"), "Pass")
    assert "Hello there" in visitor.get("/pledges/freedom").text
    page = _set_aside(staff, name="anna*")
    assert "Hello there" not in visitor.get("/pledges/freedom").text
    assert "Anna Sample" in staff.get("/staff/signatures?filter=aside").text
    staff.press(page, "Bring it back")
    assert "Hello there" in visitor.get("/pledges/freedom").text


def test_the_table_for_a_spreadsheet_says_so(signed_by, staff):
    _set_aside(staff, name="bot*")
    lines = staff.raw("/staff/signatures.csv").get_data(as_text=True).splitlines()
    assert [line.split(",")[3] for line in lines[1:]] == ["confirmed", "set aside", "set aside", "set aside"]


def test_after_ninety_days_it_is_forgotten_and_then_its_batch(signed_by, staff, later):
    _set_aside(staff, name="bot*")
    signed_by.work()
    later(days=89)
    signed_by.work()
    assert signed_by.rows(ASIDE) == [(2,)]  # what was never confirmed went after 30
    later(days=2)
    signed_by.work()
    assert signed_by.rows(select(Signature.id)) == [(1,)] and signed_by.rows(select(Batch.id)) == []
    assert signed_by.rows(COUNT) == [(1,)]


@on_sqlite
def test_an_unknown_batch_is_no_page(staff):
    token = staff.get("/staff/").one("form input[name=csrf_token]").attrs["value"]
    assert staff.post("/staff/set-aside/77/restore", {"csrf_token": token}).status == 404


@on_sqlite
def test_its_state_is_told_apart_for_staff_alone(site, visitor, later):
    signed(site, visitor, later)
    with site.inside(), db.writing() as session:
        one = session.get(Signature, 1)
        one.set_aside_at = clock.now()
        assert one.state(clock.now()) is SignatureState.CONFIRMED
        assert one.standing(clock.now()) is SignatureState.SET_ASIDE


@on_sqlite
def test_a_person_whose_browser_fills_the_trap_signs_with_one_more_press(site, visitor, later):
    page = sign(visitor, later, website="https://autofilled.example")
    assert page.status == 422 and site.letters() == []
    later(seconds=3)
    page = visitor.press(page, "Sign the pledge")
    assert page.path == "/pledges/freedom/thanks"
    visitor.press(visitor.get(link_in(site.letter(), "confirm")), "Yes")
    add_up(site)
    assert site.rows(COUNT) == [(1,)]


# ---------------------------------------------------------------- races


def _people(site, number):
    """So many signatures, half of them confirmed."""
    with site.inside():
        for index in range(number):
            mailbox = f"x{index}@bots.example"
            with db.writing():
                service.sign("freedom", service.Promise(f"Bot {index}", mailbox, mailbox), "en", clock.now())
            if index % 2:
                with db.writing():
                    service.confirm(index + 1, clock.now())


def _at_once(site, acts):
    """Every act in a thread of its own, all beginning together; what fails in one fails the test."""
    start = threading.Barrier(len(acts))

    def do(act):
        with site.inside():
            start.wait(60)
            act()

    threads = [threading.Thread(target=do, args=(act,)) for act in acts]
    for one in threads:
        one.start()
    for one in threads:
        one.join(120)


def _setting_aside(conditions):
    def act():
        batch = Batch(reason="A program", conditions="", made_at=clock.now())
        try:
            with db.writing():
                asides.set_aside(conditions, 10**6, batch)
        except Refused:
            return  # another one was quicker
        for _ in range(2):
            with db.writing():
                asides.restore(batch.id, clock.now())

    return act


def _signers(deed, ids):
    def act():
        for number in ids:
            with db.writing():
                deed(number, clock.now())

    return act


def _drift_after_a_race(make_site, people, seed, **switches):
    """Staff set aside and restore overlapping crowds while signers confirm and withdraw and two workers count."""
    site, dice = make_site(switches=Switches(**switches)), random.Random(seed)
    _people(site, people)
    ids = list(range(1, people + 1))
    crowds = [Conditions(name="bot*"), Conditions(state="confirmed"), Conditions(domain="bots.example")]
    acts = [_setting_aside(one) for one in crowds]
    acts += [
        _signers(service.confirm, dice.sample(ids, people // 2)),
        _signers(service.withdraw, dice.sample(ids, people // 3)),
    ]
    acts += [counting.count, counting.count]
    _at_once(site, acts)
    last = Batch(reason="A program", conditions="", made_at=clock.now())
    with site.inside():
        with db.writing():
            asides.set_aside(Conditions(domain="bots.example"), 10**6, last)
        for number in ids:
            with db.writing():
                service.confirm(number, clock.now())
        counting.count()
        with db.reading():
            drift = counting.drift()
            shown, truth = site.rows(COUNT)[0][0], site.rows(select(func.count()).where(COUNTS))[0][0]
    return drift, shown - truth


@pytest.mark.parametrize("seed", [1, 2])
def test_totals_are_exact_whoever_confirms_withdraws_sets_aside_and_restores_at_once(make_site, seed):
    assert _drift_after_a_race(make_site, 60, seed) == ({}, 0)


def test_if_confirming_did_not_ask_whether_it_was_set_aside_totals_would_drift(make_site):
    drift, off = _drift_after_a_race(make_site, 60, 1, exact_asides=False)
    assert drift and off > 0

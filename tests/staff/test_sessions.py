"""S13: what was ended stays ended, what was used stays used, and what changes ends the rest; each with its control."""

import threading
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select, update

from campaign import clock, db
from campaign.app import Switches
from campaign.places.models import Place
from campaign.staff import service, sessions
from campaign.staff.models import StaffSession
from campaign.staff.roles import Role
from tests.conftest import NOON
from tests.staff.acts import EMAIL, PASSWORD, by_link, codes_on, invitation, link, set_up, sign_in, with_code

ROUNDS = 100


def _at_once(*acts):
    """Do all of it at the same moment, each in a thread of its own."""
    start = threading.Barrier(len(acts))

    def do(act):
        start.wait(30)
        act()

    threads = [threading.Thread(target=do, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)


# ---------------------------------------------------------------- fixation


def _ways_in(site, later):
    """Each way to sign in, as an act of somebody whose cookie an attacker has planted."""
    boss = by_link(site, "boss@example.org")
    app = set_up(boss)
    later(seconds=31)
    boss.press(boss.get("/staff/accounts/new"), "Send", email="new@example.org", name="New", role="viewer")
    invited = invitation(site)
    return {
        "link": lambda one: one.press(one.get(link(site)), "Sign in"),
        "invitation": lambda one: one.press(one.get(invited), "Set up my account"),
        "password": lambda one: sign_in(one, "boss@example.org", **with_code(app)),
    }


def _fixed(site, later):
    """The ways in by which a planted cookie became a session."""
    for name, way in _ways_in(site, later).items():
        victim, attacker = site.visitor(), site.visitor()
        for one in (victim, attacker):
            one.client.set_cookie("staff", f"planted-for-{name}")
        way(victim)
        assert victim.raw("/staff/account").status_code == 200
        if attacker.raw("/staff/account").status_code == 200:
            yield name


@pytest.mark.plain_sql
def test_a_cookie_from_before_the_sign_in_is_worth_nothing_after_it(site, later):
    assert list(_fixed(site, later)) == []


@pytest.mark.plain_sql
def test_without_fresh_tickets_a_planted_cookie_would_open_the_door(make_site, noon, later):
    assert list(_fixed(make_site(switches=Switches(fresh_tickets=False)), later)) == ["link", "invitation", "password"]


# ---------------------------------------------------------------- changes end the others


def _survivors(site):
    """The changes after which another session of the same account was still let in."""
    boss, mine = by_link(site, "boss@example.org"), by_link(site)
    set_up(boss)
    set_up(mine)
    new_app = lambda page: pyotp.TOTP(page.one("code").to_text().strip()).at(clock.now())  # noqa: E731
    page = mine.get("/staff/account/app")
    changes = {
        "password": lambda: mine.press(mine.get("/staff/account/password"), "Save", password="other words, and plain"),
        "app": lambda: mine.press(page, "Save", code=new_app(page)),
        "recovery codes": lambda: mine.press(mine.get("/staff/account"), "Make new ones"),
        "role": lambda: boss.press(boss.get("/staff/accounts/2"), "Save", role=Role.COMMUNICATIONS.value),
        "disabled": lambda: boss.press(boss.get("/staff/accounts/2"), "Disable"),
    }
    for name, change in changes.items():
        other = by_link(site)
        assert other.raw("/staff/account").status_code == 200
        change()
        if other.raw("/staff/account").status_code == 200:
            yield name


@pytest.mark.plain_sql
def test_every_change_of_how_one_gets_in_ends_the_others_at_the_next_request(site):
    assert list(_survivors(site)) == []


@pytest.mark.plain_sql
def test_without_ending_them_they_would_live_on(make_site, noon):
    survived = list(_survivors(make_site(switches=Switches(end_other_sessions=False))))
    assert survived == ["password", "app", "recovery codes", "role"]  # who is disabled is asked about each time


# ---------------------------------------------------------------- a code opens once


def _openings(site, app, at_once):
    """How many of several who hold one code and the password get in, all at the same moment."""
    code, inside = app.at(clock.now()), []

    def enter():
        with site.inside():
            fresh = sessions.Fresh(sessions.new_key())
            with db.writing():
                inside.append(service.sign_in(1, code, fresh, clock.now()))

    _at_once(*[enter] * at_once)
    return sum(inside)


@pytest.mark.gate("S13", quick=5, full=100)
def test_of_twenty_with_one_code_one_gets_in(site, later, size):
    app = set_up(by_link(site))
    for _ in range(size):
        later(seconds=30)
        assert _openings(site, app, 20) == 1


@pytest.mark.plain_sql
def test_without_the_guard_all_would(make_site, noon, later):
    site = make_site(switches=Switches(codes_once=False))
    app = set_up(by_link(site))
    later(seconds=30)
    assert _openings(site, app, 5) == 5


def test_of_twenty_with_one_recovery_code_one_gets_in(site):
    mine = by_link(site)
    set_up(mine)
    code, inside = codes_on(mine.press(mine.get("/staff/account"), "Make new ones"))[0], []

    def enter():
        with site.inside(), db.writing():
            inside.append(service.sign_in(1, code, sessions.Fresh(sessions.new_key()), clock.now()))

    _at_once(*[enter] * 20)
    assert sum(inside) == 1


@pytest.mark.plain_sql
def test_the_code_that_set_up_the_app_opens_nothing(site):
    app = set_up(by_link(site))
    assert sign_in(site.visitor(), **with_code(app)).status == 422


# ---------------------------------------------------------------- an ended session never comes back


def _begin(site):
    """The key of a session whose use has not been noted for two minutes."""
    key = sessions.new_key()
    with site.inside(), db.writing() as session:
        account_id = service.add(EMAIL, "Staff", clock.now())
        sessions.begin(account_id, sessions.Fresh(key), clock.now())
        session.flush()
        mine = StaffSession.key_hash == sessions.hash_of(key)
        session.execute(update(StaffSession).where(mine).values(seen_at=clock.now() - timedelta(minutes=2)))
    return key


def _is_open(site, key):
    with site.inside(), db.reading():
        return sessions.find(key, clock.now()) is not None


def _woken(site, rounds):
    """How many of so many sessions are open after being used and ended at the same moment."""
    woken = 0
    for _ in range(rounds):
        key, renewed = _begin(site), sessions.new_key()

        def use(key=key):
            person = site.visitor()
            person.client.set_cookie("staff", key)
            person.raw("/staff/account")

        def prove(key=key, renewed=renewed):
            with site.inside(), db.writing():
                sessions.prove(key, renewed, clock.now())

        def end():
            with site.inside(), db.writing():
                sessions.end_all(1, clock.now())

        _at_once(use, prove, end)
        with site.inside(), db.writing():
            open_ones = len(sessions.of(1, clock.now()))
        woken += bool(open_ones)
    return woken


@pytest.mark.gate("S13", quick=ROUNDS, full=ROUNDS * 10)
def test_no_session_comes_back_in_a_hundred_races(site, size):
    assert _woken(site, size) == 0


def _noted_after_its_end(site):
    """Whether a request that found its session, and notes its use only after it was ended, wakes it."""
    key = _begin(site)
    with site.inside():
        with db.reading():
            found = sessions.find(key, clock.now())
        with db.writing():
            sessions.end(key, clock.now())
        assert found
        with db.writing():
            sessions.note_use(found[1], clock.now())
    return _is_open(site, key)


@pytest.mark.plain_sql
def test_a_use_that_is_noted_late_wakes_nothing(site):
    assert not _noted_after_its_end(site)


@pytest.mark.plain_sql
def test_without_the_guard_it_would(make_site, noon):
    assert _noted_after_its_end(make_site(switches=Switches(sessions_stay_ended=False)))


@pytest.mark.plain_sql
def test_an_ended_session_cannot_prove_itself_alive(site):
    key = _begin(site)
    with site.inside():
        with db.writing():
            sessions.end(key, clock.now())
        with db.writing():
            assert not sessions.prove(key, "renewed", clock.now())
    assert not _is_open(site, key) and not _is_open(site, "renewed")


@pytest.mark.plain_sql
def test_neither_use_nor_proof_stretches_a_session_beyond_half_a_day(site, noon):
    mine = by_link(site)
    app = set_up(mine)
    for quarter in range(1, 48):
        noon.move_to(NOON + timedelta(minutes=15 * quarter))
        page = mine.get("/staff/prove")
        mine.press(page, "Go on", password=PASSWORD, code=app.at(clock.now()))
        assert mine.raw("/staff/account").status_code == 200
    noon.move_to(NOON + timedelta(hours=12))
    assert mine.raw("/staff/account").location == "/staff/sign-in"
    assert len(site.rows(select(StaffSession.id))) == 1


# ---------------------------------------------------------------- what was typed when a session had ended

OURS = {"Sec-Fetch-Site": "same-origin"}


@pytest.mark.plain_sql
@pytest.mark.parametrize("how", ["idle", "another tab"])
def test_what_was_typed_into_a_form_outlives_its_session(site, later, how):
    boss, path = by_link(site, "boss@example.org"), "/staff/places/new"
    app, typed = set_up(boss), {"name": "Sample Temple 7", "zip": "90007"}
    form = boss.get(path)
    if how == "idle":
        later(minutes=31)
    else:
        boss.press(boss.get("/staff/"), "Sign out")
    told = boss.post(path, {**form.form("Add the place")["fields"], **typed}, headers=OURS)
    assert told.status == 403 and told.heading == "You are signed out" and "Nothing was saved" in told.text
    [door] = [one.attrs for one in told.all("a") if one.attrs["href"] == "/staff/sign-in"]
    assert (door["target"], door["rel"]) == ("_blank", "noopener")
    later(minutes=1)
    assert sign_in(boss, "boss@example.org", **with_code(app)).heading == "Today"  # in the other tab
    again = told.form("Send it again")
    asked = boss.post(again["action"], again["fields"], headers=OURS)
    assert asked.status == 400 and asked.heading == "Nothing was saved yet" and "kept on this page" in asked.text
    assert site.rows(select(Place.name)) == []
    assert boss.press(asked, "Send it again").heading == "Sample Temple 7"
    assert site.rows(select(Place.name)) == [("Sample Temple 7",)]


@pytest.mark.plain_sql
def test_what_may_come_from_another_sites_page_is_not_offered_to_be_sent_again(site, staff):
    stranger, fields = site.visitor(), {"name": "Sample Temple 7", "csrf_token": "made-up"}
    for headers in ({}, {"Origin": "null"}, {"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "same-site"}):
        for person, status in ((stranger, 403), (staff, 400)):
            page = person.post("/staff/places/new", fields, headers=headers)
            assert page.status == status and "Sample Temple 7" not in page.html, headers
            assert "go back" in page.text.lower(), headers


@pytest.mark.plain_sql
def test_a_password_is_never_kept_on_the_page_that_says_that_one_is_signed_out(site):
    fields = {"password": PASSWORD, "code": "123456", "csrf_token": "made-up"}
    page = site.visitor().post("/staff/account", fields, headers=OURS)
    assert page.status == 403 and PASSWORD not in page.html

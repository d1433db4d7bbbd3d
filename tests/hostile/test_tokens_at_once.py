"""S12: what opens once opens once, also when fifty try at the same moment; no token lies in the records."""

import re
import threading
from urllib.parse import urlsplit

import pytest
from flask import Response
from sqlalchemy import select, update

from campaign import clock, db, seals
from campaign.app import TABLES
from campaign.mail import Letter
from campaign.pledges.models import Signature
from campaign.staff import service as accounts
from campaign.staff import sessions
from campaign.staff.models import OneTimeLink, StaffSession
from campaign.supporters.models import Consent
from tests.hostile.looking import leads_off
from tests.house.everything import on_sqlite, routes
from tests.pledges.acts import link_in, sign, text_of

AT_ONCE = 50


def _all_at_once(site, path, *, look=True):
    """Fifty look at a page and press its button at the same moment; how each was answered."""
    start, answers = threading.Barrier(AT_ONCE), []

    def press():
        client = site.app.test_client()
        sent = _hidden(client.get(path).get_data(as_text=True)) if look else {}
        start.wait(60)
        answers.append(client.post(path, data=sent).status_code)

    threads = [threading.Thread(target=press) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(90)
    assert len(answers) == AT_ONCE
    return answers


def _hidden(page):
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))


def _number(site, column):
    return len(site.rows(select(column)))


@pytest.mark.gate("S12", quick=2, full=40)
def test_a_confirmation_pressed_by_fifty_at_once_counts_once(site, visitor, later, size):
    for number in range(1, size + 1):
        sign(visitor, later, email=f"anna{number}@example.org", newsletter="y")
        path = link_in(site.letter(), "confirm")
        assert set(_all_at_once(site, path, look=False)) == {303}
        assert _number(site, Consent.id) == number
        thanks = select(Letter.id).where(Letter.kind == "pledges.thank_you")
        assert len(site.rows(thanks)) == number
        site.letters()
        counted = select(Signature.id).where(Signature.confirmed_at.is_not(None))
        assert len(site.rows(counted)) == number


def _a_link(site):
    with site.inside(), db.writing():
        return accounts.one_time_link(accounts.add("new@example.org", "New", clock.now()), clock.now())


@pytest.mark.gate("S12", quick=2, full=40)
def test_a_link_that_signs_in_once_lets_one_of_fifty_in(site, size):
    for number in range(1, size + 1):
        answers = _all_at_once(site, f"/staff/link/{_a_link(site)}")
        assert sorted(answers) == [303] + [410] * (AT_ONCE - 1)
        assert _number(site, StaffSession.id) == number


@pytest.mark.gate("S12", quick=1, full=5)
def test_a_link_that_is_looked_at_before_it_is_marked_lets_many_in(site, size):
    """The negative control: the same door, made carelessly, and found out by the same fifty."""
    meet = threading.Barrier(AT_ONCE)

    def careless(key):
        with db.reading() as session:
            known = select(OneTimeLink.account_id).where(OneTimeLink.used_at.is_(None))
            account_id = session.scalar(known)
        meet.wait(60)
        with db.writing() as session:
            session.execute(update(OneTimeLink).values(used_at=clock.now()))
            sessions.begin(account_id, sessions.Fresh(sessions.new_key()), clock.now())
        return Response(key, 303)

    site.app.extensions["csrf"].exempt(careless)
    site.app.add_url_rule("/careless/<key>", "careless", careless, methods=["POST"])
    key = _a_link(site)
    assert _all_at_once(site, f"/careless/{key}", look=False).count(303) > 1
    assert _number(site, StaffSession.id) > 1


def test_no_token_and_no_secret_of_a_link_lies_in_the_records(everything):
    mailed = {urlsplit(link).path.rpartition("/")[2] for letter in everything.letters for link in _links(letter)}
    secrets = {token.partition(".")[2] for token in mailed if "." in token} | {everything.key}
    assert len(secrets) >= 4 and all(len(secret) >= 43 for secret in secrets)  # 43 characters of base64 are 256 bits
    with everything.site.inside(), db.reading() as session:
        held = "\n".join(repr(row) for table in TABLES.sorted_tables for row in session.execute(select(table)))
    assert not [secret for secret in secrets if secret in held]
    assert "Anna Sample" in held  # what is looked through is what is held


def _links(letter):
    return [word for word in text_of(letter).split() if word.startswith("http://")]


@on_sqlite
def test_every_token_is_refused_by_every_door_of_another_purpose(everything):
    site, doors = everything.site, []
    for method, address, rule in routes(site.app):
        for converter in rule._converters.values():
            if isinstance(converter, seals.Signed):
                start, _, end = address.partition("<")
                doors.append((method, start + "{}" + end.partition(">")[2], converter.purpose))
    purposes = {purpose for *_, purpose in doors} | {"rendered", "message", "csrf", ""}
    opened: set[tuple[str, str, str]] = set()
    forged: set[tuple[str, str, str]] = set()
    with site.inside():
        tokens = {purpose: seals.sign(purpose, 1) for purpose in purposes}
    for method, address, wanted in sorted(doors):  # what shows something before what ends it: GET before POST
        for purpose, token in tokens.items():
            for spelled in (token, token.replace(f"{purpose}-", f"{wanted}-", 1)):
                answer = site.visitor().raw(address.format(spelled), method=method)
                assert not leads_off(answer.location)
                if answer.status_code in (200, 303):
                    (opened if spelled == token else forged).add((address, wanted, purpose))
    assert forged == set()
    # Whatever is confirmed is confirmed at one address; there each token opens what it was made for.
    shared = {(address, one, other) for _, address, one in doors for _, same, other in doors if same == address}
    assert opened <= shared
    same = {(purpose, purpose) for *_, purpose in doors}
    assert {(one, other) for _, one, other in opened} == same | {("sign", "join"), ("join", "sign")}


def test_a_confirmation_that_has_run_out_confirms_nothing(site, visitor, later):
    sign(visitor, later)
    path = link_in(site.letter(), "confirm")
    later(days=15)
    assert site.visitor().get(path).status == 410
    site.visitor().raw(path, method="POST")
    assert site.rows(select(Signature.confirmed_at)) == [(None,)]


def test_a_link_that_signs_in_has_run_out_after_a_day(site, later):
    path = f"/staff/link/{_a_link(site)}"
    later(hours=24, seconds=1)
    person = site.visitor()
    assert person.press(person.get(path), "Sign in").status == 410 and site.rows(select(StaffSession.id)) == []

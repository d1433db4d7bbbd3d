"""S17: the hook takes hints from Mailchimp alone, is answered at once, and nothing that it says is believed."""

import json
import logging
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from campaign import clock
from campaign.app import Switches
from campaign.mailing import hearing
from campaign.mailing.builtin import BuiltIn
from campaign.mailing.fake.account import AUDIENCE
from campaign.mailing.fake.hooks import signature
from campaign.mailing.fake.members import key_of
from campaign.mailing.models import ListHint, ListIntake
from campaign.supporters.models import Consent
from tests.house.everything import contents, on_sqlite
from tests.mailing.acts import ANNA, BELA, agree, due, leave, row, statuses, sync
from tests.mailing.conftest import hosted
from tests.mailing.hooked import FORM, at_mailchimp, door, post, set_up, told

pytestmark = on_sqlite
SOURCES = select(Consent.given, Consent.source).order_by(Consent.id)
TOKEN = "a token for tests, long enough"
FIXTURES = Path(__file__).parents[3] / "shared" / "mailchimp" / "webhook-fixtures.json"


def _listed(site, chimp, *emails):
    agree(site, *emails)
    sync(site, hosted(chimp))


def _hear(site):
    site.work("hear-from-list")


@pytest.fixture
def wired(noon, make_site, chimp):
    site = at_mailchimp(make_site, chimp)
    set_up(site, chimp)
    _listed(site, chimp, ANNA, BELA)
    return site


def _hints(site):
    return [one[0] for one in site.rows(select(ListHint.supporter_id))]


def test_who_leaves_there_leaves_here_within_a_sweep_and_that_is_their_no(wired, chimp):
    chimp.members.unsubscribe(ANNA)
    assert chimp.hooks.deliver() == [200]
    assert row(wired).subscribed, "the hook alone changes nothing"
    _hear(wired)
    assert not row(wired).subscribed and row(wired).list_state == "unsubscribed" and row(wired, BELA).subscribed
    assert wired.rows(SOURCES)[-1] == (False, "mailing list") and due(wired) == set() and _hints(wired) == []


def test_a_forged_unsubscribe_does_not_unsubscribe(wired, chimp):
    assert post(wired, chimp, told(ANNA)) == 200
    _hear(wired)
    assert row(wired).subscribed and statuses(chimp.members.known.values())[ANNA] == "subscribed"


def test_without_looking_up_first_it_would(noon, make_site, chimp):
    """The negative control."""
    site = at_mailchimp(make_site, chimp, switches=Switches(look_up_first=False))
    set_up(site, chimp)
    _listed(site, chimp, ANNA)
    post(site, chimp, told(ANNA))
    assert not row(site).subscribed, "the control did not notice"


WRONG = {
    "another secret": {"path": "/hooks/mailchimp/" + "x" * 43},
    "no signature": {"sign": ""},
    "another's signature": {"sign": signature("another", told(ANNA), clock.now())},
    "nonsense": {"sign": "t=\u0661,v1=\u00e9"},
    "no moment": {"sign": "v1=00"},
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_not_from_mailchimp_changes_nothing(wired, chimp, wrong):
    before = contents(wired)
    sent = {name: value.encode().decode("latin-1") for name, value in WRONG[wrong].items()}
    assert post(wired, chimp, told(ANNA), **sent) == (404 if "path" in sent else 403)
    assert contents(wired) == before


def test_a_delivery_that_was_overheard_is_worth_nothing_later_and_little_at_once(wired, chimp, later):
    [hook], body = chimp.hooks.known.values(), told(ANNA)
    old = signature(hook.secret, body, clock.now())
    assert post(wired, chimp, body, sign=old) == 200
    before = contents(wired)
    assert post(wired, chimp, body, sign=old) == 200 and contents(wired) == before, "once more, and nothing is new"
    assert post(wired, chimp, body + b"&x=1", sign=old) == 403
    later(seconds=301)
    assert post(wired, chimp, body, sign=old) == 403
    future = signature(hook.secret, body, clock.now() + timedelta(seconds=301))
    assert post(wired, chimp, body, sign=future) == 403 and contents(wired) == before


@pytest.mark.parametrize(
    ("data", "kind", "status"),
    [
        (b"type=" + b"x" * 10_000_000, FORM, 413),
        (json.dumps({"type": "unsubscribe"}).encode(), "application/json", 415),
        (b"type=unsubscribe", "text/plain", 415),
        (b"", None, 415),
        (b"type=%FF", FORM, 400),
    ],
)
def test_what_is_no_delivery_changes_nothing(wired, chimp, data, kind, status):
    before = contents(wired)
    answer = wired.app.test_client().post(door(chimp), data=data, content_type=kind)
    assert answer.status_code == status and contents(wired) == before


ODD = [b"", b"type=unsubscribe", b"a=b&&&=", told("nobody@example.org"), told("@"), told("x" * 400 + "@example.org")]
ODD += [told(ANNA, "campaign"), told(ANNA, "explode"), told(ANNA, **{"data[list_id]": "another"}), told("a\0@b.org")]


@pytest.mark.parametrize("body", ODD)
def test_what_is_of_no_interest_is_answered_and_left_alone(wired, chimp, body):
    assert post(wired, chimp, body) == 200 and _hints(wired) == []


def test_every_delivery_that_mailchimp_documents_is_taken(wired, chimp):
    if not FIXTURES.exists():
        pytest.skip(f"there is no {FIXTURES}")
    for one in json.loads(FIXTURES.read_text(encoding="utf-8"))["fixtures"]:
        body = one["body"].replace("api%2Bcleaned%40mailchimp.com", ANNA).replace("old%40example.org", BELA).encode()
        assert post(wired, chimp, body) == 200, one["name"]
    assert len(_hints(wired)) == 2


def test_a_hook_that_is_not_signed_is_known_by_its_address_alone(noon, make_site, chimp):
    chimp.hooks.signs = False
    site = at_mailchimp(make_site, chimp)
    set_up(site, chimp)
    _listed(site, chimp, ANNA)
    assert post(site, chimp, told(ANNA), sign="") == 200 and _hints(site) == [1]


def test_without_a_hook_every_address_is_no_page(noon, make_site, chimp):
    site = at_mailchimp(make_site, chimp)
    client = site.app.test_client()
    for secret in ("none", "", "x" * 43):
        assert client.get(f"/hooks/mailchimp/{secret}").status_code == 404
        assert client.post(f"/hooks/mailchimp/{secret}", data=told(ANNA), content_type=FORM).status_code == 404


def test_looking_at_the_address_is_answered_and_changes_nothing(wired, chimp):
    before, client = contents(wired), wired.app.test_client()
    assert client.get(door(chimp)).status_code == 200 and client.get(door(chimp)[:-1]).status_code == 404
    assert client.get(door(chimp)).headers["Cache-Control"] == "no-store" and contents(wired) == before


def test_our_own_writes_come_back_as_nothing_new(wired, chimp):
    [hook] = chimp.hooks.known.values()
    hook.sources["api"] = True  # somebody switched that on
    leave(wired, ANNA)
    agree(wired, "carla@example.org")
    sync(wired, hosted(chimp))
    before = wired.rows(SOURCES)
    assert len(chimp.hooks.waiting) == 2 and set(chimp.hooks.deliver()) == {200}
    _hear(wired)
    assert wired.rows(SOURCES) == before and due(wired) == set() and _hints(wired) == []


def test_a_person_of_whom_much_is_said_is_looked_up_once(wired, chimp):
    for number in range(30):
        assert post(wired, chimp, told(ANNA, "profile", x=str(number))) == 200
    asked = len(chimp.calls)
    _hear(wired)
    assert len(chimp.calls) == asked + 1 and _hints(wired) == []


def test_mail_that_came_back_puts_them_aside_and_is_no_no(wired, chimp):
    chimp.members.bounce(ANNA)
    chimp.hooks.deliver()
    _hear(wired)
    assert row(wired).subscribed and row(wired).list_state == "cleaned" and "came back" in row(wired).list_trouble
    assert len(wired.rows(SOURCES)) == 2


def test_an_address_that_was_changed_there_is_not_put_back(wired, chimp):
    chimp.members.move(ANNA, "anna2@example.org")
    chimp.hooks.deliver()
    _hear(wired)
    assert "address was changed there" in row(wired).list_trouble
    sync(wired, hosted(chimp))
    assert statuses(chimp.members.known.values()) == {"anna2@example.org": "subscribed", BELA: "subscribed"}


def test_who_comes_back_by_the_lists_own_form_is_back_here_if_they_had_left_there(wired, chimp):
    for act in (chimp.members.unsubscribe, chimp.members.join):
        act(ANNA)
        chimp.hooks.deliver()
        _hear(wired)
    assert row(wired).subscribed and due(wired) == {ANNA}  # the list is told what it missed while they were away
    assert [one[0] for one in wired.rows(SOURCES)] == [True, True, False, True]
    sync(wired, hosted(chimp))
    assert due(wired) == set() and statuses(chimp.members.known.values())[ANNA] == "subscribed"


def test_and_if_they_had_left_here_the_list_is_told_so_once_more(wired, chimp):
    leave(wired, ANNA)
    sync(wired, hosted(chimp))
    chimp.members.join(ANNA)
    chimp.hooks.deliver()
    _hear(wired)
    assert not row(wired).subscribed and due(wired) == {ANNA}
    sync(wired, hosted(chimp))
    assert statuses(chimp.members.known.values())[ANNA] == "unsubscribed"


def test_who_is_in_hand_for_a_delivery_is_looked_up_afterwards(wired, chimp, later):
    from campaign.mailing import service

    agree(wired, ANNA)
    with wired.inside():
        assert service._begin("Mailchimp", clock.now()).people
    chimp.members.unsubscribe(ANNA)
    chimp.hooks.deliver()
    _hear(wired)
    assert row(wired).subscribed and _hints(wired) == [1]
    later(hours=2)
    _hear(wired)
    assert not row(wired).subscribed and _hints(wired) == []


@pytest.mark.parametrize("mood", ["429", "403 bare", "500", "502 html", "200 html", "unknown audience"])
def test_when_the_list_cannot_be_asked_the_hint_waits(wired, chimp, later, mood):
    chimp.members.unsubscribe(ANNA)
    chimp.hooks.deliver()
    if mood == "unknown audience":
        chimp.members.audience = "gone"
    else:
        chimp.moods = [mood]
    _hear(wired)
    assert row(wired).subscribed and _hints(wired) == [1]
    chimp.members.audience = AUDIENCE
    later(hours=1)
    _hear(wired)
    assert not row(wired).subscribed and _hints(wired) == []


def test_the_address_of_the_hook_is_in_no_log_no_metric_and_no_record(noon, make_site, chimp, caplog):
    caplog.set_level(logging.DEBUG)
    site = at_mailchimp(make_site, chimp, metrics_token=TOKEN, access_log=True)
    set_up(site, chimp)
    secret = door(chimp).rpartition("/")[2]
    post(site, chimp, told(ANNA))
    post(site, chimp, told(ANNA), sign="t=1,v1=2")
    site.app.test_client().get(door(chimp))
    numbers = site.app.test_client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
    assert "mailing_hook.hear" in numbers and "mailing_hook.hear" in caplog.text
    [hook] = chimp.hooks.known.values()
    for hidden in (secret, hook.secret):
        assert hidden not in numbers + caplog.text + str(contents(site))
    assert ANNA not in caplog.text


def test_a_hint_and_what_was_heard_hold_no_address(wired, chimp):
    post(wired, chimp, told(ANNA))
    [[hint]] = wired.rows(select(ListHint))
    [[heard]] = wired.rows(select(ListIntake))
    said = str([vars(hint), vars(heard)])
    assert "anna" not in said and key_of(ANNA) not in said and heard.heard_at == clock.now()


def test_a_language_that_was_changed_there_is_put_back_and_one_that_mailchimp_has_not_is_left(wired, chimp):
    agree(wired, "carla@example.org", language="tl")
    sync(wired, hosted(chimp))
    for email in (ANNA, "carla@example.org"):
        chimp.members.known[key_of(email)].language = "ko"
        post(wired, chimp, told(email, "profile"))
    _hear(wired)
    assert due(wired) == {ANNA}
    sync(wired, hosted(chimp))
    assert chimp.members.known[key_of(ANNA)].language == "en"


def test_while_the_key_is_missing_nobody_is_looked_up_elsewhere(wired, chimp):
    post(wired, chimp, told(ANNA))
    with wired.inside():
        assert hearing.look_again(BuiltIn()) == 0
    assert row(wired).list_stuck_at is None and _hints(wired) == [1]

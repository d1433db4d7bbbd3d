"""The fake is as unkind as the real one, as the notes on Mailchimp (section 3) number it; and keeps to the contract."""

import threading
from base64 import b64encode
from http.client import HTTPConnection
from json import dumps, loads
from urllib.parse import urlsplit

import pytest

from campaign.mailing import fake as mailchimps
from campaign.mailing.fake import contract, people
from campaign.mailing.fake.account import AUDIENCE, KEY
from campaign.mailing.fake.members import key_of
from tests.mailing.acts import ANNA, BELA, crowd

needs_contract = pytest.mark.skipif(bool(contract.why_not()), reason=contract.why_not())
ME = f"/3.0/lists/{AUDIENCE}/members/{key_of(ANNA)}"
LIST = f"/3.0/lists/{AUDIENCE}"


@pytest.fixture
def ask(chimp):
    """A call of any kind: status and answer."""
    return lambda *call: _ask(chimp, *call)


def _ask(chimp, method, path, body=None, key=KEY):
    place = urlsplit(chimp.url)
    connection = HTTPConnection(place.hostname, place.port, timeout=20)
    headers = {
        "Authorization": "Basic " + b64encode(f"user:{key}".encode()).decode(),
        "Content-Type": "application/json",
    }
    connection.request(method, path, dumps(body) if body is not None else None, headers)
    answer = connection.getresponse()
    said = answer.read()
    connection.close()
    return answer.status, loads(said) if said and "json" in answer.headers["Content-Type"] else said


def _title(answer):
    return answer[0], answer[1]["title"]


def _join(ask, email=ANNA):
    return ask("PUT", f"{LIST}/members/{key_of(email)}", {"email_address": email, "status_if_new": "subscribed"})


def test_1_status_if_new_acts_on_newcomers_alone(ask, chimp):
    assert _join(ask)[1]["status"] == "subscribed"
    chimp.members.unsubscribe(ANNA)
    status, answer = ask("PUT", ME, {"email_address": ANNA, "status_if_new": "subscribed", "language": "es"})
    assert (status, answer["status"], answer["language"]) == (200, "unsubscribed", "es")


@pytest.mark.parametrize("how", ["unsubscribe", "bounce"])
def test_2_who_left_or_bounced_is_not_subscribed_but_may_be_asked_once(ask, chimp, how):
    _join(ask)
    getattr(chimp.members, how)(ANNA)
    for method in ("PUT", "PATCH"):
        answer = ask(method, ME, {"email_address": ANNA, "status": "subscribed"})
        assert _title(answer) == (400, "Member In Compliance State")
    for _ in range(2):
        assert ask("PATCH", ME, {"status": "pending"})[1]["status"] == "pending"
    assert chimp.members.known[key_of(ANNA)].letters == 1
    chimp.members.click(ANNA)
    assert ask("GET", ME)[1]["status"] == "subscribed"


@pytest.mark.parametrize(("lenient", "status"), [(False, 400), (True, 200)])
def test_2_reports_differ_on_who_was_unsubscribed_by_the_api(ask, chimp, lenient, status):
    chimp.members.lenient = lenient
    _join(ask)
    ask("PATCH", ME, {"status": "unsubscribed"})
    assert chimp.members.known[key_of(ANNA)].unsubscribed_by == "api"
    assert ask("PATCH", ME, {"status": "subscribed"})[0] == status


def test_3_who_was_deleted_for_good_never_comes_back(ask):
    _join(ask)
    assert ask("POST", f"{ME}/actions/delete-permanent")[0] == 204
    assert ask("GET", ME)[0] == 404
    for status in ("subscribed", "pending"):
        answer = ask("PUT", ME, {"email_address": ANNA, "status_if_new": status})
        assert _title(answer) == (400, "Forgotten Email Not Subscribed")
    [error] = ask("POST", LIST, {"members": [{"email_address": ANNA, "status": "pending"}]})[1]["errors"]
    assert error["email_address"] == ANNA and error["error_code"] == "ERROR_GENERIC"


def test_5_one_address_is_one_member_however_it_is_named(ask, chimp):
    _join(ask)
    body = {"email_address": ANNA.upper(), "status_if_new": "subscribed"}
    assert _title(ask("POST", f"{LIST}/members", {"email_address": ANNA, "status": "subscribed"})) == (
        400,
        "Member Exists",
    )
    assert _title(ask("PUT", f"{LIST}/members/{'0' * 32}", body)) == (400, "Member Exists")
    assert ask("PUT", f"{LIST}/members/{'0' * 32}", {**body, "email_address": BELA})[0] == 200
    assert set(chimp.members.known) == {key_of(ANNA), key_of(BELA)}


def test_7_a_batch_is_200_and_names_who_went_wrong(ask, chimp):
    _join(ask)
    _join(ask, BELA)
    chimp.members.unsubscribe(BELA)
    batch = [
        {"email_address": one, "status": "subscribed"} for one in (ANNA, BELA, "new@example.org", "new@example.org")
    ]
    status, answer = ask("POST", LIST, {"members": batch, "update_existing": True})
    assert status == 200 and answer["error_count"] == 2 and answer["total_created"] == 1
    assert [one["email_address"] for one in answer["errors"]] == [BELA, "new@example.org"]
    assert [one["email_address"] for one in answer["updated_members"]] == [ANNA]
    [error] = ask("POST", LIST, {"members": batch[:1]})[1]["errors"]
    assert error["error_code"] == "ERROR_CONTACT_EXISTS"


def test_7_no_more_than_five_hundred(ask, chimp):
    batch = [{"email_address": one, "status_if_new": "subscribed"} for one in crowd(501)]
    assert ask("POST", LIST, {"members": batch})[0] == 400
    chimp.breaches.clear()


def test_10_the_eleventh_call_at_once_is_refused(chimp):
    gate, answers = threading.Event(), []
    chimp.reached = lambda step, _call: bool(step == "asked" and not gate.wait(20))
    callers = [threading.Thread(target=lambda: answers.append(_ask(chimp, "GET", "/3.0/ping")[0])) for _ in range(11)]
    for one in callers:
        one.start()
    while chimp.now < 11:
        threading.Event().wait(0.01)
    gate.set()
    for one in callers:
        one.join()
    assert sorted(answers) == [200] * 10 + [429]


def test_10_a_write_may_be_done_though_nobody_hears_of_it(ask, chimp):
    chimp.moods = ["after: 502 html"]
    assert _join(ask)[0] == 502
    assert ask("GET", ME)[1]["status"] == "subscribed"


def test_a_wrong_key_opens_nothing(chimp):
    assert _title(_ask(chimp, "GET", ME, None, "wrong-us1")) == (401, "API Key Invalid")


@needs_contract
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", ME, {"email_address": ANNA, "statusIfNew": "subscribed"}),
        ("PUT", ME, {"status_if_new": "subscribed"}),
        ("PUT", ME, {"email_address": ANNA, "status_if_new": "archived"}),
        ("PATCH", f"{LIST}/members/{ANNA}", {"status": "unsubscribed"}),
        ("POST", LIST, {"members": [{"email_address": ANNA}]}),
        ("POST", f"{LIST}?skip_merge_validation=perhaps", {"members": []}),
        ("GET", f"{LIST}/members?count=1001", None),
        ("GET", "/3.0/lists/x/nothing", None),
    ],
)
def test_what_breaks_the_contract_is_refused_and_kept(ask, chimp, method, path, body):
    assert ask(method, path, body)[0] == 400
    assert chimp.breaches
    chimp.breaches.clear()


@needs_contract
def test_an_answer_of_the_fakes_own_that_breaks_the_contract_is_kept_too(ask, chimp, monkeypatch):
    monkeypatch.setattr(chimp, "_shown", lambda member: {"status": "here"})
    _join(ask)
    assert "answer 200" in chimp.breaches[0]
    chimp.breaches.clear()


def test_without_the_contract_it_says_so(monkeypatch, tmp_path):
    monkeypatch.setenv("MAILCHIMP_CONTRACT", str(tmp_path / "nothing.json"))
    assert "nothing.json" in contract.why_not()
    assert "not held to the contract" in people.welcome(mailchimps.Fake(), contract.why_not())


def test_it_can_be_watched_and_played_with_by_hand(ask, chimp):
    said: list[str] = []
    chimp.say = said.append
    assert ask("GET", "/")[1] == b"Nobody yet.\n"
    _join(ask)
    assert said == [f"PUT    {ME} 200 subscribed"] and ANNA not in said[0]
    assert ask("POST", f"/unsubscribe/{ANNA}")[1].decode().split() == ["unsubscribed", ANNA]
    assert b"is not on it" in ask("POST", f"/unsubscribe/{BELA}")[1]

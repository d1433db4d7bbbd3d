"""The fake is as unkind as the real one, as the notes on Mailchimp (section 3) number it; and keeps to the contract."""

import hmac
import tarfile
import threading
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from io import BytesIO
from json import dumps, loads
from urllib.parse import parse_qsl, urlsplit

import pytest

from campaign.mailing import fake as mailchimps
from campaign.mailing.fake import batches, contract, hooks, people
from campaign.mailing.fake.account import AUDIENCE, KEY
from campaign.mailing.fake.members import key_of
from campaign.mailing.fake.problem import Problem
from tests.mailing.acts import ANNA, BELA, crowd
from tests.processes import free_port

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


def test_6_an_address_changes_on_its_old_name(ask, chimp):
    _join(ask)
    _join(ask, BELA)
    ask("DELETE", f"{LIST}/members/{key_of(BELA)}")
    taken = ask("PATCH", ME, {"email_address": BELA})
    assert _title(taken) == (400, "Member Exists")  # also of somebody archived
    chimp.hooks.send = lambda *_call: 200
    chimp.hooks.make({"url": "http://here/hook", "events": {"upemail": True}, "sources": {"api": True}})
    assert ask("PATCH", ME, {"email_address": "anna2@example.org"})[1]["id"] == key_of("anna2@example.org")
    assert ask("GET", ME)[0] == 404
    said = chimp.hooks.waiting[0].said
    assert (said["data[old_email]"], said["data[new_email]"]) == (ANNA, "anna2@example.org") and "data[id]" not in said
    assert ask("PUT", ME, {"email_address": ANNA, "status_if_new": "subscribed"})[0] == 200  # somebody new


def test_7_no_more_than_five_hundred(ask, chimp):
    batch = [{"email_address": one, "status_if_new": "subscribed"} for one in crowd(501)]
    assert ask("POST", LIST, {"members": batch})[0] == 400
    chimp.breaches.clear()


def test_8_tags_that_are_not_named_stay_and_what_is_malformed_changes_nothing(ask, chimp):
    _join(ask)
    chimp.members.tag_by_hand(ANNA, "speaker")
    tags = [{"name": "ours", "status": "active"}, {"name": "gone", "status": "inactive"}]
    assert ask("POST", f"{ME}/tags", {"tags": tags})[0] == 204
    assert [one["name"] for one in ask("GET", f"{ME}/tags")[1]["tags"]] == ["speaker", "ours"]
    chimp.contract = None  # which would refuse the next
    assert ask("POST", f"{ME}/tags", {"tags": ["ours"], "status": "inactive"})[0] == 204
    assert list(chimp.members.known[key_of(ANNA)].tags) == ["speaker", "ours"]
    one = {"email_address": ANNA, "status_if_new": "subscribed", "tags": ["new"]}
    ask("POST", LIST, {"members": [one], "update_existing": True})
    assert list(chimp.members.known[key_of(ANNA)].tags) == ["speaker", "ours", "new"]
    ask("POST", LIST, {"members": [one], "update_existing": True, "sync_tags": True})
    assert list(chimp.members.known[key_of(ANNA)].tags) == ["new"]


def test_9_merge_fields_may_be_required_unknown_too_long_or_of_the_wrong_kind(ask, chimp):
    made = ask("POST", f"{LIST}/merge-fields", {"name": "Town", "type": "text", "tag": "TOWN", "required": True})
    assert made[1]["merge_id"] == 3 and made[0] == 200
    assert _title(_join(ask)) == (400, "Invalid Resource")
    assert _join(ask)[1]["errors"] == [{"field": "TOWN", "message": "Please enter a value"}]
    body = {"email_address": ANNA, "status_if_new": "subscribed"}
    assert ask("PUT", f"{ME}?skip_merge_validation=true", body)[0] == 200
    long = {**body, "merge_fields": {"TOWN": "x" * 300, "NONE": "?"}}
    assert ask("PUT", ME, long)[1]["merge_fields"] == {"FNAME": "", "LNAME": "", "TOWN": "x" * 255}
    chimp.contract = None  # which would refuse it
    assert _title(ask("PUT", ME, {**body, "merge_fields": {"FNAME": True}})) == (400, "Invalid Resource")


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


def test_10_it_may_be_refused_without_a_word(chimp):
    chimp.terse, gate, answers = True, threading.Event(), []
    chimp.reached = lambda step, _call: bool(step == "asked" and not gate.wait(20))
    callers = [threading.Thread(target=lambda: answers.append(_ask(chimp, "GET", "/3.0/ping"))) for _ in range(11)]
    for one in callers:
        one.start()
    while chimp.now < 11:
        threading.Event().wait(0.01)
    gate.set()
    for one in callers:
        one.join()
    assert [said for status, said in answers if status == 429] == [b""]


def test_11_a_batch_goes_step_by_step_and_finished_is_not_done(ask, chimp, monkeypatch):
    body = dumps({"email_address": ANNA, "status_if_new": "subscribed"})
    good = {"method": "PUT", "path": ME.removeprefix("/3.0"), "body": body, "operation_id": "first"}
    bad = {"method": "GET", "path": f"lists/{AUDIENCE}/members/{'0' * 32}", "operation_id": "second"}
    batch = ask("POST", "/3.0/batches", {"operations": [good, bad]})[1]
    seen = [ask("GET", f"/3.0/batches/{batch['id']}")[1] for _ in range(4)]
    assert [one["status"] for one in (batch, *seen)] == list(batches.STEPS)
    assert (seen[-1]["finished_operations"], seen[-1]["errored_operations"]) == (2, 1)
    path = urlsplit(seen[-1]["response_body_url"]).path
    with tarfile.open(fileobj=BytesIO(ask("GET", path)[1])) as archive:
        names = archive.getnames()
        files = [file for name in names if (file := archive.extractfile(name))]
        said = [one for file in files for one in loads(file.read())]
    assert names[0] == "." and len(names) == 3 and [one["operation_id"] for one in said] == ["second", "first"]
    assert loads(said[1]["response"])["email_address"] == ANNA and said[0]["status_code"] == 404
    chimp.batches.now = lambda: datetime.now(UTC) + timedelta(minutes=11)
    assert ask("GET", path)[0] == 403
    monkeypatch.setattr(batches, "MOST_PENDING", 1)
    assert ask("POST", "/3.0/batches", {"operations": [good]})[0] == 200
    assert ask("POST", "/3.0/batches", {"operations": [good]})[0] == 429


def test_14_and_15_a_campaign_is_sent_once_and_its_report_agrees(ask, chimp):
    settings = {"subject_line": "News", "reply_to": "we@elsewhere.org"}
    made = ask("POST", "/3.0/campaigns", {"type": "regular", "recipients": {"list_id": AUDIENCE}, "settings": settings})
    place = f"/3.0/campaigns/{made[1]['id']}"
    lacks = ask("GET", f"{place}/send-checklist")[1]
    assert [one["type"] for one in lacks["items"]] == ["error"] * 3
    assert ask("POST", f"{place}/actions/send")[0] == 400
    _join(ask)
    ask("PUT", f"{place}/content", {"html": "<p>News</p>"})
    chimp.campaigns.verified.add("elsewhere.org")
    assert ask("GET", f"{place}/send-checklist")[1]["is_ready"]
    assert ask("POST", f"{place}/actions/schedule", {"schedule_time": "2027-01-11T12:15:00+00:00"})[0] == 204
    chimp.moods = ["after: reset"]
    with pytest.raises(OSError, match=r".*"):
        ask("POST", f"{place}/actions/send")
    assert ask("GET", place)[1]["status"] == "sending"  # which is why nobody repeats it blindly
    assert ask("POST", f"{place}/actions/send")[0] == 400 and ask("DELETE", place)[0] == 405
    chimp.campaigns.arrive(made[1]["id"])
    chimp.campaigns.unsubscribe(made[1]["id"], ANNA)
    report = ask("GET", f"/3.0/reports/{made[1]['id']}")[1]
    left = ask("GET", f"/3.0/reports/{made[1]['id']}/unsubscribed")[1]
    assert (report["emails_sent"], report["unsubscribed"]) == (1, 1)
    assert left["unsubscribes"][0]["email_address"] == ANNA and ask("GET", ME)[1]["status"] == "unsubscribed"
    chimp.contract = None  # which would refuse it, too
    assert ask("POST", f"{place}/actions/schedule", {"schedule_time": "2027-01-11T12:10:00+00:00"})[0] == 400


def test_4_who_is_archived_stays_so_and_cannot_be_archived_twice(ask, chimp):
    _join(ask)
    assert ask("DELETE", ME)[0] == 204 and ask("GET", ME)[1]["status"] == "archived"
    assert _join(ask)[1]["status"] == "archived" and ask("DELETE", ME)[0] == 405
    assert ask("PUT", ME, {"email_address": ANNA, "status": "subscribed"})[1]["status"] == "subscribed"


@pytest.fixture
def hook(ask, chimp):
    """A webhook, and what it is told."""
    heard = []

    def send(*call):
        heard.append(call)
        return 200

    chimp.hooks.send = send
    events = {"subscribe": True, "unsubscribe": True, "cleaned": True, "profile": True, "upemail": True}
    body = {"url": "http://here/hook", "events": events, "sources": {"user": True, "admin": True, "api": False}}
    made = ask("POST", f"{LIST}/webhooks", body)
    assert made[0] == 200 and heard.pop() == ("GET", "http://here/hook", {"User-Agent": hooks.VALIDATOR}, b"")
    return heard, made[1]


def test_12_a_hook_is_asked_first_and_told_what_people_did_but_not_what_we_did(ask, chimp, hook):
    heard, made = hook
    _join(ask)
    ask("PUT", ME, {"email_address": ANNA, "language": "es"})
    assert chimp.hooks.waiting == []  # sources.api is off
    chimp.members.unsubscribe(ANNA)
    assert chimp.hooks.deliver() == [200] and chimp.hooks.waiting == []
    [(method, url, headers, body)] = heard
    said = dict(parse_qsl(body.decode(), keep_blank_values=True))
    assert (method, url, headers["Content-Type"]) == ("POST", "http://here/hook", "application/x-www-form-urlencoded")
    assert said["type"] == "unsubscribe" and said["data[email]"] == ANNA and said["data[list_id]"] == AUDIENCE
    moment = headers["X-Mailchimp-Signature"].split(",")[0].removeprefix("t=")
    ours = hmac.new(made["signing_secret"].encode(), f"{moment}.".encode() + body, "sha256").hexdigest()
    assert headers["X-Mailchimp-Signature"] == f"t={moment},v1={ours}"
    assert "signing_secret" not in ask("GET", f"{LIST}/webhooks")[1]["webhooks"][0]


def test_12_an_echo_of_our_own_where_sources_say_so(ask, chimp, hook):
    ask("PATCH", f"{LIST}/webhooks/{hook[1]['id']}", {"sources": {"api": True}})
    _join(ask)
    assert [one.said["type"] for one in chimp.hooks.waiting] == ["subscribe"]


def test_12_a_hook_that_fails_is_told_again_and_one_that_is_gone_never(ask, chimp, hook):
    _join(ask)
    chimp.members.bounce(ANNA)
    chimp.hooks.send = lambda *_call: 500
    assert chimp.hooks.deliver() == [500] and len(chimp.hooks.waiting) == 1
    chimp.hooks.send = lambda *_call: 410
    chimp.hooks.deliver()
    chimp.members.join(ANNA)
    assert chimp.hooks.waiting == []


def test_12_an_address_that_does_not_answer_is_no_hook(ask, chimp):
    answer = ask("POST", f"{LIST}/webhooks", {"url": f"http://127.0.0.1:{free_port()}/hook", "events": {}})
    assert _title(answer) == (400, "Bad Request")


def test_13_pages_are_short_and_since_means_after_that_second(ask, chimp):
    for one in crowd(12):
        _join(ask, one)
    page = ask("GET", f"{LIST}/members")[1]
    assert (len(page["members"]), page["total_items"]) == (10, 12)
    last = chimp.members.known[key_of(crowd(12)[5])]
    last.changed_at += timedelta(hours=1)
    moment = last.changed_at.replace(microsecond=0)
    query = f"{LIST}/members?fields=total_items&since_last_changed="
    since = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    before = (moment - timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert (ask("GET", query + since)[1], ask("GET", query + before)[1]) == ({"total_items": 0}, {"total_items": 1})


def test_16_switches_of_the_audience_and_permissions_that_only_members_show(ask, chimp):
    chimp.members.double_optin, chimp.members.permissions = True, ["297ab3c1"]
    about = ask("GET", LIST)[1]
    assert about["double_optin"] is True and about["marketing_permissions"] is True
    [permission] = _join(ask)[1]["marketing_permissions"]
    assert permission["marketing_permission_id"] == "297ab3c1" and permission["enabled"] is False


def test_17_a_key_revoked_an_account_switched_off_an_address_that_is_not_taken(ask, chimp):
    chimp.members.fakes, chimp.members.eager = {ANNA}, {BELA}
    assert _title(_join(ask)) == _title(_join(ask, BELA)) == (400, "Invalid Resource")
    chimp.members.most = 0
    assert _join(ask, "carla@example.org")[0] == 403
    chimp.trouble = Problem(403, "User Disabled", "This account has been deactivated.")
    assert _title(ask("GET", ME)) == (403, "User Disabled")


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


def test_without_the_contract_too_nobody_is_deleted_by_a_get(ask, chimp):
    _join(ask)
    chimp.contract = None
    assert ask("GET", f"{ME}/actions/delete-permanent")[0] == 405 and key_of(ANNA) in chimp.members.known
    assert ask("POST", f"{ME}/actions/delete-permanent")[0] == 204 and not chimp.members.known


def test_it_can_be_watched_and_played_with_by_hand(ask, chimp):
    said: list[str] = []
    chimp.say = said.append
    assert ask("GET", "/")[1] == b"Nobody yet.\n"
    _join(ask)
    assert said == [f"PUT    {ME} 200 subscribed"] and ANNA not in said[0]
    assert ask("POST", f"/unsubscribe/{ANNA}")[1].decode().split() == ["unsubscribed", ANNA]
    assert b"is not on it" in ask("POST", f"/unsubscribe/{BELA}")[1]

"""The traps of mailchimp-marketing 3.0.80, each shown on the client itself and then met by our wrapping of it.

T1 to T21 as the notes on Mailchimp number them; T22 is that nobody mends them. If a newer client loses a trap, its
test says so.
"""

import copy
import pickle
import threading
import time
from importlib.metadata import version
from inspect import getsource, signature
from pathlib import Path

import pytest
import requests
from mailchimp_marketing import Client
from mailchimp_marketing.api_client import ApiClientError

from campaign.errors import Passing
from campaign.mailing import mailchimp
from campaign.mailing.fake import Fake
from campaign.mailing.fake.account import AUDIENCE, KEY
from campaign.mailing.mailchimp import Declined, Mailchimp, Patience, Unknown, home_of, key_of
from tests.mailing.acts import ANNA
from tests.mailing.conftest import HASTY, PATIENT
from tests.processes import ROOT, free_port

NEW = {"status_if_new": "subscribed"}
BODY = {"email_address": ANNA, **NEW}
BARE = ["429", "429 bare", "403 bare", "403 html"]


@pytest.fixture
def client(chimp: Fake) -> Client:
    """The client as it comes."""
    client = Client({"api_key": KEY, "timeout": 20})
    client.api_client.host = f"{chimp.url}/3.0"
    return client


@pytest.fixture
def ours(chimp: Fake) -> Mailchimp:
    """Ours."""
    return Mailchimp(KEY, chimp.url, PATIENT)


def _put(ours: Mailchimp) -> object:
    return ours.put(AUDIENCE, ANNA, NEW)


@pytest.mark.parametrize("mood", ["429 bare", "403 bare", "503", "500 bare"])
def test_t1_the_client_returns_a_failure_without_a_body_as_if_it_were_an_answer(client, chimp, mood):
    chimp.moods = [mood]
    answer = client.lists.set_list_member(AUDIENCE, key_of(ANNA), BODY)
    assert isinstance(answer, requests.Response) and not answer.ok


@pytest.mark.parametrize("mood", ["429 bare", "403 bare", "503", "500 bare"])
def test_t1_here_it_is_a_failure(ours, chimp, mood):
    chimp.moods = [mood]
    with pytest.raises(Passing if mood in BARE else Unknown):
        _put(ours)
    assert not chimp.members.known


def test_t2_the_client_rewrites_addresses_that_spell_server(client, chimp):
    with pytest.raises(ApiClientError):
        client.lists.get_list_member(AUDIENCE, "observer@example.org")
    assert chimp.calls[-1].path.endswith("/members/obus1%40example.org")
    chimp.breaches.clear()  # the contract noticed it too


def test_t2_here_nobody_is_named_by_an_address_and_nothing_is_rewritten(ours, chimp):
    ours.put(AUDIENCE, "Observer@Example.org", NEW)
    assert chimp.calls[-1].path.endswith(f"/members/{key_of('observer@example.org')}")
    assert ours.client.api_client.server == ""


def test_t3_and_t4_errors_come_in_three_shapes_say_nothing_and_cannot_be_copied(client, chimp):
    chimp.moods = ["429", "unknown person", "reset"]
    shapes = []
    for _ in range(3):
        with pytest.raises(ApiClientError) as caught:
            client.lists.set_list_member(AUDIENCE, key_of(ANNA), BODY)
        shapes.append(type(caught.value.text))
        if caught.value.status_code:
            assert str(caught.value) == ""
            with pytest.raises(TypeError):
                pickle.loads(pickle.dumps(caught.value))
            with pytest.raises(TypeError):
                copy.copy(caught.value)
    assert shapes[:2] == [str, str] and issubclass(shapes[2], Exception)


@pytest.mark.parametrize(
    ("mood", "kind", "words"),
    [("429", Passing, "busy"), ("unknown person", Declined, "404 Resource Not Found"), ("reset", Unknown, "no answer")],
)
def test_t3_and_t4_here_an_error_has_words_no_address_and_can_be_copied(ours, chimp, mood, kind, words):
    chimp.moods = [mood]
    with pytest.raises(kind, match=words) as caught:
        _put(ours)
    assert ANNA not in repr(caught.value) and caught.value.__cause__ is None
    if kind is not Declined:
        assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_t4_no_error_holds_an_address_even_where_mailchimp_says_one(ours, chimp):
    _put(ours)
    ours.patch(AUDIENCE, ANNA, {"status": "unsubscribed"})
    with pytest.raises(Declined) as caught:
        ours.patch(AUDIENCE, ANNA, {"status": "subscribed"})
    assert caught.value.title == "Member In Compliance State" and ANNA not in str(caught.value)


@pytest.mark.parametrize("mood", ["200 html", "200 empty", "200 object", "200 nonsense", "200 list", "204"])
def test_t5_and_t6_here_what_is_no_answer_is_never_a_success(ours, client, chimp, mood):
    chimp.moods = [mood, mood]
    strange = client.lists.set_list_member(AUDIENCE, key_of(ANNA), BODY)
    assert not isinstance(strange, dict)
    with pytest.raises(Unknown):
        _put(ours)


def test_t7_a_limit_for_one_call_is_ignored_and_an_answer_that_drips_outlasts_the_timeout(client, chimp):
    chimp.moods = ["hang", "drip"]
    client.set_config({"api_key": KEY, "timeout": (3, 0.4)})
    began = time.perf_counter()
    with pytest.raises(ApiClientError):
        client.lists.set_list_member(AUDIENCE, key_of(ANNA), BODY, _request_timeout=0.01)
    assert time.perf_counter() - began > 0.3
    began = time.perf_counter()
    with pytest.raises(ApiClientError):
        client.lists.set_list_member(AUDIENCE, key_of(ANNA), BODY)
    assert time.perf_counter() - began > 1.5


@pytest.mark.parametrize("mood", ["hang", "drip"])
def test_t7_here_a_call_has_an_end(chimp, mood):
    chimp.moods = [mood]
    began = time.perf_counter()
    with pytest.raises(Unknown):
        _put(Mailchimp(KEY, chimp.url, HASTY))
    assert time.perf_counter() - began < HASTY.whole + 5  # the answer itself would take longer


def test_t8_the_client_opens_a_connection_for_each_call_and_never_tries_twice(ours, chimp):
    chimp.moods = ["500"]
    with pytest.raises(Unknown):
        _put(ours)
    assert chimp.moods == [] and chimp.calls == []  # so it is we who must not make a call for each person


def test_t9_one_client_may_be_used_by_many_threads_and_the_limit_is_ours_to_keep(ours, chimp):
    got = []
    threads = [
        threading.Thread(target=lambda n=n: got.append(ours.put(AUDIENCE, f"p{n}@example.org", NEW)["email_address"]))
        for n in range(4)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(got) == 4 and chimp.most <= 4


def test_t10_the_client_splits_a_text_of_fields_into_letters(client, chimp):
    client.lists.get_list_members_info(AUDIENCE, fields="total_items")
    assert chimp.calls[-1].query["fields"].startswith("t,o,t,a,l")


def test_t10_here_fields_are_a_list(ours, chimp):
    _put(ours)
    ours.get(AUDIENCE, ANNA, ("status", "language"))
    assert chimp.calls[-1].query["fields"] == "status,language"


def test_t11_the_client_follows_a_redirect_that_turns_a_write_into_a_read(client, chimp):
    chimp.moods = ["redirect"]
    answer = client.lists.batch_list_members(AUDIENCE, {"members": [BODY]})
    assert answer["id"] == AUDIENCE and chimp.calls[-1].method == "GET" and not chimp.members.known


@pytest.mark.parametrize(
    ("key", "home"),
    [
        ("0123-us21", "https://us21.api.mailchimp.com"),
        ("0123", "https://api.mailchimp.com"),
        ("0123-us1-x", "https://api.mailchimp.com"),
        ("0123-evil.example/", "https://api.mailchimp.com"),
    ],
)
def test_t12_a_key_without_a_data_centre_still_finds_its_home(key, home):
    assert home_of(key) == home


def test_t13_with_a_key_and_a_token_the_key_wins_and_here_there_is_no_token(ours, chimp):
    client = Client({"api_key": KEY, "access_token": "another", "timeout": 20})
    client.api_client.host = f"{chimp.url}/3.0"
    assert client.ping.get()["health_status"]  # the fake knows the key alone
    assert not ours.client.api_client.access_token and ours.client.api_client.api_key == KEY


def test_t14_our_own_mistake_is_not_mistaken_for_theirs(ours):
    with pytest.raises(TypeError):
        ours.put(AUDIENCE, ANNA, {"when": object()})


@pytest.mark.parametrize("nobody", ["", "anna"])
def test_t15_nothing_is_ever_asked_about_nobody(ours, chimp, nobody):
    with pytest.raises(ValueError, match="not an address"):
        ours.get(AUDIENCE, nobody, ["status"])
    assert chimp.calls == []


def test_t16_a_post_without_a_body_sends_null(ours, chimp):
    _put(ours)
    ours.forget(AUDIENCE, ANNA)
    assert chimp.calls[-1].body is None and chimp.members.known == {}  # the contract knows it and is held to


def test_t17_the_client_obeys_what_the_environment_says_of_proxies(ours, chimp, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    assert _put(ours)  # NO_PROXY is set, as running.md says
    monkeypatch.delenv("NO_PROXY")
    with pytest.raises((Passing, Unknown)):
        _put(ours)


def test_t18_arguments_come_in_another_order_here_and_there(client):
    first = [next(iter(signature(getattr(client.lists, name)).parameters)) for name in ("batch_segment_members",)]
    assert first == ["body"] and hasattr(client.lists, "update_list_member_tags")
    assert "batch_segment_members" not in Path(mailchimp.__file__).read_text(encoding="utf-8")


def test_t19_a_configuration_is_heeded_by_nobody(client):
    assert "Configuration" not in getsource(type(client.api_client))


def test_t20_the_client_is_pinned_with_hashes_for_the_next_is_another_library():
    assert version("mailchimp-marketing") == "3.0.80"
    locked = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "--hash=sha256:" in locked.partition("mailchimp-marketing==3.0.80")[2][:200]


def test_t21_members_are_named_in_small_letters_and_hooks_are_no_json():
    assert key_of("Anna@Example.ORG") == key_of("anna@example.org")
    assert not any(
        "get_json" in one.read_text(encoding="utf-8") for one in Path(mailchimp.__file__).parent.glob("*.py")
    )


def test_a_service_that_is_not_there_was_surely_not_told():
    with pytest.raises(Passing, match="cannot be reached"):
        _put(Mailchimp(KEY, f"http://127.0.0.1:{free_port()}", Patience(1, 1, 3)))


def test_a_wrong_key_is_said_in_words(chimp):
    with pytest.raises(Passing, match="does not accept our key"):
        _put(Mailchimp("wrong-us1", chimp.url, PATIENT))

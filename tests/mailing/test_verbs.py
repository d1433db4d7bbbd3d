"""What our client can ask beside telling about people: fields, webhooks, tags; as the contract has them."""

import pytest

from campaign.mailing import ours
from campaign.mailing.fake.account import AUDIENCE, KEY
from campaign.mailing.fake.members import key_of
from campaign.mailing.hooks import WANTED
from campaign.mailing.mailchimp import Declined, Mailchimp, Unknown
from tests.mailing.acts import ANNA
from tests.mailing.conftest import PATIENT, hosted


@pytest.fixture
def client(chimp):
    return Mailchimp(KEY, chimp.url, PATIENT)


def test_fields_are_read_and_made(client, chimp):
    made = client.add_field(AUDIENCE, ours.LANGUAGE, ours.FIELDS[ours.LANGUAGE])
    assert made["required"] is False and made["public"] is False
    assert [one["tag"] for one in client.fields(AUDIENCE)["merge_fields"]] == ["FNAME", "LNAME", ours.LANGUAGE]


def test_a_hook_hears_of_everybody_but_us(client, chimp):
    chimp.hooks.send = lambda *_call: 200
    made = client.add_hook(AUDIENCE, {"url": "http://here/hook", **WANTED})
    assert made["signing_secret"] and made["sources"] == WANTED["sources"]
    assert made["events"]["unsubscribe"] and not made["events"]["campaign"]
    client.change_hook(AUDIENCE, made["id"], {"events": {"profile": True}})
    [one] = client.hooks(AUDIENCE)["webhooks"]
    assert one["events"]["profile"] and one["events"]["cleaned"]
    client.remove_hook(AUDIENCE, made["id"])
    assert client.hooks(AUDIENCE)["webhooks"] == []


def test_tags_are_put_on_and_taken_off_by_name(client, chimp):
    client.put(AUDIENCE, ANNA, {"status_if_new": "subscribed"})
    chimp.members.tag_by_hand(ANNA, "speaker")
    client.tag(AUDIENCE, ANNA, {ours.tag("one"): True})
    client.tag(AUDIENCE, ANNA, {ours.tag("one"): False, ours.tag("two"): True})
    assert list(chimp.members.known[key_of(ANNA)].tags) == ["speaker", ours.tag("two")]


def test_an_answer_where_none_belongs_is_no_success(client, chimp):
    client.put(AUDIENCE, ANNA, {"status_if_new": "subscribed"})
    chimp.moods = ["200 object", "200 html"]
    for _ in range(2):
        with pytest.raises(Unknown):
            client.tag(AUDIENCE, ANNA, {"x": True})
    with pytest.raises(Declined):
        client.tag(AUDIENCE, "nobody@example.org", {"x": True})


def test_who_changed_since_is_read_to_the_end(chimp, client):
    for number in range(3):
        client.put(AUDIENCE, f"p{number}@example.org", {"status_if_new": "subscribed"})
    first, second, third = chimp.members.known.values()
    first.changed_at = first.changed_at.replace(year=2020)
    since = second.changed_at.replace(year=2021)
    assert set(hosted(chimp).changed_since(since)) == {second.email, third.email}

"""Mailchimp's own client, wrapped once: the only file that imports it. Verbs in, dictionaries or three errors out.

The client 3.0.80 returns some failures as if they were answers, hides what errors say, and follows redirects that
turn a write into a read; `tests/mailing/test_traps.py` shows each of these (T1 …) and what is done here. No error
raised here holds an address: Mailchimp's details do, so of a refusal only its status and title are kept.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import md5
from typing import Any

import mailchimp_marketing
import requests
from mailchimp_marketing.api_client import ApiClientError
from urllib3.exceptions import MaxRetryError, NewConnectionError

from ..errors import Passing, Permanent
from . import deadline, rules, turnstile
from .deadline import TooLate, within

NO_ANSWER = "Mailchimp gave no answer in time. What we asked for may have been done; we look before we ask again."
STRANGE = (
    "Something else answered in Mailchimp's place. What we asked for may have been done; we look before we ask again."
)
TOO_LATE = "It took so long until we could ask that somebody else may be asking by now."
BUSY = "Mailchimp is busy and wants us to wait."
A_TAG = re.compile(r"[A-Z0-9_]{1,10}")
AWAY = "Mailchimp cannot be reached."


class Unknown(Exception):
    """Nobody knows whether it was done: look before doing it again."""


class Lost(Unknown):
    """No answer came; Mailchimp may be working at the call still."""


class Declined(Permanent):
    """Mailchimp understood, and said no to this request. The title is its own; wording of details changes.

    `fields`: the merge fields that were wrong, by their tags.
    """

    def __init__(self, status: int, title: str, fields: Sequence[str] = ()) -> None:
        super().__init__(f"{status} {title}")
        self.status, self.title, self.fields = status, title, tuple(fields)


@dataclass(frozen=True)
class Patience:
    """Seconds to connect, between two pieces of an answer, and for a whole call."""

    connect: float = 3.05
    read: float = 30.0
    whole: float = rules.A_CALL


class Mailchimp:
    """One account. Every call raises Passing, Unknown or Declined when it fails."""

    def __init__(
        self, key: str, host: str = "", patience: Patience | None = None, gate: turnstile.Gate | None = None
    ) -> None:
        self.patience, self.gate = patience or Patience(), gate or turnstile.Open()
        timeout = (self.patience.connect, self.patience.read)  # T7: only this place is heeded
        self.client = mailchimp_marketing.Client({"api_key": key, "server": "", "timeout": timeout})
        self.client.api_client.host = (host or home_of(key)).rstrip("/") + "/3.0"

    def add_many(self, audience: str, members: Sequence[Mapping[str, Any]], *, update: bool = True) -> dict[str, Any]:
        """Tell about up to 500 at once (POST /lists/{id}); the answer names each person that went wrong.

        Without `update`, who is there already goes wrong. `sync_tags` stays away: it takes off all that others set.
        """
        body = {"members": list(members), "update_existing": update}
        return self._call(lambda: self.client.lists.batch_list_members(audience, body, skip_merge_validation=True))

    def put(self, audience: str, address: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Tell about one."""
        key, body = key_of(address), {"email_address": address, **body}
        return self._call(lambda: self.client.lists.set_list_member(audience, key, body, skip_merge_validation=True))

    def patch(self, audience: str, address: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Change one who is there."""
        key, body = key_of(address), dict(body)
        return self._call(lambda: self.client.lists.update_list_member(audience, key, body, skip_merge_validation=True))

    def get(self, audience: str, address: str, fields: Sequence[str]) -> dict[str, Any]:
        """One member."""
        key = key_of(address)
        return self._call(lambda: self.client.lists.get_list_member(audience, key, fields=list(fields)))  # T10

    def forget(self, audience: str, address: str) -> None:
        """Delete one for good (POST …/actions/delete-permanent); they can come back by Mailchimp's own form alone."""
        key = key_of(address)
        expect_nothing(self._answer(lambda: self.client.lists.delete_list_member_permanent(audience, key)))

    def changed(self, audience: str, since: str, fields: Sequence[str], offset: int) -> dict[str, Any]:
        """A thousand members whose entries changed since then, from `offset`."""
        page = {"since_last_changed": since, "count": 1000, "offset": offset}
        return self._call(lambda: self.client.lists.get_list_members_info(audience, fields=list(fields), **page))

    def members(self, audience: str, fields: Sequence[str], offset: int) -> dict[str, Any]:
        """A thousand members from `offset`, in the order in which they came: newcomers move nobody to another page."""
        page = {"sort_field": "timestamp_signup", "sort_dir": "ASC", "count": 1000, "offset": offset}
        return self._call(lambda: self.client.lists.get_list_members_info(audience, fields=list(fields), **page))

    def audience(self, audience: str) -> dict[str, Any]:
        """The audience and its switches: Declined 404 when there is none."""
        return self._call(
            lambda: self.client.lists.get_list(audience, fields=["id", "name", "double_optin", "subscribe_url_short"])
        )

    def tag(self, audience: str, address: str, tags: Mapping[str, bool]) -> None:
        """Put these tags on a member (true) or take them off; no others change. Mailchimp never says whether it did."""
        key, named = key_of(address), [{"name": name, "status": _switch(on)} for name, on in tags.items()]
        answer = self._answer(lambda: self.client.lists.update_list_member_tags(audience, key, {"tags": named}))
        expect_nothing(answer)

    def fields(self, audience: str) -> dict[str, Any]:
        """The audience's merge fields: `merge_fields`, each with its `tag` and whether it is `required`."""
        return self._call(lambda: self.client.lists.get_list_merge_fields(audience, count=1000))

    def add_field(self, audience: str, tag: str, name: str) -> dict[str, Any]:
        """A new merge field, for texts, that nobody must fill in and that Mailchimp's forms do not show."""
        body = {"tag": tag, "name": name, "type": "text", "required": False, "public": False}
        return self._call(lambda: self.client.lists.add_list_merge_field(audience, body))

    def hooks(self, audience: str) -> dict[str, Any]:
        """The audience's `webhooks`."""
        return self._call(lambda: self.client.lists.get_list_webhooks(audience))

    def add_hook(self, audience: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """A new webhook; its secret is said only now."""
        return self._call(lambda: self.client.lists.create_list_webhook(audience, dict(body)))

    def change_hook(self, audience: str, hook: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Change a webhook's address, events or sources."""
        return self._call(lambda: self.client.lists.update_list_webhook(audience, hook, dict(body)))

    def remove_hook(self, audience: str, hook: str) -> None:
        """Take a webhook away."""
        expect_nothing(self._answer(lambda: self.client.lists.delete_list_webhook(audience, hook)))

    def _call(self, ask: Callable[[], object]) -> dict[str, Any]:
        answer = self._answer(ask)
        if not isinstance(answer, dict):  # T5, T6, and an answer cut short: none of them is what was asked for
            raise Unknown(STRANGE)
        return answer

    def _answer(self, ask: Callable[[], object]) -> object:
        slot = self.gate.enter()
        if deadline.is_over():
            self.gate.leave(slot)
            raise turnstile.Overdue(TOO_LATE)
        try:
            answer = self._heard(ask)
        except Lost:
            raise  # Mailchimp may work at it for a while: its slot is free when nothing can still happen
        except Exception:
            self.gate.leave(slot)
            raise
        self.gate.leave(slot)
        return answer

    def _heard(self, ask: Callable[[], object]) -> object:
        try:
            answer = within(self.patience.whole, ask)
        except TooLate:
            raise Lost(NO_ANSWER) from None
        except ApiClientError as error:
            raise _failure(error) from None
        if isinstance(answer, requests.Response) and not answer.ok:  # T1: a failure, returned
            raise _refusal(answer.status_code, None)
        return answer


def expect_nothing(answer: object) -> None:
    """T6: an answer without a body comes as a response."""
    if not isinstance(answer, requests.Response) or answer.status_code != 204:
        raise Unknown(STRANGE)


def _switch(on: bool) -> str:
    return "active" if on else "inactive"


def home_of(key: str) -> str:
    """Where this key's account lives: the data centre is what follows the dash; newer keys name none (T12)."""
    _, dash, centre = key.partition("-")
    return f"https://{centre}.api.mailchimp.com" if dash and centre.isalnum() else "https://api.mailchimp.com"


def key_of(address: str) -> str:
    """The name of a member in addresses. Never the address itself: it would be logged, and T2 may change it."""
    if "@" not in address:
        raise ValueError("not an address")  # T15: an empty one would mean the whole collection
    return md5(address.lower().encode(), usedforsecurity=False).hexdigest()


def _failure(error: ApiClientError) -> Exception:
    """T3: what an error carries is a dictionary, a text to parse, or an exception."""
    if isinstance(error.text, requests.RequestException):
        return Passing(AWAY) if _never_sent(error.text) else Lost(NO_ANSWER)
    if isinstance(error.text, Exception):
        return error.text  # our own mistake, such as a body that is no JSON
    return _refusal(error.status_code, error.text)


def _never_sent(error: requests.RequestException) -> bool:
    reason = error.args[0] if error.args else None
    refused = isinstance(reason, MaxRetryError) and isinstance(reason.reason, NewConnectionError)
    return refused or isinstance(error, requests.ConnectTimeout)


def _refusal(status: int, said: object) -> Exception:
    """What a status means; the body only when it is a problem in Mailchimp's form (RFC 9457)."""
    title = _title(said)
    if status == 429 or (status == 403 and not title):  # both come bare when there is too much to do
        return Passing(BUSY)
    if status == 401:
        return Passing("Mailchimp does not accept our key. Look at MAILCHIMP_API_KEY.")
    if status == 403:
        return Passing(f"Mailchimp refuses our account ({title}).")
    if status >= 500 or status == 408:
        return Unknown(f"Mailchimp failed (status {status}). We look what was done before we ask again.")
    return (
        Declined(status, title, _fields(said))
        if title
        else Passing(f"Something answered in Mailchimp's place (status {status}).")
    )


def _title(said: object) -> str:
    return str(_problem(said).get("title", ""))[:80]


def _fields(said: object) -> list[str]:
    """The merge fields that are wrong; nothing else of what is said about them, for it may hold an address."""
    errors = _problem(said).get("errors")
    named = [str(one.get("field", "")) for one in errors if isinstance(one, dict)] if isinstance(errors, list) else []
    return [tag for tag in named if A_TAG.fullmatch(tag)]


def _problem(said: object) -> dict[str, Any]:
    try:
        problem = json.loads(said) if isinstance(said, str) else said
    except ValueError:
        return {}
    return problem if isinstance(problem, dict) else {}

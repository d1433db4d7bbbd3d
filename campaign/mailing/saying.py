"""What Mailchimp is told of a person who wants the news, and what of its answer is not yet as it should be."""

from collections.abc import Mapping
from typing import Any

from . import ours
from .audience import Entry, ListState, Person
from .mailchimp import STRANGE, Unknown, key_of

# https://mailchimp.com/help/view-and-edit-contact-languages/ has no Tagalog, and one Chinese.
LANGUAGES = {"en": "en", "es": "es", "ko": "ko", "th": "th", "vi": "vi", "zh": "zh"}
SHOWN = ("email_address", "status", "language", "merge_fields", "tags")  # what we read of somebody


class Saying:
    """How this audience is spoken to. `plain`: it takes no merge fields of ours, so it is told without them.

    `if_new` is the key under which a status acts on newcomers alone; with `status`, who left would be brought back.
    """

    def __init__(self, if_new: str) -> None:
        self.if_new, self.newcomers, self.plain = if_new, ListState.SUBSCRIBED, False

    def of(self, person: Person, *, named: bool = False) -> dict[str, Any]:
        """All of it: a newcomer's status, the language, our tags; the name only where there is none to write over."""
        tags = {"tags": sorted(person.tags)} if person.tags else {}
        return {self.if_new: self.newcomers, **self.fields(person, named=named), **tags}

    def fields(self, person: Person, *, named: bool = False) -> dict[str, Any]:
        """The language, and the name; never a blank."""
        language = LANGUAGES.get(person.language.partition("-")[0])
        merge = {ours.LANGUAGE: person.language, **({ours.NAME: person.name} if named and person.name else {})}
        said = {} if self.plain else {"merge_fields": merge}
        return {**said, **({"language": language} if language else {})}

    def wants_name(self, person: Person, member: Mapping[str, Any]) -> bool:
        """Whether the list has room for a name, none in it, and we know one."""
        fields = member.get("merge_fields")
        return bool(person.name) and not self.plain and isinstance(fields, dict) and fields.get(ours.NAME) == ""

    def is_right(self, person: Person, member: Mapping[str, Any]) -> bool:
        """Whether the list holds of somebody all that we would say."""
        language = LANGUAGES.get(person.language.partition("-")[0], member.get("language", ""))
        fields = member.get("merge_fields", {})
        same = fields.get(ours.LANGUAGE, person.language) == person.language
        return same and member.get("language", "") == language and not tag_changes(person, member)


def tag_changes(person: Person, member: Mapping[str, Any]) -> dict[str, bool]:
    """Our tags that are to be put on (true) and taken off. Tags that others set are none of our business."""
    have = there if (there := tags_of(member)) is not None else person.told
    return {**dict.fromkeys(sorted(person.tags - have), True), **dict.fromkeys(sorted(have - person.tags), False)}


def tags_of(member: Mapping[str, Any]) -> frozenset[str] | None:
    """Our tags that an answer names; None when it says nothing of tags."""
    tags = member.get("tags")
    if not isinstance(tags, list):
        return None
    return ours.among(str(one.get("name", "")) for one in tags if isinstance(one, dict))


def entry_of(member: Mapping[str, Any]) -> Entry:
    """What an answer says of somebody. Raises Unknown when it says nothing that we understand."""
    try:
        return Entry(ListState(member["status"]), str(member.get("language", "")))
    except (KeyError, ValueError):
        raise Unknown(STRANGE) from None


def by_key(members: list[Any]) -> dict[str, dict[str, Any]]:
    """The members that an answer names. It may spell an address otherwise than we do."""
    named = [one for one in members if isinstance(one, dict) and "@" in str(one.get("email_address", ""))]
    return {key_of(one["email_address"]): one for one in named}

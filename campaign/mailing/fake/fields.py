"""The fake's merge fields: what an audience keeps of each member beside the address."""

from collections.abc import Mapping
from typing import Any

from .problem import NOT_FOUND, Problem

WIDEST = 255  # bytes; longer texts are cut, as Mailchimp does (its guide to merge fields)


class Fields:
    """The fields of an audience. A new one has first and last names, which nobody must give.

    `strict`: an unknown field is refused; without it, it is passed over. What the real one does is not written down.
    """

    def __init__(self) -> None:
        self.strict = False
        self.known: dict[int, dict[str, Any]] = {}
        for tag, name in (("FNAME", "First Name"), ("LNAME", "Last Name")):
            self.add({"tag": tag, "name": name, "type": "text"})

    def add(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """A new field. Raises Problem when there is one of this tag."""
        tag = str(body.get("tag") or f"MERGE{len(self.known) + 1}").upper()
        if tag in self.tags() or len(tag) > 10:
            raise Problem(400, "Invalid Resource", f"A Merge Field with the tag {tag} already exists for this list.")
        number = max(self.known, default=0) + 1
        made = {"required": False, "public": False, "default_value": "", "display_order": number + 1, **body}
        self.known[number] = {**made, "merge_id": number, "tag": tag}
        return self.known[number]

    def one(self, number: int) -> dict[str, Any]:
        """Raises Problem 404."""
        if number not in self.known:
            raise NOT_FOUND
        return self.known[number]

    def change(self, number: int, body: Mapping[str, Any]) -> dict[str, Any]:
        """Change a field."""
        self.one(number).update(body)
        return self.known[number]

    def tags(self) -> dict[str, dict[str, Any]]:
        """The fields by their tags."""
        return {one["tag"]: one for one in self.known.values()}

    def blank(self) -> dict[str, str]:
        """What is kept of somebody of whom nothing was said."""
        return {tag: one["default_value"] for tag, one in self.tags().items()}

    def taken(self, given: Mapping[str, Any], had: Mapping[str, Any], *, skip: bool) -> dict[str, Any]:
        """What is taken of what was given: unknown fields are not. Raises Problem about the others."""
        known, wrong = self.tags(), {}
        for tag, value in given.items():
            if tag not in known and self.strict:
                wrong[tag] = "There is no such merge field."
            elif tag in known and isinstance(value, bool):
                wrong[tag] = "This value should be a string or a number."
        for tag, one in known.items():
            if one["required"] and not skip and not str(given.get(tag, had.get(tag, ""))):
                wrong[tag] = "Please enter a value"
        if wrong:
            errors = [{"field": tag, "message": words} for tag, words in wrong.items()]
            raise Problem(400, "Invalid Resource", "Your merge fields were invalid.", errors)
        return {tag: _cut(value) for tag, value in given.items() if tag in known}


def _cut(value: Any) -> Any:
    return value.encode()[:WIDEST].decode(errors="ignore") if isinstance(value, str) else value

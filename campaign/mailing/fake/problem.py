"""A refusal of the fake's, in Mailchimp's form (RFC 9457)."""

from collections.abc import Mapping, Sequence
from typing import Any


class Problem(Exception):
    """A refusal; `errors` are about fields."""

    def __init__(self, status: int, title: str, detail: str = "", errors: Sequence[Mapping[str, str]] = ()) -> None:
        super().__init__(title)
        self.status, self.title, self.detail, self.errors = status, title, detail or title, list(errors)

    def shown(self) -> dict[str, Any]:
        """As it is answered."""
        said = {"type": "https://mailchimp.com/developer/marketing/docs/errors/", "title": self.title}
        errors = {"errors": self.errors} if self.errors else {}
        return {**said, "status": self.status, "detail": self.detail, "instance": "", **errors}


NOT_FOUND = Problem(404, "Resource Not Found", "The requested resource could not be found.")

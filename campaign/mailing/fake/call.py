"""One call to the fake, and what its query says."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass
class Call:
    """One call: what was asked for."""

    method: str
    path: str
    query: dict[str, str]
    body: Any


def page_of(call: Call) -> tuple[int, int]:
    """From where, and how many."""
    return int(call.query.get("offset", 0)), int(call.query.get("count", 10))


def made_since(call: Call) -> datetime:
    """Only what was made since then."""
    asked = call.query.get("since_created_at") or call.query.get("since_create_time")
    return datetime.fromisoformat(asked or "2000-01-01T00:00:00+00:00")

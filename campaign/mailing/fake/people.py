"""Watching the fake by hand: who is on it, and doing what people do at Mailchimp's own doors."""

import sys
from typing import Any

from .account import AUDIENCE, KEY, Fake
from .problem import Problem

DEEDS = ("unsubscribe", "click", "bounce")


def welcome(fake: Fake, unchecked: str) -> str:
    """What somebody needs to know who has just started it."""
    settings = f"MAILCHIMP_API_KEY={KEY}\n  MAILCHIMP_AUDIENCE={AUDIENCE}\n  MAILCHIMP_HOST={fake.url}"
    look = f"Who is on it:   curl {fake.url}/\n  Somebody leaves: curl -X POST {fake.url}/unsubscribe/anna@example.org"
    checked = f"Calls are not held to the contract. {unchecked}" if unchecked else "Every call is held to the contract."
    return f"\n  A Mailchimp of your own. Start the site with:\n\n  {settings}\n\n  {look}\n  {checked}\n"


def act(fake: Fake, method: str, path: str) -> str:
    """Answer somebody who looks, or does what a member could do."""
    _, _, rest = path.partition("/")
    deed, _, email = rest.partition("/")
    try:
        if method == "POST" and deed in DEEDS:
            with fake.lock:
                getattr(fake.members, deed)(email)
    except Problem:
        return f"{email} is not on it.\n"
    return "".join(f"{one.status:14} {one.language:6} {one.email}\n" for one in list(fake.members.known.values())) or (
        "Nobody yet.\n"
    )


def summary(answer: Any) -> str:
    """An answer in a few words, without anybody's address."""
    if not isinstance(answer, dict):
        return ""
    if "total_created" in answer:
        return f"{answer['total_created']} new, {answer['total_updated']} updated, {answer['error_count']} errors"
    return str(answer.get("title") or answer.get("status") or "")


def show(line: str) -> None:
    """Say it on the screen."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()

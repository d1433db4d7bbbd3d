"""Passwords: long, as their owner likes, hashed whole; those that a guesser tries first are refused, offline."""

import re
import unicodedata
from collections.abc import Iterable

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from zxcvbn import zxcvbn

SHORTEST, LONGEST = 12, 128
FEWEST_GUESSES = 10**10  # "safely unguessable" in zxcvbn's words (Wheeler, USENIX Security 2016)

# OWASP's Password Storage Cheat Sheet asks for Argon2id with at least 19 MiB and 2 passes.
hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
NOBODY = hasher.hash("nobody has this password")


def whole(password: str) -> str:
    """The password as it is hashed: every character of it, in one spelling for all keyboards (NIST SP 800-63B)."""
    return unicodedata.normalize("NFC", password)


def hashed(password: str) -> str:
    """The password's hash; slow on purpose, so never inside a change of the records."""
    return hasher.hash(whole(password))


def fits(password_hash: str, password: str) -> bool:
    """Whether this is the password; takes the same time where there is none."""
    try:
        hasher.verify(password_hash or NOBODY, whole(password))
    except (Argon2Error, InvalidHashError):
        return False
    return bool(password_hash)


def refusal(password: str, about: Iterable[str]) -> str | None:
    """Why a password is not taken, as a sentence; None when it is. `about` is what a guesser knows of its owner."""
    password = whole(password)
    if not SHORTEST <= len(password) <= LONGEST:
        return f"Please use {SHORTEST} to {LONGEST} characters."
    known = sorted({word for text in about for word in _words(text)})
    found = zxcvbn(password, user_inputs=known, max_length=LONGEST)
    if found["guesses"] >= FEWEST_GUESSES:
        return None
    if any(match.get("dictionary_name") == "user_inputs" for match in found["sequence"]):
        return "This is made of your own address or name, or the campaign's. Please choose other words."
    return (
        "This is one of the passwords that are guessed first. Please choose several words that do not belong together."
    )


def _words(text: str) -> set[str]:
    """A text whole, without its spaces and signs, and cut into words."""
    lower = text.casefold()
    parts = [part for part in re.split(r"[\W_]+", lower) if len(part) > 2]
    return {lower, "".join(re.split(r"[\W_]+", lower)), *parts} - {""}

"""Passwords: long, as their owner likes, hashed whole; those that a guesser tries first are refused, offline."""

import re
import unicodedata
from collections.abc import Iterable

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

SHORTEST, LONGEST = 12, 128
LEAST_OF_ONES_OWN = 6  # characters that must be left without what everybody knows
FEWEST_GUESSES = 10**10  # "safely unguessable" in zxcvbn's words (Wheeler, USENIX Security 2016)

# OWASP's Password Storage Cheat Sheet asks for Argon2id with at least 19 MiB and 2 passes.
hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Of a password that nobody has; written down, for making it anew would cost each start what it costs a guesser.
NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$ScnykXZE4QPrCPGWrl+u8g$xcIiOe24vOQnQylYuJAc1FuiFe0UP6vQWpx9MaKJ7uo"


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
    from zxcvbn import zxcvbn  # its lists of what is guessed first weigh 13 MB, and most processes never ask

    password = whole(password)
    if not SHORTEST <= len(password) <= LONGEST:
        return f"Please use {SHORTEST} to {LONGEST} characters."
    if _made_of(password, about):
        return "This is made of your own address or name, or the campaign's. Please choose other words."
    if zxcvbn(password, max_length=LONGEST)["guesses"] < FEWEST_GUESSES:
        return "This is one of those that are guessed first. Please choose several words that do not belong together."
    return None


def _plain(text: str) -> str:
    """The text in small letters, without its spaces and signs."""
    return "".join(re.split(r"[\W_]+", text.casefold()))


def _made_of(password: str, about: Iterable[str]) -> bool:
    """Whether hardly anything is left of a password without its owner's own words."""
    words = {_plain(word) for text in about for word in (text, *re.split(r"[\W_]+", text)) if len(word) > 2}
    rest = _plain(password)
    for word in sorted(words - {""}, key=len, reverse=True):
        rest = rest.replace(word, "")
    return len(rest) < LEAST_OF_ONES_OWN and rest != _plain(password)

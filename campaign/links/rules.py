"""What a code looks like: short, hard to misread, and with a check character that catches a slip.

The alphabet has no 0/O and no 1/I/L. Its 31 characters are a prime number, so a sum weighted by position finds every
single wrong character and every two that changed places. Capitals and digits alone let a QR symbol use its
alphanumeric mode, which is smaller.
"""

from secrets import choice

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 6  # before the check character: 31**6 is close to 900 million


def new() -> str:
    """A code at random, with its check character."""
    body = "".join(choice(ALPHABET) for _ in range(LENGTH))
    return body + check_character(body)


def check_character(body: str) -> str:
    """The character that makes the weighted sum come out even."""
    total = sum(weight * ALPHABET.index(character) for weight, character in enumerate(body, start=1))
    return ALPHABET[total % len(ALPHABET)]


def read(typed: str) -> str | None:
    """The code as it is stored, from what somebody typed or scanned; None when it cannot be one of ours."""
    text = "".join(typed.split()).replace("-", "").upper()
    if len(text) != LENGTH + 1 or any(character not in ALPHABET for character in text):
        return None
    return text if check_character(text[:-1]) == text[-1] else None

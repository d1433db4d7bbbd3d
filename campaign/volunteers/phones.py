"""Telephone numbers of people, as they are typed and as they are shown: the one file that knows phonenumbers."""

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

from .. import seals

HERE = "US"  # whose numbers are typed without a country


def read(typed: str) -> str | None:
    """The number in the form that every telephone dials (E.164); None when it cannot be one."""
    try:
        number = phonenumbers.parse(typed, HERE)
    except NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number) or number.extension:
        return None
    return str(phonenumbers.format_number(number, PhoneNumberFormat.E164))


def shown(number: str) -> str:
    """The number as people write it: at home without, from abroad with the country."""
    try:
        parsed = phonenumbers.parse(number, HERE)
    except NumberParseException:
        return number
    home = phonenumbers.region_code_for_number(parsed) == HERE
    return str(phonenumbers.format_number(parsed, _form(home)))


def _form(home: bool) -> int:
    return int(PhoneNumberFormat.NATIONAL if home else PhoneNumberFormat.INTERNATIONAL)


def opened(sealed: str) -> str:
    """What a sealed column holds, as people write it; empty when nothing is there, or no secret of ours opens it."""
    try:
        return shown(seals.unseal(sealed)) if sealed else ""
    except ValueError:
        return ""

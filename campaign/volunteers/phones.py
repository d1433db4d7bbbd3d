"""Telephone numbers of people, as they are typed and as they are shown: the one file that knows phonenumbers.

It is read with the first number: it holds what is known of numbers in all the world.
"""

from typing import TYPE_CHECKING

from .. import seals

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

HERE = "US"  # whose numbers are typed without a country


def read(typed: str) -> str | None:
    """The number in the form that every telephone dials (E.164); None when it cannot be one."""
    import phonenumbers

    number = _parsed(typed)
    if number is None or not phonenumbers.is_valid_number(number) or number.extension:
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def shown(number: str) -> str:
    """The number as people write it: at home without, from abroad with the country."""
    from phonenumbers import PhoneNumberFormat, format_number, region_code_for_number

    parsed = _parsed(number)
    if parsed is None:
        return number
    at_home = region_code_for_number(parsed) == HERE
    return str(format_number(parsed, PhoneNumberFormat.NATIONAL if at_home else PhoneNumberFormat.INTERNATIONAL))


def _parsed(number: str) -> "PhoneNumber | None":
    from phonenumbers import NumberParseException, parse

    try:
        return parse(number, HERE)
    except NumberParseException:
        return None


def opened(sealed: str) -> str:
    """What a sealed column holds, as people write it; empty when nothing is there, or no secret of ours opens it."""
    try:
        return shown(seals.unseal(sealed)) if sealed else ""
    except ValueError:
        return ""

"""Sentences with something put into them: what ends with a stop itself, such as "4:19 a.m.", gets no second one."""

from collections.abc import Iterable
from typing import Any

from flask_babel import Domain

STOP = "."


def ended(sentence: str, values: Iterable[object]) -> str:
    """The sentence without the stop that would stand behind another one."""
    for put in map(str, values):
        if put.endswith(STOP):
            sentence = sentence.replace(put + STOP, put)
    return sentence


class Sentences(Domain):  # type: ignore[misc]
    """The catalogues; code and templates both ask here."""

    def gettext(self, string: str, **variables: Any) -> str:
        """A sentence in the language spoken."""
        return ended(super().gettext(string, **variables), variables.values())

    def ngettext(self, singular: str, plural: str, num: int, **variables: Any) -> str:
        """The same of one or of many."""
        return ended(super().ngettext(singular, plural, num, **variables), variables.values())

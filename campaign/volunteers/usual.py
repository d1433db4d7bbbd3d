"""The usual roles, what they require, and skills to choose from: a beginning that staff change as they like.

The ages are the advice for outreach: nobody below 18 but in the office and at events.
"""

from collections.abc import Iterator
from typing import Any

from flask_babel import gettext

from .. import i18n
from .models import RequirementKind


def named(name: str, summary: str = "") -> dict[str, tuple[str, str]]:
    """A name in every language in which it is translated."""
    found = {}
    for language in i18n.site().languages:
        with i18n.speaking(language):
            said = gettext(name)
        if language.code == "en" or said != name:
            found[language.code] = (str(said), summary)
    return found


def requirements() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """A key, the name, its facts."""
    yield "first", N_("First training"), {"kind": RequirementKind.TRAINING, "months": 24}
    yield "interpreting", N_("Training for interpreters"), {"kind": RequirementKind.TRAINING, "months": 24}
    yield "silence", N_("Confidentiality agreement"), {"kind": RequirementKind.AGREEMENT, "months": 12}
    yield "check", N_("Background check"), {"kind": RequirementKind.CHECK, "months": 24}


def roles() -> Iterator[tuple[str, str, int, tuple[str, ...]]]:
    """The name, a summary, the minimum age, the keys of what it requires."""
    yield N_("Outreach table"), "", 18, ("first", "silence")
    yield N_("Interpreter"), "", 18, ("first", "interpreting", "silence")
    yield N_("Canvasser"), "", 18, ("first", "silence")
    yield N_("Trainer"), "", 21, ("first", "silence", "check")
    yield N_("Office"), "", 16, ("silence",)
    yield N_("Event crew"), "", 16, ("first",)


def skills() -> Iterator[str]:
    """The names of skills and interests."""
    yield N_("Talking to groups")
    yield N_("Translating texts")
    yield N_("Design and layout")
    yield N_("Driving")
    yield N_("Setting up and carrying")


def N_(text: str) -> str:  # noqa: N802 (gettext's name for "translate later")
    """Marks a text for translation that is translated elsewhere."""
    return text

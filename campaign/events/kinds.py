"""What the kinds of events are called, in the language spoken."""

from flask_babel import gettext

from .models import Kind


def called(kind: str) -> str:
    """The name of a kind."""
    names = {
        Kind.GATHERING: gettext("Gathering"),
        Kind.TALK: gettext("Talk"),
        Kind.TRAINING: gettext("Training"),
        Kind.SCREENING: gettext("Film screening"),
        Kind.VIGIL: gettext("Vigil"),
        Kind.WALK: gettext("Walk"),
        Kind.FAIR: gettext("Fair"),
        Kind.MEETING: gettext("Meeting"),
        Kind.OTHER: gettext("Event"),
    }
    return str(names[Kind(kind)])


def is_one(text: str) -> bool:
    """Whether this is a kind of event."""
    return text in set(Kind)

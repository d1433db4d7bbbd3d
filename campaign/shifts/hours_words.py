"""Hours as people read them."""

from flask_babel import gettext

from .. import i18n
from .models import HoursSource, HoursState

STAFF_SOURCES: dict[str, str] = {
    HoursSource.CHECK_IN: "checked in and out",
    HoursSource.LENGTH: "checked in, not out: the shift’s length",
    HoursSource.HAND: "by hand",
}


def span(minutes: int) -> str:
    """Minutes as hours and minutes, in the language spoken."""
    hours, rest = divmod(minutes, 60)
    shown = {"hours": i18n.show_number(hours), "minutes": i18n.show_number(rest)}
    if not hours:
        return str(gettext("%(minutes)s min", **shown))
    return str(gettext("%(hours)s h %(minutes)s min", **shown) if rest else gettext("%(hours)s h", **shown))


def states() -> dict[str, str]:
    """What became of an entry, as the volunteer reads it."""
    return {
        HoursState.LOGGED: gettext("Not looked at yet"),
        HoursState.APPROVED: gettext("They count"),
        HoursState.DECLINED: gettext("They do not count"),
    }

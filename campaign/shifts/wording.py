"""Reasons for and against somebody, in the English that staff read."""

from .. import i18n
from ..events import times
from ..volunteers import lists
from ..volunteers.rules import Lack
from .filling import Against, Fit, For, Reason
from .rules import No, Why

RULES: dict[Why, str] = {
    Why.CANCELLED: "the shift was cancelled",
    Why.OVER: "it has begun",
    Why.HOURS: "too many hours that day",
    Why.MINORS_HOURS: "too many hours that day for 16 or 17",
    Why.MINORS_LATE: "too late or too early in the day for 16 or 17",
    Why.TOO_EARLY: "the shift cannot be taken yet",
    Why.FULL: "all places are taken",
    Why.ALONE: "no adult is on the shift yet",
}
OTHERS: dict[For | Against, str] = {
    For.FREE: "has time then",
    For.WISHED: "wants this role",
    For.NEAR: "same area",
    Against.ON_IT: "is on this shift, or waits for it",
    Against.SAID_NO: "has said no to it",
    Against.ASKED_TODAY: "was asked today",
    Against.NO_LETTERS: "has told us to stop our letters",
    Against.NOT_SPOKEN: "does not speak what is needed",
    Against.NOT_FREE: "did not say that they have time then",
    Against.ASKED_BEFORE: "was asked for it before",
    Against.HAS_MUCH: "has several shifts around then",
}
LEVELS = {"native": "as first language", "well": "well", "some": "a little"}
LACKS: dict[Lack, str] = {
    Lack.NOT_A_VOLUNTEER: "is no volunteer now",
    Lack.GUARDIAN: "the guardian has not agreed",
    Lack.AGE: "too young for this role",
    Lack.NOT_READ: "has not read what to do if somebody needs help",
    Lack.NEVER_HELD: "lacks",
    Lack.NOT_YET: "not in force then",
    Lack.EXPIRED: "expired",
    Lack.REVOKED: "taken back",
}


def pros(fit: Fit) -> list[str]:
    """What speaks for them."""
    return [_for(one, fit) for one in fit.pros if one.why is not For.HEARD]


def _for(one: Reason, fit: Fit) -> str:
    if one.why is not For.SPEAKS:
        return OTHERS[For(one.why)]
    heard = ", heard" if one.language in fit.helper.heard else ""
    return f"speaks {i18n.find(one.language).name} ({LEVELS[fit.helper.spoken[one.language]]}{heard})"


def cons(fit: Fit) -> list[str]:
    """What speaks against them."""
    names = lists.names(lists.REQUIREMENTS) if any(one.no and one.no.missing for one in fit.cons) else {}
    return [_rule(one.no, names) if one.no else OTHERS[Against(one.why)] for one in fit.cons]


def _rule(no: No, names: dict[int, str]) -> str:
    if no.missing is not None:
        what = names.get(no.missing.requirement_id or 0, "")
        return f"{LACKS[no.missing.lack]}: {what}" if what else LACKS[no.missing.lack]
    if no.other is not None:
        when = times.at(no.other.starts_at, no.other.zone)
        return f"has a shift on {when}" if no.why is Why.CLASH else f"too little rest beside the shift on {when}"
    return RULES[no.why]

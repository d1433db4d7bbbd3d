"""What signers see of their signatures on the page about themselves, and taking one back there."""

from dataclasses import asdict
from datetime import datetime

from flask_babel import gettext
from sqlalchemy import select, update

from .. import clock, db, i18n
from ..supporters import kept
from ..supporters import service as supporters
from ..supporters.kept import Held
from . import board, service, wishes
from .models import Signature, SignatureState

KIND = "signature"


@kept.holding.connect
def _signatures(supporter_id: int) -> list[Held]:
    found = select(Signature).where(Signature.supporter_id == supporter_id).order_by(Signature.id)
    return [_held(one) for one in db.session().scalars(found)]


def _held(one: Signature) -> Held:
    pledge, state, ticked = board.get(one.pledge_id), one.state(clock.now()), wishes.of(one.id)
    facts = [
        (gettext("State"), _state(state, aside=one.set_aside_at is not None)),
        (gettext("Signed"), i18n.show_moment(one.signed_at)),
        (gettext("Your name"), one.name),
        (gettext("ZIP code or city"), one.area),
        (gettext("Your message"), one.message),
        (gettext("Shown on the site"), _shown(one) if state is SignatureState.CONFIRMED else ""),
        (
            gettext("Ticked, once you confirm"),
            " ".join(filter(None, (ticked.delivery, ticked.mailing))) if ticked else "",
        ),
    ]
    data: dict[str, object] = {
        "pledge": pledge.slug,
        "state": state.value,
        "name": one.name,
        "area": one.area,
        "message": one.message,
        "show_name": one.show_name,
        "newsletter": one.newsletter,
        "language": one.language,
        "network": one.network,
        "for_a_partner": asdict(ticked) if ticked else None,
        **{name: at.isoformat(timespec="seconds") if at else None for name, at in _moments(one).items()},
    }
    return Held(KIND, one.id, pledge.title, [fact for fact in facts if fact[1]], _button(state), data)


def _moments(one: Signature) -> dict[str, datetime | None]:
    names = (
        "signed_at",
        "confirmed_at",
        "withdrawn_at",
        "disowned_at",
        "passed_at",
        "turned_down_at",
        "set_aside_at",
        "crowded_at",
    )
    return {name: getattr(one, name) for name in names}


def _state(state: SignatureState, *, aside: bool) -> str:
    """In words: of one that staff have set aside nothing that is untrue is said, and nothing that hurts."""
    if aside and state is SignatureState.CONFIRMED:
        return str(gettext("Confirmed: we have it"))
    words: dict[SignatureState, str] = {
        SignatureState.PENDING: gettext("Not confirmed yet, so it does not count"),
        SignatureState.CONFIRMED: gettext("Confirmed: it counts"),
        SignatureState.WITHDRAWN: gettext("Taken back: it does not count"),
        SignatureState.DISOWNED: gettext("You said that it is not yours: it does not count"),
        SignatureState.LATE: gettext("Never confirmed, so it does not count"),
    }
    return words[state]


def _shown(one: Signature) -> str:
    if not one.show_name:
        return ""
    shown, not_shown = gettext("Yes, your first name and message"), gettext("You asked for it; not shown now")
    return str(shown if one.passed_at else not_shown)


def _button(state: SignatureState) -> str:
    if state is SignatureState.CONFIRMED:
        return str(gettext("Take this signature back"))
    return str(gettext("This was not me")) if state in (SignatureState.PENDING, SignatureState.LATE) else ""


@supporters.taking_back.connect
def _take_back(kind: str, supporter_id: int, id: int, now: datetime) -> bool:
    """Take back a signature that counts, disown one that waits. False when it is not theirs."""
    one = db.session().get(Signature, id) if kind == KIND else None
    if one is None or one.supporter_id != supporter_id:
        return False
    (service.withdraw if one.state(now) is SignatureState.CONFIRMED else service.disown)(id, now)
    return True


@supporters.speaking.connect
def _speak(supporter_id: int, language: str) -> None:
    """Letters about a signature come in its language."""
    theirs = update(Signature).where(Signature.supporter_id == supporter_id)
    db.session().execute(theirs.values(language=language))

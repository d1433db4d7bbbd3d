"""The letters of a pledge: what each says, looked up when it is sent."""

from datetime import timedelta
from typing import Any

from flask_babel import gettext

from .. import clock, db, i18n, mail
from ..mail import Mail, letter
from ..supporters import service as supporters
from ..web import address
from . import board
from .models import CONFIRM_WITHIN, PledgeState, Signature, SignatureState


def _links(signature: Signature, slug: str) -> dict[str, str]:
    language = i18n.find(signature.language)
    confirm = address("pledges.confirm", language, signature_id=signature.id)
    return {
        "confirm": confirm,
        "not_me": confirm,
        "withdraw": address("pledges.withdraw", language, signature_id=signature.id),
        "pledge": address("pledges.show", language, slug=slug),
        "help": address("pages.help", language),
        "privacy": address("pages.privacy", language),
    }


def _mail(signature: Signature, subject: str, template: str, **values: Any) -> Mail:
    """A letter about a signature in its language. `subject` is an English text that is translated when sent."""
    language = i18n.find(signature.language)
    with i18n.speaking(language):
        pledge = board.get(signature.pledge_id)
        known = {
            "name": signature.name,
            "pledge": pledge,
            "signature": signature,
            "links": _links(signature, pledge.slug),
            "until": signature.signed_at + CONFIRM_WITHIN - timedelta(days=1),
        }
    to = supporters.get(signature.supporter_id).email
    return Mail(to, language, lambda: gettext(subject), template, {**known, **values}, signature.supporter_id)


def _find(signature_id: int, *states: SignatureState) -> Signature | None:
    signature = db.session().get(Signature, signature_id)
    return signature if signature is not None and signature.state(clock.now()) in states else None


def _still_open(signature: Signature) -> bool:
    return board.get(signature.pledge_id).state == PledgeState.OPEN


@letter("pledges.please_confirm")
def please_confirm(signature_id: int) -> Mail | None:
    """Asks the mailbox whether it signed; moot when it has answered."""
    signature = _find(signature_id, SignatureState.PENDING)
    if signature is None or _asked_for_quiet(signature):
        return None
    return _mail(signature, N_("Please confirm your email address"), "please_confirm")


def _asked_for_quiet(signature: Signature) -> bool:
    """Whether its mailbox told us to stop and was asked about a signature already this week: strangers may type it."""
    left_at = supporters.get(signature.supporter_id).left_at
    if left_at is None:
        return False
    since = max(left_at + timedelta(microseconds=1), clock.now() - timedelta(days=7))
    return mail.written_since(since, signature.supporter_id, ["pledges.please_confirm"]) > 1


@letter("pledges.still_waiting")
def still_waiting(signature_id: int) -> Mail | None:
    """Reminds of the first letter; moot when it was answered or the person left in between."""
    signature = _find(signature_id, SignatureState.PENDING)
    if signature is None or not _still_open(signature) or supporters.get(signature.supporter_id).left_at:
        return None
    return _mail(signature, N_("Reminder: please confirm your email address"), "still_waiting")


@letter("pledges.thank_you")
def thank_you(signature_id: int) -> Mail | None:
    """Thanks, and how to take it back."""
    signature = _find(signature_id, SignatureState.CONFIRMED)
    return _mail(signature, N_("Thank you"), "thank_you") if signature else None


@letter("pledges.already_signed")
def already_signed(signature_id: int) -> Mail | None:
    """Tells somebody who signs twice; on the screen it must not be seen who has signed."""
    signature = _find(signature_id, SignatureState.CONFIRMED)
    return _mail(signature, N_("You have already signed"), "already_signed") if signature else None


@letter("pledges.mailbox_full")
def mailbox_full(signature_id: int) -> Mail | None:
    """Tells the owner of a mailbox that two names have signed from it and a third was not taken."""
    signature = _find(signature_id, SignatureState.CONFIRMED, SignatureState.PENDING)
    if signature is None or supporters.get(signature.supporter_id).left_at:
        return None
    return _mail(signature, N_("About your signatures"), "mailbox_full")


def N_(text: str) -> str:  # noqa: N802 (gettext's name for "translate later")
    """Marks a text for translation that is translated elsewhere."""
    return text

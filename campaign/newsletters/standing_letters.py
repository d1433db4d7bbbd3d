"""What the standing letters say, looked up when they are sent."""

from .. import clock, db, i18n
from ..mail import Mail, letter
from ..pledges import audience as signers
from ..pledges import service as pledges
from ..pledges.models import SignatureState
from ..supporters.models import Supporter
from ..text import markdown
from ..web import address
from . import standing
from .audience_models import StandingKind


@letter("newsletters.welcome")
def welcome(supporter_id: int) -> Mail | None:
    """Greets whoever said yes to our news; moot when they left or it was turned off meanwhile."""
    if not standing.may_go(StandingKind.WELCOME, supporter_id, signers.messages_of(supporter_id)):
        return None
    return _mail(StandingKind.WELCOME, supporter_id, "")


@letter("newsletters.thanks")
def thanks(signature_id: int) -> Mail | None:
    """Thanks for a pledge some days later; moot, too, when the signature was taken back."""
    try:
        signature = pledges.get(signature_id)
    except LookupError:
        return None
    whom = signature.supporter_id
    if signature.standing(clock.now()) is not SignatureState.CONFIRMED:
        return None
    if not standing.may_go(StandingKind.THANKS, whom, signers.messages_of(whom)):
        return None
    return _mail(StandingKind.THANKS, whom, signature.name)


def _mail(kind: StandingKind, supporter_id: int, name: str) -> Mail | None:
    person = db.session().get_one(Supporter, supporter_id)
    if (words := standing.live(kind, person.language)) is None:
        return None
    language, written = i18n.find(person.language), i18n.find(words.language)
    values = shown(words.live_subject, words.live_body) | {"name": name, "written": written}
    values["links"] = {"help": address("pages.help", language)}
    return Mail(person.email, language, lambda: words.live_subject, "standing", values, person.id)


def shown(subject: str, body: str) -> dict[str, object]:
    """What the template needs of the words."""
    return {"heading": subject, "body": body, "html": markdown(body)}

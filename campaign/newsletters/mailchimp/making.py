"""The campaign itself: made for its segment, filled, and looked through before it may go."""

from ... import db, i18n, web
from ...mailing.campaigns import Envelope, Shown
from ..models import FinalEdition, Newsletter
from . import content, people
from .gathering import find, language, segment_of
from .hand import Hand
from .models import Step

TRACKED = (
    "Mailchimp would track the readers of the {language} newsletter ({what}), although we told it not to. Nothing was "
    "sent. Turn that off in the account there, then look again."
)
ODD = "The {language} campaign at Mailchimp is not as we made it: somebody changed {what} there. Nothing was sent."
NOT_READY = "Mailchimp does not let the {language} newsletter go. It says: {what}"


def campaign(hand: Hand) -> None:
    """Make the campaign, unless it is there. One that has left already is looked at, and never made again."""
    found = find(hand) or hand.chimp.make(segment_of(hand), _envelope(hand))
    if found.status == "save":
        hand.go_to(Step.CONTENT, campaign_id=found.id, web_id=found.web_id)
    else:
        hand.leaves(found)


def _envelope(hand: Hand) -> Envelope:
    with db.reading() as session:
        edition = session.get_one(FinalEdition, (hand.row.newsletter_id, hand.row.language))
        from_name = session.get_one(Newsletter, hand.row.newsletter_id).from_name
    site = i18n.site()
    with i18n.speaking(i18n.find(hand.row.language)):
        sender = content.literal(from_name or i18n.tr(site.mail.sender_name))
    subject, preheader = content.line(edition.subject), content.line(edition.preheader)
    return Envelope(hand.name, subject, preheader, sender, site.mail.sender_address)


def fill_campaign(hand: Hand) -> None:
    """Put the words in; putting them in twice changes nothing."""
    names = hand.chimp.has_names()
    with db.reading() as session:
        edition = session.get_one(FinalEdition, (hand.row.newsletter_id, hand.row.language))
    own_page = web.address("supporters.me", i18n.find(hand.row.language))
    html, text = (part(edition, own_page, names=names) for part in (content.html, content.text))
    hand.chimp.fill(hand.row.campaign_id, html, text)
    hand.go_to(Step.CHECKING)


def check(hand: Hand) -> None:
    """Read back that nobody will be tracked, and what Mailchimp itself has against it."""
    if is_well(hand, hand.chimp.look(hand.row.campaign_id)):
        with db.reading():
            number = people.numbers(hand.row).waiting
        hand.go_to(Step.READY, readers=number)


def is_well(hand: Hand, shown: Shown) -> bool:
    """Whether it may go; else sending stands still, in words."""
    if shown.status != "save":
        hand.leaves(shown)  # we look, and do not ask again
        return False
    if against := _against(hand, shown):
        hand.stop(against)
        return False
    return True


def _against(hand: Hand, shown: Shown) -> str:
    known: dict[str, str] = {"language": language(hand)}
    if shown.tracked:
        return TRACKED.format(what=", ".join(shown.tracked), **known)
    wanted = {
        "its title": (shown.title, hand.name),
        "whom it is for": (shown.segment_id, segment_of(hand)),
        "its audience": (shown.audience, hand.chimp.audience_id),
        "its subject": (shown.subject, _envelope(hand).subject),
    }
    if changed := [what for what, (there, ours) in wanted.items() if there != ours]:
        return ODD.format(what=" and ".join(changed), **known)
    if lacks := hand.chimp.lacks(hand.row.campaign_id):
        return NOT_READY.format(what=" · ".join(lacks), **known)
    return ""

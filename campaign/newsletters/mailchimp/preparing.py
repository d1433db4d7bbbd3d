"""The steps until a campaign is ready: its segment filled and counted, the campaign made, filled and looked through.

Each looks for what it would make before it makes it: a worker that died, or an answer that was lost, costs time alone.
"""

from collections.abc import Sequence
from datetime import timedelta

from flask import current_app

from ... import clock, db, i18n, web
from ...mailing.campaigns import A_PIECE, Envelope, Shown, key_of
from ..models import FinalEdition, Newsletter
from . import content, people
from .hand import Hand
from .models import Step
from .people import Person

PAUSES = tuple(timedelta(seconds=one) for one in (20, 60, 120, 300, 600))  # while a segment fills there
TRACKED = (
    "Mailchimp would track the readers of the {language} newsletter ({what}), although we told it not to. Nothing was "
    "sent. Turn that off in the account there, then look again."
)
FEW = (
    "Mailchimp shows only {there:,} of the {all:,} readers of the {language} newsletter. Nothing was sent. Compare the "
    "mailing list first, then look again; or take it back, and let it go from here."
)
ODD = "The {language} campaign at Mailchimp is not as we made it: somebody changed {what} there. Nothing was sent."
NOT_READY = "Mailchimp does not let the {language} newsletter go. It says: {what}"
TOO_MANY = "Mailchimp would also send the {language} newsletter to people whom we took out. Nothing was sent."


def segment(hand: Hand) -> None:
    """Make the segment, unless it is there, or its campaign has left already: these records may be a copy."""
    made = find(hand)
    if made is not None and made.status != "save":
        hand.go_to(Step.GOING, campaign_id=made.id, web_id=made.web_id, asked_at=clock.now())
        return
    found = hand.chimp.find_segment(hand.name, hand.row.began_at)
    if found is None and made is not None:
        hand.chimp.drop(made.id)  # it was for a segment that somebody has deleted
    hand.go_to(Step.FILLING, segment_id=found if found is not None else hand.chimp.make_segment(hand.name))


def find(hand: Hand) -> Shown | None:
    """The campaign, if it is there. It is not looked for in the negative control of "never twice"."""
    looks = current_app.extensions["switches"].look_before_sending
    return hand.chimp.find(hand.name, hand.row.began_at) if looks else None


def fill(hand: Hand) -> None:
    """Put the next five hundred in; putting somebody in twice changes nothing."""
    with db.writing():
        some = people.next_ones(hand.row, A_PIECE, clock.now())
    if not some:
        hand.go_to(Step.COUNTING)
        return
    refused = hand.chimp.add(segment_of(hand), [one.email for one in some])
    why = {one.id: _why(refused[key]) for one in some if (key := key_of(one.email)) in refused}
    with hand.writing():
        people.added(some, why)


def _why(said: str) -> str:
    return people.ABSENT if said == "absent" else f"{people.NOT_SUBSCRIBED} ({said})"


def count(hand: Hand) -> None:
    """See that all are in it, and nobody else: it fills in its own time."""
    if not is_anybody_left(hand):
        return
    with db.reading():
        numbers = people.numbers(hand.row)
    patient = hand.row.looks < len(PAUSES)
    if patient and hand.chimp.count(segment_of(hand)) < numbers.waiting - numbers.absent:
        _look_later(hand)
        return
    missing, more = compare(hand)
    take_out(hand, more)
    if patient and (missing or more):
        with hand.writing():
            people.again(one.id for one in missing)
        _look_later(hand, step=Step.FILLING)
    elif more:
        hand.stop(TOO_MANY.format(language=language(hand)))
    elif len(missing) * 2 > numbers.waiting:
        there = numbers.waiting - len(missing)
        hand.stop(FEW.format(there=there, all=numbers.waiting, language=language(hand)))
    elif missing:
        with hand.writing():
            people.pass_over([one.id for one in missing], people.NOT_SUBSCRIBED)
    else:
        hand.go_to(Step.CAMPAIGN, looks=0)


def is_anybody_left(hand: Hand) -> bool:
    """Whether somebody still wants it. Who does not is taken out there first, then passed over here."""
    with db.reading():
        left = people.leavers(hand.row, clock.now())
    for why, some in left.items():
        take_out(hand, [one.email for one in some if one.email])
        with hand.writing():
            people.pass_over([one.id for one in some], why)
    with db.reading():
        if people.numbers(hand.row).waiting:
            return True
    hand.go_to(Step.REMOVING)
    return False


def _look_later(hand: Hand, **values: object) -> None:
    hand.wait(PAUSES[hand.row.looks], looks=hand.row.looks + 1, **values)


def compare(hand: Hand) -> tuple[list[Person], list[str]]:
    """Who should be in the segment and is not, and the addresses of those who are and should not."""
    there = hand.chimp.people(segment_of(hand))
    with db.reading():
        ours = {key_of(one.email): one for one in people.everybody(hand.row)}
    missing = [one for key, one in ours.items() if key not in there]
    return missing, [address for key, address in there.items() if key not in ours]


def take_out(hand: Hand, addresses: Sequence[str]) -> None:
    """Take these out of the segment; they stay in the audience."""
    for at in range(0, len(addresses), A_PIECE):
        hand.chimp.take_out(segment_of(hand), addresses[at : at + A_PIECE])


def campaign(hand: Hand) -> None:
    """Make the campaign, unless it is there. One that has left already is looked at, and never made again."""
    found = find(hand) or hand.chimp.make(segment_of(hand), _envelope(hand))
    ids = {"campaign_id": found.id, "web_id": found.web_id}
    if found.status == "save":
        hand.go_to(Step.CONTENT, **ids)
    else:
        hand.go_to(Step.GOING, asked_at=clock.now(), **ids)


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
        hand.go_to(Step.GOING, asked_at=clock.now())  # it has left already: we look, and do not ask again
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


def language(hand: Hand) -> str:
    """What staff call its language."""
    return i18n.find(hand.row.language).name


def segment_of(hand: Hand) -> int:
    """The id of its segment, which was made before. Raises LookupError."""
    if hand.row.segment_id is None:
        raise LookupError("no segment")
    return hand.row.segment_id

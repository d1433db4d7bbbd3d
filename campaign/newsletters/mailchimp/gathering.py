"""The readers of a campaign are gathered in a segment at Mailchimp: put in by 500, counted, and compared with ours.

Each step looks for what it would make before it makes it: a worker that died, or an answer that was lost, costs time.
"""

from collections.abc import Sequence
from datetime import timedelta

from flask import current_app

from ... import clock, db, i18n
from ...mailing.campaigns import A_PIECE, Shown, key_of
from . import people
from .hand import Hand
from .models import Step
from .people import Numbers, Person

PAUSES = tuple(timedelta(seconds=one) for one in (20, 60, 120, 300, 600))  # while a segment fills there
FEW = (
    "Mailchimp shows only {there:,} of the {all:,} readers of the {language} newsletter. Nothing was sent. Compare the "
    "mailing list first, then look again; or take it back, and let it go from here."
)
TOO_MANY = "Mailchimp would also send the {language} newsletter to people whom we took out. Nothing was sent."


def segment(hand: Hand) -> None:
    """Make the segment, unless it is there, or its campaign has left already: these records may be a copy."""
    made = find(hand)
    if made is not None and made.status != "save":
        hand.leaves(made)
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
    untold = [one for one in missing if not one.told]
    if patient and (untold or more):
        with hand.writing():
            people.again(one.id for one in untold)
        _look_later(hand, step=Step.FILLING)
    elif more:
        hand.stop(TOO_MANY.format(language=language(hand)))
    elif numbers.are_few(len(missing)):
        _too_few(hand, numbers, len(missing))
    elif missing:
        with hand.writing():
            people.pass_over([one.id for one in missing if one.told], people.ABSENT)
            people.pass_over([one.id for one in untold], people.NOT_SUBSCRIBED)
    else:
        hand.go_to(Step.CAMPAIGN, looks=0)


def _too_few(hand: Hand, numbers: Numbers, missing: int) -> None:
    """More than half are not there: nobody is passed over, and somebody looks at the list."""
    with hand.writing() as row:
        people.lost_again(row)
        row.step, row.looks = Step.FILLING, 0
    everybody = numbers.waiting + numbers.lost
    hand.stop(FEW.format(there=numbers.waiting - missing, all=everybody, language=language(hand)))


def is_anybody_left(hand: Hand) -> bool:
    """Whether somebody still wants it. Who does not is taken out there first, then passed over here.

    It stops when more than half are lost at Mailchimp.
    """
    with db.reading():
        left = people.leavers(hand.row, clock.now())
    for why, some in left.items():
        take_out(hand, [one.email for one in some if one.email])
        with hand.writing():
            people.pass_over([one.id for one in some], why)
    with db.reading():
        numbers = people.numbers(hand.row)
    if numbers.are_few():
        _too_few(hand, numbers, 0)
    elif not numbers.waiting:
        hand.go_to(Step.REMOVING)
    else:
        return True
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


def language(hand: Hand) -> str:
    """What staff call its language."""
    return i18n.find(hand.row.language).name


def segment_of(hand: Hand) -> int:
    """The id of its segment, which was made before. Raises LookupError."""
    if hand.row.segment_id is None:
        raise LookupError("no segment")
    return hand.row.segment_id

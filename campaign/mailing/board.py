"""What staff see of the list beside its standing: what is under way, how far behind it is, what was heard, and one."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select

from .. import clock, db, web
from ..forms import mailbox_of
from ..supporters import service as supporters
from ..supporters.models import Consent, Purpose, Supporter
from . import claims, history, intake, rules
from .audience import ListState
from .models import ListEvent, ListHint, ListIntake

MANY = rules.A_BATCH  # people from which on a progress bar says more than a number
FORM = "Send them the address of that form{link}."
TO_DO = {
    ListState.UNSUBSCRIBED: FORM,
    ListState.FORGOTTEN: FORM,
    ListState.CLEANED: "They say yes with it on this site.",
    ListState.ARCHIVED: "When that is done, press Try again.",
    ListState.TRANSACTIONAL: "When that is done, press Try again.",
}
BY_WORDS = {
    "invalid": "Read the address letter by letter. If it is mistyped, ask them to sign up anew with the right one.",
    "spelling": "Delete the other spelling there, then press Try again.",
    "are not any more": "If neither was so, press Try again.",
}
OF_THE_ACCOUNT = {
    "our key": "Somebody may have revoked it: make another in Mailchimp, under Account, Extras, API keys.",
    "User Disabled": "Mailchimp has switched the account off: sign in there, it says why and how to go on.",
    "refuses our account": "It may be full, or need a larger plan: sign in there and look under Billing.",
    "no such audience": "It may have been deleted there. If there is another one now: campaign sync setup.",
}


@dataclass(frozen=True)
class Line:
    """How the line to the list stands: how many are being told now, how many are known and up to date, what came in.

    `oldest`: since when the one who has waited longest waits. `trouble`: what is wrong with hearing from the list.
    """

    in_hand: int
    oldest: datetime | None
    known: int
    behind: int
    hints: int
    intake: ListIntake | None
    trouble: str

    @property
    def big(self) -> bool:
        """Whether so many wait that a bar shows how far it is."""
        return self.behind > MANY

    @property
    def told(self) -> int:
        """How many the list has right."""
        return max(0, self.known - self.behind)


def line() -> Line:
    """How it stands now."""
    session, now = db.session(), clock.now()
    said = or_(Supporter.subscribed, Supporter.left_at.is_not(None))
    in_hand = select(func.count()).where(Supporter.list_leased_until >= now)
    behind, oldest = session.execute(select(func.count(), func.min(Supporter.due_since)).where(claims.DUE)).one()
    return Line(
        in_hand=int(session.scalar(in_hand) or 0),
        oldest=oldest,
        known=int(session.scalar(select(func.count()).where(said)) or 0),
        behind=int(behind),
        hints=int(session.scalar(select(func.count()).select_from(ListHint)) or 0),
        intake=intake.look(),
        trouble=intake.trouble(web.config().mailchimp_key, now),
    )


def to_do(state: str, trouble: str, form_url: str) -> str:
    """What somebody can do about a person who is stuck, in a sentence; empty when the reason says it all."""
    words = TO_DO.get(ListState(state)) or next((said for key, said in BY_WORDS.items() if key in trouble), "")
    return words.replace("{link}", f": {form_url}" if form_url else ", which Mailchimp shows under Audience, Forms")


def to_do_there(trouble: str) -> str:
    """What somebody can do when the account itself is in trouble; empty when waiting helps."""
    return next((words for key, words in OF_THE_ACCOUNT.items() if key in trouble), "")


@dataclass(frozen=True)
class One:
    """Somebody's history with the list: their record, their yes and no, each step, and since when we look again."""

    person: Supporter
    said: list[Consent]
    steps: list[ListEvent]
    hint: ListHint | None
    in_hand: bool


def find(address: str) -> int | None:
    """The id of whom this address is, if we know them."""
    return supporters.find_by_mailbox(mailbox_of(address))


def one(supporter_id: int) -> One:
    """All of it. Raises LookupError."""
    session = db.session()
    person = session.get(Supporter, supporter_id)
    if person is None:
        raise LookupError(supporter_id)
    about = (Consent.supporter_id == supporter_id, Consent.purpose == Purpose.NEWSLETTER, Consent.partner_id.is_(None))
    said = session.scalars(select(Consent).where(*about).order_by(Consent.id))
    in_hand = person.list_leased_until is not None and person.list_leased_until >= clock.now()
    return One(person, list(said), history.of(supporter_id), session.get(ListHint, supporter_id), in_hand)

"""A letter to oneself, to see what readers will get."""

from datetime import datetime, timedelta

from markupsafe import Markup
from sqlalchemy import exists, func, select

from .. import db, i18n, mail, web
from ..errors import Refused
from ..mail import Letter, LetterState, Mail
from ..staff.models import Account
from . import approval, rendering
from .runs import Trial

KIND = "newsletters.trial"
A_DAY = timedelta(days=1)
MOST_A_DAY = 30


def ask(newsletter_id: int, language: str, account_id: int, now: datetime) -> None:
    """Owe somebody of the staff the edition as readers of a language would get it. Raises LookupError, Refused."""
    mark = approval.mark(newsletter_id)
    rendering.prepared(newsletter_id, language)
    today = select(func.count()).select_from(Trial).where(Trial.account_id == account_id, Trial.asked_at > now - A_DAY)
    if (db.session().scalar(today) or 0) >= MOST_A_DAY:
        raise Refused(f"You had {MOST_A_DAY} test letters within a day. Look at the last one.")
    one = Trial(newsletter_id=newsletter_id, account_id=account_id, language=language, mark=mark, asked_at=now)
    db.session().add(one)
    db.session().flush()
    mail.write(KIND, one.id, None, now)


def was_sent(newsletter_id: int) -> bool:
    """Whether somebody was sent the words as they are now."""
    gone = exists().where(Letter.kind == KIND, Letter.about_id == Trial.id, Letter.state == LetterState.SENT)
    words = (Trial.newsletter_id == newsletter_id) & (Trial.mark == approval.mark(newsletter_id))
    return bool(db.session().scalar(select(exists().where(words, gone))))


@mail.letter(KIND)
def trial(trial_id: int) -> Mail | None:
    """To the one who asked for it. Its links to leave and to one's own page lead where those of nobody lead."""
    one = db.session().get(Trial, trial_id)
    account = db.session().get(Account, one.account_id) if one else None
    if one is None or account is None or account.disabled_at:
        return None
    spoken = i18n.find(one.language)
    page = web.address("supporters.me", spoken)
    said = rendering.prepared(one.newsletter_id, one.language).for_reader(
        rendering.Reader(account.name, page, page, one.language)
    )
    values = {"said_html": Markup(said.html), "said_text": Markup(said.text)}  # noqa: S704 (made by `rendering`)
    return Mail(account.email, spoken, lambda: said.subject, "newsletter_trial", values)

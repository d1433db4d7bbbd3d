"""Letters go out: what is due is claimed, rendered and handed over, and what became of it is written down.

A worker that dies before DATA leaves a lease that runs out; one that dies after it leaves `handing`, which
becomes `uncertain`: between the server's 250 and our commit nobody can know, so it is never sent again unasked.
"""

from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from random import uniform
from typing import Any, cast

from flask import current_app, render_template
from sqlalchemy import select, update

from . import clock, db, i18n, jobs, post, seals, web
from .errors import Away, Passing, Permanent
from .mail import WRITERS, Letter, LetterState, Mail, discretion, file_name, remove_files

LEASE = timedelta(seconds=90)  # a worker that needs longer before DATA finds that it has lost the letter
MOST_ATTEMPTS = 12
FIRST_PAUSE, LONGEST_PAUSE = 30.0, 6 * 3600.0  # seconds
A_ROUND = 200  # letters in one run of the sweep


class Superseded(Exception):
    """Another worker has taken this letter over."""


@jobs.sweep("deliver-letters")
def deliver() -> int:
    """Send what is due, one letter after another; how many went out."""
    sent = 0
    with post.carrier(web.config()) as carrier:
        for _ in range(A_ROUND):
            if (claim := _claim(clock.now())) is None:
                return sent
            try:
                sent += _send(*claim, carrier)
            except Superseded:
                continue
            except Away as error:  # about the carrier, not the letter: no try is counted, and the others need not try
                _try_later(claim[0], str(error), counted=False)
                return sent
    with db.writing():
        jobs.wake("deliver-letters")  # more may be due; other sweeps get their turn first
    return sent


def _claim(now: datetime) -> tuple[int, datetime] | None:
    """The next letter that is due and until when it is ours; on the way, those that a dead worker was handing over."""
    with db.writing() as session:
        lapsed = Letter.leased_until < now
        session.execute(
            update(Letter)
            .where(Letter.state == LetterState.HANDING, lapsed)
            .values(state=LetterState.UNCERTAIN, trouble="the worker stopped while the mail server had the letter")
        )
        due = select(Letter.id).where(
            Letter.state == LetterState.WAITING, Letter.due_at <= now, Letter.leased_until.is_(None) | lapsed
        )
        letter_id: int | None = session.scalar(due.order_by(Letter.due_at).limit(1).with_for_update(skip_locked=True))
        if letter_id is not None:
            changes = {"leased_until": now + LEASE, "attempts": Letter.attempts + 1}
            session.execute(update(Letter).where(Letter.id == letter_id).values(**changes))
        return None if letter_id is None else (letter_id, now + LEASE)


def _send(letter_id: int, until: datetime, carrier: post.Carrier) -> int:
    """Render and hand over one letter, and write down what became of it. Raises Away."""
    try:
        if (message := render(letter_id)) is None:
            _became(letter_id, LetterState.DROPPED)
            return 0
        carrier.deliver(file_name(letter_id), message, lambda: _hand_over(letter_id, until))
        if not _became(letter_id, LetterState.SENT):
            remove_files([letter_id], web.config().data_dir / "outbox")  # its person was erased meanwhile
        return 1
    except (Away, Superseded):
        raise
    except Exception as error:  # noqa: BLE001 (sorted out below)
        _failed(letter_id, error)
        return 0


def _failed(letter_id: int, error: Exception) -> None:
    """Put the letter where its failure says that it belongs."""
    if isinstance(error, Permanent):
        _became(letter_id, LetterState.PARKED, str(error))
    elif isinstance(error, post.Uncertain):
        _became(letter_id, LetterState.UNCERTAIN, str(error))
    elif isinstance(error, Passing):
        _try_later(letter_id, str(error))
    elif current_app.testing:
        raise error
    else:  # our own fault; one bad letter must not hold up the others
        _try_later(letter_id, f"the letter could not be written ({type(error).__name__})")


def _hand_over(letter_id: int, until: datetime) -> None:
    """Written down before the mail server gets the letter: whoever finds it so must not send it again.

    Raises Superseded when our lease has run out on the way and the letter is another worker's by now.
    """
    if not current_app.extensions["switches"].claim_letters:
        return
    ours = (Letter.id == letter_id) & (Letter.state == LetterState.WAITING) & (Letter.leased_until == until)
    handing = update(Letter).where(ours).values(state=LetterState.HANDING, leased_until=clock.now() + LEASE)
    with db.writing() as session:
        if not cast(Any, session.execute(handing)).rowcount:
            raise Superseded


def _became(letter_id: int, state: LetterState, trouble: str = "") -> bool:
    """Write down what became of it; False when the letter is gone, with the person it was for."""
    values: dict[str, Any] = {"state": state, "trouble": trouble}
    if state is not LetterState.HANDING:
        values["leased_until"] = None
    if state is LetterState.SENT:
        values["sent_at"] = clock.now()
    with db.writing() as session:
        return bool(cast(Any, session.execute(update(Letter).where(Letter.id == letter_id).values(**values))).rowcount)


def _try_later(letter_id: int, trouble: str, *, counted: bool = True) -> None:
    """Back off with full jitter, so that letters that failed together do not come back together."""
    with db.writing() as session:
        if (row := session.get(Letter, letter_id, with_for_update=True)) is None:
            return  # gone with the person it was for
        row.leased_until, row.trouble = None, trouble
        row.due_at = clock.now() + timedelta(seconds=uniform(1, min(LONGEST_PAUSE, FIRST_PAUSE * 2**row.attempts)))  # noqa: S311
        if counted:
            row.state = LetterState.PARKED if row.attempts >= MOST_ATTEMPTS else LetterState.WAITING
        else:
            row.attempts -= 1
            row.state = LetterState.WAITING  # also when the server had it in hand, and said that it did not take it


def render(letter_id: int) -> EmailMessage | None:
    """The letter as it would go out now; None when there is nothing left to say to anybody."""
    with db.reading() as session:
        row = session.get(Letter, letter_id)
        mail = WRITERS[row.kind](row.about_id) if row else None
        if row is None or mail is None:
            return None
        with i18n.speaking(mail.language):
            return _message(mail, row)


def _message(mail: Mail, row: Letter) -> EmailMessage:
    site = i18n.site()
    address, domain = site.mail.sender_address, site.mail.sender_address.rpartition("@")[2]
    discreet = row.supporter_id is not None and any(wanted for _, wanted in discretion.send(row.supporter_id))
    sender = i18n.tr(site.discretion.sender_name if discreet else site.mail.sender_name)
    subject = i18n.tr(site.discretion.subject) if discreet else mail.subject()
    message = EmailMessage()
    message["From"] = Address(sender, addr_spec=address)
    message["To"] = Address(addr_spec=mail.to)
    message["Subject"] = subject
    message["Date"] = format_datetime(row.written_at)
    message["Message-ID"] = f"<{row.id}.{seals.keyed('message', str(row.id))[:20]}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    leave = own_page = ""
    if mail.supporter_id is not None:
        leave = web.address("supporters.unsubscribe", mail.language, supporter_id=mail.supporter_id)
        own_page = web.address(
            "supporters.me", mail.language
        )  # without a token: a letter that is passed on opens nothing
        message["List-Unsubscribe"] = f"<{leave}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058
    values = {**mail.values, "unsubscribe": leave, "own_page": own_page, "subject": subject}
    values |= {"sender": sender, "discreet": discreet}
    message.set_content(render_template(f"letters/{mail.template}.txt", **values))
    message.add_alternative(render_template(f"letters/{mail.template}.html", **values), subtype="html")
    for one in mail.attachments:
        message.add_attachment(one.content, subtype=one.kind.rpartition("/")[2], filename=one.name)
    message["Content-Language"] = mail.language.tag  # set_content takes away what begins with Content-
    return message

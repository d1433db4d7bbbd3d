"""The staff door to letters: their state, what they say, and sending one again."""

from email.message import EmailMessage

from flask import Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from .. import clock, db, dispatch, mail, post, web
from . import audit
from .acts import Act

area = web.staff_area("mail_staff", __name__)


@area.get("/letters")
def index() -> ResponseReturnValue:
    """Letters and their state, those first that need a person."""
    state, page = request.args.get("filter"), web.page_number()
    wanted = state if state in set(mail.LetterState) else None
    with db.reading():
        rows, counts, held = mail.recent(wanted, page, web.A_PAGE), mail.counts(), mail.held()
    pager = web.pager("mail_staff.index", page, len(rows), filter=wanted)
    known = {"counts": counts, "filter": wanted, "pager": pager, "held": held}
    return render_template("mail/staff/index.html", rows=rows[: web.A_PAGE], **known)


@area.get("/letters/<int:id>")
def show(id: int) -> ResponseReturnValue:
    """One letter: as it lies in the outbox, or as it would read now, for letters are rendered when they are sent."""
    letter, message = _opened(id)
    known = {"letter": letter, "private": _is_private(letter), "mail": _readable(message) if message else None}
    return render_template("mail/staff/show.html", **known)


def _is_private(letter: mail.Letter) -> bool:
    """Whether it is for its reader alone; in a demonstration there is nobody else to read it."""
    return letter.kind in mail.PRIVATE and not web.config().demo


def _readable(message: EmailMessage) -> dict[str, str]:
    plain = message.get_body(("plain",))
    text = plain.get_content() if plain is not None else ""
    return {"to": str(message["To"]), "subject": str(message["Subject"]), "text": text}


@area.get("/letters/<int:id>.eml")
def file(id: int) -> ResponseReturnValue:
    """The letter as a file for a mail program."""
    letter, message = _opened(id)
    if _is_private(letter):
        abort(404)
    if message is None:
        abort(410)
    headers = {"Content-Disposition": f'attachment; filename="{mail.file_name(id)}.eml"'}
    return Response(message.as_bytes(policy=post.LETTER), mimetype="message/rfc822", headers=headers)


@area.post("/letters/<int:id>/again")
def again(id: int) -> ResponseReturnValue:
    """Send a letter after all that was parked, or whose fate is uncertain."""
    with db.writing():
        _letter_or_404(id)
        mail.send_again(id, clock.now())
        audit.note(Act.LETTER_SENT_AGAIN, "letter", id)
    return web.to("mail_staff.show", id=id)


@area.post("/letters/release")
def release() -> ResponseReturnValue:
    """Send all letters after all that a restore has held."""
    with db.writing():
        mail.release_held(clock.now())
        audit.note(Act.LETTERS_RELEASED)
    return web.to("mail_staff.index")


def _opened(letter_id: int) -> tuple[mail.Letter, EmailMessage | None]:
    """A letter and what it says, once it is written down that somebody looked; nothing of one for its reader alone."""
    with db.writing():
        _letter_or_404(letter_id)
        audit.note(Act.LETTER_READ, "letter", letter_id)
    with db.reading():
        letter = _letter_or_404(letter_id)
        return letter, None if _is_private(letter) else mail.as_sent(letter_id) or dispatch.render(letter_id)


def _letter_or_404(letter_id: int) -> mail.Letter:
    try:
        return mail.get(letter_id)
    except LookupError:
        abort(404)

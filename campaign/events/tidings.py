"""The letters to all guests of an event: it changed, was cancelled, begins soon, thank you, a message of the host."""

import json
from dataclasses import replace

from flask_babel import gettext
from sqlalchemy import select

from .. import clock, db, i18n
from ..mail import Letter, LetterState, Mail, letter
from ..places.models import Place
from ..staff.models import Account
from ..supporters import service as supporters
from ..web import address
from . import board, times
from .board import Shown
from .models import LIVE, EventNews, GuestNews, Rsvp, RsvpState
from .saying import N_, Says, change_it, facts_of, find, mail_to


def _told(guest_news_id: int) -> tuple[Rsvp, EventNews] | None:
    told = db.session().get(GuestNews, guest_news_id)
    if told is None:
        return None
    return db.session().get_one(Rsvp, told.rsvp_id), db.session().get_one(EventNews, told.news_id)


@letter("events.it_changed")
def it_changed(guest_news_id: int) -> Mail | None:
    """Says what is different; moot when it is as it was again, in this guest's language."""
    if (told := _told(guest_news_id)) is None or find(told[0].id, *LIVE) is None:
        return None
    rsvp, news = told[0], _since(*told)
    with i18n.speaking(i18n.find(rsvp.language)):
        changes = differences(news, board.get(rsvp.event_id), seated=rsvp.state == RsvpState.SEATED)
    if not changes:
        return None
    return mail_to(rsvp, N_("A change to your reservation"), lambda rsvp, event: _it_changed(rsvp, changes))


def _since(rsvp: Rsvp, news: EventNews) -> EventNews:
    """The change from which on this guest was told nothing yet: what was taken back at once need not be told."""
    letter_of = (Letter.about_id == GuestNews.id) & (Letter.kind == "events.it_changed")
    earlier = select(EventNews, Letter.state).join(GuestNews).join(Letter, letter_of)
    earlier = earlier.where(GuestNews.rsvp_id == rsvp.id, EventNews.id < news.id).order_by(EventNews.id.desc())
    for one, state in db.session().execute(earlier):
        if state not in (LetterState.WAITING, LetterState.DROPPED):
            break
        news = one
    return news


def _it_changed(rsvp: Rsvp, changes: list[tuple[str, str]]) -> Says:
    if rsvp.state == RsvpState.WAITING:
        stands = gettext("something has changed. Your place on the waitlist stays yours.")
    else:
        stands = gettext("something has changed. Your reservation stands.")
    return Says(
        heading=gettext("Please note the change"),
        opening=[stands],
        facts=changes,
        closing=[change_it()],
        joining=rsvp.state == RsvpState.SEATED,
        attached=rsvp.state == RsvpState.SEATED,
    )


def differences(news: EventNews, event: Shown, *, seated: bool) -> list[tuple[str, str]]:
    """What is not as it was: title, time, place, each as it was before; the link for those with a seat only."""
    titles: dict[str, str] = json.loads(news.titles_before or "{}")
    title, now = titles.get(event.language, event.title), event.event
    changes = [(gettext("Title before"), title)] if title != event.title else []
    assert news.starts_before is not None and news.ends_before is not None
    before = (news.starts_before, news.ends_before, news.zone_before)
    if before != (now.starts_at, now.ends_at, now.zone):
        changes.append((gettext("Time before"), times.span(*before)))
    link_before, link = (news.link_before, now.link) if seated else ("", "")
    if (news.place_before_id, link_before) != (now.place_id, link):
        place = db.session().get(Place, news.place_before_id) if news.place_before_id else None
        changes.append((gettext("Place before"), board.where(place, link_before) or "–"))
    return changes


@letter("events.it_was_cancelled")
def it_was_cancelled(guest_news_id: int) -> Mail | None:
    """It does not take place, in the words of staff if they left some."""
    told = _told(guest_news_id)
    if told is None or told[0].state not in LIVE:
        return None
    return mail_to(told[0], N_("Your reservation: cancelled"), _it_was_cancelled)


def _it_was_cancelled(rsvp: Rsvp, event: Shown) -> Says:
    return Says(
        heading=gettext("It does not take place"),
        opening=[gettext("we are sorry: what you reserved a seat for was cancelled. You need not do anything.")],
        notice=event.words.notice if event.words else "",
        page=False,
        attached=rsvp.state == RsvpState.SEATED,
    )


@letter("events.it_begins_soon")
def it_begins_soon(guest_news_id: int) -> Mail | None:
    """Reminds of the start; moot once it has begun, and for who wants no letters any more."""
    if (told := _told(guest_news_id)) is None or (rsvp := find(told[0].id, RsvpState.SEATED)) is None:
        return None
    if clock.now() >= board.get(rsvp.event_id).event.starts_at or _left_since(rsvp):
        return None
    return mail_to(rsvp, N_("A reminder of your reservation"), _it_begins_soon)


def _it_begins_soon(rsvp: Rsvp, event: Shown) -> Says:
    return Says(
        heading=gettext("It begins soon"),
        opening=[gettext("this is a reminder. We look forward to seeing you.")],
        closing=[change_it()],
        joining=True,
    )


def _left_since(rsvp: Rsvp) -> bool:
    """Whether they told us to stop after they had asked for the seat: what is not needed is not sent then."""
    left_at = supporters.get(rsvp.supporter_id or 0).left_at
    return left_at is not None and left_at >= rsvp.joined_at


@letter("events.thank_you")
def thank_you(guest_news_id: int) -> Mail | None:
    """Thanks, once it is over; moot for who wants no letters any more."""
    if (told := _told(guest_news_id)) is None or told[0].state != RsvpState.SEATED or _left_since(told[0]):
        return None
    return mail_to(told[0], N_("Thank you"), _thank_you)


def _thank_you(rsvp: Rsvp, event: Shown) -> Says:
    return Says(
        heading=gettext("Thank you"),
        opening=[gettext("thank you for being part of it.")],
        notice=event.words.thanks if event.words else "",
        page=False,
    )


@letter("events.message")
def message(guest_news_id: int) -> Mail | None:
    """What the host writes to a guest; moot for who is not expected any more, and who wants no letters any more."""
    told = _told(guest_news_id)
    if told is None or told[0].state not in LIVE or _left_since(told[0]):
        return None
    return mail_to(told[0], N_("A message about your reservation"), lambda rsvp, event: _message(event, told[1]))


def _message(event: Shown, news: EventNews, *, page: bool = True) -> Says:
    """The frame is in the guest's language, the words in the one that they were written in."""
    host = event.hosts[0].name if event.hosts else i18n.site().campaign.organisation
    return Says(
        heading=gettext("A message about your reservation"),
        opening=[gettext("%(host)s, who holds this event, writes to you:", host=host)],
        notice=f"{news.subject}\n\n{news.words}",
        language=news.language,
        page=page,
    )


@letter("events.message_test")
def message_test(news_id: int) -> Mail | None:
    """The same to whoever wrote it, to look at before it goes out; moot once it did, or was thrown away."""
    news = db.session().get(EventNews, news_id)
    account = db.session().get(Account, news.account_id) if news and news.account_id else None
    if news is None or account is None or account.disabled_at is not None or news.sent_at is not None:
        return None
    language = i18n.find(news.language)
    with i18n.speaking(language):
        event = board.get(news.event_id)
        said = replace(
            _message(event, news, page=False), facts=facts_of(Rsvp(state="", event_id=event.event.id), event)
        )
    links = {
        "rsvp": address("events.show", language, slug=event.slug),
        "event": address("events.show", language, slug=event.slug),
        "help": address("pages.help", language),
    }
    known = {"name": account.name, "event": event, "says": said, "joining": "", "joining_text": "", "links": links}
    return Mail(account.email, language, lambda: gettext(N_("A message about your reservation")), "event", known)

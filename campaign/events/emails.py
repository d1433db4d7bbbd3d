"""The letters of an event: what each says, looked up when it is sent."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask_babel import gettext
from sqlalchemy import select

from .. import clock, db, i18n
from ..mail import Attachment, Letter, LetterState, Mail, letter
from ..places.models import Place
from ..supporters import service as supporters
from ..web import address
from . import board, feeds, seats, times
from .board import Shown
from .models import LIVE, TAKES_SEATS, EventNews, EventState, GuestNews, Rsvp, RsvpState


@dataclass(frozen=True)
class Says:
    """What a letter about an event says, in the language spoken.

    `press` is the word on the button that leads to the guest's page; `facts` are a name and what it is, in lines;
    `joining`: whether to tell how to join. Below the facts stand `closing` and, if asked for, the guest's page.
    """

    heading: str
    opening: Sequence[str] = ()
    press: str = ""
    facts: Sequence[tuple[str, str]] = ()
    closing: Sequence[str] = ()
    joining: bool = False
    page: bool = True
    notice: str = ""
    attached: bool = field(default=False)


def _mail(rsvp: Rsvp, subject: str, says: Any) -> Mail | None:
    """A letter to a guest in their language. `says` is asked for it in that language; `subject` is an English text."""
    if rsvp.supporter_id is None:
        return None
    language = i18n.find(rsvp.language)
    with i18n.speaking(language):
        event = board.get(rsvp.event_id)
        said: Says = says(rsvp, event)
        known = {"name": rsvp.name, "event": event, "says": replace(said, facts=[*said.facts, *_facts(rsvp, event)])}
        known["joining"] = event.joining if said.joining else ""
        known["joining_text"] = event.words.joining if said.joining and event.words else ""
        links = {
            "rsvp": address("events.own", language, rsvp_id=rsvp.id),
            "event": address("events.show", language, slug=event.slug),
            "help": address("pages.help", language),
        }
        files = [Attachment("event.ics", "text/calendar", feeds.for_guest(event))] if said.attached else []
    to, values = supporters.get(rsvp.supporter_id).email, {**known, "links": links}
    return Mail(to, language, lambda: gettext(subject), "event", values, rsvp.supporter_id, files)


def _facts(rsvp: Rsvp, event: Shown) -> list[tuple[str, str]]:
    """When, where and with how many."""
    facts = [(gettext("When"), event.when), (gettext("Where"), _where(rsvp, event))]
    if rsvp.state in TAKES_SEATS:
        facts.append((gettext("Seats"), i18n.show_number(rsvp.party)))
    elif rsvp.state == RsvpState.WAITING:
        facts.append((gettext("Your number on the waitlist"), i18n.show_number(seats.position(rsvp))))
    if rsvp.state == RsvpState.SEATED and rsvp.door_code:
        facts.append((gettext("Your code for the door"), rsvp.door_code))
    return [(name, text) for name, text in facts if text]


def _where(rsvp: Rsvp, event: Shown) -> str:
    """Where it is; the link for those with a seat only."""
    seated = rsvp.state == RsvpState.SEATED
    return board.where(event.place, event.event.link) if seated else feeds.where(event)


def _find(rsvp_id: int, *states: RsvpState) -> Rsvp | None:
    """The RSVP, if it is in one of these states and its event is still to come."""
    rsvp = db.session().get(Rsvp, rsvp_id)
    if rsvp is None or rsvp.state not in states:
        return None
    event = board.get(rsvp.event_id).event
    return rsvp if event.state == EventState.PUBLISHED and clock.now() < event.ends_at else None


def _late(rsvp: Rsvp) -> bool:
    return rsvp.lapses_at is not None and rsvp.lapses_at <= clock.now()


@letter("events.please_confirm")
def please_confirm(rsvp_id: int) -> Mail | None:
    """Asks the mailbox whether it wants to come; moot when it has answered or the time is over."""
    rsvp = _find(rsvp_id, *LIVE)
    if rsvp is None or rsvp.confirmed_at or _late(rsvp):
        return None
    return _mail(rsvp, N_("Please confirm your email address"), _please_confirm)


def _please_confirm(rsvp: Rsvp, event: Shown) -> Says:
    until = times.at(rsvp.lapses_at, event.event.zone) if rsvp.lapses_at else ""
    kept = gettext(
        "someone, we hope you, asked for a seat with your address. We keep it for you until %(until)s.", until=until
    )
    waits = gettext(
        "someone, we hope you, asked for a seat with your address. All seats are taken now, so you are on the "
        "waitlist. We keep your place until %(until)s.",
        until=until,
    )
    return Says(
        heading=gettext("Please confirm your email address"),
        opening=[
            waits if rsvp.state == RsvpState.WAITING else kept,
            gettext("It is yours when you press the button on the page that opens here:"),
        ],
        press=gettext("Confirm"),
        closing=[
            gettext("Did someone else type your address? The same page has a button for that: “This was not me”."),
            gettext("If you do nothing, the seat goes to someone else, and we delete what was typed."),
        ],
        page=False,
    )


@letter("events.your_place")
def your_place(rsvp_id: int) -> Mail | None:
    """The seat is firm: when, where, how to join, and how to give it back."""
    rsvp = _find(rsvp_id, RsvpState.SEATED)
    return _mail(rsvp, N_("Your reservation"), _your_place) if rsvp else None


def _your_place(rsvp: Rsvp, event: Shown) -> Says:
    return Says(
        heading=gettext("You have a seat"),
        opening=[gettext("we look forward to seeing you.")],
        closing=[_change_it()],
        joining=True,
        attached=True,
    )


def _change_it() -> str:
    return str(
        gettext(
            "Do more or fewer people come, or can you not come? Please tell us on this page, so that no seat stays "
            "empty:"
        )
    )


@letter("events.waiting")
def waiting(rsvp_id: int) -> Mail | None:
    """The place on the waitlist is kept; its number is what it is when the letter is sent."""
    rsvp = _find(rsvp_id, RsvpState.WAITING)
    return _mail(rsvp, N_("Your reservation"), _waiting) if rsvp else None


def _waiting(rsvp: Rsvp, event: Shown) -> Says:
    return Says(
        heading=gettext("You are on the waitlist"),
        opening=[
            gettext(
                "all seats are taken now. As soon as one is free for you, we write to you, and you have some hours to "
                "take it."
            )
        ],
        closing=[_change_it()],
    )


@letter("events.seat_free")
def seat_free(rsvp_id: int) -> Mail | None:
    """A seat is kept for somebody who waited; moot when it was taken or the time is over."""
    rsvp = _find(rsvp_id, RsvpState.OFFERED)
    return _mail(rsvp, N_("Please answer soon"), _seat_free) if rsvp and not _late(rsvp) else None


def _seat_free(rsvp: Rsvp, event: Shown) -> Says:
    until = times.at(rsvp.lapses_at, event.event.zone) if rsvp.lapses_at else ""
    return Says(
        heading=gettext("A seat is free for you"),
        opening=[
            gettext("you waited for a seat, and now there is one. We keep it for you until %(until)s.", until=until),
            gettext("It is yours when you press the button on the page that opens here:"),
        ],
        press=gettext("Take the seat"),
        closing=[gettext("If you do nothing, it goes to the next person.")],
        page=False,
    )


@letter("events.already_coming")
def already_coming(rsvp_id: int) -> Mail | None:
    """Tells somebody who asks twice; on the screen it must not be seen who comes."""
    rsvp = _find(rsvp_id, *LIVE)
    return _mail(rsvp, N_("Your reservation"), _already_coming) if rsvp else None


def _already_coming(rsvp: Rsvp, event: Shown) -> Says:
    words: dict[str, str] = {
        RsvpState.SEATED: gettext("You have a seat"),
        RsvpState.OFFERED: gettext("A seat is free for you"),
    }
    return Says(
        heading=words.get(rsvp.state, gettext("You are on the waitlist")),
        opening=[
            gettext("someone asked for a seat with your address. You are on the list already, so nothing has changed.")
        ],
        closing=[_change_it()],
        joining=rsvp.state == RsvpState.SEATED,
    )


def _told(guest_news_id: int) -> tuple[Rsvp, EventNews] | None:
    told = db.session().get(GuestNews, guest_news_id)
    if told is None:
        return None
    return db.session().get_one(Rsvp, told.rsvp_id), db.session().get_one(EventNews, told.news_id)


@letter("events.it_changed")
def it_changed(guest_news_id: int) -> Mail | None:
    """Says what is different; moot when it is as it was again, in this guest's language."""
    if (told := _told(guest_news_id)) is None or _find(told[0].id, *LIVE) is None:
        return None
    rsvp, news = told[0], _since(*told)
    with i18n.speaking(i18n.find(rsvp.language)):
        changes = differences(news, board.get(rsvp.event_id), seated=rsvp.state == RsvpState.SEATED)
    if not changes:
        return None
    return _mail(rsvp, N_("A change to your reservation"), lambda rsvp, event: _it_changed(rsvp, changes))


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
    return Says(
        heading=gettext("Please note the change"),
        opening=[gettext("something has changed. Your reservation stands.")],
        facts=changes,
        closing=[_change_it()],
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
    return _mail(told[0], N_("Your reservation: cancelled"), _it_was_cancelled)


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
    if (told := _told(guest_news_id)) is None or (rsvp := _find(told[0].id, RsvpState.SEATED)) is None:
        return None
    if clock.now() >= board.get(rsvp.event_id).event.starts_at or _left_since(rsvp):
        return None
    return _mail(rsvp, N_("A reminder of your reservation"), _it_begins_soon)


def _it_begins_soon(rsvp: Rsvp, event: Shown) -> Says:
    return Says(
        heading=gettext("It begins soon"),
        opening=[gettext("this is a reminder. We look forward to seeing you.")],
        closing=[_change_it()],
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
    return _mail(told[0], N_("Thank you"), _thank_you)


def _thank_you(rsvp: Rsvp, event: Shown) -> Says:
    return Says(
        heading=gettext("Thank you"),
        opening=[gettext("thank you for being part of it.")],
        notice=event.words.thanks if event.words else "",
        page=False,
    )


def N_(text: str) -> str:  # noqa: N802 (gettext's name for "translate later")
    """Marks a text for translation that is translated elsewhere."""
    return text

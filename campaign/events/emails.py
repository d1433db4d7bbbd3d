"""The letters about one's own seat: confirm it, you have it, you wait, it is free, you are on the list already."""

from flask_babel import gettext

from .. import clock
from ..mail import Mail, letter
from . import times
from .board import Shown
from .models import LIVE, Rsvp, RsvpState
from .saying import N_, Says, change_it, find, how_long_it_is_kept, mail_to

ON_THE_WAITLIST = N_("You are on the waitlist")


def _late(rsvp: Rsvp) -> bool:
    return rsvp.lapses_at is not None and rsvp.lapses_at <= clock.now()


@letter("events.please_confirm")
def please_confirm(rsvp_id: int) -> Mail | None:
    """Asks the mailbox whether it wants to come; moot when it has answered or the time is over."""
    rsvp = find(rsvp_id, *LIVE)
    if rsvp is None or rsvp.confirmed_at or _late(rsvp):
        return None
    return mail_to(rsvp, N_("Please confirm your email address"), _please_confirm)


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
    if in_line := rsvp.state == RsvpState.WAITING:
        press = gettext(
            "It is not a seat yet, but your place in the line. You keep it when you press the button on the page that "
            "opens here:"
        )
        nothing = gettext("If you do nothing, your place goes to the next person, and we delete what was typed.")
    else:
        press = gettext("It is yours when you press the button on the page that opens here:")
        nothing = gettext("If you do nothing, the seat goes to someone else, and we delete what was typed.")
    not_me = gettext("Did someone else type your address? The same page has a button for that: “This was not me”.")
    return Says(
        heading=gettext("Please confirm your email address"),
        opening=[waits if in_line else kept, press],
        press=gettext("Confirm"),
        closing=[not_me, nothing],
        page=False,
    )


@letter("events.your_place")
def your_place(rsvp_id: int) -> Mail | None:
    """The seat is firm: when, where, how to join, and how to give it back."""
    rsvp = find(rsvp_id, RsvpState.SEATED)
    return mail_to(rsvp, N_("Your reservation"), _your_place) if rsvp else None


def _your_place(rsvp: Rsvp, event: Shown) -> Says:
    return Says(
        heading=gettext("You have a seat"),
        opening=[gettext("we look forward to seeing you.")],
        closing=[change_it()],
        joining=True,
        attached=True,
    )


@letter("events.waiting")
def waiting(rsvp_id: int) -> Mail | None:
    """The place on the waitlist is kept; its number is what it is when the letter is sent."""
    rsvp = find(rsvp_id, RsvpState.WAITING)
    return mail_to(rsvp, ON_THE_WAITLIST, _waiting) if rsvp else None


def _waiting(rsvp: Rsvp, event: Shown) -> Says:
    return Says(
        heading=gettext("You are on the waitlist"),
        opening=[
            gettext("all seats are taken now. As soon as one is free for you, we write to you."),
            how_long_it_is_kept(),
        ],
        closing=[change_it()],
    )


@letter("events.seat_free")
def seat_free(rsvp_id: int) -> Mail | None:
    """A seat is kept for somebody who waited; moot when it was taken or the time is over."""
    rsvp = find(rsvp_id, RsvpState.OFFERED)
    return mail_to(rsvp, N_("Please answer soon"), _seat_free) if rsvp and not _late(rsvp) else None


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
    rsvp = find(rsvp_id, *LIVE)
    waits = rsvp is not None and rsvp.state == RsvpState.WAITING
    return mail_to(rsvp, ON_THE_WAITLIST if waits else N_("Your reservation"), _already_coming) if rsvp else None


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
        closing=[change_it()],
        joining=rsvp.state == RsvpState.SEATED,
    )

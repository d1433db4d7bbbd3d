"""The letters about shifts: it is yours, a place is kept for you, taken back, changed, cancelled."""

from datetime import datetime

from flask_babel import gettext
from sqlalchemy import select

from .. import clock, db
from ..mail import Letter, LetterState, Mail, letter
from ..volunteers.emails import Says
from .models import LIVE, Placement, PlacementNews, PlacementState, Shift, ShiftNews, ShiftNewsKind, ShiftState
from .saying import N_, changes, find, letter_to, until
from .turns import OFFERED, REMOVED, TAKEN


@letter(TAKEN, private=True)
def taken(placement_id: int) -> Mail | None:
    """It is theirs; moot once it is not, or has begun."""
    one = find(placement_id, PlacementState.TAKEN)
    if one is None or _begun(one):
        return None
    return letter_to(one, N_("Your shift"), _taken)


def _begun(one: Placement) -> bool:
    shift = db.session().get_one(Shift, one.shift_id)
    return shift.state != ShiftState.OPEN or clock.now() >= shift.starts_at


def _taken(page: str, shift: Shift) -> Says:
    limit = min(shift.cancel_until or shift.starts_at, shift.starts_at)
    return Says(
        heading=gettext("Your shift"),
        opening=[gettext("this shift is yours. Thank you!")],
        press=gettext("Open my page"),
        link=page,
        closing=[gettext("If you cannot come, give it back on your page until %(time)s.", time=until(limit, shift))],
    )


@letter(OFFERED, private=True)
def offered(placement_id: int) -> Mail | None:
    """A place became free and is kept for them; moot once they have answered or the time for it is over."""
    one = find(placement_id, PlacementState.OFFERED)
    if one is None or one.lapses_at is None or one.lapses_at <= clock.now() or _begun(one):
        return None
    by = one.lapses_at
    return letter_to(one, N_("A shift is free for you"), lambda page, shift: _offered(page, shift, by))


def _offered(page: str, shift: Shift, by: datetime) -> Says:
    keep = gettext("We keep it for you until %(time)s. After that it goes to the next.", time=until(by, shift))
    return Says(
        heading=gettext("A shift is free for you"),
        opening=[gettext("you waited for this shift, and a place is free. Please accept it on your page, or say no.")],
        press=gettext("Answer"),
        link=page,
        closing=[keep],
    )


@letter(REMOVED, private=True)
def removed(placement_id: int) -> Mail | None:
    """It was taken back: why; moot when they have it again."""
    one = find(placement_id, PlacementState.REMOVED)
    return letter_to(one, N_("A shift was taken back"), lambda page, _shift: _removed(page, one)) if one else None


def _removed(page: str, one: Placement) -> Says:
    return Says(
        heading=gettext("A shift was taken back"),
        opening=[gettext("we had to take this shift back from you. You need not come.")],
        facts=[(gettext("Reason"), one.reason)],
        press=gettext("Open my page"),
        link=page,
        closing=[gettext("On your page you see other shifts.")],
    )


def _told(placement_news_id: int) -> tuple[Placement, ShiftNews] | None:
    told = db.session().get(PlacementNews, placement_news_id)
    one = find(told.placement_id, *LIVE) if told else None
    return (one, db.session().get_one(ShiftNews, told.news_id)) if told and one else None


@letter("shifts.changed", private=True)
def changed(placement_news_id: int) -> Mail | None:
    """Another time or place; moot when it is as it was again, or has begun."""
    if (told := _told(placement_news_id)) is None or _begun(told[0]):
        return None
    if told[1].kind != ShiftNewsKind.CHANGED:
        return None
    one, news = told[0], _since(*told)
    if not changes(_before(news), db.session().get_one(Shift, one.shift_id)):
        return None
    return letter_to(one, N_("A shift has changed"), lambda page, shift: _changed(page, shift, news))


def _since(one: Placement, news: ShiftNews) -> ShiftNews:
    """The change from which on they were told nothing yet: what was taken back at once need not be told."""
    letter_of = (Letter.about_id == PlacementNews.id) & (Letter.kind == "shifts.changed")
    earlier = select(ShiftNews, Letter.state).join(PlacementNews, PlacementNews.news_id == ShiftNews.id)
    earlier = earlier.join(Letter, letter_of).where(PlacementNews.placement_id == one.id, ShiftNews.id < news.id)
    for before, state in db.session().execute(earlier.order_by(ShiftNews.id.desc())):
        if state not in (LetterState.WAITING, LetterState.DROPPED):
            break
        news = before
    return news


def _before(news: ShiftNews) -> tuple[datetime | None, datetime | None, str, int | None]:
    return news.starts_before, news.ends_before, news.zone_before, news.place_before_id


def _changed(page: str, shift: Shift, news: ShiftNews) -> Says:
    return Says(
        heading=gettext("Please note the change"),
        opening=[gettext("something has changed about a shift that you have or wait for:")],
        facts=changes(_before(news), shift),
        press=gettext("Open my page"),
        link=page,
        closing=[gettext("If it does not suit you any more, give it back on your page.")],
    )


@letter("shifts.cancelled", private=True)
def cancelled(placement_news_id: int) -> Mail | None:
    """It is not held, and why."""
    if (told := _told(placement_news_id)) is None:
        return None
    return letter_to(told[0], N_("A shift was cancelled"), _cancelled)


def _cancelled(page: str, shift: Shift) -> Says:
    return Says(
        heading=gettext("A shift was cancelled"),
        opening=[gettext("this shift is not held. You need not come.")],
        facts=[(gettext("Reason"), shift.cancelled_for)] if shift.cancelled_for else [],
        press=gettext("Open my page"),
        link=page,
        closing=[gettext("On your page you see other shifts.")],
    )

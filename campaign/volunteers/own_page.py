"""What volunteers see of it on the page about themselves, leaving from there, and being erased."""

from datetime import date, datetime

from flask_babel import gettext
from sqlalchemy import delete, select, update

from .. import db, i18n
from ..supporters import erasure, kept
from ..supporters import service as supporters
from ..supporters.kept import Held
from ..supporters.models import Supporter
from . import guardians, lists, phones, service, standing, trainings
from .models import Guardian, Qualification, Volunteer, VolunteerState

KIND, TRAINED = "volunteer", "qualification"
MOMENTS = ("joined_at", "confirmed_at", "lapses_at", "read_at", "ended_at")


@kept.holding.connect
def _holding(supporter_id: int) -> list[Held]:
    one = db.session().scalar(select(Volunteer).where(Volunteer.supporter_id == supporter_id))
    if one is None:
        return []
    names = lists.names(lists.REQUIREMENTS)
    return [_held(one), *(_qualified(each, names) for each in trainings.of(one.id))]


def _held(one: Volunteer) -> Held:
    said, skills, roles = service.profile(one), lists.names(lists.SKILLS), lists.names(lists.ROLES)
    guardian = guardians.of(one.id)
    comma, colon = i18n.sign(","), i18n.sign(":")
    spoken = [f"{i18n.find(code).name}{colon}{levels()[level]}" for code, level in said.languages]
    facts = [
        (gettext("State"), in_words(one)),
        (gettext("Signed up"), i18n.show_moment(one.joined_at)),
        (gettext("Your name"), one.name),
        (gettext("Phone"), phones.opened(one.phone)),
        (gettext("Languages"), i18n.sign(";").join([*spoken, *filter(None, [one.other_languages])])),
        (gettext("What I would like to do"), comma.join(roles.get(number, "") for number in said.roles)),
        (gettext("Skills and interests"), comma.join(skills.get(number, "") for number in said.skills)),
        (gettext("When I have time"), comma.join(f"{days()[day]}{colon}{parts()[part]}" for day, part in said.times)),
        (gettext("Neighborhood or city"), one.area),
        (gettext("Age"), bands()[one.age_band] if one.name else ""),
        (gettext("What you need"), one.access_needs),
        (gettext("Your guardian's email address"), said.guardian),
        (gettext("What our staff noted"), one.staff_note),
        (gettext("Reason"), one.ended_for if one.state == VolunteerState.ENDED else ""),
    ]
    data: dict[str, object] = {
        "state": one.state,
        "name": one.name,
        "phone": phones.opened(one.phone),
        "language": one.language,
        "languages": [{"language": code, "level": level} for code, level in said.languages],
        "other_languages": one.other_languages,
        "roles": [roles.get(number, "") for number in said.roles],
        "skills": [skills.get(number, "") for number in said.skills],
        "times": [[day, part] for day, part in said.times],
        "area": one.area,
        "age": one.age_band,
        "age_claimed": one.age_band_wished,
        "access_needs": one.access_needs,
        "newsletter": one.newsletter,
        "guardian": _guardian(guardian, said.guardian),
        "staff_note": one.staff_note,
        "ended_for": one.ended_for,
        **{name: _moment(getattr(one, name)) for name in MOMENTS},
    }
    return Held(KIND, one.id, gettext("Volunteer"), [fact for fact in facts if fact[1]], _button(one), data)


def _guardian(one: Guardian | None, email: str) -> dict[str, object] | None:
    if one is None:
        return None
    said = {"email": email, "state": one.state, "words": one.words}
    return {**said, "asked_at": _moment(one.asked_at), "answered_at": _moment(one.answered_at)}


def _qualified(one: Qualification, names: dict[int, str]) -> Held:
    until = i18n.show_date(one.expires_on) if one.expires_on else ""
    facts = [
        (gettext("Date"), i18n.show_date(one.held_on)),
        (gettext("Until"), until),
        (gettext("Confirmed by"), one.vouched_by),
        (gettext("Taken back: %(what)s", what=""), one.revoked_for),
    ]
    data: dict[str, object] = {
        "what": names.get(one.requirement_id, ""),
        "held_on": _day(one.held_on),
        "expires_on": _day(one.expires_on),
        "vouched_by": one.vouched_by,
        "recorded_at": _moment(one.recorded_at),
        "warned_at": _moment(one.warned_at),
        "revoked_at": _moment(one.revoked_at),
        "revoked_for": one.revoked_for,
    }
    title = names.get(one.requirement_id, gettext("Training"))
    return Held(TRAINED, one.id, title, [fact for fact in facts if fact[1]], "", data)


def _moment(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None


def _day(on: date | None) -> str | None:
    return on.isoformat() if on else None


def in_words(one: Volunteer) -> str:
    """Where they stand, as they read it."""
    words: dict[str, str] = {
        VolunteerState.PENDING: gettext("Not confirmed yet"),
        VolunteerState.CONFIRMED: gettext("You are a volunteer"),
        VolunteerState.LEFT: gettext("You are not a volunteer now."),
        VolunteerState.ENDED: gettext("Ended by us"),
    }
    return words[one.state]


def levels() -> dict[str, str]:
    """How well one speaks a language."""
    return {"some": gettext("a little"), "well": gettext("well"), "native": gettext("as my first language")}


def bands() -> dict[str, str]:
    """How old one is."""
    years = [("16-17", gettext("16 or 17")), ("18-20", gettext("18 to 20")), ("21+", gettext("21 or older"))]
    return dict(years)


def days() -> list[str]:
    """The days of the week, Monday first."""
    from flask_babel import get_locale

    return [str(get_locale().days["stand-alone"]["wide"][number]) for number in range(7)]


def parts() -> dict[str, str]:
    """The parts of a day."""
    return {"morning": gettext("morning"), "afternoon": gettext("afternoon"), "evening": gettext("evening")}


def _button(one: Volunteer) -> str:
    buttons: dict[str, str] = {
        VolunteerState.PENDING: gettext("This was not me"),
        VolunteerState.CONFIRMED: gettext("Stop volunteering"),
    }
    return str(buttons.get(one.state, ""))


@supporters.taking_back.connect
def _take_back(kind: str, supporter_id: int, id: int, now: datetime) -> bool:
    """Leave, or disown what is not confirmed now, whatever was before. False when it is not theirs."""
    one = db.session().get(Volunteer, id) if kind == KIND else None
    if one is None or one.supporter_id != supporter_id:
        return False
    (service.disown if one.state == VolunteerState.PENDING else service.leave)(id, now)
    return True


@supporters.speaking.connect
def _speak(supporter_id: int, language: str) -> None:
    """Letters to a volunteer come in the language that they chose."""
    theirs = update(Volunteer).where(Volunteer.supporter_id == supporter_id)
    db.session().execute(theirs.values(language=language))


@erasure.erasing.connect
def _erase(person: Supporter, now: datetime) -> None:
    """All that is known of them as a volunteer goes; hours stay in the totals, without a name."""
    one = db.session().scalar(select(Volunteer).where(Volunteer.supporter_id == person.id))
    if one is not None:
        forget(one.id, now)


def forget(volunteer_id: int, now: datetime) -> None:
    """Delete a volunteer with all that hangs on them; shifts go back first."""
    standing.stops.send(volunteer_id, now=now)
    guardians.forget(volunteer_id)
    db.session().execute(delete(Volunteer).where(Volunteer.id == volunteer_id))
    db.session().expire_all()

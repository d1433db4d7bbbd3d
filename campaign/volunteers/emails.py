"""The letters to volunteers and to guardians: what each says, looked up when it is sent."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext

from .. import clock, db, i18n
from ..mail import Mail, letter
from ..supporters import service as supporters
from ..web import address
from . import guardians, lists
from .models import Guardian, GuardianState, Presence, Qualification, TrainerCode, Volunteer, VolunteerState


@dataclass(frozen=True)
class Says:
    """What a letter says, in the language spoken: sentences, a button with its link, facts, sentences below."""

    heading: str
    opening: Sequence[Any] = ()
    press: str = ""
    link: str = ""
    facts: Sequence[tuple[str, str]] = field(default=())
    closing: Sequence[Any] = ()


def mail_to(one: Volunteer, subject: str, says: Callable[[str], Says], to: str = "", name: str | None = None) -> Mail:
    """A letter in the volunteer's language. `says` is asked with the address of their page; `subject` is English."""
    language = i18n.find(one.language)
    with i18n.speaking(language):
        said = says(address("volunteers.own", language, volunteer_id=one.id))
    links = {"help": address("pages.help", language)}
    values = {"name": one.name if name is None else name, "says": said, "links": links}
    mine = supporters.get(one.supporter_id)
    who = None if to else mine.id
    return Mail(to or mine.email, language, lambda: gettext(subject), "volunteer", values, who)


def _find(volunteer_id: int, *states: VolunteerState) -> Volunteer | None:
    one = db.session().get(Volunteer, volunteer_id)
    return one if one is not None and one.state in states else None


@letter("volunteers.please_confirm", private=True)
def please_confirm(volunteer_id: int) -> Mail | None:
    """Asks the mailbox whether it wants to help; moot when it has answered or the time is over."""
    one = _find(volunteer_id, VolunteerState.PENDING)
    if one is None or one.lapses_at is None or one.lapses_at <= clock.now():
        return None
    until = one.lapses_at
    return mail_to(one, N_("Please confirm your email address"), lambda page: _please_confirm(page, until))


def _please_confirm(page: str, until: Any) -> Says:
    return Says(
        heading=gettext("Please confirm your email address"),
        opening=[
            gettext("someone, we hope you, told us that you want to help. Please press the button on this page:"),
        ],
        press=gettext("Confirm"),
        link=page,
        closing=[
            gettext("The link works until %(day)s.", day=i18n.show_date(until)),
            gettext("Did someone else type your address? The same page has a button for that: “This was not me”."),
            gettext("If you do nothing, we delete what was typed."),
        ],
    )


@letter("volunteers.your_page", private=True)
def your_page(volunteer_id: int) -> Mail | None:
    """The link to a volunteer's own page: after confirming, and whenever it is asked for."""
    one = _find(volunteer_id, VolunteerState.CONFIRMED)
    return mail_to(one, N_("Your own page"), _your_page) if one else None


def _your_page(page: str) -> Says:
    return Says(
        heading=gettext("Your own page"),
        opening=[gettext("thank you for helping. On your own page you see what comes next and can change everything:")],
        press=gettext("Open my page"),
        link=page,
        closing=[gettext("Keep this letter: the link works as long as you are a volunteer. Do not pass it on.")],
    )


@letter("volunteers.ended")
def ended(volunteer_id: int) -> Mail | None:
    """The campaign goes on without somebody: why, and where to write."""
    if (one := _find(volunteer_id, VolunteerState.ENDED)) is None:
        return None
    return mail_to(one, N_("About your volunteering"), lambda _page: _ended(one), name="")


def _ended(one: Volunteer) -> Says:
    contact = i18n.site().contacts.volunteers
    write = gettext("If you want to talk about it, write to %(address)s.", address=contact)
    return Says(
        heading=gettext("About your volunteering"),
        opening=[gettext("we have ended your time as a volunteer. The reason: %(reason)s", reason=one.ended_for)],
        closing=[write] if contact else [],
    )


def _guarded(guardian_id: int) -> tuple[Guardian, Volunteer] | None:
    try:
        return guardians.get(guardian_id)
    except LookupError:
        return None


@letter("volunteers.guardian", private=True)
def guardian(guardian_id: int) -> Mail | None:
    """Asks a guardian; moot when they have answered, or nobody is to be asked any more."""
    found = _guarded(guardian_id)
    if found is None or found[0].state != GuardianState.ASKED or not (to := guardians.opened(found[0])):
        return None
    link = address("witnesses.guardian", i18n.find(found[0].language), guardian_id=guardian_id)
    return mail_to(found[1], N_("We need your answer"), lambda _page: _guardian(found[1], link), to, "")


def _guardian(one: Volunteer, link: str) -> Says:
    ask = i18n.guarded("%(name)s is 16 or 17 years old, wants to volunteer, and named you as guardian.", name=one.name)
    return Says(
        heading=gettext("We need your answer"),
        opening=[ask, i18n.guarded("Without your consent they cannot take part. Read what it means, and answer here:")],
        press=gettext("Read and answer"),
        link=link,
        closing=[gettext("Is this not you? The same page has a button for that. We write to you only about this.")],
    )


@letter("volunteers.guardian_answered")
def guardian_answered(guardian_id: int) -> Mail | None:
    """Tells the volunteer what their guardian said."""
    found = _guarded(guardian_id)
    if found is None or found[0].state == GuardianState.ASKED:
        return None
    return mail_to(found[1], N_("Your guardian has answered"), lambda page: _guardian_answered(found[0], page))


def _guardian_answered(one: Guardian, page: str) -> Says:
    yes = gettext("your guardian agrees that you help. You can take shifts now.")
    no = gettext("your guardian does not agree. You cannot take shifts until that changes.")
    return Says(
        heading=gettext("Your guardian has answered"),
        opening=[yes if one.state == GuardianState.GIVEN else no],
        press=gettext("Open my page"),
        link=page,
    )


@letter("volunteers.present", private=True)
def present(presence_id: int) -> Mail | None:
    """After the trainer's code was scanned with this address: a button to say that it was them."""
    one = db.session().get(Presence, presence_id)
    volunteer = _find(one.volunteer_id, VolunteerState.CONFIRMED) if one and one.confirmed_at is None else None
    if one is None or volunteer is None:
        return None
    link = address("witnesses.present", i18n.find(volunteer.language), presence_id=presence_id)
    code = db.session().get_one(TrainerCode, one.code_id)
    return mail_to(volunteer, N_("Were you there?"), lambda _page: _present(code, link))


def _present(code: TrainerCode, link: str) -> Says:
    return Says(
        heading=gettext("Were you there?"),
        opening=[
            gettext("your address was typed at the training of %(trainer)s. Please confirm:", trainer=code.trainer)
        ],
        press=gettext("Confirm"),
        link=link,
        closing=[gettext("Was it not you? Then do nothing.")],
    )


def _qualified(qualification_id: int) -> tuple[Qualification, Volunteer] | None:
    one = db.session().get(Qualification, qualification_id)
    volunteer = _find(one.volunteer_id, VolunteerState.CONFIRMED) if one else None
    return (one, volunteer) if one and volunteer else None


@letter("volunteers.expires_soon")
def expires_soon(qualification_id: int) -> Mail | None:
    """Something that roles require runs out; moot once it was revoked."""
    found = _qualified(qualification_id)
    if found is None or found[0].revoked_at or found[0].expires_on is None:
        return None
    return mail_to(found[1], N_("Please renew"), lambda page: _expires_soon(found[0], page))


def _expires_soon(one: Qualification, page: str) -> Says:
    until = i18n.show_date(one.expires_on) if one.expires_on else ""
    return Says(
        heading=gettext("Please renew"),
        opening=[gettext("something that you need as a volunteer runs out. After that day you cannot take shifts.")],
        facts=[(gettext("What"), _name_of(one)), (gettext("Until"), until)],
        press=gettext("Open my page"),
        link=page,
    )


def _name_of(one: Qualification) -> str:
    return lists.names(lists.REQUIREMENTS).get(one.requirement_id, "")


@letter("volunteers.revoked")
def revoked(qualification_id: int) -> Mail | None:
    """Something does not count any more: what, and why."""
    found = _qualified(qualification_id)
    if found is None or not found[0].revoked_at:
        return None
    return mail_to(found[1], N_("Something does not count any more"), lambda page: _revoked(found[0], page))


def _revoked(one: Qualification, page: str) -> Says:
    return Says(
        heading=gettext("Something does not count any more"),
        opening=[gettext("what is named here does not count any more. You cannot take shifts that require it.")],
        facts=[(gettext("What"), _name_of(one)), (gettext("Reason"), one.revoked_for)],
        press=gettext("Open my page"),
        link=page,
    )


def N_(text: str) -> str:  # noqa: N802 (gettext's name for "translate later")
    """Marks a text for translation that is translated elsewhere."""
    return text

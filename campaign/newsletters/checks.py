"""What else stands against sending a newsletter: no test letter, no second person, no reader, an unwell list."""

from flask import url_for

from .. import web
from ..mailing import service as mailing
from . import recipients, service, starting, trials
from .preflight import Finding, asking

NO_TRIAL = "No test letter with these words was sent. Send yourself one, and read it."
MANY_REFUSED = "{percent} of 100 letters of the newsletter before were refused: look at the addresses first."
STUCK = "The mailing list could not be told about {number:,} people. See whether their addresses still work."
A_FOLDER = "No mail server is set (SMTP_URL): letters go into a folder, and nobody gets them."
LIMIT = 5  # refused letters in a hundred that make a list unwell


@asking.connect
def _against(newsletter_id: int) -> list[Finding]:
    """Everything, in the order in which one would mend it."""
    here, one = url_for("newsletter_sending_staff.show", id=newsletter_id), service.get(newsletter_id)
    found = []
    if not (number := starting.readers(one)):
        found.append(Finding(starting.NOBODY, "Readers", url_for("readers_staff.show", id=newsletter_id)))
    if not trials.was_sent(newsletter_id):
        found.append(Finding(NO_TRIAL, "A letter to yourself", f"{here}#trial"))
    if said := starting.second_person(newsletter_id, number):
        found.append(Finding(said, "A second person", f"{here}#second"))
    return [*found, *_unwell(newsletter_id, here)]


def _unwell(newsletter_id: int, here: str) -> list[Finding]:
    """What is no reason to keep it back, but to look."""
    found = []
    if (percent := recipients.refused_before(newsletter_id)) > LIMIT:
        found.append(Finding(MANY_REFUSED.format(percent=percent), "The list", here, blocks=False))
    if number := mailing.standing().stuck:
        where = url_for("mailing_staff.index")
        found.append(Finding(STUCK.format(number=number), "Mailing list", where, blocks=False))
    if not web.config().smtp_url:
        found.append(Finding(A_FOLDER, "The settings", here, blocks=False))
    return found

"""What readers see of the newsletters they got on the page about themselves, and how long we know that they did."""

from datetime import datetime

from flask_babel import gettext

from .. import i18n
from ..supporters import kept, retention
from ..supporters.kept import Held
from . import recipients
from .runs import Recipient, RecipientState

KIND = "newsletter"


@kept.holding.connect
def _letters(supporter_id: int) -> list[Held]:
    return [_held(row, title) for row, title in recipients.of_person(supporter_id)]


def _held(row: Recipient, title: str) -> Held:
    sent = row.handed_at if row.state in (RecipientState.SENT, RecipientState.UNCERTAIN) else None
    facts = [(gettext("Sent"), i18n.show_moment(sent) if sent else gettext("Not yet"))]
    data: dict[str, object] = {"newsletter": title, "language": row.language, "state": row.state}
    data["sent_at"] = sent.isoformat(timespec="seconds") if sent else None
    return Held(KIND, row.id, gettext("A newsletter"), facts, data=data)


@retention.obeys("newsletters")
def _forget(until: datetime, dry_run: bool) -> int:
    return recipients.forget(until, dry_run=dry_run)

"""What came of a newsletter, as totals: letters by what became of them, who left, and what followed by its codes.

Nobody's opening or following of a link is kept anywhere: a code is counted by the day, whoever it was.
"""

import csv
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from io import StringIO

from sqlalchemy import func, select

from .. import clock, db
from ..links import bringing
from ..links.bringing import Span, Wanted
from ..supporters import audience
from ..text import cell
from . import codes
from .mailchimp.models import MailchimpCampaign
from .models import Edition, Newsletter
from .runs import Recipient, RecipientState, Run

FOR = timedelta(days=90)  # what follows later has hardly to do with it
LETTERS = {
    RecipientState.SENT: "Delivered",
    RecipientState.REFUSED: "Refused",
    RecipientState.UNCERTAIN: "Uncertain",
    RecipientState.SKIPPED: "Left out",
    RecipientState.WAITING: "Still to go",
}
LEFT, CAME_BACK = "Left by it", "Came back"


@dataclass(frozen=True)
class Line:
    """One edition (or with no language all of them): numbers by what they are of."""

    language: str
    numbers: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Aftermath:
    """The editions, all of them together, what there are numbers of, and the last day that is counted."""

    lines: list[Line]
    whole: Line
    columns: list[str]
    until: date
    by_edition: bool = True


def of(newsletter_id: int) -> Aftermath:
    """What is known today. Raises LookupError."""
    one = get(newsletter_id)
    begun = db.session().scalar(select(Run.built_at).where(Run.newsletter_id == newsletter_id)) or one.sent_at
    first = begun.date() if begun else clock.today()
    until = min(clock.today(), first + FOR)
    numbers: dict[str, Counter[str]] = {}
    _add_letters(newsletter_id, numbers)
    known = codes.of(newsletter_id)
    for code, number in audience.left_by(list(known.values())).items():
        language = next(language for language, its in known.items() if its == code)
        numbers.setdefault(language, Counter())[LEFT] += number
    _add_reports(newsletter_id, numbers)
    followed = _add_followed(codes.ids(newsletter_id), first, until, numbers)
    lines = [Line(language, numbers[language]) for language in sorted(numbers)]
    whole = Line("", sum((line.numbers for line in lines), Counter()))
    forgotten = _forgotten(newsletter_id)
    whole.numbers.update(forgotten)
    named = (*LETTERS.values(), CAME_BACK)
    shown = [words for words in named if whole.numbers[words] or words == "Delivered"]
    return Aftermath(lines, whole, [*shown, LEFT, *followed], until, by_edition=not forgotten)


def get(newsletter_id: int) -> Newsletter:
    """The newsletter. Raises LookupError."""
    if (one := db.session().get(Newsletter, newsletter_id)) is None:
        raise LookupError(newsletter_id)
    return one


def _add_letters(newsletter_id: int, numbers: dict[str, Counter[str]]) -> None:
    """By the edition that somebody got: the English one, where there was none in their language."""
    row, written = Recipient, select(Edition.language).where(Edition.newsletter_id == newsletter_id)
    editions = set(db.session().scalars(written))
    found = select(row.language, row.state, func.count()).where(row.newsletter_id == newsletter_id)
    for language, state, number in db.session().execute(found.group_by(row.language, row.state)):
        got = language if language in editions else "en"
        numbers.setdefault(got, Counter())[_letter(state)] += number


def _add_reports(newsletter_id: int, numbers: dict[str, Counter[str]]) -> None:
    """What Mailchimp counts, by the edition that its readers got: who left by its own link, and what came back."""
    editions = set(db.session().scalars(select(Edition.language).where(Edition.newsletter_id == newsletter_id)))
    one = MailchimpCampaign
    found = select(one.language, one.unsubscribed, one.bounced).where(one.newsletter_id == newsletter_id)
    for language, left, came_back in db.session().execute(found.where(one.unsubscribed + one.bounced > 0)):
        its = numbers.setdefault(language if language in editions else "en", Counter())
        its.update({LEFT: left, CAME_BACK: came_back})


def _letter(state: str) -> str:
    return LETTERS.get(RecipientState(state), LETTERS[RecipientState.WAITING])


def _forgotten(newsletter_id: int) -> Counter[str]:
    """What was counted before the list of readers was deleted: not by language any more."""
    run = db.session().get(Run, newsletter_id)
    known = json.loads(run.forgotten) if run and run.forgotten else {}
    found: Counter[str] = Counter()
    for state, number in known.items():
        found[_letter(state)] += number
    return found


def _add_followed(by: dict[str, int], first: date, until: date, numbers: dict[str, Counter[str]]) -> list[str]:
    """Visits and what came of them, each edition by its own code; the names of what can follow."""
    if not by:  # no code, which would ask for all there are
        return ["Visits"]
    followed = bringing.brought(Span(first, until, Wanted(codes=tuple(by.values()))))
    for language, code_id in by.items():
        mine = numbers.setdefault(language, Counter())
        for one in followed:
            mine[_name(one.what)] += one.by_code.get(code_id, 0)
    return [_name(one.what) for one in followed]


def _name(what: str) -> str:
    return "Visits" if what == bringing.SCANS else what


def table(found: Aftermath) -> str:
    """The same for a spreadsheet, a line for each edition and one for all."""
    out = StringIO()
    rows: Iterable[Line] = [*found.lines, found.whole]
    lines = [["language", *found.columns]]
    lines += [[cell(one.language or "all"), *(str(one.numbers[name]) for name in found.columns)] for one in rows]
    csv.writer(out).writerows(lines)
    return "\ufeff" + out.getvalue()  # the mark lets spreadsheets see that it is UTF-8

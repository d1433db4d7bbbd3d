"""What stands against sending a newsletter: a list of findings, each of which says where and leads there."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

from blinker import Signal
from flask import url_for

from .. import clock, i18n, web
from . import destinations, drafts, inserts, personal, rendering, service, sources
from .marking import Marked
from .models import Edition, Newsletter
from .personal import Cut
from .rendering import HEAVIEST, Prepared, Reader

asking = Signal(
    "Asks what else stands against sending. Sent with the newsletter's id; receivers give a list of findings."
)

LONGEST_SUBJECT = (
    78  # characters: longer ones are cut by most programs, and RFC 5322 (2.1.1) asks for no more in a line
)
LONGEST_PREHEADER = 110
TELEPHONE = re.compile(r"\d(?:[\s().-]{0,2}\d){6,14}")
# No telephone number is in an address, and none is a date, a ZIP code, or the number of a book after its name.
# Each part of an address has an end (a label of a name is at most 63 long, RFC 1035): without one, a word of 40,000
# letters took three seconds, since the search began anew at each letter and ran to the last.
NO_NUMBER = re.compile(
    r"(?:\b\w{1,30}://|\bwww\.|\b[\w-]{1,63}(?:\.[\w-]{1,63}){0,9}\.[a-z]{2,63}/)\S*"
    r"|\b\d{4}-\d\d-\d\d\b|\b\d\d?([.-])\d\d?\1\d{4}\b|\b\d{5}-\d{4}\b"
    r"|\bISBN(?:-1[03])?:?\s*(?:97[89][ -]?)?(?:\d[ -]?){9}[\dX]\b",
    re.IGNORECASE,
)
SAMPLE = Reader("Sample Person", "https://leave.invalid/1", "https://own.invalid/1", "en")


@dataclass(frozen=True)
class Finding:
    """Something to be mended: in a sentence, where it is, and the path that leads there. Not all of them block."""

    what: str
    where: str
    path: str
    blocks: bool = True


def blocking(newsletter_id: int) -> list[Finding]:
    """What must be mended before it is sent. Raises LookupError."""
    return [one for one in findings(newsletter_id) if one.blocks]


def findings(newsletter_id: int) -> list[Finding]:
    """Everything that was found, in the order of the languages. Raises LookupError."""
    row, editions = service.get(newsletter_id), service.editions(newsletter_id)
    if "en" not in editions:
        return [Finding(service.ENGLISH_FIRST, "English", _words(newsletter_id, "en")), *_from_others(newsletter_id)]
    found = [*_house(newsletter_id), *_languages(row, editions)]
    for one in i18n.site().languages:
        if (edition := editions.get(one.code)) is not None:
            found += [*_written(edition), *_translated(edition, editions["en"]), *_read(edition)]
    return [*found, *_sent(newsletter_id), *_unsaved(newsletter_id), *_from_others(newsletter_id)]


def _from_others(newsletter_id: int) -> Iterator[Finding]:
    for _, found in asking.send(newsletter_id):
        yield from found


def _words(newsletter_id: int, language: str) -> str:
    return url_for("newsletter_desk_staff.words", id=newsletter_id, code=language)


def _at(edition: Edition, what: str, field: str = "body", *, blocks: bool = True) -> Finding:
    name = i18n.find(edition.language).name
    return Finding(what, name, f"{_words(edition.newsletter_id, edition.language)}#{field}", blocks)


def _house(newsletter_id: int) -> Iterator[Finding]:
    if not i18n.site().campaign.postal_address:
        what = "There is no postal address in campaign.toml; the law asks for one in every newsletter."
        here = url_for("newsletters_staff.edit", id=newsletter_id)
        yield Finding(what, "campaign.toml", here, blocks=not web.config().demo)


def _languages(row: Newsletter, editions: dict[str, Edition]) -> Iterator[Finding]:
    for one in i18n.site().languages:
        if one.code not in editions and one.code not in row.fallbacks:
            what = "There is no edition. Write it, or say at the newsletter that these readers get it in English."
            yield Finding(what, one.name, _words(row.id, one.code))


def _written(edition: Edition) -> Iterator[Finding]:
    """What is wrong with the words themselves."""
    subject, preheader = (Cut.of(personal.in_line(one)[0]).filled({}) for one in (edition.subject, edition.preheader))
    if len(subject) > LONGEST_SUBJECT:
        yield _at(
            edition, f"The subject has {len(subject)} characters; at most {LONGEST_SUBJECT} are shown.", "subject"
        )
    if not preheader:
        yield _at(edition, "There is nothing after the subject, so mail programs show the first words.", "preheader")
    if len(preheader) > LONGEST_PREHEADER:
        what = f"What comes after the subject has {len(preheader)} characters; at most {LONGEST_PREHEADER} are shown."
        yield _at(edition, what, "preheader")
    said = {"subject": edition.subject, "preheader": edition.preheader, "body": " / ".join(Marked(edition.body).said)}
    for field, text in said.items():
        for number in strange_numbers(text):
            yield _at(edition, f"{number} looks like a telephone number, and is not one of the hotlines.", field)


def strange_numbers(text: str) -> list[str]:
    """What looks like a telephone number and is none of campaign.toml: nobody must call a wrong one."""
    ours = {line.number[1:] for line in i18n.site().hotlines}
    ours |= {number[1:] for number in ours if number.startswith("1")}
    found = (one[0] for one in TELEPHONE.finditer(NO_NUMBER.sub(" / ", text)))
    return [one for one in found if re.sub(r"\D", "", one) not in ours]


def _translated(edition: Edition, english: Edition) -> Iterator[Finding]:
    if edition.language == "en":
        return
    for part in sources.stale(english, edition):
        yield _at(edition, f"{part.named} has changed in English since: “{_short(part.text)}”")
    for part in sources.left_in_english(english, edition):
        yield _at(edition, f"{part.named} is still in English: “{_short(part.text)}”")


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= 60 else f"{plain[:59]}…"


def _read(edition: Edition) -> Iterator[Finding]:
    """What is wrong with fields, blocks, pictures and links."""
    marked, now = Marked(edition.body), clock.now()
    for problem in marked.problems:
        yield _at(edition, str(problem))
    for block in marked.blocks:
        if wrong := inserts.trouble(block, edition.newsletter_id, now):
            yield _at(edition, f"Line {block.line}: {wrong}")
        if block.kind == "picture" and edition.language != "en" and not block.values.get("alt"):
            what = f'Line {block.line}: say in this language what the picture shows: [[picture … alt="…"]].'
            yield _at(edition, what)
    for link in marked.links:
        if wrong := destinations.trouble(edition.newsletter_id, link.to):
            yield _at(edition, f"Line {link.line}: {wrong}")


def _sent(newsletter_id: int) -> Iterator[Finding]:
    """What is wrong with the letters that come of it, for the readers of each language."""
    for one in i18n.site().languages:
        made = rendering.prepared(newsletter_id, one.code)
        here = url_for("newsletter_looks_staff.show", id=newsletter_id, code=one.code)
        yield from (Finding(what, f"The letter to readers of {one.name}", here) for what in faults(made))


def faults(made: Prepared) -> Iterator[str]:
    """What a letter must have and has not."""
    letter, site = made.for_reader(SAMPLE), i18n.site()
    read = unescape(letter.html)
    if site.hotline.shown not in letter.html or site.hotline.shown not in letter.text or "/help" not in letter.html:
        yield "The line with the hotline is missing."
    if site.campaign.organisation not in read or site.campaign.postal_address not in read:
        yield "Our name and postal address are missing."
    if not all(SAMPLE.unsubscribe in part and SAMPLE.own_page in part for part in (letter.html, letter.text)):
        yield "The links to leave and to one’s own page are missing."
    if (weight := len(letter.html.encode())) > HEAVIEST:
        yield f"It has {weight // 1024} KB; some mail programs cut it off after {HEAVIEST // 1024} KB."


def _unsaved(newsletter_id: int) -> Iterator[Finding]:
    for language, theirs in drafts.unsaved(newsletter_id).items():
        for one in theirs:
            what = f"{one.name} has words that are not saved, since {i18n.show_moment(one.since)}."
            yield Finding(what, i18n.find(language).name, _words(newsletter_id, language), blocks=False)


def unknown_links(newsletter_id: int) -> list[str]:
    """The addresses off this site that somebody would have to stand for."""
    found: dict[str, None] = {}
    for edition in service.editions(newsletter_id).values():
        for link in Marked(edition.body).links:
            if link.to.lower().startswith("https://") and destinations.trouble(newsletter_id, link.to):
                found.setdefault(link.to)
    return [one for one in found if destinations.own_path(one) is None]

"""The staff door to writing: an edition with what it becomes beside it, kept while it is typed, and translated."""

from functools import partial
from typing import Any

from flask import Response, abort, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from .. import clock, db, i18n, web
from ..errors import Refused, Stale
from ..events import listing
from ..pledges import board as pledges
from ..pledges.models import PledgeState
from ..settings import Language
from ..staff import audit, doors
from ..staff.acts import Act
from . import blocks, drafts, frames, inserts, personal, pictures, service, sources
from .drafts import PARTS
from .forms import EditionForm
from .models import Edition, EditionDraft, Newsletter

area = web.staff_area("newsletter_desk_staff", __name__)


@area.route("/newsletters/<int:id>/words/<code>", methods=["GET", "POST"])
def words(id: int, code: str) -> ResponseReturnValue:
    """Write an edition or translate it, with the English beside it."""
    other = language_or_404(code)
    with db.reading():
        row, there = newsletter_or_404(id), service.edition(id, code)
        form = _form(row, there, other)
        if not form.validate_on_submit():
            return _page(form, row, other, status=web.status_of(form))
    try:
        with db.writing():
            brought = [*request.form.getlist("brought"), *([] if there else form.marks)]
            me = doors.me().id
            service.write(id, code, form.typed, form.seen_version, clock.now(), brought=brought, account_id=me)
            drafts.throw_away(id, code, me)
            audit.note(Act.NEWSLETTER_WRITTEN, "newsletter", id)
    except Stale:
        return _overtaken(form, id, other)
    except Refused as no:
        form.form_errors.append(str(no))
        with db.reading():
            return _page(form, row, other, status=409)
    return web.to("newsletters_staff.edit", id=id, saved=code)


def _form(row: Newsletter, there: Edition | None, other: Language) -> EditionForm:
    """The form with what this person has not saved yet, else what is saved, else (to be translated) the English."""
    english = service.edition(row.id, "en") if other.code != "en" else None
    kept = _kept(row, there or english, other)
    shown: Any = kept or there or english
    said = {name: getattr(shown, name) for name in PARTS} if shown else {}
    version = kept.version if kept else there.version if there else 0
    marks = "" if there or not english else kept.shown if kept else sources.marks(english)
    form = EditionForm(data={**said, "version": version, "shown": marks})
    form.trouble = partial(inserts.trouble, newsletter_id=row.id, now=clock.now())
    return form


def _kept(row: Newsletter, saved: Edition | None, other: Language) -> EditionDraft | None:
    """What this person has typed and not saved: words other than are saved."""
    kept = drafts.own(row.id, other.code, doors.me().id)
    return kept if kept and drafts.says_more(kept, saved) else None


Theirs = list[tuple[str, str]]


def _page(
    form: EditionForm, row: Newsletter, other: Language, theirs: Theirs | None = None, status: int = 200
) -> Response:
    now, me = clock.now(), doors.me().id
    english, there = service.edition(row.id, "en"), service.edition(row.id, other.code)
    known: dict[str, Any] = {"form": form, "row": row, "other": other, "theirs": theirs, "there": there}
    known |= {
        "kept": _kept(row, there or english, other),
        "others": drafts.others(row.id, other.code, me, now),
        "fields": personal.FIELDS,
    }
    known |= {"parts": sources.parts(english) if english and other.code != "en" else []}
    seen = (there.seen if there else form.shown.data or "").split()
    known |= {"stale": {part.mark for part in known["parts"]}.difference(seen), "offer": _offer(row.id)}
    return frames.around(render_template("newsletters/staff/words.html", **known), status)


def _offer(newsletter_id: int) -> dict[str, list[tuple[str, str]]]:
    """The blocks that can be put in, by kind: each as it is written, and in words."""
    open_ones = [one for one in pledges.all_cards() if one.state == PledgeState.OPEN]
    there = listing.offer(clock.now())
    spoken = [(f"[[events language={one.code}]]", f"in {one.name}") for one in i18n.site().languages]
    return {
        "Upcoming events": [("[[events]]", "the next three"), *_at_places(there.places), *spoken],
        "A pledge with its count": [(f"[[pledge {one.slug}]]", one.title) for one in open_ones],
        "A call for volunteers": [("[[volunteers]]", "with a button")],
        "A story": [(f"[[story {name}]]", title) for name, title in inserts.stories().items()],
        "A picture": [
            (f'[[picture {one.id} alt="{blocks.value(one.alt)}"]]', one.alt) for one in pictures.of(newsletter_id)
        ],
        "A button": [('[[button to=/events text="Come along"]]', "to a page")],
    }


def _at_places(found: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(f"[[events place={id}]]", f"at {name}") for id, name in found]


def _overtaken(form: EditionForm, newsletter_id: int, other: Language) -> Response:
    """The form with what one typed, and beside it what somebody else saved meanwhile."""
    with db.reading():
        saved = service.edition(newsletter_id, other.code)
        form.overtaken(saved.version if saved else 0)
        theirs = [(form[part].label.text, getattr(saved, part)) for part in PARTS] if saved else []
        return _page(form, newsletter_or_404(newsletter_id), other, theirs, 409)


@area.post("/newsletters/<int:id>/words/<code>/keep")
def keep(id: int, code: str) -> ResponseReturnValue:
    """Keep what is being typed, right or wrong, and tell who else is writing. Who sends no words is only here."""
    language_or_404(code)
    form, me, now = EditionForm(), doors.me().id, clock.now()
    with db.writing():
        if not newsletter_or_404(id).writable:
            return jsonify(error="This newsletter cannot change any more."), 409
        if words := "body" in request.form:
            seen = drafts.Seen(form.seen_version, " ".join(form.marks))
            drafts.keep(id, code, me, form.typed, seen, now)
        else:
            drafts.be_here(id, code, me, now)
        there, others = service.edition(id, code), drafts.others(id, code, me, now)
    overtaken = (there.version if there else 0) != form.seen_version
    names = [f"{one.name} (since {i18n.show_moment(one.since)})" for one in others]
    return jsonify(kept=i18n.show_moment(now) if words else "", others=names, overtaken=overtaken)


@area.post("/newsletters/<int:id>/words/<code>/throw-away")
def throw_away(id: int, code: str) -> ResponseReturnValue:
    """Go back to what is saved."""
    language_or_404(code)
    with db.writing():
        newsletter_or_404(id)
        drafts.throw_away(id, code, doors.me().id)
    return web.to("newsletter_desk_staff.words", id=id, code=code)


@area.post("/newsletters/<int:id>/words/<code>/look")
def look(id: int, code: str) -> Response:
    """What is being typed, as the letter that it would become; what is wrong stands above it."""
    other, form = language_or_404(code), EditionForm()
    with db.reading():
        newsletter_or_404(id)
        form.trouble = partial(inserts.trouble, newsletter_id=id, now=clock.now())
        form.validate()
        said = [error for name in PARTS for error in str("\n".join(form[name].errors)).splitlines()]
        return frames.of_typed(id, other, form.typed, said)


def newsletter_or_404(newsletter_id: int) -> Newsletter:
    """The newsletter, or no page."""
    try:
        return service.get(newsletter_id)
    except LookupError:
        abort(404)


def language_or_404(code: str) -> Language:
    """The language, or no page."""
    return i18n.site().language(code) or abort(404)

"""The staff door to standing letters: turn one on or off, write its next words, let them go out."""

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from .. import clock, db, i18n, web
from ..errors import Refused, Stale
from ..settings import Language
from ..staff import audit
from ..staff.acts import Act
from ..text import markdown
from . import standing
from .audience_models import StandingKind
from .standing_forms import StandingForm, SwitchForm

area = web.staff_area("standing_letters_staff", __name__)
ONE = "any(welcome,thanks)"


@area.get("/standing-letters")
def index() -> ResponseReturnValue:
    """Both of them: whether they go out, and in which languages they are written."""
    with db.reading():
        rows = [(kind, standing.name(kind), standing.of(kind), standing.written_in(kind)) for kind in StandingKind]
    return render_template("newsletters/staff/standing.html", rows=rows, languages=standing.languages())


@area.route(f"/standing-letters/<{ONE}:name>", methods=["GET", "POST"])
def switch(name: str) -> ResponseReturnValue:
    """Turn it on or off, and say how long after its occasion it comes."""
    kind = StandingKind(name)
    with db.reading():
        one = standing.of(kind)
        form = SwitchForm(obj=one, on=one.since is not None)
    if not form.validate_on_submit():
        return _switch(form, kind), web.status_of(form)
    try:
        with db.writing():
            on, days = bool(form.on.data), form.days.data or 0
            standing.switch(kind, on=on, days=days, version=form.seen_version, now=clock.now())
            audit.note(Act.STANDING_LETTER_SWITCHED)
    except Stale:
        with db.reading():
            form.overtaken(standing.of(kind).version)
        return _switch(form, kind), 409
    except Refused as no:
        form.form_errors.append(str(no))
        return _switch(form, kind), 422
    return web.to("standing_letters_staff.index")


def _switch(form: SwitchForm, kind: StandingKind) -> str:
    with db.reading():
        known = {"one": standing.of(kind), "written": standing.written_in(kind), "languages": standing.languages()}
    return render_template(
        "newsletters/staff/standing_one.html", form=form, kind=kind, title=standing.name(kind), **known
    )


@area.route(f"/standing-letters/<{ONE}:name>/<code>", methods=["GET", "POST"])
def words(name: str, code: str) -> ResponseReturnValue:
    """Write what it shall say next in a language; nothing goes out before it is let out."""
    kind, other = StandingKind(name), _language_or_404(code)
    with db.reading():
        form = StandingForm(obj=standing.words(kind, code))
    if not form.validate_on_submit():
        return _words(form, kind, other), web.status_of(form)
    try:
        with db.writing():
            standing.write(kind, code, form.subject.data or "", form.body.data or "", form.seen_version)
            audit.note(Act.STANDING_LETTER_WRITTEN)
    except Stale:
        return _overtaken(form, kind, other), 409
    return web.to("standing_letters_staff.words", name=name, code=code)


def _words(form: StandingForm, kind: StandingKind, other: Language, theirs: list[tuple[str, str]] | None = None) -> str:
    with db.reading():
        saved, english = standing.words(kind, other.code), standing.words(kind, "en")
    known: dict[str, object] = {
        "saved": saved,
        "english": english if other.code != "en" and english.version else None,
        "other": other,
    }
    known |= {"title": standing.name(kind), "kind": kind, "theirs": theirs, "html": markdown(saved.body)}
    return render_template("newsletters/staff/standing_words.html", form=form, **known)


def _overtaken(form: StandingForm, kind: StandingKind, other: Language) -> str:
    with db.reading():
        saved = standing.words(kind, other.code)
    form.overtaken(saved.version)
    return _words(form, kind, other, [("Subject", saved.subject), ("Words", saved.body)])


@area.post(f"/standing-letters/<{ONE}:name>/<code>/let-out")
def let_out(name: str, code: str) -> ResponseReturnValue:
    """What is written goes out from now on."""
    _language_or_404(code)
    try:
        with db.writing():
            read = request.form.get("read", 0, type=int)
            standing.publish(StandingKind(name), code, read, clock.now())
            audit.note(Act.STANDING_LETTER_PUBLISHED)
    except LookupError:
        abort(404)
    return web.to("standing_letters_staff.words", name=name, code=code)


def _language_or_404(code: str) -> Language:
    return i18n.site().language(code) or abort(404)

"""The staff door to whom a newsletter is for, and to what came of it."""

from flask import Response, abort, render_template
from flask.typing import ResponseReturnValue

from .. import clock, db, i18n, web
from ..errors import Refused, Stale
from ..staff import audit
from ..staff.acts import Act
from . import aftermath, readers, segments, who
from .models import Newsletter
from .segment_forms import AudienceForm

area = web.staff_area("readers_staff", __name__)
results = web.staff_area("results_staff", __name__)
GONE = "The segment that it was for is gone. Choose another."


@area.route("/newsletters/<int:id>/readers", methods=["GET", "POST"])
def show(id: int) -> ResponseReturnValue:
    """Who would get it now, by language, and ten of them; choose others."""
    with db.reading():
        one = _newsletter_or_404(id)
        form = AudienceForm(_offered(), obj=one)
    if not form.validate_on_submit():
        return _page(form, one)
    try:
        with db.writing():
            readers.choose(id, form.chosen, form.seen_version)
            audit.note(Act.READERS_CHOSEN, "newsletter", id)
    except Stale:
        with db.reading():
            form.overtaken(readers.get(id).version)
        return _page(form, one, 409)
    except Refused as no:
        form.form_errors.append(str(no))
        return _page(form, one, 409)
    return web.to("readers_staff.show", id=id)


def _offered() -> list[tuple[str, str]]:
    return [("", "Everybody who wants our news"), *((str(one.id), one.name) for one in segments.everyone())]


def _page(form: AudienceForm, one: Newsletter, status: int = 0) -> ResponseReturnValue:
    """Whom it is for now, and that somebody looked at them is noted."""
    with db.reading():
        try:
            rule = readers.rule(one)
            found, sentence = who.look(rule, clock.now()), segments.in_words(rule)
        except LookupError:
            found, sentence = None, GONE
    if found is not None and found.people:
        with db.writing():
            audit.note(Act.READERS_LOOKED_AT, "segment" if one.audience_id else "", one.audience_id or "")
    names = {language.code: language.name for language in i18n.site().languages}
    known = {"found": found, "sentence": sentence, "names": names, "newsletter": one}
    return render_template("newsletters/staff/readers.html", form=form, **known), status or web.status_of(form)


@results.get("/newsletters/<int:id>/results", endpoint="show")
def came_of_it(id: int) -> ResponseReturnValue:
    """What came of it, by edition and in all."""
    with db.reading():
        one, found = _newsletter_or_404(id), aftermath.of(id)
    names = {language.code: language.name for language in i18n.site().languages}
    return render_template("newsletters/staff/results.html", newsletter=one, found=found, names=names)


@results.get("/newsletters/<int:id>/results.csv")
def table(id: int) -> ResponseReturnValue:
    """The same for a spreadsheet."""
    with db.reading():
        one = _newsletter_or_404(id)
        text = aftermath.table(aftermath.of(id))
    headers = {"Content-Disposition": f'attachment; filename="{one.slug}-results.csv"'}
    return Response([text], mimetype="text/csv", headers=headers)


def _newsletter_or_404(newsletter_id: int) -> Newsletter:
    try:
        return readers.get(newsletter_id)
    except LookupError:
        abort(404)

"""The staff door: who volunteers, one of them, what they have, how old they are, the end of it."""

from typing import Any

from flask import Response, abort, render_template, request, stream_with_context
from flask.typing import ResponseReturnValue

from .. import clock, db, i18n, web
from ..errors import Stale
from ..staff import audit, doors
from ..staff.acts import Act
from ..supporters import service as supporters
from . import guardians, keeping, lists, own_page, phones, roster, service, standing, trainings
from .models import Volunteer, VolunteerState
from .roster import Wanted
from .writing import NoteForm, ReasonForm, VouchForm

area = web.staff_area("volunteers_staff", __name__)


@area.get("/volunteers")
def index() -> ResponseReturnValue:
    """Volunteers by name: all of them, or those that fit."""
    page = web.page_number()
    with db.reading():
        roles, requirements = lists.of(lists.ROLES), lists.of(lists.REQUIREMENTS)
        wanted = _wanted({one.id for one in roles}, {one.id for one in requirements})
        rows = roster.find(wanted, page, web.A_PAGE)
        counts = keeping.counts()
    asked = {name: value for name, value in vars(wanted).items() if value}
    known = {
        "wanted": wanted,
        "roles": roles,
        "requirements": requirements,
        "counts": counts,
        "bands": own_page.bands(),
    }
    known |= {"pager": web.pager("volunteers_staff.index", page, len(rows), **asked), "languages": keeping.languages()}
    return render_template("volunteers/staff/index.html", rows=rows[: web.A_PAGE], **known)


def _wanted(roles: set[int], requirements: set[int]) -> Wanted:
    """What is asked for; what cannot be is as good as nothing."""
    language, state = request.args.get("language", ""), request.args.get("state", VolunteerState.CONFIRMED.value)
    role, trained = (request.args.get(name, 0, int) for name in ("role", "trained"))
    return Wanted(
        q=request.args.get("q", "")[:100],
        language=language if i18n.site().language(language) else "",
        role=role if role in roles else 0,
        trained=trained if trained in requirements else 0,
        area=request.args.get("area", "")[:80],
        state=state if state in set(VolunteerState) else "",
    )


@area.get("/volunteers.csv")
def table() -> ResponseReturnValue:
    """All volunteers for a spreadsheet."""
    with db.writing():  # first: nobody takes all addresses away without a trace
        audit.note(Act.VOLUNTEERS_EXPORTED)
    headers = {"Content-Disposition": f'attachment; filename="volunteers-{clock.today().isoformat()}.csv"'}
    return Response(stream_with_context(roster.table()), mimetype="text/csv", headers=headers)


@area.get("/volunteers/<int:id>")
def show(id: int) -> ResponseReturnValue:
    """One volunteer, and what they lack for each role."""
    with db.reading():
        one = _volunteer_or_404(id)
        return _show(one, _note_form(one), _vouch_form())


def _note_form(one: Volunteer) -> NoteForm:
    spoken = service.languages_of(one.id)
    choices = [(each.language, i18n.find(each.language).name) for each in spoken]
    heard = [each.language for each in spoken if each.tested_at]
    return NoteForm(one.staff_note, heard, one.version, choices)


def _vouch_form() -> VouchForm:
    return VouchForm(lists.of(lists.REQUIREMENTS), i18n.local(clock.now()).date())


def _show(one: Volunteer, note: NoteForm, vouch: VouchForm, theirs: list[tuple[str, str]] | None = None) -> str:
    names, today = lists.names(lists.REQUIREMENTS), i18n.local(clock.now()).date()
    lacks = standing.lacks(one.id, today)
    known: dict[str, Any] = {"volunteer": one, "note": note, "vouch": vouch, "theirs": theirs}
    known |= {"email": supporters.get(one.supporter_id).email, "phone": phones.opened(one.phone)}
    known |= {"said": service.profile(one), "languages": service.languages_of(one.id), "names": names}
    known |= {"roles": [(each, lacks[each.id]) for each in lists.of(lists.ROLES)], "today": today}
    known |= {"role_names": lists.names(lists.ROLES), "skill_names": lists.names(lists.SKILLS)}
    known |= {"held": [(each, standing.as_held(each).on(today)) for each in trainings.of(one.id)]}
    known |= {"guardian": guardians.of(one.id), "bands": own_page.bands(), "days": own_page.days()}
    known |= {"levels": own_page.levels(), "reason": ReasonForm(formdata=None), "called": dict(keeping.languages())}
    return render_template("volunteers/staff/show.html", **known)


@area.post("/volunteers/<int:id>/note")
def note(id: int) -> ResponseReturnValue:
    """A note, and the languages in which somebody has heard them."""
    with db.reading():
        one = _volunteer_or_404(id)
        form = _note_form(one)
        if not form.validate():
            return _show(one, form, VouchForm(lists.of(lists.REQUIREMENTS), clock.today())), 422
    try:
        with db.writing():
            keeping.note(id, form.note.data or "", form.heard.data or (), form.seen_version, clock.now())
            audit.note(Act.VOLUNTEER_NOTED, "volunteer", id)
    except Stale:
        with db.reading():
            one = _volunteer_or_404(id)
            form.overtaken(one.version)
            return _show(one, form, _vouch_form(), [("Note", one.staff_note)]), 409
    return web.to("volunteers_staff.show", id=id)


@area.post("/volunteers/<int:id>/vouch")
def vouch(id: int) -> ResponseReturnValue:
    """Write down that they have what is required."""
    with db.reading():
        one, form = _volunteer_or_404(id), _vouch_form()
        if not form.validate():
            return _show(one, _note_form(one), form), 422
    me = doors.me()
    with db.writing():
        by = (me.name or me.email, me.id)
        held_on = form.held_on.data
        assert held_on is not None
        trainings.vouch(id, int(form.requirement.data), held_on, by, clock.now())
        audit.note(Act.VOLUNTEER_VOUCHED_FOR, "volunteer", id)
    return web.to("volunteers_staff.show", id=id)


@area.post("/volunteers/<int:id>/qualifications/<int:qualification_id>/revoke")
def revoke(id: int, qualification_id: int) -> ResponseReturnValue:
    """It does not count any more."""
    form = ReasonForm()
    if not form.validate():
        return web.error_page(422, str(form.reason.errors[0]))
    with db.writing():
        one = _volunteer_or_404(id)
        if qualification_id not in {each.id for each in trainings.of(one.id)}:
            abort(404)
        trainings.revoke(qualification_id, form.reason.data or "", clock.now())
        audit.note(Act.QUALIFICATION_REVOKED, "volunteer", id)
    return web.to("volunteers_staff.show", id=id)


@area.post("/volunteers/<int:id>/age")
def age(id: int) -> ResponseReturnValue:
    """Staff have seen that they are as old as they say now, or that they are not."""
    yes = request.form.get("older") == "yes"
    with db.writing():
        _volunteer_or_404(id)
        keeping.may_be_older(id, yes, clock.now())
        audit.note(Act.VOLUNTEER_AGE_SEEN, "volunteer", id)
    return web.to("volunteers_staff.show", id=id)


@area.post("/volunteers/<int:id>/end")
def end(id: int) -> ResponseReturnValue:
    """The campaign goes on without them."""
    form = ReasonForm()
    if not form.validate():
        return web.error_page(422, str(form.reason.errors[0]))
    with db.writing():
        _volunteer_or_404(id)
        keeping.end(id, form.reason.data or "", clock.now())
        audit.note(Act.VOLUNTEER_ENDED, "volunteer", id)
    return web.to("volunteers_staff.show", id=id)


@area.post("/volunteers/<int:id>/let-return")
def let_return(id: int) -> ResponseReturnValue:
    """They may sign up again."""
    with db.writing():
        _volunteer_or_404(id)
        keeping.let_return(id)
        audit.note(Act.VOLUNTEER_LET_RETURN, "volunteer", id)
    return web.to("volunteers_staff.show", id=id)


def _volunteer_or_404(volunteer_id: int) -> Volunteer:
    try:
        return service.get(volunteer_id)
    except LookupError:
        abort(404)

"""The staff door: who is in the coalition, who wants to be, what each shows, and how a partnership goes on and ends."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from flask import Response, abort, current_app, render_template, request
from flask.typing import ResponseReturnValue

from .. import clock, db, i18n, pictures, web
from ..errors import Refused, Stale
from ..settings import Language
from ..staff import audit, doors
from ..staff.acts import Act
from . import agreements, applications, ending, logos, service, texts
from .forms import AddForm, AgreementForm, ApproveForm, LogoForm, TextsForm
from .models import Application, Partner, PartnerState, What

area = web.staff_area("partners_staff", __name__)


@area.get("/partners")
def index() -> ResponseReturnValue:
    """All partners, by state, and how many applications wait."""
    with db.reading():
        partners, waiting = service.everyone(), applications.to_read()
        agreed = agreements.holding([one.id for one in partners])
    groups = [(state.value, [one for one in partners if one.state == state]) for state in PartnerState]
    return render_template("partners/staff/index.html", groups=groups, agreed=agreed, waiting=waiting)


@area.route("/partners/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Add a partner that agreed to join in some other way than by the form."""
    form = AddForm()
    if not form.validate_on_submit():
        return render_template("partners/staff/new.html", form=form), web.status_of(form)
    try:
        with db.writing():
            partner_id = service.add(form.name.data or "", PartnerState.ACTIVE, clock.now())
            audit.note(Act.PARTNER_ADDED, "partner", partner_id)
    except Refused as no:
        form.name.errors = [f"{no} Look for it in the list."]
        return render_template("partners/staff/new.html", form=form), 422
    return web.to("partners_staff.show", id=partner_id)


@area.get("/partners/<int:id>")
def show(id: int) -> ResponseReturnValue:
    """One partner: its state, what it agreed to, its texts and its logo."""
    return _page(id, AgreementForm(), LogoForm())


def _page(partner_id: int, agreement: AgreementForm, logo: LogoForm) -> str:
    with db.reading():
        partner = _partner_or_404(partner_id)
        return render_template(
            "partners/staff/show.html",
            partner=partner,
            form=agreement,
            upload=logo,
            words=agreements.WORDS,
            said=agreements.of(partner_id),
            agreed=agreements.holding([partner_id]).get(partner_id, set()),
            written=texts.languages_of(partner_id),
            logo=logos.get(partner_id),
        )


@area.route("/partners/<int:id>/texts/<code>", methods=["GET", "POST"], endpoint="texts")
def write(id: int, code: str) -> ResponseReturnValue:
    """What its page says in one language."""
    other = _language_or_404(code)
    with db.reading():
        partner = _partner_or_404(id)
        form = TextsForm(obj=texts.get(id, code))
        if not form.validate_on_submit():
            return _texts(form, partner, other), web.status_of(form)
    try:
        with _changing(id, Act.PARTNER_TEXTS_WRITTEN):
            texts.write(id, code, {part: form[part].data or "" for part in texts.PARTS}, form.seen_version)
    except Stale:
        return _texts_overtaken(form, partner, other), 409
    return web.to("partners_staff.show", id=id)


def _texts(form: TextsForm, partner: Partner, other: Language, theirs: list[tuple[str, str]] | None = None) -> str:
    english = texts.get(partner.id, "en") if other.code != "en" else None
    known = {"form": form, "partner": partner, "other": other, "english": english, "theirs": theirs}
    return render_template("partners/staff/texts.html", **known)


def _texts_overtaken(form: TextsForm, partner: Partner, other: Language) -> str:
    with db.reading():
        saved = texts.get(partner.id, other.code)
        form.overtaken(saved.version if saved else 0)
        theirs = [(form[part].label.text, getattr(saved, part)) for part in texts.PARTS] if saved else []
        return _texts(form, partner, other, theirs)


@area.post("/partners/<int:id>/agreements")
def agree(id: int) -> ResponseReturnValue:
    """Write down what a partner said: a no is obeyed at once."""
    form = AgreementForm()
    if not form.validate():
        return _page(id, form, LogoForm(formdata=None)), 422
    with _changing(id, Act.PARTNER_SAID):
        what, given, me = What(form.what.data), form.given.data == "yes", doors.me().id
        agreements.say(id, what, given, form.said_by.data or "", me, clock.now())
    return web.to("partners_staff.show", id=id)


@area.get("/partners/<int:id>/logo")
def see_logo(id: int) -> ResponseReturnValue:
    """The logo as we keep it, also before the partner agreed to show it."""
    with db.reading():
        found = logos.get(id) or abort(404)
        return Response(found.content, mimetype=f"image/{found.kind}")


@area.post("/partners/<int:id>/logo")
@web.takes(pictures.LARGEST_BODY)
def logo(id: int) -> ResponseReturnValue:
    """Take a logo, drawn anew; whether it is shown is the partner's to say."""
    form, sent = LogoForm(), request.files.get("logo")
    try:
        drawn = logos.draw(sent.stream.read(pictures.LARGEST + 1) if sent else b"")
    except Refused as no:
        form.logo.errors = [str(no)]
        return _page(id, AgreementForm(formdata=None), form), 422
    with _changing(id, Act.PARTNER_LOGO_PUT):
        logos.put(id, drawn, clock.now())
    return web.to("partners_staff.show", id=id)


@area.post("/partners/<int:id>/logo/remove")
def remove_logo(id: int) -> ResponseReturnValue:
    """Delete the logo."""
    with _changing(id, Act.PARTNER_LOGO_REMOVED):
        logos.remove(id)
    return web.to("partners_staff.show", id=id)


@area.post("/partners/<int:id>/pause")
def pause(id: int) -> ResponseReturnValue:
    """Hide its page and shut its door, and keep everything."""
    with _changing(id, Act.PARTNER_PAUSED):
        service.move(id, PartnerState.PAUSED, clock.now(), _version())
    return web.to("partners_staff.show", id=id)


@area.post("/partners/<int:id>/resume")
def resume(id: int) -> ResponseReturnValue:
    """Let a paused partner go on as before."""
    with _changing(id, Act.PARTNER_RESUMED):
        service.move(id, PartnerState.ACTIVE, clock.now(), _version())
    return web.to("partners_staff.show", id=id)


@area.get("/partners/<int:id>/end", endpoint="ending")
def before_the_end(id: int) -> ResponseReturnValue:
    """What is open of a partner, and what becomes of it, before anybody presses."""
    with db.reading():
        partner = _partner_or_404(id)
        return render_template("partners/staff/end.html", partner=partner, lines=ending.open_lines(partner))


@area.post("/partners/<int:id>/retire")
def retire(id: int) -> ResponseReturnValue:
    """The campaign ends the partnership."""
    with _changing(id, Act.PARTNER_RETIRED):
        ending.end(id, PartnerState.RETIRED, doors.me().id, clock.now(), _version())
    return web.to("partners_staff.show", id=id)


@area.post("/partners/<int:id>/leave")
def leave(id: int) -> ResponseReturnValue:
    """The partner ends it."""
    with _changing(id, Act.PARTNER_LEFT):
        ending.end(id, PartnerState.LEFT, doors.me().id, clock.now(), _version())
    return web.to("partners_staff.show", id=id)


@area.post("/partners/<int:id>/join-again")
def join_again(id: int) -> ResponseReturnValue:
    """Let a partner that has retired or left come back, or one that was only named join."""
    with _changing(id, Act.PARTNER_JOINED_AGAIN):
        service.move(id, PartnerState.ACTIVE, clock.now(), _version())
    return web.to("partners_staff.show", id=id)


@area.get("/partners/<int:id>/data.json")
def data(id: int) -> ResponseReturnValue:
    """All that is kept about a partner, to hand to it."""
    with db.writing():  # first: nobody takes it away without a trace
        partner = _partner_or_404(id)
        known = service.everything(id)
        audit.note(Act.PARTNER_TAKEN_OUT, "partner", id)
    name = f"{partner.slug}-{clock.today().isoformat()}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    text = json.dumps({"made_at": _moment(clock.now()), **known}, ensure_ascii=False, indent=2)
    return Response(f"{text}\n", mimetype="application/json", headers=headers)


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


@area.get("/partners/applications", endpoint="applications")
def see_applications() -> ResponseReturnValue:
    """Organisations that want to join, with the partners whose names are like theirs."""
    with db.reading():
        waiting = [(one, applications.alike(one), _as_whom(one)) for one in applications.waiting()]
        known = {"decided": applications.decided(), "unconfirmed": applications.unconfirmed()}
        return render_template("partners/staff/applications.html", waiting=waiting, **known)


def _as_whom(one: Application) -> ApproveForm:
    """The form to approve it, with the partner chosen whose name is most like it."""
    open_ones = [partner for partner in service.everyone() if partner.state in service.MAY_JOIN]
    alike = [str(partner.id) for partner in applications.alike(one) if partner in open_ones]
    return ApproveForm(open_ones, formdata=None, prefix=f"a{one.id}-", partner=alike[0] if alike else "")


@area.post("/partners/applications/<int:id>/approve")
def approve(id: int) -> ResponseReturnValue:
    """Let an organisation join, and write to it."""
    chosen = request.form.get(f"a{id}-partner", "")
    partner_id = int(chosen) if chosen.isdecimal() and len(chosen) < 19 else None
    try:
        with db.writing():
            joined = applications.approve(id, partner_id, clock.now())
            audit.note(Act.APPLICATION_APPROVED, "application", id)
    except LookupError:
        abort(404)
    return web.to("partners_staff.show", id=joined)


@area.post("/partners/applications/<int:id>/turn-down")
def turn_down(id: int) -> ResponseReturnValue:
    """Say no, by a letter in kind words."""
    try:
        with db.writing():
            applications.turn_down(id, clock.now())
            audit.note(Act.APPLICATION_TURNED_DOWN, "application", id)
    except LookupError:
        abort(404)
    return web.to("partners_staff.applications")


@contextmanager
def _changing(partner_id: int, act: Act) -> Iterator[None]:
    """An act upon a partner, written down; what this process has kept of its pages is forgotten with it."""
    with db.writing():
        _partner_or_404(partner_id)
        yield
        audit.note(act, "partner", partner_id)
        if (kept := current_app.extensions.get("page_cache")) is not None:
            db.after_commit(kept.pages.clear)  # other processes make theirs anew within a second


def _version() -> int | None:
    """The version of the partner that the page with the button showed."""
    text = request.form.get("read", "")
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _partner_or_404(partner_id: int) -> Partner:
    try:
        return service.get(partner_id)
    except LookupError:
        abort(404)


def _language_or_404(code: str) -> Language:
    return i18n.site().language(code) or abort(404)

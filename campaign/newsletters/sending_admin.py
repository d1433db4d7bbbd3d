"""The staff door to sending: a letter to oneself, a second person's yes, letting it go, how far it is, taking hold."""

from collections.abc import Callable

from flask import abort, jsonify, render_template
from flask.typing import ResponseReturnValue

from .. import clock, db, i18n, web
from ..errors import Refused
from ..mailing import connected
from ..staff import audit, doors
from ..staff.acts import Act
from . import approval, letters, preflight, progress, recipients, service, starting, trials
from .mailchimp import acts as at_mailchimp
from .models import Newsletter
from .runs import Way
from .sending_forms import GoForm, PaceForm, SeenForm, TrialForm, soon

area = web.staff_area("newsletter_sending_staff", __name__)


@area.get("/newsletters/<int:id>/sending")
def show(id: int) -> ResponseReturnValue:
    """What has to be done before it goes, or how far it is and what one can do about that."""
    one = _newsletter_or_404(id)
    if one.writable:
        with db.reading():
            mark = approval.mark(id)
        per_minute = i18n.site().newsletters.per_minute
        return _before(one, GoForm(formdata=None, data={"per_minute": per_minute, "at": soon(), "seen": mark}))
    return _under_way(one)


def _before(one: Newsletter, go: GoForm) -> str:
    with db.reading():
        readers = starting.readers(one)
        known: dict[str, object] = {"findings": preflight.findings(one.id), "readers": readers}
        known |= {"yes": (yes := approval.of(one.id)), "needed": approval.is_needed(readers)}
        known["by"] = approval.name_of(yes.account_id) if yes else ""
        known["mine"] = doors.me().id in approval.writers(one)
        known["mark"] = approval.mark(one.id)
        known["not_through"] = connected.why_not()
    known |= {"trial": TrialForm(formdata=None), "zone": i18n.site().campaign.time_zone}
    return render_template("newsletters/staff/before_sending.html", one=one, form=go, **known)


def _under_way(one: Newsletter, pace: PaceForm | None = None) -> str:
    page = web.page_number()
    with db.reading():
        run, far = starting.of(one.id), progress.of(one.id)
        rows = recipients.troubled(one.id, page, web.A_PAGE)
        known: dict[str, object] = {"run": run, "far": far, "languages_of": recipients.by_language(one.id)}
        known["begun_by"] = approval.name_of(run.begun_by_id) if run else ""
        known["left_out"] = recipients.left_out(one.id)
        known["campaigns"] = lines = at_mailchimp.lines(one.id)
    known["through"] = bool(run and run.way == Way.MAILCHIMP)
    known |= {"all_there": at_mailchimp.is_beyond_holding(lines), "gone_there": at_mailchimp.has_left(lines)}
    pager = web.pager("newsletter_sending_staff.show", page, len(rows), id=one.id)
    known |= {"left": progress.in_words(far.minutes), "troubled": rows[: web.A_PAGE], "pager": pager}
    pace = pace or PaceForm(formdata=None, data={"per_minute": run.per_minute if run else 0})
    names = {language.code: language.name for language in i18n.site().languages}
    known |= {"names": names, "name_of": letters.name_of}
    return render_template("newsletters/staff/sending.html", one=one, form=pace, **known)


@area.get("/newsletters/<int:id>/sending/progress")
def far(id: int) -> ResponseReturnValue:
    """How far it is, for a script: `state` changes when the page has something new to show."""
    with db.reading():
        try:
            one = progress.of(id)
        except LookupError:
            abort(404)
    return jsonify(state=one.key, done=one.done, total=one.total, rate=one.rate, left=progress.in_words(one.minutes))


@area.post("/newsletters/<int:id>/sending/trial")
def trial(id: int) -> ResponseReturnValue:
    """Send it to oneself, as readers of a language get it."""
    one, form = _newsletter_or_404(id), TrialForm()
    if not form.validate():
        return web.error_page(422, "Choose a language. Nothing was sent.")
    with db.writing():
        try:
            trials.ask(one.id, form.language.data, doors.me().id, clock.now())
        except LookupError:
            raise Refused("Nothing is written yet. Write the English edition first.") from None
        audit.note(Act.NEWSLETTER_TRIED, "newsletter", id)
    return web.to("newsletter_sending_staff.show", id=id, tried=1)


@area.post("/newsletters/<int:id>/sending/approve")
def approve(id: int) -> ResponseReturnValue:
    """Say yes to the words as they were looked at."""
    form = SeenForm()
    _newsletter_or_404(id)
    with db.writing():
        approval.approve(id, doors.me().id, form.seen.data or "", clock.now())
        audit.note(Act.NEWSLETTER_APPROVED, "newsletter", id)
    return web.to("newsletter_sending_staff.show", id=id)


@area.post("/newsletters/<int:id>/sending/go")
def go(id: int) -> ResponseReturnValue:
    """Let it go, now or at a time. Pressed twice, it goes once."""
    one, form = _newsletter_or_404(id), GoForm()
    if not one.writable:
        return web.to("newsletter_sending_staff.show", id=id)
    if not form.validate():
        return _before(one, form), 422
    with db.reading():
        against = preflight.blocking(id)
    if against:
        form.form_errors.append(f"It cannot go yet. {against[0].where}: {against[0].what}")
        return _before(one, form), 409
    with db.writing():
        wish = starting.Wish(form.per_minute.data, form.moment, form.seen.data or "", Way(form.way.data))
        starting.let_go(id, wish, doors.me().id, clock.now())
        audit.note(Act.NEWSLETTER_SCHEDULED if form.moment else Act.NEWSLETTER_LET_GO, "newsletter", id)
    return web.to("newsletter_sending_staff.show", id=id)


@area.post("/newsletters/<int:id>/sending/pace")
def pace(id: int) -> ResponseReturnValue:
    """Let it go faster or slower."""
    one, form = _newsletter_or_404(id), PaceForm()
    if not form.validate():
        return _under_way(one, form), 422
    with db.writing():
        starting.set_pace(id, form.per_minute.data)
        audit.note(Act.NEWSLETTER_PACE_SET, "newsletter", id)
    return web.to("newsletter_sending_staff.show", id=id)


@area.post("/newsletters/<int:id>/sending/pause")
def pause(id: int) -> ResponseReturnValue:
    """Let no more letters leave for now."""
    return _do(id, starting.pause, Act.NEWSLETTER_PAUSED)


@area.post("/newsletters/<int:id>/sending/resume")
def resume(id: int) -> ResponseReturnValue:
    """Go on."""
    return _do(id, starting.resume, Act.NEWSLETTER_RESUMED)


@area.post("/newsletters/<int:id>/sending/cancel")
def cancel(id: int) -> ResponseReturnValue:
    """Have done with it: who has no letter yet gets none."""
    return _do(id, lambda which: starting.cancel(which, clock.now()), Act.NEWSLETTER_CANCELLED)


@area.post("/newsletters/<int:id>/sending/draft")
def take_back(id: int) -> ResponseReturnValue:
    """Make a draft of it again, as long as nobody has a letter."""
    return _do(id, starting.take_back, Act.NEWSLETTER_TAKEN_BACK)


@area.post("/newsletters/<int:id>/sending/once-more")
@area.post("/newsletters/<int:id>/sending/once-more/<int:recipient_id>", endpoint="one_once_more")
def once_more(id: int, recipient_id: int | None = None) -> ResponseReturnValue:
    """Send an uncertain letter, or all of them, once more: somebody may get it twice, and a person decided so."""
    return _do(id, lambda which: starting.send_once_more(which, recipient_id), Act.NEWSLETTER_SENT_ONCE_MORE)


@area.post("/newsletters/<int:id>/sending/leave")
@area.post("/newsletters/<int:id>/sending/leave/<int:recipient_id>", endpoint="leave_one")
def leave(id: int, recipient_id: int | None = None) -> ResponseReturnValue:
    """Leave an uncertain letter, or all of them: taken for sent."""
    return _do(id, lambda which: starting.leave(which, recipient_id), Act.NEWSLETTER_TAKEN_AS_SENT)


@area.post("/newsletters/<int:id>/sending/mailchimp/<code>/once-more")
def ask_mailchimp_once_more(id: int, code: str) -> ResponseReturnValue:
    """Somebody has looked at Mailchimp and says that it is not leaving there: it is asked to send it once more."""
    try:
        return _do(id, lambda which: at_mailchimp.ask_once_more(which, code), Act.NEWSLETTER_ASKED_AGAIN)
    except LookupError:
        abort(404)


def _do(newsletter_id: int, act: Callable[[int], object], noted: Act) -> ResponseReturnValue:
    _newsletter_or_404(newsletter_id)
    with db.writing():
        act(newsletter_id)
        audit.note(noted, "newsletter", newsletter_id)
    return web.to("newsletter_sending_staff.show", id=newsletter_id)


def _newsletter_or_404(newsletter_id: int) -> Newsletter:
    with db.reading():
        try:
            return service.get(newsletter_id)
        except LookupError:
            abort(404)

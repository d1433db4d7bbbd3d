"""The staff door to the week: where somebody is lacking, who could come, and asking them by letter."""

from typing import Any

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from .. import clock, db, i18n, web
from ..staff import audit, doors
from ..staff.acts import Act
from ..volunteers import keeping
from . import asks, week, wording
from .week import Asked

area = web.staff_area("week_staff", __name__)
MOST = 20  # who can be asked with one press
WEEKS_BACK, WEEKS_AHEAD = 8, 16
SHOWN = 60  # of all volunteers, on the page of one gap


@area.get("/week")
def index() -> ResponseReturnValue:
    """A week of shifts, the gaps first, with who could fill them."""
    now, page = clock.now(), web.page_number()
    asked = _asked(request.args)
    with db.reading():
        rows = week.find(asked, page, now)
        known: dict[str, Any] = {"figures": week.figures(asked, now), "choices": week.choices(asked)}
        known |= {"pager": _pager(asked, page, len(rows)), "rows": rows[: week.ROWS], "at": now}
        return render_template("shifts/staff/week.html", asked=asked, page=page, **_around(asked), **_shown(), **known)


def _asked(sent: Any) -> Asked:
    """The week and what is looked for; what cannot be is as good as nothing."""
    language = sent.get("language", "")
    return Asked.read(
        sent.get("week", ""),
        i18n.local(clock.now()).date(),
        place=web.number(sent, "place"),
        role=web.number(sent, "role"),
        language=language if i18n.site().language(language) else "",
    )


def _values(asked: Asked) -> dict[str, Any]:
    """What an address says of it."""
    more = {"place": asked.place, "role": asked.role, "language": asked.language}
    return {"week": asked.monday.isoformat(), **{name: value for name, value in more.items() if value}}


def _around(asked: Asked) -> dict[str, Any]:
    """The weeks before and after; not far ones, or programs that follow links would walk on for ever."""
    today, ways = i18n.local(clock.now()).date(), {}
    for name, monday in (("before", asked.monday - week.A_WEEK), ("after", asked.monday + week.A_WEEK)):
        near = today - WEEKS_BACK * week.A_WEEK <= monday <= today + WEEKS_AHEAD * week.A_WEEK
        ways[name] = url_for("week_staff.index", **{**_values(asked), "week": monday}) if near else ""
    return ways


def _pager(asked: Asked, page: int, found: int) -> web.Pager:
    newer = url_for("week_staff.index", page=page - 1, **_values(asked)) if page else ""
    more = found > week.ROWS
    return web.Pager(newer, url_for("week_staff.index", page=page + 1, **_values(asked)) if more else "")


def _shown() -> dict[str, Any]:
    """What every page of a gap shows."""
    done = {name: request.args.get(name, 0, int) for name in ("done", "sent", "left")}
    return {**done, "pros": wording.pros, "cons": wording.cons, "called": dict(keeping.languages())}


@area.get("/week/<int:id>")
def show(id: int) -> ResponseReturnValue:
    """One gap with everybody who volunteers, the best first."""
    now = clock.now()
    with db.reading():
        try:
            row, fits = week.one(id, now)
        except LookupError:
            abort(404)
        can, cannot = [one for one in fits if one.can], [one for one in fits if not one.can]
        known = {"row": row, "fits": can[:SHOWN], "others": cannot[:SHOWN], "can": len(can), "cannot": len(cannot)}
        return render_template("shifts/staff/gap.html", at=now, **_shown(), **known)


@area.post("/week/<int:id>/ask")
def ask(id: int) -> ResponseReturnValue:
    """Ask those who were chosen, each once a day at most; then the page that the press came from."""
    chosen = list(dict.fromkeys(one for one in request.form.getlist("who", int) if 0 < one < 2**63))[:MOST]
    sent = sum(_ask(id, one) for one in chosen)
    said: dict[str, Any] = {"done": id, "sent": sent, "left": len(chosen) - sent}
    if request.form.get("back") == "gap":
        return web.to("week_staff.show", id=id, **said)
    page = max(0, min(request.form.get("page", 0, int), 100_000))
    return web.onward(url_for("week_staff.index", page=page, **_values(_asked(request.form)), **said) + f"#gap-{id}")


def _ask(need_id: int, volunteer_id: int) -> bool:
    """Ask one of them, in a transaction of their own: each is locked before the next."""
    try:
        with db.writing():
            why_not = asks.ask(need_id, volunteer_id, doors.me().id, clock.now())
            if not why_not:
                audit.note(Act.VOLUNTEER_ASKED, "shift", asks.shift_of(need_id))
    except LookupError:  # the shift or the volunteer is gone
        return False
    return not why_not

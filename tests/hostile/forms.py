"""The forms of the site, found on its own pages: a form that is added later is tried without being named here."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

from werkzeug.exceptions import HTTPException
from werkzeug.routing import RoutingException
from werkzeug.test import TestResponse

from campaign.web import DOORS
from tests.hostile.corpus import Hostile
from tests.house.everything import DRILL, Everything, routes
from tests.visitor import Page, Visitor

TYPE = "application/x-www-form-urlencoded"
OURS = ("csrf_token", "rendered")  # what the site itself puts in; a wrong one is refused, which other tests show


@dataclass
class Form:
    """A form as a page shows it: where it stands, where it goes, what its fields are called. `good` fills it in well.

    `shown` is what it holds before anybody types: tokens, versions, what was saved. It is read anew after a change.
    """

    page: str
    action: str
    names: tuple[str, ...]
    person: Visitor
    good: dict[str, str] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.action} ({', '.join(self.names)})"


def forms(everything: Everything, under: tuple[str, ...] = ("/",)) -> list[Form]:
    """Every form with a field that somebody can fill in, once; or those of pages under such a path."""
    found: dict[tuple[str, tuple[str, ...]], Form] = {}
    for path in (one for one in pages(everything) if one.startswith(under)):
        for person in whoever_sees(everything, path):
            answer = person.raw(path, buffered=True)
            if answer.mimetype != "text/html" or answer.status_code != 200:
                continue
            for one in Page(answer, path).all("form"):
                if one.attrs.get("method", "get").lower() != "post":
                    continue  # a filter: what stands in a query is tried with the addresses
                if all("disabled" in button.attrs for button in one.query("button")) or "#" in one.attrs.get(
                    "action", ""
                ):
                    continue  # a preview, a sample
                form = Form(path, str(one.attrs.get("action") or path), _names(one), person)
                if any(name not in OURS for name in form.names):
                    endpoint, form.good = _known(everything, form)
                    found.setdefault((endpoint, form.names), form)
    return list(found.values())


def pages(everything: Everything) -> Iterator[str]:
    """An address of every route that can be looked at."""
    yield from (everything.address(rule) for method, _, rule in routes(everything.site.app) if method == "GET")


def whoever_sees(everything: Everything, path: str) -> list[Visitor]:
    """A stranger; at the doors an insider too. Public pages know nobody, so one is enough there, but in the drill."""
    stranger = everything.site.visitor()
    return [stranger, everything.insider(path)] if DRILL or path.startswith(DOORS) else [stranger]


def send(form: Form, name: str, hostile: Hostile, number: int) -> TestResponse:
    """Fill the form in well but for one field, and send it; once more when somebody has saved in between."""
    answer = _send(form, name, hostile, number)
    if answer.status_code == 409 and name != "version":
        answer = _send(form, name, hostile, number)
    return answer


def _send(form: Form, name: str, hostile: Hostile, number: int) -> TestResponse:
    form.shown = form.shown or _shown(form)
    body = "&".join(f"{quote(one)}={value}" for one, value in _pairs(form, number).items() if one != name)
    body += f"&{quote(name)}={hostile.wire}"
    answer = form.person.raw(form.action, method="POST", data=body.encode(), content_type=TYPE, buffered=True)
    if answer.status_code == 409:
        form.shown = {}
    return answer


def _pairs(form: Form, number: int) -> dict[str, str]:
    values = {**form.shown, **{one: value for one, value in form.good.items() if one != "version"}}
    if "email" in values:
        values["email"] = f"sample{number}@example.org"  # somebody new each time, so that there is a new record
    return {one: quote(value, safe="") for one, value in values.items()}


def _names(form: Any) -> tuple[str, ...]:
    fields = {node.attrs.get("name"): None for node in form.query("input, textarea, select, button")}
    return tuple(str(name) for name in fields if name)


def _shown(form: Form) -> dict[str, str]:
    answer = form.person.raw(form.page, buffered=True)
    if answer.mimetype != "text/html" or answer.status_code != 200:
        return {}
    for one in Page(answer, form.page).all("form"):
        if _names(one) == form.names:
            return dict(_values(one))
    return {}


def _values(form: Any) -> Iterator[tuple[str, str]]:
    for node in form.query("input, textarea, select"):
        name, attrs = node.attrs.get("name"), node.attrs
        if not name or (attrs.get("type") in ("checkbox", "radio") and "checked" not in attrs):
            continue
        if node.name == "select":
            options = node.query("option")
            yield name, next((o.attrs.get("value", "") for o in options if "selected" in o.attrs), "")
        else:
            yield name, node.to_text() if node.name == "textarea" else attrs.get("value") or ""


def _known(everything: Everything, form: Form) -> tuple[str, dict[str, str]]:
    """What takes the form, and what a good one holds there, where tests/house knows it."""
    try:
        adapter = everything.site.app.url_map.bind("localhost")
        with everything.site.inside():
            rule, _ = adapter.match(urlsplit(form.action).path, method="POST", return_rule=True)
    except (HTTPException, RoutingException):
        return form.action, {}
    known = everything.fields(rule)
    return rule.endpoint, {
        name: value for name, value in known.items() if name in form.names and isinstance(value, str)
    }

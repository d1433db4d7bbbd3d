"""Somebody in front of the site: follows links, fills in forms, and looks closely at every page on the way."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask.testing import FlaskClient
from justhtml import JustHTML
from werkzeug.test import TestResponse

NAMES = re.compile(r"[a-z0-9]+(, [a-z0-9]+)*")


@lru_cache(maxsize=128)
def parsed(html: str) -> JustHTML:
    """The elements of a page. Reading them is most of what a look costs, and many answers say the same; change none."""
    return JustHTML(html, strict=True, sanitize=False)


class Page:
    """An answer that is a page. Making one checks what every page of ours must be."""

    def __init__(self, answer: TestResponse, path: str) -> None:
        self.answer, self.path, self.status = answer, path, answer.status_code
        self.html = answer.get_data(as_text=True)
        self.tree = parsed(self.html)
        self.elements = list(_elements(self.tree.root))
        self._check()

    def _check(self) -> None:
        assert len(self.all("h1")) == 1, f"{self.path}: a page has one h1"
        assert self.one("title").to_text().strip()
        lang = self.one("html").attrs["lang"]
        if "sandbox" in self.answer.headers.get("Content-Security-Policy", ""):
            self._check_letter()
            return
        # The address alone decides the language; a preview shows a page as its readers will see it.
        expected = re.match(r"(?:/staff/.*/preview)?/(es|tl|th|zh-hans|zh-hant|ko|vi|km)(?:/|$)", self.path)
        assert lang.lower() == (expected[1] if expected else "en"), f"{self.path}: lang is {lang}"
        ids = [node.attrs["id"] for node in self.elements if "id" in node.attrs]
        assert len(ids) == len(set(ids)), f"{self.path}: an id stands twice"
        for node in self.elements:
            assert not any(name.startswith("on") or name == "style" for name in node.attrs), node.to_html()
        # JSON-LD is data: no browser runs it, and the policy for browsers has nothing against it.
        scripts = [one for one in self.all("script") if one.attrs.get("type") != "application/ld+json"]
        assert all("src" in script.attrs for script in scripts), f"{self.path}: inline script"
        assert not self.all("style"), f"{self.path}: inline style"
        self._check_labels()

    def _check_letter(self) -> None:
        """A newsletter in a frame: its look in each part, as mail programs need it, and nothing that acts."""
        assert not self.all("script, form, iframe, object, embed, link, base"), self.path
        for node in self.elements:
            assert not any(name.startswith("on") for name in node.attrs), node.to_html()

    def _check_labels(self) -> None:
        labels = {label.attrs.get("for") for label in self.all("label")}
        for field in self.all("input, textarea, select"):
            if field.attrs.get("type") != "hidden":
                assert field.attrs.get("id") in labels, f"{self.path}: no label for {field.attrs.get('name')}"

    def all(self, selector: str) -> list[Any]:
        """Every element that fits; plain names are looked up without the parser's slow search."""
        if NAMES.fullmatch(selector):
            names = set(selector.split(", "))
            return [one for one in self.elements if one.name in names]
        return list(self.tree.query(selector))

    def one(self, selector: str) -> Any:
        """The element that fits, the only one."""
        found = self.all(selector)
        assert len(found) == 1, f"{self.path}: {len(found)} of {selector}"
        return found[0]

    @property
    def text(self) -> str:
        """What can be read on it, with single spaces."""
        return " ".join(self.one("main").to_text().split())

    @property
    def heading(self) -> str:
        """Its h1."""
        return " ".join(self.one("h1").to_text().split())

    def form(self, button: str) -> dict[str, Any]:
        """The form with this button: its address, method and the values it would send."""
        for form in self.all("form"):
            if any(" ".join(b.to_text().split()).startswith(button) for b in form.query("button")):
                return {"action": form.attrs.get("action", ""), "fields": _fields(form)}
        raise AssertionError(f"{self.path}: no button {button!r}")

    def link(self, text: str) -> str:
        """Where the link with this text leads."""
        links = [a for a in self.all("a") if " ".join(a.to_text().split()) == text]
        assert links, f"{self.path}: no link {text!r}"
        return str(links[0].attrs["href"])


def _elements(node: Any) -> Iterator[Any]:
    """Everything that has a name and attributes below this, in the order of the page."""
    for child in node.children or ():
        if child.name[0] not in "#!":
            yield child
            yield from _elements(child)


def _fields(form: Any) -> dict[str, str]:
    values = {}
    for field in form.query("input, textarea"):
        name, kind = field.attrs.get("name"), field.attrs.get("type", "text")
        if not name or (kind == "checkbox" and "checked" not in field.attrs):
            continue
        value = field.to_text() if field.name == "textarea" else field.attrs.get("value", "")
        values[name] = value if kind != "checkbox" else field.attrs.get("value", "y")
    return values


@dataclass
class Visitor:
    """A browser without a screen. `forget` makes the site forget its kept pages, so that nothing shown is stale."""

    client: FlaskClient
    forget: Any

    def get(self, path: str, **kwargs: Any) -> Page:
        """Look at a page."""
        self.forget()
        return self._page(self.client.get(path, **kwargs))

    def raw(self, path: str, **kwargs: Any) -> TestResponse:
        """An answer as it is, redirects and downloads included."""
        self.forget()
        return self.client.open(path, **kwargs)

    def post(self, path: str, fields: Mapping[str, object] | None = None, **kwargs: Any) -> Page:
        """Send a form and follow where it leads."""
        self.forget()
        answer = self.client.post(path, data=dict(fields or {}), follow_redirects=True, **kwargs)
        return self._page(answer)

    def press(self, page: Page, button: str, **fields: object) -> Page:
        """Fill in the form with this button, and press it; a field set to None is left out."""
        form = page.form(button)
        values = {**form["fields"], **fields}
        kept = {name: value for name, value in values.items() if value is not None}
        return self.post(form["action"] or page.path, kept)

    def _page(self, answer: TestResponse) -> Page:
        path = answer.request.root_path + answer.request.path
        return Page(answer, path)

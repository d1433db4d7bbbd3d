"""What reads and writes the address of a route, compiled once for all the sites of a process.

Werkzeug takes each route of each site to pieces and writes two functions for it, which is half of what it takes to make
a site, and thousands are made in tests. The pieces know the text of a route and its defaults, and nothing of the site.
Laying four hundred routes into a map is half of the rest; so sites share one, until a test adds a route to its own.
"""

from collections.abc import Callable
from typing import Any, cast

from flask import Flask
from werkzeug.routing import Map, Rule
from werkzeug.routing.matcher import StateMachineMatcher

Key = tuple[str, str]


def compiled_once() -> Callable[[Rule], None]:
    """What to exchange `Rule.compile` for."""
    compiled: Callable[[Rule], None] = Rule.compile
    known: dict[Any, tuple[Any, ...]] = {}

    def once(rule: Rule) -> None:
        key = (rule.rule, rule.subdomain, rule.host, rule.merge_slashes, repr(rule.defaults))
        if key not in known:
            compiled(rule)
            builders = cast(Any, rule._build).__func__, cast(Any, rule._build_unknown).__func__
            known[key] = rule._parts, rule._trace, rule._converters, set(rule.arguments), builders
        rule._parts, rule._trace, rule._converters, arguments, builders = known[key]
        rule.arguments |= arguments
        rule._build, rule._build_unknown = (one.__get__(rule, None) for one in builders)

    return once


class Shared(Map):
    """The map of a site that has the same routes as another: its own as soon as somebody adds one."""

    def __init__(self, like: Map) -> None:
        self.__dict__.update(vars(like))
        self.own, self.known = False, {_key(rule) for rule in like.iter_rules()}
        self.asked: set[Key] = set()  # by this site, so far

    def add(self, rulefactory: Any) -> None:
        """As the library does it, on a map of this site alone."""
        self.keep(self.known)
        super().add(rulefactory)

    def keep(self, keys: set[Key]) -> None:
        """These routes alone, in a map that is shared with nobody."""
        if self.own:
            return
        self.own, self._matcher, kept = True, StateMachineMatcher(self.merge_slashes), [*self.iter_rules()]
        self._rules_by_endpoint, self._remap = {}, True
        for rule in kept:
            if _key(rule) in keys:
                self._rules_by_endpoint.setdefault(rule.endpoint, []).append(rule)
                if not rule.build_only:
                    self._matcher.add(rule)


class Plain:
    """The routes of the first site, for those that come after it."""

    def __init__(self) -> None:
        self.map: Map | None = None
        self._add = Flask.add_url_rule

    def map_class(self, **settings: Any) -> Map:
        """What to exchange `Flask.url_map_class` for."""
        return Map(**settings) if self.map is None else Shared(self.map)

    def add_url_rule(self) -> Callable[..., None]:
        """What to exchange `Flask.add_url_rule` for: a route that is known already only gets its view."""

        def add(
            app: Flask, rule: str, endpoint: str | None = None, view_func: Any = None, *more: Any, **how: Any
        ) -> None:
            routes, key = app.url_map, (rule, endpoint or "")
            if isinstance(routes, Shared) and not routes.own and key in routes.known and key not in routes.asked:
                routes.asked.add(key)
                app.view_functions[key[1]] = view_func
            else:
                self._add(app, rule, endpoint, view_func, *more, **how)

        return add

    def settle(self, app: Flask) -> None:
        """A site is made: the first lends its routes to those that come, and they lose what they did not ask for."""
        if isinstance(app.url_map, Shared):
            if app.url_map.asked != app.url_map.known:
                app.url_map.keep(app.url_map.asked)
        elif self.map is None and len({*map(_key, app.url_map.iter_rules())}) == len([*app.url_map.iter_rules()]):
            self.map = Shared(app.url_map)
            self.map.keep(self.map.known)
            self.map.update()


def _key(rule: Rule) -> Key:
    return rule.rule, str(rule.endpoint)

"""What reads and writes the address of a route, compiled once for all the sites of a process.

Werkzeug takes each route of each site to pieces and writes two functions for it, which is half of what it takes to make
a site, and thousands are made in tests. The pieces know the text of a route and its defaults, and nothing of the site.
"""

from collections.abc import Callable
from typing import Any, cast

from werkzeug.routing import Rule


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

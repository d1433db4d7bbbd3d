"""What can be asked of the fake about segments, campaigns and their reports."""

from collections.abc import Callable
from typing import Any

from .call import Call, made_since, page_of
from .campaigns import Campaigns
from .entries import Member
from .segments import Segments

Answer = tuple[int, Any]


def about_a_report(all_: Campaigns, _call: Call, id: str, *rest: str) -> Answer:
    """Its numbers, or who left."""
    return 200, all_.unsubscribed(id) if rest == ("unsubscribed",) else all_.report(id)


def about_a_campaign(all_: Campaigns, call: Call, id: str = "", *rest: str) -> Answer:
    """Make, look, fill, check, send, delete. Raises Problem."""
    deed = rest[-1] if rest else ""
    if not id:
        if call.method == "POST":
            return 200, all_.add(call.body)
        return 200, all_.all(made_since(call), *page_of(call))
    if deed in ("send", "schedule"):
        all_.send(id) if deed == "send" else all_.schedule(id, call.body)
        return 204, None
    if call.method == "DELETE":
        all_.remove(id)
        return 204, None
    if deed:
        return 200, all_.checklist(id) if deed == "send-checklist" else all_.fill(id, call.body)
    return 200, all_.look(id)


def about_a_segment(all_: Segments, call: Call, shown: Callable[[Member], Any], id: str = "", *rest: str) -> Answer:
    """Make, look, fill, see who is in it, delete. Raises Problem."""
    first, count = page_of(call)
    if not id:
        return 200, all_.add(call.body) if call.method == "POST" else all_.all(made_since(call), first, count)
    if call.method == "DELETE":
        all_.remove(int(id))
        return 204, None
    if call.method == "POST":
        return 200, all_.change(int(id), call.body)
    if not rest:
        return 200, all_.look(int(id))
    found = all_.people(int(id))
    return 200, {"members": [shown(one) for one in found[first : first + count]], "total_items": len(found)}

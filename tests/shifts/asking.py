"""What coordinators do about a week, for tests that need it done."""

import re
from typing import Any

from sqlalchemy import select

from campaign import seals
from campaign.shifts.models import ShiftAsk
from tests.conftest import Site
from tests.visitor import Page, Visitor
from tests.volunteers.acts import text_of


def press_ask(staff: Visitor, page: Page, need_id: int = 1, who: Any = None) -> Page:
    """Press "Ask by letter" beside a gap, for those who are ticked there or for those named in `who`."""
    token = page.all("form input[name=csrf_token]")[0].attrs["value"]
    ticked = [box.attrs["value"] for box in page.all(f"#gap-{need_id} input[checked]")]
    return staff.post(f"/staff/week/{need_id}/ask", {"csrf_token": token, "who": ticked if who is None else who})


def ask_path(site: Site, ask_id: int) -> str:
    """The path of the page on which an ask is answered."""
    with site.inside():
        return f"/asks/{seals.sign('ask', ask_id)}"


def path_in(letter: Any) -> str:
    """The path of that page in the letter."""
    found = re.search(r"http://localhost((?:/[a-z-]+)?/asks/[\w.-]+)", text_of(letter))
    assert found, text_of(letter)
    return found[1]


def answers(site: Site) -> list[tuple[int, str]]:
    """Who was asked and what they said, in the order of asking."""
    rows = site.rows(select(ShiftAsk.volunteer_id, ShiftAsk.answer).order_by(ShiftAsk.id))
    return [(row[0], row[1]) for row in rows]

"""The menu behind the door: groups of pages, and those of the group that is open."""

from collections.abc import Callable
from dataclasses import dataclass

# Each group leads to the first of its pages that somebody may look at. A new page gets its line here.
GROUPS: dict[str, list[tuple[str, str]]] = {
    "Campaign": [
        ("pages_staff.home", "Today"),
        ("pledges_staff.index", "Pledges"),
        ("pledges_staff.signatures", "Signatures"),
        ("events_staff.index", "Events"),
        ("volunteers_staff.index", "Volunteers"),
        ("shifts_staff.index", "Shifts"),
        ("week_staff.index", "The week"),
        ("hours_staff.index", "Hours"),
    ],
    "Print": [
        ("printables_staff.index", "Codes"),
        ("prints_staff.index", "Prints"),
        ("scans_staff.index", "Scans"),
    ],
    "Coalition": [
        ("places_staff.index", "Places"),
        ("partners_staff.index", "Partners"),
        ("supporters_staff.removals", "Removals"),
    ],
    "Mail": [
        ("mail_staff.index", "Letters"),
        ("newsletters_staff.index", "Newsletters"),
        ("segments_staff.index", "Segments"),
        ("standing_letters_staff.index", "Standing letters"),
        ("mailing_staff.index", "Mailing list"),
    ],
    "House": [
        ("pages_staff.words", "Words"),
        ("audit_staff.index", "What happened"),
        ("accounts_staff.index", "Accounts"),
    ],
    "Our organization": [
        ("pages_partner.home", "Overview"),
        ("printables_partner.index", "Our codes"),
        ("printables_partner.printed", "Our prints"),
        ("printables_partner.scans", "Our scans"),
        ("events_partner.index", "Events"),
        ("places_partner.index", "Places"),
        ("supporters_partner.index", "Supporters"),
        ("accounts_partner.index", "People"),
    ],
    "My account": [("account_staff.show", "My account")],
}

# Areas that have no line of their own: pages that one comes to from those of another.
BENEATH = {
    "day_staff": "shifts_staff",
    "door_staff": "events_staff",
    "embeds_partner": "events_partner",
    "embeds_staff": "events_staff",
    "flyers_staff": "events_staff",
    "guests_staff": "events_staff",
    "messages_partner": "events_partner",
    "messages_staff": "events_staff",
    "newsletter_desk_staff": "newsletters_staff",
    "newsletter_looks_staff": "newsletters_staff",
    "newsletter_sending_staff": "newsletters_staff",
    "place_lists_staff": "places_staff",
    "readers_staff": "newsletters_staff",
    "results_staff": "newsletters_staff",
    "shift_links_staff": "shifts_staff",
    "trainings_staff": "volunteers_staff",
    "volunteer_lists_staff": "volunteers_staff",
}


@dataclass(frozen=True)
class Way:
    """One entry: what it is called, the endpoint that it leads to, and whether one is there now."""

    label: str
    endpoint: str
    here: bool


@dataclass(frozen=True)
class Menu:
    """The groups, and the pages of the open one when it has more than one."""

    groups: list[Way]
    pages: list[Way]


def menu(now: str, may: Callable[[str], bool]) -> Menu:
    """What somebody sees who is at the endpoint `now`, and may go where `may` says."""
    open_to_them = {group: [one for one in ways if may(one[0])] for group, ways in GROUPS.items()}
    open_to_them = {group: ways for group, ways in open_to_them.items() if ways}
    group = _group_of(now)
    groups = [Way(name, ways[0][0], name == group) for name, ways in open_to_them.items()]
    pages = [Way(label, endpoint, endpoint == now) for endpoint, label in open_to_them.get(group, [])]
    return Menu(groups, pages if len(pages) > 1 else [])


def _group_of(now: str) -> str:
    """The group of this very page, or of the first page in its area."""
    area = now.partition(".")[0]
    area = BENEATH.get(area, area)
    for fits in (now.__eq__, lambda endpoint: endpoint.partition(".")[0] == area):
        for group, ways in GROUPS.items():
            if any(fits(endpoint) for endpoint, _ in ways):
                return group
    return ""

"""Who may do what: one table, asked by the guard of both doors for every request. What it does not name is closed.

A new page of the staff or partner door needs one line in ALLOWED. A line for an area (the part before the dot) holds
for all of its pages that have no line of their own; one that begins with GET or POST for looking or for acting only.
"""

from enum import StrEnum


class Role(StrEnum):
    """What somebody on the staff is there for."""

    ADMINISTRATOR = "administrator"
    COMMUNICATIONS = "communications"
    EVENTS = "events"
    PARTNER = "partner"
    VIEWER = "viewer"


NAMES = {
    Role.ADMINISTRATOR: "administrator",
    Role.COMMUNICATIONS: "communications",
    Role.EVENTS: "events and volunteers",
    Role.PARTNER: "partner",
    Role.VIEWER: "viewer",
}
PLURAL = {
    Role.ADMINISTRATOR: "administrators",
    Role.COMMUNICATIONS: "communications",
    Role.EVENTS: "events and volunteers",
    Role.PARTNER: "partners",
    Role.VIEWER: "viewers",
}
MEANING = {
    Role.ADMINISTRATOR: "Does everything: accounts, letters, and tables with names and addresses too.",
    Role.COMMUNICATIONS: "Writes and opens pledges, reads what signers said, keeps codes, places, the list.",
    Role.EVENTS: "Keeps events, volunteers, codes, posters, places. Sees no names or addresses of signers.",
    Role.PARTNER: "Belongs to an organization of the coalition. Reaches what is theirs, and nothing of another.",
    Role.VIEWER: "Looks at pledges, codes, places, totals. Changes nothing, and sees no names or addresses of signers.",
}

Roles = frozenset[Role]
EVERYBODY: Roles = frozenset(Role)
PARTNERS: Roles = frozenset({Role.PARTNER})
ADMINISTRATORS: Roles = frozenset({Role.ADMINISTRATOR})
WRITERS: Roles = ADMINISTRATORS | {Role.COMMUNICATIONS}
PRINTERS: Roles = WRITERS | {Role.EVENTS}
LOOKERS: Roles = PRINTERS | {Role.VIEWER}
KEEPERS: Roles = ADMINISTRATORS | {Role.EVENTS}  # of volunteers, whose names and telephone numbers they see

ALLOWED: dict[str, Roles] = {
    "staff": EVERYBODY,  # proving again, signing out; the rest of this area is open to all
    "account_staff": EVERYBODY,  # everybody's own account
    "accounts_staff": ADMINISTRATORS,
    "pages_staff.home": LOOKERS,
    "pages_staff.words": WRITERS,
    "GET pledges_staff": LOOKERS,
    "POST pledges_staff": WRITERS,
    "pledges_staff.new": WRITERS,
    "pledges_staff.signatures": WRITERS,
    "pledges_staff.table": ADMINISTRATORS,
    "pledges_staff.asides": WRITERS,  # its examples show names
    "GET printables_staff": LOOKERS,
    "POST printables_staff": PRINTERS,
    "printables_staff.new": PRINTERS,
    "GET prints_staff": LOOKERS,
    "POST prints_staff": PRINTERS,
    "prints_staff.new": PRINTERS,
    "prints_staff.choose": PRINTERS,
    "prints_staff.about_to_discard": PRINTERS,
    "scans_staff": LOOKERS,
    "GET partners_staff": LOOKERS,
    "POST partners_staff": WRITERS,
    "partners_staff.new": WRITERS,
    "partners_staff.applications": WRITERS,  # they hold names and addresses
    "partners_staff.ending": WRITERS,
    "partners_staff.data": WRITERS,
    "GET places_staff": LOOKERS,
    "POST places_staff": PRINTERS,
    "places_staff.new": PRINTERS,
    "places_staff.others": PRINTERS,
    "places_staff.merge": PRINTERS,
    "places_staff.table": PRINTERS,
    "place_lists_staff": PRINTERS,
    "GET events_staff": LOOKERS,
    "POST events_staff": PRINTERS,
    "events_staff.new": PRINTERS,
    "events_staff.cancel": PRINTERS,
    "events_staff.questions": PRINTERS,
    "embeds_staff": LOOKERS,
    "guests_staff": PRINTERS,  # names of guests, but no addresses
    "door_staff": PRINTERS,
    "messages_staff": PRINTERS,
    "flyers_staff": PRINTERS,
    "volunteers_staff": KEEPERS,
    "volunteer_lists_staff": KEEPERS,
    "trainings_staff": KEEPERS,
    "shifts_staff": KEEPERS,
    "week_staff": KEEPERS,
    "day_staff": KEEPERS,
    "shift_links_staff": KEEPERS,
    "hours_staff": KEEPERS,
    "segments_staff": WRITERS,
    "readers_staff": WRITERS,
    "results_staff": LOOKERS,  # totals alone
    "standing_letters_staff": WRITERS,
    "newsletters_staff": WRITERS,
    "newsletter_desk_staff": WRITERS,
    "newsletter_looks_staff": WRITERS,
    "newsletter_sending_staff": WRITERS,
    "mailing_staff": WRITERS,
    "supporters_staff": WRITERS,
    "audit_staff": ADMINISTRATORS,
    "mail_staff": WRITERS,
    "mail_staff.show": ADMINISTRATORS,  # letters hold the keys of those they are for, colleagues too
    "mail_staff.file": ADMINISTRATORS,
    # The partner door, which opens only to people of an active partner (doors.shut).
    "pages_partner": PARTNERS,
    "events_partner": PARTNERS,
    "embeds_partner": PARTNERS,
    "messages_partner": PARTNERS,
    "supporters_partner": PARTNERS,
    "places_partner": PARTNERS,
    "printables_partner": PARTNERS,
    "accounts_partner": PARTNERS,
}

# What only somebody who has just shown password and code may do: a borrowed screen must not be enough.
# Written as in ALLOWED; what takes personal data out, erases it, or decides who gets in belongs here.
PROVED_ONLY = {
    "pledges_staff.table",
    "supporters_partner.file",
    "events_partner.guests",
    "guests_staff.table",
    "guests_staff.print_list",
    "guests_staff.print_sign_in",
    "guests_staff.lend",  # whoever has the link sees names
    "guests_staff.link",
    "volunteers_staff.table",
    "volunteers_staff.age",  # it takes the guardian's consent away
    "volunteers_staff.end",
    "POST printables_staff.edit",  # a printed code that leads elsewhere
    "newsletter_sending_staff.go",  # it reaches everybody, and cannot be called back
    "newsletter_sending_staff.approve",
    "newsletter_sending_staff.ask_mailchimp_once_more",
    "partners_staff.new",
    "partners_staff.approve",
    "partners_staff.retire",
    "partners_staff.leave",
    "partners_staff.join_again",
    "partners_staff.data",
    "POST accounts_staff",
    "accounts_staff.new",
    "POST accounts_partner",
    "accounts_partner.new",
    "pages_partner.data",
    "account_staff.change_password",
    "account_staff.replace_app",
    "account_staff.new_recovery_codes",
}

# What an account without password and app reaches on a real site.
TO_SET_UP = {"account_staff.show", "account_staff.set_up", "staff.sign_out"}


def row_of(method: str, endpoint: str, table: "dict[str, Roles] | set[str]") -> str | None:
    """The line of a table that decides about a request, the closest first; None when no line does."""
    verb, area = "POST" if method == "POST" else "GET", endpoint.partition(".")[0]
    lines = (f"{verb} {endpoint}", endpoint, f"{verb} {area}", area)
    return next((line for line in lines if line in table), None)


def allowed(method: str, endpoint: str) -> Roles:
    """The roles that may do this; administrators alone where nobody has decided."""
    row = row_of(method, endpoint, ALLOWED)
    return ALLOWED[row] if row else ADMINISTRATORS


def may(role: str, endpoint: str, method: str = "GET") -> bool:
    """Whether somebody with this role may look at (or with POST do) this. A role that nobody knows may nothing."""
    return role in allowed(method, endpoint)


def needs_proof(method: str, endpoint: str) -> bool:
    """Whether password and code must have been given a moment ago."""
    return row_of(method, endpoint, PROVED_ONLY) is not None


def sentence(role: str, method: str, endpoint: str) -> str:
    """Who may, for somebody who may not."""
    names = [PLURAL[one] for one in Role if one in allowed(method, endpoint)]
    who = f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
    yours = NAMES[Role(role)] if role in set(Role) else role
    return f"This is for {who}, and your role is {yours}. An administrator can change it."

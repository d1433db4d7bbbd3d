"""Who may use which route. A route without a row here fails, so that nobody forgets to decide."""

import pytest

from campaign import clock, db
from campaign.app import Switches
from campaign.staff import service
from campaign.staff.roles import Role
from tests.house.everything import Everything, a_few, contents, on_sqlite, routes, token_of

pytestmark = on_sqlite

PUBLIC = "public"  # everybody
TOKEN = "token"  # whoever holds the address: it was mailed to one person, or made on the machine itself
MACHINE = "machine"  # programs, which have no cookie either
DOOR = "door"  # everybody who knocks at the staff door

# Who has signed in, and has one of these roles. Said here once more, apart from the site's own table.
ADMINISTRATORS = {"administrator"}
WRITERS = ADMINISTRATORS | {"communications"}
PRINTERS = WRITERS | {"events"}
LOOKERS = PRINTERS | {"viewer"}
PARTNERS = {"partner"}  # of an organisation that is active, and about what is theirs alone
EVERYBODY = LOOKERS | PARTNERS
KEEPERS = ADMINISTRATORS | {"events"}  # of volunteers

ACCESS = {
    "GET /": PUBLIC,
    "GET /.well-known/security.txt": PUBLIC,
    "GET /about": PUBLIC,
    "GET /accessibility": PUBLIC,
    "GET /confirm/<path:token>": PUBLIC,
    'GET /confirm/<signed("sign"):signature_id>': TOKEN,
    'POST /confirm/<signed("sign"):signature_id>': TOKEN,
    'POST /confirm/<signed("sign"):signature_id>/not-me': TOKEN,
    "GET /coalition": PUBLIC,
    "GET /coalition/<slug>": PUBLIC,
    "GET /coalition/<slug>/logo": PUBLIC,
    "GET /coalition/join": PUBLIC,
    "POST /coalition/join": PUBLIC,
    "GET /coalition/join/sent": PUBLIC,
    'GET /confirm/<signed("join"):application_id>': TOKEN,
    'POST /confirm/<signed("join"):application_id>': TOKEN,
    'POST /confirm/<signed("join"):application_id>/not-me': TOKEN,
    "GET /contact": PUBLIC,
    "GET /coalition/<slug>/events.ics": PUBLIC,
    'GET /door/<signed("door"):helper_id>': TOKEN,
    'GET /door/<signed("door"):helper_id>/count': TOKEN,
    'POST /door/<signed("door"):helper_id>/find': TOKEN,
    'POST /door/<signed("door"):helper_id>/in': TOKEN,
    'POST /door/<signed("door"):helper_id>/undo': TOKEN,
    'POST /door/<signed("door"):helper_id>/walk-in': TOKEN,
    "GET /door/<path:token>": PUBLIC,
    'GET /shift-door/<signed("shift-door"):helper_id>': TOKEN,
    'GET /shift-door/<signed("shift-door"):helper_id>/count': TOKEN,
    'POST /shift-door/<signed("shift-door"):helper_id>/find': TOKEN,
    'POST /shift-door/<signed("shift-door"):helper_id>/in': TOKEN,
    'POST /shift-door/<signed("shift-door"):helper_id>/out': TOKEN,
    'POST /shift-door/<signed("shift-door"):helper_id>/undo': TOKEN,
    'POST /shift-door/<signed("shift-door"):helper_id>/walk-in': TOKEN,
    "GET /shift-door/<path:token>": PUBLIC,
    "GET /staff/events/<int:id>/door": PRINTERS,
    "GET /staff/events/<int:id>/door/count": PRINTERS,
    "POST /staff/events/<int:id>/door/find": PRINTERS,
    "POST /staff/events/<int:id>/door/in": PRINTERS,
    "POST /staff/events/<int:id>/door/undo": PRINTERS,
    "POST /staff/events/<int:id>/door/walk-in": PRINTERS,
    "GET /staff/events/<int:id>/flyers": PRINTERS,
    "POST /staff/events/<int:id>/flyers": PRINTERS,
    "GET /staff/events/<int:id>/flyers/<int:code_id>.pdf": PRINTERS,
    "GET /staff/events/<int:id>/flyers/<int:code_id>.png": PRINTERS,
    "GET /staff/events/<int:id>/guests": PRINTERS,
    "GET /staff/events/<int:id>/guests.csv": PRINTERS,
    "GET /staff/events/<int:id>/guests.pdf": PRINTERS,
    "GET /staff/events/<int:id>/sign-in.pdf": PRINTERS,
    "POST /staff/events/<int:id>/links": PRINTERS,
    "GET /staff/events/<int:id>/links/<int:helper_id>": PRINTERS,
    "POST /staff/events/<int:id>/links/<int:helper_id>/end": PRINTERS,
    "GET /staff/events/<int:id>/messages": PRINTERS,
    "GET /staff/events/<int:id>/messages/new": PRINTERS,
    "POST /staff/events/<int:id>/messages/new": PRINTERS,
    "GET /staff/events/<int:id>/messages/<int:message_id>": PRINTERS,
    "GET /staff/events/<int:id>/messages/<int:message_id>/words": PRINTERS,
    "POST /staff/events/<int:id>/messages/<int:message_id>/words": PRINTERS,
    "POST /staff/events/<int:id>/messages/<int:message_id>/test": PRINTERS,
    "POST /staff/events/<int:id>/messages/<int:message_id>/send": PRINTERS,
    "POST /staff/events/<int:id>/messages/<int:message_id>/throw-away": PRINTERS,
    "GET /partner/events/<int:id>/messages": PARTNERS,
    "GET /partner/events/<int:id>/messages/new": PARTNERS,
    "POST /partner/events/<int:id>/messages/new": PARTNERS,
    "GET /partner/events/<int:id>/messages/<int:message_id>": PARTNERS,
    "GET /partner/events/<int:id>/messages/<int:message_id>/words": PARTNERS,
    "POST /partner/events/<int:id>/messages/<int:message_id>/words": PARTNERS,
    "POST /partner/events/<int:id>/messages/<int:message_id>/test": PARTNERS,
    "POST /partner/events/<int:id>/messages/<int:message_id>/send": PARTNERS,
    "POST /partner/events/<int:id>/messages/<int:message_id>/throw-away": PARTNERS,
    "GET /embed/events": PUBLIC,
    "GET /embed/pledges/<slug>": PUBLIC,
    "GET /staff/pledges/<int:id>/embed/<code>": LOOKERS,
    "GET /staff/events/embed": LOOKERS,
    "GET /partner/events/embed": PARTNERS,
    "GET /events": PUBLIC,
    "GET /events.ics": PUBLIC,
    "GET /events/<slug>": PUBLIC,
    "POST /events/<slug>": PUBLIC,
    "GET /events/<slug>/thanks": PUBLIC,
    "POST /events/<slug>/resend": PUBLIC,
    "GET /events/<slug>.ics": PUBLIC,
    "GET /events/<slug>/picture": PUBLIC,
    "GET /events/<slug>/share.png": PUBLIC,
    "GET /events/past": PUBLIC,
    "GET /events/timeline": PUBLIC,
    "GET /healthz": MACHINE,
    "GET /hooks/mailchimp/<secret>": MACHINE,
    "POST /hooks/mailchimp/<secret>": MACHINE,
    "GET /metrics": MACHINE,
    "GET /readyz": MACHINE,
    "GET /help": PUBLIC,
    "GET /learn": PUBLIC,
    "GET /learn/<page>": PUBLIC,
    "GET /materials": PUBLIC,
    "GET /staff/segments": WRITERS,
    "GET /staff/segments/new": WRITERS,
    "POST /staff/segments/new": WRITERS,
    "GET /staff/segments/<int:id>": WRITERS,
    "POST /staff/segments/<int:id>": WRITERS,
    "POST /staff/segments/<int:id>/remove": WRITERS,
    "GET /staff/newsletters/<int:id>/readers": WRITERS,
    "POST /staff/newsletters/<int:id>/readers": WRITERS,
    "GET /staff/newsletters/<int:id>/results": LOOKERS,
    "GET /staff/newsletters/<int:id>/results.csv": LOOKERS,
    "GET /staff/standing-letters": WRITERS,
    "GET /staff/standing-letters/<any(welcome,thanks):name>": WRITERS,
    "POST /staff/standing-letters/<any(welcome,thanks):name>": WRITERS,
    "GET /staff/standing-letters/<any(welcome,thanks):name>/<code>": WRITERS,
    "POST /staff/standing-letters/<any(welcome,thanks):name>/<code>": WRITERS,
    "POST /staff/standing-letters/<any(welcome,thanks):name>/<code>/let-out": WRITERS,
    "GET /materials/<slug>": PUBLIC,
    "GET /materials/<slug>.pdf": PUBLIC,
    "GET /materials/<slug>.png": PUBLIC,
    "GET /me": PUBLIC,
    "POST /me": PUBLIC,
    "GET /me/<path:token>": PUBLIC,
    "GET /rsvp/<path:token>": PUBLIC,
    'GET /rsvp/<signed("rsvp"):rsvp_id>': TOKEN,
    'GET /rsvp/<signed("rsvp"):rsvp_id>/event.ics': TOKEN,
    'POST /rsvp/<signed("rsvp"):rsvp_id>/cancel': TOKEN,
    'POST /rsvp/<signed("rsvp"):rsvp_id>/confirm': TOKEN,
    'POST /rsvp/<signed("rsvp"):rsvp_id>/not-me': TOKEN,
    'POST /rsvp/<signed("rsvp"):rsvp_id>/party': TOKEN,
    'GET /me/<signed("me"):link_id>': TOKEN,
    'GET /me/<signed("me"):link_id>/erase': TOKEN,
    "GET /address/<path:token>": PUBLIC,
    'GET /address/<signed("address"):change_id>': TOKEN,
    'POST /address/<signed("address"):change_id>': TOKEN,
    'GET /me/<signed("me"):link_id>/address': TOKEN,
    'POST /me/<signed("me"):link_id>/address': TOKEN,
    'POST /me/<signed("me"):link_id>/end': TOKEN,
    'POST /me/<signed("me"):link_id>/erase': TOKEN,
    'POST /me/<signed("me"):link_id>/language': TOKEN,
    'POST /me/<signed("me"):link_id>/letters': TOKEN,
    'POST /me/<signed("me"):link_id>/news': TOKEN,
    'POST /me/<signed("me"):link_id>/send': TOKEN,
    'POST /me/<signed("me"):link_id>/take-back': TOKEN,
    "GET /me/sent": PUBLIC,
    "GET /newsletters": PUBLIC,
    "GET /newsletters.atom": PUBLIC,
    "GET /newsletters/<slug>": PUBLIC,
    "GET /newsletters/pictures/<key>.<any(png,jpeg):kind>": PUBLIC,
    "GET /staff/newsletters": WRITERS,
    "GET /staff/newsletters/<int:id>": WRITERS,
    "POST /staff/newsletters/<int:id>": WRITERS,
    "GET /staff/newsletters/<int:id>/checks": WRITERS,
    "POST /staff/newsletters/<int:id>/duplicate": WRITERS,
    "GET /staff/newsletters/<int:id>/letter/<code>": WRITERS,
    "POST /staff/newsletters/<int:id>/links": WRITERS,
    "POST /staff/newsletters/<int:id>/pictures": WRITERS,
    "POST /staff/newsletters/<int:id>/pictures/<int:picture_id>/remove": WRITERS,
    "GET /staff/newsletters/<int:id>/seen/<code>": WRITERS,
    "GET /staff/newsletters/<int:id>/words/<code>": WRITERS,
    "POST /staff/newsletters/<int:id>/words/<code>": WRITERS,
    "POST /staff/newsletters/<int:id>/words/<code>/keep": WRITERS,
    "POST /staff/newsletters/<int:id>/words/<code>/look": WRITERS,
    "POST /staff/newsletters/<int:id>/words/<code>/throw-away": WRITERS,
    "GET /staff/newsletters/new": WRITERS,
    "POST /staff/newsletters/new": WRITERS,
    "GET /partner/": PARTNERS,
    "GET /partner/supporters": PARTNERS,
    "GET /partner/supporters/check": PARTNERS,
    "POST /partner/supporters/check": PARTNERS,
    "POST /partner/supporters/file": PARTNERS,
    "GET /partner/supporters/removals.csv": PARTNERS,
    "POST /partner/supporters/removed": PARTNERS,
    "GET /partner/codes": PARTNERS,
    "GET /partner/codes/<int:id>": PARTNERS,
    "GET /partner/codes/<int:id>/poster.pdf": PARTNERS,
    "GET /partner/data.json": PARTNERS,
    "GET /partner/events": PARTNERS,
    "GET /partner/events/<int:id>": PARTNERS,
    "POST /partner/events/<int:id>": PARTNERS,
    "GET /partner/events/<int:id>/guests.csv": PARTNERS,
    "POST /partner/events/<int:id>/propose": PARTNERS,
    "POST /partner/events/<int:id>/take-back": PARTNERS,
    "GET /partner/events/<int:id>/words/<code>": PARTNERS,
    "POST /partner/events/<int:id>/words/<code>": PARTNERS,
    "GET /partner/events/new": PARTNERS,
    "POST /partner/events/new": PARTNERS,
    "GET /partner/people": PARTNERS,
    "POST /partner/people/<int:id>/disable": PARTNERS,
    "POST /partner/people/<int:id>/invite": PARTNERS,
    "GET /partner/people/new": PARTNERS,
    "POST /partner/people/new": PARTNERS,
    "GET /partner/places": PARTNERS,
    "GET /partner/places/<int:id>": PARTNERS,
    "POST /partner/places/<int:id>": PARTNERS,
    "GET /partner/places/new": PARTNERS,
    "POST /partner/places/new": PARTNERS,
    "GET /pledges": PUBLIC,
    "GET /pledges/<slug>": PUBLIC,
    "POST /pledges/<slug>": PUBLIC,
    "GET /pledges/<slug>/count": PUBLIC,
    "POST /pledges/<slug>/resend": PUBLIC,
    "GET /pledges/<slug>/thanks": PUBLIC,
    "GET /press": PUBLIC,
    "GET /press/kit.zip": PUBLIC,
    "GET /press/wordmark.svg": PUBLIC,
    "GET /privacy": PUBLIC,
    "GET /q/<typed>": PUBLIC,
    "GET /Q/<typed>": PUBLIC,
    "GET /robots.txt": PUBLIC,
    "GET /safety": PUBLIC,
    "GET /share-square.png": PUBLIC,
    "GET /share.png": PUBLIC,
    "GET /sitemap.xml": PUBLIC,
    "GET /staff/": LOOKERS,
    "GET /staff/account": EVERYBODY,
    "POST /staff/account": EVERYBODY,
    "GET /staff/account/app": EVERYBODY,
    "POST /staff/account/app": EVERYBODY,
    "GET /staff/account/password": EVERYBODY,
    "POST /staff/account/password": EVERYBODY,
    "POST /staff/account/recovery-codes": EVERYBODY,
    "POST /staff/account/sessions/<int:id>/end": EVERYBODY,
    "POST /staff/account/sessions/end-others": EVERYBODY,
    "GET /staff/accounts": ADMINISTRATORS,
    "GET /staff/accounts/<int:id>": ADMINISTRATORS,
    "POST /staff/accounts/<int:id>": ADMINISTRATORS,
    "POST /staff/accounts/<int:id>/bring-back": ADMINISTRATORS,
    "POST /staff/accounts/<int:id>/disable": ADMINISTRATORS,
    "POST /staff/accounts/<int:id>/invite": ADMINISTRATORS,
    "POST /staff/accounts/<int:id>/sign-out": ADMINISTRATORS,
    "POST /staff/accounts/<int:id>/start-over": ADMINISTRATORS,
    "GET /staff/accounts/new": ADMINISTRATORS,
    "POST /staff/accounts/new": ADMINISTRATORS,
    "GET /partner/prints": PARTNERS,
    "GET /partner/prints/<int:id>/print.zip": PARTNERS,
    "GET /partner/scans": PARTNERS,
    "GET /staff/newsletters/<int:id>/sending": WRITERS,
    "GET /staff/newsletters/<int:id>/sending/progress": WRITERS,
    "POST /staff/newsletters/<int:id>/sending/trial": WRITERS,
    "POST /staff/newsletters/<int:id>/sending/approve": WRITERS,
    "POST /staff/newsletters/<int:id>/sending/go": WRITERS,
    "POST /staff/newsletters/<int:id>/sending/pace": WRITERS,
    "POST /staff/newsletters/<int:id>/sending/pause": WRITERS,
    "POST /staff/newsletters/<int:id>/sending/resume": WRITERS,
    "POST /staff/newsletters/<int:id>/sending/cancel": WRITERS,
    "POST /staff/newsletters/<int:id>/sending/draft": WRITERS,
    "POST /staff/newsletters/<int:id>/sending/once-more": WRITERS,
    "POST /staff/newsletters/<int:id>/sending/once-more/<int:recipient_id>": WRITERS,
    "POST /staff/newsletters/<int:id>/sending/mailchimp/<code>/once-more": WRITERS,
    "POST /staff/newsletters/<int:id>/sending/leave": WRITERS,
    "POST /staff/newsletters/<int:id>/sending/leave/<int:recipient_id>": WRITERS,
    "GET /staff/prints": LOOKERS,
    "GET /staff/prints/<int:id>": LOOKERS,
    "GET /staff/prints/<int:id>/files/<name>": LOOKERS,
    "GET /staff/prints/<int:id>/progress": LOOKERS,
    "POST /staff/prints/<int:id>/again": PRINTERS,
    "GET /staff/prints/<int:id>/discard": PRINTERS,
    "POST /staff/prints/<int:id>/discard": PRINTERS,
    "POST /staff/prints/<int:id>/sign-off": PRINTERS,
    "GET /staff/prints/new": PRINTERS,
    "GET /staff/prints/new/<design>": PRINTERS,
    "POST /staff/prints/new/<design>": PRINTERS,
    "GET /staff/scans": LOOKERS,
    "GET /staff/codes": LOOKERS,
    "GET /staff/codes/<int:id>": LOOKERS,
    "POST /staff/codes/<int:id>": PRINTERS,
    "POST /staff/codes/<int:id>/bring-back": PRINTERS,
    "GET /staff/codes/<int:id>/poster.pdf": LOOKERS,
    "GET /staff/codes/<int:id>/poster.png": LOOKERS,
    "POST /staff/codes/<int:id>/retire": PRINTERS,
    "GET /staff/codes/new": PRINTERS,
    "POST /staff/codes/new": PRINTERS,
    "GET /staff/events": LOOKERS,
    "GET /staff/events/<int:id>": LOOKERS,
    "POST /staff/events/<int:id>": PRINTERS,
    "POST /staff/events/<int:id>/approve": PRINTERS,
    "GET /staff/events/<int:id>/cancel": PRINTERS,
    "POST /staff/events/<int:id>/cancel": PRINTERS,
    "POST /staff/events/<int:id>/close": PRINTERS,
    "POST /staff/events/<int:id>/decline": PRINTERS,
    "POST /staff/events/<int:id>/duplicate": PRINTERS,
    "GET /staff/events/<int:id>/picture": LOOKERS,
    "POST /staff/events/<int:id>/picture": PRINTERS,
    "POST /staff/events/<int:id>/picture/remove": PRINTERS,
    "GET /staff/events/<int:id>/preview/<code>": LOOKERS,
    "POST /staff/events/<int:id>/publish": PRINTERS,
    "GET /staff/events/<int:id>/questions/<code>": PRINTERS,
    "POST /staff/events/<int:id>/questions/<code>": PRINTERS,
    "POST /staff/events/<int:id>/reopen": PRINTERS,
    "GET /staff/events/<int:id>/words/<code>": LOOKERS,
    "POST /staff/events/<int:id>/words/<code>": PRINTERS,
    "GET /staff/events/new": PRINTERS,
    "POST /staff/events/new": PRINTERS,
    "GET /staff/invitation/<path:token>": DOOR,
    'GET /staff/invitation/<signed("invite"):invitation_id>': DOOR,
    'POST /staff/invitation/<signed("invite"):invitation_id>': DOOR,
    "GET /staff/letters": WRITERS,
    "GET /staff/letters/<int:id>": ADMINISTRATORS,
    "GET /staff/letters/<int:id>.eml": ADMINISTRATORS,
    "POST /staff/letters/<int:id>/again": WRITERS,
    "GET /staff/link/<key>": DOOR,
    "POST /staff/link/<key>": DOOR,
    "GET /staff/list": WRITERS,
    "POST /staff/list/<int:id>/again": WRITERS,
    "POST /staff/list/now": WRITERS,
    "GET /staff/list/<int:id>": WRITERS,
    "POST /staff/list/find": WRITERS,
    "POST /staff/list/pause": WRITERS,
    "POST /staff/list/resume": WRITERS,
    "GET /staff/partners": LOOKERS,
    "GET /staff/partners/<int:id>": LOOKERS,
    "POST /staff/partners/<int:id>/agreements": WRITERS,
    "GET /staff/partners/<int:id>/data.json": WRITERS,
    "GET /staff/partners/<int:id>/end": WRITERS,
    "POST /staff/partners/<int:id>/join-again": WRITERS,
    "POST /staff/partners/<int:id>/leave": WRITERS,
    "GET /staff/partners/<int:id>/logo": LOOKERS,
    "POST /staff/partners/<int:id>/logo": WRITERS,
    "POST /staff/partners/<int:id>/logo/remove": WRITERS,
    "POST /staff/partners/<int:id>/pause": WRITERS,
    "POST /staff/partners/<int:id>/resume": WRITERS,
    "POST /staff/partners/<int:id>/retire": WRITERS,
    "GET /staff/partners/<int:id>/texts/<code>": LOOKERS,
    "POST /staff/partners/<int:id>/texts/<code>": WRITERS,
    "GET /staff/partners/applications": WRITERS,
    "POST /staff/partners/applications/<int:id>/approve": WRITERS,
    "POST /staff/partners/applications/<int:id>/turn-down": WRITERS,
    "GET /staff/partners/new": WRITERS,
    "POST /staff/partners/new": WRITERS,
    "GET /staff/places": LOOKERS,
    "GET /staff/places.csv": PRINTERS,
    "GET /staff/places/<int:id>": LOOKERS,
    "POST /staff/places/<int:id>": PRINTERS,
    "POST /staff/places/<int:id>/bring-back": PRINTERS,
    "GET /staff/places/<int:id>/merge": PRINTERS,
    "GET /staff/places/<int:id>/merge/<int:other>": PRINTERS,
    "POST /staff/places/<int:id>/merge/<int:other>": PRINTERS,
    "POST /staff/places/<int:id>/retire": PRINTERS,
    "GET /staff/places/import": PRINTERS,
    "POST /staff/places/import": PRINTERS,
    "POST /staff/places/import/bring-in": PRINTERS,
    "GET /staff/places/import/wrong.csv": PRINTERS,
    "GET /staff/places/new": PRINTERS,
    "POST /staff/places/new": PRINTERS,
    "GET /staff/pledges": LOOKERS,
    "GET /staff/pledges/<int:id>": LOOKERS,
    "POST /staff/pledges/<int:id>": WRITERS,
    "POST /staff/pledges/<int:id>/close": WRITERS,
    "POST /staff/pledges/<int:id>/open": WRITERS,
    "GET /staff/pledges/<int:id>/preview/<code>": LOOKERS,
    "GET /staff/pledges/<int:id>/words/<code>": LOOKERS,
    "POST /staff/pledges/<int:id>/words/<code>": WRITERS,
    "GET /staff/pledges/new": WRITERS,
    "POST /staff/pledges/new": WRITERS,
    "GET /staff/prove": EVERYBODY,
    "POST /staff/prove": EVERYBODY,
    "GET /staff/audit": ADMINISTRATORS,
    "POST /staff/codes/<int:id>/lift": PRINTERS,
    "POST /staff/codes/<int:id>/lower": PRINTERS,
    "POST /staff/letters/release": WRITERS,
    "GET /staff/removals": WRITERS,
    "GET /staff/removals/<int:id>.csv": WRITERS,
    "POST /staff/removals/<int:id>/removed": WRITERS,
    "GET /staff/set-aside": WRITERS,
    "POST /staff/set-aside": WRITERS,
    "POST /staff/set-aside/<int:id>/restore": WRITERS,
    "POST /staff/set-aside/now": WRITERS,
    "GET /staff/sign-in": DOOR,
    "POST /staff/sign-in": DOOR,
    "POST /staff/sign-out": EVERYBODY,
    "GET /staff/signatures": WRITERS,
    "GET /staff/signatures.csv": ADMINISTRATORS,
    "POST /staff/signatures/<int:id>/pass": WRITERS,
    "POST /staff/signatures/<int:id>/refuse": WRITERS,
    "GET /staff/words": WRITERS,
    "GET /static/<path:filename>": PUBLIC,
    "GET /style": PUBLIC,
    "GET /theme.css": PUBLIC,
    'GET /unsubscribe/<signed("leave"):supporter_id>': TOKEN,
    'POST /unsubscribe/<signed("leave"):supporter_id>': TOKEN,
    'GET /withdraw/<signed("withdraw"):signature_id>': TOKEN,
    'POST /withdraw/<signed("withdraw"):signature_id>': TOKEN,
    "GET /withdraw/<path:token>": PUBLIC,
    "GET /guardian/<path:token>": PUBLIC,
    'GET /guardian/<signed("guardian"):guardian_id>': TOKEN,
    'POST /guardian/<signed("guardian"):guardian_id>': TOKEN,
    "GET /shifts/<path:token>": PUBLIC,
    'GET /shifts/<signed("shifts"):volunteer_id>': TOKEN,
    'GET /shifts/<signed("shifts"):volunteer_id>/change': TOKEN,
    'POST /shifts/<signed("shifts"):volunteer_id>/change': TOKEN,
    'POST /shifts/<signed("shifts"):volunteer_id>/confirm': TOKEN,
    'GET /shifts/<signed("shifts"):volunteer_id>/leave': TOKEN,
    'POST /shifts/<signed("shifts"):volunteer_id>/leave': TOKEN,
    'POST /shifts/<signed("shifts"):volunteer_id>/not-me': TOKEN,
    'GET /shifts/<signed("shifts"):volunteer_id>/open': TOKEN,
    'POST /shifts/<signed("shifts"):volunteer_id>/take': TOKEN,
    'POST /shifts/<signed("shifts"):volunteer_id>/wait': TOKEN,
    'POST /shifts/<signed("shifts"):volunteer_id>/give-back': TOKEN,
    'POST /shifts/<signed("shifts"):volunteer_id>/trained': TOKEN,
    'GET /shifts/<signed("shifts"):volunteer_id>/when-told': TOKEN,
    'POST /shifts/<signed("shifts"):volunteer_id>/when-told': TOKEN,
    "GET /asks/<path:token>": PUBLIC,
    'GET /asks/<signed("ask"):ask_id>': TOKEN,
    'POST /asks/<signed("ask"):ask_id>/no': TOKEN,
    'POST /asks/<signed("ask"):ask_id>/yes': TOKEN,
    'GET /my-shifts/<signed("my-shifts"):volunteer_id>.ics': TOKEN,
    'GET /shifts/<signed("shifts"):volunteer_id>/hours': TOKEN,
    'POST /shifts/<signed("shifts"):volunteer_id>/hours': TOKEN,
    'POST /shifts/<signed("shifts"):volunteer_id>/hours/take-back': TOKEN,
    "GET /staff/week": KEEPERS,
    "GET /staff/week/<int:id>": KEEPERS,
    "POST /staff/week/<int:id>/ask": KEEPERS,
    "GET /staff/shifts/<int:id>/day": KEEPERS,
    "GET /staff/shifts/<int:id>/day/count": KEEPERS,
    "POST /staff/shifts/<int:id>/day/find": KEEPERS,
    "POST /staff/shifts/<int:id>/day/in": KEEPERS,
    "POST /staff/shifts/<int:id>/day/out": KEEPERS,
    "POST /staff/shifts/<int:id>/day/undo": KEEPERS,
    "POST /staff/shifts/<int:id>/day/walk-in": KEEPERS,
    "GET /staff/shifts/<int:id>/links": KEEPERS,
    "POST /staff/shifts/<int:id>/links": KEEPERS,
    "GET /staff/shifts/<int:id>/links/<int:helper_id>": KEEPERS,
    "POST /staff/shifts/<int:id>/links/<int:helper_id>/end": KEEPERS,
    "GET /staff/hours": KEEPERS,
    "GET /staff/hours.csv": KEEPERS,
    "GET /staff/hours-codebook.csv": KEEPERS,
    "GET /staff/hours/<int:id>": KEEPERS,
    "POST /staff/hours/<int:id>": KEEPERS,
    "POST /staff/hours/<int:id>/decide": KEEPERS,
    "GET /staff/volunteers/<int:id>/hours": KEEPERS,
    "POST /staff/volunteers/<int:id>/hours": KEEPERS,
    "GET /staff/shifts": KEEPERS,
    "GET /staff/shifts/new": KEEPERS,
    "POST /staff/shifts/new": KEEPERS,
    "GET /staff/shifts/many": KEEPERS,
    "POST /staff/shifts/many": KEEPERS,
    "POST /staff/shifts/batches/<int:id>/undo": KEEPERS,
    "GET /staff/shifts/<int:id>": KEEPERS,
    "POST /staff/shifts/<int:id>": KEEPERS,
    "POST /staff/shifts/<int:id>/cancel": KEEPERS,
    "POST /staff/shifts/<int:id>/people/<int:placement_id>/take-back": KEEPERS,
    "GET /staff/trainings": KEEPERS,
    "GET /staff/trainings/<int:id>": KEEPERS,
    "POST /staff/trainings/<int:id>": KEEPERS,
    "POST /staff/trainings/<int:id>/cancel": KEEPERS,
    "POST /staff/trainings/<int:id>/codes": KEEPERS,
    "GET /staff/trainings/<int:id>/codes/<int:code_id>": KEEPERS,
    "POST /staff/trainings/<int:id>/codes/<int:code_id>/end": KEEPERS,
    "GET /staff/trainings/new": KEEPERS,
    "POST /staff/trainings/new": KEEPERS,
    "GET /staff/volunteer-lists": KEEPERS,
    "GET /staff/volunteer-lists/<kind>/<int:id>": KEEPERS,
    "POST /staff/volunteer-lists/<kind>/<int:id>": KEEPERS,
    "POST /staff/volunteer-lists/<kind>/<int:id>/bring-back": KEEPERS,
    "POST /staff/volunteer-lists/<kind>/<int:id>/remove": KEEPERS,
    "GET /staff/volunteer-lists/<kind>/new": KEEPERS,
    "POST /staff/volunteer-lists/<kind>/new": KEEPERS,
    "POST /staff/volunteer-lists/usual": KEEPERS,
    "GET /staff/volunteers": KEEPERS,
    "GET /staff/volunteers.csv": KEEPERS,
    "GET /staff/volunteers/<int:id>": KEEPERS,
    "POST /staff/volunteers/<int:id>/age": KEEPERS,
    "POST /staff/volunteers/<int:id>/end": KEEPERS,
    "POST /staff/volunteers/<int:id>/let-return": KEEPERS,
    "POST /staff/volunteers/<int:id>/note": KEEPERS,
    "POST /staff/volunteers/<int:id>/qualifications/<int:qualification_id>/revoke": KEEPERS,
    "POST /staff/volunteers/<int:id>/vouch": KEEPERS,
    "GET /trained/<code>": PUBLIC,
    "POST /trained/<code>": PUBLIC,
    "GET /present/<path:token>": PUBLIC,
    'GET /present/<signed("present"):presence_id>': TOKEN,
    'POST /present/<signed("present"):presence_id>': TOKEN,
    "GET /trained/sent": PUBLIC,
    "GET /volunteer": PUBLIC,
    "POST /volunteer": PUBLIC,
    "GET /volunteer/link": PUBLIC,
    "POST /volunteer/link": PUBLIC,
    "GET /volunteer/sent": PUBLIC,
    "GET /volunteer/thanks": PUBLIC,
}
NEED_AN_APP = {"/staff/account/app", "/staff/account/password"}  # what is changed must be there first
STRANGERS = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Origin": "https://elsewhere.example"},
    {"Origin": "http://localhost:81"},
]
OUR_OWN = [{}, {"Origin": "null"}, {"Origin": "http://localhost"}, {"Sec-Fetch-Site": "same-origin"}]


def _stated(everything: Everything, *access: str, unsafe: bool = False):
    """Method, address and fields of every route with this access."""
    for method, address, rule in routes(everything.site.app):
        if ACCESS.get(f"{method} {address}") in access and not (unsafe and method == "GET"):
            yield method, everything.address(rule), everything.fields(rule)


def behind(everything: Everything, *, unsafe: bool = False):
    """Roles, method, address and fields of every route for which one must have signed in."""
    for method, address, rule in routes(everything.site.app):
        roles = ACCESS.get(f"{method} {address}")
        if isinstance(roles, set) and not (unsafe and method == "GET"):
            yield roles, method, everything.address(rule), everything.fields(rule)


def test_every_route_has_a_stated_access_and_no_row_is_left_over(site):
    assert {f"{method} {address}" for method, address, _ in routes(site.app)} == ACCESS.keys()


def test_a_route_without_a_row_is_noticed(make_site):
    app = make_site().app
    app.add_url_rule("/forgotten", "forgotten", lambda: "")
    assert {f"{method} {address}" for method, address, _ in routes(app)} - ACCESS.keys() == {"GET /forgotten"}


TO_THE_DOOR, NOT_SAVED = (303, "/staff/sign-in"), (403, None)


def _turned_away(method, address):
    """What is answered without a session: who sends something is told that it was not saved, and may keep it."""
    return NOT_SAVED if method == "POST" and address != "/staff/sign-out" else TO_THE_DOOR


def test_without_a_session_every_staff_route_leads_to_the_door_and_changes_nothing(everything):
    before, stranger = contents(everything.site), everything.site.visitor()
    for _, method, address, fields in behind(everything):
        for sent in (method, "HEAD" if method == "GET" else method):
            answer = stranger.raw(address, method=sent, data=fields if sent == "POST" else None)
            assert (answer.status_code, answer.location) == _turned_away(sent, address), (sent, address)
            assert sent != "POST" or answer.location or b"Nothing was saved" in answer.data, address
    assert contents(everything.site) == before


def test_with_a_made_up_cookie_every_staff_route_leads_to_the_door(everything):
    stranger = everything.site.visitor()
    stranger.client.set_cookie("staff", "made-up")
    for _, method, address, fields in behind(everything):
        answer = stranger.raw(address, method=method, data=fields if method == "POST" else None)
        assert (answer.status_code, answer.location) in [_turned_away(method, address), (400, None)], (method, address)


def test_staff_may_look_at_every_staff_page(everything):
    for _, method, address, _ in behind(everything):
        if method == "GET" and address not in NEED_AN_APP:
            assert everything.insider(address).raw(address).status_code == 200, address


def sign_in(everything, email, role=Role.ADMINISTRATOR):
    """Somebody with this address and role, signed in by a one-time link; with the role partner, of the first one."""
    partner_id = 1 if role == Role.PARTNER else None
    with everything.site.inside(), db.writing():
        key = service.one_time_link(service.add(email, "Staff", clock.now(), role, partner_id), clock.now())
    person = everything.site.visitor()
    person.press(person.get(f"/staff/link/{key}"), "Sign in")
    return person


@pytest.mark.wider
def test_a_form_behind_a_door_without_the_right_token_is_refused_and_changes_nothing(everything):
    stale, foreign = token_of(everything.staff), token_of(sign_in(everything, "other@example.org"))
    people = {"/staff": sign_in(everything, "staff@example.org"), "/partner": everything.partner}
    before = contents(everything.site)
    forms = [row[1:] for row in behind(everything, unsafe=True)] + list(_stated(everything, DOOR, unsafe=True))
    for number, (method, address, fields) in enumerate(forms):
        for token in a_few(["", "made-up", stale, foreign], number, 2):
            sent = {**fields, "csrf_token": token} if token else fields
            person = people["/partner" if address.startswith("/partner") else "/staff"]
            assert person.raw(address, method=method, data=sent).status_code == 400, (token, address)
    assert contents(everything.site) == before


TAKEN = ["/open", "/close", "/letters/3/again", "/list/1/again", "/pass", "/refuse", "/retire", "/lift", "/lower"]
TAKEN += ["/set-aside/now", "/restore", "/accounts/3", "/removals/1/removed", "/disable", "/people/5/disable"]
TAKEN += ["/people/5/invite", "/people/new", "/places/new", "/merge/2", "/import/bring-in"]


def test_the_same_form_with_the_right_token_is_taken(everything, afresh):
    forms, before = list(behind(everything, unsafe=True)), contents(everything.site)
    for which in TAKEN:
        anew, met = afresh(), [form[1:] for form in forms if form[2].endswith(which)]
        for method, address, fields in met:
            sent = {**fields, "csrf_token": anew.token(address)}
            assert anew.insider(address).raw(address, method=method, data=sent).status_code == 303, address
        assert met and contents(everything.site) != before, which


def test_a_public_form_that_another_site_sends_is_refused_and_changes_nothing(everything):
    before, stranger = contents(everything.site), everything.site.visitor()
    for method, address, fields in _stated(everything, PUBLIC, TOKEN, unsafe=True):
        for headers in STRANGERS:
            answer = stranger.raw(address, method=method, data=fields, headers=headers)
            assert answer.status_code == 403, (address, headers)
    assert contents(everything.site) == before


def test_a_public_form_of_our_own_is_taken_also_when_a_privacy_tool_hides_where_it_comes_from(everything):
    for headers in OUR_OWN:
        for method, address, fields in _stated(everything, PUBLIC, TOKEN, unsafe=True):
            answer = everything.site.visitor().raw(address, method=method, data=fields, headers=headers)
            gone = answer.status_code == 410 and address.endswith("/erase") and headers != OUR_OWN[0]
            assert answer.status_code in (200, 303) or gone, (address, headers)


def test_an_address_below_the_staff_door_that_does_not_exist_says_only_that(everything):
    for path in ("/staff/nowhere", "/partner/nowhere"):
        assert everything.site.visitor().get(path).status == 404
    assert everything.site.visitor().raw("/es/partner/").status_code == 404


# ---------------------------------------------------------------- the records of another partner

# By area of the partner door, the id of a record that is the second partner's. An area without a row here fails.
OF_ANOTHER = {
    "events_partner": 5,
    "messages_partner": 5,
    "places_partner": 4,
    "printables_partner": 2,
    "accounts_partner": 7,
}
NOBODYS = 999


def _let_in(everything):
    """The addresses at which a record of the second partner is answered otherwise to the first than one of nobody."""
    door, token = everything.site.app.url_map.bind("localhost"), everything.token("/partner")
    for method, address, rule in routes(everything.site.app):
        if address.startswith("/partner") and rule.arguments:
            sent = {**everything.fields(rule), "csrf_token": token} if method == "POST" else None
            told = []
            for record in (OF_ANOTHER[rule.endpoint.partition(".")[0]], NOBODYS):
                values = {"id": record, "code": "en", "message_id": 9}
                known = {name: value for name, value in values.items() if name in rule.arguments}
                path = door.build(rule.endpoint, known, method)
                answer = everything.partner.raw(path, method=method, data=sent, buffered=True)
                told.append((answer.status_code, answer.location, answer.data))
            if told[0] != told[1] or told[0][0] != 404:
                yield f"{method} {address}"


def test_a_record_of_another_partner_is_answered_like_one_that_does_not_exist(everything):
    before = contents(everything.site)
    assert list(_let_in(everything)) == []
    assert contents(everything.site) == before


def test_without_the_guard_the_records_of_another_partner_would_be_open(noon, make_site, fill_site):
    """The negative control."""
    everything = fill_site(make_site(switches=Switches(own_only=False)))
    assert set(_let_in(everything)) == {one for one in ACCESS if " /partner" in one and "<" in one}


def test_no_page_of_the_partner_door_shows_anything_of_another_partner(everything):
    theirs = ["Sample Partner 2", "partner2@example.org", "colleague2@example.org", "Their temple", "Their evening"]
    for roles, method, address, _ in behind(everything):
        if roles == PARTNERS and method == "GET":
            shown = everything.partner.raw(address, buffered=True).get_data()
            assert [one for one in theirs if one.encode() in shown] == [], address
    assert b"Sample Partner 2" in everything.staff.raw("/staff/accounts/6").get_data()

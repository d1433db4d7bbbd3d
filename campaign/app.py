"""create_app(): everything the site is made of, named once."""

from dataclasses import dataclass

from flask import Flask
from flask_wtf.csrf import CSRFProtect
from sqlalchemy.exc import DBAPIError
from werkzeug.middleware.proxy_fix import ProxyFix

from . import answers, backup, cache, content, db, dispatch, i18n, jobs, metrics, pleas, readiness, seals, security, web
from .config import Config
from .db import Base
from .errors import Misconfigured
from .events import admin as events_admin
from .events import answers as event_answers
from .events import brought as events_brought
from .events import door, door_staff, embeds, embeds_partner, embeds_staff, guests, messages_partner, messages_staff
from .events import emails as event_emails
from .events import finding as calendar
from .events import of_partners as events_of_partners
from .events import of_places as events_of_places
from .events import own_page as own_seats
from .events import partner as events_partner
from .events import tidings as event_tidings
from .events import upkeep as event_upkeep
from .events import views as events
from .links import of_partners as links_of_partners
from .links import origin, shortcut, visits
from .links import views as links
from .mailing import admin as mailing_admin
from .mailing import upkeep as mailing_upkeep
from .mailing import views as mailing_views
from .newsletters import admin as newsletters_admin
from .newsletters import (
    checks,
    desk,
    looks,
    own_letters,
    readers_admin,
    sending,
    sending_admin,
    standing_admin,
    standing_letters,
    trials,
    who_admin,
)
from .newsletters import views as newsletters
from .newsletters.mailchimp import sweep as newsletter_campaigns
from .pages import admin as pages_admin
from .pages import finding
from .pages import partner as pages_partner
from .pages import views as pages
from .partners import admin as partners_admin
from .partners import emails as partner_emails
from .partners import service as partners
from .partners import standing
from .partners import views as partner_views
from .places import admin as places_admin
from .places import intake as places_intake
from .places import partner as places_partner
from .pledges import admin as pledges_admin
from .pledges import counting, crowds, emails, groups, own_page, upkeep
from .pledges import embeds as pledge_embeds
from .pledges import views as pledges
from .printables import admin as printables_admin
from .printables import flyers, making, materials, orders, scans
from .printables import partner as printables_partner
from .shifts import admin as shifts_admin
from .shifts import asks_page, calling, day_admin, feed, hours_admin, hours_page, links_admin, reminders, week_admin
from .shifts import door as shift_door
from .shifts import emails as shift_emails
from .shifts import event_page as shifts_of_events
from .shifts import models as shift_models
from .shifts import of_places as shifts_of_places
from .shifts import of_volunteers as shifts_of_volunteers
from .shifts import own_page as own_shifts
from .shifts import upkeep as shift_upkeep
from .shifts import views as shifts
from .staff import account as own_account
from .staff import admin as accounts_admin
from .staff import audit, doors, letters, trail
from .staff import emails as staff_emails
from .staff import partner as accounts_partner
from .staff import views as staff
from .supporters import addresses, applicants, moving, own_shares
from .supporters import admin as supporters_admin
from .supporters import emails as supporter_emails
from .supporters import of_partners as supporters_of_partners
from .supporters import partner as supporters_partner
from .supporters import service as supporters
from .supporters import views as supporter_views
from .volunteers import admin as volunteers_admin
from .volunteers import brought as volunteers_brought
from .volunteers import emails as volunteer_emails
from .volunteers import lists_admin, trainings_admin, witnesses
from .volunteers import own_page as own_volunteering
from .volunteers import upkeep as volunteer_upkeep
from .volunteers import views as volunteers

PUBLIC = [
    pages.area,
    finding.area,
    pledges.area,
    events.area,
    calendar.area,
    embeds.area,
    pledge_embeds.area,
    door.area,
    links.area,
    supporter_views.area,
    partner_views.area,
    materials.area,
    mailing_views.area,
]
PUBLIC += [volunteers.area, witnesses.area, shifts.area, asks_page.area, feed.area, hours_page.area]
PUBLIC += [shift_door.area]
PUBLIC += [newsletters.area]
BEHIND_THE_DOOR = [
    pages_admin.area,
    staff.area,
    own_account.area,
    accounts_admin.area,
    letters.area,
    trail.area,
    pledges_admin.area,
    mailing_admin.area,
    printables_admin.area,
    orders.area,
    scans.area,
    partners_admin.area,
    supporters_admin.area,
    supporters_partner.area,
    pages_partner.area,
    printables_partner.area,
    accounts_partner.area,
    places_admin.area,
    places_intake.area,
    places_partner.area,
    events_admin.area,
    events_partner.area,
    door_staff.area,
    embeds_staff.area,
    embeds_partner.area,
    guests.area,
    flyers.area,
    messages_staff.area,
    messages_partner.area,
    volunteers_admin.area,
    lists_admin.area,
    trainings_admin.area,
    shifts_admin.area,
    week_admin.area,
    day_admin.area,
    links_admin.area,
    hours_admin.area,
    newsletters_admin.area,
    desk.area,
    looks.area,
    sending_admin.area,
]
BEHIND_THE_DOOR += [who_admin.area, readers_admin.area, readers_admin.results, standing_admin.area]
# Imported for the sweeps and letters that they declare.
UPKEEP = [
    standing,
    backup,
    dispatch,
    partners,
    partner_emails,
    links_of_partners,
    applicants,
    event_emails,
    event_tidings,
    event_upkeep,
    own_seats,
    counting,
    crowds,
    emails,
    groups,
    own_page,
    upkeep,
    mailing_upkeep,
    making,
    supporter_emails,
    addresses,
    moving,
    own_shares,
    supporters_of_partners,
    staff_emails,
    event_answers,
    events_brought,
    events_of_partners,
    events_of_places,
    audit,
    volunteer_emails,
    volunteer_upkeep,
    own_volunteering,
    volunteers_brought,
    calling,
    reminders,
    shift_emails,
    shift_models,
    own_shifts,
    shifts_of_events,
    shifts_of_places,
    shifts_of_volunteers,
    shift_upkeep,
    sending,
    newsletter_campaigns,
    trials,
    checks,
    own_letters,
    standing_letters,
]
TABLES = Base.metadata


@dataclass(frozen=True)
class Switches:
    """Guards that a test may turn off to show that it would notice. Never read from the environment.

    `lock_file`: writers on SQLite queue. `natural_keys`: a second signature of one name is no new row.
    `claim_letters`: a letter is marked before a mail server gets it. `hot_counter`: the request itself counts up.
    `page_cache`: pages are kept. `audit_chain`: each row of the audit trail is sealed with the one before.
    `nearest_hop`: of the addresses in a header only the one that our own proxy saw counts. `trap`, `render_time`,
    `confirm_first`, `crowd_limit`: what keeps programs out of the count. `exact_asides`: confirming or withdrawing
    what is set aside moves no count. `equal_work`: a question about an unknown address costs what one about a known
    does, and its answer leaves at an even pace. `overwrite`: deleted rows are wiped from the file and its log.
    `hold_first`: an act on somebody locks their record before anything else.
    Of the staff door, `roles`: the table of roles is asked. `count_tries`: tries to get in are limited.
    `codes_once`: a code from the app opens once. `fresh_tickets`: the cookie changes with every sign-in.
    `end_other_sessions`: they end with a change of password, app or role. `sessions_stay_ended`: noting a use wakes
    none. `one_editor`: whoever saves an older version is told. `keep_an_administrator`: the last one stays.
    `seats_in_turn`: who takes a seat at an event looks at its row locked; off, before, and waits a moment.
    `shifts_in_turn`: the same of who takes a shift, and of what else they have taken.
    `hold_moved`: who moves a shift looks at those who have it with their records locked; off, before.
    `ask_once`: nobody is asked twice in a day to take a shift.
    `partner_consent`: of a partner only what it agreed to is shown.
    `call_slots`: a call to the mailing list waits for one of eight slots.
    `own_only`: of the records of partners, each reaches its own alone. `mark_first`: what a partner takes away is
    marked so before it leaves. `places_in_turn`: who adds or merges places looks once more in their
    turn, whether another was quicker.
    `claim_prints`: a print is in the hand of one worker. `finish_files`: a file has its name only when it is whole.
    `print_apart`: prints are made in a process of its own.
    `look_before_sending`: a campaign at Mailchimp is looked for and looked at before it is made or sent.
    `settle_after`: a newsletter's letter counts as sent only when the mail server has said so.
    `few_removals`: a comparison of the list that would remove many does nothing before somebody named their number.
    `standing_in_turn`: of two workers one looks for who gets a standing letter.
    `look_up_first`: what a hook of the list says of somebody is looked up there before anything changes.
    """

    lock_file: bool = True
    natural_keys: bool = True
    claim_letters: bool = True
    look_before_sending: bool = True
    hot_counter: bool = False
    page_cache: bool = True
    nearest_hop: bool = True
    trap: bool = True
    render_time: bool = True
    confirm_first: bool = True
    crowd_limit: bool = True
    exact_asides: bool = True
    audit_chain: bool = True
    equal_work: bool = True
    overwrite: bool = True
    hold_first: bool = True
    roles: bool = True
    count_tries: bool = True
    codes_once: bool = True
    fresh_tickets: bool = True
    end_other_sessions: bool = True
    sessions_stay_ended: bool = True
    one_editor: bool = True
    keep_an_administrator: bool = True
    partner_consent: bool = True
    call_slots: bool = True
    own_only: bool = True
    mark_first: bool = True
    places_in_turn: bool = True
    claim_prints: bool = True
    finish_files: bool = True
    print_apart: bool = True
    look_up_first: bool = True
    few_removals: bool = True
    settle_after: bool = True
    seats_in_turn: bool = True
    shifts_in_turn: bool = True
    hold_moved: bool = True
    ask_once: bool = True
    standing_in_turn: bool = True


def create_app(config: Config | None = None, switches: Switches | None = None) -> Flask:
    """The site. Raises Misconfigured with a sentence for each setting that a start must not have."""
    config, switches = (config or Config.read()).checked(), switches or Switches()
    app = Flask(
        "campaign",
        static_folder=str(config.place("static")),
        static_url_path="/static",
        template_folder=str(config.place("templates")),
        root_path=str(config.place("templates").parent),
    )
    app.config.update(
        MAX_CONTENT_LENGTH=config.largest_body,
        MAX_FORM_MEMORY_SIZE=config.largest_body,
        MAX_FORM_PARTS=200,
        SEND_FILE_MAX_AGE_DEFAULT=31536000,
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.extensions["config"], app.extensions["switches"] = config, switches
    _install(app, config, switches)
    _refuse_unready(app, config)
    return app


def _install(app: Flask, config: Config, switches: Switches) -> None:
    words = content.Content(config.place("content"), demo=config.demo)
    security.install(app, config)
    i18n.install(app, words)
    db.install(app, config.database_url, lock_file=switches.lock_file, overwrite=switches.overwrite)
    jobs.install(app, config)
    visits.install(app)
    app.extensions["origins"] = origin.Known(app)
    web.install(app, config)
    pleas.install(app)
    doors.install(app)
    protect = CSRFProtect(app)
    for area in PUBLIC:
        app.register_blueprint(area)
        protect.exempt(area)
    for area in BEHIND_THE_DOOR:
        app.register_blueprint(area)
    app.add_url_rule("/healthz", "healthz", lambda: ("up\n", {"Content-Type": "text/plain; charset=utf-8"}))
    readiness.install(app, config)
    if switches.page_cache:
        cache.install(app, seals.render_time, app.extensions["origins"])
    shortcut.install(app, config)
    app.wsgi_app = security.KnownHost(app.wsgi_app, config)  # type: ignore[method-assign,assignment]
    if hops := config.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=0, x_proto=hops, x_host=0)  # type: ignore[method-assign]
        nearest = security.NearestHop(app.wsgi_app, hops, leftmost=not switches.nearest_hop)
        app.wsgi_app = nearest  # type: ignore[method-assign,assignment]
    metrics.install(app, config, answers.install(app, logged=config.access_log))


def _refuse_unready(app: Flask, config: Config) -> None:
    """A real site must not start with sample people or without what the law asks of its letters."""
    if config.demo:
        return
    problems = []
    with app.app_context():
        if not i18n.site().campaign.postal_address:
            problems.append("campaign.postal_address in campaign.toml is empty; every letter must carry one.")
        try:
            with db.reading():
                if number := supporters.samples():
                    problems.append(f"The records hold {number} sample people; begin a real site with `campaign init`.")
        except DBAPIError:  # the records are away: the site starts all the same, because /help must answer
            pass
    if problems:
        raise Misconfigured(problems)

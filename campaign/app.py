"""create_app(): everything the site is made of, named once."""

from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask_wtf.csrf import CSRFError, CSRFProtect
from sqlalchemy.exc import DBAPIError
from werkzeug.middleware.proxy_fix import ProxyFix

from . import cache, content, db, i18n, jobs, security, web
from .config import Config
from .db import Base
from .errors import Misconfigured
from .links import shortcut, visits
from .links import views as links
from .mailing import admin as mailing_admin
from .mailing import upkeep as mailing_upkeep
from .pages import admin as pages_admin
from .pages import finding
from .pages import views as pages
from .pledges import admin as pledges_admin
from .pledges import counting, emails, upkeep
from .pledges import views as pledges
from .printables import admin as printables_admin
from .staff import doors, letters
from .staff import views as staff
from .supporters import service as supporters
from .supporters import views as supporter_views

PUBLIC = [pages.area, finding.area, pledges.area, links.area, supporter_views.area]
BEHIND_THE_DOOR = [
    pages_admin.area,
    staff.area,
    letters.area,
    pledges_admin.area,
    mailing_admin.area,
    printables_admin.area,
]
UPKEEP = [counting, emails, upkeep, mailing_upkeep]  # imported for the sweeps and letters that they declare
TABLES = Base.metadata


@dataclass(frozen=True)
class Switches:
    """Guards that a test may turn off to show that it would notice. Never read from the environment.

    `lock_file`: writers on SQLite queue. `natural_keys`: a second signature of one name is no new row.
    `claim_letters`: a letter is marked before a mail server gets it. `hot_counter`: the request itself counts up.
    `page_cache`: pages are kept.
    """

    lock_file: bool = True
    natural_keys: bool = True
    claim_letters: bool = True
    hot_counter: bool = False
    page_cache: bool = True


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
    db.install(app, config.database_url, lock_file=switches.lock_file)
    jobs.install(app, config)
    visits.install(app)
    web.install(app, config)
    doors.install(app)
    protect = CSRFProtect(app)
    app.register_error_handler(CSRFError, _stale_form)
    for area in PUBLIC:
        app.register_blueprint(area)
        protect.exempt(area)
    for area in BEHIND_THE_DOOR:
        app.register_blueprint(area)
    app.add_url_rule("/healthz", "healthz", lambda: ("up\n", {"Content-Type": "text/plain; charset=utf-8"}))
    if switches.page_cache:
        cache.install(app, security.render_time)
    shortcut.install(app, config)
    app.wsgi_app = security.KnownHost(app.wsgi_app, config)  # type: ignore[method-assign,assignment]
    if config.trusted_proxies:
        hops = config.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=0)  # type: ignore[method-assign]


def _stale_form(_error: CSRFError) -> Any:
    return web.error_page(400, "This page was open too long, or you signed in again. Go back, reload it, and repeat.")


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

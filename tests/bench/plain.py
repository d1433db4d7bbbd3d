"""What the campaign is compared with: the same form, rows and page in plain Flask, Flask-WTF and SQLAlchemy Core.

Written as a careful person would who needs one form and one page: no layers, no lock file, no cache, no counting.
It is kept honest: the same fields and checks, the same tables and rows, the same template, one durable commit.
"""

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from flask import Flask, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import Babel, format_decimal, gettext, ngettext
from flask_wtf import FlaskForm
from markdown_it import MarkdownIt
from markupsafe import Markup
from sqlalchemy import Connection, Engine, create_engine, event, insert, select
from wtforms import BooleanField, EmailField, HiddenField, StringField, TextAreaField
from wtforms.validators import DataRequired, Email, InputRequired, Length

from campaign.config import HERE
from campaign.content import Content

from .records import letters, pledges, signatures, supporters, words


class SignForm(FlaskForm):
    """The form of a pledge."""

    class Meta:
        csrf = False

    name = StringField("Your name", [DataRequired("Please give your name."), Length(max=100)])
    email = EmailField("Email address", [DataRequired("Please give your email address."), Email(), Length(max=254)])
    place = StringField("ZIP code or city", [Length(max=80)])
    message = TextAreaField("Why do you sign?", [Length(max=280)])
    show_name = BooleanField("Show my first name and my message on this page")
    newsletter = BooleanField("Yes, send me news of the campaign by email. I can leave at any time.")
    old_enough = BooleanField("I am 13 years old or older", [InputRequired("You must be old enough to sign.")])
    website = StringField("Leave this empty", [Length(max=0)])
    rendered = HiddenField()
    suggestion = HiddenField()
    offer = None  # nobody comes by a partner here


def plain_site(url: str, templates: Path) -> Flask:
    """The plain code, with a greeting for comparing pages that need nothing at all."""
    app = Flask("plain", template_folder=str(templates), static_folder=str(templates.parent / "static"))
    app.config["WTF_I18N_ENABLED"] = False  # Flask-WTF would read its own catalogue anew for every request
    engine = _engine(url)
    _teach_template(app)
    app.add_url_rule("/healthz", "healthz", lambda: "up")
    app.add_url_rule("/hello", "hello", lambda: "hello")
    app.add_url_rule("/pledges/<slug>", "pledges.show", lambda slug: _show(engine, slug), methods=["GET"])
    app.add_url_rule("/pledges/<slug>", "sign", lambda slug: _sign(engine, slug), methods=["POST"])
    for endpoint, path in {
        "pledges.thanks": "/pledges/<slug>/thanks",
        "pledges.count": "/pledges/<slug>/count",
        "pledges.index": "/pledges",
        "pages.front": "/",
        "calendar.index": "/events",
        "pages.help": "/help",
        "pages.privacy": "/privacy",
        "partners.index": "/coalition",
        "pages.accessibility": "/accessibility",
        "pages.press": "/press",
        "pages.contact": "/contact",
        "pages.safety": "/safety",
        "pages.about": "/about",
        "pages.learn": "/learn",
        "finding.share": "/share.png",
        "materials.index": "/materials",
        "volunteers.sign_up": "/volunteer",
        "newsletters.index": "/newsletters",
    }.items():
        app.add_url_rule(path, endpoint, lambda **_: "")
    return app


def _engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        return create_engine(url)
    engine = create_engine(url, connect_args={"timeout": 30, "isolation_level": None})

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        for setting in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {setting}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("write") else "BEGIN")

    return engine


def _sign(engine: Engine, slug: str) -> ResponseReturnValue:
    form = SignForm()
    if not form.validate():
        return {"errors": form.errors}, 422
    now = datetime.now(UTC)
    with engine.connect().execution_options(write=True) as connection, connection.begin():
        pledge = connection.execute(select(pledges.c.id, pledges.c.state).where(pledges.c.slug == slug)).one_or_none()
        if pledge is None or pledge.state != "open":
            abort(404)
        _insert(connection, pledge.id, form, now)
    return redirect(url_for("pledges.thanks", slug=slug), 303)


def _insert(connection: Connection, pledge_id: int, form: SignForm, now: datetime) -> None:
    address = form.email.data.strip()
    person = {"mailbox": address.lower(), "email": address, "language": "en", "added_at": now, "subscribed": False}
    supporter_id = connection.execute(insert(supporters).values(person).returning(supporters.c.id)).scalar_one()
    signature = {
        "pledge_id": pledge_id,
        "supporter_id": supporter_id,
        "place": 1,
        "name": form.name.data,
        "name_key": form.name.data.lower(),
        "area": form.place.data,
        "message": form.message.data,
        "show_name": form.show_name.data,
        "newsletter": str(form.newsletter.label.text) if form.newsletter.data else "",
        "language": "en",
        "signed_at": now,
        "reminders": 0,
        "to_count": 0,
    }
    signature_id = connection.execute(insert(signatures).values(signature).returning(signatures.c.id)).scalar_one()
    letter = {"kind": "pledges.please_confirm", "about_id": signature_id, "supporter_id": supporter_id}
    due = {"state": "waiting", "attempts": 0, "trouble": "", "written_at": now, "due_at": now}
    connection.execute(insert(letters).values({**letter, **due}))


def _show(engine: Engine, slug: str) -> ResponseReturnValue:
    with engine.connect() as connection:
        found = select(pledges, words.c.title, words.c.promise, words.c.body).join(words)
        pledge = connection.execute(found.where(pledges.c.slug == slug)).one()
        voice = select(signatures.c.name, signatures.c.message, signatures.c.area)
        passed = voice.where(signatures.c.pledge_id == pledge.id, signatures.c.passed_at.is_not(None))
        voices = connection.execute(passed.order_by(signatures.c.passed_at.desc()).limit(60)).all()
    html = Markup(MarkdownIt("commonmark").render(pledge.body))
    shown = {**pledge._mapping, "html": html, "shown": pledge._mapping["count"] >= 10}
    people = [(one.name.split(" ")[0], one.message, one.area) for one in voices]
    return render_template("pledges/show.html", pledge=shown, form=SignForm(), voices=people, preview=False)


def _teach_template(app: Flask) -> None:
    """What the template needs: translation, numbers, and the campaign's own words as they stand in content/."""
    Babel(app)
    words = Content(HERE.parent / "content")
    site, english = words.site, words.site.languages[0]
    known = {"site": site, "language": english, "languages": site.languages, "hotline": site.hotline}
    app.jinja_env.globals.update(known, demo=True, english=english, written=words.known, prints=words.prints)
    app.jinja_env.globals.update(guarded=gettext, findable=lambda: True, call_first=lambda: site.hotline)
    app.jinja_env.globals.update(lang_of=lambda *_: "", language_of=lambda *_: "en", _=gettext, ngettext=ngettext)
    app.jinja_env.globals["whole"] = lambda other: request.host_url.rstrip("/") + other.prefix + request.path
    app.jinja_env.globals["address"] = lambda endpoint, *_, **values: url_for(endpoint, _external=True, **values)
    app.jinja_env.globals["tr"] = lambda text: text["en"]
    app.jinja_env.globals["here"] = lambda other: other.prefix + request.path
    app.jinja_env.globals["asset"] = lambda name: url_for("static", filename=name)
    app.jinja_env.globals.update(sign=lambda one: f"{one} ", gap=lambda _words: " ")
    app.jinja_env.filters.update(number=format_decimal, apart=lambda words: f"{words} ")
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.extensions["plain"] = SimpleNamespace(site=site)

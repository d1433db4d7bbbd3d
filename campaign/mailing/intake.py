"""The one row about what comes from the list: made when first needed, and asked by doors, sweeps and commands."""

from datetime import datetime, timedelta

from .. import db, jobs, web
from ..errors import Stopped
from .models import ListIntake

SELDOM = timedelta(minutes=1)  # a flood of hooks writes down this often that something was heard
SILENT = timedelta(days=2)  # after so long without a complete look at what changed there, somebody should see why
ELSEWHERE = (
    "MAILCHIMP_AUDIENCE names another audience than the one that was set up. Mend it, or change over for good with "
    "`campaign sync setup --new-audience`."
)


def look() -> ListIntake | None:
    """The row, to be read; None when nothing was ever set up, heard or pulled."""
    return db.session().get(ListIntake, 1)


def take() -> ListIntake:
    """The row, locked until the commit."""
    values = dict.fromkeys(("audience", "form_url", "hook_id", "hook_mark", "hook_signing", "pull_trouble"), "")
    db.add_or_find(ListIntake, {"id": 1, **values, "pull_failures": 0}, "id")
    return db.session().get_one(ListIntake, 1, populate_existing=True)


def is_elsewhere() -> bool:
    """Whether the settings name another audience than the one that was set up."""
    row, config = look(), web.config()
    return bool(row and row.audience and config.mailchimp_key and row.audience != config.mailchimp_audience)


def must_be_ours() -> None:
    """Raise Stopped when what is said there is said of another audience."""
    with db.reading():
        if is_elsewhere():
            raise Stopped(ELSEWHERE)


def is_paused() -> bool:
    """Whether staff want nobody to be told anything for now."""
    row = look()
    return row is not None and row.paused_at is not None


def pause(now: datetime) -> None:
    """Tell the list nothing more, until somebody says otherwise."""
    row = take()
    row.paused_at = row.paused_at or now


def resume() -> None:
    """Tell the list again."""
    take().paused_at = None


def try_now() -> None:
    """Somebody does not want to wait: what could not be read is read now."""
    if look() is not None:
        take().pull_next_at = None
    jobs.wake("read-list-changes")


def trouble(config_key: str, now: datetime) -> str:
    """What is wrong with hearing from the list, in a sentence with what to do; empty when nothing is."""
    if not config_key:
        return ""
    row = look()
    if row is None or not row.hook_mark:
        return "Mailchimp does not tell us when somebody leaves there: there is no webhook. Run: campaign sync setup"
    if is_elsewhere():
        return ELSEWHERE
    since = row.pulled_at or row.hook_made_at
    if since is not None and now - since > SILENT:
        why = row.pull_trouble or "Look whether a worker runs, and then run: campaign sync check"
        return f"What changed at Mailchimp was last read completely at {since:%Y-%m-%d %H:%M} UTC. {why}"
    return ""

"""`campaign sync setup`: what an audience at Mailchimp must have for us, and making what is missing.

A plan is made by looking alone; doing it may be repeated, and a second plan is empty. Tags need no making: Mailchimp
makes one when somebody gets it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from .. import clock, db, seals, web
from ..errors import Passing, Permanent, Stopped
from . import hooks, intake, ours, service
from .mailchimp import STRANGE, Declined, Mailchimp, Unknown
from .models import ListHint, ListIntake
from .turnstile import Open, Turnstile

NO_KEY = "The settings name no list at Mailchimp: set MAILCHIMP_API_KEY and MAILCHIMP_AUDIENCE. The list is our own."
NO_AUDIENCE = "Mailchimp has no audience {audience} for this key. Look at MAILCHIMP_AUDIENCE. Nothing was changed."
UNSEEN = (
    "Mailchimp could not reach our hook. Start the site, see that {base} can be reached from the internet, and run "
    "this again. What was made stays."
)
UNREAD = (
    "Who left at the old audience since it was last read will be told here anew. Put its name back and run: campaign "
    "sync check --repair, before you change over."
)
UNHEARD = (
    "The old audience has news of people that was not looked up yet. Put its name back, let the worker run a minute, "
    "then change over. Nothing was changed."
)
MAKE_HOOK = "Make a webhook that tells {base} when somebody leaves, comes back, bounces or changes their entry there."
MEND_HOOK = "Let our webhook tell of everything that we listen to, and of nothing that we do ourselves."
DROP_HOOK = "Take away a webhook of ours whose secret nobody knows any more."


@dataclass
class Plan:
    """What is to be done, each with its words; what is well already; what somebody should know."""

    audience: str = ""
    steps: list[tuple[str, Callable[[], None]]] = field(default_factory=list)
    well: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    about: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Wiring:
    """One audience, and this site's settings. Every question raises Stopped, in words."""

    client: Mailchimp
    audience: str
    base_url: str

    @property
    def address(self) -> str:
        """Where hooks of ours begin."""
        return f"{self.base_url}/hooks/mailchimp/"

    def plan(self, *, new_audience: bool = False) -> Plan:
        """Look, and say what is to be done; nothing is changed."""
        about = self._ask(lambda: self.client.audience(self.audience))
        with db.reading():
            if intake.is_elsewhere() and not new_audience:
                raise Stopped(intake.ELSEWHERE)
            made = intake.look()
            plan = Plan(str(about.get("name", "")), about=about)
            if intake.is_elsewhere():
                _refuse_unheard()
                plan.steps.append(("Change over to this audience: everybody is told there anew.", self._move))
                plan.warnings.append(UNREAD)
            lost = intake.is_elsewhere() or not _is_known(made)
        self._fields(plan)
        self._hooks(plan, None if lost else made)
        return plan

    def _fields(self, plan: Plan) -> None:
        there = self._list(self._ask(lambda: self.client.fields(self.audience)), "merge_fields")
        known = {str(one.get("tag")): one for one in there}
        for tag, name in ours.FIELDS.items():
            if tag in known:
                plan.well.append(f"The field {tag} is there.")
            else:
                plan.steps.append((f"Make the field {tag} ({name}), which no form shows.", self._adding(tag, name)))
        for tag, one in known.items():
            if one.get("required"):
                plan.warnings.append(
                    f"The field {tag} is required there. We add people without it, but nobody can come back by "
                    "Mailchimp's form without filling it in. Make it optional, if you can."
                )

    def _adding(self, tag: str, name: str) -> Callable[[], None]:
        return lambda: _nothing(self._ask(lambda: self.client.add_field(self.audience, tag, name)))

    def _hooks(self, plan: Plan, made: ListIntake | None) -> None:
        """Ours are those that lead to this site, and the one that we made when it had another address."""
        mark, id = (made.hook_mark, made.hook_id) if made else ("", "")
        there = self._list(self._ask(lambda: self.client.hooks(self.audience)), "webhooks")
        ours_there = [one for one in there if _leads(one, self.address) or (id and one.get("id") == id)]
        good = [one for one in ours_there if mark and hooks.mark_of(_url(one).removeprefix(self.address)) == mark]
        for one in ours_there:
            if one not in good:
                plan.steps.append((DROP_HOOK, self._dropping(str(one["id"]))))
        if not good:
            plan.steps.append((MAKE_HOOK.format(base=self.base_url), self._make_hook))
        elif not _hears(good[0]):
            plan.steps.append((MEND_HOOK, self._mending(str(good[0]["id"]))))
        else:
            plan.well.append("The webhook is there.")

    def _dropping(self, id: str) -> Callable[[], None]:
        return lambda: self._ask(lambda: self.client.remove_hook(self.audience, id))

    def _mending(self, id: str) -> Callable[[], None]:
        return lambda: _nothing(self._ask(lambda: self.client.change_hook(self.audience, id, hooks.WANTED)))

    def _make_hook(self) -> None:
        """The address is known here before Mailchimp asks for it; its key is said once, in the answer."""
        secret = hooks.new_secret()
        with db.writing():
            row = intake.take()
            row.hook_mark, row.hook_signing, row.hook_id = hooks.mark_of(secret), "", ""
            row.hook_made_at = None
        try:
            made = self.client.add_hook(self.audience, {"url": self.address + secret, **hooks.WANTED})
        except (Declined, Passing, Unknown) as error:
            with db.writing():
                intake.take().hook_mark = ""  # should it be there all the same, the next run takes it away
            raise Stopped(UNSEEN.format(base=self.base_url) if _is_unseen(error) else str(error)) from error
        with db.writing():
            row = intake.take()
            row.hook_id, row.hook_made_at, row.heard_at = str(made.get("id", ""))[:40], clock.now(), None
            row.hook_signing = seals.seal(str(made["signing_secret"])) if made.get("signing_secret") else ""

    def _move(self) -> None:
        with db.writing():
            row = intake.take()
            row.hook_id = row.hook_mark = row.hook_signing = row.pull_trouble = ""
            row.audience, row.pulled_until, row.pulled_at = self.audience, None, None
            service.begin_anew(clock.now())

    def do(self, plan: Plan, say: Callable[[str], None]) -> None:
        """Do what the plan says, step by step; raises Stopped at the first that fails. What is done stays."""
        for words, act in plan.steps:
            act()
            say(words)
        with db.writing():
            row = intake.take()
            row.audience, row.form_url = self.audience, str(plan.about.get("subscribe_url_short", ""))[:300]

    def missing(self) -> str:
        """Why the hook that we know is not at Mailchimp any more, in a sentence; empty when it is there."""
        with db.reading():
            made = intake.look()
        plan = Plan()
        self._hooks(plan, made if _is_known(made) else None)
        return "" if plan.well else "The webhook at Mailchimp is not as it should be. Run: campaign sync setup"

    def _ask(self, ask: Callable[[], Any]) -> Any:
        try:
            return ask()
        except Declined as error:
            words = (
                NO_AUDIENCE.format(audience=self.audience) if error.status == 404 else f"Mailchimp declines: {error}"
            )
            raise Stopped(words) from error
        except (Passing, Permanent, Unknown) as error:
            raise Stopped(f"{error}") from error

    def _list(self, answer: Any, part: str) -> list[dict[str, Any]]:
        if not isinstance(answer, dict) or not isinstance(found := answer.get(part), list):
            raise Stopped(STRANGE)
        return [one for one in found if isinstance(one, dict)]


def _is_known(made: ListIntake | None) -> bool:
    """Whether the answer that made the hook was heard to its end, and its key can be read."""
    return made is not None and bool(made.hook_id) and hooks.key_of(made) is not None


def _refuse_unheard() -> None:
    """Whoever left at the old audience, and is still to be looked up there, would be subscribed at the new one."""
    if db.session().scalar(select(ListHint.supporter_id).limit(1)) is not None:
        raise Stopped(UNHEARD)


def _url(hook: dict[str, Any]) -> str:
    return str(hook.get("url", ""))


def _leads(hook: dict[str, Any], address: str) -> bool:
    return _url(hook).startswith(address)


def _nothing(_answer: object) -> None:
    """The answer is of no interest."""


def _is_unseen(error: Exception) -> bool:
    return isinstance(error, Declined) and error.status == 400


def _hears(hook: dict[str, Any]) -> bool:
    events, sources = hook.get("events") or {}, hook.get("sources") or {}
    wanted = sources.get("user") and sources.get("admin") and not sources.get("api")
    return bool(wanted) and all(events.get(one) for one in hooks.EVENTS)


def of_this_site(*, once: bool = False) -> Wiring:
    """The audience that the settings name; `once` as in `homes.ours`. Raises Stopped when they name none."""
    config = web.config()
    if not config.mailchimp_key:
        raise Stopped(NO_KEY)
    client = Mailchimp(config.mailchimp_key, config.mailchimp_host, gate=Open() if once else Turnstile())
    return Wiring(client, config.mailchimp_audience, config.base_url)

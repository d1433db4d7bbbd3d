"""What volunteers and staff do, for tests that need it done."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from email.message import EmailMessage
from typing import Any

from sqlalchemy import func, select

from campaign import clock, db, seals
from campaign.supporters.models import Supporter
from campaign.volunteers import keeping, service, trainings
from campaign.volunteers.keeping import Said
from campaign.volunteers.models import Qualification, Volunteer
from campaign.volunteers.service import Profile, SignUp
from campaign.volunteers.trainings import Plan
from tests.conftest import Site
from tests.pledges.acts import text_of as text_of
from tests.visitor import Page, Visitor

ANNA = {"name": "Anna Sample", "email": "anna@example.org", "age_band": "21+"}
MINA = {"name": "Mina Sample", "email": "mina@example.org", "age_band": "16-17", "guardian": "parent@example.org"}
ZONE = "America/Los_Angeles"


def sign_up(visitor: Visitor, later: Callable[..., None], path: str = "/volunteer", **fields: object) -> Page:
    """Read the page, take three seconds, sign up."""
    page = visitor.get(path)
    later(seconds=3)
    button = " ".join(page.one("main form button").to_text().split())
    return visitor.press(page, button, **{**ANNA, **fields})


def link_in(letter: EmailMessage, kind: str = "shifts") -> str:
    """The path of the link of this kind in a letter."""
    found = re.search(rf"http://localhost((?:/[a-z-]+)?/{kind}/[\w.-]+)", text_of(letter))
    assert found, text_of(letter)
    return found[1]


def confirmed(site: Site, visitor: Visitor, later: Callable[..., None], **fields: Any) -> str:
    """Sign up and confirm; the path of their own page. The letters are read."""
    sign_up(visitor, later, **fields)
    path = link_in(site.letter())
    visitor.press(visitor.get(path), "Yes, I want to help")
    site.letters()
    return path


def volunteer(site: Site, number: int = 1, age_band: str = "21+", **more: Any) -> int:
    """A volunteer who has confirmed, without the door; the id."""
    email = f"helper{number}@example.org"
    name = f"Sample Helper {'ABCDEFGHIJ'[number % 10]}"
    with site.inside(), db.writing() as session:
        service.sign_up(SignUp(Profile(name, age_band, **more), email, email), "en", clock.now())
        found = select(Volunteer.id).join(Supporter).where(Supporter.mailbox == email)
        volunteer_id = int(session.scalars(found).one())
        service.confirm(volunteer_id, clock.now())
    return volunteer_id


def path_of(site: Site, volunteer_id: int) -> str:
    """The path of a volunteer's own page."""
    with site.inside():
        return f"/shifts/{seals.sign('shifts', volunteer_id)}"


def begin_lists(site: Site) -> None:
    """The usual roles, requirements and skills: role 1 is the outreach table, requirement 1 the first training."""
    with site.inside(), db.writing():
        assert keeping.usual()


def requirement(site: Site, name: str = "First training", kind: str = "training", months: int | None = 12) -> int:
    """Something that roles can require; its id."""
    with site.inside(), db.writing():
        return keeping.add("requirement", Said({"en": (name, "")}, {"kind": kind, "months": months}))


def role(site: Site, requires: tuple[int, ...] = (), minimum_age: int = 16, name: str = "Table") -> int:
    """A role; its id."""
    with site.inside(), db.writing():
        return keeping.add("role", Said({"en": (name, "")}, {"minimum_age": minimum_age}, requires))


def training(site: Site, requirement_id: int, starts_in: timedelta = timedelta(0), hours: float = 2) -> int:
    """A training; its id."""
    with site.inside(), db.writing():
        starts_at = clock.now() + starts_in
        plan = Plan(requirement_id, starts_at, starts_at + timedelta(hours=hours), ZONE, "Sample Trainer")
        return trainings.plan(plan, clock.now())


def code_of(site: Site, training_id: int) -> str:
    """A new trainer's code of a training, as it is shown."""
    with site.inside(), db.writing():
        return trainings.get_code(trainings.make_code(training_id, "Sample Trainer", None, clock.now())).code


def vouch(site: Site, volunteer_id: int, requirement_id: int, held_on: date) -> int:
    """Staff write down that somebody has something; the id of that."""
    with site.inside(), db.writing():
        account = _an_account()
        return trainings.vouch(volunteer_id, requirement_id, held_on, ("Staff", account), clock.now())


def _an_account() -> int:
    from campaign.staff import service as accounts
    from campaign.staff.models import Account

    found = db.session().scalar(select(Account.id).limit(1))
    return found or accounts.add("keeper@example.org", "Keeper", clock.now())


def state_of(site: Site, volunteer_id: int = 1) -> str:
    """Where a volunteer stands."""
    return str(site.rows(select(Volunteer.state).where(Volunteer.id == volunteer_id))[0][0])


def number_of(site: Site, table: Any = Qualification) -> int:
    """How many rows a table has."""
    return int(site.rows(select(func.count()).select_from(table))[0][0])

"""The volunteers of the site with one of everything: what each stands for, and what forms about them would send."""

from contextlib import suppress
from datetime import date, timedelta
from typing import Any

from sqlalchemy import update

from campaign import clock, db
from campaign.volunteers import keeping, service, trainings
from campaign.volunteers.models import Presence, TrainerCode
from campaign.volunteers.service import Profile, SignUp
from campaign.volunteers.trainings import Plan
from tests.conftest import Site

CODE = "WXYZ2345"
ZONE = "America/Los_Angeles"
SAID = {"name": "Carla Sample", "age_band": "21+", "area": "Thai Town", "speaks_es": "well", "roles": "1"}
TRAINING = {"requirement": "1", "zone": ZONE, "trainer": "Sample Trainer", "place": "1"}
TRAINING |= {"starts": "2027-03-01T10:00", "ends": "2027-03-01T12:00"}
FIELDS: dict[str, dict[str, str]] = {
    "volunteers.take": {**SAID, "email": "carla@example.org"},
    "volunteers.ask_for_link": {"email": "bela@example.org"},
    "volunteers.change": {**SAID, "name": "Bela Sample"},
    "volunteers.trained": {"code": CODE},
    "witnesses.answer": {"agree": "yes"},
    "witnesses.scan": {"email": "hana4@example.org"},
    "volunteers_staff.note": {"note": "Changed."},
    "volunteers_staff.vouch": {"requirement": "2", "held_on": "2027-01-04"},
    "volunteers_staff.revoke": {"reason": "A mistake"},
    "volunteers_staff.age": {"older": "yes"},
    "volunteers_staff.end": {"reason": "A reason"},
    "volunteer_lists_staff.new": {"name-en": "Another role", "minimum_age": "18"},
    "volunteer_lists_staff.edit": {"name-en": "Changed", "minimum_age": "18", "version": "1"},
    "trainings_staff.new": TRAINING,
    "trainings_staff.edit": {**TRAINING, "version": "1"},
    "trainings_staff.make_code": {"trainer": "Another Trainer"},
}
AREAS: dict[str, dict[str, Any]] = {
    "volunteers": {"volunteer_id": 1},
    "witnesses": {"code": CODE, "guardian_id": 1, "presence_id": 1},
    "volunteers_staff": {"id": 1, "qualification_id": 1},
    "volunteer_lists_staff": {"kind": "role", "id": 1},
    "trainings_staff": {"id": 1, "code_id": 1},
}
# What ends somebody or something has one of its own: the other addresses go on.
ROUTES: dict[str, dict[str, Any]] = {
    "volunteers.leave": {"volunteer_id": 3},
    "volunteers.confirm": {"volunteer_id": 4},
    "volunteers.not_me": {"volunteer_id": 5},
    "volunteers_staff.age": {"id": 6},
    "volunteers_staff.end": {"id": 7},
    "volunteers_staff.let_return": {"id": 8},
    "volunteer_lists_staff.remove": {"id": 6},
    "trainings_staff.cancel": {"id": 2},
    "trainings_staff.end_code": {"code_id": 2},
}


def fill_volunteers(site: Site) -> None:
    """Of ids 1 to 8: one who speaks and has something, a minor with a guardian, one who leaves, two who have not
    confirmed, one who is older now, one who is ended, and one who was.
    """
    with site.inside(), db.writing():
        now = clock.now()
        keeping.usual()
        _people()
        for number in (1, 2, 3, 6, 7, 8):
            service.confirm(number, now)
        service.change(6, Profile("Hana Sample", "21+"), now)
        keeping.end(8, "A reason", now)
        keeping.note(1, "A note", ["es"], service.get(1).version, now)
        trainings.vouch(1, 1, date(2027, 1, 4), ("Staff", 1), now)
        for starts_at in (now - timedelta(minutes=30), now + timedelta(days=9)):
            plan = Plan(1, starts_at, starts_at + timedelta(hours=8), ZONE, "Sample Trainer", 1)
            trainings.plan(plan, now)
        for _ in range(2):
            trainings.make_code(1, "Sample Trainer", 1, now)
        db.session().execute(update(TrainerCode).where(TrainerCode.id == 1).values(code=CODE))
        db.session().add(Presence(code_id=1, volunteer_id=1, scanned_at=now))


def _people() -> None:
    more: dict[str, Any] = {"phone": "+12133734253", "area": "Thai Town", "access_needs": "A chair", "skills": [1]}
    more |= {"languages": [("es", "well")], "other_languages": "Mixteco", "times": [(2, "evening")], "roles": [1]}
    for number in range(1, 9):
        email = "bela@example.org" if number == 1 else f"hana{number}@example.org"
        minor = number == 2
        said = Profile("Bela Sample" if number == 1 else "Hana Sample", "16-17" if minor else "18-20", **more)
        if minor:
            said = Profile("Hana Sample", "16-17", guardian="parent@example.org")
        service.sign_up(SignUp(said, email, email, newsletter="Yes" if number == 4 else ""), "en", clock.now())


def version_of(site: Site, endpoint: str) -> dict[str, str]:
    """The version that a form at this route would have been made from."""
    if endpoint != "volunteers_staff.note":
        return {}
    with site.inside(), db.reading(), suppress(LookupError):  # a form may have erased them
        return {"version": str(service.get(1).version)}
    return {}

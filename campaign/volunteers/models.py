"""The tables of volunteers, of roles and of what these require, and what one record can decide alone.

    volunteer: pending ──confirm──> confirmed ──leave──> left ──sign up, confirm──> confirmed
                  └──time──> gone         └──staff end it──> ended (only staff bring them back)
    guardian:  asked ──agree──> given ──take back──> refused
                  └──refuse──> refused

A role requires things (`Requirement`): trainings, agreements, checks. That somebody has one is a `Qualification`, which
is dated and may expire. A training that is held is a `Training`; who was there scans or types its trainer's code.
"""

from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from ..db import NEVER_REUSED, SEALED, Base, BigId


class VolunteerState(StrEnum):
    """Where somebody stands."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    LEFT = "left"
    ENDED = "ended"


class AgeBand(StrEnum):
    """How old somebody says they are. The date of birth is never asked for. Below the first nobody volunteers."""

    MINOR = "16-17"
    YOUNG = "18-20"
    ADULT = "21+"


AFTERWARDS = timedelta(hours=1)  # so long after the end of a training its codes still work, for those who leave last
YOUNGEST = {AgeBand.MINOR: 16, AgeBand.YOUNG: 18, AgeBand.ADULT: 21}


class Level(StrEnum):
    """How well somebody says that they speak a language."""

    SOME = "some"
    WELL = "well"
    NATIVE = "native"


class Part(StrEnum):
    """A part of a day: before 12:00, before 17:00, after it."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


class GuardianState(StrEnum):
    """What the guardian of somebody aged 16 or 17 said."""

    ASKED = "asked"
    GIVEN = "given"
    REFUSED = "refused"


class RequirementKind(StrEnum):
    """What a role can require."""

    TRAINING = "training"
    AGREEMENT = "agreement"
    CHECK = "check"


class Volunteer(Base):
    """A supporter who helps; one for each mailbox.

    `phone` is sealed and may be empty. `area` is in their words, `area_key` folded. `age_band_wished` is an older band
    that they claimed and staff have not seen yet: until then `age_band` counts. `other_languages` is in their words.
    `newsletter` holds the words that were ticked, which wait for confirming; `code_id` and `event_id` say what brought
    them. `lapses_at` is until when they may confirm, `read_at` when they read what to do if somebody needs help.
    `staff_note` is for staff, and shown on the page about oneself like all else. `ended_for` is why staff ended it.
    """

    __tablename__ = "volunteers"
    __table_args__ = (
        Index(
            "ix_volunteers_lapses_at",
            "lapses_at",
            sqlite_where=text("lapses_at IS NOT NULL"),
            postgresql_where=text("lapses_at IS NOT NULL"),
        ),
        Index(
            "ix_volunteers_code_id",
            "code_id",
            sqlite_where=text("code_id IS NOT NULL"),
            postgresql_where=text("code_id IS NOT NULL"),
        ),
        Index("ix_volunteers_state", "state", "id"),
        NEVER_REUSED,
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    supporter_id: Mapped[int] = mapped_column(BigId, ForeignKey("supporters.id", ondelete="CASCADE"), unique=True)
    state: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(100))
    name_key: Mapped[str] = mapped_column(String(200))
    phone: Mapped[str] = mapped_column(Text, default="", info=SEALED)
    language: Mapped[str] = mapped_column(String(12))
    other_languages: Mapped[str] = mapped_column(String(200), default="")
    area: Mapped[str] = mapped_column(String(80), default="")
    area_key: Mapped[str] = mapped_column(String(160), default="", index=True)
    age_band: Mapped[str] = mapped_column(String(10))
    age_band_wished: Mapped[str] = mapped_column(String(10), default="")
    access_needs: Mapped[str] = mapped_column(Text, default="")
    staff_note: Mapped[str] = mapped_column(Text, default="")
    newsletter: Mapped[str] = mapped_column(Text, default="")
    code_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("codes.id"))
    event_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("events.id"), index=True)
    joined_at: Mapped[datetime]
    lapses_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_for: Mapped[str] = mapped_column(String(200), default="")
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    @property
    def minor(self) -> bool:
        """Whether they are 16 or 17."""
        return self.age_band == AgeBand.MINOR

    @property
    def youngest(self) -> int:
        """The age that they have at least."""
        return YOUNGEST[AgeBand(self.age_band)]


class Guardian(Base):
    """Whom we ask whether somebody aged 16 or 17 may help; the address is sealed. One for each volunteer.

    `words` are what was agreed to, `language` that of the letter. Nothing of it outlives the volunteer's record.
    """

    __tablename__ = "volunteer_guardians"
    __table_args__ = (NEVER_REUSED,)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    volunteer_id: Mapped[int] = mapped_column(BigId, ForeignKey("volunteers.id", ondelete="CASCADE"), unique=True)
    email: Mapped[str] = mapped_column(Text, info=SEALED)
    language: Mapped[str] = mapped_column(String(12))
    state: Mapped[str] = mapped_column(String(10))
    words: Mapped[str] = mapped_column(Text, default="")
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]


class VolunteerLanguage(Base):
    """A language that somebody speaks, and how well by their own word. `tested_at`: staff have heard it."""

    __tablename__ = "volunteer_languages"
    __table_args__ = (Index("ix_volunteer_languages_speakers", "language", "volunteer_id"),)
    volunteer_id: Mapped[int] = mapped_column(BigId, ForeignKey("volunteers.id", ondelete="CASCADE"), primary_key=True)
    language: Mapped[str] = mapped_column(String(12), primary_key=True)
    level: Mapped[str] = mapped_column(String(10))
    tested_at: Mapped[datetime | None]


class Availability(Base):
    """A part of a day of the week (Monday is 0) on which somebody has time, as a rule."""

    __tablename__ = "volunteer_availability"
    volunteer_id: Mapped[int] = mapped_column(BigId, ForeignKey("volunteers.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    part: Mapped[str] = mapped_column(String(10), primary_key=True)


class Skill(Base):
    """A skill or an interest that the form offers, in the order of `place`. One that is retired is offered no more."""

    __tablename__ = "volunteer_skills"
    __table_args__ = (NEVER_REUSED,)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    place: Mapped[int] = mapped_column(default=0)
    retired_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class SkillName(Base):
    """How a skill is called in one language. Without one in theirs people read the English."""

    __tablename__ = "volunteer_skill_names"
    skill_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("volunteer_skills.id", ondelete="CASCADE"), primary_key=True
    )
    language: Mapped[str] = mapped_column(String(12), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))


class HasSkill(Base):
    """That somebody has a skill or an interest, by their own word."""

    __tablename__ = "volunteer_has_skills"
    volunteer_id: Mapped[int] = mapped_column(BigId, ForeignKey("volunteers.id", ondelete="CASCADE"), primary_key=True)
    skill_id: Mapped[int] = mapped_column(BigId, ForeignKey("volunteer_skills.id"), primary_key=True, index=True)


class Role(Base):
    """What somebody does on a shift. A role that was ever wished for, needed or worked is retired, not deleted.

    `minimum_age` is 16, 18 or 21, as `AgeBand` can tell. What else it requires is `RoleRequirement`.
    """

    __tablename__ = "volunteer_roles"
    __table_args__ = (NEVER_REUSED,)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    place: Mapped[int] = mapped_column(default=0)
    minimum_age: Mapped[int] = mapped_column(default=18)
    retired_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class RoleName(Base):
    """How a role is called in one language, and what one does in it. Without one in theirs people read the English."""

    __tablename__ = "volunteer_role_names"
    role_id: Mapped[int] = mapped_column(BigId, ForeignKey("volunteer_roles.id", ondelete="CASCADE"), primary_key=True)
    language: Mapped[str] = mapped_column(String(12), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    summary: Mapped[str] = mapped_column(String(300), default="")


class WishedRole(Base):
    """That somebody would like to help in a role. It gives no right to it: see `rules.missing`."""

    __tablename__ = "volunteer_wished_roles"
    volunteer_id: Mapped[int] = mapped_column(BigId, ForeignKey("volunteers.id", ondelete="CASCADE"), primary_key=True)
    role_id: Mapped[int] = mapped_column(BigId, ForeignKey("volunteer_roles.id"), primary_key=True, index=True)


class Requirement(Base):
    """A training, an agreement or a check that roles can require. `months`: how long it holds (none: for good)."""

    __tablename__ = "volunteer_requirements"
    __table_args__ = (NEVER_REUSED,)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    months: Mapped[int | None]
    place: Mapped[int] = mapped_column(default=0)
    retired_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class RequirementName(Base):
    """How a requirement is called in one language. Without one in theirs people read the English."""

    __tablename__ = "volunteer_requirement_names"
    requirement_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("volunteer_requirements.id", ondelete="CASCADE"), primary_key=True
    )
    language: Mapped[str] = mapped_column(String(12), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))


class RoleRequirement(Base):
    """That a role requires something."""

    __tablename__ = "volunteer_role_requirements"
    role_id: Mapped[int] = mapped_column(BigId, ForeignKey("volunteer_roles.id", ondelete="CASCADE"), primary_key=True)
    requirement_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("volunteer_requirements.id"), primary_key=True, index=True
    )


class Training(Base):
    """A training that is held: who was there has `requirement_id` from that day on. `trainer` is a name."""

    __tablename__ = "trainings"
    __table_args__ = (Index("ix_trainings_starts_at", "starts_at"), NEVER_REUSED)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    requirement_id: Mapped[int] = mapped_column(BigId, ForeignKey("volunteer_requirements.id"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    zone: Mapped[str] = mapped_column(String(40))
    place_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("places.id"), index=True)
    trainer: Mapped[str] = mapped_column(String(100))
    cancelled_at: Mapped[datetime | None]
    added_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    @property
    def closes_at(self) -> datetime:
        """Until when its codes work."""
        return self.ends_at + AFTERWARDS


class TrainerCode(Base):
    """The code that a trainer shows: who scans or types it from the start to an hour after the end says "I was there".

    `trainer` is who vouches for that, `account_id` who of the staff made the code.
    """

    __tablename__ = "trainer_codes"
    __table_args__ = (NEVER_REUSED,)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    training_id: Mapped[int] = mapped_column(BigId, ForeignKey("trainings.id", ondelete="CASCADE"), index=True)
    code: Mapped[str] = mapped_column(String(12), unique=True)
    trainer: Mapped[str] = mapped_column(String(100))
    account_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("staff_accounts.id", ondelete="SET NULL"))
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Presence(Base):
    """That somebody scanned a trainer's code with an address, which waits for the button in a letter to it."""

    __tablename__ = "training_presences"
    __table_args__ = (UniqueConstraint("code_id", "volunteer_id"), NEVER_REUSED)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    code_id: Mapped[int] = mapped_column(BigId, ForeignKey("trainer_codes.id", ondelete="CASCADE"))
    volunteer_id: Mapped[int] = mapped_column(BigId, ForeignKey("volunteers.id", ondelete="CASCADE"), index=True)
    scanned_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]


class Qualification(Base):
    """That somebody has what is required, from `held_on` to `expires_on` inclusive (none: for good).

    `training_id` is the training it comes from, `vouched_by` the name of who says so (a trainer, or of the staff), and
    `account_id` who of the staff wrote it down or made the code. One that was revoked stays, with its reason.
    `warned_at` is when its holder was told that it expires soon.
    """

    __tablename__ = "qualifications"
    __table_args__ = (
        Index(
            "uq_qualifications_training",
            "volunteer_id",
            "training_id",
            unique=True,
            sqlite_where=text("training_id IS NOT NULL"),
            postgresql_where=text("training_id IS NOT NULL"),
        ),
        Index("ix_qualifications_volunteer_id", "volunteer_id", "requirement_id"),
        Index(
            "ix_qualifications_expires_on",
            "expires_on",
            sqlite_where=text("expires_on IS NOT NULL AND revoked_at IS NULL"),
            postgresql_where=text("expires_on IS NOT NULL AND revoked_at IS NULL"),
        ),
        NEVER_REUSED,
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    volunteer_id: Mapped[int] = mapped_column(BigId, ForeignKey("volunteers.id", ondelete="CASCADE"))
    requirement_id: Mapped[int] = mapped_column(BigId, ForeignKey("volunteer_requirements.id"), index=True)
    training_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("trainings.id"), index=True)
    held_on: Mapped[date]
    expires_on: Mapped[date | None]
    vouched_by: Mapped[str] = mapped_column(String(100))
    account_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("staff_accounts.id", ondelete="SET NULL"))
    recorded_at: Mapped[datetime]
    warned_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revoked_for: Mapped[str] = mapped_column(String(200), default="")

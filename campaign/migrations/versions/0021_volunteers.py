"""Volunteers: who they are, roles and what they require, trainings, shifts, who takes them, and hours."""

import sqlalchemy as sa
from alembic import op

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

TABLES = """
    volunteer_requirements volunteer_roles volunteer_skills volunteer_requirement_names
    volunteer_role_names volunteer_skill_names volunteer_role_requirements
    volunteers volunteer_guardians volunteer_languages volunteer_availability
    volunteer_has_skills volunteer_wished_roles
    trainings trainer_codes training_presences qualifications
""".split()  # noqa: SIM905 (one word a line would be a page)


def upgrade() -> None:
    """Forwards."""
    _lists()
    _people()
    _trainings()


def _lists() -> None:
    op.create_table(
        "volunteer_requirements",
        sa.Column("id", BIG, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("months", sa.Integer(), nullable=True),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("retired_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_volunteer_requirements")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "volunteer_roles",
        sa.Column("id", BIG, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("minimum_age", sa.Integer(), nullable=False),
        sa.Column("retired_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_volunteer_roles")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "volunteer_skills",
        sa.Column("id", BIG, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("retired_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_volunteer_skills")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "volunteer_requirement_names",
        sa.Column("requirement_id", BIG, nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["requirement_id"],
            ["volunteer_requirements.id"],
            name=op.f("fk_volunteer_requirement_names_requirement_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("requirement_id", "language", name=op.f("pk_volunteer_requirement_names")),
    )
    op.create_table(
        "volunteer_role_names",
        sa.Column("role_id", BIG, nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("summary", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(
            ["role_id"], ["volunteer_roles.id"], name=op.f("fk_volunteer_role_names_role_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("role_id", "language", name=op.f("pk_volunteer_role_names")),
    )
    op.create_table(
        "volunteer_skill_names",
        sa.Column("skill_id", BIG, nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["skill_id"], ["volunteer_skills.id"], name=op.f("fk_volunteer_skill_names_skill_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("skill_id", "language", name=op.f("pk_volunteer_skill_names")),
    )
    op.create_table(
        "volunteer_role_requirements",
        sa.Column("role_id", BIG, nullable=False),
        sa.Column("requirement_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["requirement_id"],
            ["volunteer_requirements.id"],
            name=op.f("fk_volunteer_role_requirements_requirement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["role_id"], ["volunteer_roles.id"], name=op.f("fk_volunteer_role_requirements_role_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("role_id", "requirement_id", name=op.f("pk_volunteer_role_requirements")),
    )
    op.create_index("ix_volunteer_role_requirements_requirement_id", "volunteer_role_requirements", ["requirement_id"])


def _people() -> None:
    op.create_table(
        "volunteers",
        sa.Column("id", BIG, nullable=False),
        sa.Column("supporter_id", BIG, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("name_key", sa.String(length=200), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("other_languages", sa.String(length=200), nullable=False),
        sa.Column("area", sa.String(length=80), nullable=False),
        sa.Column("area_key", sa.String(length=160), nullable=False),
        sa.Column("age_band", sa.String(length=10), nullable=False),
        sa.Column("age_band_wished", sa.String(length=10), nullable=False),
        sa.Column("access_needs", sa.Text(), nullable=False),
        sa.Column("staff_note", sa.Text(), nullable=False),
        sa.Column("newsletter", sa.Text(), nullable=False),
        sa.Column("code_id", BIG, nullable=True),
        sa.Column("event_id", BIG, nullable=True),
        sa.Column("joined_at", MOMENT, nullable=False),
        sa.Column("lapses_at", MOMENT, nullable=True),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.Column("read_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_for", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["code_id"], ["codes.id"], name=op.f("fk_volunteers_code_id")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_volunteers_event_id")),
        sa.ForeignKeyConstraint(
            ["supporter_id"], ["supporters.id"], name=op.f("fk_volunteers_supporter_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_volunteers")),
        sa.UniqueConstraint("supporter_id", name=op.f("uq_volunteers_supporter_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_volunteers_area_key", "volunteers", ["area_key"])
    op.create_index(
        "ix_volunteers_code_id",
        "volunteers",
        ["code_id"],
        sqlite_where=sa.text("code_id IS NOT NULL"),
        postgresql_where=sa.text("code_id IS NOT NULL"),
    )
    op.create_index("ix_volunteers_event_id", "volunteers", ["event_id"])
    op.create_index(
        "ix_volunteers_lapses_at",
        "volunteers",
        ["lapses_at"],
        sqlite_where=sa.text("lapses_at IS NOT NULL"),
        postgresql_where=sa.text("lapses_at IS NOT NULL"),
    )
    op.create_index("ix_volunteers_state", "volunteers", ["state", "id"])
    op.create_table(
        "volunteer_guardians",
        sa.Column("id", BIG, nullable=False),
        sa.Column("volunteer_id", BIG, nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["volunteers.id"], name=op.f("fk_volunteer_guardians_volunteer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_volunteer_guardians")),
        sa.UniqueConstraint("volunteer_id", name=op.f("uq_volunteer_guardians_volunteer_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "volunteer_languages",
        sa.Column("volunteer_id", BIG, nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("tested_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["volunteers.id"], name=op.f("fk_volunteer_languages_volunteer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("volunteer_id", "language", name=op.f("pk_volunteer_languages")),
    )
    op.create_index("ix_volunteer_languages_language", "volunteer_languages", ["language"])
    op.create_table(
        "volunteer_availability",
        sa.Column("volunteer_id", BIG, nullable=False),
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("part", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["volunteers.id"], name=op.f("fk_volunteer_availability_volunteer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("volunteer_id", "day", "part", name=op.f("pk_volunteer_availability")),
    )
    op.create_table(
        "volunteer_has_skills",
        sa.Column("volunteer_id", BIG, nullable=False),
        sa.Column("skill_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(["skill_id"], ["volunteer_skills.id"], name=op.f("fk_volunteer_has_skills_skill_id")),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["volunteers.id"], name=op.f("fk_volunteer_has_skills_volunteer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("volunteer_id", "skill_id", name=op.f("pk_volunteer_has_skills")),
    )
    op.create_index("ix_volunteer_has_skills_skill_id", "volunteer_has_skills", ["skill_id"])
    op.create_table(
        "volunteer_wished_roles",
        sa.Column("volunteer_id", BIG, nullable=False),
        sa.Column("role_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(["role_id"], ["volunteer_roles.id"], name=op.f("fk_volunteer_wished_roles_role_id")),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["volunteers.id"], name=op.f("fk_volunteer_wished_roles_volunteer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("volunteer_id", "role_id", name=op.f("pk_volunteer_wished_roles")),
    )
    op.create_index("ix_volunteer_wished_roles_role_id", "volunteer_wished_roles", ["role_id"])


def _trainings() -> None:
    op.create_table(
        "trainings",
        sa.Column("id", BIG, nullable=False),
        sa.Column("requirement_id", BIG, nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("zone", sa.String(length=40), nullable=False),
        sa.Column("place_id", BIG, nullable=True),
        sa.Column("trainer", sa.String(length=100), nullable=False),
        sa.Column("cancelled_at", MOMENT, nullable=True),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_trainings_place_id")),
        sa.ForeignKeyConstraint(
            ["requirement_id"], ["volunteer_requirements.id"], name=op.f("fk_trainings_requirement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trainings")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_trainings_place_id", "trainings", ["place_id"])
    op.create_index("ix_trainings_requirement_id", "trainings", ["requirement_id"])
    op.create_index("ix_trainings_starts_at", "trainings", ["starts_at"])
    op.create_table(
        "trainer_codes",
        sa.Column("id", BIG, nullable=False),
        sa.Column("training_id", BIG, nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("trainer", sa.String(length=100), nullable=False),
        sa.Column("account_id", BIG, nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["staff_accounts.id"], name=op.f("fk_trainer_codes_account_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["training_id"], ["trainings.id"], name=op.f("fk_trainer_codes_training_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trainer_codes")),
        sa.UniqueConstraint("code", name=op.f("uq_trainer_codes_code")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_trainer_codes_training_id", "trainer_codes", ["training_id"])
    op.create_table(
        "training_presences",
        sa.Column("id", BIG, nullable=False),
        sa.Column("code_id", BIG, nullable=False),
        sa.Column("volunteer_id", BIG, nullable=False),
        sa.Column("scanned_at", MOMENT, nullable=False),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["code_id"], ["trainer_codes.id"], name=op.f("fk_training_presences_code_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["volunteers.id"], name=op.f("fk_training_presences_volunteer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_presences")),
        sa.UniqueConstraint("code_id", "volunteer_id", name=op.f("uq_training_presences_code_id_volunteer_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_training_presences_volunteer_id", "training_presences", ["volunteer_id"])
    op.create_table(
        "qualifications",
        sa.Column("id", BIG, nullable=False),
        sa.Column("volunteer_id", BIG, nullable=False),
        sa.Column("requirement_id", BIG, nullable=False),
        sa.Column("training_id", BIG, nullable=True),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("vouched_by", sa.String(length=100), nullable=False),
        sa.Column("account_id", BIG, nullable=True),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("warned_at", MOMENT, nullable=True),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.Column("revoked_for", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["staff_accounts.id"], name=op.f("fk_qualifications_account_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["requirement_id"], ["volunteer_requirements.id"], name=op.f("fk_qualifications_requirement_id")
        ),
        sa.ForeignKeyConstraint(["training_id"], ["trainings.id"], name=op.f("fk_qualifications_training_id")),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["volunteers.id"], name=op.f("fk_qualifications_volunteer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_qualifications")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_qualifications_expires_on",
        "qualifications",
        ["expires_on"],
        sqlite_where=sa.text("expires_on IS NOT NULL AND revoked_at IS NULL"),
        postgresql_where=sa.text("expires_on IS NOT NULL AND revoked_at IS NULL"),
    )
    op.create_index("ix_qualifications_requirement_id", "qualifications", ["requirement_id"])
    op.create_index("ix_qualifications_training_id", "qualifications", ["training_id"])
    op.create_index("ix_qualifications_volunteer_id", "qualifications", ["volunteer_id", "requirement_id"])
    op.create_index(
        "uq_qualifications_training",
        "qualifications",
        ["volunteer_id", "training_id"],
        unique=True,
        sqlite_where=sa.text("training_id IS NOT NULL"),
        postgresql_where=sa.text("training_id IS NOT NULL"),
    )


def downgrade() -> None:
    """Back. Who helped is forgotten."""
    for table in reversed(TABLES):
        op.drop_table(table)

"""Shifts that volunteers take, who is asked for them, what those on them are told, and the hours that come of them."""

import sqlalchemy as sa
from alembic import op

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

TABLES = (
    "shift_batches",
    "shifts",
    "shift_needs",
    "shift_asks",
    "placements",
    "shift_news",
    "placement_news",
    "volunteer_hours",
)


def upgrade() -> None:
    """Forwards."""
    _shifts()
    _needs()
    _placements()
    _news()
    _hours()


def _shifts() -> None:
    op.create_table(
        "shift_batches",
        sa.Column("id", BIG, nullable=False),
        sa.Column("account_id", BIG, nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("undone_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["staff_accounts.id"], name=op.f("fk_shift_batches_account_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift_batches")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "shifts",
        sa.Column("id", BIG, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("place_id", BIG, nullable=False),
        sa.Column("event_id", BIG, nullable=True),
        sa.Column("batch_id", BIG, nullable=True),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("zone", sa.String(length=40), nullable=False),
        sa.Column("opens_at", MOMENT, nullable=True),
        sa.Column("cancel_until", MOMENT, nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("coordinator", sa.String(length=100), nullable=False),
        sa.Column("coordinator_phone", sa.Text(), nullable=False),
        sa.Column("coordinator_id", BIG, nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("cancelled_at", MOMENT, nullable=True),
        sa.Column("cancelled_for", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["shift_batches.id"], name=op.f("fk_shifts_batch_id")),
        sa.ForeignKeyConstraint(
            ["coordinator_id"], ["staff_accounts.id"], name=op.f("fk_shifts_coordinator_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_shifts_event_id")),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_shifts_place_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shifts")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_shifts_batch_id", "shifts", ["batch_id"])
    op.create_index("ix_shifts_event_id", "shifts", ["event_id"])
    op.create_index("ix_shifts_place_id", "shifts", ["place_id"])
    op.create_index("ix_shifts_starts_at", "shifts", ["starts_at"])


def _needs() -> None:
    op.create_table(
        "shift_needs",
        sa.Column("id", BIG, nullable=False),
        sa.Column("shift_id", BIG, nullable=False),
        sa.Column("role_id", BIG, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("languages", sa.String(length=120), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["role_id"], ["volunteer_roles.id"], name=op.f("fk_shift_needs_role_id")),
        sa.ForeignKeyConstraint(["shift_id"], ["shifts.id"], name=op.f("fk_shift_needs_shift_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift_needs")),
        sa.UniqueConstraint("shift_id", "role_id", name=op.f("uq_shift_needs_shift_id_role_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_shift_needs_role_id", "shift_needs", ["role_id"])
    op.create_table(
        "shift_asks",
        sa.Column("id", BIG, nullable=False),
        sa.Column("need_id", BIG, nullable=False),
        sa.Column("volunteer_id", BIG, nullable=False),
        sa.Column("account_id", BIG, nullable=True),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("answer", sa.String(length=10), nullable=False),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["staff_accounts.id"], name=op.f("fk_shift_asks_account_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["need_id"], ["shift_needs.id"], name=op.f("fk_shift_asks_need_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["volunteers.id"], name=op.f("fk_shift_asks_volunteer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift_asks")),
        sa.UniqueConstraint("volunteer_id", "asked_on", name=op.f("uq_shift_asks_volunteer_id_asked_on")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_shift_asks_need_id", "shift_asks", ["need_id"])


def _placements() -> None:
    op.create_table(
        "placements",
        sa.Column("id", BIG, nullable=False),
        sa.Column("shift_id", BIG, nullable=False),
        sa.Column("need_id", BIG, nullable=False),
        sa.Column("volunteer_id", BIG, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("door_code", sa.String(length=10), nullable=False),
        sa.Column("joined_at", MOMENT, nullable=False),
        sa.Column("taken_at", MOMENT, nullable=True),
        sa.Column("offered_at", MOMENT, nullable=True),
        sa.Column("lapses_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("checked_in_at", MOMENT, nullable=True),
        sa.Column("checked_out_at", MOMENT, nullable=True),
        sa.Column("no_show", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["need_id"], ["shift_needs.id"], name=op.f("fk_placements_need_id")),
        sa.ForeignKeyConstraint(["shift_id"], ["shifts.id"], name=op.f("fk_placements_shift_id")),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["volunteers.id"], name=op.f("fk_placements_volunteer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_placements")),
        sa.UniqueConstraint("shift_id", "volunteer_id", name=op.f("uq_placements_shift_id_volunteer_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_placements_door_code", "placements", ["shift_id", "door_code"])
    op.create_index(
        "ix_placements_lapses_at",
        "placements",
        ["lapses_at"],
        sqlite_where=sa.text("lapses_at IS NOT NULL"),
        postgresql_where=sa.text("lapses_at IS NOT NULL"),
    )
    op.create_index("ix_placements_need_id", "placements", ["need_id"])
    op.create_index("ix_placements_volunteer_id", "placements", ["volunteer_id"])
    op.create_index(
        "ix_placements_waiting",
        "placements",
        ["need_id", "joined_at", "id"],
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )


def _news() -> None:
    op.create_table(
        "shift_news",
        sa.Column("id", BIG, nullable=False),
        sa.Column("shift_id", BIG, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("reached", BIG, nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("starts_before", MOMENT, nullable=True),
        sa.Column("ends_before", MOMENT, nullable=True),
        sa.Column("zone_before", sa.String(length=40), nullable=False),
        sa.Column("place_before_id", BIG, nullable=True),
        sa.ForeignKeyConstraint(["place_before_id"], ["places.id"], name=op.f("fk_shift_news_place_before_id")),
        sa.ForeignKeyConstraint(["shift_id"], ["shifts.id"], name=op.f("fk_shift_news_shift_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift_news")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_shift_news_due_at",
        "shift_news",
        ["due_at"],
        sqlite_where=sa.text("done_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.create_index("ix_shift_news_shift_id", "shift_news", ["shift_id"])
    op.create_index(
        "uq_shift_news_once",
        "shift_news",
        ["shift_id", "kind"],
        unique=True,
        sqlite_where=sa.text("kind <> 'changed'"),
        postgresql_where=sa.text("kind <> 'changed'"),
    )
    op.create_table(
        "placement_news",
        sa.Column("id", BIG, nullable=False),
        sa.Column("news_id", BIG, nullable=False),
        sa.Column("placement_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["news_id"], ["shift_news.id"], name=op.f("fk_placement_news_news_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["placement_id"], ["placements.id"], name=op.f("fk_placement_news_placement_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_placement_news")),
        sa.UniqueConstraint("news_id", "placement_id", name=op.f("uq_placement_news_news_id_placement_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_placement_news_placement_id", "placement_news", ["placement_id"])


def _hours() -> None:
    op.create_table(
        "volunteer_hours",
        sa.Column("id", BIG, nullable=False),
        sa.Column("volunteer_id", BIG, nullable=True),
        sa.Column("placement_id", BIG, nullable=True),
        sa.Column("role_id", BIG, nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("worked_on", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("logged_at", MOMENT, nullable=False),
        sa.Column("corrected_at", MOMENT, nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["placement_id"], ["placements.id"], name=op.f("fk_volunteer_hours_placement_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["role_id"], ["volunteer_roles.id"], name=op.f("fk_volunteer_hours_role_id")),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["volunteers.id"], name=op.f("fk_volunteer_hours_volunteer_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_volunteer_hours")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_volunteer_hours_role_id", "volunteer_hours", ["role_id"])
    op.create_index("ix_volunteer_hours_volunteer_id", "volunteer_hours", ["volunteer_id"])
    op.create_index("ix_volunteer_hours_worked_on", "volunteer_hours", ["worked_on"])
    op.create_index(
        "uq_volunteer_hours_placement",
        "volunteer_hours",
        ["placement_id"],
        unique=True,
        sqlite_where=sa.text("placement_id IS NOT NULL"),
        postgresql_where=sa.text("placement_id IS NOT NULL"),
    )


def downgrade() -> None:
    """Back. Who helped when, and how long, is forgotten."""
    for table in reversed(TABLES):
        op.drop_table(table)

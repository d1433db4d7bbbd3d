"""What comes from the mailing list: its hook, whom to look up again, how far it was read, and who was what when."""

import sqlalchemy as sa
from alembic import op

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards."""
    op.create_table(
        "list_intake",
        sa.Column("id", BIG, nullable=False),
        sa.Column("audience", sa.String(length=40), nullable=False),
        sa.Column("form_url", sa.String(length=300), nullable=False),
        sa.Column("hook_id", sa.String(length=40), nullable=False),
        sa.Column("hook_mark", sa.String(length=64), nullable=False),
        sa.Column("hook_signing", sa.Text(), nullable=False),
        *(sa.Column(name, MOMENT, nullable=True) for name in ("hook_made_at", "heard_at", "pulled_until", "pulled_at")),
        sa.Column("pull_next_at", MOMENT, nullable=True),
        sa.Column("pull_failures", sa.Integer(), nullable=False),
        sa.Column("pull_trouble", sa.String(length=200), nullable=False),
        sa.Column("paused_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_intake")),
    )
    _hints()
    _events()


def _hints() -> None:
    op.create_table(
        "list_hints",
        sa.Column("supporter_id", BIG, autoincrement=False, nullable=False),
        sa.Column("noted_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("in_hand_until", MOMENT, nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["supporter_id"], ["supporters.id"], name=op.f("fk_list_hints_supporter_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("supporter_id", name=op.f("pk_list_hints")),
    )
    op.create_index("ix_list_hints_due_at", "list_hints", ["due_at"])


def _events() -> None:
    op.create_table(
        "list_events",
        sa.Column("id", BIG, nullable=False),
        sa.Column("supporter_id", BIG, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("ours", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["supporter_id"], ["supporters.id"], name=op.f("fk_list_events_supporter_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_events")),
    )
    for column in ("supporter_id", "at"):
        op.create_index(f"ix_list_events_{column}", "list_events", [column])


def downgrade() -> None:
    """Back."""
    for table in ("list_events", "list_hints", "list_intake"):
        op.drop_table(table)

"""How a newsletter is sent, who gets it, who approved it, and who was sent it to look at."""

import sqlalchemy as sa
from alembic import op

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards."""
    _runs()
    _recipients()
    _approvals()
    _trials()


def _runs() -> None:
    table = "newsletter_runs"
    op.create_table(
        table,
        sa.Column("newsletter_id", BIG, autoincrement=False, nullable=False),
        sa.Column("way", sa.String(length=10), nullable=False),
        sa.Column("per_minute", sa.Integer(), nullable=False),
        sa.Column("begun_by_id", BIG, nullable=True),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.Column("built_at", MOMENT, nullable=True),
        sa.Column("not_before", MOMENT, nullable=True),
        sa.Column("trouble", sa.String(length=300), nullable=False),
        sa.Column("in_a_row", sa.Integer(), nullable=False),
        sa.Column("aways", sa.Integer(), nullable=False),
        sa.Column("measured", sa.Integer(), nullable=False),
        sa.Column("lease", sa.String(length=16), nullable=False),
        sa.Column("leased_until", MOMENT, nullable=True),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("forgotten", sa.String(length=300), nullable=False),
        _refers(table, "newsletter_id", "newsletters.id", "CASCADE"),
        _refers(table, "begun_by_id", "staff_accounts.id", "SET NULL"),
        sa.PrimaryKeyConstraint("newsletter_id", name=op.f("pk_newsletter_runs")),
    )


def _recipients() -> None:
    table = "newsletter_recipients"
    op.create_table(
        table,
        sa.Column("id", BIG, nullable=False),
        sa.Column("newsletter_id", BIG, nullable=False),
        sa.Column("supporter_id", BIG, nullable=True),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("handed_at", MOMENT, nullable=True),
        sa.Column("trouble", sa.String(length=120), nullable=False),
        _refers(table, "newsletter_id", "newsletters.id", "CASCADE"),
        _refers(table, "supporter_id", "supporters.id", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_newsletter_recipients")),
        sa.UniqueConstraint(
            "supporter_id", "newsletter_id", name=op.f("uq_newsletter_recipients_supporter_id_newsletter_id")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_newsletter_recipients_state", table, ["newsletter_id", "state", "id"])


def _approvals() -> None:
    table = "newsletter_approvals"
    op.create_table(
        table,
        sa.Column("id", BIG, nullable=False),
        sa.Column("newsletter_id", BIG, nullable=False),
        sa.Column("account_id", BIG, nullable=True),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("approved_at", MOMENT, nullable=False),
        _refers(table, "newsletter_id", "newsletters.id", "CASCADE"),
        _refers(table, "account_id", "staff_accounts.id", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_newsletter_approvals")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_newsletter_approvals_newsletter_id"), table, ["newsletter_id"])


def _trials() -> None:
    table = "newsletter_trials"
    op.create_table(
        table,
        sa.Column("id", BIG, nullable=False),
        sa.Column("newsletter_id", BIG, nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        _refers(table, "newsletter_id", "newsletters.id", "CASCADE"),
        _refers(table, "account_id", "staff_accounts.id", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_newsletter_trials")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_newsletter_trials_newsletter_id"), table, ["newsletter_id"])
    op.create_index(op.f("ix_newsletter_trials_account_id"), table, ["account_id"])


def _refers(table: str, column: str, there: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}"
    return sa.ForeignKeyConstraint([column], [there], name=op.f(name), ondelete=ondelete)


def downgrade() -> None:
    """Back. Who got what is forgotten."""
    for table in ("trials", "approvals", "recipients", "runs"):
        op.drop_table(f"newsletter_{table}")

"""Newsletters, their editions in each language, what is being typed into them, and their pictures."""

import sqlalchemy as sa
from alembic import op

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards."""
    _newsletters()
    _editions()
    _drafts()
    _pictures()
    _links()
    _finals()


def _newsletters() -> None:
    table = "newsletters"
    op.create_table(
        table,
        sa.Column("id", BIG, nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("from_name", sa.String(length=80), nullable=False),
        sa.Column("accepted", sa.String(length=120), nullable=False),
        sa.Column("audience_id", BIG, nullable=True),
        sa.Column("made_by_id", BIG, nullable=True),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("scheduled_for", MOMENT, nullable=True),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        _refers(table, "made_by_id", "staff_accounts.id", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_newsletters")),
        sa.UniqueConstraint("slug", name=op.f("uq_newsletters_slug")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_newsletters_state", table, ["state", "sent_at"])


def _editions() -> None:
    table = "newsletter_editions"
    op.create_table(
        table,
        sa.Column("id", BIG, nullable=False),
        sa.Column("newsletter_id", BIG, nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("preheader", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("seen", sa.Text(), nullable=False),
        sa.Column("code_id", BIG, nullable=True),
        sa.Column("written_by_id", BIG, nullable=True),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _refers(table, "newsletter_id", "newsletters.id", "CASCADE"),
        _refers(table, "code_id", "codes.id"),
        _refers(table, "written_by_id", "staff_accounts.id", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_newsletter_editions")),
        sa.UniqueConstraint("newsletter_id", "language", name=op.f("uq_newsletter_editions_newsletter_id_language")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_newsletter_editions_code_id"), table, ["code_id"])


def _drafts() -> None:
    table = "newsletter_drafts"
    op.create_table(
        table,
        sa.Column("newsletter_id", BIG, autoincrement=False, nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("account_id", BIG, autoincrement=False, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("preheader", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("typed", sa.Boolean(), nullable=False),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.Column("kept_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _refers(table, "newsletter_id", "newsletters.id", "CASCADE"),
        _refers(table, "account_id", "staff_accounts.id", "CASCADE"),
        sa.PrimaryKeyConstraint("newsletter_id", "language", "account_id", name=op.f("pk_newsletter_drafts")),
    )
    op.create_index(op.f("ix_newsletter_drafts_account_id"), table, ["account_id"])


def _pictures() -> None:
    table = "newsletter_pictures"
    op.create_table(
        table,
        sa.Column("id", BIG, nullable=False),
        sa.Column("newsletter_id", BIG, nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("alt", sa.String(length=200), nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        _refers(table, "newsletter_id", "newsletters.id", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_newsletter_pictures")),
        sa.UniqueConstraint("key", name=op.f("uq_newsletter_pictures_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_newsletter_pictures_newsletter_id"), table, ["newsletter_id"])


def _links() -> None:
    table = "newsletter_links"
    op.create_table(
        table,
        sa.Column("newsletter_id", BIG, autoincrement=False, nullable=False),
        sa.Column("address", sa.String(length=500), nullable=False),
        sa.Column("account_id", BIG, nullable=True),
        sa.Column("allowed_at", MOMENT, nullable=False),
        _refers(table, "newsletter_id", "newsletters.id", "CASCADE"),
        _refers(table, "account_id", "staff_accounts.id", "SET NULL"),
        sa.PrimaryKeyConstraint("newsletter_id", "address", name=op.f("pk_newsletter_links")),
    )


def _finals() -> None:
    table = "newsletter_finals"
    op.create_table(
        table,
        sa.Column("newsletter_id", BIG, autoincrement=False, nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("edition_language", sa.String(length=12), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("preheader", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("page", sa.Text(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        _refers(table, "newsletter_id", "newsletters.id", "CASCADE"),
        sa.PrimaryKeyConstraint("newsletter_id", "language", name=op.f("pk_newsletter_finals")),
    )


def _refers(table: str, column: str, there: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}"
    return sa.ForeignKeyConstraint([column], [there], name=op.f(name), ondelete=ondelete)


def downgrade() -> None:
    """Back."""
    for table in ("finals", "links", "pictures", "drafts", "editions"):
        op.drop_table(f"newsletter_{table}")
    op.drop_table("newsletters")

"""Segments of readers, letters that stand ready, and by what a town is found in signatures."""

import unicodedata
from typing import Any

import sqlalchemy as sa
from alembic import op

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
AT_ONCE = 1000

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards."""
    _segments()
    _standing()
    key = sa.Column("area_key", sa.String(length=160), server_default=sa.text("''"), nullable=False)
    op.add_column("signatures", key)
    _fold_areas()
    left = sa.text("given = false")
    op.create_index(
        "ix_consents_left_by", "consents", ["source"], sqlite_where=sa.text("given = 0"), postgresql_where=left
    )


def _segments() -> None:
    op.create_table(
        "newsletter_segments",
        sa.Column("id", BIG, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("name_key", sa.String(length=160), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("changed_by_id", BIG, nullable=True),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["changed_by_id"],
            ["staff_accounts.id"],
            name=op.f("fk_newsletter_segments_changed_by_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_newsletter_segments")),
        sa.UniqueConstraint("name_key", name=op.f("uq_newsletter_segments_name_key")),
        sqlite_autoincrement=True,
    )


def _standing() -> None:
    op.create_table(
        "standing_letters",
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("since", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_standing_letters")),
    )
    op.create_table(
        "standing_words",
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("live_subject", sa.String(length=120), nullable=False),
        sa.Column("live_body", sa.Text(), nullable=False),
        sa.Column("live_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "language", name=op.f("pk_standing_words")),
    )


def _fold_areas() -> None:
    """Each spelling once: there are far fewer towns than signatures."""
    signatures = sa.table("signatures", sa.column("area"), sa.column("area_key"))
    connection = op.get_bind()
    areas = connection.execute(sa.select(signatures.c.area).where(signatures.c.area != "").distinct()).scalars().all()
    change = sa.update(signatures).where(signatures.c.area == sa.bindparam("spelled"))
    rows: list[dict[str, Any]] = [{"spelled": area, "folded": _folded(area)} for area in areas]
    for start in range(0, len(rows), AT_ONCE):
        connection.execute(change.values(area_key=sa.bindparam("folded")), rows[start : start + AT_ONCE])


def _folded(text: str) -> str:
    """As `campaign.text.fold` did on this day: a migration asks nothing that may change."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in plain if c.isalnum() or unicodedata.category(c).startswith("M"))[:160]


def downgrade() -> None:
    """Back."""
    op.drop_index("ix_consents_left_by", "consents")
    op.drop_column("signatures", "area_key")
    op.drop_table("standing_words")
    op.drop_table("standing_letters")
    op.drop_table("newsletter_segments")

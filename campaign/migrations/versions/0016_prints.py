"""Prints and their pieces, what a code is printed on, and the days of visits and signatures found by their date."""

import sqlalchemy as sa
from alembic import op

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
BROUGHT = sa.text("code_id IS NOT NULL AND confirmed_at IS NOT NULL")

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards."""
    _prints()
    with op.batch_alter_table("codes") as batch:
        batch.add_column(sa.Column("design", sa.String(length=40), nullable=False, server_default="poster"))
        batch.add_column(sa.Column("second", sa.String(length=12), nullable=False, server_default=""))
        batch.add_column(sa.Column("print_id", BIG, nullable=True))
        batch.create_foreign_key(op.f("fk_codes_print_id"), "prints", ["print_id"], ["id"])
    with op.batch_alter_table("codes") as batch:
        batch.alter_column("design", server_default=None)
        batch.alter_column("second", server_default=None)
    op.create_index("ix_codes_print_id", "codes", ["print_id"])
    _pieces()
    op.create_index("ix_code_visits_day", "code_visits", ["day"])
    op.create_index(
        "ix_signatures_brought",
        "signatures",
        ["confirmed_at", "code_id"],
        sqlite_where=BROUGHT,
        postgresql_where=BROUGHT,
    )


def _prints() -> None:
    op.create_table(
        "prints",
        sa.Column("id", BIG, nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("design", sa.String(length=40), nullable=False),
        sa.Column("paper", sa.String(length=12), nullable=False),
        sa.Column("output", sa.String(length=10), nullable=False),
        sa.Column("nudge_across", sa.Integer(), nullable=False),
        sa.Column("nudge_down", sa.Integer(), nullable=False),
        sa.Column("target", sa.String(length=200), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("partner_id", BIG, nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.Column("stuck_at", MOMENT, nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("lease", sa.String(length=20), nullable=False),
        sa.Column("leased_until", MOMENT, nullable=True),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("signed_off_at", MOMENT, nullable=True),
        sa.Column("ready_at", MOMENT, nullable=True),
        sa.Column("files_gone_at", MOMENT, nullable=True),
        sa.Column("size", BIG, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["partner_id"], ["partners.id"], name=op.f("fk_prints_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prints")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_prints_partner_id", "prints", ["partner_id"])
    op.create_index("ix_prints_state", "prints", ["state", "id"])


def _pieces() -> None:
    op.create_table(
        "pieces",
        sa.Column("print_id", BIG, autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("second", sa.String(length=12), nullable=False),
        sa.Column("target", sa.String(length=200), nullable=False),
        sa.Column("place_id", BIG, nullable=True),
        sa.Column("place_line", sa.String(length=200), nullable=False),
        sa.Column("partner_id", BIG, nullable=True),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("code_id", BIG, nullable=True),
        sa.ForeignKeyConstraint(["print_id"], ["prints.id"], name=op.f("fk_pieces_print_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_pieces_place_id")),
        sa.ForeignKeyConstraint(["partner_id"], ["partners.id"], name=op.f("fk_pieces_partner_id")),
        sa.ForeignKeyConstraint(["code_id"], ["codes.id"], name=op.f("fk_pieces_code_id")),
        sa.PrimaryKeyConstraint("print_id", "number", name=op.f("pk_pieces")),
        sa.UniqueConstraint("code_id", name=op.f("uq_pieces_code_id")),
    )
    for column in ("place_id", "partner_id"):
        op.create_index(f"ix_pieces_{column}", "pieces", [column])


def downgrade() -> None:
    """Back. Codes that were printed stay codes; in which batch is forgotten."""
    op.drop_index("ix_signatures_brought", "signatures")
    op.drop_index("ix_code_visits_day", "code_visits")
    op.drop_table("pieces")
    op.drop_index("ix_codes_print_id", "codes")
    with op.batch_alter_table("codes") as batch:
        batch.drop_constraint(op.f("fk_codes_print_id"), type_="foreignkey")
        for column in ("print_id", "second", "design"):
            batch.drop_column(column)
    op.drop_table("prints")

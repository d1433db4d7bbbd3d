"""the beginning."""

import sqlalchemy as sa
from alembic import op

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards."""
    op.create_table(
        "codes",
        sa.Column("id", BIG, nullable=False),
        sa.Column("code", sa.String(length=10), nullable=False),
        sa.Column("target", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("retired_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_codes")),
        sa.UniqueConstraint("code", name=op.f("uq_codes_code")),
    )
    op.create_table(
        "pledges",
        sa.Column("id", BIG, nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("goal", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("opened_at", MOMENT, nullable=True),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pledges")),
        sa.UniqueConstraint("slug", name=op.f("uq_pledges_slug")),
    )
    op.create_table(
        "sign_in_attempts",
        sa.Column("id", BIG, nullable=False),
        sa.Column("account_key", sa.String(length=64), nullable=False),
        sa.Column("network_key", sa.String(length=64), nullable=False),
        sa.Column("tried_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempts")),
    )
    op.create_index("ix_sign_in_attempts_account_key", "sign_in_attempts", ["account_key", "tried_at"], unique=False)
    op.create_index("ix_sign_in_attempts_tried_at", "sign_in_attempts", ["tried_at"], unique=False)

    op.create_table(
        "staff_accounts",
        sa.Column("id", BIG, nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("code_secret", sa.String(length=300), nullable=False),
        sa.Column("last_code_step", sa.Integer(), nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("disabled_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_accounts")),
        sa.UniqueConstraint("email", name=op.f("uq_staff_accounts_email")),
    )
    op.create_table(
        "supporters",
        sa.Column("id", BIG, nullable=False),
        sa.Column("mailbox", sa.String(length=320), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("subscribed", sa.Boolean(), nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.Column("left_at", MOMENT, nullable=True),
        sa.Column("due_since", MOMENT, nullable=True),
        sa.Column("due_version", sa.Integer(), nullable=False),
        sa.Column("list_state", sa.String(length=20), nullable=False),
        sa.Column("list_trouble", sa.String(length=200), nullable=False),
        sa.Column("list_tries", sa.Integer(), nullable=False),
        sa.Column("list_next_at", MOMENT, nullable=True),
        sa.Column("list_leased_until", MOMENT, nullable=True),
        sa.Column("list_stuck_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supporters")),
        sa.UniqueConstraint("mailbox", name=op.f("uq_supporters_mailbox")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_supporters_due",
        "supporters",
        ["due_since"],
        unique=False,
        sqlite_where=sa.text("due_since IS NOT NULL"),
        postgresql_where=sa.text("due_since IS NOT NULL"),
    )
    op.create_index(
        "ix_supporters_leased",
        "supporters",
        ["list_leased_until"],
        unique=False,
        sqlite_where=sa.text("list_leased_until IS NOT NULL"),
        postgresql_where=sa.text("list_leased_until IS NOT NULL"),
    )

    op.create_table(
        "code_changes",
        sa.Column("id", BIG, nullable=False),
        sa.Column("code_id", BIG, nullable=False),
        sa.Column("before", sa.String(length=200), nullable=False),
        sa.Column("after", sa.String(length=200), nullable=False),
        sa.Column("account_id", BIG, nullable=True),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["staff_accounts.id"], name=op.f("fk_code_changes_account_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["code_id"], ["codes.id"], name=op.f("fk_code_changes_code_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_changes")),
    )
    op.create_index("ix_code_changes_code_id", "code_changes", ["code_id"], unique=False)

    op.create_table(
        "code_visits",
        sa.Column("code_id", BIG, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["code_id"], ["codes.id"], name=op.f("fk_code_visits_code_id")),
        sa.PrimaryKeyConstraint("code_id", "day", name=op.f("pk_code_visits")),
    )
    op.create_table(
        "consents",
        sa.Column("id", BIG, nullable=False),
        sa.Column("supporter_id", BIG, nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("said_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["supporter_id"], ["supporters.id"], name=op.f("fk_consents_supporter_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
    )
    op.create_index("ix_consents_supporter_id", "consents", ["supporter_id"], unique=False)

    op.create_table(
        "former_pledge_slugs",
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("pledge_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["pledge_id"], ["pledges.id"], name=op.f("fk_former_pledge_slugs_pledge_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_former_pledge_slugs")),
    )
    op.create_index("ix_former_pledge_slugs_pledge_id", "former_pledge_slugs", ["pledge_id"], unique=False)

    op.create_table(
        "letters",
        sa.Column("id", BIG, nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("about_id", BIG, nullable=False),
        sa.Column("supporter_id", BIG, nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("trouble", sa.String(length=200), nullable=False),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("leased_until", MOMENT, nullable=True),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["supporter_id"], ["supporters.id"], name=op.f("fk_letters_supporter_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letters")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_letters_due",
        "letters",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("state IN ('waiting', 'handing')"),
        postgresql_where=sa.text("state IN ('waiting', 'handing')"),
    )
    op.create_index("ix_letters_supporter_id", "letters", ["supporter_id"], unique=False)
    op.create_index("ix_letters_written_at", "letters", ["written_at"], unique=False)

    op.create_table(
        "pledge_words",
        sa.Column("pledge_id", BIG, nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("promise", sa.String(length=600), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["pledge_id"], ["pledges.id"], name=op.f("fk_pledge_words_pledge_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("pledge_id", "language", name=op.f("pk_pledge_words")),
    )
    op.create_table(
        "signatures",
        sa.Column("id", BIG, nullable=False),
        sa.Column("pledge_id", BIG, nullable=False),
        sa.Column("supporter_id", BIG, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("name_key", sa.String(length=200), nullable=False),
        sa.Column("area", sa.String(length=80), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("show_name", sa.Boolean(), nullable=False),
        sa.Column("newsletter", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("code_id", BIG, nullable=True),
        sa.Column("signed_at", MOMENT, nullable=False),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.Column("disowned_at", MOMENT, nullable=True),
        sa.Column("passed_at", MOMENT, nullable=True),
        sa.Column("turned_down_at", MOMENT, nullable=True),
        sa.Column("reminders", sa.Integer(), nullable=False),
        sa.Column("to_count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["code_id"], ["codes.id"], name=op.f("fk_signatures_code_id")),
        sa.ForeignKeyConstraint(["pledge_id"], ["pledges.id"], name=op.f("fk_signatures_pledge_id")),
        sa.ForeignKeyConstraint(["supporter_id"], ["supporters.id"], name=op.f("fk_signatures_supporter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signatures")),
        sa.UniqueConstraint(
            "pledge_id", "supporter_id", "name_key", name=op.f("uq_signatures_pledge_id_supporter_id_name_key")
        ),
        sa.UniqueConstraint(
            "pledge_id", "supporter_id", "place", name=op.f("uq_signatures_pledge_id_supporter_id_place")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_signatures_code_id",
        "signatures",
        ["code_id"],
        unique=False,
        sqlite_where=sa.text("code_id IS NOT NULL"),
        postgresql_where=sa.text("code_id IS NOT NULL"),
    )
    op.create_index(
        "ix_signatures_pending",
        "signatures",
        ["signed_at"],
        unique=False,
        sqlite_where=sa.text("confirmed_at IS NULL"),
        postgresql_where=sa.text("confirmed_at IS NULL"),
    )
    op.create_index(
        "ix_signatures_shown",
        "signatures",
        ["pledge_id", "passed_at"],
        unique=False,
        sqlite_where=sa.text("passed_at IS NOT NULL"),
        postgresql_where=sa.text("passed_at IS NOT NULL"),
    )
    op.create_index("ix_signatures_supporter_id", "signatures", ["supporter_id"], unique=False)
    op.create_index(
        "ix_signatures_to_count",
        "signatures",
        ["pledge_id"],
        unique=False,
        sqlite_where=sa.text("to_count <> 0"),
        postgresql_where=sa.text("to_count <> 0"),
    )
    op.create_index(
        "ix_signatures_to_read",
        "signatures",
        ["confirmed_at"],
        unique=False,
        sqlite_where=sa.text("passed_at IS NULL AND turned_down_at IS NULL AND confirmed_at IS NOT NULL"),
        postgresql_where=sa.text("passed_at IS NULL AND turned_down_at IS NULL AND confirmed_at IS NOT NULL"),
    )

    op.create_table(
        "staff_links",
        sa.Column("id", BIG, nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["staff_accounts.id"], name=op.f("fk_staff_links_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_links")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_staff_links_key_hash")),
    )
    op.create_index("ix_staff_links_account_id", "staff_links", ["account_id"], unique=False)

    op.create_table(
        "staff_sessions",
        sa.Column("id", BIG, nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("began_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["staff_accounts.id"], name=op.f("fk_staff_sessions_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_sessions")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_staff_sessions_key_hash")),
    )
    op.create_index("ix_staff_sessions_account_id", "staff_sessions", ["account_id"], unique=False)


def downgrade() -> None:
    """Back."""
    op.drop_table("staff_sessions")
    op.drop_table("staff_links")
    op.drop_table("signatures")
    op.drop_table("pledge_words")
    op.drop_table("letters")
    op.drop_table("former_pledge_slugs")
    op.drop_table("consents")
    op.drop_table("code_visits")
    op.drop_table("code_changes")
    op.drop_table("supporters")
    op.drop_table("staff_accounts")
    op.drop_table("sign_in_attempts")
    op.drop_table("pledges")
    op.drop_table("codes")

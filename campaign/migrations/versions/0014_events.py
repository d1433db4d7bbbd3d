"""Events: their texts, hosts and questions, who comes, what they are told, and who helps at the door."""

import sqlalchemy as sa
from alembic import op

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

TABLES = """
    events event_texts event_hosts event_pictures former_event_slugs event_questions
    event_question_words rsvps event_news guest_news door_helpers nameless_guests
""".split()  # noqa: SIM905 (one word a line would be a page)


def upgrade() -> None:
    """Forwards."""
    _events()
    _questions()
    _rsvps()
    _news()


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("id", BIG, nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("zone", sa.String(length=40), nullable=False),
        sa.Column("place_id", BIG, nullable=True),
        sa.Column("link", sa.String(length=500), nullable=False),
        sa.Column("partner_id", BIG, nullable=True),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("languages", sa.String(length=120), nullable=False),
        sa.Column("interpreted", sa.String(length=120), nullable=False),
        sa.Column("members_only", sa.Boolean(), nullable=False),
        sa.Column("takes_rsvps", sa.Boolean(), nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("cancel_until", MOMENT, nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("proposed_by_id", BIG, nullable=True),
        sa.Column("proposed_at", MOMENT, nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("published_at", MOMENT, nullable=True),
        sa.Column("cancelled_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["partner_id"], ["partners.id"], name=op.f("fk_events_partner_id")),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_events_place_id")),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["staff_accounts.id"], name=op.f("fk_events_proposed_by_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        sa.UniqueConstraint("slug", name=op.f("uq_events_slug")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_events_partner_id", "events", ["partner_id"])
    op.create_index("ix_events_place_id", "events", ["place_id"])
    op.create_index("ix_events_state", "events", ["state", "starts_at"])
    op.create_table(
        "event_texts",
        sa.Column("event_id", BIG, nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("summary", sa.String(length=300), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("joining", sa.Text(), nullable=False),
        sa.Column("agenda", sa.Text(), nullable=False),
        sa.Column("picture_alt", sa.String(length=200), nullable=False),
        sa.Column("notice", sa.Text(), nullable=False),
        sa.Column("thanks", sa.Text(), nullable=False),
        sa.Column("reviewed", sa.Boolean(), nullable=False),
        sa.Column("made_from", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_event_texts_event_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("event_id", "language", name=op.f("pk_event_texts")),
    )
    op.create_table(
        "event_hosts",
        sa.Column("event_id", BIG, nullable=False),
        sa.Column("partner_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_event_hosts_event_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["partner_id"], ["partners.id"], name=op.f("fk_event_hosts_partner_id")),
        sa.PrimaryKeyConstraint("event_id", "partner_id", name=op.f("pk_event_hosts")),
    )
    op.create_index("ix_event_hosts_partner_id", "event_hosts", ["partner_id"])
    op.create_table(
        "event_pictures",
        sa.Column("event_id", BIG, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_event_pictures_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_event_pictures")),
    )
    op.create_table(
        "former_event_slugs",
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("event_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_former_event_slugs_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_former_event_slugs")),
    )
    op.create_index("ix_former_event_slugs_event_id", "former_event_slugs", ["event_id"])


def _questions() -> None:
    op.create_table(
        "event_questions",
        sa.Column("id", BIG, nullable=False),
        sa.Column("event_id", BIG, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(length=10), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_event_questions_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_questions")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_event_questions_event_id", "event_questions", ["event_id"])
    op.create_table(
        "event_question_words",
        sa.Column("question_id", BIG, nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["event_questions.id"],
            name=op.f("fk_event_question_words_question_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("question_id", "language", name=op.f("pk_event_question_words")),
    )


def _rsvps() -> None:
    op.create_table(
        "rsvps",
        sa.Column("id", BIG, nullable=False),
        sa.Column("event_id", BIG, nullable=False),
        sa.Column("supporter_id", BIG, nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("name_key", sa.String(length=200), nullable=False),
        sa.Column("party", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("interpretation", sa.String(length=12), nullable=False),
        sa.Column("access_needs", sa.Text(), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("newsletter", sa.Text(), nullable=False),
        sa.Column("offer_partner_id", BIG, nullable=True),
        sa.Column("delivery", sa.Text(), nullable=False),
        sa.Column("mailing", sa.Text(), nullable=False),
        sa.Column("code_id", BIG, nullable=True),
        sa.Column("door_code", sa.String(length=10), nullable=False),
        sa.Column("joined_at", MOMENT, nullable=False),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.Column("offered_at", MOMENT, nullable=True),
        sa.Column("seated_at", MOMENT, nullable=True),
        sa.Column("lapses_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("disowned_at", MOMENT, nullable=True),
        sa.Column("walk_in", sa.Boolean(), nullable=False),
        sa.Column("checked_in_at", MOMENT, nullable=True),
        sa.Column("no_show", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["code_id"], ["codes.id"], name=op.f("fk_rsvps_code_id")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_rsvps_event_id")),
        sa.ForeignKeyConstraint(["offer_partner_id"], ["partners.id"], name=op.f("fk_rsvps_offer_partner_id")),
        sa.ForeignKeyConstraint(["supporter_id"], ["supporters.id"], name=op.f("fk_rsvps_supporter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rsvps")),
        sa.UniqueConstraint("event_id", "supporter_id", name=op.f("uq_rsvps_event_id_supporter_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_rsvps_code_id",
        "rsvps",
        ["code_id"],
        sqlite_where=sa.text("code_id IS NOT NULL"),
        postgresql_where=sa.text("code_id IS NOT NULL"),
    )
    op.create_index("ix_rsvps_door_code", "rsvps", ["event_id", "door_code"])
    op.create_index("ix_rsvps_event_id", "rsvps", ["event_id", "id"])
    op.create_index(
        "ix_rsvps_lapses_at",
        "rsvps",
        ["lapses_at"],
        sqlite_where=sa.text("lapses_at IS NOT NULL"),
        postgresql_where=sa.text("lapses_at IS NOT NULL"),
    )
    op.create_index(
        "ix_rsvps_lapsing",
        "rsvps",
        ["event_id", "lapses_at"],
        sqlite_where=sa.text("lapses_at IS NOT NULL"),
        postgresql_where=sa.text("lapses_at IS NOT NULL"),
    )
    op.create_index("ix_rsvps_offer_partner_id", "rsvps", ["offer_partner_id"])
    op.create_index("ix_rsvps_supporter_id", "rsvps", ["supporter_id"])
    op.create_index(
        "ix_rsvps_waiting",
        "rsvps",
        ["event_id", "joined_at", "id"],
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "nameless_guests",
        sa.Column("event_id", BIG, nullable=False),
        sa.Column("code_id", BIG, nullable=False),
        sa.Column("seats", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("came", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_nameless_guests_event_id")),
        sa.PrimaryKeyConstraint("event_id", "code_id", name=op.f("pk_nameless_guests")),
    )


def _news() -> None:
    op.create_table(
        "event_news",
        sa.Column("id", BIG, nullable=False),
        sa.Column("event_id", BIG, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("reached", BIG, nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("starts_before", MOMENT, nullable=True),
        sa.Column("ends_before", MOMENT, nullable=True),
        sa.Column("zone_before", sa.String(length=40), nullable=False),
        sa.Column("place_before_id", BIG, nullable=True),
        sa.Column("link_before", sa.String(length=500), nullable=False),
        sa.Column("titles_before", sa.Text(), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("account_id", BIG, nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["staff_accounts.id"], name=op.f("fk_event_news_account_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_event_news_event_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["place_before_id"], ["places.id"], name=op.f("fk_event_news_place_before_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_news")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_event_news_due_at",
        "event_news",
        ["due_at"],
        sqlite_where=sa.text("done_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.create_index("ix_event_news_event_id", "event_news", ["event_id"])
    op.create_index(
        "uq_event_news_once",
        "event_news",
        ["event_id", "kind"],
        unique=True,
        sqlite_where=sa.text("kind NOT IN ('changed', 'message')"),
        postgresql_where=sa.text("kind NOT IN ('changed', 'message')"),
    )
    op.create_table(
        "guest_news",
        sa.Column("id", BIG, nullable=False),
        sa.Column("news_id", BIG, nullable=False),
        sa.Column("rsvp_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(["news_id"], ["event_news.id"], name=op.f("fk_guest_news_news_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["rsvp_id"], ["rsvps.id"], name=op.f("fk_guest_news_rsvp_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guest_news")),
        sa.UniqueConstraint("news_id", "rsvp_id", name=op.f("uq_guest_news_news_id_rsvp_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_guest_news_rsvp_id", "guest_news", ["rsvp_id"])
    op.create_table(
        "door_helpers",
        sa.Column("id", BIG, nullable=False),
        sa.Column("event_id", BIG, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("account_id", BIG, nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["staff_accounts.id"], name=op.f("fk_door_helpers_account_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_door_helpers_event_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_door_helpers")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_door_helpers_event_id", "door_helpers", ["event_id"])


def downgrade() -> None:
    """Back. Who was to come is forgotten."""
    for table in reversed(TABLES):
        op.drop_table(table)

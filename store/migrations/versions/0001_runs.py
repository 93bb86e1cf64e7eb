"""Runs, items, judgements, decisions, notes, and the audit log that only grows."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "catalog",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("version", sa.String, nullable=False),
        sa.Column("number", sa.String, nullable=False),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("digest", sa.String, nullable=False),
        sa.Column("recorded_at", _MOMENT, nullable=False),
        sa.UniqueConstraint("version", "digest"),
    )
    op.create_table(
        "catalog_entry",
        sa.Column(
            "catalog_id", sa.Integer, sa.ForeignKey("catalog.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("section", sa.String, primary_key=True),
        sa.Column("code", sa.String, primary_key=True),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("printed_code", sa.String, nullable=False),
    )
    op.create_table(
        "run",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("uid", sa.String, nullable=False, unique=True),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.Column("officer", sa.String, nullable=False),
        sa.Column("program", sa.String, nullable=False),
        sa.Column("index_digest", sa.String, nullable=False),
        sa.Column("settings", _JSON, nullable=False),
        sa.Column("items", sa.Integer, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "run_catalog",
        sa.Column("run_id", sa.Integer, sa.ForeignKey("run.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("catalog_id", sa.Integer, sa.ForeignKey("catalog.id"), primary_key=True),
    )
    op.create_table(
        "run_input",
        sa.Column("run_id", sa.Integer, sa.ForeignKey("run.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("sha256", sa.String, nullable=False),
    )
    op.create_table(
        "item",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("run_id", sa.Integer, sa.ForeignKey("run.id", ondelete="CASCADE"), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("ref", sa.String, nullable=False),
        sa.Column("department", sa.String, nullable=False),
        sa.Column("unit", sa.String, nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
        sa.Column("amount_wan", sa.BigInteger),
        sa.Column("part", sa.String, nullable=False),
        sa.Column("code", sa.String, nullable=False),
        sa.Column("code_name", sa.String, nullable=False),
        sa.Column("document", sa.String, nullable=False),
        sa.Column("place", sa.String, nullable=False),
        sa.Column("fingerprint", sa.String, nullable=False),
        sa.UniqueConstraint("run_id", "position"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_item_run_id", "item", ["run_id"])
    op.create_table(
        "judgement",
        sa.Column("item_id", sa.Integer, sa.ForeignKey("item.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("nature", sa.String, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("decision", sa.String, nullable=False),
        sa.Column("section", sa.String, nullable=False),
        sa.Column("version", sa.String, nullable=False),
        sa.Column("entry_section", sa.String, nullable=False),
        sa.Column("code", sa.String, nullable=False),
        sa.Column("reference_date", sa.Date, nullable=False),
        sa.Column("record", _JSON, nullable=False),
    )
    op.create_table(
        "decision",
        sa.Column("item_id", sa.Integer, sa.ForeignKey("item.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("outcome", sa.String, nullable=False),
        sa.Column("nature", sa.String, nullable=False),
        sa.Column("version", sa.String, nullable=False),
        sa.Column("section", sa.String, nullable=False),
        sa.Column("code", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("officer", sa.String, nullable=False),
        sa.Column("decided_at", _MOMENT, nullable=False),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
    )
    op.create_table(
        "note",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("item_id", sa.Integer, sa.ForeignKey("item.id", ondelete="CASCADE"), nullable=False),
        sa.Column("officer", sa.String, nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
    )
    op.create_index("ix_note_item_id", "note", ["item_id"])
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.Column("officer", sa.String, nullable=False),
        sa.Column("action", sa.String, nullable=False),
        sa.Column("run", sa.Integer, nullable=False),
        sa.Column("item", sa.Integer, nullable=False),
        sa.Column("detail", _JSON, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_run", "audit", ["run"])
    op.create_index("ix_audit_item", "audit", ["item"])
    for statement in _GUARD_POSTGRES if op.get_bind().dialect.name == "postgresql" else _GUARD_SQLITE:
        op.execute(statement)


def downgrade() -> None:
    """Drop everything."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER audit_append_only ON audit")
        op.execute("DROP TRIGGER audit_no_truncate ON audit")
        op.execute("DROP FUNCTION goufu_append_only()")
    for table in (
        "audit",
        "note",
        "decision",
        "judgement",
        "item",
        "run_input",
        "run_catalog",
        "run",
        "catalog_entry",
        "catalog",
    ):
        op.drop_table(table)


_GUARD_SQLITE = (
    "CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END",
    "CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END",
)
_GUARD_POSTGRES = (
    "CREATE FUNCTION goufu_append_only() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$",
    "CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit "
    "FOR EACH ROW EXECUTE FUNCTION goufu_append_only()",
    "CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit "
    "FOR EACH STATEMENT EXECUTE FUNCTION goufu_append_only()",
)

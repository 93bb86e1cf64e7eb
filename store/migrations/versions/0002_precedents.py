"""Precedents of their own, that outlive the run they were decided in; every decision so far becomes one.

Their keys are left empty here and made by the store on first use, by the rules of the program that uses them. Going
back down drops the precedents; those that came from decisions are made again on the way up, imported ones are not.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table and fill it from the decisions."""
    op.create_table(
        "precedent",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("item_id", sa.Integer, sa.ForeignKey("item.id", ondelete="SET NULL"), unique=True),
        sa.Column("run", sa.Integer, nullable=False),
        sa.Column("outcome", sa.String, nullable=False),
        sa.Column("nature", sa.String, nullable=False),
        sa.Column("version", sa.String, nullable=False),
        sa.Column("entry_section", sa.String, nullable=False),
        sa.Column("code", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("section", sa.String, nullable=False),
        sa.Column("department", sa.String, nullable=False),
        sa.Column("unit", sa.String, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("decided_on", sa.Date, nullable=False),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("title_key", sa.String, nullable=False),
        sa.Column("key_format", sa.String, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("precedent_key", "precedent", ["section", "title_key", "department"])
    op.create_index("precedent_department", "precedent", ["section", "department", "id"])
    op.create_index("precedent_format", "precedent", ["key_format"])
    op.create_index(
        "precedent_imported",
        "precedent",
        ["source", "section", "department", "title", "year"],
        unique=True,
        sqlite_where=sa.text("source <> ''"),
        postgresql_where=sa.text("source <> ''"),
    )
    op.add_column("judgement", sa.Column("precedent", sa.Text, nullable=False, server_default=""))
    day = "CAST(d.decided_at AS DATE)" if op.get_bind().dialect.name == "postgresql" else "date(d.decided_at)"
    op.execute(
        "INSERT INTO precedent (item_id, run, outcome, nature, version, entry_section, code, name, section, department,"
        " unit, title, summary, year, decided_on, source, title_key, key_format) "
        "SELECT i.id, i.run_id, d.outcome, d.nature, d.version, d.section, d.code, d.name, j.section, i.department,"
        f" i.unit, i.title, i.summary, i.year, {day}, '', '', '' "
        "FROM decision d JOIN item i ON i.id = d.item_id JOIN judgement j ON j.item_id = i.id "
        "WHERE d.outcome <> '' ORDER BY d.decided_at, i.id"
    )


def downgrade() -> None:
    """Drop the precedents."""
    op.drop_column("judgement", "precedent")
    op.drop_table("precedent")

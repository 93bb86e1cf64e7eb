"""What an office needs that shares one server: people, sessions, tokens, uploads, and whose run it is.

Runs recorded before belong to the departments of their lines; nobody's colleagues see the whole of them.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "run_department",
        sa.Column("run_id", sa.Integer, sa.ForeignKey("run.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("department", sa.String, primary_key=True),
        sa.Column("whole", sa.Boolean, nullable=False),
    )
    op.create_index("run_department_department", "run_department", ["department", "run_id"])
    op.execute(
        "INSERT INTO run_department (run_id, department, whole)"
        " SELECT DISTINCT run_id, department, false FROM item WHERE department <> ''"
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String, nullable=False, unique=True),
        sa.Column("role", sa.String, nullable=False),
        sa.Column("departments", _JSON, nullable=False),
        sa.Column("password", sa.String, nullable=False),
        sa.Column("disabled", sa.Boolean, nullable=False),
        sa.Column("stamp", sa.Integer, nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "signed_in",
        sa.Column("digest", sa.String, primary_key=True),
        _person(),
        sa.Column("stamp", sa.Integer, nullable=False),
        sa.Column("address", sa.String, nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.Column("used_at", _MOMENT, nullable=False),
    )
    op.create_index("ix_signed_in_person_id", "signed_in", ["person_id"])
    op.create_table(
        "invitation",
        sa.Column("digest", sa.String, primary_key=True),
        _person(nullable=True),
        sa.Column("until", _MOMENT, nullable=False),
    )
    op.create_table(
        "api_token",
        sa.Column("id", sa.Integer, primary_key=True),
        _person(),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("scope", sa.String, nullable=False),
        sa.Column("digest", sa.String, nullable=False, unique=True),
        sa.Column("stamp", sa.Integer, nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_api_token_person_id", "api_token", ["person_id"])
    op.create_table(
        "attempt",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
    )
    op.create_index("attempt_key", "attempt", ["key", "made_at"])
    op.create_table(
        "upload",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("uid", sa.String, nullable=False, unique=True),
        sa.Column("officer", sa.String, nullable=False),
        sa.Column("departments", _JSON, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("sha256", sa.String, nullable=False),
        sa.Column("options", _JSON, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("broken", sa.Integer, nullable=False),
        sa.Column("worker", sa.String, nullable=False),
        sa.Column("done", sa.Integer, nullable=False),
        sa.Column("pages", sa.Integer, nullable=False),
        sa.Column("items", sa.Integer, nullable=False),
        sa.Column("remarks", _JSON, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("english", sa.Text, nullable=False),
        sa.Column("run_id", sa.Integer, sa.ForeignKey("run.id", ondelete="SET NULL")),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.Column("changed_at", _MOMENT, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("upload_state", "upload", ["state", "id"])
    op.create_index("ix_upload_officer", "upload", ["officer"])
    op.create_index("ix_upload_run_id", "upload", ["run_id"])


def _person(nullable: bool = False) -> "sa.Column[int]":
    return sa.Column(
        "person_id", sa.Integer, sa.ForeignKey("person.id", ondelete="CASCADE"), nullable=nullable
    )


def downgrade() -> None:
    """Drop the tables; accounts and the record of uploads are lost, runs stay."""
    for table in ("upload", "attempt", "api_token", "invitation", "signed_in", "person", "run_department"):
        op.drop_table(table)

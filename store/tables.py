"""The tables of the store. What they mean is said here once; how they came to be is in `store/migrations`.

A run is one classification of some files; its items and judgements are never changed afterwards. A decision is an
officer's word on one item and carries a revision that counts its changes. A precedent is what a decision says to
other items, kept apart from the run so that it outlives it. The audit log is only ever added to; the database itself
refuses to change or delete a line of it.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel


class Moment(TypeDecorator[datetime]):
    """A moment in UTC. SQLite has no time zones and keeps it bare; what comes out always has one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From the database, with its zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Wan(TypeDecorator[Decimal]):
    """An amount in 万元 with two places, kept as a whole number of hundredths so that nothing is rounded."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        """To hundredths of 万元."""
        return None if value is None else int((value * 100).to_integral_value())

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        """From hundredths of 万元."""
        return None if value is None else Decimal(value).scaleb(-2)


_JSON = JSON().with_variant(JSONB(), "postgresql")


class Catalog(SQLModel, table=True):
    """A catalog version as it was when a run used it. The same version with corrected entries is another row."""

    __table_args__ = (UniqueConstraint("version", "digest"),)
    id: int | None = Field(default=None, primary_key=True)
    version: str
    number: str
    title: str
    digest: str
    recorded_at: datetime = Field(sa_column=Column(Moment, nullable=False))


class CatalogEntry(SQLModel, table=True):
    """One entry of a recorded catalog version."""

    __tablename__ = "catalog_entry"
    catalog_id: int = Field(
        sa_column=Column(Integer, ForeignKey("catalog.id", ondelete="CASCADE"), primary_key=True)
    )
    section: str = Field(primary_key=True)
    code: str = Field(primary_key=True)
    name: str
    printed_code: str


class Run(SQLModel, table=True):
    """One classification: who, when, by which program, index and settings. Numbers are never given twice."""

    __table_args__ = ({"sqlite_autoincrement": True},)
    id: int | None = Field(default=None, primary_key=True)
    uid: str = Field(unique=True)
    made_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    officer: str
    program: str
    index_digest: str
    settings: dict[str, Any] = Field(sa_column=Column(_JSON, nullable=False))
    items: int


class RunCatalog(SQLModel, table=True):
    """Which recorded catalog versions a run used."""

    __tablename__ = "run_catalog"
    run_id: int = Field(sa_column=Column(Integer, ForeignKey("run.id", ondelete="CASCADE"), primary_key=True))
    catalog_id: int = Field(sa_column=Column(Integer, ForeignKey("catalog.id"), primary_key=True))


class RunInput(SQLModel, table=True):
    """A file that a run read: its name (no folder), its size in bytes and the SHA-256 of its content."""

    __tablename__ = "run_input"
    run_id: int = Field(sa_column=Column(Integer, ForeignKey("run.id", ondelete="CASCADE"), primary_key=True))
    position: int = Field(primary_key=True)
    name: str
    size: int = Field(sa_column=Column(BigInteger, nullable=False))
    sha256: str


class RunFinding(SQLModel, table=True):
    """A finding on a document as a whole; `record` is that of the record contract, `document` the file's name."""

    __tablename__ = "run_finding"
    run_id: int = Field(sa_column=Column(Integer, ForeignKey("run.id", ondelete="CASCADE"), primary_key=True))
    position: int = Field(primary_key=True)
    document: str = Field(sa_column=Column(Text, nullable=False))
    record: dict[str, Any] = Field(sa_column=Column(_JSON, nullable=False))


class RunDepartment(SQLModel, table=True):
    """Whose run it is: the departments of its lines, and those of who recorded it.

    An officer of a department sees the department's own lines of a run, and the `whole` run where a colleague of the
    department recorded it.
    """

    __tablename__ = "run_department"
    __table_args__ = (Index("run_department_department", "department", "run_id"),)
    run_id: int = Field(sa_column=Column(Integer, ForeignKey("run.id", ondelete="CASCADE"), primary_key=True))
    department: str = Field(primary_key=True)
    whole: bool


class Item(SQLModel, table=True):
    """One budget line as it was read. `fingerprint` is equal exactly where every field of the line is."""

    __table_args__ = (UniqueConstraint("run_id", "position"), {"sqlite_autoincrement": True})
    id: int | None = Field(default=None, primary_key=True)
    run_id: int = Field(
        sa_column=Column(Integer, ForeignKey("run.id", ondelete="CASCADE"), nullable=False, index=True)
    )
    position: int
    ref: str
    department: str
    unit: str
    year: int
    title: str = Field(sa_column=Column(Text, nullable=False))
    summary: str = Field(sa_column=Column(Text, nullable=False))
    amount_wan: Decimal | None = Field(default=None, sa_column=Column(Wan, nullable=True))
    part: str
    code: str
    code_name: str
    document: str
    place: str
    fingerprint: str


class Judgement(SQLModel, table=True):
    """What goufu said of an item. `record` is the whole record contract; the columns are what is asked for often."""

    item_id: int = Field(
        sa_column=Column(Integer, ForeignKey("item.id", ondelete="CASCADE"), primary_key=True)
    )
    nature: str
    status: str
    decision: str
    section: str
    version: str
    entry_section: str
    code: str
    reference_date: date = Field(sa_column=Column(Date, nullable=False))
    precedent: str = Field(sa_column=Column(Text, nullable=False, server_default=""))
    record: dict[str, Any] = Field(sa_column=Column(_JSON, nullable=False))


class Decision(SQLModel, table=True):
    """An officer's word on an item. `revision` counts from 1; a change must name the revision it replaces.

    A withdrawn decision stays as a row with an empty outcome, so that its revision is never given twice.
    """

    item_id: int = Field(
        sa_column=Column(Integer, ForeignKey("item.id", ondelete="CASCADE"), primary_key=True)
    )
    outcome: str
    nature: str
    version: str
    section: str
    code: str
    name: str
    note: str = Field(sa_column=Column(Text, nullable=False))
    officer: str
    decided_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    source: str
    revision: int


class Note(SQLModel, table=True):
    """A remark on an item that is no decision."""

    id: int | None = Field(default=None, primary_key=True)
    item_id: int = Field(
        sa_column=Column(Integer, ForeignKey("item.id", ondelete="CASCADE"), nullable=False, index=True)
    )
    officer: str
    made_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    text: str = Field(sa_column=Column(Text, nullable=False))


class PrecedentRow(SQLModel, table=True):
    """What a decision says to other items (`goufu.matcher.precedents.apply.Precedent`).

    `item_id` is the item it was decided on, empty once its run is deleted and for imported precedents; `source` is
    the office that signed an imported one, else empty. `title_key` is a cache made by the rules that `key_format`
    names; where the rules changed it is made anew from the title. `year` is 0 where it is not known.
    """

    __tablename__ = "precedent"
    __table_args__ = (
        Index("precedent_key", "section", "title_key", "department"),
        Index("precedent_department", "section", "department", "id"),
        Index("precedent_format", "key_format"),
        Index(
            "precedent_imported",
            "source",
            "section",
            "department",
            "title",
            "year",
            unique=True,
            sqlite_where=text("source <> ''"),
            postgresql_where=text("source <> ''"),
        ),
        {"sqlite_autoincrement": True},
    )
    id: int | None = Field(default=None, primary_key=True)
    item_id: int | None = Field(
        default=None,
        sa_column=Column(Integer, ForeignKey("item.id", ondelete="SET NULL"), nullable=True, unique=True),
    )
    run: int
    outcome: str
    nature: str
    version: str
    entry_section: str
    code: str
    name: str
    section: str
    department: str
    unit: str
    title: str = Field(sa_column=Column(Text, nullable=False))
    summary: str = Field(sa_column=Column(Text, nullable=False))
    year: int
    decided_on: date = Field(sa_column=Column(Date, nullable=False))
    source: str
    title_key: str
    key_format: str


class Audit(SQLModel, table=True):
    """One line of the log: who did what to what, and when. Never changed, never deleted."""

    __table_args__ = ({"sqlite_autoincrement": True},)
    id: int | None = Field(default=None, primary_key=True)
    made_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    officer: str
    action: str
    run: int = Field(index=True)
    item: int = Field(index=True)
    detail: dict[str, Any] = Field(sa_column=Column(_JSON, nullable=False))


class PersonRow(SQLModel, table=True):
    """Somebody who may sign in. Never deleted, so that a name in the log is always the same person's.

    `password` is an argon2 hash, empty until the first password was chosen; `stamp` counts what ends all sessions and
    tokens of the person at once.
    """

    __tablename__ = "person"
    __table_args__ = ({"sqlite_autoincrement": True},)
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    role: str
    departments: list[str] = Field(sa_column=Column(_JSON, nullable=False))
    password: str
    disabled: bool
    stamp: int
    made_at: datetime = Field(sa_column=Column(Moment, nullable=False))


class SignedIn(SQLModel, table=True):
    """A browser in which somebody is signed in. What the browser keeps is not here, only its digest."""

    __tablename__ = "signed_in"
    digest: str = Field(primary_key=True)
    person_id: int = Field(
        sa_column=Column(Integer, ForeignKey("person.id", ondelete="CASCADE"), nullable=False, index=True)
    )
    stamp: int
    address: str
    made_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    used_at: datetime = Field(sa_column=Column(Moment, nullable=False))


class Invitation(SQLModel, table=True):
    """A link that lets somebody choose a password, once. `person_id` is empty for the first administrator's."""

    digest: str = Field(primary_key=True)
    person_id: int | None = Field(
        default=None,
        sa_column=Column(Integer, ForeignKey("person.id", ondelete="CASCADE"), nullable=True),
    )
    until: datetime = Field(sa_column=Column(Moment, nullable=False))


class ApiToken(SQLModel, table=True):
    """What a program of a person's signs in with, as a digest; `scope` is "read" or "write"."""

    __tablename__ = "api_token"
    __table_args__ = ({"sqlite_autoincrement": True},)
    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(
        sa_column=Column(Integer, ForeignKey("person.id", ondelete="CASCADE"), nullable=False, index=True)
    )
    name: str
    scope: str
    digest: str = Field(unique=True)
    stamp: int
    made_at: datetime = Field(sa_column=Column(Moment, nullable=False))


class Attempt(SQLModel, table=True):
    """A sign-in that failed: for a name or from an address (`key` says which, as a digest)."""

    __table_args__ = (Index("attempt_key", "key", "made_at"),)
    id: int | None = Field(default=None, primary_key=True)
    key: str
    made_at: datetime = Field(sa_column=Column(Moment, nullable=False))


class Upload(SQLModel, table=True):
    """A file that somebody handed in: what it is, where its content lies, and how far reading it has come.

    `state` is queued, reading, done or failed. `departments` are those of who handed it in, `options` what was chosen
    with it (department, year, on). `done` and `pages` give the progress, `message` and `english` why it failed. `attempts` counts how often reading it
    was begun, `broken` how often its process ended over it.
    """

    __table_args__ = (Index("upload_state", "state", "id"), {"sqlite_autoincrement": True})
    id: int | None = Field(default=None, primary_key=True)
    uid: str = Field(unique=True)
    officer: str = Field(index=True)
    departments: list[str] = Field(sa_column=Column(_JSON, nullable=False))
    name: str = Field(sa_column=Column(Text, nullable=False))
    size: int = Field(sa_column=Column(BigInteger, nullable=False))
    sha256: str
    options: dict[str, Any] = Field(sa_column=Column(_JSON, nullable=False))
    state: str
    attempts: int
    broken: int
    worker: str
    done: int
    pages: int
    items: int
    remarks: list[dict[str, str]] = Field(sa_column=Column(_JSON, nullable=False))
    message: str = Field(sa_column=Column(Text, nullable=False))
    english: str = Field(sa_column=Column(Text, nullable=False))
    run_id: int | None = Field(
        default=None,
        sa_column=Column(Integer, ForeignKey("run.id", ondelete="SET NULL"), nullable=True, index=True),
    )
    made_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    changed_at: datetime = Field(sa_column=Column(Moment, nullable=False))

"""Backups: the whole store in one SQLite file, whatever engine it came from, and back into either.

A backup is taken from one consistent state while others go on working. It carries the number of rows of every table
and a digest of their content; a restore checks these and SQLite's own integrity before it touches anything, and
replaces the content in one transaction, or not at all. So a backup is also the way from a file of one's own to a
shared database and back.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from goufu.catalog.errors import os_reason
from goufu.store import tables
from goufu.store.address import StoreAddress
from goufu.store.engine import Store, connect, told, writing
from goufu.store.errors import StoreError
from goufu.store.schema import HEAD, REVISIONS, revision, upgrade
from sqlalchemy import Connection, Table, func, insert, select, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

_CHUNK = 1000
_MANIFEST = "CREATE TABLE goufu_backup (name TEXT PRIMARY KEY, rows INTEGER, digest TEXT)"


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup holds: when it was taken, the revision of its tables, rows by table."""

    taken_at: str
    revision: str
    rows: dict[str, int]


def _tables() -> Sequence[Table]:
    """The store's tables, those first that others refer to."""
    assert tables.Run.__tablename__ == "run"
    return SQLModel.metadata.sorted_tables


def backup(store: Store, path: Path, now: datetime | None = None) -> Backup:
    """Write the whole store to `path`, which appears only when it is complete and was read back without a fault.

    Raises StoreError where the file cannot be written or exists already.
    """
    if path.exists():
        raise StoreError(
            "备份文件已存在，请换一个文件名", "the backup file exists already; choose another name", str(path)
        )
    half = path.with_name(path.name + ".part")
    half.unlink(missing_ok=True)
    taken = (now or datetime.now(UTC)).isoformat(timespec="seconds")
    try:
        target = connect(StoreAddress(half))
        upgrade(target)
        options: dict[str, Any] = {} if store.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        with (
            store.engine.execution_options(**options).connect() as source,
            target.engine.execution_options(goufu_write=True).begin() as sink,
        ):
            found = {table.name: _copy(source, sink, table) for table in _tables()}
            sink.execute(text(_MANIFEST))
            lines = [{"name": n, "rows": rows, "digest": digest} for n, (rows, digest) in found.items()]
            lines += [{"name": "", "rows": 0, "digest": taken}]
            sink.execute(text("INSERT INTO goufu_backup VALUES (:name, :rows, :digest)"), lines)
        with target.engine.connect() as connection:
            connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]
            connection.connection.driver_connection.rollback()  # type: ignore[union-attr]
        target.engine.dispose()
        _single_file(half)
        seen = inspect_backup(half)
        half.rename(path)
        return seen
    except DBAPIError as error:
        raise told(error, store.place) from None
    except OSError as error:
        raise StoreError(
            f"备份写不出来：{os_reason(error)[0]}",
            f"the backup cannot be written: {os_reason(error)[1]}",
            str(path),
        ) from None
    finally:
        for leftover in (half, half.with_name(half.name + "-wal"), half.with_name(half.name + "-shm")):
            leftover.unlink(missing_ok=True)


def _single_file(path: Path) -> None:
    """Leave the write-ahead mode, so that the backup is one file."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")


def _rows(connection: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    """The rows of a table in the order of their keys, by portions."""
    query = select(table).order_by(*table.primary_key.columns)
    with connection.execution_options(yield_per=_CHUNK).execute(query) as result:
        for portion in result.mappings().partitions(_CHUNK):
            yield [dict(row) for row in portion]


def _copy(source: Connection, sink: Connection, table: Table) -> tuple[int, str]:
    count, digest = 0, hashlib.sha256()
    for portion in _rows(source, table):
        sink.execute(insert(table), portion)
        count += len(portion)
        for row in portion:
            digest.update(_line(row))
    return count, digest.hexdigest()


def _line(row: dict[str, Any]) -> bytes:
    """A row as bytes, the same from either engine."""
    return json.dumps(row, ensure_ascii=False, sort_keys=True, default=str).encode() + b"\n"


def inspect_backup(path: Path) -> Backup:
    """What the backup at `path` holds, after checking all of it.

    Raises StoreError where it is no backup, is damaged, or was made by a newer program.
    """
    if not path.is_file():
        raise StoreError("没有这个备份文件", "there is no such backup file", str(path))
    try:
        with contextlib.closing(
            sqlite3.connect(path.absolute().as_uri() + "?mode=ro", uri=True)
        ) as connection:
            if (said := connection.execute("PRAGMA integrity_check").fetchone()[0]) != "ok":
                raise _damaged(path, said)
            if connection.execute("PRAGMA foreign_key_check").fetchone():
                raise _damaged(path, "foreign keys")
            manifest = {
                name: (rows, digest)
                for name, rows, digest in connection.execute("SELECT * FROM goufu_backup")
            }
            found = connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            raise StoreError(
                "这不是 goufu 的备份文件", "this is no backup made by goufu", str(path)
            ) from None
        raise _damaged(path, str(error)) from None
    except sqlite3.DatabaseError as error:
        raise _damaged(path, str(error)) from None
    if found not in REVISIONS:
        raise StoreError(
            f"备份是较新版本的 goufu 做的（结构 {found}）；请升级 goufu",
            f"the backup was made by a newer goufu (tables {found}); upgrade goufu",
            str(path),
        )
    _, taken = manifest.pop("", (0, ""))
    if found == HEAD:
        _check_rows(path, manifest)
    return Backup(taken, found, {name: rows for name, (rows, _) in manifest.items()})


def _check_rows(path: Path, manifest: dict[str, tuple[int, str]]) -> None:
    store = connect(StoreAddress(path), create=False)
    try:
        with store.engine.connect() as connection:
            for table in _tables():
                digest, count = hashlib.sha256(), 0
                for portion in _rows(connection, table):
                    count += len(portion)
                    for row in portion:
                        digest.update(_line(row))
                if manifest.get(table.name) != (count, digest.hexdigest()):
                    raise _damaged(path, table.name)
    except (DBAPIError, ValueError) as error:
        raise _damaged(path, type(error).__name__) from None
    finally:
        store.engine.dispose()


def _damaged(path: Path, what: str) -> StoreError:
    return StoreError(
        f"备份文件已损坏（{what}），没有恢复任何内容",
        f"the backup is damaged ({what}); nothing was restored",
        str(path),
    )


def is_empty(store: Store) -> bool:
    """Whether nothing was ever recorded in the store."""
    with store.engine.connect() as connection:
        return not connection.execute(select(func.count()).select_from(tables.Audit.__table__)).scalar()  # type: ignore[attr-defined]


def restore(store: Store, path: Path, officer: str, replace: bool = False) -> Backup:
    """Make the store what the backup at `path` holds, in one transaction, and log it.

    Raises StoreError where the backup is not sound, or the store holds something and `replace` is false.
    """
    seen = inspect_backup(path)
    if not replace and not is_empty(store):
        raise StoreError(
            "存储里已有内容；确要以备份取代它，请加 --replace（会先自动备份现有内容）",
            "the store is not empty; to replace it by the backup add --replace (what is there is backed up first)",
            store.place.label,
        )
    with _as_of_today(path, seen) as source_store:
        try:
            with source_store.engine.connect() as source, writing(store) as session:
                sink = session.connection()
                with _unguarded(sink):
                    if store.is_sqlite:
                        sink.execute(text("PRAGMA defer_foreign_keys = ON"))
                    for table in reversed(_tables()):
                        sink.execute(table.delete())
                    for table in _tables():
                        _copy(source, sink, table)
                        _next_number(sink, table)
                from goufu.store.log import log

                log(session, officer, "restore", {"taken_at": seen.taken_at, "rows": seen.rows})
        except DBAPIError as error:
            raise told(error, store.place) from None
    return seen


@contextlib.contextmanager
def _as_of_today(path: Path, seen: Backup) -> Iterator[Store]:
    """The backup opened for reading; one with older tables is brought up in a copy."""
    import shutil
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "backup.db"
        shutil.copyfile(path, copy)
        store = connect(StoreAddress(copy), create=False)
        try:
            if seen.revision != HEAD:
                upgrade(store)
            assert revision(store) == HEAD
            yield store
        finally:
            store.engine.dispose()


@contextlib.contextmanager
def _unguarded(connection: Connection) -> Iterator[None]:
    """Lift the guard of the audit log within this transaction; a restore replaces the whole log by the backup's."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("ALTER TABLE audit DISABLE TRIGGER USER"))
        yield
        connection.execute(text("ALTER TABLE audit ENABLE TRIGGER USER"))
        return
    guards = connection.execute(
        text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'")
    ).all()
    for name, _ in guards:
        connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
    yield
    for _, statement in guards:
        connection.exec_driver_sql(statement)


def _next_number(connection: Connection, table: Table) -> None:
    """Let PostgreSQL go on numbering after the highest number restored; SQLite does so by itself."""
    key = table.autoincrement_column
    if connection.dialect.name != "postgresql" or key is None:
        return
    name = key.name
    connection.execute(
        text(
            f"SELECT setval(pg_get_serial_sequence('{table.name}', '{name}'), "
            f"COALESCE((SELECT max({name}) FROM {table.name}), 0) + 1, false)"
        )
    )

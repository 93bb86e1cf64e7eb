"""Opening a store, and the two ways of using it: reading one consistent state, or writing one transaction.

SQLite runs with a write-ahead log, foreign keys, a busy timeout and full synchronisation, so that what was committed
survives a crash. A writer takes the write lock at its first word and never deadlocks halfway. Whatever the database
says when something is wrong becomes one sentence with what to do about it.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from goufu.catalog.errors import os_reason
from goufu.store.address import StoreAddress, masked
from goufu.store.errors import StoreError
from goufu.store.scope import EVERYTHING, Scope, narrow
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlmodel import Session

#: seconds a writer waits for another to finish
BUSY_SECONDS = 15


@dataclass(frozen=True, slots=True)
class Store:
    """An open store."""

    engine: Engine
    place: StoreAddress
    scope: Scope = EVERYTHING

    def within(self, scope: Scope) -> Store:
        """The same store, in which only what lies in `scope` is to be seen."""
        return replace(self, scope=scope)

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file of its own rather than a server."""
        return self.engine.dialect.name == "sqlite"


def connect(place: StoreAddress, create: bool = True) -> Store:
    """A store at `place`, as it is: whether its tables fit this program is not looked at (see `goufu.store.schema`).

    Raises StoreError where the folder cannot be made, there is no store and `create` is false, or the driver for
    PostgreSQL is not installed.
    """
    if place.path is None:
        return Store(_postgres(place), place)
    if not create and not place.path.exists():
        raise StoreError(
            "这里还没有存储；先用 goufu classify … --save 记录一次运行",
            "there is no store here yet; record a run with goufu classify … --save first",
            place.label,
        )
    try:
        place.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise StoreError(
            f"无法建立文件夹：{os_reason(error)[0]}；请用 --db 指定可写的位置",
            f"the folder cannot be made: {os_reason(error)[1]}; choose a writable place with --db",
            place.label,
        ) from None
    engine = create_engine(
        "sqlite+pysqlite:///" + str(place.path),
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
        hide_parameters=True,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return Store(engine, place)


def _prepare_sqlite(connection: Any, _: object) -> None:
    connection.isolation_level = None  # transactions are begun below, not guessed by the driver
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    cursor.execute("PRAGMA foreign_keys = ON")
    with contextlib.suppress(sqlite3.OperationalError):  # a read-only file stays as it is
        cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    write = connection.get_execution_options().get("goufu_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _postgres(place: StoreAddress) -> Engine:
    try:
        import psycopg  # noqa: F401
    except ImportError:
        raise StoreError(
            '连接 PostgreSQL 需要另装驱动：pip install "goufu[postgres]"',
            'PostgreSQL needs its driver: pip install "goufu[postgres]"',
            place.label,
        ) from None
    url = "postgresql+psycopg://" + place.url.removeprefix("postgresql://")
    try:
        return create_engine(
            url,
            connect_args={"connect_timeout": 10, "application_name": "goufu"},
            pool_pre_ping=True,
            pool_size=20,  # as many as answer at once stay connected; to connect costs more than to ask
            max_overflow=20,
            hide_parameters=True,
        )
    except (SQLAlchemyError, ValueError):
        raise StoreError(
            "数据库地址无法理解；应形如 postgresql://用户@主机/库名",
            "the database URL cannot be understood; it looks like postgresql://user@host/name",
            place.label,
        ) from None


@contextlib.contextmanager
def reading(store: Store) -> Iterator[Session]:
    """One consistent state to read from; nothing written in the block is kept."""
    options: dict[str, Any] = {} if store.is_sqlite else {"isolation_level": "REPEATABLE READ"}
    with _session(store, **options) as session:
        yield session
        session.rollback()


@contextlib.contextmanager
def writing(store: Store) -> Iterator[Session]:
    """One transaction: kept whole when the block ends, not at all when it raises."""
    with _session(store, goufu_write=True) as session:
        yield session
        session.commit()


@contextlib.contextmanager
def _session(store: Store, **options: Any) -> Iterator[Session]:
    try:
        with Session(store.engine.execution_options(**options), expire_on_commit=False) as session:
            narrow(session, store.scope)
            yield session
    except DBAPIError as error:
        raise told(error, store.place) from None


def told(error: DBAPIError, place: StoreAddress) -> StoreError:
    """What the database said, as one sentence for a person."""
    said = (
        masked(str(error.orig)).strip().splitlines()[0]
        if str(error.orig).strip()
        else type(error.orig).__name__
    )
    low = said.lower()
    for words, zh, en in _SENTENCES:
        if any(word in low for word in words):
            return StoreError(zh, en, place.label)
    if place.shared and (error.connection_invalidated or "connect" in low):
        return StoreError(
            f"连不上数据库（{said}）；请检查网络和地址，或用 --no-store 暂不使用存储",
            f"the database cannot be reached ({said}); check network and URL, or go without by --no-store",
            place.label,
        )
    return StoreError(f"数据库出错：{said}", f"the database reports: {said}", place.label)


_SENTENCES: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (
        ("readonly database", "read-only transaction", "permission denied"),
        "存储是只读的，没有写入任何内容；请检查文件权限，或用 --db 换一个可写的位置",
        "the store is read-only, nothing was written; check its permissions or choose another with --db",
    ),
    (
        ("disk is full", "no space left", "disk full", "disk i/o error"),
        "磁盘已满或出错，这一步没有写入，此前的内容完好；腾出空间后再试",
        "the disk is full or failing, this step was not written and everything before is intact; free some space",
    ),
    (
        ("unable to open database file",),
        "存储文件打不开；请检查文件夹是否存在、是否有权限",
        "the store's file cannot be opened; check that the folder exists and may be used",
    ),
    (
        ("database is locked", "database table is locked", "lock timeout", "deadlock detected"),
        "另一个 goufu 正在写入，等候超时，没有写入任何内容；请稍后再试",
        "another goufu is writing and did not finish in time, nothing was written; try again later",
    ),
    (
        ("not a database", "malformed", "file is encrypted"),
        "存储文件已损坏或不是 goufu 的存储；请用 goufu restore 从备份恢复",
        "the store's file is damaged or no store of goufu; restore it from a backup with goufu restore",
    ),
    (
        ("append-only", "只可追加"),
        "审计日志只可追加，不可修改或删除",
        "the audit log can only be added to",
    ),
    (
        ("password authentication failed", "no password supplied"),
        "数据库拒绝了用户名或密码",
        "the database refused the user name or password",
    ),
    (
        ("does not exist", "no such table", "no such column", "undefined column"),
        "存储的结构与本程序不符；请运行 goufu store upgrade",
        "the store's tables do not fit this program; run goufu store upgrade",
    ),
)

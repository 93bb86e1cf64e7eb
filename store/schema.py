"""Whether a store's tables fit this program, and bringing them there: Alembic, driven from here alone.

A new store is made at once. An older file is copied beside itself and brought up; an older shared database is left
alone until somebody says `goufu store upgrade`, because colleagues may still use the older program.
"""

from __future__ import annotations

from pathlib import Path

from goufu.store.address import StoreAddress
from goufu.store.engine import Store, connect, told
from goufu.store.errors import StoreError
from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

#: the revision this program reads and writes
HEAD = "0004"
REVISIONS = ("0001", "0002", "0003", "0004")
#: everybody who changes the tables of a shared database waits on this lock
_LOCK = 0x676F7566


def open_store(place: StoreAddress, create: bool = True) -> Store:
    """The store at `place`, made where there is none and `create` is true, ready to use.

    Raises StoreError where it cannot be opened, belongs to another program, is newer than this one, or is a shared
    database that must be upgraded first.
    """
    store = connect(place, create)
    found = revision(store)
    if found == HEAD:
        return store
    if found is None:
        if not create:
            raise StoreError("这里还没有存储", "there is no store here yet", place.label)
        upgrade(store)
    elif found not in REVISIONS:
        raise StoreError(
            f"存储是较新版本的 goufu 建立的（结构 {found}）；请升级 goufu",
            f"the store was made by a newer goufu (tables {found}); upgrade goufu",
            place.label,
        )
    elif store.is_sqlite:
        _keep_copy(store, found)
        upgrade(store)
    else:
        raise StoreError(
            f"共享存储的结构较旧（{found}）；备份后由一人运行 goufu store upgrade",
            f"the shared store's tables are older ({found}); back it up and let one person run goufu store upgrade",
            place.label,
        )
    return store


def revision(store: Store) -> str | None:
    """The revision of the store's tables, None for an empty database. Raises StoreError where it is no store."""
    try:
        with store.engine.connect() as connection:
            names = set(inspect(connection).get_table_names())
            if "alembic_version" in names:
                found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
                if found is not None:
                    return str(found)
                names -= {"alembic_version"}
    except DBAPIError as error:
        raise told(error, store.place) from None
    if names & {"run", "item", "decision", "audit"} or (names and store.is_sqlite):
        raise StoreError(
            "这个数据库里有别的表，不是 goufu 的存储；请用 --db 指定另一个",
            "this database holds other tables and is no store of goufu; choose another with --db",
            store.place.label,
        )
    return None


def upgrade(store: Store, to: str = HEAD) -> None:
    """Bring the tables up to revision `to`, with everything in them, in one transaction."""
    _migrate(store, to, up=True)


def downgrade(store: Store, to: str) -> None:
    """Bring the tables down to revision `to` ("base" for none), in one transaction."""
    _migrate(store, to, up=False)


def _migrate(store: Store, to: str, up: bool) -> None:
    from alembic import command
    from alembic.config import Config

    if to not in (*REVISIONS, "base"):
        known = "、".join(REVISIONS)
        raise StoreError(
            f"没有结构版本“{to}”；现有 {known}", f"no revision '{to}'; known: {', '.join(REVISIONS)}"
        )
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    try:
        with store.engine.execution_options(goufu_write=True).begin() as connection:
            _lock(connection)
            config.attributes["connection"] = connection
            (command.upgrade if up else command.downgrade)(config, to)
    except DBAPIError as error:
        raise told(error, store.place) from None


def _lock(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def _keep_copy(store: Store, found: str) -> Path:
    """A copy of an older file beside it, made by SQLite's own backup. Raises StoreError where it cannot be."""
    import sqlite3

    path = store.place.path
    assert path is not None
    copy = path.with_name(f"{path.name}.{found}.bak")
    try:
        with sqlite3.connect(path) as source, sqlite3.connect(copy) as target:
            source.backup(target)
    except sqlite3.Error as error:
        raise StoreError(
            f"升级前的副本写不出来：{error}",
            f"the copy before upgrading cannot be written: {error}",
            str(copy),
        ) from None
    return copy

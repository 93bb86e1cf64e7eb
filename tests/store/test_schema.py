"""The tables: made, brought up and down with data in them, and refused where they are somebody else's."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import goufu.store.schema as schema
import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from example_runs import NOW, approvals, recorded
from goufu.catalog.load import load_catalogs
from goufu.matcher.decisions.choice import choice_named
from goufu.store.address import StoreAddress
from goufu.store.decisions import decide, withdraw
from goufu.store.engine import Store, connect
from goufu.store.errors import StoreError
from goufu.store.precedents.keys import precedents, rekey
from goufu.store.runs import run_items
from goufu.store.schema import HEAD, REVISIONS, downgrade, open_store, revision, upgrade
from sqlalchemy import text
from sqlmodel import SQLModel


def test_the_revisions_are_those_in_the_package() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations"))
    found = ScriptDirectory.from_config(config)
    assert found.get_current_head() == HEAD
    assert tuple(s.revision for s in reversed(list(found.walk_revisions()))) == REVISIONS


def test_what_the_revisions_make_is_what_the_tables_say(store: Store) -> None:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def decided_store(place: StoreAddress) -> tuple[Store, int]:
    """A store with a run, three decisions and one withdrawn."""
    store = open_store(place)
    run = recorded(store, approvals())
    items = run_items(store, run)
    for item, said in ((items[1], "A150402"), (items[18], "B0302"), (items[25], "未列"), (items[2], "工程")):
        decide(store, item.id, choice_named(said, item, load_catalogs()), "乙", 0, now=NOW)
    withdraw(store, items[2].id, "乙", 1)
    return store, run


def test_down_and_up_again_with_data(place: StoreAddress) -> None:
    store, run = decided_store(place)
    before = run_items(store, run)
    kept = [(p.title, p.outcome, p.code, p.section, p.department, p.decided_on) for p in precedents(store)]
    assert len(kept) == 3
    downgrade(store, "0001")
    assert revision(store) == "0001"
    with store.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM decision WHERE outcome <> ''")).scalar() == 3
        assert connection.execute(text("SELECT count(*) FROM audit")).scalar() == 6
        names = set(connection.dialect.get_table_names(connection))
        assert "precedent" not in names and "judgement" in names
    upgrade(store)
    assert revision(store) == HEAD
    assert run_items(store, run) == before
    assert sorted(
        (p.title, p.outcome, p.code, p.section, p.department, p.decided_on) for p in precedents(store)
    ) == sorted(kept)
    assert rekey(store) == 3 and rekey(store) == 0
    store.engine.dispose()


def test_down_to_nothing_and_up_again(place: StoreAddress) -> None:
    store, _ = decided_store(place)
    downgrade(store, "base")
    assert revision(store) is None
    upgrade(store)
    assert revision(store) == HEAD and precedents(store) == []
    store.engine.dispose()


def test_an_older_file_is_copied_then_brought_up(tmp_path: Path) -> None:
    place = StoreAddress(tmp_path / "goufu.db")
    store, run = decided_store(place)
    downgrade(store, "0001")
    store.engine.dispose()
    again = open_store(place)
    assert revision(again) == HEAD and len(precedents(again)) == 3
    copy = tmp_path / "goufu.db.0001.bak"
    assert sqlite3.connect(copy).execute("SELECT count(*) FROM item").fetchone() == (38,)


def test_an_older_shared_database_is_left_to_a_person(postgres: StoreAddress) -> None:
    store, _ = decided_store(postgres)
    downgrade(store, "0001")
    with pytest.raises(StoreError, match="goufu store upgrade"):
        open_store(postgres)
    assert revision(store) == "0001"
    store.engine.dispose()


def test_a_newer_store_is_refused(place: StoreAddress) -> None:
    store = open_store(place)
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0099'"))
    store.engine.dispose()
    with pytest.raises(StoreError, match="0099.*请升级 goufu"):
        open_store(place)


def test_another_programs_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE accounts (id INTEGER)")
    with pytest.raises(StoreError, match="不是 goufu 的存储"):
        open_store(StoreAddress(path))
    assert sqlite3.connect(path).execute("SELECT name FROM sqlite_master").fetchall() == [("accounts",)]


def test_sqlite_is_set_up_to_keep_what_was_committed(tmp_path: Path) -> None:
    store = open_store(StoreAddress(tmp_path / "goufu.db"))
    with store.engine.connect() as connection:
        said = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        }
    assert said == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2, "busy_timeout": 15000}


def test_no_such_store_without_leave_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="--save"):
        connect(StoreAddress(tmp_path / "none.db"), create=False)
    assert list(tmp_path.iterdir()) == []

"""Backups: whole, checked, and back into either engine."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from example_runs import approvals, copies, recorded
from goufu.catalog.load import load_catalogs
from goufu.matcher.decisions.choice import choice_named
from goufu.store.address import StoreAddress
from goufu.store.backup import backup, inspect_backup, restore
from goufu.store.decisions import decide, remark
from goufu.store.engine import Store
from goufu.store.errors import StoreError
from goufu.store.log import events, gaps
from goufu.store.precedents.keys import precedents
from goufu.store.runs import run_items, runs
from goufu.store.schema import downgrade, open_store
from sqlalchemy import select
from sqlmodel import SQLModel


def content(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    with store.engine.connect() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
            for table in SQLModel.metadata.sorted_tables
        }


@pytest.fixture
def full(store: Store) -> Store:
    run = recorded(store, approvals())
    for item, said in zip(
        run_items(store, run)[:6], ("不适用", "A150402", "工程", "混合", "A150401", "B1003"), strict=True
    ):
        decide(store, item.id, choice_named(said, item, load_catalogs()), "乙", 0)
        remark(store, item.id, "备注", "乙")
    return store


@pytest.fixture(params=["sqlite", "postgresql"])
def other(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Another empty store, on either engine."""
    if request.param == "sqlite":
        opened = open_store(StoreAddress(tmp_path / "other.db"))
        yield opened
        opened.engine.dispose()
        return
    server = request.getfixturevalue("server")
    url = server.create()
    opened = open_store(StoreAddress(url=url))
    yield opened
    opened.engine.dispose()
    server.drop(url)


def test_from_either_engine_into_either(full: Store, other: Store, tmp_path: Path) -> None:
    before = content(full)
    seen = backup(full, tmp_path / "b.db")
    assert sorted(p.name for p in tmp_path.iterdir() if p.name.startswith("b.db")) == ["b.db"]
    assert (seen.rows["run"], seen.rows["item"], seen.rows["decision"], seen.rows["precedent"]) == (
        1,
        38,
        6,
        6,
    )
    restored = restore(other, tmp_path / "b.db", "丙")
    assert restored.rows == seen.rows
    after = content(other)
    assert after.pop("audit")[:-1] == before.pop("audit")
    assert after == before
    assert [(e.action, e.officer) for e in events(other)][-1] == ("restore", "丙")
    assert gaps(other) == []
    second = recorded(other, copies(1))
    assert second == 2, "numbering goes on after the highest restored"
    item = run_items(other, second)[0]
    decide(other, item.id, choice_named("A180701", item, load_catalogs()), "丙", 0)
    assert len(precedents(other)) == 7


def test_the_log_is_guarded_again_after_a_restore(full: Store, other: Store, tmp_path: Path) -> None:
    from goufu.store.engine import writing
    from sqlalchemy import text

    backup(full, tmp_path / "b.db")
    restore(other, tmp_path / "b.db", "丙")
    with pytest.raises(StoreError, match="只可追加"), writing(other) as session:
        session.execute(text("DELETE FROM audit"))


def test_what_is_there_is_not_replaced_unasked(full: Store, tmp_path: Path) -> None:
    backup(full, tmp_path / "b.db")
    recorded(full, copies(3))
    before = content(full)
    with pytest.raises(StoreError, match="--replace"):
        restore(full, tmp_path / "b.db", "丙")
    assert content(full) == before
    restore(full, tmp_path / "b.db", "丙", replace=True)
    assert [r.items for r in runs(full)] == [38]


def test_a_damaged_backup_is_found_and_touches_nothing(full: Store, other: Store, tmp_path: Path) -> None:
    path = tmp_path / "b.db"
    backup(full, path)
    whole = path.read_bytes()
    for damage in ("half", "flip", "row"):
        path.write_bytes(whole)
        if damage == "half":
            path.write_bytes(whole[: len(whole) // 2])
        elif damage == "flip":
            place = whole.index("政企通运营服务".encode())
            path.write_bytes(whole[:place] + b"\xff" + whole[place + 1 :])
        else:
            with sqlite3.connect(path) as connection:
                connection.execute("UPDATE decision SET code = 'A150101' WHERE code = 'A150402'")
        with pytest.raises(StoreError, match="损坏"):
            restore(other, path, "丙")
        assert runs(other) == []


def test_files_that_are_no_backup(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    with pytest.raises(StoreError, match="没有这个备份文件"):
        inspect_backup(path)
    sqlite3.connect(path).execute("CREATE TABLE t (x)")
    with pytest.raises(StoreError, match="不是 goufu 的备份文件"):
        inspect_backup(path)
    path.write_text("text")
    with pytest.raises(StoreError, match="损坏"):
        inspect_backup(path)


def test_a_backup_is_never_written_over(full: Store, tmp_path: Path) -> None:
    path = tmp_path / "b.db"
    path.write_text("mine")
    with pytest.raises(StoreError, match="已存在"):
        backup(full, path)
    assert path.read_text() == "mine"


def test_a_folder_that_is_not_there(full: Store, tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        backup(full, Path("/proc/none/b.db"))


def test_a_backup_with_older_tables(full: Store, other: Store, tmp_path: Path) -> None:
    path = tmp_path / "b.db"
    backup(full, path)
    older = open_store(StoreAddress(path))
    downgrade(older, "0001")
    older.engine.dispose()
    assert inspect_backup(path).revision == "0001"
    restore(other, path, "丙")
    assert len(precedents(other)) == 6 and len(run_items(other, 1)) == 38
    assert inspect_backup(path).revision == "0001", "the backup itself is left as it was"


def test_a_backup_is_one_state_while_others_write(store: Store, tmp_path: Path) -> None:
    """A run recorded while the backup is being taken is in it whole or not at all."""
    import threading

    recorded(store, approvals())
    stop = threading.Event()
    failed: list[BaseException] = []

    def write() -> None:
        try:
            while not stop.is_set():
                recorded(store, copies(5))
        except BaseException as error:
            failed.append(error)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        seen = [backup(store, tmp_path / f"b{n}.db") for n in range(3)]
    finally:
        stop.set()
        writer.join()
    assert failed == []
    for one in seen:
        assert one.rows["item"] == 38 + 5 * (one.rows["run"] - 1) == one.rows["judgement"]

"""When something goes wrong: a kill, a full disk, a file that may not be written, a server that is not there."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from example_runs import approvals, copies, recorded
from goufu.catalog.load import load_catalogs
from goufu.matcher.decisions.choice import choice_named
from goufu.store.address import StoreAddress, address_of, default_path, masked
from goufu.store.decisions import decide
from goufu.store.engine import Store, connect, reading, writing
from goufu.store.errors import StoreError
from goufu.store.precedents.lookup import open_precedents
from goufu.store.runs import run_items, runs
from goufu.store.schema import open_store
from sqlalchemy import text

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]

_KILLED = """
import os, signal, sys
import goufu.store.runs as module
from goufu.store.address import address_of
from goufu.store.schema import open_store
from example_runs import copies, recorded
store = open_store(address_of(sys.argv[1]))
recorded(store, copies(7))
whole = module._items
def half(session, run, start, some):
    whole(session, run, start, some)
    if start:
        session.flush()
        os.kill(os.getpid(), signal.SIGKILL)
module._items = half
recorded(store, copies(1200))
"""


def run_python(code: str, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests' / 'store'}"}
    return subprocess.run(
        [sys.executable, "-c", code, *words], cwd=ROOT, env=environment, capture_output=True, text=True
    )


def address(place: StoreAddress) -> str:
    return place.url or str(place.path)


def test_killed_in_the_middle_of_a_write(store: Store) -> None:
    """What was committed is there, what was not has left nothing behind, and the store works on."""
    store.engine.dispose()
    result = run_python(_KILLED, address(store.place))
    assert result.returncode == -signal.SIGKILL, result.stderr
    assert [r.items for r in runs(store)] == [7]
    with reading(store) as session:
        assert session.execute(text("SELECT count(*) FROM item")).scalar() == 7
        assert session.execute(text("SELECT count(*) FROM judgement")).scalar() == 7
        assert session.execute(text("SELECT count(*) FROM audit")).scalar() == 1
        if store.is_sqlite:
            assert session.execute(text("PRAGMA integrity_check")).scalar() == "ok"
    assert recorded(store, copies(3)) > 1


def test_a_full_disk(tmp_path: Path) -> None:
    store = open_store(StoreAddress(tmp_path / "goufu.db"))
    recorded(store, copies(3))
    with store.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 5}")
        connection.rollback()
    with pytest.raises(StoreError, match="磁盘已满或出错，这一步没有写入，此前的内容完好"):
        recorded(store, copies(400))
    assert [r.items for r in runs(store)] == [3]


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0 or not Path("/proc/mounts").exists(),
    reason="needs root to mount a small disk",
)
def test_a_really_full_disk(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)], capture_output=True
    ).returncode:
        pytest.skip("cannot mount a small disk here")
    try:
        store = open_store(StoreAddress(disk / "goufu.db"))
        recorded(store, copies(3))
        with pytest.raises(StoreError, match="磁盘已满"):
            recorded(store, copies(2000))
        assert [r.items for r in runs(store)] == [3]
        store.engine.dispose()
    finally:
        subprocess.run(["umount", str(disk)], check=False)


def test_a_read_only_store(tmp_path: Path) -> None:
    place = StoreAddress(tmp_path / "goufu.db")
    store = open_store(place)
    item = run_items(store, recorded(store, approvals()))[1]
    with store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA query_only = ON")
        connection.rollback()
    with pytest.raises(StoreError, match="只读的，没有写入任何内容"):
        decide(store, item.id, choice_named("A150402", item, load_catalogs()), "乙", 0)
    assert [r.items for r in runs(store)] == [38]


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="--db"):
        connect(StoreAddress(tmp_path / "file" / "goufu.db"))


def test_a_damaged_file(tmp_path: Path) -> None:
    path = tmp_path / "goufu.db"
    path.write_bytes(b"this is no database at all" * 100)
    for use in (open_store, lambda place: open_precedents(place).__enter__()):
        with pytest.raises(StoreError, match="已损坏.*goufu restore"):
            use(StoreAddress(path))


def test_a_writer_that_does_not_finish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("goufu.store.engine.BUSY_SECONDS", 0.2)
    place = StoreAddress(tmp_path / "goufu.db")
    open_store(place).engine.dispose()
    other = sqlite3.connect(place.path or "", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    store = open_store(place)
    with pytest.raises(StoreError, match="另一个 goufu 正在写入"):
        recorded(store, copies(1))
    assert runs(store) == [], "reading goes on beside a writer"
    other.execute("ROLLBACK")
    recorded(store, copies(1))


def test_a_server_that_is_not_there_says_so_without_the_password() -> None:
    place = address_of("postgresql://goufu:s3cret@127.0.0.1:1/goufu")
    for use in (open_store, lambda p: open_precedents(p).__enter__()):
        with pytest.raises(StoreError) as error:
            use(place)
        assert "连不上数据库" in error.value.text("zh") and "--no-store" in error.value.text("zh")
        assert "s3cret" not in error.value.text("zh") + error.value.text("en") + repr(error.value.__context__)


def test_a_wrong_password_says_so_without_it(postgres: StoreAddress) -> None:
    head, _, tail = postgres.url.partition("@")
    wrong = StoreAddress(url=head.rpartition(":")[0] + ":wr0ng-s3cret@" + tail)
    with pytest.raises(StoreError) as error:
        open_store(wrong)
    assert "wr0ng" not in error.value.text("zh") + error.value.text("en")
    assert "拒绝" in error.value.text("zh")


def test_parameters_never_reach_a_message(store: Store) -> None:
    with pytest.raises(StoreError) as error, writing(store) as session:
        session.execute(text("INSERT INTO nowhere VALUES (:x)"), {"x": "s3cret"})
    assert "s3cret" not in str(error.value)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://u:p@h/d", "postgresql://u:***@h/d"),
        ("postgresql://u:p@ss/w:rd@h:5432/d", "postgresql://u:***@h:5432/d"),
        (
            "postgresql://h/d?user=u&password=geheim&sslmode=require",
            "postgresql://h/d?user=u&password=***&sslmode=require",
        ),
        ("postgresql://u@h/d", "postgresql://u@h/d"),
    ],
)
def test_passwords_are_masked(url: str, shown: str) -> None:
    assert masked(url) == shown == StoreAddress(url=url).label


def test_where_a_store_may_be() -> None:
    assert address_of(None).path == default_path() == address_of("  ").path
    assert address_of("/tmp/a.db").path == Path("/tmp/a.db") == address_of("sqlite:////tmp/a.db").path
    for text_ in ("postgres://u@h/d", "postgresql://u@h/d", "postgresql+psycopg://u@h/d"):
        assert address_of(text_).url == "postgresql://u@h/d" and address_of(text_).shared
    with pytest.raises(StoreError, match="不支持的数据库“mysql”"):
        address_of("mysql://u:p@h/d")


def test_without_a_store_nothing_of_it_is_loaded(tmp_path: Path) -> None:
    code = (
        "import sys, runpy\n"
        "sys.argv = ['goufu', *sys.argv[1:]]\n"
        "try:\n    runpy.run_module('goufu.cli.main', run_name='__main__')\nexcept SystemExit:\n    pass\n"
        "print(sorted(m for m in ('sqlalchemy', 'sqlmodel', 'alembic', 'psycopg') if m in sys.modules), file=sys.stderr)\n"
    )
    environment_db = str(tmp_path / "none.db")
    example = str(ROOT / "examples" / "disclosures" / "孝义市人民政府办公室2026.txt")
    for words in (["lookup", "A150401"], ["classify", example, "--db", environment_db]):
        result = run_python(code, *words)
        assert result.stderr.strip().splitlines()[-1] == "[]", result.stderr
    store = open_store(StoreAddress(tmp_path / "goufu.db"))
    item = run_items(store, recorded(store, approvals()))[1]
    decide(store, item.id, choice_named("A150402", item, load_catalogs()), "乙", 0)
    result = run_python(code, "classify", example, "--db", str(tmp_path / "goufu.db"))
    assert result.stderr.strip().splitlines()[-1] == "[]", "precedents are looked up without SQLAlchemy"


@pytest.mark.parametrize("room", ["catalog", "disclosure", "matcher"])
def test_the_core_never_imports_the_store(room: str) -> None:
    for path in (ROOT / room).rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        assert "import store" not in source and "from store" not in source, path

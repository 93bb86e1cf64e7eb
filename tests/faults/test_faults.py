"""Kills, disks that take no more, rivals and a server that goes away: what was confirmed stays, nothing is half there.

Not part of the ordinary run: `make faults` (FAULTS=50 rounds of each). Every round starts a command as a process
of its own, disturbs it at a random moment, and then looks at what lies on the disk. The moments are drawn from a
fixed seed: half of them over the time that an undisturbed run takes on this machine, half from the first change of a
file to the end. The figures are printed at the end of each.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from restartable import restartable_postgres

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no kill -9 on this system"),
]

ROOT = Path(__file__).parents[2]
ROUNDS = int(os.environ.get("FAULTS", "50"))
TITLES = (
    "城区道路清扫保洁服务",
    "公文印刷服务",
    "数字城管平台运维",
    "法律顾问服务",
    "食堂餐饮服务",
    "路灯维护",
)
ROWS = 60


@dataclass(frozen=True)
class Desk:
    """A folder with a list, documents, a store with one run, a filled workbook and a backup."""

    folder: Path

    @property
    def db(self) -> Path:
        return self.folder / "goufu.db"

    def command(self, *words: str | Path) -> list[str]:
        return [sys.executable, "-m", "goufu.cli.main", *map(str, words)]

    def start(self, *words: str | Path, most: int | None = None, keys: str = "") -> subprocess.Popen[str]:
        """Start a command; `most` is the size of a file at which every write fails."""
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": str(self.folder / "cache")}
        environment |= {"GOUFU_DB": str(self.db), "PYTHONUNBUFFERED": "1"}
        (self.folder / "keys").write_text(keys, encoding="utf-8")

        def limit() -> None:
            import resource

            if most is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

        with (self.folder / "keys").open() as stdin, (self.folder / "said").open("w") as out:
            return subprocess.Popen(
                self.command(*words), cwd=self.folder, env=environment, stdin=stdin, stdout=out,
                stderr=subprocess.PIPE, text=True, preexec_fn=limit, start_new_session=True,
            )  # fmt: skip

    def said(self) -> str:
        return (self.folder / "said").read_text(encoding="utf-8", errors="replace")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """The folder every round begins with a copy of."""
    desk = Desk(tmp_path_factory.mktemp("desk"))
    rows = [f"{TITLES[n % len(TITLES)]}{n},某县城市管理局,2026,{n}.5" for n in range(ROWS)]
    text = "\n".join(["项目名称,部门,年度,金额（万元）", *rows])
    (desk.folder / "list.csv").write_text(text, encoding="utf-8")
    (desk.folder / "in").mkdir()
    for n in range(5):
        (desk.folder / "in" / f"{n}.csv").write_text(text.replace("某县", f"某{n}县"), encoding="utf-8")
    for words in (
        ("classify", "list.csv", "-o", "report.xlsx", "--save", "--by", "甲"),
        ("backup", "before.backup"),
    ):
        process = desk.start(*words)
        assert process.wait() == 0, process.communicate()[1]
    _fill(desk.folder / "report.xlsx", desk.folder / "filled.xlsx")
    # for restore, a store with one run more, so that before and after differ
    shutil.copy(desk.db, desk.folder / "once.db")
    process = desk.start("classify", "list.csv", "--save", "--by", "乙")
    assert process.wait() == 0, process.communicate()[1]
    shutil.move(desk.db, desk.folder / "twice.db")
    shutil.move(desk.folder / "once.db", desk.db)
    return desk


def _fill(source: Path, target: Path) -> None:
    """Write 未列 into every 核定代码 of a report."""
    import openpyxl

    book = openpyxl.load_workbook(source)
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value == "核定代码":
                    for below in range(cell.row + 1, sheet.max_row + 1):
                        if sheet.cell(below, 1).value is not None:
                            sheet.cell(below, cell.column).value = "未列"
    book.save(target)


def store_state(path: Path) -> tuple[int, ...]:
    """Runs, items, standing decisions of a store whose file is sound."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        assert not connection.execute("PRAGMA foreign_key_check").fetchall()
        return tuple(
            connection.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in ("run", "item", "decision")
        )


def is_whole_report(path: Path) -> bool:
    """Whether a report can be read to its end."""
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as archive:
            return archive.testzip() is None
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".jsonl":
        return all(json.loads(line) for line in text.splitlines())
    return text.rstrip().endswith("</html>") if path.suffix == ".html" else True


# Each command: its words, what is typed, and what must hold after whatever happened to it. The check is given the
# exit code (None: killed) and returns a word for the figures.
Check = Callable[[Desk, "int | None"], str]


def after_classify(desk: Desk, code: int | None) -> str:
    path = desk.folder / "report.html"
    before = "an older report"
    if path.read_text(encoding="utf-8") == before:
        assert code != 0
        return "as before"
    assert is_whole_report(path)
    return "whole"


def after_batch(desk: Desk, code: int | None) -> str:
    made = (
        [p for p in (desk.folder / "out").glob("*") if not p.name.startswith(".")]
        if (desk.folder / "out").exists()
        else []
    )
    for path in made:
        if path.suffix in (".xlsx", ".html"):
            assert is_whole_report(path), path
    again = desk.start("batch", "in", "-o", "out", "-j", "1", "--reports", "html")
    _, told = again.communicate()
    assert again.returncode == 0, told
    assert len([p for p in (desk.folder / "out").glob("*.html") if not p.name.startswith(".")]) == 6
    return "whole" if made else "as before"


def after_review(desk: Desk, code: int | None) -> str:
    told = desk.said().count("已记录")
    kept = store_state(desk.db)[2]
    assert told <= kept <= told + 1, (told, kept)
    return f"{'some' if kept else 'none'} kept"


def after_decide(desk: Desk, code: int | None) -> str:
    kept = store_state(desk.db)[2]
    if code == 0:
        assert kept == ROWS
    again = desk.start("decide", "filled.xlsx", "--by", "甲")
    again.communicate()
    assert store_state(desk.db)[2] == ROWS
    return "all kept" if kept == ROWS else "some kept" if kept else "none kept"


def after_backup(desk: Desk, code: int | None) -> str:
    from goufu.store.backup import inspect_backup

    assert store_state(desk.db) == (1, ROWS, 0)
    path = desk.folder / "new.backup"
    if path.exists():
        assert inspect_backup(path).rows["item"] == ROWS
        return "whole"
    assert code != 0
    return "as before"


def after_restore(desk: Desk, code: int | None) -> str:
    state = store_state(desk.db)
    assert state in ((1, ROWS, 0), (2, 2 * ROWS, 0)), state
    if code == 0:
        assert state == (1, ROWS, 0)
    return "restored" if state[0] == 1 else "as before"


COMMANDS: dict[str, tuple[tuple[str, ...], str, Check]] = {
    "classify": (("classify", "list.csv", "-o", "report.html"), "", after_classify),
    "batch": (("batch", "in", "-o", "out", "-j", "2", "--reports", "html"), "", after_batch),
    "review": (("review", "--all", "--by", "甲"), "u\n" * ROWS, after_review),
    "decide": (("decide", "filled.xlsx", "--by", "甲"), "", after_decide),
    "backup": (("backup", "new.backup"), "", after_backup),
    "restore": (("restore", "before.backup", "--replace", "--by", "甲"), "", after_restore),
}


@pytest.fixture
def fresh(prepared: Desk, tmp_path: Path) -> Callable[[str], Desk]:
    """A copy of the prepared folder for each round."""
    number = 0

    def copy(command: str) -> Desk:
        nonlocal number
        shutil.rmtree(tmp_path / str(number), ignore_errors=True)
        number += 1
        shutil.copytree(prepared.folder, tmp_path / str(number))
        desk = Desk(tmp_path / str(number))
        (desk.folder / "report.html").write_text("an older report", encoding="utf-8")
        if command == "restore":
            shutil.move(desk.folder / "twice.db", desk.db)
        return desk

    return copy


def _quiet(told: str) -> None:
    assert "Traceback" not in told, told


def _signs(desk: Desk) -> frozenset[tuple[str, int, int]]:
    """What lies in the folder: names, sizes and times of change, without what only the test itself writes."""
    found = set()
    for folder in (desk.folder, desk.folder / "out"):
        with contextlib.suppress(FileNotFoundError), os.scandir(folder) as entries:
            for entry in entries:
                if entry.name not in ("keys", "said") and not entry.name.endswith("-shm"):
                    with contextlib.suppress(FileNotFoundError):
                        seen = entry.stat(follow_symlinks=False)
                        if entry.is_file():
                            found.add((entry.name, seen.st_size, seen.st_mtime_ns))
    return frozenset(found)


def _wait(process: subprocess.Popen[str], until: Callable[[], bool]) -> None:
    """Until something holds or the process ends, looking every half a millisecond."""
    while process.poll() is None and not until():
        time.sleep(0.0005)


@dataclass(frozen=True)
class Pace:
    """How long an undisturbed run takes, and from its first change of a file to its end (seconds)."""

    lasts: float
    writes: float


def _pace(desk: Desk, process: subprocess.Popen[str]) -> Pace:
    start = time.monotonic()
    before = _signs(desk)
    _wait(process, lambda: _signs(desk) != before)
    begun = time.monotonic()
    process.wait()
    return Pace(time.monotonic() - start, time.monotonic() - begun)


@pytest.mark.parametrize("command", COMMANDS)
def test_killed(command: str, fresh: Callable[[str], Desk]) -> None:
    """kill -9 of the command and all it started: at any moment of the run, and every second time while it writes."""
    words, keys, check = COMMANDS[command]
    paces = []
    for _ in range(2):
        desk = fresh(command)
        whole = desk.start(*words, keys=keys)
        paces.append(_pace(desk, whole))
        _, told = whole.communicate()
        assert whole.returncode == 0, told
        check(desk, 0)
    pace = min(paces, key=lambda one: one.lasts)
    chance = random.Random(command)
    seen: Counter[str] = Counter()
    fell: Counter[str] = Counter()
    for number in range(ROUNDS):
        desk = fresh(command)
        before = _signs(desk)
        process = desk.start(*words, keys=keys)
        if number % 2:
            _wait(process, lambda desk=desk, before=before: _signs(desk) != before)  # type: ignore[misc]
            moment = chance.uniform(0, pace.writes)
        else:
            moment = chance.uniform(0, pace.lasts)
        end = time.monotonic() + moment
        _wait(process, lambda end=end: time.monotonic() >= end)  # type: ignore[misc]
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        _, told = process.communicate()
        _quiet(told)
        code = process.returncode
        fell[
            "after the end" if code == 0 else "before writing" if _signs(desk) == before else "while writing"
        ] += 1
        seen[("done: " if code == 0 else "killed: ") + check(desk, None if code else code)] += 1
    print(f"\nkilled {command}: {ROUNDS} rounds, {dict(fell)}; {dict(seen)}")


@pytest.mark.parametrize("command", COMMANDS)
def test_disk_full(command: str, fresh: Callable[[str], Desk]) -> None:
    """Every write beyond a random size of a file fails, as on a full disk."""
    words, keys, check = COMMANDS[command]
    chance = random.Random(command)
    seen: Counter[str] = Counter()
    for _ in range(ROUNDS):
        desk = fresh(command)
        process = desk.start(*words, keys=keys, most=int(2 ** chance.uniform(9, 19)))
        _, told = process.communicate()
        _quiet(told)
        assert process.returncode in (0, 2), told
        seen[("done: " if process.returncode == 0 else "refused: ") + check(desk, process.returncode)] += 1
    print(f"\ndisk full {command}: {ROUNDS} rounds, {dict(seen)}")


def _both(desk: Desk, one: Sequence[str], other: Sequence[str]) -> None:
    """Start two commands together; both must end well."""
    for process in [desk.start(*one), desk.start(*other)]:
        _, told = process.communicate()
        _quiet(told)
        assert process.returncode == 0, told


def test_two_in_one_folder(fresh: Callable[[str], Desk]) -> None:
    """Two batches into one output folder, begun together."""
    words = ("batch", "in", "-o", "out", "-j", "1", "--reports", "html")
    for _ in range(ROUNDS):
        desk = fresh("batch")
        _both(desk, words, words)
        made = list((desk.folder / "out").iterdir())
        assert Counter(path.suffix for path in made) == {".html": 6, ".xlsx": 1, ".jsonl": 1}
        assert not [path.name for path in made if path.name.startswith(".")]
        assert all(map(is_whole_report, made))
    print(f"\ntwo batches in one folder: {ROUNDS} rounds, both done, every report whole")


def test_two_on_one_store(fresh: Callable[[str], Desk]) -> None:
    """Two runs saved into one store, and then two workbooks of decisions, begun together."""
    for _ in range(ROUNDS):
        desk = fresh("classify")
        saved, filled = (
            ("classify", "list.csv", "--save", "--by"),
            ("decide", "filled.xlsx", "--run", "1", "--by"),
        )
        _both(desk, (*saved, "乙"), (*filled, "甲"))
        assert store_state(desk.db) == (2, 2 * ROWS, ROWS)
        _both(desk, (*filled, "甲"), (*saved, "丙"))
        assert store_state(desk.db) == (3, 3 * ROWS, ROWS)
    print(f"\ntwo on one store: {ROUNDS} rounds, all done, everything in it")


def test_clock_jumps(prepared: Desk, tmp_path: Path) -> None:
    """A clock set back twenty years between two decisions, or ahead: the later decision stands, the order is kept."""
    from goufu.catalog.load import load_catalogs
    from goufu.matcher.decisions.choice import choice_named
    from goufu.store.address import address_of
    from goufu.store.decisions import decide
    from goufu.store.runs import run_items, stored_item
    from goufu.store.schema import open_store

    shutil.copy(prepared.db, tmp_path / "goufu.db")
    store = open_store(address_of(str(tmp_path / "goufu.db")))
    versions = load_catalogs()
    chance = random.Random(1)
    for item in run_items(store, 1)[:20]:
        revision = item.revision
        for text in ("未列", "货物", "未列"):
            now = datetime(chance.randint(1990, 2090), chance.randint(1, 12), 1, tzinfo=UTC)
            choice = choice_named(text, item, versions)
            revision, done = decide(store, item.id, choice, "甲", revision, "review", now=now)
            standing = stored_item(store, item.id)
            assert done and standing.decision is not None and standing.decision.outcome == choice.outcome
    store.engine.dispose()
    print("\nclock jumps: 60 decisions at random years, the last made stands each time")


@pytest.fixture
def server() -> Iterator[tuple[str, Callable[[], None]]]:
    """A PostgreSQL server of one's own: its URL, and how to restart it as after a power cut."""
    with restartable_postgres() as found:
        yield found


def test_server_restarted(prepared: Desk, server: tuple[str, Callable[[], None]]) -> None:
    """PostgreSQL goes away in the middle of a review: every decision that was told is kept, the rest is said."""
    url, restart = server
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "GOUFU_DB": url, "PYTHONUNBUFFERED": "1"}

    def run(*words: str, **more: object) -> subprocess.Popen[str]:
        return subprocess.Popen(
            prepared.command(*words), cwd=prepared.folder, env=environment, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    saved = run("classify", "list.csv", "--save", "--by", "甲")
    _, told = saved.communicate()
    assert saved.returncode == 0, told
    import psycopg

    chance = random.Random(2)
    rounds = max(ROUNDS // 5, 1)
    kept_before = 0
    endings: Counter[str] = Counter()
    for _ in range(rounds):
        process = run("review", "--all", "--by", "甲")
        assert process.stdin and process.stdout and process.stderr
        at, shown = chance.randint(1, 4), b""
        with contextlib.suppress(BrokenPipeError):
            for step in range(5):
                if step == at:  # decisions were made before, and the next is about to be
                    restart()
                process.stdin.write("u\n")
                process.stdin.flush()
                while shown.count("已记录".encode()) <= step:
                    if not (piece := os.read(process.stdout.fileno(), 1 << 16)):
                        break
                    shown += piece
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
        while piece := os.read(process.stdout.fileno(), 1 << 16):
            shown += piece
        confirmed = shown.count("已记录".encode())
        assert confirmed >= at
        told = process.stderr.read()
        process.wait()
        _quiet(told)
        with psycopg.connect(url) as connection:
            row = connection.execute("SELECT count(*) FROM decision").fetchone()
        kept = (row[0] if row else 0) - kept_before
        kept_before += kept
        assert confirmed <= kept <= confirmed + 1, (confirmed, kept, told)
        endings["went on" if process.returncode == 0 else f"said so, exit {process.returncode}"] += 1
    print(f"\nserver restarted: {rounds} rounds, {dict(endings)}, {kept_before} decisions kept, none lost")

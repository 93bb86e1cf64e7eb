"""The memory at the desk: record, review, decide, compare, share, back up, each as people and scripts meet it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import called
import pytest

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
APPROVALS = ROOT / "examples" / "disclosures" / "孝义市行政审批服务管理局2025.txt"
OFFICE = ROOT / "examples" / "disclosures" / "孝义市人民政府办公室2026.txt"

Goufu = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def run_1(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store in which 甲 recorded the approvals bureau's budget as run 1."""
    path = tmp_path_factory.mktemp("run") / "goufu.db"
    result = called.goufu(
        "classify", APPROVALS, "--save", "--format", "jsonl", GOUFU_DB=str(path), GOUFU_OFFICER="甲"
    )
    assert result.returncode == 0 and "已记录为运行 1" in result.stderr
    return path


@pytest.fixture
def saved(goufu: Goufu, run_1: Path, tmp_path: Path) -> Goufu:
    """The command with a copy of that store."""
    shutil.copytree(run_1.parent, tmp_path, dirs_exist_ok=True)
    return goufu


def records(result: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    assert result.returncode == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_nothing_is_kept_unasked(goufu: Goufu, tmp_path: Path) -> None:
    assert goufu("classify", OFFICE).returncode == 0
    assert list(tmp_path.iterdir()) == []
    result = goufu("runs")
    assert result.returncode == 2 and "--save" in result.stderr and "Traceback" not in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_runs_and_show(saved: Goufu) -> None:
    (run,) = records(saved("runs", "--format", "jsonl"))
    assert (run["id"], run["items"], run["decided"], run["officer"]) == (1, 38, 0, "甲")
    assert run["inputs"][0]["name"] == APPROVALS.name
    items = records(saved("show", "1", "--format", "jsonl"))
    assert len(items) == 38 and all(i["decided"] is None for i in items)
    table = saved("show").stdout
    assert "运行 1" in table and "惠企政策采集梳理及运营服务" in table and "已认定 0" in table
    assert "run 1" in saved("show", lang="en").stdout


def test_reviewing_by_lines_then_classifying_again(saved: Goufu) -> None:
    """Without a terminal the keys come as lines; every decision is kept, and comes back as a precedent."""
    first = saved("review", "--all", said="u\nc\nA150402\nx\n2\nk\n1\nz\nn\n合同在办\nq\n")
    assert first.returncode == 0, first.stderr
    assert "本次认定 3 项" in first.stderr
    items = records(saved("show", "--format", "jsonl"))
    decided = [
        (n, *(i["decided"][key] for key in ("outcome", "code", "nature")))
        for n, i in enumerate(items, 1)
        if i["decided"]
    ]
    assert decided == [
        (1, "unlisted", "", "service"),
        (2, "code", "A150402", "service"),
        (3, "not_applicable", "", "works"),
    ]
    assert items[4]["notes"] == ["合同在办"]
    again = records(saved("classify", APPROVALS, "--format", "jsonl"))
    assert again[1]["precedent"] == again[1]["codes"][0]["why"][0]
    assert str(again[1]["precedent"]).startswith(
        "先例 "
    ) and "本部门“惠企政策采集梳理及运营服务项目”（2025 年预算）" in str(again[1]["precedent"])
    assert (again[0]["status"], again[2]["status"], again[2]["nature"]) == (
        "unlisted",
        "not_applicable",
        "works",
    )
    assert "precedent" not in records(saved("classify", APPROVALS, "--no-store", "--format", "jsonl"))[1]
    assert "先例" in saved("classify", APPROVALS).stdout
    left = saved("review", "--all", said="q\n")
    assert "1/35" in left.stdout, "what is decided is not asked again"


def test_a_review_meets_somebody_faster(saved: Goufu, tmp_path: Path) -> None:
    """The item on the screen is decided by a colleague before the key comes: told, not overwritten."""
    from goufu.catalog.load import load_catalogs
    from goufu.matcher.decisions.choice import choice_named
    from goufu.store.address import StoreAddress
    from goufu.store.decisions import decide
    from goufu.store.runs import run_items
    from goufu.store.schema import open_store

    environment = {
        **os.environ,
        "GOUFU_DB": str(tmp_path / "goufu.db"),
        "GOUFU_OFFICER": "甲",
        "PYTHONUNBUFFERED": "1",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "goufu.cli.main", "review", "--all"],
        cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdin is not None and process.stdout is not None
    seen = ""
    while "退出" not in seen:
        seen += process.stdout.readline()
    store = open_store(StoreAddress(tmp_path / "goufu.db"))
    item = run_items(store, 1)[0]
    decide(store, item.id, choice_named("B1001", item, load_catalogs()), "乙", 0)
    out, err = process.communicate("u\nq\n", timeout=60)
    assert "已由 乙 于" in out and "没有改动" in out.replace("\n", "")
    assert run_items(store, 1)[0].decision.officer == "乙"  # type: ignore[union-attr]
    assert process.returncode == 0, err


def test_the_workbook_round_trip(saved: Goufu, tmp_path: Path) -> None:
    import openpyxl

    path = tmp_path / "报告.xlsx"
    assert saved("classify", APPROVALS, "-o", path).returncode == 0
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    column = next(n for n, cell in enumerate(sheet[1], 1) if cell.value == "核定代码")
    for row, code in ((3, "A150402"), (20, "B0302"), (21, "A999999")):
        sheet.cell(row=row, column=column).value = code
    book.save(path)
    dry = saved("decide", path, "--dry-run")
    assert dry.returncode == 1 and "没有记录" in dry.stderr
    assert "可记录 2" in dry.stderr and "已记录" not in dry.stderr + dry.stdout
    result = saved("decide", path)
    assert result.returncode == 1, "one row is at fault"
    assert "已记录 2" in result.stderr and "代码有误 1" in result.stderr
    assert "代码有误" in result.stdout and "没有代码" in result.stdout
    same = saved("decide", path, "--format", "jsonl")
    assert [json.loads(line)["result"] for line in same.stdout.splitlines()] == ["same", "same", "code"]
    sheet.cell(row=3, column=column).value = "未列"
    book.save(path)
    other = saved("decide", path, "--format", "jsonl", by="丙")
    assert [json.loads(line)["result"] for line in other.stdout.splitlines()] == ["conflict", "same", "code"]
    detail = saved("show", "1", "--item", "2").stdout
    assert "A150402 政企通运营服务　甲" in detail


def test_compare_says_what_changed_and_why(saved: Goufu, tmp_path: Path) -> None:
    saved("review", "--all", said="k\nu\nq\n")
    changed = tmp_path / "改.txt"
    changed.write_text(
        APPROVALS.read_text(encoding="utf-8").replace("消防验收备案技术服务", "消防验收备案辅助技术服务"),
        encoding="utf-8",
    )
    assert saved("classify", APPROVALS, "--save").returncode == 0
    rows = records(saved("compare", "1", "2", "--format", "jsonl"))
    assert [(r["title"], r["why"]) for r in rows] == [
        ("惠企政策采集梳理及运营服务项目", ["decision", "precedent"])
    ]
    assert rows[0]["before"]["status"] == "listed" and rows[0]["after"]["status"] == "unlisted"
    assert saved("classify", changed, "--save").returncode == 0
    table = saved("compare", "2", "3")
    assert "输入" in table.stdout and "没有变的" in table.stderr
    (row,) = records(saved("compare", "2", "3", "--format", "jsonl"))
    assert (
        row["title"] == "消防验收备案辅助技术服务" and row["why"] == ["input"] and row["fields"] == ["title"]
    )


def test_precedents_go_round_between_offices(saved: Goufu, tmp_path: Path) -> None:
    saved("review", "--all", said="k\nc\nA150402\nq\n")
    sheet, other = tmp_path / "先例.tsv", tmp_path / "other.db"
    listed = records(saved("precedents", "list", "--format", "jsonl"))
    assert [(p["code"], p["section"]) for p in listed] == [("A150402", "行政审批")]
    assert saved("precedents", "export", sheet).returncode == 0
    unsigned = saved("precedents", "import", sheet, "--db", other)
    assert unsigned.returncode == 2 and "未经签发" in unsigned.stderr
    sheet.write_text(
        sheet.read_text(encoding="utf-8").replace("\n\t行政审批", "\n是\t行政审批"), encoding="utf-8"
    )
    assert saved("precedents", "sign", sheet, "--office", "孝义市财政局").returncode == 0
    taken = saved("precedents", "import", sheet, "--db", other)
    assert taken.returncode == 0 and "新增 1" in taken.stderr
    assert (
        records(saved("precedents", "list", "--db", other, "--format", "jsonl"))[0]["source"]
        == "孝义市财政局"
    )
    assert "已删除先例 1 条" in saved("precedents", "forget", "1", "--db", other).stderr


def test_backup_restore_delete(saved: Goufu, tmp_path: Path) -> None:
    backup = tmp_path / "备份.db"
    assert "已核对" in saved("backup", backup).stderr
    refused = saved("delete", "1")
    assert refused.returncode == 2 and "--yes" in refused.stderr
    assert "已删除运行 1：38 项" in saved("delete", "1", "--yes").stderr
    assert saved("show", "1").returncode == 2
    assert "--replace" in saved("restore", backup).stderr
    restored = saved("restore", backup, "--replace")
    assert restored.returncode == 0 and "现有内容已先备份到" in restored.stderr
    assert len(records(saved("show", "1", "--format", "jsonl"))) == 38
    status = saved("store", "status")
    assert status.returncode == 0 and "日志完整" in status.stdout and "运行　1" in status.stdout


def test_going_down_and_up_by_hand(saved: Goufu) -> None:
    assert saved("store", "downgrade", "0001").returncode == 2
    assert "结构已退回 0001" in saved("store", "downgrade", "0001", "--yes").stderr
    assert "结构　0001" in saved("store", "status").stdout
    assert "0001 → 0004" in saved("store", "upgrade").stderr
    assert len(records(saved("show", "--format", "jsonl"))) == 38


def test_a_store_that_cannot_be_written_costs_no_result(goufu: Goufu, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = goufu("classify", OFFICE, "--save", "--db", tmp_path / "file" / "x.db", "--format", "jsonl")
    assert result.returncode == 2
    assert (
        len(result.stdout.splitlines()) == 12 and "--db" in result.stderr and "Traceback" not in result.stderr
    )


def test_a_server_that_is_not_there(goufu: Goufu) -> None:
    url = "postgresql://goufu:s3cret@127.0.0.1:1/goufu"
    result = goufu("classify", OFFICE, "--db", url)
    assert result.returncode == 2 and "连不上数据库" in result.stderr and "s3cret" not in result.stderr
    assert goufu("classify", OFFICE, "--db", url, "--no-store").returncode == 0


@pytest.mark.skipif(os.name == "nt", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(("width", "height"), [(80, 24), (60, 15), (132, 43)])
def test_every_screen_fits_its_terminal(saved: Goufu, tmp_path: Path, width: int, height: int) -> None:
    """The review in a pseudo-terminal: what is drawn after each clearing is at most one screen, no line too wide."""
    from rich.cells import cell_len

    keys = [
        ("k", "2/38"), ("?", "任意键返回"), (" ", "2/38"), ("x", "Esc 返回"), ("\x1b", "2/38"), ("k", "3/38"), ("1", "y 确定"), ("y", "4/38"),
        ("z", "已撤销"), ("s", "搜索词："), ("物业\n", "数字选用"), ("\x1b", "3/38"), ("n", "备注："), ("记一笔\n", "备注已记录"), ("q", "本次认定"),
    ]  # fmt: skip
    screens = play(tmp_path / "goufu.db", width, height, keys)
    assert len(screens) == 14
    for shown in screens[:-1]:  # after the last clearing only the summary is printed
        lines = re.split(r"\r\n(?:搜索词|备注)：(?!合)", shown)[0].split("\r\n")
        assert len(lines) <= height, shown
        assert max(cell_len(line) for line in lines) <= width, shown
    assert "24小时自助服务区建设项目" in screens[0] and "q 退出" in screens[0].replace("\r\n", " ")
    assert "复核的按键" in screens[2] and "不是购买服务，是什么" in screens[4]
    assert "搜索“物业”" in screens[10] and "B1102 物业管理服务" in screens[10]
    assert "备注：记一笔" in screens[-2]


def play(db: Path, width: int, height: int, keys: list[tuple[str, str]]) -> list[str]:
    """The screens that a review draws in a terminal of this size, one after the other, without colours.

    Each of `keys` is pressed, and then waited for what the screen must show.
    """
    import fcntl
    import pty
    import select
    import struct
    import termios

    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
    environment = {**os.environ, "GOUFU_DB": str(db), "GOUFU_OFFICER": "甲", "TERM": "xterm-256color"}
    environment.pop("COLUMNS", None)
    environment.pop("LINES", None)
    command = [sys.executable, "-m", "goufu.cli.main", "review", "--all"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdin=slave, stdout=slave, stderr=slave)
    os.close(slave)
    data = b""

    def until(marker: str) -> None:
        nonlocal data
        start, quiet = len(data), 0
        while marker not in data[start:].decode("utf-8", "replace") or quiet < 2:
            if select.select(
                [master], [], [], 0.1 if marker in data[start:].decode("utf-8", "replace") else 30
            )[0]:
                try:
                    data += os.read(master, 65536)
                except OSError:
                    return
            else:
                quiet += 1
                assert marker in data[start:].decode("utf-8", "replace"), (
                    marker,
                    data[start:].decode("utf-8", "replace"),
                )

    until("1/38")
    for key, marker in keys:
        os.write(master, key.encode())
        until(marker)
    process.wait(timeout=60)
    os.close(master)
    text = re.sub(r"\x1b\[[0-9;]*m", "", data.decode("utf-8", "replace"))
    return [shown.rstrip("\r\n") for shown in text.split("\x1b[2J\x1b[H")[1:]]


def test_one_key_accepts_the_verdict_and_an_entry_against_it_is_asked_again(saved: Goufu) -> None:
    """Line 1 is judged works: `a` says so; an entry chosen for line 3, goods, needs a yes before it is kept."""
    judged = records(saved("show", "--format", "jsonl"))
    assert [judged[n]["nature"] for n in (0, 2)] == ["works", "goods"]
    made = saved("review", "--all", said="a\na\n1\nn\nq\n")
    assert "a 采用：不是购买服务（工程）" in made.stdout
    assert "确定改作购买服务" in made.stdout.replace("\n", "") and "没有改动" in made.stdout
    items = records(saved("show", "--format", "jsonl"))
    assert [(i["decided"] or {}).get("outcome") for i in items[:3]] == ["not_applicable", "code", None]
    assert items[0]["decided"]["nature"] == "works"
    assert items[1]["decided"]["code"] == judged[1]["gov_service_catalog_code"]
    saved("review", "--all", said="1\ny\nq\n")
    assert records(saved("show", "--format", "jsonl"))[2]["decided"]["outcome"] == "code"


def test_a_small_screen_keeps_its_heading() -> None:
    """60 by 15: who, what, how much, the verdict, an entry and the keys, in 14 lines of at most 60 cells."""
    from dataclasses import replace

    from goufu.cli.render.review_screen import Progress, options_of, screen
    from goufu.matcher.decisions.recorded import StoredItem
    from rich.cells import cell_len

    record = {
        "versions": ["2025-28", "2023-47"], "nature": "service", "nature_score": 0.98, "status": "listed",
        "decision": "review", "certainty": 0.35, "doubt": "code", "fit": 0.8,
        "codes": [{"version": "2025-28", "section": "B", "code": f"B070{n}", "name": "评估服务" * 5, "path": [], "score": 0.9 / n, "why": ["某"]} for n in range(1, 6)],
        "findings": [{"rule": "GF303", "message": "绩效目标表的名称不同" * 8}] * 3,
    }  # fmt: skip
    fields = dict.fromkeys(StoredItem.__dataclass_fields__)
    item = StoredItem(**fields)  # type: ignore[arg-type]
    item = replace(
        item, title="郑兴公园资产回购项目" * 5, department="孝义市城市管理局", unit="", year=2026, amount_wan=Decimal(200),
        summary="根据双方共同委托" * 60, record=record, notes=(),
    )  # fmt: skip
    lines = screen(item, options_of(record), Progress(1, 82, 0, 0), 60, 14, verdict="B0701 评估服务")
    texts = ["".join(text for text, _ in line) for line in lines]
    assert len(texts) == 14 and max(map(cell_len, texts)) <= 60
    assert "孝义市城市管理局" in texts[0] and "郑兴公园" in texts[2] and "200.00" in texts[2]
    verdict = next(t for t in texts if "采用：B0701" in t)
    assert verdict.endswith("35%? 代码")
    shown = [t for t in texts if t.startswith(" 1 B0701")]
    assert shown and shown[0].endswith("71%"), "0.9 of what is listed, by 0.8 and 0.98 that it is a service"
    assert any("退出" in t for t in texts)

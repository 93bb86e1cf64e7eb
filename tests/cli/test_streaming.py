"""Long record files: the same records as read at once, on any number of cores, after any stop; and what they are not for."""

from __future__ import annotations

import csv
import json
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from goufu.catalog.errors import GoufuError
from goufu.cli.commands.classify import classify
from goufu.cli.shared import sinks, streaming
from goufu.cli.shared.audits import Settings, settings
from goufu.cli.shared.streaming import open_source, stream
from goufu.cli.shared.unique_ids import SeenIds
from goufu.disclosure.lists.combine import unique_ids
from goufu.disclosure.model import BudgetItem

DEPARTMENTS = ("孝义市城市管理局", "甲县教育局", "乙县水利局", "丙县无名局")
TITLES = ("污水处理厂运行维护", "环卫清扫保洁服务", "办公楼物业管理", "河道采砂规划编制", "聘用协管员工资", "合计", "校舍改造工程", "特许经营期30年的垃圾处理")  # fmt: skip
KINDS = [".jsonl", ".csv", pytest.param(".parquet", marks=pytest.mark.skipif(find_spec("pyarrow") is None, reason="goufu[arrow] is not installed"))]  # fmt: skip


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces of nine lines and a checkpoint behind each."""
    monkeypatch.setattr(streaming, "PIECE", 9)
    monkeypatch.setattr(streaming, "_PAUSE", -1.0)


def written(path: Path, count: int = 60, encoding: str = "utf-8") -> Path:
    """Lines with ids given twice, one without a title and one whose amount is no figure."""
    rows = [
        {"id": str(n % 50), "department": DEPARTMENTS[n % 4], "year": str(2025 + n % 2), "title": TITLES[n % 8], "amount_wan": f"{n}.5"}
        for n in range(count)
    ]  # fmt: skip
    rows[13]["title"], rows[17]["amount_wan"] = "", "三"
    if path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    else:
        with path.open("w", encoding=encoding, newline="") as out:
            writer = csv.DictWriter(out, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    return path


def how() -> Settings:
    return settings(None, None, None)


def at_once(path: Path) -> list[dict[str, Any]]:
    """The records of the file read at once."""
    output = path.with_suffix(".once.jsonl")
    classify([str(path)], output=output, no_store=True, no_learned=True)
    return [json.loads(line) for line in output.read_text("utf-8").splitlines()]


@pytest.mark.parametrize("name", ["a.csv", "gbk.csv", "a.jsonl"])
def test_the_records_of_the_whole_file(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path / name, encoding="gbk" if name == "gbk.csv" else "utf-8")
    output = tmp_path / "out.jsonl"
    tally = stream(open_source(path), output, how())
    error = capsys.readouterr().err
    whole = at_once(path)
    assert [json.loads(line) for line in output.read_text("utf-8").splitlines()] == whole
    assert tally.items == len(whole) == 53 and tally.left_out == 1
    line = 14 if name == "a.jsonl" else 15
    assert f"{name} 第 {line} 行：缺少项目名称" in error
    assert not list(tmp_path.glob(".*"))


def test_what_it_comes_to_is_told_as_for_the_whole_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path / "a.csv")
    path.write_text(
        path.read_text("utf-8").replace("合计", "会议"), "utf-8"
    )  # totals are not checked in a stream
    at_once(path)
    whole = capsys.readouterr().out
    classify([str(path)], output=tmp_path / "out.jsonl", jobs=1, no_store=True, no_learned=True)
    assert capsys.readouterr().out.splitlines()[: len(whole.splitlines())] == whole.splitlines()


@pytest.mark.parametrize("kind", KINDS[::2])
def test_two_workers_write_the_same_file(kind: str, tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv")
    for jobs in (1, 2):
        stream(open_source(path), tmp_path / f"{jobs}{kind}", how(), jobs)
    assert (tmp_path / f"1{kind}").read_bytes() == (tmp_path / f"2{kind}").read_bytes()


def test_csv_out_has_every_column_and_the_values_of_the_record(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv")
    stream(open_source(path), tmp_path / "out.csv", how())
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as found:
        rows = list(csv.DictReader(found))
    whole = at_once(path)
    assert tuple(rows[0]) == sinks.FIELDS
    assert [row["id"] for row in rows] == [record["id"] for record in whole]
    assert [json.loads(row["codes"]) for row in rows] == [record["codes"] for record in whole]
    assert {key for record in whole for key in record} <= set(sinks.FIELDS)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("after", [1, 4])
def test_a_run_that_was_stopped_goes_on_to_the_same_bytes(
    kind: str, after: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path / "a.csv")
    stream(open_source(path), tmp_path / f"whole{kind}", how())
    output = tmp_path / f"out{kind}"
    stop_after(after, monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        stream(open_source(path), output, how())
    monkeypatch.undo()
    monkeypatch.setattr(streaming, "PIECE", 9)
    assert not output.exists()
    with (tmp_path / f".out{kind}.part").open("ab") as part:
        part.write(b"half a line that was under way")
    judged: list[Any] = []
    real = streaming.judge_piece

    def judge(*given: Any) -> Any:
        judged.append(given)
        return real(*given)

    monkeypatch.setattr(streaming, "judge_piece", judge)
    stream(open_source(path), output, how(), resume=True)
    assert "续做" in capsys.readouterr().err
    assert len(judged) == 7 - after
    assert output.read_bytes() == (tmp_path / f"whole{kind}").read_bytes()
    assert not list(tmp_path.glob(".*"))


def stop_after(pieces: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run ends, as by Ctrl-C, behind that many checkpoints."""
    real, done = streaming._write_down, []

    def write_down(*given: Any) -> None:
        real(*given)
        done.append(1)
        if len(done) == pieces:
            raise KeyboardInterrupt

    monkeypatch.setattr(streaming, "_write_down", write_down)


@pytest.mark.parametrize("change", ["input", "options", "checkpoint"])
def test_what_changed_since_is_begun_anew(
    change: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path / "a.csv")
    output = tmp_path / "out.jsonl"
    stop_after(2, monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        stream(open_source(path), output, how())
    monkeypatch.undo()
    if change == "input":
        written(path, 61)
    elif change == "checkpoint":
        (tmp_path / ".out.jsonl.checkpoint").write_text("{", "utf-8")
    asked = settings(None, 2024, None) if change == "options" else how()
    stream(open_source(path), output, asked, resume=True)
    assert "从头开始" in capsys.readouterr().err
    assert len(output.read_text("utf-8").splitlines()) == (54 if change == "input" else 53)


@pytest.mark.long
def test_kill_9_and_resume(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", 4000)
    output = tmp_path / "out.jsonl"
    words = [sys.executable, "-m", "goufu.cli.main", "classify", str(path), "-o", str(output), "--no-store", "--jobs", "1"]  # fmt: skip
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not (tmp_path / ".out.jsonl.checkpoint").exists() and process.poll() is None:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    if process.returncode == 0:
        pytest.skip("the run was over before it could be killed")
    assert not output.exists()
    again = subprocess.run([*words, "--resume"], capture_output=True, text=True, encoding="utf-8")
    assert again.returncode == 0 and "续做" in again.stderr
    ids = [json.loads(line)["id"] for line in output.read_text("utf-8").splitlines()]
    assert len(ids) == len(set(ids)) == 3500


def test_two_runs_do_not_write_one_file(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv")
    if sys.platform == "win32":
        pytest.skip("no locks of this kind on Windows")
    with streaming._locked(tmp_path / ".out.jsonl.part"), pytest.raises(GoufuError, match="另一个"):
        stream(open_source(path), tmp_path / "out.jsonl", how())


def test_a_line_that_cannot_be_judged_costs_only_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path / "a.csv")
    real: Any = vars(streaming)["audit_disclosure"]

    def audit(disclosure: Any, *rest: Any) -> Any:
        if any(item.amount_wan == Decimal("20.5") for item in disclosure.items):
            raise RuntimeError("boom")
        return real(disclosure, *rest)

    monkeypatch.setattr(streaming, "audit_disclosure", audit)
    tally = stream(open_source(path), tmp_path / "out.jsonl", how())
    records = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text("utf-8").splitlines()]
    (failed,) = [record for record in records if "error" in record]
    assert failed["amount_wan"] == 20.5 and "boom" in failed["error"] and "status" not in failed
    assert tally.failed == 1 and len(records) == 53


def test_a_list_that_is_read_at_once_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.csv"
    path.write_text("部门,项目名称,金额\n孝义市水利局,河道保洁,74000\n", "utf-8")
    classify([str(path)], output=tmp_path / "out.jsonl", jobs=2, no_store=True, no_learned=True)
    assert "没有写明单位，不能边读边判" in capsys.readouterr().err
    assert json.loads((tmp_path / "out.jsonl").read_text("utf-8"))["amount_wan"] == 7.4


@pytest.mark.parametrize(("suffix", "most"), [(".html", 20_000), (".xlsx", 200_000)])
def test_too_many_lines_for_a_page_or_a_workbook(suffix: str, most: int, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    line = "孝义市城市管理局,2026,城区主次干道清扫保洁服务,12.5\n"
    path.write_text("部门,年度,项目名称,金额（万元）\n" + line * (most + 1), "utf-8")
    if path.stat().st_size < 4 << 20:
        path.write_text(path.read_text("utf-8").replace("服务", "服务" + "和养护" * 50), "utf-8")
    with pytest.raises(GoufuError, match=r"parquet.*goufu overview"):
        classify([str(path)], output=tmp_path / f"out{suffix}", no_store=True, no_learned=True)


def test_jobs_need_a_record_file_and_an_output_that_grows(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv")
    for name in ("out.xlsx", "out.json"):
        with pytest.raises(GoufuError, match="--jobs"):
            classify([str(path)], jobs=2, no_store=True, no_learned=True, output=tmp_path / name)


@pytest.mark.parametrize(
    "ids", [["1", "1", "2", "1", "1-2", "2", "x"], ["a", "a-2", "a", "a"], [str(n % 7) for n in range(60)]]
)
def test_ids_are_made_unique_by_one_rule(ids: Sequence[str]) -> None:
    seen = SeenIds()
    given = [name for at in range(0, len(ids), 3) for name in seen.unique(ids[at : at + 3])]
    assert given == [item.id for item in unique_ids([BudgetItem(name, "t") for name in ids])[0]]

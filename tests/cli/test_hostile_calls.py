"""Calls that once ended in a traceback, hung or took all memory, each with what it gives now."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from goufu.cli.shared.faults import report, unforeseen
from goufu.cli.shared.output import set_language

pytestmark = pytest.mark.long

posix = pytest.mark.skipif(os.name == "nt", reason="pipes, devices and bytes in names are POSIX's")
#: halves of surrogate pairs, which JSON can write and no encoding holds
HALVES = '{"id": "\\ud800", "department": "某县\\udc00城市管理局", "title": "维护\\ud83d", "year": 2026, "amount_wan": 1}'


def shell(line: str, folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """A shell command in which $G is goufu, in UTF-8 unless `more` says otherwise."""
    environment = {
        **os.environ,
        "G": f"{sys.executable} -m goufu.cli.main",
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    environment |= {"GOUFU_DB": str(folder / "goufu.db"), "PYTHONIOENCODING": "utf-8", **more}
    return subprocess.run(
        ["bash", "-c", line], cwd=folder, env=environment, capture_output=True, encoding="utf-8", timeout=120
    )


def refused(made: subprocess.CompletedProcess[str], said: str) -> None:
    """Exit 2 and one sentence that says `said`."""
    assert made.returncode == 2, made
    assert "Traceback" not in made.stderr and made.stderr.count("\n") == 1 and said in made.stderr, (
        made.stderr
    )


@pytest.fixture
def halves(tmp_path: Path) -> Path:
    path = tmp_path / "a.jsonl"
    path.write_text(HALVES + "\n", encoding="utf-8")
    return path


@posix
@pytest.mark.parametrize(
    ("argument", "said"),
    [
        ("/dev/zero", "设备"),
        ("zero", "设备（通过链接）"),
        ("pipe", "管道"),
        ("''", "空的"),
        ("'**'", "文件夹"),
        ("lost", "指向的文件不存在"),
        ("n" * 300, "文件名太长"),
        ("- <&-", "没有标准输入"),
        ("a.jsonl --year 99999", "--year"),
        ("a.jsonl --year=-1", "--year"),
        ("a.jsonl --limit cells=no", "名称=数"),
        ("a.jsonl --limit pages=1", "cells"),
    ],
)
def test_what_is_no_file_is_said_at_once(argument: str, said: str, tmp_path: Path, halves: Path) -> None:
    (tmp_path / "zero").symlink_to("/dev/zero")
    (tmp_path / "lost").symlink_to("nowhere")
    os.mkfifo(tmp_path / "pipe")
    start = time.monotonic()
    refused(shell(f"$G items {argument}", tmp_path), said)
    assert time.monotonic() - start < 60


@posix
def test_a_limit_is_named_and_can_be_raised(tmp_path: Path) -> None:
    rows = "\n".join(
        ["项目名称,部门,年度,金额（万元）", *(f"道路清扫{n},某县城市管理局,2026,1" for n in range(30))]
    )
    (tmp_path / "a.csv").write_text(rows, encoding="utf-8")
    refused(shell("$G items a.csv --limit rows=20", tmp_path), "--limit rows")
    assert shell("$G items a.csv --limit rows=40", tmp_path).returncode == 0


@posix
def test_half_characters_come_out_as_their_numbers(tmp_path: Path, halves: Path) -> None:
    for form in ("json", "jsonl"):
        made = shell(f"$G classify a.jsonl --format {form}", tmp_path)
        found = json.loads(made.stdout)
        record = found[0] if form == "json" else found
        assert (record["id"], record["title"]) == ("\\ud800", "维护\\ud83d")
    made = shell(
        "$G classify a.jsonl -o a.html --save --by x && $G classify a.jsonl -o a.xlsx && $G show", tmp_path
    )
    assert made.returncode == 0 and "\\ud83d" in made.stdout, made.stderr
    assert "\\ud83d" in (tmp_path / "a.html").read_text(encoding="utf-8")


@posix
@pytest.mark.parametrize("locale", [{}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}])
def test_names_that_are_no_utf_8(locale: dict[str, str], tmp_path: Path) -> None:
    """Two names that differ in a byte stay apart in a batch, and cost nobody anything."""
    (tmp_path / "in").mkdir()
    for byte in (b"\xb9", b"\xba"):
        try:
            Path(os.fsdecode(os.fsencode(tmp_path / "in") + b"/a" + byte + b".jsonl")).write_text(HALVES)
        except OSError:
            pytest.skip("this file system only has names in UTF-8")
    made = shell("$G batch in -o out -j 1 --reports jsonl", tmp_path, **locale)
    assert made.returncode == 0, made.stderr
    names = sorted(path.name for path in (tmp_path / "out").glob("*.jsonl") if "udcb" in path.name)
    assert [name[: name.index("-")] for name in names] == ["a_udcb9", "a_udcba"]
    made = shell("$G classify in --format jsonl --save --by x", tmp_path, **locale)
    assert len(made.stdout.splitlines()) == 2 and made.returncode == 0, made.stderr


@posix
@pytest.mark.parametrize("form", ["table", "json", "jsonl", "csv", "ocds"])
def test_a_full_disk_and_a_closed_pipe_on_stdout(form: str, tmp_path: Path, halves: Path) -> None:
    if Path("/dev/full").exists():
        made = shell(f"$G classify a.jsonl --format {form} > /dev/full", tmp_path)
        assert made.returncode == 2 and "磁盘已满" in made.stderr and "Traceback" not in made.stderr
    made = shell(f"$G classify a.jsonl --format {form} | true; exit ${{PIPESTATUS[0]}}", tmp_path)
    assert made.returncode == 0 and "Traceback" not in made.stderr and "BrokenPipe" not in made.stderr


@posix
def test_review_without_a_standard_input(tmp_path: Path, halves: Path) -> None:
    assert shell("$G classify a.jsonl --save --by x", tmp_path).returncode == 0
    made = shell("$G review --all <&-", tmp_path)
    assert made.returncode == 0 and "还有 1 项未认定" in made.stderr


def test_what_nobody_foresaw_leaves_a_report_without_contents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    monkeypatch.delenv("GOUFU_DEBUG", raising=False)
    set_language("zh")
    secret = "某人的银行账号"
    try:
        try:
            json.loads(secret)
        except ValueError as error:
            raise RuntimeError(secret) from error
    except RuntimeError as error:
        told = unforeseen(error, "a.csv").text("zh")
        again = unforeseen(error).text("en")
    assert told.startswith("a.csv：") and "RuntimeError" in told and secret not in told + again
    (kept,) = tmp_path.rglob("faults/*.txt")
    text = kept.read_text(encoding="utf-8")
    assert secret not in text and "json.decoder.JSONDecodeError" in text and "test_hostile_calls.py" in text
    assert str(Path(__file__).parents[2]) not in text
    assert str(kept) in told


def test_a_report_of_an_endless_recursion_is_short() -> None:
    def fall(n: int) -> int:
        return fall(n + 1)

    try:
        fall(0)
    except RecursionError as error:
        assert len(report(error).splitlines()) < 60


@posix
def test_goufu_debug_shows_the_traceback(tmp_path: Path, halves: Path) -> None:
    broken = "import goufu.matcher.audit as a\ndef audit(*_, **__): raise KeyError('项目')\na.audit = audit\nfrom goufu.cli.main import run\nrun()"
    (tmp_path / "broken.py").write_text(broken, encoding="utf-8")
    command = f"{sys.executable} broken.py classify a.jsonl"
    refused(shell(command, tmp_path, XDG_CACHE_HOME=str(tmp_path)), "KeyError")
    assert "Traceback" in shell(command, tmp_path, GOUFU_DEBUG="1", XDG_CACHE_HOME=str(tmp_path)).stderr


@posix
def test_a_document_that_takes_too_much_costs_only_itself(tmp_path: Path) -> None:
    """A worker that runs out of memory or time, or is killed, leaves the others theirs."""
    (tmp_path / "in").mkdir()
    for name in ("good", "late", "dead", "large"):
        (tmp_path / "in" / f"{name}.jsonl").write_text(HALVES, encoding="utf-8")
    (tmp_path / "sitecustomize.py").write_text(
        """
import os, signal, time
def spoil():
    import goufu.disclosure.read as d
    whole = d.read_document
    def read(path, progress=None):
        if path.stem == "late": time.sleep(600)
        if path.stem == "dead": os.kill(os.getpid(), signal.SIGSEGV)
        if path.stem == "large": return [bytes(1 << 24) for _ in range(1 << 10)]
        return whole(path, progress)
    d.read_document = read
import goufu.cli.shared.worker_limits as fence
whole = fence.limit_memory
def limit_memory():
    whole(); spoil()
fence.limit_memory = limit_memory
""",
        encoding="utf-8",
    )
    made = shell(
        "$G batch in -o out -j 1 --reports jsonl --limit seconds=10 --limit memory-mb=1500", tmp_path,
        PYTHONPATH=f"{tmp_path}{os.pathsep}{Path(__file__).parents[2]}",
    )  # fmt: skip
    assert made.returncode == 2 and "Traceback" not in made.stderr, made.stderr
    assert "完成 1 个文件" in made.stdout.replace("\n", ""), made.stdout
    for name, said in (("late", "中断"), ("dead", "中断"), ("large", "内存")):
        assert any(name in line and said in line for line in made.stderr.splitlines()), (name, made.stderr)

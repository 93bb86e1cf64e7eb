"""`goufu evaluate` and `goufu learn` as officers and scripts meet them, and words looked up."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
APPROVALS = ROOT / "examples" / "disclosures" / "孝义市行政审批服务管理局2025.txt"
PLACES = ("政务大厅", "审批大厅", "办事大厅", "分厅", "办公区", "机关", "服务站", "档案室", "车队", "信访室")

Goufu = Callable[..., subprocess.CompletedProcess[str]]


def office(folder: Path) -> Path:
    """An office whose guards are property management to it (B1102, not B1103)."""
    path = folder / "核定.csv"
    rows = [f"{when}{p}保安服务,行政审批,2026,B1102" for p in PLACES for when in ("", "上半年", "续签")]
    rows += [f"{p}综合窗口服务,行政审批,2026,A180601 综合窗口服务" for p in PLACES]
    rows += ["办公电脑采购,行政审批,2026,货物", "某项,行政审批,2026,待定"]
    path.write_text("\n".join(["项目名称,部门,年度,核定代码", *rows]) + "\n", encoding="utf-8")
    return path


def test_evaluate_tells_an_officer_in_a_sentence(goufu: Goufu, tmp_path: Path) -> None:
    result = goufu("evaluate", office(tmp_path), "-o", tmp_path / "检验.html")
    assert result.returncode == 0, result.stderr
    assert "在你们的 41 条里" in result.stdout and "95% 区间" in result.stdout
    assert "把握与实际" in result.stdout and "待定" in result.stderr
    page = (tmp_path / "检验.html").read_text(encoding="utf-8")
    assert "在你们的 41 条里" in page and "<svg" in page and "<script" not in page
    assert "Of your 41 lines" in goufu("evaluate", office(tmp_path), lang="en").stdout


def test_evaluate_for_programs(goufu: Goufu, tmp_path: Path) -> None:
    (whole,) = json.loads(goufu("evaluate", office(tmp_path), "--format", "json").stdout)
    lines = [
        json.loads(line)
        for line in goufu("evaluate", office(tmp_path), "--format", "jsonl").stdout.splitlines()
    ]
    assert whole["lines"] == len(lines) == 41
    assert whole["right"]["hits"] == sum(line["right"] for line in lines)
    assert whole["top1"]["of"] == 40 and whole["top1"]["hits"] == sum(line["place"] == 1 for line in lines)
    assert sum(g["of"] for g in whole["calibration"]) == 41


def test_without_answers_one_sentence(goufu: Goufu, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("项目名称,目录代码\n大厅保洁,B1102\n", encoding="utf-8")
    for words in (("evaluate", path), ("learn", path)):
        result = goufu(*words)
        assert result.returncode == 2 and "没有答案列" in result.stderr and "Traceback" not in result.stderr
    assert goufu("evaluate").returncode == 2
    assert goufu("evaluate", "--from-store").returncode == 2


def test_learned_shown_applied_used_and_forgotten(goufu: Goufu, tmp_path: Path) -> None:
    decided, kept = office(tmp_path), tmp_path / "goufu.learned.tsv"
    shown = goufu("learn", decided)
    assert shown.returncode == 0 and "值得启用" in shown.stdout and "--apply" in shown.stderr
    assert not kept.exists()
    new = tmp_path / "新.csv"
    new.write_text(
        "项目名称,部门,年度\n" + "".join(f"{p}保安服务,行政审批,2026\n" for p in ("大楼", "仓库", "值班室")),
        encoding="utf-8",
    )
    before = goufu("classify", new, "--format", "jsonl").stdout
    assert goufu("learn", decided, "--apply").returncode == 0 and kept.exists()
    assert "学自 41 条" in goufu("learn").stdout
    after = goufu("classify", new, "--format", "jsonl").stdout
    codes = [[json.loads(line)["codes"][0]["code"] for line in out.splitlines()] for out in (before, after)]
    assert codes[1].count("B1102") > codes[0].count("B1102")
    assert any("learned" in json.loads(line) for line in after.splitlines())
    assert goufu("classify", new, "--no-learned", "--format", "jsonl").stdout == before
    assert goufu("learn", "--forget").returncode == 0 and not kept.exists()
    assert goufu("classify", new, "--format", "jsonl").stdout == before


def test_no_gain_is_not_switched_on(goufu: Goufu, tmp_path: Path) -> None:
    path = tmp_path / "少.csv"
    path.write_text("项目名称,部门,核定代码\n大厅保安服务,行政审批,B1102\n", encoding="utf-8")
    result = goufu("learn", path, "--apply")
    assert result.returncode == 1 and "没有启用" in result.stderr
    assert not (tmp_path / "goufu.learned.tsv").exists()


def test_a_damaged_correction_is_told_not_half_used(goufu: Goufu, tmp_path: Path) -> None:
    (tmp_path / "goufu.learned.tsv").write_text("# goufu learned 1\nentry\tB\n", encoding="utf-8")
    result = goufu("classify", APPROVALS)
    assert result.returncode == 2 and "--no-learned" in result.stderr
    assert goufu("classify", APPROVALS, "--no-learned").returncode == 0


def test_decisions_in_the_store_are_answers(goufu: Goufu) -> None:
    assert goufu("classify", APPROVALS, "--save", "--format", "jsonl").returncode == 0
    assert goufu("review", "--all", said="u\nc\nA150402\nx\n2\nq\n").returncode == 0
    (whole,) = json.loads(goufu("evaluate", "--from-store", "--format", "json").stdout)
    assert whole["lines"] == 3 and whole["top1"]["of"] == 1


@pytest.mark.parametrize("words", ["搬家", "洗衣"])
def test_lookup_says_that_it_is_not_sure(goufu: Goufu, words: str) -> None:
    result = goufu("lookup", words)
    assert "没有把握" in result.stdout and "未指定部门" in result.stdout
    record = json.loads(goufu("lookup", words, "--format", "jsonl").stdout.splitlines()[0])
    assert record["sure"] is False and record["score"] < 0.6


def test_lookup_says_what_cannot_be_bought(goufu: Goufu) -> None:
    assert "GF201" in goufu("lookup", "电脑采购").stdout
    result = goufu("lookup", "人员工资", "-d", "行政审批服务管理局")
    assert "GF203" in result.stdout and "“行政审批服务管理局”按“行政审批”一节" in result.stdout


@pytest.mark.parametrize(
    "code", ["A150401\u200b", "\ufeffA150401", "\u0410150401", "Ａ１５０４０１", "a 15.04.01"]
)
def test_codes_in_any_dress(goufu: Goufu, code: str) -> None:
    result = goufu("lookup", code, "-d", "行政审批", "--format", "jsonl")
    assert json.loads(result.stdout)["code"] == "A150401"


def test_lookup_by_words_of_another_version(goufu: Goufu) -> None:
    lines = goufu(
        "lookup", "政务信息化运维", "-d", "行政审批", "--version", "2024-37", "--format", "jsonl"
    ).stdout.splitlines()
    assert lines and {json.loads(line)["version"] for line in lines} == {"2024-37"}
    assert "以 2025-01-01 为准" in goufu("lookup", "运维", "-d", "行政审批", "--on", "2025-01-01").stdout

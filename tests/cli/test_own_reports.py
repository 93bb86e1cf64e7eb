"""Reports of goufu that lie in a folder are passed over and told; a figure stays with its unit; small answers of commands."""

from __future__ import annotations

from pathlib import Path

import pytest
from goufu.catalog.card import cards
from goufu.catalog.errors import UnknownNameError
from goufu.catalog.load import load_catalogs
from goufu.cli.shared.output import print_line
from goufu.cli.shared.own_reports import is_own_report, without_own_reports
from goufu.matcher.findings import rule_named
from typer.testing import CliRunner

LIST = "项目名称,金额（万元）,年度\n路灯维护服务,50,2026\n"


def ran(*words: str) -> str:
    """What the command says on both streams."""
    from goufu.cli.main import app

    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == 0, result.output
    return result.output


def test_reports_in_the_folder_are_not_read_again(tmp_path: Path) -> None:
    source = tmp_path / "清单.csv"
    source.write_text(LIST, encoding="utf-8")
    for name in ("r.xlsx", "r.html", "r.csv", "r.jsonl", "r.json"):
        ran("classify", str(source), "-d", "城市管理局", "--no-store", "-o", str(tmp_path / name))
    assert not is_own_report(source)
    paths = sorted(tmp_path.iterdir())
    assert [p.name for p in without_own_reports(paths, [tmp_path])] == ["清单.csv"]
    named = tmp_path / "r.csv"
    assert named in without_own_reports(paths, [tmp_path, named]), "a file that is named is read"
    said = ran("classify", str(tmp_path), "-d", "城市管理局", "--no-store")
    assert "跳过 5 个购服自己写的报告" in said and "共 1 项" in said


def test_the_department_given_heads_lines_without_one(tmp_path: Path) -> None:
    source = tmp_path / "清单.csv"
    source.write_text(LIST, encoding="utf-8")
    said = ran("classify", str(source), "-d", "城市管理局", "--no-store")
    assert "城市管理局 2026 年预算" in said and "部门未知" not in said


@pytest.mark.parametrize("columns", range(8, 30))
def test_a_figure_stays_with_its_unit(
    columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    print_line("其中服务 1,200.00 万元；待复核 3，其余 12 项")
    lines = capsys.readouterr().out.splitlines()
    if columns >= 16:
        assert sum("1,200.00 万元" in line for line in lines) == 1
    assert not any("\ue000" in line for line in lines)


def test_a_rule_without_its_letters() -> None:
    assert rule_named("203").id == rule_named("gf203").id == "GF203"


def test_an_unknown_code_is_answered_with_codes_named_once() -> None:
    from datetime import date

    with pytest.raises(UnknownNameError) as refused:
        cards("A999999", load_catalogs(), date(2026, 1, 1))
    codes = [part.split()[0] for part in refused.value.message.partition("相近的有 ")[2].split("、")]
    assert len(codes) == len(set(codes)) == 4

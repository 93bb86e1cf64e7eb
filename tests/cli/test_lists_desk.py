"""Lists at the desk: standard input, the blank list, the officer's own workbook back, the evidence in the records."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import called
import openpyxl
from openpyxl.chart import BarChart, Reference
from openpyxl.styles import Font

HEAD = "项目名称\t部门\t年度\t合同期限\t金额（万元）\n"


def goufu(*words: str | Path, given: bytes = b"", lang: str = "zh") -> tuple[int, str, str]:
    done = called.goufu(*words, lang=lang, said=given)
    return done.returncode, done.stdout, done.stderr


def test_a_pasted_table_on_standard_input() -> None:
    pasted = f"{HEAD}物业管理服务\t孝义市水利局\t2026\t5年\t3\n".encode("utf-16")
    code, out, _ = goufu("classify", "-", "--no-store", "--format", "jsonl", given=pasted)
    assert code == 0
    (record,) = map(json.loads, out.splitlines())
    assert (record["title"], record["amount_wan"], record["term"]) == ("物业管理服务", 3.0, "5年")
    assert [f["rule"] for f in record["findings"]] == ["GF301"]
    code, _, error = goufu("items", "-")
    assert code == 2 and "没有内容" in error


def test_doubts_about_amounts_are_told_before_the_judgement(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("项目名称,部门,年度,金额\n物业管理服务,孝义市水利局,2026,74000\n", "utf-8")
    code, out, error = goufu("classify", path, "--no-store", "--format", "jsonl")
    assert code == 0 and json.loads(out)["amount_wan"] == 7.4
    assert "按数值大小判断为元" in error


def test_records_without_evidence_are_as_before_and_with_it_carry_it(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "项目名称,部门,采购方式,是否政府采购,金额（万元）\n物业管理服务,孝义市水利局,,否,3\n保洁,孝义市水利局,询价,,3\n",
        "utf-8",
    )
    for command in (("items", path), ("classify", path, "--no-store")):
        code, out, _ = goufu(*command, "--format", "jsonl")
        first, second = map(json.loads, out.splitlines())
        assert code == 0
        assert first["procured"] is False and "procurement_method" not in first and "term" not in first
        assert second["procurement_method"] == "询价" and "procured" not in second
    for name in ("b.csv", "b.xlsx", "b.json", "b.jsonl"):
        assert goufu("items", path, "-o", tmp_path / name)[0] == 0
        again = [
            json.loads(line) for line in goufu("items", tmp_path / name, "--format", "jsonl")[1].splitlines()
        ]
        assert [(r.get("procured"), r.get("procurement_method")) for r in again] == [
            (False, None),
            (None, "询价"),
        ]


def test_the_blank_list(tmp_path: Path) -> None:
    path = tmp_path / "项目清单.xlsx"
    assert goufu("template", "-o", path)[0] == 0
    code, _, error = goufu("items", path)
    assert code == 2 and "没有项目" in error
    code, _, error = goufu("template", "-o", path)
    assert code == 2 and "不覆盖" in error


def test_the_codes_beside_the_rows_and_nothing_else_changed(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "清单"
    rows: list[list[Any]] = [
        ["2026年购买服务项目表"],
        ["项目名称", "部门", "年度", "金额（万元）"],
        ["城区道路清扫保洁服务", "孝义市城市管理局", 2026, 3],
        ["路灯维修工程", "孝义市城市管理局", 2026, 5],
        ["合计", None, None, "=SUM(D3:D4)"],
    ]
    for row in rows:
        sheet.append(row)
    sheet.merge_cells("A1:D1")
    sheet["A1"].font = Font(bold=True, size=16)
    sheet.column_dimensions["A"].width = 40
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=4, min_row=2, max_row=4), titles_from_data=True)
    sheet.add_chart(chart, "H8")
    book.create_sheet("其他")["A1"] = "=清单!D5"
    path, coded = tmp_path / "清单.xlsx", tmp_path / "清单_已编码.xlsx"
    book.save(path)
    before = path.read_bytes()
    assert goufu("classify", path, "--into", coded, "--no-store")[0] == 0
    assert path.read_bytes() == before
    with zipfile.ZipFile(io.BytesIO(before)) as old, zipfile.ZipFile(coded) as new:
        assert old.namelist() == new.namelist()
        changed = [name for name in old.namelist() if old.read(name) != new.read(name)]
    assert changed == ["xl/worksheets/sheet1.xml"]
    written = openpyxl.load_workbook(coded)["清单"]
    for line in sheet.iter_rows():
        for cell in line:
            assert written[cell.coordinate].value == cell.value
    assert [written.cell(2, c).value for c in range(5, 8)] == ["购服认定", "购服代码", "购服条目"]
    assert [written.cell(3, c).value for c in (5, 6)] == ["是", "A110109"]
    assert written.cell(4, 5).value == "否（工程）"
    assert [written.cell(5, c).value for c in range(5, 10)] == [None] * 5
    assert [str(r) for r in written.merged_cells.ranges] == ["A1:D1"]
    assert written.column_dimensions["A"].width == 40 and written["A1"].font.size == 16
    # what was written is not read as the department's own code
    records = [json.loads(line) for line in goufu("items", coded, "--format", "jsonl")[1].splitlines()]
    assert [(r["title"], r["code"]) for r in records] == [("城区道路清扫保洁服务", ""), ("路灯维修工程", "")]
    code, _, error = goufu("classify", path, "--into", path, "--no-store")
    assert code == 2 and "原文件不动" in error

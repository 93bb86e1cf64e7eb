"""Records: jsonl, csv and spreadsheets, English and Chinese headings, encodings, bad rows."""

import json
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from catalog.errors import GoufuError
from disclosure.records import read_records

CSV = '编号,部门,单位,年度,项目名称,项目概况,金额（万元）,目录代码\n1,甲县城市管理局,甲县环卫中心,2026年,城区道路清扫,"机械清扫，每日两次",12.50,A110101\n,甲县城市管理局,,2026,路灯维护,,3,\n'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "草稿.csv"
    path.write_bytes(CSV.encode(encoding))
    items, remarks = read_records(path)
    assert remarks == ()
    assert [(i.id, i.title, i.unit, i.year, str(i.amount_wan)) for i in items] == [
        ("1", "城区道路清扫", "甲县环卫中心", 2026, "12.50"),
        ("草稿-3", "路灯维护", "", 2026, "3.00"),
    ]
    assert items[0].summary == "机械清扫，每日两次"
    assert items[0].code == "A110101"


def test_jsonl_with_bad_rows(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    good = {
        "id": "x",
        "department": "水利",
        "year": 2026,
        "title": "河道保洁",
        "amount_wan": 5.5,
        "gold": {"a": 1},
    }
    lines = [
        json.dumps(good, ensure_ascii=False),
        "{broken",
        "[1]",
        json.dumps({"id": "y", "summary": "没有名称"}, ensure_ascii=False),
        "",
        json.dumps({"title": "测绘", "amount_wan": None, "year": None}, ensure_ascii=False),
        json.dumps({"title": "监测", "amount_wan": "很多"}, ensure_ascii=False),
        json.dumps({"title": "监测", "year": "明年"}, ensure_ascii=False),
    ]
    path.write_text("\n".join(lines), "utf-8")
    items, remarks = read_records(path)
    assert [(i.id, i.title, i.amount_wan) for i in items] == [
        ("x", "河道保洁", Decimal("5.50")),
        ("a-6", "测绘", None),
        ("a-7", "监测", None),  # its amount is refused and told, the line stays
    ]
    assert [(r.level, r.place.line) for r in remarks if r.place] == [("error", n) for n in (2, 3, 4, 7, 8)]
    assert "名称" in remarks[2].text


def test_xlsx_with_yuan_and_a_title_above_the_header(tmp_path: Path) -> None:
    path = tmp_path / "b.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["2026年项目草稿"])
    sheet.append(["项目名称", "单位", "金额(元)", "年度"])
    sheet.append(["等保测评", "甲县数据中心", 74000, 2026])
    sheet.append(["云资源", "甲县数据中心", 157929.07, 2026])
    book.save(path)
    items, remarks = read_records(path)
    assert remarks == ()
    assert [(i.title, i.year, str(i.amount_wan)) for i in items] == [
        ("等保测评", 2026, "7.40"),
        ("云资源", 2026, "15.79"),
    ]
    assert items[0].place is not None and items[0].place.cell == "Sheet!3"


def test_an_unquoted_comma_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text("title,amount_wan\n清扫,清运,3\n测绘,2\n", "utf-8")
    items, remarks = read_records(path)
    assert [i.title for i in items] == ["测绘"]
    assert [r.place.line for r in remarks if r.place] == [2]


def test_the_same_id_twice_is_doubtful_not_lost(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_text("id,title\n1,清扫\n1,测绘\n", "utf-8")
    items, remarks = read_records(path)
    assert len(items) == 2
    assert [item.id for item in items] == ["1", "1-2"]
    assert [r.level for r in remarks if r.kind == "row"] == ["warning"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", "序,金额\n1,2\n", "项目名称"),
        ("a.jsonl", '{"name": "x"}\n', "项目名称"),
        ("a.csv", "", "空"),
        ("a.csv", "title,amount_wan\n", "表头"),
        ("a.xlsx", "not a spreadsheet", "项目名称"),
    ],
)
def test_files_that_are_no_records(tmp_path: Path, name: str, content: str, said: str) -> None:
    path = tmp_path / name
    path.write_text(content, "utf-8")
    with pytest.raises(GoufuError, match=said):
        read_records(path)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(GoufuError, match="不存在"):
        read_records(tmp_path / "none.csv")

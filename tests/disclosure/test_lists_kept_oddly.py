"""Lists with headings and units that few offices use: each amount comes out right, or is told at its place."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from goufu.catalog.errors import GoufuError
from goufu.disclosure.amounts import MoneyUnit, money_unit, parse_amount
from goufu.disclosure.lists.records import read_records
from goufu.disclosure.model import BudgetItem, Remark


def read(
    folder: Path, text: str, name: str = "list.csv"
) -> tuple[tuple[BudgetItem, ...], tuple[Remark, ...]]:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read_records(path)


def test_a_unit_may_stand_in_brackets_after_the_currency() -> None:
    assert money_unit("单位：人民币（元）") == MoneyUnit("元", "元")
    assert money_unit("单位：人民币（万元）") == MoneyUnit("万元", "万元")


@pytest.mark.parametrize("head", ["项目内容名称", "具体项目", "服务名称", "事项名称", "项目（服务）名称"])
def test_headings_of_a_title_are_known_by_rule(tmp_path: Path, head: str) -> None:
    items, _ = read(tmp_path, f"序号,{head},金额（元）\n1,路灯维护服务,74000\n2,河道保洁服务,30000\n")
    assert [(i.title, i.amount_wan) for i in items] == [
        ("路灯维护服务", Decimal("7.40")),
        ("河道保洁服务", Decimal("3.00")),
    ]


@pytest.mark.parametrize("separator", [",", "\t", ";", "|"])
@pytest.mark.parametrize("name", ["list.csv", "list.txt"])
def test_a_table_without_a_title_column_is_refused(tmp_path: Path, separator: str, name: str) -> None:
    rows = [("序号", "做什么"), ("1", "路灯维护服务"), ("2", "河道保洁服务")]
    with pytest.raises(GoufuError, match="项目名称"):
        read(tmp_path, "\n".join(map(separator.join, rows)) + "\n", name)


def test_titles_with_their_amounts_are_still_a_plain_list(tmp_path: Path) -> None:
    items, _ = read(tmp_path, "路灯维护服务,7.4万元\n河道保洁服务,3万元\n", "list.txt")
    assert [i.amount_wan for i in items] == [Decimal("7.40"), Decimal("3.00")]


def test_a_column_of_units_is_followed_row_by_row(tmp_path: Path) -> None:
    items, remarks = read(
        tmp_path,
        "项目名称,金额,金额单位\n路灯维护服务,74000,元\n河道保洁服务,3,万元\n法律顾问服务,5,美元\n档案整理服务,6,\n",
    )
    assert [i.amount_wan for i in items] == [Decimal("7.40"), Decimal("3.00"), None, None]
    assert [r.place.line for r in remarks if r.level == "error" and r.place] == [4, 5]


def test_scientific_notation_is_an_amount_and_told(tmp_path: Path) -> None:
    assert parse_amount("7.4E+04") == 74000
    assert parse_amount("7E4") is None
    items, remarks = read(tmp_path, "项目名称,金额（元）\n路灯维护服务,7.4E+04\n")
    assert items[0].amount_wan == Decimal("7.40")
    assert any("科学计数法" in remark.text for remark in remarks)


def test_control_characters_in_json_lines_are_text(tmp_path: Path) -> None:
    items, _ = read(
        tmp_path, '{"title":"路灯维护服务","summary":"a\vb\x1fc","amount_wan":7.4}\n', "list.jsonl"
    )
    assert [(i.title, i.amount_wan) for i in items] == [("路灯维护服务", Decimal("7.4"))]


@pytest.mark.parametrize(
    "title", ["其中村环境整治", "小计量器具检定服务", "12345热线运维", "单位：换届审计", "审核服务"]
)
def test_an_item_named_like_a_total_or_a_note_is_kept(tmp_path: Path, title: str) -> None:
    items, _ = read(tmp_path, f"项目名称,金额（万元）\n路灯维护服务,3\n{title},5\n河道保洁服务,7\n")
    assert [i.title for i in items] == ["路灯维护服务", title, "河道保洁服务"]


@pytest.mark.parametrize(
    "foot",
    [
        "打印时间：2026-01-05 10:00",
        "2026年1月5日",
        "甲县城市管理局（盖章）",
        "大写：壹拾万元整",
        "上年结转",
        "其中：财政资金",
    ],
)
def test_what_stands_below_or_between_the_items_is_none(tmp_path: Path, foot: str) -> None:
    items, _ = read(tmp_path, f"项目名称,金额（万元）\n路灯维护服务,3\n河道保洁服务,5\n{foot},\n")
    assert [i.title for i in items] == ["路灯维护服务", "河道保洁服务"]

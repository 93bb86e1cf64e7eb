"""Amounts: what is one, what is not, and their units."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from disclosure.amounts import (
    heading_unit,
    is_no_amount,
    money_unit,
    parse_amount,
    to_wan,
    unit_by_size,
    unit_of,
)


@pytest.mark.parametrize(
    ("printed", "value"),
    [
        ("1,047.69", "1047.69"),
        ("１２．００", "12.00"),
        ("（5.00）", "-5.00"),
        ("-3", "-3"),
        ("246274.5", "246274.5"),
        (" 1 873.51 ", "1873.51"),
        ("3.2万元", "3.2"),
        ("0", "0"),
    ],
)
def test_amounts(printed: str, value: str) -> None:
    assert parse_amount(printed) == Decimal(value)


@pytest.mark.parametrize(
    "printed", ["", "-", "1O.0O", "≥95%", "约3万", "12,34", "1.2.3", "=B2+B3", "2026年", "9" * 30]
)
def test_no_amounts(printed: str) -> None:
    assert parse_amount(printed) is None


def test_units() -> None:
    assert unit_of("1,200元") == "元"
    assert unit_of("1,200") == ""
    assert to_wan(Decimal("246274.5"), "元") == Decimal("24.63")
    assert to_wan(Decimal(3), "万元") == Decimal("3.00")


@given(st.decimals(min_value=0, max_value=10**12, places=2))
def test_printing_and_reading_are_inverse(value: Decimal) -> None:
    assert parse_amount(f"{value:,}") == value
    assert parse_amount(str(value)) == value


@pytest.mark.parametrize(
    ("printed", "unit"),
    [
        ("单位：元", "元"),
        ("金额单位：人民币万元", "万元"),
        ("单位:RMB元", "元"),
        ("（元）", "元"),
        ("单位（元）", "元"),
        ("单位：百万元", "百万元"),
        ("单位：亿元", "亿元"),
        ("单位：万", "万元"),
        ("單位：萬元", "万元"),
        ("单 位： 万 元", "万元"),
        ("部门名称：甲县城市管理局          单位：万元", "万元"),
        ("单位：甲县水利局  金额单位：元", "元"),
        ("甲县2026年采购清单，单位：万元，共1页", "万元"),
        ("货币单位：元（保留两位小数）", "元"),
        ("注：以上金额单位为元", "元"),
        ("本表以万元为单位", "万元"),
        # printed, and not understood
        ("单位：美元", ""),
        ("单位：吨", ""),
        ("金额单位：个", ""),
        ("单位：元/平方米", ""),
        ("单位：元 金额单位：万元", ""),
    ],
)
def test_a_unit_that_is_printed(printed: str, unit: str) -> None:
    found = money_unit(printed)
    assert found is not None
    assert found.name == unit


@pytest.mark.parametrize(
    "printed",
    [
        "单位：甲县水利局",
        "填报单位：甲县水利局",
        "单位：（盖章）",
        "单位名称",
        "单位",
        "路灯维护服务",
        "单元门维修",
    ],
)
def test_no_unit_is_printed(printed: str) -> None:
    assert money_unit(printed) is None


@pytest.mark.parametrize(
    ("heading", "name", "unit"),
    [
        ("金额（单位：元）", "金额", "元"),
        ("预算金额（人民币元）", "预算金额", "元"),
        ("预算金额(人民币：元)", "预算金额", "元"),
        ("金额/元", "金额", "元"),
        ("金额元", "金额", "元"),
        ("金额单位：元", "金额", "元"),
        ("預算數（萬元）", "预算数", "万元"),
        ("2026年预算（万元，含税）", "2026年预算", "万元"),
        ("金 额 （ 元 ）", "金额", "元"),
        ("万元", "", "万元"),
        ("金额（万元/年）", "金额", "万元"),
        ("金额（元/月）", "金额", ""),
        ("金额（美元）", "金额", ""),
        ("金额美元", "金额", ""),
        ("金额（单位：个）", "金额", ""),
        ("金额（不含税）", "金额(不含税)", None),
        ("数量（个）", "数量(个)", None),
        ("单元", "单元", None),
    ],
)
def test_the_unit_in_a_heading(heading: str, name: str, unit: str | None) -> None:
    bare, found = heading_unit(heading)
    assert bare == name
    assert (found.name if found else None) == unit


@pytest.mark.parametrize(
    ("amounts", "unit"),
    [
        (["74000", "30000"], "元"),
        (["3", "5", "12.5", "1047.69"], "万元"),
        (["3", "74000"], ""),
        (["2000"], ""),
        (["0"], ""),
        ([], ""),
    ],
)
def test_a_unit_judged_by_size(amounts: list[str], unit: str) -> None:
    assert unit_by_size(map(Decimal, amounts)) == unit


def test_a_figure_with_its_own_unit() -> None:
    for printed, wan in (
        ("12万", "12.00"),
        ("3.5亿", "35000.00"),
        ("人民币74000元整", "7.40"),
        ("5千元", "0.50"),
    ):
        value = parse_amount(printed)
        assert value is not None
        assert to_wan(value, unit_of(printed)) == Decimal(wan)


def test_what_says_that_there_is_no_amount() -> None:
    assert all(map(is_no_amount, ("", "-", "—", "——", "/", "无", "N/A", "－")))
    assert not any(map(is_no_amount, ("0", "12", "待定", "-3")))

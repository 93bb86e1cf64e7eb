"""Characters that stand for others, or for nothing: what each step of cleaning changes, and what it leaves."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog import codes
from catalog.characters import joined, latin, narrow, simplified, visible


@pytest.mark.parametrize(
    ("printed", "seen"),
    [
        ("\ufeff路灯\u200b维护\u00ad服\u2066务", "路灯维护服务"),
        ("孝义市⽔利局", "孝义市水利局"),  # U+2F54
        ("政府⻔户网站、公务⻋辆、⻝品、⻓期", "政府门户网站、公务车辆、食品、长期"),  # U+2E80 block
        ("⼾籍", "户籍"),
        ("\uf90a库", "金库"),  # compatibility ideograph
        ("-5℃冷库（Ａ）維護︎", "-5℃冷库（Ａ）維護"),  # widths and traditional forms are printed so
    ],
)
def test_what_is_seen_stays(printed: str, seen: str) -> None:
    assert visible(printed) == seen


def test_every_radical_has_a_character() -> None:
    left = [
        c
        for c in map(chr, (*range(0x2E80, 0x2E9A), *range(0x2E9B, 0x2EF4), *range(0x2F00, 0x2FD6)))
        if "RADICAL" in unicodedata.name(visible(c)) and visible(c) == c
    ]
    assert left == ["\u2e80", "\u2e87"]  # REPEAT and TABLE: no characters in use


def test_names_are_looked_up_in_simplified_characters() -> None:
    assert simplified("孝義市退役軍人事務局") == "孝义市退役军人事务局"
    assert simplified("城巿管理") == "城市管理"  # U+5DFF


def test_codes_in_other_alphabets() -> None:
    assert latin("А150401\u200b") == "A150401"
    assert codes.tidy("\ufeffа 15 04.01") == "A150401"
    assert codes.tidy("Β1102") == "B1102"


@pytest.mark.parametrize(
    ("printed", "closed"),
    [
        ("城 区 道 路 清 扫 保 洁 服 务", "城区道路清扫保洁服务"),
        ("城区道路　清扫　保洁服务", "城区道路清扫保洁服务"),
        ("2 0 2 6 年 预 算", "2026年预算"),
        ("5G  基站 运维 system B", "5G 基站运维 system B"),
        ("A B", "A B"),
    ],
)
def test_spread_characters(printed: str, closed: str) -> None:
    assert joined(printed) == closed


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    for step in (visible, narrow, joined):
        assert step(step(text)) == step(text)

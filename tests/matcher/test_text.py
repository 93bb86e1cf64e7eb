"""Normal form and content of budget lines: what is dropped, and that nothing else is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.features import tail
from matcher.text import content, grams, normal

CHINESE = st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), max_size=30)


def test_years_document_numbers_and_the_own_name_are_dropped() -> None:
    said = content("2026年孝义市政务云资源服务经费（晋财社〔2025〕171号）", "孝义市行政审批服务管理局")
    assert said.split() == ["政务云资源服务"]


def test_the_end_of_a_title_tells_the_kind_of_purchase() -> None:
    assert tail(content("市民服务中心智能化平台设备维修项目")) == "台设备维修"


@given(st.text(max_size=60))
def test_normal_is_idempotent(text: str) -> None:
    assert normal(normal(text)) == normal(text)


def test_traditional_characters_are_read_as_simplified_ones() -> None:
    assert normal("網絡安全等級保護測評") == "网络安全等级保护测评"
    assert normal("瞭望塔") == "瞭望塔"  # no other form


@given(CHINESE)
def test_grams_are_the_characters_and_pairs(text: str) -> None:
    found = grams(text)
    assert found[: len(text)] == list(text)
    assert found[len(text) :] == [text[i : i + 2] for i in range(len(text) - 1)]


@given(st.text(max_size=60))
def test_grams_of_anything_can_be_taken(text: str) -> None:
    assert all(grams(normal(text)))


@pytest.mark.parametrize(
    ("printed", "plain"),
    [
        ("政府⻔户网站", "政府门户网站"),
        ("公务⻋辆", "公务车辆"),
        ("⻝品安全", "食品安全"),
        ("⻓期", "长期"),
        ("城巿管理", "城市管理"),
    ],
)
def test_radicals_and_lookalikes_are_the_characters_they_stand_for(printed: str, plain: str) -> None:
    assert normal(printed) == plain == normal(normal(printed))

"""When two titles are the same line: real titles of the example disclosures, and what must never matter."""

from pathlib import Path

import pytest
from goufu.disclosure.read import read_document
from goufu.matcher.precedents.similarity import (
    adds,
    is_telling,
    key_format,
    kinds_of,
    summary_likeness,
    telling,
    title_key,
    title_likeness,
)
from hypothesis import given
from hypothesis import strategies as st

EXAMPLES = Path(__file__).parents[2] / "examples" / "disclosures"
CITY = "孝义市城市管理局"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("25年土地补偿费", "土地补偿费用"),
        ("污水处理运营费", "2027年污水处理运营费用"),
        ("就业补助资金中央级晋财社（2025）174号", "2026年就业补助资金中央级晋财社〔2026〕59号"),
        ("2024-2025年热源吉焦补贴资金", "2025-2026年热源吉焦补贴资金"),
        ("参加第六届吕梁职业技能大赛资金", "参加第七届吕梁职业技能大赛经费"),
        ("孝义市城区东南片区建设项目", "城区东南片区建设"),
        ("隔离护栏运维及配件采购", "隔离护栏配件采购、运维"),
        ("25-26年公共停车位标线标志施划", "26-27年公共停车位标志标线施划项目"),
        ("安阳路, 长安巷等管网提升改造", "长安巷、安阳路管网提升改造（一次性）"),
    ],
)
def test_the_same_line_in_another_year_or_dress(one: str, other: str) -> None:
    assert title_key(one, CITY) == title_key(other, CITY)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("12345政务服务热线服务经费", "12345政务服务热线办公经费"),
        ("就业补助资金中央级晋财社（2025）174号", "就业补助资金省级晋财社（2025）174号"),
        ("郑兴公园办公区域管理经费", "郑兴公园办公经费"),
        ("污水处理厂一期运营", "污水处理厂二期运营"),
        ("24小时自助服务区", "自助服务区"),
        ("城市变压器工程", "城市停车场项目"),
    ],
)
def test_what_is_not_the_same_line(one: str, other: str) -> None:
    assert title_key(one, CITY) != title_key(other, CITY)


def test_what_a_title_tells() -> None:
    assert telling("2026年临县第一书记经费") == "临县第一书记"
    assert telling("山西CA数字证书办理项目") == "山西ca数字证书办理"
    assert telling("专项工作经费") == ""
    assert title_key("2026年专项工作经费") == "=2026年专项工作经费"
    assert not is_telling(title_key("专项工作经费")) and not is_telling(title_key("2025年专项业务工作经费"))
    assert is_telling(title_key("污泥处置费用"))


def test_kinds_of_purchase_tell_lines_apart() -> None:
    assert kinds_of("市民服务中心平台设备维修项目") == kinds_of("维护市民服务中心平台设备项目")
    assert kinds_of("门户网站运维费") != kinds_of("网站检测服务费")


def test_likeness_of_summaries() -> None:
    hotline = ("12345政务服务热线服务经费。", "12345政务服务热线服务经费", "")
    assert not adds(*hotline) and summary_likeness(hotline, hotline) is None
    one = ("王家沟垃圾填埋场渗滤液处理，每日120吨，2025年1月至12月。", "渗滤液", "")
    other = ("王家沟垃圾填埋场渗滤液处理，每日150吨，2026年1月至12月。", "渗滤液", "")
    assert (summary_likeness(one, other) or 0) > 0.95
    assert (summary_likeness(one, ("采购座席电脑二十台并更新录音设备。", "渗滤液", "")) or 0) < 0.05


def test_few_lines_of_the_examples_share_a_key() -> None:
    """184 lines, 159 keys: the rest are the same purchase twice (本年预算 and 上年结转, two units, two grants)."""
    lines = [item for path in sorted(EXAMPLES.glob("*.txt")) for item in read_document(path).items]
    assert len(lines) == 184
    assert len({(i.department, title_key(i.title, i.department)) for i in lines}) >= 155


_TITLES = st.text(
    st.sampled_from("孝义市12345热线服务项目及的费用污水处理工程2026年（）、第三届 ＡＢab"), max_size=40
)


@given(_TITLES)
def test_dress_and_width_never_matter(title: str) -> None:
    wide = title.translate({ord(c): ord(c) + 0xFEE0 for c in "AB12345"})
    key = title_key(title)
    assert key and len(key) <= 100
    assert title_key(wide) == key
    assert title_key(f" {title} ") == key
    if telling(title):
        assert title_key(title + "项目经费") == key


@given(_TITLES, _TITLES)
def test_likeness_is_symmetric_and_bounded(one: str, other: str) -> None:
    value = title_likeness(one, other)
    assert 0.0 <= value <= 1.0
    assert value == title_likeness(other, one)
    if telling(one):
        assert title_likeness(one, one) == 1.0


@given(st.text(max_size=300))
def test_any_text_has_a_key(title: str) -> None:
    assert 1 <= len(title_key(title)) <= 100


def test_the_rules_of_keys_have_a_name() -> None:
    assert key_format().startswith("1-") and len(key_format()) == 10

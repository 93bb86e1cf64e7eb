"""County departments and units find the sections that they have, bodies without one are told, strangers the nearest.

`bodies.tsv` states for each body what it has: its sections, `?` behind them where they are only likely, or after `=` the
kind of body that it is. `departments_by_hand.tsv` does the same for whole names as they are printed.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from goufu.catalog.errors import CatalogError, UnknownNameError
from goufu.catalog.load import load_catalogs, read_columns
from goufu.matcher.departments import item_sections, load_departments, load_kinds, section_named, sections_of

_HERE = Path(__file__).parent

#: places of all ranks; many are called like a body or hold the beginning of one
PLACES = (
    *(
        "某县",
        "某市",
        "某区",
        "孝义市",
        "公安县",
        "文水县",
        "交口县",
        "交城县",
        "应县",
        "民和县",
        "乡宁县",
        "武乡县",
        "石楼县",
    ),
    *(
        "晋城市城区",
        "晋城市",
        "阳泉市矿区",
        "太原市杏花岭区",
        "吕梁市离石区",
        "山西省孝义市",
        "运城市盐湖区",
        "城固县",
        "商城县",
    ),
    *(
        "水城区",
        "林口县",
        "监利市",
        "大同市云州区",
        "通化市东昌区",
        "文成县",
        "积石山保安族东乡族撒拉族自治县",
        "科尔沁左翼后旗",
    ),
)


def expected(answer: str) -> tuple[set[str], str, bool]:
    """Sections, kind, and whether it is certain enough to be accepted unseen, as a table of answers states them."""
    if answer == "-":
        return set(), "", False
    if answer.startswith("="):
        return set(), answer[1:], load_kinds()[answer[1:]].purchaser
    return set(answer.removesuffix("?").split("、")), "", not answer.endswith("?")


def found(name: str) -> tuple[set[str], str, bool]:
    """What goufu says of `name`, in the same form."""
    match = sections_of(name)
    return set(match.sections), match.kind, match.confidence >= 0.9


def generated(count: int = 1000) -> list[tuple[str, str]]:
    """`count` names with what is expected of them: every body several times, each time in another place."""
    bodies = list(zip(*read_columns(_HERE / "bodies.tsv", ("body", "sections")), strict=True))
    names = []
    for number in range(count):
        body, answer = bodies[number % len(bodies)]
        place = PLACES[(number * 7 + number // len(bodies)) % len(PLACES)]
        prefix = "中共" if body.startswith("委") else ""
        names.append((f"{prefix}{place}{body}", answer))
    return names


def test_every_section_of_the_catalog_has_words() -> None:
    newest = next(v for v in load_catalogs() if v.id == "2025-28")
    assert list(load_departments()) == list(newest.sections)


def test_a_thousand_names_of_bodies_in_places() -> None:
    names = generated()
    assert len(set(names)) == 1000
    wrong = [(name, answer, found(name)) for name, answer in names if found(name) != expected(answer)]
    assert wrong == []


@pytest.mark.parametrize(
    ("name", "answer"),
    list(zip(*read_columns(_HERE / "departments_by_hand.tsv", ("name", "sections")), strict=True)),
)
def test_names_as_they_are_printed(name: str, answer: str) -> None:
    assert found(name) == expected(answer)


@pytest.mark.parametrize(
    ("dress", "plain"),
    [
        ("孝義市退役軍人事務局", "孝义市退役军人事务局"),
        ("孝義市醫療保障局", "孝义市医疗保障局"),
        ("孝義市財政局", "孝义市财政局"),
        ("孝义市⽔利局", "孝义市水利局"),
        ("孝义市⽂化和旅游局", "孝义市文化和旅游局"),
        ("孝义市⻔头⻋站街道办事处", "孝义市门头车站街道办事处"),
        ("孝义巿城巿管理局", "孝义市城市管理局"),
        ("孝义市 城市 管理局", "孝义市城市管理局"),
        ("205001-孝义市教育局", "孝义市教育局"),
        ("［205］孝义市教育局", "孝义市教育局"),
    ],
)
def test_dress_makes_no_difference(dress: str, plain: str) -> None:
    assert sections_of(dress) == sections_of(plain)
    assert sections_of(plain).confidence >= 0.9


def test_a_unit_comes_before_its_department() -> None:
    match = item_sections("孝义市人力资源和社会保障局", "孝义市医疗保险服务中心")
    assert match.sections == ("医疗保障", "人力资源和社会保障")


def test_a_superior_comes_behind_its_unit_in_one_name() -> None:
    assert sections_of("某县卫生健康局体育中心").sections == ("体育", "卫生健康")


def test_a_section_of_a_department_is_the_department() -> None:
    assert sections_of("某省财政厅农业处").sections == ("财政",)


def test_a_town_s_own_unit_has_its_section_less_certainly() -> None:
    match = item_sections("某镇人民政府", "某镇财政所")
    assert match.sections == ("财政",) and match.confidence < 0.9
    assert item_sections("某镇人民政府", "某镇党群服务中心").kind == "town"


def test_a_unit_without_a_section_has_its_department_s() -> None:
    assert item_sections("某县教育局", "某县工人文化宫").sections == ("教育",)
    assert item_sections("", "某县委党校").kind == "party"


def test_a_misspelt_name_is_recognised_with_less_confidence() -> None:
    match = sections_of("某县退役军入事务局")
    assert match.sections == ("退役军人",)
    assert match.confidence < 0.9


def test_an_unknown_department_is_told_the_nearest() -> None:
    assert sections_of("某县气球局").sections == ()
    with pytest.raises(UnknownNameError, match="相近的有"):
        section_named("气球局")


def test_a_body_without_a_section_is_told_so_on_the_command_line() -> None:
    with pytest.raises(UnknownNameError, match="乡镇没有自己的部门目录"):
        section_named("某镇人民政府")


def test_every_kind_says_so_in_one_sentence_in_both_languages() -> None:
    for kind in load_kinds().values():
        assert "。" not in kind.note.zh and "部门" in kind.note.zh
        assert kind.note.en.isascii()


def test_a_malformed_table_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "departments.toml"
    path.write_text("[[section]]\nname = '教育'\n", encoding="utf-8")
    with pytest.raises(CatalogError, match="部门表无法读取"):
        sections_of("某县教育局", path)

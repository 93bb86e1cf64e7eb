"""The words of a line: where n-grams stand, what is left out, what the columns beside a line say, and what they decide."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from goufu.catalog.errors import CatalogError
from goufu.catalog.load import load_catalogs
from goufu.disclosure.model import BudgetItem
from goufu.matcher.assess import assess
from goufu.matcher.gaps import gap_of, load_gaps
from goufu.matcher.model import Assessment
from goufu.matcher.nature_names import NATURES
from goufu.matcher.wording import (
    PLACES,
    UNLISTED,
    Line,
    columns,
    for_headings,
    for_natures,
    load_wording,
    parts,
    table_path,
    vectors,
)


def judged(title: str, department: str = "某县教育局", **fields: object) -> Assessment:
    item = BudgetItem("1", title, department=department, year=2026, **fields)  # type: ignore[arg-type]
    return assess([item], load_catalogs(), today=date(2026, 1, 1))[0]


# --------------------------------------------------------------------------------------------- what is read of a line


def test_the_end_of_a_title_stands_apart_with_and_without_its_dress() -> None:
    ends = parts(Line("改造工程设计费项目（二期）"))["end"]
    assert "费项目" in ends and "~设计费" in ends and "~程设计费" in ends


def test_what_says_nothing_of_the_purchase_is_left_out() -> None:
    found = parts(Line("孝义市2026年报刊征订费（晋财文〔2025〕18号）", department="孝义市教育局"))["title"]
    assert "报刊征订" in found
    assert not [gram for gram in found if "孝义" in gram or "晋财" in gram or re.search("[1-9]", gram)]


def test_brackets_clauses_and_the_body_have_their_own_n_grams() -> None:
    found = parts(Line("保洁费（含消杀）", "委托公司保洁，按月考核。", "某县人民医院"))
    assert "消杀" in found["bracket"]
    assert found["clause"] == ["委托", "按月", "~保洁", "~考核"]
    assert "医院" in found["body"]


def test_a_summary_that_repeats_the_title_is_none() -> None:
    assert parts(Line("遗属补助", "遗属补助"))["shape"] == ["none", "no summary"]


@pytest.mark.parametrize(
    ("column", "found"),
    [
        ({"economic": "30227 委托业务费"}, ("e:302", "e:30227")),
        ({"government": "50205 委托业务费"}, ("g:502", "g:50205")),
        ({"procurement": "C04010000物业管理服务"}, ("p:c", "p:c04", "p:c0401")),
        ({"procurement": "物业管理服务", "procured": True}, ("procured",)),
        ({"economic": "A02 设备"}, ()),
    ],
)
def test_columns_speak_by_their_codes(column: dict[str, object], found: tuple[str, ...]) -> None:
    assert columns(**column) == found  # type: ignore[arg-type]


# ------------------------------------------------------------------------------------------------------- the table


def test_the_table_can_be_read_back_to_no_line_and_no_place() -> None:
    wording = load_wording()
    assert max(map(len, wording.names)) <= 16  # a column's code, a Latin word
    assert not [n for n in wording.names if re.fullmatch("[^a-z:]{7,}", n)]
    assert not [n for n in wording.names if "孝义" in n or "吕梁" in n]
    assert wording.headings[-1] == UNLISTED and wording.natures.shape == (len(wording.names), len(NATURES))


def test_all_n_grams_of_one_place_have_together_the_length_of_the_place() -> None:
    wording = load_wording()
    found = vectors([Line("小区物业管理费", "保安、保洁"), Line("校舍维修工程")], wording)
    for place, length in enumerate(PLACES.values()):
        of_place = (found.row == 0) & (wording.place[found.gram] == place)
        if of_place.any():
            assert np.sqrt((found.weight[of_place] ** 2).sum()) == pytest.approx(length, rel=1e-3)


def test_no_lines_and_lines_without_a_known_word_give_nothing() -> None:
    wording = load_wording()
    found = vectors([Line("𠀀𠀁")], wording)
    assert found.strange[0] == 1
    assert for_headings(vectors([], wording), wording, 0).shape == (0, len(wording.headings))
    assert for_natures(vectors([], wording), wording, 0).shape == (0, len(NATURES))


def test_a_malformed_table_is_told_with_its_place(tmp_path: Path) -> None:
    lines = table_path().read_text("utf-8").splitlines()[:3]
    path = tmp_path / "grams.tsv"
    path.write_text("\n".join([*lines, "title\t坏\t1"]), encoding="utf-8")
    with pytest.raises(CatalogError, match=r"grams\.tsv"):
        load_wording(path)


# ---------------------------------------------------------------------------------------------------- what they decide


@pytest.mark.parametrize(
    ("title", "nature"),
    [
        ("教学楼加固改造工程", "works"),
        ("教学楼加固改造工程设计费", "service"),
        ("教学楼加固改造工程监理费", "service"),
        ("校园监控设备更换", "goods"),
        ("校园监控系统运维费", "service"),
        ("食堂食材采购", "goods"),
        ("食堂服务外包", "service"),
        ("临聘教师工资", "personnel"),
        ("贫困学生生活补助资金", "transfer"),
    ],
)
def test_the_head_of_the_title_decides(title: str, nature: str) -> None:
    assert judged(title).nature == nature


@pytest.mark.parametrize(
    ("economic", "nature"),
    [("31002 办公设备购置", "goods"), ("30227 委托业务费", "service"), ("31001 房屋建筑物购建", "works")],
)
def test_a_bare_title_goes_by_the_column_beside_it(economic: str, nature: str) -> None:
    assert judged("中心幼儿园项目", economic_class=economic).nature == nature


def test_the_words_that_decided_are_words_of_the_line() -> None:
    found = judged("校园监控设备更换", summary="更换摄像机80台")
    assert found.nature_words and all(w in "校园监控设备更换\n更换摄像机80台" for w in found.nature_words)


def test_a_bundle_names_its_parts() -> None:
    found = judged("智慧黑板购置及校园网三年运维服务", summary="购置黑板60块，并委托公司驻场运维三年。")
    assert found.nature == "mixed" and found.decision == "review"
    assert [nature for nature, _ in found.parts] == ["service", "goods"]
    assert found.record()["parts"][0]["words"]


def test_a_line_unlike_all_others_is_trusted_less() -> None:
    known, strange = judged("法律顾问服务费"), judged("黏菌共振层析谱牒服务费")
    assert known.certainty > 0.8 > strange.certainty
    assert strange.decision == "review"


# -------------------------------------------------------------------------------------------------------------- gaps


def test_a_service_that_nobody_lists_is_told_with_the_reason() -> None:
    found = judged("住院病区护工服务", department="某县人民医院")
    assert found.status == "unlisted"
    assert found.gap.zh.startswith("护理与陪护：")


@pytest.mark.parametrize(
    ("title", "gap", "plainly"),
    [
        ("垃圾场扩建工程测绘费", "测绘", 1.0),
        ("测绘成果应用平台运维", "测绘", 0.4),
        ("道路改造勘察设计项目（尾款）", "勘察设计", 1.0),
        ("法律顾问", None, 0.0),
    ],
)
def test_a_gap_is_plain_where_it_ends_the_title(title: str, gap: str | None, plainly: float) -> None:
    found, how = gap_of(title)
    assert (found.name if found else None, how) == (gap, plainly)


def test_every_gap_has_reasons_in_both_languages() -> None:
    assert all(all(gap.why) for gap in load_gaps().values())


def test_a_malformed_table_of_gaps_is_told(tmp_path: Path) -> None:
    path = tmp_path / "unlisted.toml"
    path.write_text('[[gap]]\nname = "x"\n', encoding="utf-8")
    with pytest.raises(CatalogError):
        load_gaps(path)

"""What changed between versions, read line by line in the printed documents, and how a comparison behaves.

2024-37 holds 生态环境 and 行政审批 completely and five sections in part; of class B both versions are complete.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from goufu.catalog.concordance.changes import Archive, Change, between, compare, load_archive, reach, reaches
from goufu.catalog.concordance.decided import (
    DECISION_COLUMNS,
    LINKING,
    SILENT,
    DecidedChange,
    Kind,
    decisions_in,
    read_decisions,
)
from goufu.catalog.errors import CatalogError, UnknownNameError
from goufu.catalog.load import data_directory
from goufu.catalog.model import Section
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.concordance import make, told, version

ARCHIVE = load_archive()
OLD, NEW = ARCHIVE.by_id["2024-37"], ARCHIVE.by_id["2025-28"]
A_CHANGES = compare(OLD, NEW, ARCHIVE.decisions, readings=ARCHIVE.readings)
B_CHANGES = compare(
    ARCHIVE.by_id["2021-34"], ARCHIVE.by_id["2023-47"], ARCHIVE.decisions, readings=ARCHIVE.readings
)
UNDECIDED = compare(OLD, NEW, readings=ARCHIVE.readings)

ENVIRONMENT = {
    ("added", "", "A060106 甲烷排放调查与监测服务"),
    (
        "split",
        "A060602 生态环境保护成果宣传教育、科学普及服务",
        "A060602 生态环境保护成果宣传教育服务 + A060603 生态环境保护成果科学普及服务",
    ),
    ("editorial", "A060701 农业农村设施运营服务", "A060701 农村农村设施运营服务"),
    ("removed", "A140601 重点核技术利用单位灾情调查评估服务", ""),
    ("added", "", "A140601 核辐射灾情综合评估应急服务"),
    ("reused", "A140601 重点核技术利用单位灾情调查评估服务", "A140601 核辐射灾情综合评估应急服务"),
    ("renamed", "A140603 环境应急综合演练服务", "A140603 环境应急综合服务"),
    (
        "merged",
        "A150207 习近平生态文明思想宣讲宣传服务 + A150208 山西省生态文明建设宣传服务",
        "A150207 生态文明宣传服务",
    ),
    ("added", "", "A150208 生态环境标准公益宣讲宣传服务"),
    ("reused", "A150208 山西省生态文明建设宣传服务", "A150208 生态环境标准公益宣讲宣传服务"),
    ("removed", "A150209 三晋生态文化宣传服务", ""),
    ("renamed", "A150302 习近平生态文明思想实践成果展览服务", "A150302 生态文明实践成果展览服务"),
    ("removed", "A150304 践行绿色生活方式展览服务", ""),
    ("added", "", "A160109 应对气候变化规划服务"),
    ("added", "", "A160305 温室气体清单统计编制服务"),
    ("added", "", "A160306 企业环境信用评价服务"),
    ("added", "", "A160505 企业环境信息披露监督检查服务"),
    (
        "editorial",
        "A160602 危险废物监督管理指南服务、固体废物污染控制标准规范制定服务",
        "A160602 危险废物监督管理指南服务，固体废物污染控制标准规范制定服务",
    ),
    ("editorial", "A160605 放射性污染防治标准治修订服务", "A160605 放射性污染防治标准制修订服务"),
    (
        "renamed",
        "A160606 地下水污染风险防控与修复治理行业标准修订服务",
        "A160606 地下水污染风险防控与修复治理行业标准制修订服务",
    ),
    ("added", "", "A160607 应对气候变化标准制修订服务"),
    ("added", "", "A160805 美丽山西建设课题研究咨询服务"),
    ("added", "", "A160806 环境形势分析课题研究咨询服务"),
    (
        "renamed",
        "A170103 自然保护地、生态保护地生态保护成效评估服务",
        "A170103 自然保护地、生态保护红线生态环境保护成效评估服务",
    ),
    ("added", "", "A170112 环境事件后续调查评估服务"),
    ("added", "", "A170316 辐射环境污染监测服务"),
}
APPROVAL = {
    ("added", "", "A150106 公共资源交易大数据分析服务"),
    ("added", "", "A150404 建设工程交易平台运行（现场）服务"),
    ("added", "", "A150405 一体化政务服务平台运营服务"),
    ("added", "", "A150406 涉企政策服务平台运营服务"),
    ("added", "", "A150407 高效办成一件事运营服务"),
    ("added", "", "A180603 帮办代办服务"),
}
CLASS_B = {
    ("added", "", "B0105 书记员服务"),
    (
        "renamed",
        "B0902 其他适合通过市场化方式提供的机关工作人员培训服务",
        "B0902 其他适合通过市场化方式提供的工作人员培训服务",
    ),
    ("added", "", "B1207 政府公物仓服务"),
    ("added", "", "B1208 罚没物品清理、修复服务"),
    ("added", "", "B1209 罚没物品质量鉴定、价格评估服务"),
    ("added", "", "B1210 罚没物品公开拍卖服务"),
    ("added", "", "B1211 罚没物品销毁服务"),
    ("added", "", "B1212 机关事业单位招录（聘）服务"),
}


def read(changes: tuple[Change, ...], section: str) -> set[tuple[str, str, str]]:
    """The changes of one section as they are written above, the silent kinds left out."""
    return {
        (
            c.kind,
            " + ".join(f"{e.code} {e.name}" for e in c.old),
            " + ".join(f"{e.code} {e.name}" for e in c.new),
        )
        for c in changes
        if c.section == section and c.kind not in SILENT
    }


@pytest.mark.parametrize(
    ("changes", "section", "expected"),
    [
        (A_CHANGES, "生态环境", ENVIRONMENT),
        (A_CHANGES, "行政审批", APPROVAL),
        (B_CHANGES, "B", CLASS_B),
    ],
    ids=["生态环境", "行政审批", "B"],
)
def test_the_completely_held_sections(
    changes: tuple[Change, ...], section: str, expected: set[tuple[str, str, str]]
) -> None:
    assert read(changes, section) == expected


def test_the_rest_of_the_completely_held_sections_is_unchanged() -> None:
    counts = Counter((c.section, c.kind) for c in A_CHANGES if c.kind == "unchanged")
    touched = {e for c in A_CHANGES if c.section == "生态环境" and c.kind not in SILENT for e in c.old}
    assert (len(OLD.in_section("生态环境")), len(touched)) == (107, 13)
    assert counts["生态环境", "unchanged"] == 107 - 13
    assert counts["行政审批", "unchanged"] == len(OLD.in_section("行政审批"))
    assert Counter(c.kind for c in B_CHANGES if c.section == "B")["unchanged"] == 49


def test_the_same_is_found_without_decisions_and_the_close_calls_are_marked() -> None:
    assert read(UNDECIDED, "生态环境") == ENVIRONMENT
    close = {c.code for c in UNDECIDED if c.close}
    assert close == {"A140601", "A150207", "A150208", "A150209"}
    assert not any(c.close for c in A_CHANGES)


@pytest.mark.parametrize("section", ["自然资源", "住房和城乡建设", "统计", "信访", "残疾人联合会"])
def test_a_partly_held_section_is_compared_only_where_it_is_held(section: str) -> None:
    mine = [c for c in A_CHANGES if c.section == section]
    assert {c.kind for c in mine} == {"unchanged", "not_comparable"}
    assert sum(c.kind == "unchanged" for c in mine) == len(OLD.in_section(section))
    silent = sum(len(c.new) for c in mine if c.kind == "not_comparable")
    assert silent == len(NEW.in_section(section)) - len(OLD.in_section(section))


def test_no_addition_or_removal_where_a_side_is_not_held() -> None:
    complete = {"生态环境", "行政审批"}
    assert all(c.kind in SILENT for c in A_CHANGES if c.section not in complete)
    absent = [c for c in A_CHANGES if c.section not in OLD.sections]
    assert {c.kind for c in absent} == {"not_comparable"}
    assert len({c.section for c in absent}) == 56 - 7
    assert {c.kind for c in B_CHANGES if c.section == "A"} == {"not_comparable"}


def test_every_entry_is_accounted_for_exactly_once() -> None:
    for changes, old, new in (
        (A_CHANGES, OLD, NEW),
        (B_CHANGES, ARCHIVE.by_id["2021-34"], ARCHIVE.by_id["2023-47"]),
    ):
        own = [c for c in changes if c.kind != "reused"]
        assert Counter(e for c in own for e in c.old) == Counter(old.entries)
        assert Counter(e for c in own for e in c.new) == Counter(new.entries)


def test_the_other_way_round_is_the_mirror() -> None:
    mirror = {"added": "removed", "removed": "added", "split": "merged", "merged": "split"}
    back = compare(NEW, OLD, ARCHIVE.decisions, readings=ARCHIVE.readings)
    forth = {(mirror.get(c.kind, c.kind), c.section, c.new, c.old) for c in A_CHANGES}
    assert {(c.kind, c.section, c.old, c.new) for c in back} == forth


def test_the_frame_and_the_departments_cannot_be_compared() -> None:
    changes = compare(ARCHIVE.by_id["2021-34"], NEW)
    assert {c.kind for c in changes} == {"not_comparable"}


def test_a_version_that_is_not_held_gives_nothing_to_compare() -> None:
    changes = compare(ARCHIVE.by_id["2023-43"], NEW)
    assert {c.kind for c in changes} == {"not_comparable"}
    assert sum(len(c.new) for c in changes) == len(NEW.entries)


def test_evidence_is_given_in_both_languages() -> None:
    for change in (*A_CHANGES, *B_CHANGES):
        assert change.evidence and all(e.text.zh and e.text.en for e in change.evidence)
        assert 0 <= change.confidence <= 1
    misprint = next(c for c in A_CHANGES if c.code == "A060701" and c.section == "生态环境")
    assert any("重出“农村”" in e.text.zh for e in misprint.evidence)


# --------------------------------------------------------------------------------------- made-up versions


def kinds(changes: tuple[Change, ...]) -> set[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    return {
        (c.kind, tuple(e.code for e in c.old), tuple(e.code for e in c.new))
        for c in changes
        if c.kind not in SILENT
    }


def changed(old: dict[str, str], new: dict[str, str]) -> set[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """The changes from `old` to `new` in one section that holds a few bystanders too."""
    others = {"A170101": "排水管网检测服务", "A170102": "树木病虫防治服务", "A170103": "路灯节能改造评估服务"}
    return kinds(compare(version("2030-1", {"甲": others | old}), version("2031-1", {"甲": others | new})))


def test_a_name_that_moved_is_renumbered_and_its_old_code_reused() -> None:
    found = changed(
        {"A150201": "全民阅读推广宣传服务", "A150202": "消防安全知识宣传服务"},
        {"A150201": "消防安全知识宣传服务", "A150202": "未成年人保护宣传服务"},
    )
    assert found == {
        ("removed", ("A150201",), ()),
        ("renumbered", ("A150202",), ("A150201",)),
        ("added", (), ("A150202",)),
        ("reused", ("A150201",), ("A150201",)),
        ("reused", ("A150202",), ("A150202",)),
    }


def test_word_order_particles_and_punctuation_are_editorial() -> None:
    found = changed(
        {
            "A150201": "科学普及、宣传教育服务",
            "A150202": "残疾人权益的保障服务",
            "A150203": "供水（供热）监测服务",
        },
        {
            "A150201": "宣传教育、科学普及服务",
            "A150202": "残疾人权益保障服务",
            "A150203": "供水(供热)监测服务",
        },
    )
    assert found == {("editorial", (c,), (c,)) for c in ("A150201", "A150202", "A150203")}


def test_a_split_in_three() -> None:
    found = changed(
        {"A160101": "城市供水、农村公路、古树名木规划服务"},
        {"A160101": "城市供水规划服务", "A160102": "农村公路规划服务", "A160103": "古树名木规划服务"},
    )
    assert found == {("split", ("A160101",), ("A160101", "A160102", "A160103"))}


def test_like_names_of_different_services_are_not_confused() -> None:
    found = changed(
        {"A160101": "老旧小区改造规划服务", "A160102": "殡葬事业发展规划服务"},
        {"A160101": "老旧小区改造规划服务", "A160102": "历史文化街区规划服务"},
    )
    assert found == {
        ("removed", ("A160102",), ()),
        ("added", (), ("A160102",)),
        ("reused", ("A160102",), ("A160102",)),
    }


def test_a_heading_that_moved_takes_its_entries_along() -> None:
    old = {"A1502": "公共公益宣传服务", "A150201": "禁毒宣传服务", "A150202": "防溺水宣传服务"}
    new = {"A1505": "公共公益宣传服务", "A150501": "禁毒宣传服务", "A150502": "预防溺水宣传服务"}
    found = changed(old, new)
    assert ("renumbered", ("A1502",), ("A1505",)) in found
    assert ("renumbered", ("A150201",), ("A150501",)) in found
    assert ("renumbered", ("A150202",), ("A150502",)) in found


def test_a_partial_section_says_how_far_it_reaches() -> None:
    assert reach(Section("甲", "complete")) == (("", "C"),)
    assert reach(Section("甲", "absent")) == reach(None) == reach(Section("甲", "partial")) == ()
    assert reach(Section("甲", "partial", None, "所存页自 A1602 起，无部门标题")) == (("A1602", "C"),)
    assert reach(Section("甲", "partial", None, "所存页止于标题 A1101")) == (("", "A1101"),)
    gap = reach(Section("A", "partial", None, "缺一页：A0304 之后、A07 之前（文件页码由 4 跳到 6）"))
    assert gap == (("", "A0304"), ("A07", "C"))
    assert [reaches(gap, c) for c in ("A0304", "A0305", "A06", "A07")] == [True, False, False, True]


def test_a_partial_section_claims_nothing_beyond_its_pages_but_within_them_it_does() -> None:
    old = {"A160101": "甲乙规划服务", "A160102": "丙丁戊规划服务"}
    new = {
        "A150101": "子丑寅卯服务",
        "A160101": "甲乙规划服务",
        "A160103": "辰巳午未规划服务",
        "A170101": "申酉服务",
    }
    partial = version("2030-1", {"甲": old}, 甲="所存页自 A1601 起，止于 A1699")
    found = kinds(compare(partial, version("2031-1", {"甲": new})))
    assert found == {("removed", ("A160102",), ()), ("added", (), ("A160103",))}
    unknown = version("2030-1", {"甲": old}, 甲="纸面残损")
    found = kinds(compare(unknown, version("2031-1", {"甲": new})))
    assert found == {("removed", ("A160102",), ())}


def test_across_versions_an_entry_renamed_twice_is_known_again() -> None:
    names = ("电子政务外网运行维护服务", "电子政务外网安全运营服务", "政务云网安全运营保障服务")
    others = {
        "A150102": "数字档案整理加工服务",
        "A150103": "气象灾害预警发布服务",
        "A150104": "村史馆讲解服务",
    }
    one, two, three = (
        version(f"203{n}-1", {"甲": others | {"A150101": name}}) for n, name in enumerate(names)
    )
    archive = Archive((three, one, two))
    assert between(archive.versions, one, three) == (two,)
    assert between(archive.versions, three, one) == (two,)
    (step,) = [c for c in archive.changes("2030-1", "2032-1", "甲") if c.kind not in SILENT]
    assert step.kind == "renamed" and any(e.kind == "via" for e in step.evidence)
    direct = kinds(compare(one, three))
    assert ("renamed", ("A150101",), ("A150101",)) not in direct  # only the version between shows it


def test_what_a_version_between_dropped_is_still_found_directly() -> None:
    one, two, three = (
        version(f"203{n}-1", {"甲": {"A150101": "禁毒宣传服务"} | more})
        for n, more in enumerate(({"A150102": "助残服务热线"}, {}, {"A150102": "助残服务热线"}))
    )
    assert not kinds(compare(one, three, via=(two,)))


def test_an_archive_names_what_it_does_not_know() -> None:
    with pytest.raises(UnknownNameError, match="2099-1"):
        ARCHIVE.changes("2099-1", "2025-28", "教育")


# ------------------------------------------------------------------------------------------------ decisions


def decision(kind: Kind, old: str, new: str) -> DecidedChange:
    return DecidedChange(
        "2030-1", "2031-1", "甲", kind, tuple(old.split()), tuple(new.split()), "读过原文", "x.tsv:2"
    )


def test_a_decision_wins() -> None:
    old = version("2030-1", {"甲": {"A160101": "甲乙丙规划服务", "A160102": "子丑寅规划服务"}})
    new = version("2031-1", {"甲": {"A160101": "甲乙丁规划服务", "A160103": "完全不同的事"}})
    assert ("renamed", ("A160101",), ("A160101",)) in kinds(compare(old, new))
    apart = kinds(compare(old, new, [decision("reused", "A160101", "A160101")]))
    assert {k for k, *_ in apart} == {"removed", "added", "reused"}
    tied = compare(old, new, [decision("renumbered", "A160102", "A160103")])
    assert ("renumbered", ("A160102",), ("A160103",)) in kinds(tied)
    (change,) = [c for c in tied if c.kind == "renumbered"]
    assert change.confidence == 1 and not change.close and "读过原文" in change.evidence[0].text.zh
    back = kinds(compare(new, old, [decision("renumbered", "A160102", "A160103")]))
    assert ("renumbered", ("A160103",), ("A160102",)) in back


def test_a_decision_about_a_code_that_is_not_there_is_refused() -> None:
    old, new = (version(v, {"甲": {"A160101": "甲乙丙规划服务"}}) for v in ("2030-1", "2031-1"))
    with pytest.raises(CatalogError, match="A160109"):
        compare(old, new, [decision("removed", "A160109", "")])
    with pytest.raises(CatalogError, match="A160101"):
        compare(old, new, [decision("removed", "A160101", ""), decision("unchanged", "A160101", "A160101")])


@pytest.mark.parametrize(
    "row",
    [
        "2030-1\t2031-1\t甲\tmoved\tA160101\tA160101\t理由",
        "2030-1\t2031-1\t甲\tsplit\tA160101\tA160101\t理由",
        "2030-1\t2031-1\t甲\tremoved\tA160101\tA160102\t理由",
        "2030-1\t2031-1\t甲\trenamed\tA1601\tX\t理由",
        "2030-1\t2031-1\t甲\tnot_comparable\tA160101\t\t理由",
        "2030-1\t2031-1\t甲\trenamed\tA160101\tA160101\t ",
        "2030-1\t2031-1\t甲\trenamed\tA160101\tA160101",
    ],
)
def test_a_row_that_is_no_decision_is_refused_with_its_line(tmp_path: Path, row: str) -> None:
    path = tmp_path / "x.tsv"
    path.write_text("\t".join(DECISION_COLUMNS) + "\n" + row + "\n", encoding="utf-8")
    with pytest.raises(CatalogError, match="x.tsv:2"):
        read_decisions(path)


def test_the_shipped_decisions_are_about_versions_and_entries_that_are_held() -> None:
    decisions = decisions_in(data_directory() / "catalogs" / "concordance")
    assert decisions
    for made in decisions:
        for identity, codes in ((made.from_version, made.old), (made.to_version, made.new)):
            assert all((made.section, code) in ARCHIVE.by_id[identity].by_key for code in codes)


# ------------------------------------------------------------------------------------------------ properties


def test_known_changes_of_a_large_made_up_catalog_come_back() -> None:
    old, new, truth = make(2500, sections=4, seed=7)
    found = told(compare(old, new))
    assert len(truth & found) / len(truth) > 0.98
    assert len(found - truth) / len(found) < 0.02


NAMES = st.text(alphabet="甲乙丙丁戊己庚辛监测宣传规划服务", min_size=1, max_size=8)
CODES = st.sampled_from([f"A16{t:02}{f:02}" for t in range(1, 4) for f in range(1, 5)])


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(CODES, NAMES, max_size=10), st.dictionaries(CODES, NAMES, max_size=10))
def test_whatever_the_names_every_entry_has_its_place(old: dict[str, str], new: dict[str, str]) -> None:
    one, two = version("2030-1", {"甲": old}), version("2031-1", {"甲": new})
    changes = compare(one, two)
    own = [c for c in changes if c.kind != "reused"]
    assert Counter(e for c in own for e in c.old) == Counter(one.entries)
    assert Counter(e for c in own for e in c.new) == Counter(two.entries)
    for change in changes:
        assert (change.kind in LINKING or change.kind == "reused") == bool(change.old and change.new)
    assert {c.kind for c in compare(one, one)} <= {"unchanged"}

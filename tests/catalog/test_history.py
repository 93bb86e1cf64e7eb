"""The life of an entry, told in sentences that the printed documents bear out."""

from __future__ import annotations

import pytest
from goufu.catalog.concordance.changes import Archive, load_archive
from goufu.catalog.concordance.history import history, sentences
from goufu.catalog.errors import UnknownNameError

from benchmarks.concordance import version

ARCHIVE = load_archive()


def story(section: str, code: str, lang: str = "zh") -> str:
    return "\n".join(sentences(history(ARCHIVE, section, code), lang))


def test_an_entry_that_was_renamed() -> None:
    told = story("B", "B0902")
    assert "2021-34（2021-07-08 起）：列有 B0902 其他适合通过市场化方式提供的机关工作人员培训服务。" in told
    assert "2023-47（2023-09-01 起）：改名为 B0902 其他适合通过市场化方式提供的工作人员培训服务。" in told
    assert "2023-47 未见废止" in told


def test_a_code_with_two_lives() -> None:
    told = history(ARCHIVE, "生态环境", "A150208")
    assert [life.stations[-1].entries[0].name for life in told.lives] == [
        "生态文明宣传服务",
        "生态环境标准公益宣讲宣传服务",
    ]
    told_zh = story("生态环境", "A150208")
    assert "先后指过 2 项服务" in told_zh and "合并为 A150207 生态文明宣传服务" in told_zh
    assert "has meant 2 services" in story("生态环境", "A150208", "en")


def test_an_entry_that_is_gone() -> None:
    told = story("生态环境", "A150209")
    assert "2025-28（2025-07-15 起）：A150209 三晋生态文化宣传服务 不再列入" in told
    assert told.endswith("所知最新一版 2025-28 已无此项服务。")


def test_a_split_entry_goes_on_as_two() -> None:
    (life,) = history(ARCHIVE, "生态环境", "A060602").lives
    assert [e.code for e in life.stations[-1].entries] == ["A060602", "A060603"]


def test_not_held_is_a_gap_and_not_a_beginning() -> None:
    assert "“教育”未存，不知其时有无" in story("教育", "A010101")
    assert "2024-37（2024-08-02 起）：“住房和城乡建设”此处未存" in story("住房和城乡建设", "A110103")
    new = history(ARCHIVE, "行政审批", "A150405")  # 2024-37 holds the section and has no such entry
    assert [s.happening for s in new.lives[0].stations] == ["added"]


def test_a_misprinted_code_finds_its_entry() -> None:
    told = history(ARCHIVE, "住房和城乡建设", "160601")
    assert told.code == "A160601" and told.notes[0][0] == "2025-28 把 A160601 印作 160601。"


def test_three_versions() -> None:
    first = version("2030-1", {"甲": {"A150101": "禁毒宣传服务", "A150102": "村史馆讲解服务"}})
    second = version("2031-1", {"甲": {"A150101": "禁毒和防艾宣传服务"}})
    third = version("2032-1", {"甲": {"A150102": "禁毒和防艾宣传服务", "A150101": "数字档案整理服务"}})
    archive = Archive((first, second, third))
    one, two = history(archive, "甲", "A150101").lives
    assert [s.happening for s in one.stations] == ["listed", "changed", "changed"]
    assert [c.change.kind for c in one.stations[1:] if c.change] == ["renamed", "renumbered"]
    assert [s.happening for s in two.stations] == ["added"]
    gone, moved = history(archive, "甲", "A150102").lives
    assert [s.happening for s in gone.stations] == ["listed", "removed"]
    assert gone.zh == "所知最新一版 2032-1 已无此项服务。"
    assert moved == one


def test_an_unknown_code_names_the_sections_that_have_it() -> None:
    with pytest.raises(UnknownNameError, match="行政审批"):
        history(ARCHIVE, "教育", "A150401")


def test_every_entry_of_every_version_has_a_history() -> None:
    for held in ARCHIVE.versions:
        for entry in held.leaves():
            if entry.section == "A":
                continue
            told = history(ARCHIVE, entry.section, entry.code)
            assert any(entry in s.entries for life in told.lives for s in life.stations), entry
            assert all(s.zh and s.en for life in told.lives for s in life.stations)

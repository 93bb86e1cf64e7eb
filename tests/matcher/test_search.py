"""Entries found by words and by pinyin, and that a lookup judges as a classification does."""

from datetime import date

import pytest
from goufu.catalog.errors import UnknownNameError
from goufu.catalog.load import load_catalogs, version_named
from goufu.disclosure.model import BudgetItem
from goufu.matcher.assess import assess
from goufu.matcher.index.pinyin import by_pinyin, initials, share_spelt, syllables
from goufu.matcher.index.targets import targets_on
from goufu.matcher.model import Assessment
from goufu.matcher.search import SURE, Found, look_up
from hypothesis import given, settings
from hypothesis import strategies as st

VERSIONS = load_catalogs()
DAY = date(2026, 1, 1)


def found(words: str, *sections: str, limit: int = 10) -> Found:
    return look_up(words, VERSIONS, DAY, sections, limit=limit)


def classified(title: str, *sections: str) -> Assessment:
    (judged,) = assess([BudgetItem(id="1", title=title)], VERSIONS, DAY, on=DAY, sections=sections)
    return judged


def test_the_letters_of_a_name() -> None:
    assert initials("污水处理服务") == "wsclfw"
    assert initials("12345政务服务热线便民服务") == "12345zwfwrxbmfw"


def test_an_entry_is_found_by_the_letters_of_its_name() -> None:
    first = found("wsclfw").entries[0]
    assert (first.section, first.code, first.score) == ("住房和城乡建设", "A110103", 1.0)
    there = found("wsclfw", "水利")  # not one of its entries: said to be elsewhere
    assert there.entries == () and not there.sure
    assert [(c.section, c.code) for c in there.elsewhere] == [("住房和城乡建设", "A110103")]


@pytest.mark.parametrize(
    "typed",
    ["wushui", "wushuichuli", "wu shui chu li", "WuShui'ChuLi", "wushuichulifuw", "wushuicl", "wsclfuwu"],
)
def test_an_entry_is_found_by_pinyin_spelt_out_or_in_part(typed: str) -> None:
    assert found(typed, "住房和城乡建设").entries[0].code == "A110103"


def test_a_character_is_spelt_from_its_beginning_and_to_the_next() -> None:
    name = "污水处理服务"
    assert share_spelt("wushui", name) == pytest.approx(2 / 6)
    assert share_spelt("shuichu", name) == pytest.approx(2 / 6)
    assert share_spelt("fu", name) == pytest.approx(1 / 6)
    assert share_spelt("ushui", name) == 0 and share_spelt("wushiu", name) == 0
    assert share_spelt("wushuichulifuwua", name) == 0


@given(st.sampled_from([t.name for t in targets_on(VERSIONS, DAY).targets]), st.data())
def test_every_run_of_a_name_finds_it(name: str, data: st.DataObject) -> None:
    parts = syllables(name)
    start = data.draw(st.integers(0, len(parts) - 1))
    run = parts[start : data.draw(st.integers(start + 1, len(parts)))]
    typed = "".join(data.draw(st.sampled_from([part, part[0]])) for part in run)
    assert share_spelt(typed, name) >= len(run) / len(parts) - 1e-9 or typed in initials(name)


def test_words_are_not_taken_for_letters() -> None:
    assert by_pinyin(targets_on(VERSIONS, DAY).targets, "CA") == []
    assert found("等保测评").entries[0].code == "A170104"


@pytest.mark.parametrize(
    ("words", "section"),
    [
        ("等保测评", "行政审批"),
        ("政务大厅保洁", "行政审批"),
        ("河道管护", "水利"),
        ("机关会议费", "财政"),
        ("搬家", "财政"),
    ],
)
def test_lookup_and_classify_are_one_judgement(words: str, section: str) -> None:
    judged, there = classified(words, section), found(words, section)
    assert there.judgement is not None and there.judgement.nature == judged.nature
    assert there.judgement.status == judged.status
    assert there.judgement.codes[0].code == judged.codes[0].code
    likeliest = there.entries[0]
    assert likeliest.code in {c.code for c in judged.codes}
    scores = {c.code: judged.fit * c.score for c in judged.codes}
    assert likeliest.score <= scores[likeliest.code] + 1e-9
    if there.sure:
        assert likeliest.code == judged.codes[0].code
        assert likeliest.score == pytest.approx(scores[likeliest.code])


@pytest.mark.parametrize("sections", [(), ("行政审批",)])
@pytest.mark.parametrize("words", ["宣传", "保洁", "等保测评", "监测"])
def test_how_many_are_asked_for_changes_no_score(words: str, sections: tuple[str, ...]) -> None:
    many = found(words, *sections, limit=30).entries
    for limit in (1, 3, 10):
        few = found(words, *sections, limit=limit).entries
        assert [(c.section, c.code, c.score) for c in few] == [
            (c.section, c.code, c.score) for c in many[:limit]
        ]


@pytest.mark.parametrize("words", ["搬家", "洗衣", "房租", "公交运营", "护工"])
@pytest.mark.parametrize("sections", [(), ("行政审批",), ("水利",)])
def test_what_nobody_lists_is_not_answered_with_confidence(words: str, sections: tuple[str, ...]) -> None:
    there = found(words, *sections)
    assert not there.sure
    assert all(c.score < SURE for c in (*there.entries, *there.elsewhere))


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ("电脑采购", "GF201"),
        ("办公家具", "GF201"),
        ("道路硬化工程", "GF201"),
        ("人员工资", "GF203"),
        ("劳务派遣", "GF203"),
        ("公益性岗位", "GF203"),
        ("还本付息", "GF204"),
    ],
)
def test_what_cannot_be_bought_as_a_service_is_said_with_the_rule(words: str, rule: str) -> None:
    there = found(words)
    assert [f.rule for f in there.notices] == [rule] and not there.sure
    assert "财政部令第102号第十条" in there.notices[0].basis.zh


@pytest.mark.parametrize("words", ["等保测评", "保洁", "印刷", "审计", "物业管理服务", "应急广播系统维修"])
def test_services_get_no_such_notice(words: str) -> None:
    assert found(words).notices == ()


def test_the_day_and_the_version_are_honoured() -> None:
    before = look_up("政务服务大厅", VERSIONS, date(2025, 1, 1), ("行政审批",))
    assert before.versions == ("2024-37", "2023-47")
    assert {c.version for c in before.entries} <= {"2024-37", "2023-47"}
    old = version_named(VERSIONS, "2024-37")
    named = look_up("政务服务大厅", VERSIONS, DAY, ("行政审批",), old)
    assert (named.on, named.versions) == (date(2024, 8, 2), ("2024-37",))
    assert named.entries and {c.version for c in named.entries} == {"2024-37"}
    office = look_up("保洁", VERSIONS, DAY, (), version_named(VERSIONS, "2023-47"))
    assert {c.section for c in office.entries} == {"B"}


def test_a_version_that_is_not_held_is_not_one_that_lists_nothing() -> None:
    with pytest.raises(UnknownNameError, match="未存不等于未列"):
        look_up("保洁", VERSIONS, DAY, (), version_named(VERSIONS, "2023-43"))


def test_a_class_can_be_asked_for() -> None:
    assert {c.section for c in found("法律顾问", "B").entries} == {"B"}
    assert "B" not in {c.section for c in found("法律顾问", "A").entries}


def test_what_nobody_sees_changes_nothing() -> None:
    assert found("等保\u200b测评").entries == found("等保测评").entries
    assert found("\ufeff等保测评").entries == found("等保测评").entries


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=30))
def test_any_query_can_be_asked(query: str) -> None:
    there = found(query, limit=3)
    assert all(0 <= c.score <= 1 for c in there.entries) and len(there.entries) <= 3

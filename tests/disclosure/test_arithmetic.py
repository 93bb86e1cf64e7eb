"""Figures against figures: every total of the four examples is confirmed or reported, and a changed one is found."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from pathlib import Path

import example_formats
import pytest
from goufu.disclosure.assemble import assemble, read_disclosure
from goufu.disclosure.formats.text import read_text, text_lines
from goufu.disclosure.lines import Line
from goufu.disclosure.model import Disclosure
from hypothesis import given, settings
from hypothesis import strategies as st

OFFICE, LABOUR, APPROVAL, CITY = example_formats.STEMS


@pytest.fixture(scope="module")
def read() -> dict[str, Disclosure]:
    return {stem: read_disclosure(example_formats.EXAMPLES / f"{stem}.txt") for stem in example_formats.STEMS}


def test_every_subtotal_and_total_of_the_project_tables_is_compared(read: dict[str, Disclosure]) -> None:
    for disclosure in read.values():
        compared = [c for c in disclosure.checks if c.kind in ("total", "subtotal")]
        assert [(c.printed, c.place) for c in compared] == [
            (s.amount_wan, s.place) for s in disclosure.subtotals
        ]
        assert all(check.agrees for check in compared)


def test_what_does_not_add_up(read: dict[str, Disclosure]) -> None:
    """Five figures: three that the text itself misprints, and one misread cell that shows in its row and column."""
    wrong = {
        stem: [(c.printed, c.summed, c.place.line) for c in d.checks if not c.agrees and c.place]
        for stem, d in read.items()
    }
    assert wrong == {
        OFFICE: [(Decimal("65.09"), Decimal("130.18"), 452)],
        LABOUR: [
            (Decimal(47), Decimal(15), 581),
            (Decimal("4258.44"), Decimal("3987.10"), 581),
            (Decimal("2669.62"), Decimal("2670.23"), 139),
            (Decimal("937.29"), Decimal("937.9"), 142),
        ],
        APPROVAL: [],
        CITY: [],
    }
    assert [len(d.checks) for d in read.values()] == [148, 257, 173, 256]
    for disclosure in read.values():
        reported = [
            r for r in disclosure.remarks if r.kind in ("subtotal", "total", "narrative", "statement")
        ]
        assert len(reported) == sum(not check.agrees for check in disclosure.checks)


@cache
def lines_of() -> dict[str, list[Line]]:
    """The lines of each example."""
    return {
        stem: text_lines(read_text(example_formats.EXAMPLES / f"{stem}.txt"), f"{stem}.txt")
        for stem in example_formats.STEMS
    }


def rows() -> st.SearchStrategy[tuple[str, int | None, str]]:
    """Any item of any example: the example, the number of its line, its amount as printed."""
    return st.sampled_from(
        [
            (stem, item.place.line, str(item.amount_wan))
            for stem, lines in lines_of().items()
            for item in assemble(lines, stem, stem).items
            if item.place is not None
        ]
    )


@settings(max_examples=30, deadline=None)
@given(st.deferred(rows), st.sampled_from(["0.07", "-0.11", "1", "90", "-0.9", "1000"]))
def test_a_changed_amount_is_found(row: tuple[str, int | None, str], change: str) -> None:
    """Whichever item is misread by more than the rounding, some total says so, and the item's own row does."""
    stem, number, printed = row
    wrong = str(Decimal(printed) + Decimal(change))
    lines = [
        line if line.place.line != number else type(line)((line.cells[0], wrong, *line.cells[2:]), line.place)
        for line in lines_of()[stem]
    ]
    disclosure = assemble(lines, stem, stem)
    assert any(not check.agrees for check in disclosure.checks if check.kind in ("total", "subtotal"))
    assert any(r.kind == "row" and r.place and r.place.line == number for r in disclosure.remarks)


def test_a_lost_row_is_found(tmp_path: Path) -> None:
    text = (example_formats.EXAMPLES / f"{LABOUR}.txt").read_text("utf-8")
    path = tmp_path / "a.txt"
    path.write_text(text.replace("门诊慢特病网上认证\t0.54\t0.54", "", 1), "utf-8")
    wrong = [check.what.zh for check in read_disclosure(path).checks if not check.agrees]
    assert any("孝义市医疗保险服务中心" in what for what in wrong)
    assert any("（本年预算）合计" in what for what in wrong)
    assert any("二级项目数" in what for what in wrong)


def test_forms_that_differ_from_their_lines(read: dict[str, Disclosure]) -> None:
    told = {r.item: r.text for r in read[CITY].remarks if r.kind == "form"}
    by_id = {item.id: item for item in read[CITY].items}
    assert {by_id[i].title for i in told} >= {
        "王家沟垃圾填埋场封场准备工程",
        "26年驿站公厕",
        "25年土地补偿费",
    }
    assert len(told) == 8
    without = [r.item for r in read[CITY].remarks if r.kind == "no form"]
    assert [by_id[i].title for i in without] == [
        "餐厨垃圾处理服务费",
        "2020年残保金",
        "天然气供热管道更新改造工程",
        "城市绿地健康步道建设项目",
    ]


def test_a_form_with_another_amount_is_linked_by_name_and_reported(tmp_path: Path) -> None:
    text = (example_formats.EXAMPLES / f"{OFFICE}.txt").read_text("utf-8")
    path = tmp_path / "a.txt"
    path.write_text(text.replace("98,000", "89,000"), "utf-8")
    disclosure = read_disclosure(path)
    item = next(i for i in disclosure.items if i.title == "协同办公系统维护费")
    assert item.form is not None and item.link is not None and item.link < 0.8
    told = [r for r in disclosure.remarks if r.item == item.id]
    assert [r.level for r in told] == ["warning"] and "89,000" in told[0].text and "9.80" in told[0].text


def _managed(sentence: str) -> Disclosure:
    text = (
        "部门名称：甲县水利局\n2026年项目支出预算表（本年预算）\n单位：万元\n项目名称\t合计\t一般公共预算\n河道保洁服务\t3.00\t3.00\n"
        f"水库巡查服务\t5.00\t5.00\n\n十、绩效管理情况\n{sentence}\n"
    )
    return assemble(text_lines(text, "甲.txt"), "甲.txt", "甲")


@pytest.mark.parametrize(
    "sentence, told",
    [
        (
            "二级项目2个，共计金额8.00万元。其中：其他运转类项目1个，涉及金额3.00万元；特定目标类项目5.00个，涉及金额5.00万元。",
            ["“5.00 个”像是金额，不是个数，未计入）：所印 2 个，算得 1 个，相差 1"],
        ),
        (
            "二级项目2个，共计金额8.00万元。其中：其他运转类项目1个，涉及金额3.25万元；特定目标类项目4.75个，涉及金额4.75万元。",
            ["“4.75 个”像是金额，不是个数，未计入）：所印 2 个，算得 1 个，相差 1"],
        ),
        (
            "二级项目8.25个，共计金额8.00万元。其中：其他运转类项目1个，涉及金额3.00万元；特定目标类项目1个，涉及金额5.00万元。",
            [
                "二级项目数，“8.25 个”像是金额，不是个数，未计入：所印 8.25 个，算得 2 个；",
                "所印 8.25 个，算得 2 个；",
            ],
        ),
    ],
)
def test_money_is_no_number_of_projects(sentence: str, told: list[str]) -> None:
    counts = [r.text for r in _managed(sentence).remarks if "个数" in r.text or "项目数" in r.text]
    assert len(counts) == len(told) and all(part in text for part, text in zip(told, counts, strict=True))


def test_shares_and_numbers_of_people_are_not_added_up() -> None:
    text = (
        "2026年一般公共预算支出预算表\n单位：万元\n科目编码\t科目名称\t合计\t基本支出\t项目支出\t占比（%）\t人数\n"
        "\t合计\t8.00\t3.00\t5.00\t100\t12\n201\t一般公共服务支出\t8.00\t3.00\t5.00\t100\t9\n"
        "2026年财政拨款“三公”经费预算表\n项目\t2025年预算\t2026年预算\t增减率%\n公务接待费\t1.00\t2.00\t100\n因公出国(境)费\t2.00\t1.00\t-50\n合计\t3.00\t3.00\t0\n"
        "部门名称：甲县水利局\n2026年项目支出预算表（本年预算）\n单位：万元\n项目名称\t合计\t一般公共预算\n河道保洁服务\t5.00\t5.00\n"
    )
    checks = assemble(text_lines(text, "甲.txt"), "甲.txt", "甲").checks
    assert len(checks) >= 7 and all(check.agrees for check in checks)

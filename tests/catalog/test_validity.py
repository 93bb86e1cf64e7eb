"""What applies on a date, against what the documents say of themselves (印发 and 废止 dates)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from goufu.catalog.load import load_catalogs, version_named
from goufu.catalog.model import CatalogVersion
from goufu.catalog.validity import applicable, effective, in_force, in_order, reference_date

VERSIONS = load_catalogs()


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("2021-07-07", ()),
        ("2021-07-08", ("2021-34",)),
        ("2023-01-01", ("2021-34",)),
        ("2023-08-31", ("2021-34",)),
        ("2023-09-01", ("2023-43", "2023-47")),
        ("2024-08-01", ("2023-43", "2023-47")),
        ("2024-08-02", ("2024-37", "2023-47")),
        ("2025-01-01", ("2024-37", "2023-47")),
        ("2025-07-14", ("2024-37", "2023-47")),
        ("2025-07-15", ("2025-28", "2023-47")),
        ("2026-01-01", ("2025-28", "2023-47")),
    ],
)
def test_versions_in_force(on: str, expected: tuple[str, ...]) -> None:
    assert applicable(VERSIONS, "", date.fromisoformat(on)).versions == expected


def test_a_budget_is_judged_by_its_first_day_and_told_what_overtook_it() -> None:
    budget_2025 = applicable(VERSIONS, "行政审批", reference_date(2025))
    assert budget_2025.class_a is not None and budget_2025.class_a.id == "2024-37"
    assert [v.id for v in budget_2025.overtaken_by] == ["2025-28"]
    assert budget_2025.coverage == "complete" and budget_2025.fallback is None
    budget_2026 = applicable(VERSIONS, "行政审批", reference_date(2026))
    assert budget_2026.versions == ("2025-28", "2023-47") and budget_2026.overtaken_by == ()


def test_not_held_falls_back_and_says_so() -> None:
    absent = applicable(VERSIONS, "教育", date(2025, 1, 1))
    assert absent.class_a is not None and absent.class_a.id == "2024-37"
    assert absent.coverage == "absent" and not absent.held
    assert absent.fallback is not None and absent.fallback.id == "2025-28"
    assert absent.consulted is absent.fallback
    assert any(r.kind == "fallback" and "并非当日适用" in r.text.zh for r in absent.reasons)
    partial = applicable(VERSIONS, "住房和城乡建设", date(2025, 1, 1))
    assert partial.coverage == "partial" and partial.held
    assert partial.consulted is partial.fallback and partial.is_fallback  # items are coded to what is whole
    assert partial.fallback is not None and partial.fallback.id == "2025-28"


def test_a_version_known_only_from_its_repeal_still_applies() -> None:
    budget_2024 = applicable(VERSIONS, "生态环境", date(2024, 1, 1))
    assert budget_2024.class_a is not None and budget_2024.class_a.id == "2023-43"
    assert not budget_2024.held
    assert budget_2024.fallback is not None and budget_2024.fallback.id == "2024-37"


def test_an_undated_document_is_dated_by_its_number() -> None:
    assert effective(version_named(VERSIONS, "2023-43"), VERSIONS) == (date(2023, 1, 1), date(2023, 9, 1))
    assert [v.id for v in in_order(VERSIONS)] == ["2021-34", "2023-43", "2023-47", "2024-37", "2025-28"]
    assert not applicable(VERSIONS, "教育", date(2023, 6, 1)).certain
    assert applicable(VERSIONS, "教育", date(2023, 9, 1)).certain
    assert applicable(VERSIONS, "B", date(2023, 6, 1)).certain  # class B of that day is not in doubt


def test_class_b_is_its_own_section() -> None:
    before, after = (applicable(VERSIONS, "B", date(2023, m, d)) for m, d in ((8, 31), (9, 1)))
    assert before.governing is not None and before.governing.id == "2021-34"
    assert after.governing is not None and after.governing.id == "2023-47"
    assert before.coverage == after.coverage == "complete"
    assert [v.id for v in before.overtaken_by] == ["2023-47"]


def test_the_chain_of_repeal_is_told() -> None:
    chain = applicable(VERSIONS, "行政审批", date(2025, 1, 1)).reasons
    told = "".join(r.text.zh for r in chain)
    for number in (
        "晋财综〔2024〕37号",
        "晋财综〔2023〕43号",
        "晋财综〔2025〕28号",
        "晋财综〔2023〕47号",
        "晋财综〔2021〕34号",
    ):
        assert number in told
    assert "2025-07-15 由 晋财综〔2025〕28号 废止" in told
    assert all(r.text.zh and r.text.en for r in chain)


def test_an_unknown_section_is_not_held_anywhere() -> None:
    nowhere = applicable(VERSIONS, "不存在的部门", date(2026, 1, 1))
    assert nowhere.coverage == "absent" and nowhere.fallback is None


def test_the_order_in_which_versions_are_given_does_not_matter() -> None:
    for on in (date(2022, 1, 1), date(2024, 1, 1), date(2025, 1, 1), date(2026, 1, 1)):
        assert applicable(VERSIONS, "", on).versions == applicable(VERSIONS[::-1], "", on).versions


def test_exactly_one_department_catalog_holds_on_every_day_since_the_first() -> None:
    day, last = date(2023, 9, 1), date(2026, 12, 31)
    while day <= last:
        holding = in_force(VERSIONS, "A", day, levels=4)
        assert holding is not None
        assert holding.repealed is None or day < holding.repealed
        day += timedelta(days=17)


def test_a_later_version_takes_over_when_it_comes() -> None:
    current = version_named(VERSIONS, "2025-28")
    coming: CatalogVersion = replace(
        current, id="2027-9", number="晋财综〔2027〕9号", in_force=date(2027, 3, 1), repeals=("2025-28",)
    )
    known = (*VERSIONS, coming)
    assert applicable(known, "教育", date(2027, 2, 28)).versions == ("2025-28", "2023-47")
    assert applicable(known, "教育", date(2027, 3, 1)).versions == ("2027-9", "2023-47")

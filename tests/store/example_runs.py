"""Runs for the tests of the store: the 2025 budget of an approvals bureau, judged, and lines made for one test."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path

from goufu.catalog.load import load_catalogs
from goufu.disclosure.model import BudgetItem
from goufu.disclosure.read import read_document
from goufu.matcher.assess import assess
from goufu.matcher.model import Assessment
from goufu.store.engine import Store
from goufu.store.runs import record_run

EXAMPLES = Path(__file__).parents[2] / "examples" / "disclosures"
APPROVALS = EXAMPLES / "孝义市行政审批服务管理局2025.txt"
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@lru_cache(maxsize=1)
def approvals() -> tuple[Assessment, ...]:
    """The 38 lines of the 2025 budget of an approvals bureau, judged without a store."""
    items = read_document(APPROVALS).items
    return tuple(assess(items, load_catalogs(), today=date(2025, 1, 1)))


def judged(*items: BudgetItem, on: date | None = None) -> list[Assessment]:
    """Items judged without a store."""
    return assess(items, load_catalogs(), today=date(2026, 1, 1), on=on)


def line(
    title: str, department: str = "甲县行政审批服务管理局", summary: str = "", year: int = 2026
) -> BudgetItem:
    """A budget line."""
    return BudgetItem(f"t-{title}", title, department=department, unit=department, summary=summary, year=year)


def recorded(
    store: Store, assessments: tuple[Assessment, ...] | list[Assessment], officer: str = "甲"
) -> int:
    """Record assessments as a run of the approvals file."""
    return record_run(store, assessments, [APPROVALS], load_catalogs(), officer, "0.0-test", {}, now=NOW)


def copies(count: int) -> list[Assessment]:
    """`count` assessments that differ in id and title only."""
    base = approvals()[9]
    return [
        replace(base, item=replace(base.item, id=f"c-{n}", title=f"第三方服务事项{n:04}号"))
        for n in range(count)
    ]

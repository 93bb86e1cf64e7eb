"""The 2025 budget of an approvals bureau as an officer decided it, and a 2026 edition of the same budget made by hand.

The edition has other years, other wording, another order, a few lines fewer and one in ten new; some of the new ones
look much like old ones and are something else.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from example_runs import APPROVALS
from goufu.disclosure.model import BudgetItem
from goufu.disclosure.read import read_document

FOLDER = Path(__file__).parent / "budgets"


@dataclass(frozen=True)
class Ruled:
    """What was decided on a line: outcome, entry section, code, nature."""

    outcome: str
    section: str
    code: str
    nature: str

    @property
    def said(self) -> str:
        """As an officer would write it."""
        natures = {
            "works": "工程",
            "mixed": "混合",
            "personnel": "人员",
            "operating": "运转",
            "statutory": "法定支出",
        }
        return {"code": self.code, "unlisted": "未列"}.get(self.outcome) or natures[self.nature]


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def budget_2025() -> dict[str, BudgetItem]:
    """The 38 lines by their number."""
    return {item.id[-3:]: item for item in read_document(APPROVALS).items}


def decided_2025() -> dict[str, Ruled]:
    """The decision on each of the 38 lines."""
    return {
        r["number"]: Ruled(r["outcome"], r["section"], r["code"], r["nature"])
        for r in _rows("decided_2025.tsv")
    }


def edition_2026() -> list[tuple[str, BudgetItem]]:
    """The lines of 2026, each with the number of the 2025 line it repeats ("" for a new one)."""
    old = budget_2025()
    found = []
    for number, row in enumerate(_rows("xingzhengshenpi_2026.tsv"), 1):
        was = old.get(row["was"])
        summary = row["summary"]
        if summary == "=" and was:
            summary = was.summary
        elif summary == "~" and was:
            summary = was.summary.split("。")[0].replace("2025", "2026").replace("2024", "2025")[:90]
        found.append(
            (
                row["was"],
                replace(
                    old["001"],
                    id=f"2026-{number:03}",
                    title=row["title"],
                    summary=summary,
                    year=2026,
                    amount_wan=Decimal(row["amount_wan"]),
                    form=None,
                    place=None,
                ),
            )
        )
    return found

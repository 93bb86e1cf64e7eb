"""What one office may tell another of its decisions, and what it may take over from another's: judged, nothing stored.

Held back is what may name a person: wages and transfers, long numbers, words that go with names (`personal` in
`data/same_line_words.toml`). Taken over is what the catalog here bears out.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from goufu.catalog.concordance.similarity import core, distance
from goufu.catalog.load import data_directory
from goufu.catalog.model import CatalogVersion
from goufu.catalog.text import Text
from goufu.matcher.nature import likely_nature
from goufu.matcher.precedents.apply import Precedent

_PRIVATE_NATURES = ("personnel", "transfer")
_LONG_NUMBER = re.compile(r"\d(?:[-\s]?\d){6,}")
_YEARS = re.compile(r"(?<!\d)(?:19|20)\d\d(?:[-—–~至/](?:19|20)?\d\d)?(?!\d)")


@dataclass(frozen=True, slots=True)
class Shared:
    """One row of an exchange file. `approved` is None where nobody said yet; `line` is its line in the file."""

    line: int
    approved: bool | None
    section: str
    department: str
    title: str
    year: int | None
    outcome: str
    nature: str
    version: str
    entry_section: str
    code: str
    name: str
    decided_on: date


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that was not taken over, and why."""

    line: int
    title: str
    text: Text


@lru_cache(maxsize=1)
def _personal() -> re.Pattern[str]:
    table = tomllib.loads((data_directory() / "same_line_words.toml").read_text(encoding="utf-8"))
    return re.compile("|".join(map(re.escape, table["personal"])))


def may_be_personal(p: Precedent) -> bool:
    """Whether a precedent stays in the office: wages and transfers, long numbers, words that go with names."""
    title = _YEARS.sub(" 年 ", p.title)
    nature = p.nature or likely_nature(p.title, p.summary, without=("service", "mixed"))
    return nature in _PRIVATE_NATURES or bool(_LONG_NUMBER.search(title) or _personal().search(title))


def to_share(precedents: Sequence[Precedent]) -> tuple[list[Precedent], int]:
    """Those of an office's own precedents, newest first, that may be shared; and how many were held back.

    Equal lines of one department and year are one, the newest. What came from others is not passed on.
    """
    own = [p for p in precedents if not p.source]
    open_ones = [p for p in own if not may_be_personal(p)]
    latest: dict[tuple[str, str, str, int | None], Precedent] = {}
    for p in open_ones:
        latest.setdefault((p.section, p.department, p.title, p.year), p)
    shared = sorted(latest.values(), key=lambda p: (p.section, p.department, p.title, p.year or 0))
    return shared, len(own) - len(open_ones)


def to_take_over(
    rows: Sequence[Shared], versions: Sequence[CatalogVersion]
) -> tuple[list[Shared], tuple[Refusal, ...]]:
    """The approved rows that can be taken over, and the refusal of each approved row that cannot."""
    by_id = {v.id: v for v in versions}
    taken: list[Shared] = []
    refused: list[Refusal] = []
    for row in rows:
        if row.approved:
            refusal = _refusal(row, by_id)
            if refusal is None:
                taken.append(row)
            else:
                refused.append(refusal)
    return taken, tuple(refused)


def _refusal(row: Shared, versions: dict[str, CatalogVersion]) -> Refusal | None:
    """Why a row cannot be taken over, None where it can."""
    if row.outcome == "not_applicable":
        return None
    version = versions.get(row.version)
    if version is None:
        return Refusal(
            row.line, row.title, Text(f"没有目录版本 {row.version}", f"no catalog version {row.version}")
        )
    if row.outcome == "unlisted":
        return None
    entry = version.find(row.entry_section, row.code)
    if entry is None:
        return Refusal(
            row.line, row.title,
            Text(f"{row.version} 的“{row.entry_section}”中没有代码 {row.code}",
            f"{row.version} has no {row.code} in {row.entry_section}"),
        )  # fmt: skip
    if distance(core(entry.name), core(row.name)) > max(2, len(entry.name) // 4):
        return Refusal(
            row.line, row.title,
            Text(f"{row.code} 在 {row.version} 中是“{entry.name}”，不是“{row.name}”",
            f"{row.code} is '{entry.name}' in {row.version}, not '{row.name}'"),
        )  # fmt: skip
    if row.entry_section not in (row.section, "B") and row.section:
        return Refusal(
            row.line, row.title,
            Text(f"“{row.section}”的项目不能用“{row.entry_section}”的代码",
            f"an item of {row.section} cannot have a code of {row.entry_section}"),
        )  # fmt: skip
    return None

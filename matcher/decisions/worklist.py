"""A worklist that an officer filled in, judged row by row against the run it came from and the catalog of today.

A row is tied to an item of the run by what it says of it (its own id, title, department, amount), not by its place, so
that sorting and deleting rows does no harm. What cannot be stored is reported with its reason: the code is not in the
catalog in force, somebody else decided otherwise, the row's budget line is not the one that was judged, the catalog
was corrected or replaced since. Every row is judged by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from goufu.catalog.errors import GoufuError
from goufu.catalog.model import CatalogVersion
from goufu.catalog.validity import applicable
from goufu.matcher.decisions.choice import (
    Choice,
    DoubtfulCodeError,
    choice_named,
    choice_text,
    written_otherwise,
)
from goufu.matcher.decisions.recorded import StoredItem

#: what happened to a row; the last five are conflicts or faults that a person must look at
Fate = Literal["stored", "same", "empty", "conflict", "changed", "stale", "code", "unknown"]
FAULTS: frozenset[Fate] = frozenset({"conflict", "changed", "stale", "code", "unknown"})


@dataclass(frozen=True, slots=True)
class FilledRow:
    """A row of the workbook: `line` as the spreadsheet numbers it; what it says of its item; what was filled in.

    `number` is the printed 序号 (0: none), `whose` the unit's or department's name or both, one a line.
    `amount_wan` is None where the cell is empty or no number.
    """

    line: int
    number: int
    title: str
    whose: str
    amount_wan: Decimal | None
    decided: str
    note: str


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of a row, with the sentence for the officer; `choice` where one was understood.

    `rule` is the one that what was written breaks (GF112, GF114, GF115), "" where there is none.
    """

    row: FilledRow
    fate: Fate
    zh: str
    en: str
    item: StoredItem | None = None
    choice: Choice | None = None
    rule: str = ""

    @property
    def told(self) -> bool:
        """Whether a person should see it: a fault, or a code that was not written as the catalog writes it."""
        return self.fate in FAULTS or bool(self.rule)


def judge_rows(
    rows: Sequence[FilledRow],
    items: Sequence[StoredItem],
    versions: tuple[CatalogVersion, ...],
    changed: frozenset[str],
    officer: str,
    replace: bool = False,
) -> list[RowResult]:
    """What becomes of every row, in the rows' order: "stored" is one that may be stored as it is.

    `items` are those of the run, `changed` the ids of the catalog versions whose content is no longer what the run
    used. `replace` lets this officer's word count over another's.
    """
    of_run = _Items(items)
    out: list[RowResult] = []
    for row in rows:
        if not row.decided:
            out.append(RowResult(row, "empty", "", ""))
            continue
        found, fault = of_run.of(row)
        out.append(fault if found is None else _checked(row, found, versions, changed, officer, replace))
    return out


class _Items:
    """The items of a run, by what a row says of them. A row takes the first item that nobody took."""

    def __init__(self, items: Sequence[StoredItem]) -> None:
        self._by_title: dict[str, list[StoredItem]] = defaultdict(list)
        self._by_number: dict[int, list[StoredItem]] = defaultdict(list)
        self._taken: set[int] = set()
        for item in items:
            self._by_title[item.title].append(item)
            for number in {item.position + 1, _printed_number(item)}:
                self._by_number[number].append(item)

    def of(self, row: FilledRow) -> tuple[StoredItem | None, RowResult]:
        """The row's item, or None and the result that says why there is none."""
        alike = [i for i in self._by_title.get(row.title, ()) if i.id not in self._taken and _belongs(row, i)]
        alike.sort(key=lambda i: row.number not in (i.position + 1, _printed_number(i)))
        for item in alike:
            if row.amount_wan is None or row.amount_wan == item.amount_wan:
                self._taken.add(item.id)
                return item, RowResult(row, "stored", "", "")
        if alike:
            return None, RowResult(
                row,
                "changed",
                f"金额 {row.amount_wan} 与所记录的 {alike[0].amount_wan} 不同，输入已改动；请重新分类后再认定",
                f"the amount {row.amount_wan} is not the recorded {alike[0].amount_wan}; classify the changed input again",
                alike[0],
            )
        there = [i for i in self._by_number.get(row.number, ()) if _belongs(row, i)]
        if there and row.amount_wan is not None and row.amount_wan == there[0].amount_wan:
            return None, RowResult(
                row,
                "changed",
                f"第 {row.number} 项所记录的名称是“{there[0].title}”，输入已改动；请重新分类后再认定",
                f"the recorded title of item {row.number} is '{there[0].title}'; classify the changed input again",
                there[0],
            )
        return None, RowResult(row, "unknown", "这次运行中没有这一项", "this run has no such item")


def _belongs(row: FilledRow, item: StoredItem) -> bool:
    names = {name.strip() for name in row.whose.split("\n")} - {""}
    return not names or bool(names & {item.unit, item.department})


def _printed_number(item: StoredItem) -> int:
    """The number an item has in its own document: the end of its id, 0 where that is none."""
    tail = item.ref.rpartition("-")[2]
    return int(tail) if tail.isdecimal() and len(tail) < 10 else 0


def _checked(
    row: FilledRow,
    item: StoredItem,
    versions: tuple[CatalogVersion, ...],
    changed: frozenset[str],
    officer: str,
    replace: bool,
) -> RowResult:
    applied = applicable(versions, item.section or "B", item.reference_date)
    recorded = item.record.get("versions", [])
    if recorded and list(applied.versions) != recorded and item.section:
        return RowResult(
            row,
            "stale",
            f"分类时依据 {' + '.join(recorded)}，现在适用 {' + '.join(applied.versions)}；请重新分类后再认定",
            f"it was judged by {' + '.join(recorded)}, now {' + '.join(applied.versions)} applies; classify it again",
            item,
        )
    try:
        choice = choice_named(row.decided, item, versions, row.note)
    except GoufuError as error:
        rule = error.rule if isinstance(error, DoubtfulCodeError) else ""
        return RowResult(row, "code", error.message, error.english, item, rule=rule)
    if choice.outcome == "code" and choice.version in changed:
        shown = next(
            (
                c
                for c in item.record.get("codes", [])
                if (c["section"], c["code"]) == (choice.section, choice.code)
            ),
            None,
        )
        if shown is not None and shown["name"] != choice.name:
            return RowResult(
                row,
                "stale",
                f"{choice.code} 在分类时是“{shown['name']}”，目录订正后是“{choice.name}”；请重新分类后再认定",
                f"{choice.code} was '{shown['name']}' when it was judged and is '{choice.name}' now; classify it again",
                item,
            )
    standing = item.decision
    if standing is not None and not choice.same_as(standing) and standing.officer != officer and not replace:
        said = choice_text(standing.outcome, standing.code, standing.name, standing.nature)
        when = standing.decided_at.astimezone().strftime("%Y-%m-%d %H:%M")
        return RowResult(
            row,
            "conflict",
            f"已由 {standing.officer} 于 {when} 认定为 {said.zh}，没有改动；协商后可用 --replace",
            f"decided by {standing.officer} on {when} as {said.en}; not changed (--replace after you agreed)",
            item,
            choice,
        )
    if written_otherwise(row.decided, choice):
        said = choice.text()
        zh = f"{said.zh}（所填“{row.decided}”的写法已按目录改正，请确认）"
        en = f"{said.en} ('{row.decided}' was brought to the catalog's form, please confirm)"
        return RowResult(row, "stored", zh, en, item, choice, "GF115")
    return RowResult(row, "stored", *choice.text(), item, choice)

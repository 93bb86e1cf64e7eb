"""The workbook comes back: what an officer wrote into 核定代码, checked and stored row by row.

A row is tied to an item of a run by what it says of it (its own id, title, department, amount), not by its place, so
that sorting and deleting rows does no harm. What cannot be stored is reported with its reason: the code is not in the
catalog in force, somebody else decided otherwise, the row's budget line is not the one that was judged, the catalog
was corrected or replaced since. Every row stands for itself; the others are stored.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Literal

from goufu.catalog.errors import GoufuError
from goufu.catalog.model import CatalogVersion
from goufu.catalog.validity import applicable
from goufu.disclosure.formats.gate import read_bytes
from goufu.store.decisions import (
    Choice,
    DoubtfulCodeError,
    choice_named,
    choice_text,
    decide,
    written_otherwise,
)
from goufu.store.digests import catalog_digest
from goufu.store.engine import Store, reading
from goufu.store.errors import ConflictError, NoSuchRunError
from goufu.store.runs import RunInfo, StoredItem, run_items, run_named
from goufu.store.tables import Item
from sqlmodel import col, select

#: what happened to a row; the last five are conflicts or faults that a person must look at
Fate = Literal["stored", "same", "empty", "conflict", "changed", "stale", "code", "unknown"]
FAULTS: frozenset[Fate] = frozenset({"conflict", "changed", "stale", "code", "unknown"})

_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "decided": ("核定代码", "code decided"),
    "note": ("备注", "note"),
    "number": ("序号", "no."),
    "title": ("项目", "项目名称", "item"),
    "whose": ("单位", "部门", "unit", "department"),
    "amount": ("金额（万元）", "amount (10k CNY)"),
}
_MOST = 200_000_000
_HEADER_ROWS = 12
_CHUNK = 500


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


def read_filled(path: Path) -> list[FilledRow]:
    """The rows of the first sheet that has the columns 核定代码 and 项目.

    Raises GoufuError where the file is no spreadsheet or has no such sheet.
    """
    from python_calamine import CalamineError, CalamineWorkbook

    data = read_bytes(path, _MOST)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        for name in book.sheet_names:
            rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            at, columns = _header(rows)
            if columns:
                return [
                    row
                    for n, cells in enumerate(rows[at + 1 :], at + 2)
                    if (row := _filled(n, cells, columns)) is not None
                ]
    except (CalamineError, ValueError, OSError) as error:
        raise GoufuError(
            "这个工作簿打不开（可能已损坏或加密），请在 Excel 或 WPS 中另存为 .xlsx 再试",
            f"this workbook cannot be opened ({error}); it may be damaged or encrypted, save it as .xlsx again",
            str(path),
        ) from None
    raise GoufuError(
        "没有找到“核定代码”和“项目”两列；请使用 goufu classify -o 报告.xlsx 写出的工作簿",
        "there are no columns 核定代码 and 项目; use the workbook that goufu classify -o report.xlsx writes",
        str(path),
    )


def _heading(cell: Any) -> str:
    def plain(text: str) -> str:
        return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).casefold()

    return next((f for f, names in _HEADINGS.items() if plain(str(cell)) in map(plain, names)), "")


def _header(rows: Sequence[Sequence[Any]]) -> tuple[int, dict[str, int]]:
    for at, cells in enumerate(rows[:_HEADER_ROWS]):
        columns: dict[str, int] = {}
        for number, cell in enumerate(cells):
            field = _heading(cell)
            if field:
                columns.setdefault(field, number)
        if {"decided", "title"} <= columns.keys():
            return at, columns
    return 0, {}


def _filled(line: int, cells: Sequence[Any], columns: Mapping[str, int]) -> FilledRow | None:
    def text(field: str) -> str:
        at = columns.get(field)
        value = cells[at] if at is not None and at < len(cells) else ""
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return str(value).strip()

    if not text("title"):
        return None
    try:
        amount = Decimal(text("amount").replace(",", "").replace("，", "")) if text("amount") else None
    except InvalidOperation:
        amount = None
    number = text("number").rpartition("-")[2]
    return FilledRow(
        line,
        int(number) if number.isdecimal() else 0,
        _armed(text("title")),
        _armed(text("whose")),
        amount.quantize(Decimal("0.01")) if amount is not None else None,
        text("decided"),
        _armed(text("note")),
    )


def _armed(text: str) -> str:
    """Without the apostrophe that keeps a spreadsheet from taking the text for a formula."""
    return text[1:] if len(text) > 1 and text[0] == "'" and text[1] in "=+-@＝＋－＠" else text


def run_of(store: Store, rows: Sequence[FilledRow]) -> RunInfo:
    """The newest run that has the items of a workbook's filled rows: all, or else more of them than any other.

    Raises NoSuchRunError where no run has any.
    """
    wanted = {row.title for row in rows if row.decided} or {row.title for row in rows}
    held: dict[int, set[str]] = defaultdict(set)
    titles = sorted(wanted)
    with reading(store) as session:
        for start in range(0, len(titles), _CHUNK):
            query = select(Item.run_id, Item.title, Item.unit, Item.department).where(
                col(Item.title).in_(titles[start : start + _CHUNK])
            )
            whose = {(row.title, name) for row in rows for name in row.whose.split("\n")}
            for run, title, unit, department in session.exec(query):
                if {(title, unit), (title, department), (title, "")} & whose:
                    held[run].add(title)
    best = max(held, key=lambda run: (len(held[run]), run), default=None)
    if best is None:
        raise NoSuchRunError(
            "没有找到与这份工作簿对应的运行；请先 goufu classify 原文件 --save，再 goufu decide",
            "no run holds the items of this workbook; run goufu classify FILE --save first, then goufu decide",
        )
    return run_named(store, str(best))


def settle(
    store: Store,
    run: RunInfo,
    rows: Sequence[FilledRow],
    versions: tuple[CatalogVersion, ...],
    officer: str,
    source: str = "workbook",
    replace: bool = False,
    dry_run: bool = False,
) -> list[RowResult]:
    """Check every row against the run and the catalog, store what can be stored; the results in the rows' order.

    `replace` lets this officer's word stand over another's; `dry_run` stores nothing.
    """
    items = run_items(store, run.id)
    places = _Places(items)
    changed = _changed_catalogs(run, versions)
    out: list[RowResult] = []
    for row in rows:
        if not row.decided:
            out.append(RowResult(row, "empty", "", ""))
            continue
        found, fault = places.of(row)
        if found is None:
            out.append(fault)
            continue
        result = _checked(row, found, versions, changed, officer, replace)
        if result.fate == "stored" and result.choice is not None and not dry_run:
            result = _stored(store, result, found, result.choice, officer, source)
        out.append(result)
    return out


class _Places:
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


def _changed_catalogs(run: RunInfo, versions: Sequence[CatalogVersion]) -> frozenset[str]:
    """The versions whose content is no longer what the run used."""
    now = {v.id: v for v in versions}
    return frozenset(
        version
        for version, digest in run.catalogs
        if version not in now or catalog_digest(now[version]) != digest
    )


def _checked(
    row: FilledRow,
    item: StoredItem,
    versions: tuple[CatalogVersion, ...],
    changed: frozenset[str],
    officer: str,
    replace: bool,
) -> RowResult:
    law = applicable(versions, item.section or "B", item.reference_date)
    recorded = item.record.get("versions", [])
    if recorded and list(law.versions) != recorded and item.section:
        return RowResult(
            row,
            "stale",
            f"分类时依据 {' + '.join(recorded)}，现在适用 {' + '.join(law.versions)}；请重新分类后再认定",
            f"it was judged by {' + '.join(recorded)}, now {' + '.join(law.versions)} applies; classify it again",
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
            f"已由 {standing.officer} 于 {when} 认定为 {said}，没有改动；协商后可用 --replace",
            f"decided by {standing.officer} on {when} as {said}; not changed (--replace after you agreed)",
            item,
            choice,
        )
    if written_otherwise(row.decided, choice):
        zh = f"{choice.text()}（所填“{row.decided}”的写法已按目录改正，请确认）"
        en = f"{choice.text()} ('{row.decided}' was brought to the catalog's form, please confirm)"
        return RowResult(row, "stored", zh, en, item, choice, "GF115")
    return RowResult(row, "stored", choice.text(), choice.text(), item, choice)


def _stored(
    store: Store, result: RowResult, item: StoredItem, choice: Choice, officer: str, source: str
) -> RowResult:
    try:
        _, done = decide(store, item.id, choice, officer, item.revision, source)
    except ConflictError as error:
        return RowResult(result.row, "conflict", error.message, error.english, item, choice)
    if not done:
        return RowResult(result.row, "same", choice.text(), choice.text(), item, choice)
    return result

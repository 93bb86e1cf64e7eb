"""The sheets of a workbook as grids: which of them hold lists, and which lines stand on two sheets alike."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from goufu.disclosure.amounts import parse_amount
from goufu.disclosure.formats.spreadsheet import Sheet, Workbook, sheet_remarks
from goufu.disclosure.lines import column_letters
from goufu.disclosure.lists.combine import joined, no_title, with_items
from goufu.disclosure.lists.header import find_header
from goufu.disclosure.lists.headings import heading
from goufu.disclosure.lists.model import Grid, ListContents
from goufu.disclosure.lists.read_list import read_list
from goufu.disclosure.lists.upright import upright
from goufu.disclosure.model import BudgetItem, Place, Remark

#: names of sheets that show how to fill in
_EXAMPLE = re.compile(r"示例|样例|范例|示范|举例|例子|填表说明|样表|example|sample", re.IGNORECASE)

#: names of sheets that are drafts of another, and names that say nothing
_VERSION = re.compile(
    r"稿|版|旧|备份|副本|历史|作废|废|修改|修订|调整|送审|审定|[一二]上|[一二]下|copy|old|new|backup|\(\d\)",
    re.IGNORECASE,
)
_UNNAMED = re.compile(r"(?:sheet|工作表|表|table)\s*\d*\Z", re.IGNORECASE)


def lists_of_workbook(book: Workbook, file: str, where: str) -> ListContents:
    """The lists of every sheet; which sheets were read and which not is a remark.

    Raises GoufuError where no sheet has a title column, or none has an item.
    """
    stem = Path(file).stem
    read: list[tuple[Sheet, ListContents]] = []
    passed: list[Sheet] = []
    alone: list[Sheet] = []
    for sheet in book.sheets:
        if not sheet.rows:
            continue
        grid = upright(sheet_grid(sheet, file))
        header = find_header(grid)
        if header is None:
            passed.append(sheet)
        elif sum(1 for one in header.columns if one is not None) < 2:
            alone.append(sheet)
        else:
            listed = read_list(grid, f"{stem}-{sheet.name}")
            if listed.found:
                read.append((sheet, listed))
            else:
                passed.append(sheet)
    for sheet in alone:  # a title and nothing else that is known: only where no sheet says more
        listed = (
            read_list(sheet_grid(sheet, file), f"{stem}-{sheet.name}")
            if not read
            else ListContents(found=False)
        )
        if listed.found:
            read.append((sheet, listed))
        else:
            passed.append(sheet)
    if not read:
        first = next((sheet for sheet in book.sheets if sheet.rows), None)
        raise no_title(where or file, first.rows[0][1] if first else [])
    if len(read) == 1:
        only = read[0][0]
        prefix = f"{stem}-{only.name}-"
        items = tuple(
            replace(i, id=f"{stem}-{i.id[len(prefix) :]}") if i.id.startswith(prefix) else i
            for i in read[0][1].items
        )
        read = [(only, replace(read[0][1], items=items))]
    remarks = [
        *sheet_remarks(book, file, [sheet for sheet, _ in read]),
        *_which_sheets(file, read, passed),
        *_twice(read),
        *_gathered(read),
        *_other_versions(read),
        *_perhaps_no_lines(read, file),
        *_go_on(read, passed, file),
    ]
    listed = joined([one for _, one in read], remarks)
    return with_items(listed, where or file)


def _which_sheets(
    file: str, read: Sequence[tuple[Sheet, ListContents]], passed: Sequence[Sheet]
) -> Iterator[Remark]:
    if len(read) + len(passed) < 2:
        return
    counted = [(f"“{sheet.name}”", len(listed.items)) for sheet, listed in read]
    named = "、".join(f"{name}（{count} 项）" for name, count in counted)
    named_en = ", ".join(f"{name} ({count} items)" for name, count in counted)
    left = [f"“{sheet.name}”" for sheet in passed]
    yield Remark(
        "sheet",
        "notice",
        f"读了工作表{named}" + (f"；{'、'.join(left)}没有“项目名称”表头，未读。" if left else "。"),
        f"Sheets read: {named_en}"
        + (f"; without a title column and not read: {', '.join(left)}." if left else "."),
        Place(file),
    )


def _twice(read: Sequence[tuple[Sheet, ListContents]]) -> Iterator[Remark]:
    """Items that stand on two sheets: alike, as where one sheet gathers the others, or in several rows that come to as much."""
    of_sheets = [_by_title(listed.items) for _, listed in read]
    for n, (sheet, _) in enumerate(read):
        told: set[str] = set()
        for (before, _), earlier in zip(read[:n], of_sheets[:n], strict=True):
            items = [
                own[0]
                for title, own in of_sheets[n].items()
                if title not in told and title in earlier and _alike(earlier[title], own)
            ]
            if not items:
                continue
            told |= {item.title for item in items}
            yield Remark(
                "list",
                "warning",
                f"工作表“{sheet.name}”有 {len(items)} 项与“{before.name}”相同（如“{items[0].title}”），都计入了；若是汇总表或明细表，请只留一份。",
                f"{len(items)} items of the sheet “{sheet.name}” are also on “{before.name}” (as “{items[0].title}”) and count twice; keep one.",
                items[0].place,
            )


def _gathered(read: Sequence[tuple[Sheet, ListContents]]) -> Iterator[Remark]:
    """A sheet whose lines come to what all the others come to: it gathers them, line by line or sheet by sheet."""
    sums = [_total(listed.items) or Decimal(0) for _, listed in read]
    if len(read) == 2:
        yield from _of_others(read, sums)
    if len(read) < 3:
        return
    for (sheet, listed), own in zip(read, sums, strict=True):
        if own and 2 * own == sum(sums, Decimal(0)):
            yield Remark(
                "list",
                "warning",
                f"工作表“{sheet.name}”的金额 {own:,} 万元等于其他各表之和，像是汇总表；都计入了，请只留一份。",
                f"The amounts of the sheet “{sheet.name}”, {own:,}, are the sum of all other sheets; all are counted. Keep one.",
                listed.items[0].place,
            )


def _other_versions(read: Sequence[tuple[Sheet, ListContents]]) -> Iterator[Remark]:
    """Sheets with the very items of another in other amounts, where a name of a draft, or a hidden one, says that only one of
    both is meant, or none says anything."""
    for n, (sheet, listed) in enumerate(read):
        own = _by_title(listed.items)
        for before, earlier in read[:n]:
            names = (sheet.name, before.name)
            draft = sheet.hidden or before.hidden or any(map(_VERSION.search, names))
            if not draft and not all(map(_UNNAMED.match, names)):
                continue
            other = _by_title(earlier.items)
            if (
                len(own) > 1
                and own.keys() == other.keys()
                and not any(_alike(own[title], other[title]) for title in own)
            ):
                yield Remark(
                    "list",
                    "warning",
                    f"工作表“{sheet.name}”与“{before.name}”的项目相同，金额不同，像是同一清单的两稿；都计入了，请只留一份。",
                    f"The sheets “{sheet.name}” and “{before.name}” have the same items in other amounts, like two drafts of one list; both are counted. Keep one.",
                    listed.items[0].place,
                )


def _of_others(read: Sequence[tuple[Sheet, ListContents]], sums: Sequence[Decimal]) -> Iterator[Remark]:
    """Of two sheets that come to the same, the one with fewer lines, as where it has one for each department."""
    (sheet, few), (other, many) = sorted(read, key=lambda one: len(one[1].items))
    if sums[0] and sums[0] == sums[1] and len(few.items) < len(many.items):
        yield Remark(
            "list",
            "warning",
            f"工作表“{sheet.name}”的金额 {sums[0]:,} 万元与“{other.name}”合起来相同，像是它的汇总；都计入了，请只留一份。",
            f"The amounts of the sheet “{sheet.name}”, {sums[0]:,}, are those of “{other.name}” added up, as if it gathered them; both are counted. Keep one.",
            few.items[0].place,
        )


def _go_on(
    read: Sequence[tuple[Sheet, ListContents]], passed: Sequence[Sheet], file: str
) -> Iterator[Remark]:
    """Sheets without a header whose rows look like those of the list before: names and amounts in the same columns."""
    header = find_header(sheet_grid(read[-1][0], file))
    if header is None or not (priced := header.of("amount")):
        return
    title = header.of("title")[0]
    for sheet in passed:
        like = [
            cells
            for _, cells in sheet.rows
            if max(title, priced[0]) < len(cells)
            and cells[title]
            and parse_amount(cells[title]) is None
            and parse_amount(cells[priced[0]]) is not None
        ]
        headed = any(sum(map(bool, map(heading, filter(None, cells)))) > 1 for _, cells in sheet.rows[:3])
        if 2 * len(like) > len(sheet.rows) and not headed:
            yield Remark(
                "sheet",
                "warning",
                f"工作表“{sheet.name}”没有表头，像是上一张表的续表（如“{like[0][title][:20]}”），未读；请补上表头再读。",
                f"The sheet “{sheet.name}” has no header and looks as if it continued another (as “{like[0][title][:20]}”); it was not read. Give it a header.",
                Place(file, cell=f"{sheet.name}!{sheet.rows[0][0]}"),
            )


def _perhaps_no_lines(read: Sequence[tuple[Sheet, ListContents]], file: str) -> Iterator[Remark]:
    """Sheets beside others that are called an example, or have no amount at all, as a table to look names up in."""
    if len(read) < 2:
        return
    for sheet, listed in read:
        example = _EXAMPLE.search(sheet.name) is not None
        priced = any(item.amount_wan is not None for item in listed.items)
        if not listed.items or (priced and not example):
            continue
        text, english = (
            ("从名称看是示例", "is an example by its name")
            if example
            else ("没有一项有金额", "has no amounts")
        )
        yield Remark(
            "sheet",
            "warning",
            f"工作表“{sheet.name}”{text}，{len(listed.items)} 项也计入了；若不是要读的清单，请先删除这张表。",
            f"The sheet “{sheet.name}” {english}; its {len(listed.items)} items were counted as well. Delete it if it is not meant.",
            Place(file, cell=f"{sheet.name}!1"),
        )


def _by_title(items: Sequence[BudgetItem]) -> dict[str, list[BudgetItem]]:
    found: dict[str, list[BudgetItem]] = {}
    for item in items:
        found.setdefault(item.title, []).append(item)
    return found


def _alike(one: Sequence[BudgetItem], other: Sequence[BudgetItem]) -> bool:
    """Whether two sheets say the same of a title: as much money, and nowhere another department, year or part."""
    if _total(one) != _total(other):
        return False
    for name in ("department", "year", "part"):
        said = [{getattr(item, name) for item in items} - {"", None} for items in (one, other)]
        if said[0] and said[1] and not said[0] & said[1]:
            return False
    return True


def _total(items: Sequence[BudgetItem]) -> Decimal | None:
    known = [item.amount_wan for item in items if item.amount_wan is not None]
    return sum(known, Decimal(0)) if known else None


def sheet_grid(sheet: Sheet, file: str) -> Grid:
    """A sheet as a grid whose places are addresses of cells."""

    def place(number: int, column: int) -> Place:
        letters = column_letters(column) if column >= 0 else ""
        return Place(file, cell=f"{sheet.name}!{letters}{number}")

    return Grid(
        sheet.name,
        sheet.rows,
        place,
        sheet.merged,
        indented=sheet.indented,
        levels=sheet.levels,
        bold=sheet.bold,
    )

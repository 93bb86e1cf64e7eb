"""Budget lines an officer keeps as records: `.jsonl`, `.json`, `.csv`, spreadsheets and plain text, one line a row.

Columns are known by their names, English (the record contract) or Chinese, in any order; see `goufu.disclosure.lists.read_list`
for how a list is read. A row that cannot be read becomes a remark with its line and the others still come out; a file
without a title column is an error, because then nothing in it can be a budget line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import takewhile
from pathlib import Path
from typing import Any

from goufu.disclosure.amounts import is_no_amount, money_unit, parse_amount
from goufu.disclosure.formats.detect import WORKBOOKS, Format, format_of, with_forward_slashes
from goufu.disclosure.formats.gate import read_bytes
from goufu.disclosure.formats.text import decoded
from goufu.disclosure.lines import Line, merged_down
from goufu.disclosure.lists.body_rows import names_department
from goufu.disclosure.lists.captions import owner_and_year
from goufu.disclosure.lists.combine import joined, no_title, with_items
from goufu.disclosure.lists.headings import fields, has_title
from goufu.disclosure.lists.model import Grid, ListContents, row_remark
from goufu.disclosure.lists.read_list import read_list
from goufu.disclosure.lists.sources.delimited_text import ParsedRows, text_grids
from goufu.disclosure.lists.sources.json_objects import json_grids
from goufu.disclosure.model import BudgetItem, Place, Remark


def read_records(path: Path) -> tuple[tuple[BudgetItem, ...], tuple[Remark, ...]]:
    """The budget lines in the record file at `path` in its order, and a remark for every row left out.

    Raises GoufuError where the file cannot be read, has no title column, or no rows.
    """
    data = with_forward_slashes(read_bytes(path))
    listed = read_lists(data, path.name, format_of(data, path.name, str(path)), str(path))
    return listed.items, listed.remarks


def read_lists(data: bytes, file: str, format_: Format, where: str = "") -> ListContents:
    """All the lists in `data`, a file of that format, as one. Raises GoufuError as `read_records` does."""
    if format_ in WORKBOOKS:
        from goufu.disclosure.formats.spreadsheet import workbook
        from goufu.disclosure.lists.sources.workbooks import lists_of_workbook

        return lists_of_workbook(workbook(data, where), file, where)
    if format_ in ("jsonl", "csv", "text"):
        return lists_of_text(*decoded(data, where), format_, file, where)
    raise no_title(where or file, [f"{format_} 文件"])


def lists_of_text(
    text: str,
    unreadable: Sequence[int],
    format_: Format,
    file: str,
    where: str,
    parsed: Mapping[str, ParsedRows] | None = None,
) -> ListContents:
    """All the lists in a text as one: JSON ("jsonl"), or cells with separators and plain lines ("csv", "text").

    `unreadable` are the lines with bytes that could not be read; `parsed` has the rows under a separator where they are
    known already. Raises GoufuError as `read_records` does.
    """
    remarks: list[Remark] = []
    if format_ == "jsonl":
        grids, remarks = json_grids(text, file, where)
    else:
        grids = text_grids(text, file, where, parsed or {})
    remarks += [_unreadable_bytes(file, line) for line in unreadable[:20]]
    stem = Path(file).stem
    listed = joined([read_list(grid, stem) for grid in grids], remarks)
    if not listed.found:
        raise no_title(where or file, grids[0].rows[0][1] if grids and grids[0].rows else [])
    return with_items(listed, where or file)


def list_of_lines(
    lines: Sequence[Line], file: str, where: str, remarks: Sequence[Remark] = ()
) -> ListContents:
    """The lists in the lines of a document, paragraphs among them left out; ids are `<stem>-001` and so on.

    Raises GoufuError where no line has a title column.
    """
    stem = Path(file).stem
    place = _line_places(lines)
    merged = merged_down(lines)
    passed, told = _outside(lines)
    rows = [(n, line.cells) for n, line in enumerate(lines) if n not in passed]
    listed = read_list(Grid("", rows, place, merged, knows_merged=bool(merged)), stem)
    if not listed.found:
        raise no_title(where or file, lines[0].cells if lines else [])
    items = tuple(replace(item, id=f"{stem}-{n:03d}") for n, item in enumerate(listed.items, 1))
    return replace(listed, items=items, remarks=(*remarks, *told, *listed.remarks))


def _outside(lines: Sequence[Line]) -> tuple[set[int], list[Remark]]:
    """The lines of a document below a list's header that are none of its rows, by number, and the remarks on them.

    So are paragraphs, but those that may say whose the rows below are or in what unit; and further tables that have
    another number of columns, or words where amounts are.
    """
    first = next((n for n, line in enumerate(lines) if line.is_row and has_title(line.cells)), len(lines))
    if first == len(lines):
        return set(), []
    passed: set[int] = set()
    remarks: list[Remark] = []
    head, other = lines[first], ""
    for n, line in enumerate(lines[first + 1 :], first + 1):
        table = line.place.cell.partition("!")[0]
        if not line.is_row:
            if _heads_rows(line.text) or (n + 1 < len(lines) and has_title(lines[n + 1].cells)):
                continue
            passed.add(n)
            if re.search(r"\d[\d,]*(?:\.\d+)?(?:万?元)?\Z", line.text):
                text, english = "这一行不在表格里，未计入", "this line is outside the table and was left out"
                remarks.append(
                    row_remark(
                        line.place, f"“{line.text[:40]}”{text}", f"“{line.text[:40]}”: {english}", "warning"
                    )
                )
            continue
        if has_title(line.cells) and sum(1 for one in fields(line.cells) if one is not None) > 1:
            head, other = line, ""
            continue
        if (
            not table
            or table == head.place.cell.partition("!")[0]
            or (table == other and n - 1 not in passed)
        ):
            continue
        if table != other:
            other = table
            if not _is_another(line, head):
                between = takewhile(lambda m: not lines[m].is_row, range(n - 1, -1, -1))
                if any(m in passed and not _goes_on(lines[m].text) for m in between):
                    remarks.append(_read_on(line))
                continue
            text, english = (
                "像是另一张表，没有“项目名称”表头，未读",
                "like another table without a title column; not read",
            )
            remarks.append(
                row_remark(
                    line.place,
                    f"从“{line.text[:30]}”起{text}",
                    f"from “{line.text[:30]}” on: {english}",
                    "warning",
                )
            )
            passed.add(n)
        elif n - 1 in passed:
            passed.add(n)
    return passed, remarks


def _goes_on(text: str) -> bool:
    """Whether a paragraph between two tables may stand between the pages of one: a page number, 续表."""
    return bool(
        re.fullmatch(
            r"[-—–·()（）\s]*(?:第?\s*\d{1,4}\s*页?[,，/\s]*(?:共?\s*\d{1,4}\s*页)?|.{0,8}续表?.{0,4})[-—–·()（）\s]*",
            text,
        )
    )


def _read_on(line: Line) -> Remark:
    text = f"从“{line.text[:30]}”起是另一张没有表头的表，按上一张表的续表计入，请核对"
    english = f"from “{line.text[:30]}” on another table without a header was read as if it continued the one above; check it"
    return row_remark(line.place, text, english, "warning")


def _heads_rows(text: str) -> bool:
    """Whether a paragraph may say something of the rows below: whose they are, or in what unit."""
    return bool(money_unit(text) or names_department(text) or owner_and_year([(0, (text,))])[0])


def _is_another(line: Line, head: Line) -> bool:
    """Whether the first row of a further table shows that it does not continue the one under `head`."""
    if len(line.cells) != len(head.cells):
        return True
    columns = [n for n, one in enumerate(fields(head.cells)) if one is not None and one.field == "amount"]
    printed = [line.cells[n] for n in columns if not is_no_amount(line.cells[n])]
    return bool(printed) and all(parse_amount(cell) is None for cell in printed)


def _line_places(lines: Sequence[Line]) -> Any:
    def place(number: int, column: int) -> Place:
        line = lines[number]
        return line.place if column < 0 else line.place_of(column)

    return place


def _unreadable_bytes(file: str, line: int) -> Remark:
    return Remark(
        "file",
        "warning",
        "这一行有字节读不出来，显示为“\ufffd”，请对照原文件。",
        "This line holds bytes that could not be read, shown as “\ufffd”; compare the original.",
        Place(file, line=line),
    )

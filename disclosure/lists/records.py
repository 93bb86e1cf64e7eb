"""Budget lines an officer keeps as records: `.jsonl`, `.json`, `.csv`, spreadsheets and plain text, one line a row.

Columns are known by their names, English (the record contract) or Chinese, in any order; see `goufu.disclosure.lists.read_list`
for how a list is read. A row that cannot be read becomes a remark with its line and the others still come out; a file
without a title column is an error, because then nothing in it can be a budget line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from goufu.disclosure.formats.detect import WORKBOOKS, Format, format_of, with_forward_slashes
from goufu.disclosure.formats.gate import read_bytes
from goufu.disclosure.formats.text import decoded
from goufu.disclosure.lines import Line, merged_down
from goufu.disclosure.lists.combine import joined, no_title, with_items
from goufu.disclosure.lists.model import Grid, ListContents
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
    rows = [(n, line.cells) for n, line in enumerate(lines)]
    place = _line_places(lines)
    merged = merged_down(lines)
    listed = read_list(Grid("", rows, place, merged, knows_merged=bool(merged)), stem)
    if not listed.found:
        raise no_title(where or file, lines[0].cells if lines else [])
    items = tuple(replace(item, id=f"{stem}-{n:03d}") for n, item in enumerate(listed.items, 1))
    return replace(listed, items=items, remarks=(*remarks, *listed.remarks))


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

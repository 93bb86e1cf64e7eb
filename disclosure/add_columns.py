"""Columns written beside the rows of an officer's own workbook, and nothing else in it touched.

The sheet's XML is edited in place and every other part of the file is copied byte for byte, so that styles, formulas,
charts, pictures, other sheets, widths and merged cells are what they were. Only .xlsx and .xlsm files are taken.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from goufu.catalog.errors import GoufuError
from goufu.disclosure.formats.detect import format_of, with_forward_slashes
from goufu.disclosure.formats.sheet_formatting import column_number, sheet_parts
from goufu.disclosure.formats.spreadsheet import sheets
from goufu.disclosure.lines import column_letters
from goufu.disclosure.lists.header import find_header
from goufu.disclosure.lists.sources.workbooks import sheet_grid
from goufu.disclosure.model import BudgetItem

_CELL = re.compile(r"\A(?P<sheet>.*)!(?P<column>[A-Z]{0,3})(?P<row>\d+)\Z")
_ADDRESS = re.compile(r"([A-Z]{1,3})(\d+)\Z")


@dataclass(frozen=True, slots=True)
class AddedColumn:
    """A column to write: its heading, and its width in characters."""

    heading: str
    width: float


def add_columns(
    data: bytes,
    columns: Sequence[AddedColumn],
    values: Sequence[tuple[BudgetItem, Sequence[str]]],
    where: str = "",
) -> bytes:
    """The workbook `data` with `columns` to the right of everything on the sheets that hold the items.

    `values` has each item with its texts in the order of the columns; they are written in the item's own row, the
    headings in the last row of the list's header. Raises GoufuError where `data` is no .xlsx, or no item is in it.
    """
    data = with_forward_slashes(data)
    if format_of(data, "", where) != "xlsx" or b"xl/workbook.bin" in data:
        raise GoufuError(
            "只能写回 .xlsx 工作簿，请先在 Excel 或 WPS 中另存为 .xlsx。",
            "Codes can be written into .xlsx workbooks only; save the file as .xlsx first.",
            where,
        )
    rows: dict[str, dict[int, Sequence[str]]] = {}
    for item, texts in values:
        match = _CELL.match(item.place.cell) if item.place else None
        if match:
            of_sheet, number = rows.setdefault(match["sheet"], {}), int(match["row"])
            if number in of_sheet:
                raise GoufuError(
                    f"工作表“{match['sheet']}”第 {number} 行并排着两项，写回会混在一起；请先把并排的清单上下排列。",
                    f"Row {number} of the sheet “{match['sheet']}” holds two items side by side; put the lists below one another first.",
                    where,
                )
            of_sheet[number] = texts
    if not rows:
        raise GoufuError(
            "没有一项能对应到工作簿的行，未写。",
            "No item stands in a row of this workbook; nothing was written.",
            where,
        )
    heads = _headers(data, where)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(out, "w") as copy:
        parts = {part: name for name, part in sheet_parts(archive).items() if name in rows}
        for entry in archive.infolist():
            content = archive.read(entry)
            if name := parts.get(entry.filename, ""):
                head = heads.get(name, min(rows[name]) - 1)
                content = _with_columns(content, columns, rows[name], head)
            copy.writestr(entry, content, compress_type=entry.compress_type)
    return out.getvalue()


def _headers(data: bytes, where: str) -> Mapping[str, int]:
    """The last row of the header of every sheet that has one, by the sheet's name."""
    found = {}
    for sheet in sheets(data, where):
        grid = sheet_grid(sheet, Path(where).name)
        header = find_header(grid) if sheet.rows else None
        if header is not None:
            found[sheet.name] = grid.rows[header.body - 1][0]
    return found


def _with_columns(
    content: bytes, columns: Sequence[AddedColumn], rows: Mapping[int, Sequence[str]], head: int
) -> bytes:
    """A sheet's XML with the texts in new cells behind its last column."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    root = etree.fromstring(content, parser)
    space = f"{{{etree.QName(root).namespace}}}"
    data = root.find(f"{space}sheetData")
    if data is None:
        return content
    found: dict[int, Any] = {}
    last, number = -1, 0
    for row in data:
        number = int(row.get("r") or number + 1)
        found[number] = row
        for column, cell in _cells(row):
            if len(cell):
                last = max(last, column)
    for merged in root.iter(f"{space}mergeCell"):
        corner = _ADDRESS.search(merged.get("ref", ""))
        last = max(last, column_number(corner[1])) if corner else last
    first = last + 1
    texts = {**rows, **({head: [column.heading for column in columns]} if head > 0 else {})}
    for number, cells in sorted(texts.items()):
        if (row := found.get(number)) is None:
            row = etree.Element(f"{space}row", r=str(number))
            after = [n for n in found if n < number]
            data.insert(data.index(found[max(after)]) + 1 if after else 0, row)
            found[number] = row
        _fill(row, number, first, cells, space)
    _widen(root, space, first, columns)
    if (dimension := root.find(f"{space}dimension")) is not None and ":" in dimension.get("ref", ""):
        start, _, end = dimension.get("ref", "").partition(":")
        bottom = _ADDRESS.match(end)
        dimension.set(
            "ref", f"{start}:{column_letters(first + len(columns) - 1)}{bottom[2] if bottom else number}"
        )
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


def _cells(row: Any) -> list[tuple[int, Any]]:
    """The cells of a row with their columns; a cell without an address follows the one before."""
    found = []
    column = -1
    for cell in row:
        match = _ADDRESS.match(cell.get("r", ""))
        column = column_number(match[1]) if match else column + 1
        found.append((column, cell))
    return found


def _fill(row: Any, number: int, first: int, texts: Sequence[str], space: str) -> None:
    """Put `texts` into the cells from column `first` on, in the style of the last filled cell before them."""
    from lxml import etree

    style = next((cell.get("s") for _, cell in reversed(_cells(row)) if len(cell) and cell.get("s")), None)
    for column, text in enumerate(texts, first):
        cells = _cells(row)
        cell = next((one for at, one in cells if at == column), None)
        if cell is None:
            cell = etree.Element(f"{space}c")
            cell.set("r", f"{column_letters(column)}{number}")
            behind = next((n for n, (at, _) in enumerate(cells) if at > column), len(cells))
            row.insert(behind, cell)
            if style:
                cell.set("s", style)
        if not text:
            continue
        cell.set("t", "inlineStr")
        inner = etree.SubElement(etree.SubElement(cell, f"{space}is"), f"{space}t")
        inner.text = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "", text)
        inner.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    if spans := row.get("spans"):
        row.set("spans", f"{spans.partition(':')[0]}:{first + len(texts)}")


def _widen(root: Any, space: str, first: int, columns: Sequence[AddedColumn]) -> None:
    """Give the new columns their widths where the sheet says nothing of them yet."""
    from lxml import etree

    block = root.find(f"{space}cols")
    if block is None:
        block = etree.Element(f"{space}cols")
        data = root.find(f"{space}sheetData")
        root.insert(root.index(data), block)
    ends = [(int(one.get("min", 1)), int(one.get("max", 1))) for one in block]
    for n, column in enumerate(columns, first + 1):
        if not any(low <= n <= high for low, high in ends):
            one = etree.Element(
                f"{space}col", min=str(n), max=str(n), width=str(column.width), customWidth="1"
            )
            block.insert(sum(1 for low, _ in ends if low < n) + (n - first - 1), one)

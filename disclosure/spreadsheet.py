"""Spreadsheets (.xlsx, .xls, .et, .ods) into lines: every sheet's rows in order, cells as last computed.

Formulas are never evaluated and macros never run; a cell holds what the program that saved it computed. Hidden
sheets are read like the others, and reported.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice
from typing import Any

from catalog.errors import GoufuError
from disclosure.detect import MAX_CELLS
from disclosure.lines import Line, clean_cell
from disclosure.model import Place, Remark

#: rows of one sheet; a province's budget lines of a year are some hundred thousand
MAX_ROWS = 1_000_000

_BARE_FORMULA = re.compile(
    rb'<c [^>]{0,80}?r="([A-Z]{1,3}\d{1,7})"[^>]{0,80}>\s*(?:<f\b[^>]{0,200}/>|<f\b[^>]{0,200}>[^<]{0,2000}</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>'
)


def sheet_lines(data: bytes, file: str, where: str) -> tuple[list[Line], list[Remark]]:
    """The lines of every sheet of the workbook `data`, a sheet named after a table led by its name.

    Raises GoufuError where the workbook is locked, damaged or too large.
    """
    lines: list[Line] = []
    remarks: list[Remark] = []
    for name, hidden, rows in sheets(data, where):
        found = [
            Line(cells, Place(file, cell=f"{name}!{number}"), name, number)
            for number, row in rows
            if any(cells := tuple(cell_text(value) for value in row))
        ]
        if not found:
            continue
        if "项目支出" in name:  # the only title that a sheet of nothing but figures may have
            lines.append(Line((clean_cell(name),), Place(file, cell=name)))
        lines += found
        if hidden:
            remarks.append(
                Remark(
                    "file",
                    "notice",
                    f"工作表“{name}”是隐藏的，也读了。",
                    f"The sheet “{name}” is hidden; it was read as well.",
                    Place(file, cell=name),
                )
            )
    empty = list(islice(uncomputed(data), 4))
    if empty:
        shown = "、".join(empty[:3]) + ("…" if len(empty) > 3 else "")
        remarks.append(
            Remark(
                "file",
                "warning",
                f"单元格 {shown} 是没有计算结果的公式，只能当空格读；请在 Excel 或 WPS 中打开并保存一次。",
                f"The cells {shown} are formulas without a computed value and were read as empty; open the file in Excel and save it once.",
                Place(file, cell=empty[0]),
            )
        )
    return lines, remarks


def uncomputed(data: bytes) -> Iterator[str]:
    """The addresses of cells of an .xlsx that hold a formula but no value (`sheet1.xml!E4`)."""
    if not data.startswith(b"PK"):
        return
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            if not re.match(r"xl/worksheets/[^/]+\.xml\Z", name):
                continue
            rest = b""
            with archive.open(name) as stream:
                while chunk := stream.read(1 << 20):
                    text = rest + chunk
                    end = 0
                    for match in _BARE_FORMULA.finditer(text):
                        end = match.end()
                        yield f"{name.rpartition('/')[2]}!{match[1].decode('ascii')}"
                    rest = text[max(end, len(text) - 4096) :]


def sheets(data: bytes, where: str) -> Iterator[tuple[str, bool, Iterator[tuple[int, list[Any]]]]]:
    """The sheets of a workbook: name, whether hidden, and its rows with their numbers from 1.

    Raises GoufuError as `sheet_lines` does.
    """
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        for meta in book.sheets_metadata:
            try:
                sheet = book.get_sheet_by_name(meta.name)
            except CalamineError:
                continue  # a chart or macro sheet
            hidden = meta.visible != SheetVisibleEnum.Visible
            if sheet.height > MAX_ROWS or sheet.height * sheet.width > MAX_CELLS:
                raise GoufuError(
                    f"工作表“{meta.name}”有 {sheet.height:,} 行 {sheet.width:,} 列，请删去远处的空白单元格，或拆分后再读。",
                    f"The sheet “{meta.name}” has {sheet.height:,} rows and {sheet.width:,} columns; delete the stray cells or split it.",
                    where,
                )
            top = sheet.start[0] if sheet.start else 0
            left = sheet.start[1] if sheet.start else 0
            yield meta.name, hidden, _numbered(sheet, top, left)
    except PasswordError as error:
        raise GoufuError(
            "表格有密码保护，请用密码打开后另存为不加密的文件再试。",
            "The spreadsheet is protected by a password; open it and save it without one.",
            where,
        ) from error
    except (CalamineError, ValueError, OSError) as error:
        raise GoufuError(
            "这个表格打不开（可能已损坏、加密或扩展名不符），请在 Excel 或 WPS 中另存为 .xlsx 再试。",
            f"This spreadsheet cannot be opened ({error}); it may be damaged, encrypted or misnamed. Save it as .xlsx again.",
            where,
        ) from error


def _numbered(sheet: Any, top: int, left: int) -> Iterator[tuple[int, list[Any]]]:
    for number, row in enumerate(sheet.to_python(skip_empty_area=True), top + 1):
        yield number, [*[""] * left, *row]


def cell_text(value: Any) -> str:
    """A cell as its text: whole numbers without `.0`, no exponent, dates as 2026-01-01, line breaks closed up."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        return format(Decimal(repr(value)), "f") if abs(value) < 1e300 else str(value)
    return clean_cell(re.sub(r"(?<=[^\x00-\x7f])[ \t]*[\r\n]+[ \t]*|[\r\n]+(?=[^\x00-\x7f])", "", str(value)))

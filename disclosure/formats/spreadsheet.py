"""Spreadsheets (.xlsx, .xls, .et, .ods) into lines: every sheet's rows in order, cells as last computed.

Formulas are never evaluated and macros never run; a cell holds what the program that saved it computed, as it is
shown. Hidden sheets, rows and columns are read like the others, and reported.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from typing import Any

from goufu.catalog.errors import GoufuError
from goufu.disclosure.formats.gate import limit
from goufu.disclosure.formats.old_workbook import without_macros
from goufu.disclosure.formats.sheet_formatting import SheetFormatting, displayed_number, workbook_formatting
from goufu.disclosure.lines import Line, clean_cell, column_letters, figures_apart
from goufu.disclosure.model import Place, Remark

_BARE_FORMULA = re.compile(
    rb'<c [^>]{0,80}?r="([A-Z]{1,3}\d{1,7})"[^>]{0,80}>\s*(?:<f\b[^>]{0,200}/>|<f\b[^>]{0,200}>[^<]{0,2000}</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>'
)
#: what a text begins with that is set in by hand
_INDENTS = ("\u3000", "  ", "\u00a0\u00a0", "\t")


@dataclass(frozen=True)
class Sheet:
    """One sheet: its name, its rows that say something (numbered from 1), and what is known of its cells.

    `merged` has the first and last row and column of each merged cell, rows from 1, columns from 0. Rows and columns
    that are hidden are among the others. `struck` are the cells with a line through their text, `indented` those whose text
    is set in from the left, `unseen` those whose text has the colour of its ground or a format that shows nothing, by (row,
    column) as in `merged`; `conditional` the ranges in which a conditional format may hide text; `levels` how deep rows are in
    the outline, for those that are; `bold` the cells in bold letters.
    """

    name: str
    hidden: bool
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    merged: tuple[tuple[int, int, int, int], ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    struck: frozenset[tuple[int, int]] = frozenset()
    indented: frozenset[tuple[int, int]] = frozenset()
    unseen: frozenset[tuple[int, int]] = frozenset()
    conditional: tuple[str, ...] = ()
    levels: Mapping[int, int] = field(default_factory=dict)
    bold: frozenset[tuple[int, int]] = frozenset()


@dataclass(frozen=True)
class Workbook:
    """A workbook read once: its sheets in their order, and the first few cells with a formula that has no value."""

    sheets: tuple[Sheet, ...]
    uncomputed: tuple[str, ...] = ()


def workbook(data: bytes, where: str) -> Workbook:
    """The workbook `data`. Raises GoufuError where it is locked, damaged or too large."""
    return Workbook(sheets(data, where), tuple(islice(uncomputed(data), 4)))


def sheet_lines(book: Workbook, file: str) -> tuple[list[Line], list[Remark]]:
    """The lines of every sheet, a sheet named after a table led by its name, and what is remarkable in them."""
    lines: list[Line] = []
    for sheet in book.sheets:
        if not sheet.rows:
            continue
        if "项目支出" in sheet.name:  # the only title that a sheet of nothing but figures may have
            lines.append(Line((clean_cell(sheet.name),), Place(file, cell=sheet.name)))
        lines += (
            Line(
                cells,
                Place(file, cell=f"{sheet.name}!{number}"),
                sheet.name,
                number,
                level=sheet.levels.get(number, 0),
            )
            for number, cells in sheet.rows
        )
    return lines, sheet_remarks(book, file, book.sheets)


def sheet_remarks(book: Workbook, file: str, read: Iterable[Sheet]) -> list[Remark]:
    """What an officer should know of the sheets that were `read`: what is hidden, and formulas without a value."""
    remarks: list[Remark] = []
    for sheet in read:
        if not sheet.rows:
            continue
        if sheet.hidden:
            remarks.append(
                Remark(
                    "file",
                    "notice",
                    f"工作表“{sheet.name}”是隐藏的，也读了。",
                    f"The sheet “{sheet.name}” is hidden; it was read as well.",
                    Place(file, cell=sheet.name),
                )
            )
        filled = [number for number, _ in sheet.rows if number in sheet.hidden_rows]
        if filled:
            shown = _ranges(filled)
            remarks.append(
                Remark(
                    "hidden",
                    "warning",
                    f"工作表“{sheet.name}”的第 {shown} 行是隐藏的，也读了；不要的请先删除。",
                    f"Rows {shown} of the sheet “{sheet.name}” are hidden; they were read as well.",
                    Place(file, cell=f"{sheet.name}!{filled[0]}"),
                )
            )
        if sheet.unseen:
            first, shown = _addresses(sheet.unseen)
            remarks.append(
                Remark(
                    "hidden",
                    "warning",
                    f"工作表“{sheet.name}”的 {shown} 看不见（字与底色相同，或数字格式不显示），也读了；不要的请先删除。",
                    f"Cells {shown} of the sheet “{sheet.name}” cannot be seen (letters in the colour of the ground, or a format that shows nothing); they were read as well.",
                    Place(file, cell=f"{sheet.name}!{first}"),
                )
            )
        if sheet.conditional:
            shown = "、".join(sheet.conditional[:3]) + ("…" if len(sheet.conditional) > 3 else "")
            remarks.append(
                Remark(
                    "hidden",
                    "warning",
                    f"工作表“{sheet.name}”的 {shown} 有条件格式，会把一些字变得看不见；都读了，请核对。",
                    f"Conditional formats of the sheet “{sheet.name}” ({shown}) may let text not be seen; all was read. Check it.",
                    Place(file, cell=f"{sheet.name}!{sheet.conditional[0].split(':')[0].split()[0]}"),
                )
            )
        if sheet.struck:
            first, shown = _addresses(sheet.struck)
            remarks.append(
                Remark(
                    "hidden",
                    "warning",
                    f"工作表“{sheet.name}”的 {shown} 有划去的字：整格划去的也读了，只划去一部分的读未划去的；请核对。",
                    f"Cells {shown} of the sheet “{sheet.name}” are struck out: those as a whole were read as well, of the others what is left. Check them.",
                    Place(file, cell=f"{sheet.name}!{first}"),
                )
            )
        columns = sorted(
            n
            for n in sheet.hidden_columns
            if any(n < len(cells) and cells[n] and i not in sheet.hidden_rows for i, cells in sheet.rows)
        )
        if columns:
            named = "、".join(map(column_letters, columns))
            remarks.append(
                Remark(
                    "hidden",
                    "warning",
                    f"工作表“{sheet.name}”的 {named} 列是隐藏的，也读了。",
                    f"The columns {named} of the sheet “{sheet.name}” are hidden; they were read as well.",
                    Place(file, cell=f"{sheet.name}!{column_letters(columns[0])}"),
                )
            )
    if empty := book.uncomputed:
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
    return remarks


def _addresses(cells: Iterable[tuple[int, int]]) -> tuple[str, str]:
    """The address of the first of some cells, and of the first few."""
    named = [f"{column_letters(column)}{row}" for row, column in sorted(cells)]
    return named[0], "、".join(named[:5]) + ("…" if len(named) > 5 else "")


def _ranges(numbers: Sequence[int]) -> str:
    """Numbers in their order, neighbours as a range: 3、5-8."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    shown = [str(a) if a == b else f"{a}-{b}" for a, b in runs[:6]]
    return "、".join(shown) + ("…" if len(runs) > 6 else "")


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


def sheets(data: bytes, where: str) -> tuple[Sheet, ...]:
    """The sheets of a workbook in their order, with what they show. Raises GoufuError as `workbook` does."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(without_macros(data)))
        formatting = workbook_formatting(data)
        found = []
        rows = cells = 0
        for meta in book.sheets_metadata:
            try:
                sheet = book.get_sheet_by_name(meta.name)
            except CalamineError:
                continue  # a chart or macro sheet
            hidden = meta.visible != SheetVisibleEnum.Visible
            rows, cells = rows + sheet.height, cells + sheet.height * sheet.width
            if rows > limit("rows") or cells > limit("cells"):
                raise GoufuError(
                    f"读到工作表“{meta.name}”（{sheet.height:,} 行 {sheet.width:,} 列）已有 {rows:,} 行 {cells:,} 格，请删去远处的空白单元格，或拆分后再读；确需读取请加 --limit rows=数 或 cells=数。",
                    f"Up to the sheet “{meta.name}” ({sheet.height:,} rows and {sheet.width:,} columns) there are {rows:,} rows and {cells:,} cells; delete the stray cells or split it, or raise --limit rows=NUMBER or cells=NUMBER.",
                    where,
                )
            found.append(_sheet(sheet, meta.name, hidden, formatting.get(meta.name) or SheetFormatting()))
        return tuple(found)
    except PasswordError as error:
        raise GoufuError(
            "表格有密码保护，请用密码打开后另存为不加密的文件再试。",
            "The spreadsheet is protected by a password; open it and save it without one.",
            where,
        ) from error
    except BaseException as error:
        if not isinstance(error, CalamineError | ValueError | OSError) and not _gave_up(error):
            raise
        raise GoufuError(
            "这个表格打不开（可能已损坏、加密或扩展名不符），请在 Excel 或 WPS 中另存为 .xlsx 再试。",
            f"This spreadsheet cannot be opened ({error}); it may be damaged, encrypted or misnamed. Save it as .xlsx again.",
            where,
        ) from error


def _gave_up(error: BaseException) -> bool:
    """Whether the reader, which is written in Rust, gave up; what it raises then is no Exception and has no public name."""
    return type(error).__name__ == "PanicException"


def _sheet(sheet: Any, name: str, hidden: bool, formatting: SheetFormatting) -> Sheet:
    top = sheet.start[0] if sheet.start else 0
    left = sheet.start[1] if sheet.start else 0
    rows = []
    texts: dict[int, list[tuple[int, str]]] = {}
    for (at, column), text in formatting.texts.items():
        texts.setdefault(at, []).append((column, text))
    indented = set(formatting.indented)
    for number, row in enumerate(sheet.to_python(skip_empty_area=True), top + 1):
        cells = [""] * left
        for n, value in enumerate(row, left):
            if value == "":
                cells.append("")
                continue
            text = cell_text(value)
            if code := formatting.codes.get((number, n)):
                text = displayed_number(text, code) or text
            cells.append(text)
            if isinstance(value, str) and value.startswith(_INDENTS):
                indented.add((number, n))
        for column, text in texts.get(number, ()):
            cells += [""] * (column + 1 - len(cells))
            cells[column] = text
        if any(cells):
            rows.append((number, tuple(cells)))
    merged = [(r1 + 1, c1, r2 + 1, c2) for (r1, c1), (r2, c2) in sheet.merged_cell_ranges or ()]
    return Sheet(
        name,
        hidden,
        tuple(rows),
        tuple(merged or formatting.merged),
        frozenset(formatting.hidden_rows),
        frozenset(formatting.hidden_columns),
        frozenset(formatting.struck),
        frozenset(indented),
        frozenset(formatting.unseen),
        tuple(formatting.conditional),
        formatting.levels,
        frozenset(formatting.bold),
    )


def cell_text(value: Any) -> str:
    """A cell as its text: whole numbers without `.0`, no exponent, dates as 2026-01-01, line breaks closed up."""
    if value == "":
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Decimal):
        return format(value, "f") if value.is_finite() and abs(value.adjusted()) < 300 else str(value)
    if isinstance(value, float):
        if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        return format(Decimal(repr(value)), "f") if abs(value) < 1e300 else str(value)
    text = str(value)
    if "\n" not in text and "\r" not in text:
        return clean_cell(text)
    text = figures_apart(text, "[\r\n]")
    return clean_cell(re.sub(r"(?<=[^\x00-\x7f])[ \t]*[\r\n]+[ \t]*|[\r\n]+(?=[^\x00-\x7f])", "", text))

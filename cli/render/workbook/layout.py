"""What the sheets of the workbook have in common: columns, cells, the height of rows, paper, formats.

Everything that comes from a document is written as text, so that nothing a department wrote can become a formula.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from goufu.cli.render.workbook.columns import Head
from goufu.cli.shared.output import listed, say

if TYPE_CHECKING:
    from goufu.matcher.audit import Audit
    from goufu.matcher.model import Assessment
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

#: Excel refuses longer texts
LONGEST = 32_000
FONT = "微软雅黑"


@dataclass(frozen=True, slots=True)
class Report:
    """A workbook while it is written: what it is about, its formats by name, its title."""

    book: Workbook
    audits: Sequence[Audit]
    assessments: Sequence[Assessment]
    departments: Sequence[str]
    forms: Mapping[str, Format]
    title: str


def report_of(book: Workbook, audits: Sequence[Audit]) -> Report:
    """The report of `audits` into the new `book`: its formats made, nothing written yet."""
    assessments = [a for one in audits for a in one.assessments]
    departments = list(dict.fromkeys(a.item.department for a in assessments))
    title = listed(departments[:2]) + ("…" if len(departments) > 2 else "")
    years = sorted({a.item.year for a in assessments if a.item.year})
    return Report(
        book,
        audits,
        assessments,
        departments,
        _formats(book),
        f"{title} {'、'.join(map(str, years))}".strip(),
    )


def new_sheet(report: Report, name: str, heads: Sequence[Head], freeze: tuple[int, int]) -> Worksheet:
    """A sheet with its headings in the first row, which stays in sight with the columns before `freeze`."""
    sheet = report.book.add_worksheet(name)
    for number, head in enumerate(heads):
        sheet.set_column(number, number, head.width)
        sheet.write_string(0, number, say(head.zh, head.en), report.forms["head"])
    sheet.set_row(0, 32)
    sheet.freeze_panes(*freeze)
    return sheet


def new_formula_sheet(report: Report, name: str) -> Worksheet:
    """An empty sheet whose formulas are written as they are given.

    XlsxWriter looks in every formula for each of a hundred functions that came after Excel 2007, which takes most of
    the time of a long list; the formulas of the filing table and of the candidates have none of these.
    """
    from xlsxwriter.worksheet import Worksheet

    class OldFunctions(Worksheet):  # type: ignore[misc]
        def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
            return formula.removeprefix("=")

    return report.book.add_worksheet(name, OldFunctions)


def write_row(
    report: Report, sheet: Worksheet, row: int, heads: Sequence[Head], cells: Sequence[Any], lines: int = 1
) -> None:
    """Write the cells of a row, and make it as high as its longest one, but at least `lines` lines."""
    sheet.set_row(row, height(max(lines, *map(lines_of, cells, (h.width for h in heads)))))
    for number, (head, value) in enumerate(zip(heads, cells, strict=True)):
        form = report.forms[head.form]
        if value is None or value == "":
            sheet.write_blank(row, number, None, form)
        elif isinstance(value, float | int | Decimal):
            sheet.write_number(row, number, float(value), form)
        else:
            sheet.write_string(row, number, str(value)[:LONGEST], form)


def finish(report: Report, sheet: Worksheet, heads: Sequence[Head], last: int, printed: int = 0) -> None:
    """Filters and paper; `printed` is the number of columns that go on paper, where not all do."""
    sheet.autofilter(0, 0, last, len(heads) - 1)
    paper(report, sheet)
    sheet.repeat_rows(0)
    sheet.fit_to_pages(1, 0)
    sheet.print_area(0, 0, last, (printed or len(heads)) - 1)


def paper(report: Report, sheet: Worksheet) -> None:
    """A4 landscape with the title above and the page below."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.6)
    title = report.title.replace("&", "&&")[:120]
    sheet.set_header(f"&L&9{title}&R&9&A")
    sheet.set_footer(
        f"&L&8{say('由购服（goufu）生成，须经人员核定', 'made by goufu; to be confirmed by a person')}&R&8&P / &N"
    )


def lines_of(value: Any, width: float) -> int:
    """The lines that a cell takes in a column of so many characters: Chinese is 12 pixels wide, the rest about 6."""
    if not isinstance(value, str):
        return 1
    room = max(width * 7 - 4, 12)
    pixels = (sum(12 if ord(c) > 0x2000 else 6.4 for c in part) for part in value.split("\n"))
    return sum(max(1, -int(-length // room)) for length in pixels)


def height(lines: int) -> float:
    """The height of a row in points; Excel knows none above 409."""
    return min(409.0, 4 + 12.5 * lines)


def _formats(book: Workbook) -> dict[str, Format]:
    base = {"font_name": FONT, "font_size": 9, "valign": "top", "border": 1, "border_color": "#D5D9E0"}
    wrap = {**base, "text_wrap": True}
    total = {"bold": True, "bg_color": "#EEF2F7"}
    makes: dict[str, dict[str, Any]] = {
        "text": {**wrap, "num_format": "@"},
        "code": {**base, "num_format": "@", "font_name": "Consolas"},
        "centre": {**wrap, "align": "center", "num_format": "@"},
        "money": {**base, "num_format": "#,##0.00"},
        "percent": {**base, "num_format": "0%", "align": "center"},
        "count": {**base, "num_format": "#,##0"},
        "whole": {**base, "num_format": "0", "align": "center"},
        "input": {**wrap, "num_format": "@", "bg_color": "#FFFBE6"},
        "head": {
            **wrap,
            "bold": True,
            "bg_color": "#1F4E79",
            "font_color": "#FFFFFF",
            "align": "center",
            "valign": "vcenter",
        },
        "title": {"font_name": FONT, "font_size": 14, "bold": True},
        "table title": {
            "font_name": FONT,
            "font_size": 16,
            "bold": True,
            "align": "center",
            "valign": "vcenter",
        },
        "right": {"font_name": FONT, "font_size": 9, "align": "right"},
        "note": {
            "font_name": FONT,
            "font_size": 9,
            "font_color": "#9C5700",
            "text_wrap": True,
            "valign": "top",
        },
        "small": {"font_name": FONT, "font_size": 9, "font_color": "#666666"},
        "sum": {**wrap, **total},
        "sum count": {**base, **total, "num_format": "#,##0"},
        "sum money": {**base, **total, "num_format": "#,##0.00"},
        "sum percent": {**base, **total, "num_format": "0%", "align": "center"},
    }
    return {name: book.add_format(facts) for name, facts in makes.items()}

"""The Excel workbook of a comparison: a sheet of changes with the differing characters coloured, a sheet of counts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from goufu.cli.render.changes import (
    Comparison,
    Marked,
    by_section,
    counts,
    evidence,
    marked,
    section_word,
    word,
)
from goufu.cli.shared.output import clauses, say

if TYPE_CHECKING:
    from goufu.catalog.concordance.changes import Change

#: heading (Chinese, English), width in characters
_COLUMNS: tuple[tuple[str, str, int], ...] = (
    ("部门", "section", 22),
    ("变化", "change", 10),
    ("原代码", "old code", 10),
    ("原名称", "old name", 40),
    ("现代码", "new code", 10),
    ("现名称", "new name", 40),
    ("把握", "confidence", 8),
    ("须核对", "to check", 8),
    ("依据", "evidence", 60),
)
_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def write_changes(path: Path, made: Comparison) -> None:
    """Write the changes shown to `path`, a line each, and the counts of all by section."""
    before, after, shown, changes = made
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path), _OPTIONS)
    formats = {
        "head": book.add_format({"bold": True, "bg_color": "#E8EEF7", "border": 1, "valign": "vcenter"}),
        "same": book.add_format({}),
        "old": book.add_format({"font_color": "#B42318", "font_strikeout": True}),
        "new": book.add_format({"font_color": "#067647", "underline": 1}),
        "text": book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"}),
        "percent": book.add_format({"num_format": "0%", "valign": "top"}),
    }
    sheet = book.add_worksheet(say("变化", "changes"))
    for column, (zh, en, width) in enumerate(_COLUMNS):
        sheet.write_string(0, column, say(zh, en), formats["head"])
        sheet.set_column(column, column, width)
    for row, change in enumerate(shown, 1):
        old, new = marked(change)
        sheet.write_string(row, 0, section_word(change.section), formats["text"])
        sheet.write_string(row, 1, word(change.kind), formats["text"])
        for column, entries in ((2, old), (4, new)):
            sheet.write_string(row, column, "\n".join(m.entry.code for m in entries), formats["text"])
            _write_names(sheet, row, column + 1, entries, formats)
        sheet.write_number(row, 6, change.confidence, formats["percent"])
        sheet.write_string(row, 7, say("须核对", "check") if change.close else "", formats["text"])
        sheet.write_string(row, 8, clauses(evidence(change)), formats["text"])
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, max(len(shown), 1), len(_COLUMNS) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_header(f"&L{before.number} → {after.number}&R&P / &N")
    _write_counts(book.add_worksheet(say("汇总", "summary")), changes, formats)
    book.close()


def _write_names(
    sheet: Any, row: int, column: int, entries: Sequence[Marked], formats: dict[str, Any]
) -> None:
    """Names in one cell, one a line, the runs that differ coloured."""
    runs: list[Any] = []
    for number, (_, pieces) in enumerate(entries):
        for place, piece in enumerate(pieces):
            runs += [formats[piece.side], ("\n" if number and not place else "") + piece.text]
    plain = "\n".join(m.entry.name for m in entries)
    if len(runs) > 2:
        sheet.write_rich_string(row, column, *runs, formats["text"])
    else:
        sheet.write_string(row, column, plain, formats["text"])


def _write_counts(sheet: Any, changes: Sequence[Change], formats: dict[str, Any]) -> None:
    kinds = list(counts(changes))
    for column, title in enumerate((say("部门", "section"), *map(word, kinds))):
        sheet.write_string(0, column, title, formats["head"])
        sheet.set_column(column, column, 30 if column == 0 else 10)
    row = 0
    for row, (section, some) in enumerate(by_section(changes).items(), 1):
        number = counts(some)
        sheet.write_string(row, 0, section_word(section), formats["text"])
        for column, kind in enumerate(kinds, 1):
            if kind in number:
                sheet.write_number(row, column, number[kind])
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(row, 1), len(kinds))

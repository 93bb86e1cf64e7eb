"""The Excel workbook of audits: a worklist to decide in, the findings, a summary, the filing table, the sources.

Ready to use when it opens: frozen headings, filters, widths, A4 landscape. Codes stay text. The filing table follows
what the officer decides in the worklist (核定代码).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from goufu.cli.render.workbook.candidates import write_candidates
from goufu.cli.render.workbook.filing import write_filing
from goufu.cli.render.workbook.findings import write_findings
from goufu.cli.render.workbook.layout import report_of
from goufu.cli.render.workbook.sources import write_sources
from goufu.cli.render.workbook.summary import write_summary
from goufu.cli.render.workbook.worklist import write_worklist

if TYPE_CHECKING:
    from goufu.matcher.audit import Audit

#: the sheets in their order; the last one is hidden
_SHEETS = (write_worklist, write_findings, write_summary, write_filing, write_sources, write_candidates)


def write_workbook(path: Path, audits: Sequence[Audit]) -> None:
    """Write the workbook of `audits` to `path`: five sheets, and a hidden one with the candidates."""
    import xlsxwriter

    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "constant_memory": False,
    }
    book = xlsxwriter.Workbook(str(path), options)
    try:
        report = report_of(book, audits)
        for write in _SHEETS:
            write(report)
        book.worksheets()[0].activate()
    finally:
        book.close()

"""The sheet of findings: every rule that fired, the gravest first, with evidence, basis and what to do."""

from __future__ import annotations

from collections.abc import Mapping

from goufu.catalog.severity import SEVERITY_NAMES, Severity, gravity
from goufu.cli.render.workbook.columns import FINDINGS, PRINTED_OF_FINDINGS, letter_of
from goufu.cli.render.workbook.layout import Report, finish, new_sheet, write_row
from goufu.cli.shared.output import say

_COLOURS: Mapping[Severity, str] = {"error": "#F8D7DA", "warning": "#FFF0CC", "notice": "#E8EEF7"}


def write_findings(report: Report) -> None:
    """Write the sheet; what was silenced comes last."""
    from goufu.matcher.findings import load_rules

    sheet = new_sheet(report, say("问题", "findings"), FINDINGS, freeze=(1, 0))
    rules = load_rules()
    found = [(one, a, f) for one in report.audits for a, f in one.all_findings]
    found.sort(key=lambda x: (bool(x[2].silenced), gravity(x[2].severity)))
    for row, (one, a, f) in enumerate(found, 1):
        rule = rules[f.rule]
        cells = (
            say(*SEVERITY_NAMES[f.severity]),
            f.rule,
            say(*rule.title),
            a.item.department if a else one.disclosure.department,
            a.item.title if a else say("（整个文件）", "(the document)"),
            a.item.amount_wan if a else None,
            say(*f.message),
            say(*f.evidence),
            say(*rule.basis),
            say(*rule.resolve),
            f.silenced,
        )
        write_row(report, sheet, row, FINDINGS, cells)
    if not found:
        sheet.write_string(1, 0, say("没有发现问题。", "Nothing was found."), report.forms["text"])
    last = max(len(found), 1)
    severity_column = letter_of(FINDINGS, "severity")
    for severity, colour in _COLOURS.items():
        mark = report.book.add_format({"bg_color": colour})
        sheet.conditional_format(
            1,
            0,
            last,
            1,
            {
                "type": "formula",
                "criteria": f'=${severity_column}2="{say(*SEVERITY_NAMES[severity])}"',
                "format": mark,
            },
        )
    finish(report, sheet, FINDINGS, last, printed=PRINTED_OF_FINDINGS)

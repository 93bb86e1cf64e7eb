"""The filing table: the columns that budget systems want, one row a line, following what is decided in the worklist.

The hidden sheet works out code, name and yes or no of each row; here they are shown, and what is no purchased service
is filtered out. Formulas name cells only, never a department's words.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from goufu.cli.render.workbook.columns import FILING, Hidden, column, letter, letter_of
from goufu.cli.render.workbook.layout import Report, lines_of, new_formula_sheet, paper, write_row
from goufu.cli.render.workbook.words import bought, candidates_name, choices
from goufu.cli.shared.output import say

if TYPE_CHECKING:
    from goufu.matcher.model import Assessment
    from xlsxwriter.worksheet import Worksheet

_TOP = 3  # rows above the first line: title, unit, headings


def write_filing(report: Report) -> None:
    """Write the table: title, unit, one row for every line (those that are no purchased service filtered out), total.

    The total follows the decisions, not the filter.
    """
    sheet = new_formula_sheet(report, say("政府购买服务汇总表", "filing table"))
    yes = choices().yes
    for number, head in enumerate(FILING):
        sheet.set_column(number, number, head.width)
        sheet.write_string(_TOP - 1, number, say(head.zh, head.en), report.forms["head"])
    last_column = len(FILING) - 1
    sheet.set_row(0, 30)
    heading = say(f"{report.title} 政府购买服务汇总表", f"Purchased services of {report.title}")
    sheet.merge_range(0, 0, 0, last_column, heading, report.forms["table title"])
    sheet.write_string(1, last_column - 1, say("单位：万元", "in 10k CNY"), report.forms["right"])
    sheet.set_row(_TOP - 1, 42)
    first, last = _TOP, _TOP + max(len(report.assessments), 1) - 1
    for row, a in enumerate(report.assessments, first):
        _write_line(report, sheet, row, a)
    _write_total(report, sheet, first, last, yes)
    sheet.autofilter(_TOP - 1, 0, last, last_column)
    sheet.filter_column_list(column(FILING, "bought"), [yes])
    for row, a in enumerate(report.assessments, first):
        if a.gov_service is not True:
            sheet.set_row(row, None, None, {"hidden": True})
    sheet.freeze_panes(_TOP, column(FILING, "bought"))
    paper(report, sheet)
    sheet.repeat_rows(_TOP - 1)
    sheet.fit_to_pages(1, 0)
    sheet.print_area(0, 0, last + 1, last_column)


def _write_line(report: Report, sheet: Worksheet, row: int, a: Assessment) -> None:
    """One row of the table."""
    item, coded = a.item, a.coded
    code, name = (coded.code, coded.name) if coded else ("", "")
    content = item.summary or item.title
    shown = {"title": item.title, "name": name, "content": content}
    lines = max(lines_of(text, FILING[column(FILING, key)].width) for key, text in shown.items())
    hidden = {at: f"'{candidates_name()}'!${letter(at)}{row - _TOP + 2}" for at in Hidden}
    first_letter = f"LEFT({letter_of(FILING, 'code')}{row + 1},1)"
    a_class, b_class = _class_name("A"), _class_name("B")
    formulas = {
        "bought": (f"={hidden[Hidden.BOUGHT]}", bought(a)),
        "class": (
            f'=IF({first_letter}="A","{a_class}",IF({first_letter}="B","{b_class}",""))',
            _class_name(code),
        ),
        "code": (f'={hidden[Hidden.CODE]}&""', code),
        "name": (f'={hidden[Hidden.NAME]}&""', name),
    }
    values: dict[str, Any] = {
        "unit": item.unit or item.department,
        "title": item.title,
        "content": content,
        "amount": item.amount_wan,
        "year": item.year,
    }
    write_row(report, sheet, row, FILING, [values.get(head.key) for head in FILING], lines)
    for key, (formula, value) in formulas.items():
        at = column(FILING, key)
        sheet.write_formula(row, at, formula, report.forms[FILING[at].form], value)


def _write_total(report: Report, sheet: Worksheet, first: int, last: int, yes: str) -> None:
    """The total of what is a purchased service, and what to do where decisions changed what the filter shows."""
    flag, amount = letter_of(FILING, "bought"), letter_of(FILING, "amount")
    flags, amounts = f"{flag}{first + 1}:{flag}{last + 1}", f"{amount}{first + 1}:{amount}{last + 1}"
    sums = [a.item.amount_wan or Decimal(0) for a in report.assessments if a.gov_service]
    row = last + 1
    for number in range(len(FILING)):
        sheet.write_blank(row, number, None, report.forms["sum"])
    sheet.write_string(row, 0, say("合计", "total"), report.forms["sum"])
    count = say(f'=COUNTIF({flags},"{yes}")&" 项"', f'=COUNTIF({flags},"{yes}")&" items"')
    counted = say(f"{len(sums)} 项", f"{len(sums)} items")
    sheet.write_formula(row, column(FILING, "title"), count, report.forms["sum"], counted)
    total = f'=SUMIF({flags},"{yes}",{amounts})'
    at = column(FILING, "amount")
    sheet.write_formula(row, at, total, report.forms["sum money"], float(sum(sums, Decimal(0))))
    offset = f"OFFSET({flag}{first + 1},ROW({flags})-{first + 1},0)"
    shown = f'SUMPRODUCT(({flags}="{yes}")*SUBTOTAL(103,{offset}))'
    seen = f"SUBTOTAL(103,{flags})"
    again = say(
        "认定有变动：请点“数据 › 重新应用”（或重新筛选“是”），使所列与合计一致。",
        "Decisions changed: reapply the filter (Data, Reapply) so that the rows agree with the total.",
    )
    open_ = sum(a.gov_service is None for a in report.assessments)
    rest = say(
        f"另有 {open_} 项待定（服务与货物或工程打包），未计入；定后在“项目清单”填核定代码。",
        f"{open_} more are open (bundled with goods or works) and not counted; decide them in the worklist.",
    )
    changed = f'=IF(AND({shown}=COUNTIF({flags},"{yes}"),{seen}={shown}),"{rest if open_ else ""}","{again}")'
    sheet.merge_range(1, 0, 1, len(FILING) - 3, "", report.forms["note"])
    sheet.write_formula(1, 0, changed, report.forms["note"], rest if open_ else "")


def _class_name(code: str) -> str:
    if not code:
        return ""
    return (
        say("A 公共服务", "A public services")
        if code[0] == "A"
        else say("B 政府履职辅助性服务", "B support services")
    )

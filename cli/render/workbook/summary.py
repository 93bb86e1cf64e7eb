"""The summary: items and amounts by nature, status, code and department, each with a chart, and how often a rule fired."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from goufu.cli.render.judgements import STATUSES, spent_on
from goufu.cli.render.workbook.layout import FONT, LONGEST, Report, height, lines_of, paper
from goufu.cli.shared.output import bracketed, say

if TYPE_CHECKING:
    from goufu.matcher.model import Assessment
    from xlsxwriter.worksheet import Worksheet

#: bars of a chart; what is left is one bar more, drawn from cells right of the printed page
BARS, _DRAWN = 14, 12


def write_summary(report: Report) -> None:
    """Write the sheet: a table for each way of counting, the charts beside them."""
    sheet = report.book.add_worksheet(say("汇总", "summary"))
    sheet.hide_gridlines(2)
    for column, width in enumerate((44, 8, 13, 8, 2, 14, 14, 14, 14, 14)):
        sheet.set_column(column, column, width)
    sheet.write_string(0, 0, report.title or say("汇总", "summary"), report.forms["title"])
    sheet.write_string(1, 0, say("金额单位：万元", "amounts in 10k CNY"), report.forms["small"])
    row = 3
    blocks: tuple[tuple[str, list[tuple[str, int, Decimal]], str], ...] = (
        (say("按性质", "by nature"), _by(report.assessments, spent_on), "bar"),
        (
            say("按列入情况", "by status"),
            _by(report.assessments, lambda a: say(*STATUSES[a.status])),
            "column",
        ),
        (say("按目录代码", "by code"), _by_code(report.assessments), "bar"),
    )
    if len(report.departments) > 1:
        by_department = _by(report.assessments, lambda a: a.item.department or say("（未知）", "(unknown)"))
        blocks = ((say("按部门", "by department"), by_department, "bar"), *blocks)
    chart_row = 3
    for head, rows, kind in blocks:
        first = row + 1
        row = _block(report, sheet, row, head, rows)
        chart_row = _chart(report, sheet, chart_row, kind, head, rows, first)
    row = _finding_counts(report, sheet, row)
    paper(report, sheet)
    sheet.fit_to_pages(1, 1 if max(row, chart_row) <= 70 else 0)
    sheet.print_area(0, 0, max(row, chart_row), 9)


def _block(
    report: Report, sheet: Worksheet, row: int, head: str, rows: Sequence[tuple[str, int, Decimal]]
) -> int:
    """One table of the summary: heading, lines, total. Returns the row for the next one."""
    names = (head, say("项数", "items"), say("金额（万元）", "amount (10k)"), say("占比", "share"))
    for column, name in enumerate(names):
        sheet.write_string(row, column, name, report.forms["head"])
    total = sum((amount for _, _, amount in rows), Decimal(0))
    for name, count, amount in rows:
        row += 1
        sheet.set_row(row, height(lines_of(name, 44)))
        sheet.write_string(row, 0, name[:LONGEST], report.forms["text"])
        sheet.write_number(row, 1, count, report.forms["count"])
        sheet.write_number(row, 2, float(amount), report.forms["money"])
        sheet.write_number(row, 3, float(amount / total) if total else 0.0, report.forms["percent"])
    row += 1
    sheet.write_string(row, 0, say("合计", "total"), report.forms["sum"])
    sheet.write_number(row, 1, sum(count for _, count, _ in rows), report.forms["sum count"])
    sheet.write_number(row, 2, float(total), report.forms["sum money"])
    sheet.write_number(row, 3, 1.0 if total else 0.0, report.forms["sum percent"])
    return row + 2


def _chart(
    report: Report,
    sheet: Worksheet,
    row: int,
    kind: str,
    head: str,
    rows: Sequence[tuple[str, int, Decimal]],
    first: int,
) -> int:
    """A chart that Excel draws from a block's lines, the smallest of many as one bar; returns the row below it."""
    if not rows:
        return row
    last = first + len(rows) - 1
    name, labels, values = sheet.get_name(), 0, 2
    if len(rows) > BARS + 1:
        # what is drawn stands beside the printed page: the largest, and the rest together
        left = sum((amount for _, _, amount in rows[BARS:]), Decimal(0))
        drawn = [(label, amount) for label, _, amount in rows[:BARS]]
        drawn.append((say(f"其余 {len(rows) - BARS} 类", f"{len(rows) - BARS} others"), left))
        labels, values, last = _DRAWN, _DRAWN + 1, first + BARS
        for line, (label, amount) in enumerate(drawn, first):
            sheet.write_string(line, labels, label, report.forms["small"])
            sheet.write_number(line, values, float(amount), report.forms["small"])
    chart = report.book.add_chart({"type": kind})
    series: dict[str, Any] = {
        "name": head,
        "categories": [name, first, labels, last, labels],
        "values": [name, first, values, last, values],
        "data_labels": {"value": True, "num_format": "#,##0", "font": {"name": FONT, "size": 9}},
        "fill": {"color": "#2F6690"},
        "gap": 60,
    }
    chart.add_series(series)
    chart.set_title({"name": head, "name_font": {"size": 11, "name": FONT}})
    chart.set_legend({"none": True})
    names = {"num_font": {"name": FONT, "size": 9}, "reverse": kind == "bar"}
    amounts = {
        "num_font": {"name": FONT, "size": 9},
        "num_format": "#,##0",
        "major_gridlines": {"visible": False},
        "visible": False,
    }
    # XlsxWriter calls the upright axis y in bar charts too, where it is the one of the categories
    chart.set_x_axis(amounts if kind == "bar" else names)
    chart.set_y_axis(names if kind == "bar" else amounts)
    tall = 230 if kind != "bar" else 24 * (last - first + 1) + 80
    chart.set_size({"width": 505, "height": tall})
    sheet.insert_chart(row, 5, chart)
    return row + tall // 20 + 2


def _finding_counts(report: Report, sheet: Worksheet, row: int) -> int:
    from goufu.matcher.findings import load_rules

    counts = Counter(f.rule for one in report.audits for _, f in one.all_findings if not f.silenced)
    heads = (say("问题", "findings"), say("处数", "places"))
    for column, name in enumerate(heads):
        sheet.write_string(row, column, name, report.forms["head"])
    for rule, meaning in load_rules().items():
        if counts[rule]:
            row += 1
            sheet.write_string(row, 0, f"{rule} {say(*meaning.title)}", report.forms["text"])
            sheet.write_number(row, 1, counts[rule], report.forms["count"])
    return row + 1


def _by(
    assessments: Sequence[Assessment], key: Callable[[Assessment], str]
) -> list[tuple[str, int, Decimal]]:
    """(name, items, 万元) by `key`, the largest amounts first."""
    counts: Counter[str] = Counter()
    amounts: dict[str, Decimal] = defaultdict(Decimal)
    for a in assessments:
        counts[key(a)] += 1
        amounts[key(a)] += a.item.amount_wan or Decimal(0)
    return sorted(((name, n, amounts[name]) for name, n in counts.items()), key=lambda x: (-x[2], x[0]))


def _by_code(assessments: Sequence[Assessment]) -> list[tuple[str, int, Decimal]]:
    """The same by the entry that listed items are coded to. A code names its section where there are several."""
    coded = [a for a in assessments if a.coded]
    sections = {a.coded.section for a in coded if a.coded and a.coded.section != "B"}

    def name(a: Assessment) -> str:
        c = a.coded
        if c is None:
            return ""
        of = bracketed(c.section) if len(sections) > 1 and c.section != "B" else ""
        return f"{c.code} {c.name}{of}"

    return _by(coded, name)

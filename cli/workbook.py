"""The Excel workbook of a classification: ready to use when it opens, every code text, no cell a formula."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.output import say
from cli.verdicts import NATURES, STATUSES

if TYPE_CHECKING:
    from matcher.model import Assessment

#: heading (Chinese, English), width in characters
_COLUMNS: tuple[tuple[str, str, int], ...] = (
    ("序号", "no.", 6),
    ("部门", "department", 20),
    ("单位", "unit", 20),
    ("项目", "item", 34),
    ("金额（万元）", "amount (10k CNY)", 12),
    ("性质", "nature", 8),
    ("是否列入", "status", 9),
    ("目录代码", "code", 10),
    ("目录名称", "entry", 30),
    ("上级", "path", 34),
    ("把握", "confidence", 8),
    ("处理", "decision", 8),
    ("理由", "why", 40),
    ("问题", "findings", 44),
    ("其他候选", "alternatives", 40),
    ("其他部门所列", "elsewhere", 36),
    ("出处", "place", 24),
)


def write_workbook(path: Path, assessments: Sequence[Assessment]) -> None:
    """Write `assessments` to `path`, one line each, with frozen header, filter and widths."""
    import xlsxwriter

    book = xlsxwriter.Workbook(
        str(path), {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    sheet = book.add_worksheet(say("项目", "items"))
    head = book.add_format(
        {"bold": True, "bg_color": "#E8EEF7", "border": 1, "text_wrap": True, "valign": "vcenter"}
    )
    text = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
    money = book.add_format({"num_format": "#,##0.00", "valign": "top"})
    percent = book.add_format({"num_format": "0%", "valign": "top"})
    for column, (zh, en, width) in enumerate(_COLUMNS):
        sheet.write_string(0, column, say(zh, en), head)
        sheet.set_column(column, column, width)
    for row, assessment in enumerate(assessments, 1):
        for column, value in enumerate(_cells(row, assessment)):
            if value is None:
                sheet.write_blank(row, column, None, text)
            elif isinstance(value, float):
                sheet.write_number(row, column, value, percent if column == 10 else money)
            else:
                sheet.write_string(row, column, str(value), text)
    sheet.freeze_panes(1, 4)
    sheet.autofilter(0, 0, len(assessments), len(_COLUMNS) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    book.close()


def _cells(row: int, a: Assessment) -> list[Any]:
    coded = a.coded
    return [
        str(row),
        a.item.department,
        a.item.unit,
        a.item.title,
        None if a.item.amount_wan is None else float(a.item.amount_wan),
        say(*NATURES[a.nature]),
        say(*STATUSES[a.status]),
        coded.code if coded else None,
        coded.name if coded else None,
        " › ".join(coded.path) if coded else None,
        coded.score if coded else a.nature_score,
        say("可直接采用", "auto") if a.decision == "auto" else say("请复核", "review"),
        "；".join(coded.why) if coded else "、".join(a.nature_words),
        "\n".join(f"{f.rule} {f.message}（{f.basis}）" for f in a.findings),
        "\n".join(f"{c.code} {c.name}（{c.score:.0%}）" for c in (a.codes[1:] if coded else a.codes)[:4]),
        "\n".join(f"{c.section} {c.code} {c.name}" for c in a.elsewhere[:3]),
        a.item.place.text() if a.item.place else None,
    ]

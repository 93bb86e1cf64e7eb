"""The worklist: every line with its judgement, and two columns for the officer, 核定代码 and 备注. Written and read here.

Its columns are in one table (`columns`), so that what is written is what is read back. Rows may be sorted and deleted between the
two; how a row finds its item again is judged in `goufu.matcher.decisions.worklist`.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from goufu.catalog.characters import unguarded
from goufu.catalog.errors import GoufuError
from goufu.catalog.text import quoted
from goufu.cli.render.judgements import DOUBTS, NATURES, STATUSES, finding_line, number_of
from goufu.cli.render.workbook.columns import (
    LAST_CHOICE,
    PRINTED_OF_WORKLIST,
    READ,
    WORKLIST,
    column,
    letter,
    letter_of,
)
from goufu.cli.render.workbook.layout import Report, finish, new_sheet, write_row
from goufu.cli.render.workbook.words import candidates_name, worklist_name
from goufu.cli.shared.output import say
from goufu.disclosure.formats.gate import read_bytes
from goufu.matcher.decisions.worklist import FilledRow

if TYPE_CHECKING:
    from goufu.matcher.model import Assessment, Candidate
    from xlsxwriter.worksheet import Worksheet

#: bytes of a workbook that is read back, and rows in which its headings are looked for
_MOST = 200_000_000
_HEADER_ROWS = 12


def write_worklist(report: Report) -> None:
    """Write the sheet, with a drop-down of its candidates in every row."""
    sheet = new_sheet(report, worklist_name(), WORKLIST, freeze=(1, 3))
    for row, a in enumerate(report.assessments, 1):
        cells = _cells(row, a, len(report.departments) > 1)
        write_row(report, sheet, row, WORKLIST, [cells[head.key] for head in WORKLIST])
    last = max(len(report.assessments), 1)
    decided = column(WORKLIST, "decided")
    sheet.data_validation(
        1,
        decided,
        last,
        decided,
        {
            "validate": "list",
            "source": f"='{candidates_name()}'!$A2:${letter(LAST_CHOICE)}2",
            "input_title": say("核定代码", "code decided"),
            "input_message": say(
                "从候选中选定，或直接填写其他代码", "choose a candidate, or write another code"
            ),
            "error_type": "information",
            "error_title": say("不在候选之中", "not among the candidates"),
            "error_message": say(
                "所填不在候选中，请确认代码和名称。", "This is no candidate; please check code and name."
            ),
        },
    )
    _shade(report, sheet, last)
    finish(report, sheet, WORKLIST, last, printed=PRINTED_OF_WORKLIST)


def _shade(report: Report, sheet: Worksheet, last: int) -> None:
    """Colour the confidence of lines to be reviewed, and grey what is no purchased service."""
    grey = report.book.add_format({"font_color": "#777777"})
    review = report.book.add_format({"font_color": "#9C5700", "bold": True})
    judged, decision, findings = (letter_of(WORKLIST, key) for key in ("judged", "decision", "findings"))
    word = say("复核", "review")
    sheet.conditional_format(
        1,
        column(WORKLIST, "sure"),
        last,
        column(WORKLIST, "decision"),
        {"type": "formula", "criteria": f'=LEFT(${decision}2,{len(word)})="{word}"', "format": review},
    )
    others = ",".join(
        f'LEFT(${judged}2,{len(service)})<>"{service}"'
        for service in (say(*NATURES["service"]), say(*NATURES["mixed"]))
    )
    sheet.conditional_format(
        1,
        0,
        last,
        column(WORKLIST, "findings"),
        {"type": "formula", "criteria": f'=AND({others},${findings}2="")', "format": grey},
    )


def _cells(row: int, a: Assessment, many: bool) -> dict[str, Any]:
    """What one line has in each column; `many` departments are named in every line."""
    item, coded = a.item, a.coded
    whose = dict.fromkeys(t for t in (item.department if many else "", item.unit or item.department) if t)
    number = number_of(a)
    return {
        "number": int(number) if number.isdecimal() and not many else row,
        "whose": "\n".join(whose),
        "title": item.title,
        "amount": item.amount_wan,
        "judged": _judged(a),
        "code": coded.code if coded else None,
        "name": _entry_name(coded) if coded else None,
        "sure": a.certainty if a.status != "unknown" else "—",  # nothing was judged there
        "decision": say("复核", "review") + "\n" + say(*DOUBTS[a.doubt]) if a.doubt else say("采用", "auto"),
        "findings": "\n".join(finding_line(f) for f in a.findings),
        "decided": None,
        "note": None,
        "others": "\n".join(_others(a)),
        "why": "\n".join(
            say(*reason) for reason in (coded.why[:3] if coded else (a.precedent or quoted(a.nature_words),))
        ),
        "path": " › ".join(coded.path[1:]) if coded else None,
    }


def _judged(a: Assessment) -> str:
    """The nature, and under it whether it is listed, or may not be purchased."""
    judged = say(*NATURES[a.nature])
    if a.status != "not_applicable":
        return judged + "\n" + say(*STATUSES[a.status])
    return judged + "\n" + say("不得购买", "barred") if a.barred else judged


def _entry_name(coded: Candidate) -> str:
    fallback = say("（退用 ", " (fallback ") + coded.version + say("）", ")") if coded.fallback else ""
    return coded.name + fallback


def _others(a: Assessment) -> list[str]:
    """Other candidates of a line to be reviewed, and what other departments' sections have for an unlisted one."""
    asked = a.status != "not_applicable" and a.decision == "review"
    others = (a.codes[1:4] if a.coded else a.codes[:3]) if asked else ()
    elsewhere = a.elsewhere[:2] if a.status == "unlisted" else ()
    return [
        *(f"{c.code} {c.name}" for c in others),
        *(f"{say('（他部门）', '(elsewhere) ')}{c.section} {c.code} {c.name}" for c in elsewhere),
    ]


def read_filled(path: Path) -> list[FilledRow]:
    """The rows of the first sheet that has the columns 核定代码 and 项目.

    Raises GoufuError where the file is no spreadsheet or has no such sheet.
    """
    from python_calamine import CalamineError, CalamineWorkbook

    data = read_bytes(path, _MOST)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        for name in book.sheet_names:
            rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            at, columns = _header(rows)
            if columns:
                return [
                    row
                    for n, cells in enumerate(rows[at + 1 :], at + 2)
                    if (row := _filled(n, cells, columns)) is not None
                ]
    except (CalamineError, ValueError, OSError) as error:
        raise GoufuError(
            "这个工作簿打不开（可能已损坏或加密），请在 Excel 或 WPS 中另存为 .xlsx 再试",
            f"this workbook cannot be opened ({error}); it may be damaged or encrypted, save it as .xlsx again",
            str(path),
        ) from None
    raise GoufuError(
        "没有找到“核定代码”和“项目”两列；请使用 goufu classify -o 报告.xlsx 写出的工作簿",
        "there are no columns '核定代码' and '项目'; use the workbook that goufu classify -o report.xlsx writes",
        str(path),
    )


@lru_cache(maxsize=1)
def _known_headings() -> dict[str, str]:
    """Every heading that a column read back may have, in both languages, and the column's key."""
    return {
        _plain(name): head.key
        for head in WORKLIST
        if head.key in READ
        for name in (head.zh, head.en, *head.also)
    }


def _plain(heading: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", heading)).casefold()


def _header(rows: Sequence[Sequence[Any]]) -> tuple[int, dict[str, int]]:
    for at, cells in enumerate(rows[:_HEADER_ROWS]):
        columns: dict[str, int] = {}
        for number, cell in enumerate(cells):
            field = _known_headings().get(_plain(str(cell)))
            if field:
                columns.setdefault(field, number)
        if {"decided", "title"} <= columns.keys():
            return at, columns
    return 0, {}


def _filled(line: int, cells: Sequence[Any], columns: Mapping[str, int]) -> FilledRow | None:
    def text(field: str) -> str:
        at = columns.get(field)
        value = cells[at] if at is not None and at < len(cells) else ""
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return str(value).strip()

    if not text("title"):
        return None
    try:
        amount = Decimal(text("amount").replace(",", "").replace("，", "")) if text("amount") else None
    except InvalidOperation:
        amount = None
    number = text("number").rpartition("-")[2]
    return FilledRow(
        line,
        int(number) if number.isdecimal() else 0,
        unguarded(text("title")),
        unguarded(text("whose")),
        amount.quantize(Decimal("0.01")) if amount is not None else None,
        text("decided"),
        unguarded(text("note")),
    )

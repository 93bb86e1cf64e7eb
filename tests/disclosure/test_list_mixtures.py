"""Lists as departments keep them, made at random with the truth known: everything right, or told at its place.

Each example mixes a format, a unit of money and where it is printed, headings, merged cells, totals, notes and dress.
Whatever comes out differs from the truth only where a remark says so.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import openpyxl
from goufu.disclosure.amounts import UNITS
from goufu.disclosure.model import Disclosure
from goufu.disclosure.read import read_content
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.utils import get_column_letter

TITLES = (
    "路灯维护服务",
    "城区道路清扫保洁",
    "河道保洁服务",
    "绿化养护",
    "政府门户网站运维",
    "法律顾问服务",
    "食品安全抽检",
)
DEPARTMENTS = ("甲县城市管理局", "甲县水利局", "甲县行政审批服务管理局")
TITLE_HEADS = (
    "项目名称",
    "采购项目名称",
    "采购项目",
    "项目 名称",
    "項目名稱",
    "二级项目名称",
    "项目\u200b名称",
)
AMOUNT_HEADS = (
    "金额",
    "预算金额",
    "预算资金",
    "资金",
    "经费",
    "采购预算",
    "最高限价",
    "预算数",
    "拟安排资金",
    "控制价",
    "合同金额",
)
#: wordings of a unit beside a heading; {h} is the heading, {u} the unit
IN_HEADING = (
    "{h}（{u}）",
    "{h}({u})",
    "{h}（单位：{u}）",
    "{h}(人民币：{u})",
    "{h}/{u}",
    "{h}{u}",
    "{h}【{u}】",
)
ABOVE = ("单位：{u}", "金额单位：人民币{u}", "单位:RMB{u}", "单位（{u}）", "單位： {u}")
NOTES = ("填表人：某某", "审核：", "注：以上为年初预算", "说明：含税", "联系电话：", "备注：以批复为准")
#: dress that shows nothing or the same: (printed, meant)
DRESS = (
    ("政府门户", "政府\u2ed4户"),
    ("食品", "\u2edd品"),
    ("水利", "\u2f54利"),
    ("服务", "服\u200b务"),
    ("道路", "道 路"),
)


@dataclass(frozen=True)
class Made:
    """A list as bytes, and the truth: (title, department, year, 万元 or None) for each line."""

    data: bytes = field(repr=False)
    name: str
    truth: tuple[tuple[str, str, int, Decimal | None], ...]
    hidden: bool
    wrong_total: bool
    rows: tuple[tuple[Any, ...], ...]
    merges: tuple[tuple[int, int, int, int], ...] = ()
    refused: tuple[int, ...] = ()


@st.composite
def lists(draw: st.DrawFn) -> Made:
    kind = draw(st.sampled_from(["csv", "xlsx"]))
    unit = draw(st.sampled_from(["元", "万元", "千元", "百万元", "亿元", "美元"]))
    where = draw(st.sampled_from(["heading", "above", "cell", "row", "nowhere"]))
    if where == "nowhere" or where == "row":
        unit = draw(st.sampled_from(["元", "万元"]))
    factor = UNITS.get(unit, Decimal(1))
    count = draw(st.integers(1, 6))
    titles = draw(st.lists(st.sampled_from(TITLES), min_size=count, max_size=count))
    # one department after the other, so that cells may be merged down
    splits = sorted(draw(st.lists(st.integers(0, 2), min_size=count, max_size=count)))
    wan = [
        None if draw(st.integers(0, 9)) == 0 else Decimal(draw(st.integers(100, 50_000))) / 100
        for _ in range(count)
    ]
    truth = [(t, DEPARTMENTS[s], 2026, a) for t, s, a in zip(titles, splits, wan, strict=True)]

    amount_head = draw(st.sampled_from(AMOUNT_HEADS))
    two_rows = draw(st.booleans()) and draw(st.booleans())
    heads: list[str] = ["项目", "部门", "年度", amount_head]
    order = draw(st.permutations(["title", "department", "year"]))
    names = {"title": draw(st.sampled_from(TITLE_HEADS)), "department": "部门", "year": "年度"}
    numbered, measured = draw(st.booleans()), draw(st.booleans())
    columns = [
        *(["number"] if numbered else []),
        *order,
        *(["quantity", "measure"] if measured else []),
        "amount",
    ]
    names |= {"number": "序号", "quantity": "数量", "measure": "单位", "amount": amount_head}
    if where == "heading":
        names["amount"] = draw(st.sampled_from(IN_HEADING)).format(h=amount_head, u=unit)
    if two_rows:
        columns += ["part1", "part2"]
        names |= {
            "part1": "",
            "part2": "",
            "amount": "资金来源" + ("（" + unit + "）" if where == "heading" else ""),
        }
    if where == "row":
        columns.append("money")
        names["money"] = "计量单位"
    heads = [names[c] for c in columns]
    at = {c: n for n, c in enumerate(columns)}
    merged = draw(st.booleans())

    rows: list[list[Any]] = []
    merges: list[tuple[int, int, int, int]] = []
    if draw(st.booleans()):
        rows.append(["2026年政府购买服务项目表"])
    if where == "above":
        rows.append(
            [*[""] * draw(st.integers(0, len(columns) - 1)), draw(st.sampled_from(ABOVE)).format(u=unit)]
        )
    rows.append(heads)
    if two_rows:
        under = [""] * len(columns)
        under[at["amount"]], under[at["part1"]], under[at["part2"]] = "合计", "财政拨款", "自筹"
        rows.append(under)
        top = len(rows) - 2
        merges.append((top, at["amount"], top, at["part2"]))
        merges += [(top, n, top + 1, n) for c, n in at.items() if c not in ("amount", "part1", "part2")]

    # 74000 shown as 7.4000 under 万元
    scaled = kind == "xlsx" and unit == "万元" and where in ("heading", "above") and draw(st.booleans())
    figures: list[tuple[int, int]] = []

    def printed(amount: Decimal | None) -> Any:
        if amount is not None and scaled:
            figures.append((len(rows), at["amount"]))
            return int(amount * 10_000)
        if amount is None:
            return draw(st.sampled_from(["", "-", "—", "/", "无"]))
        figure = (amount / factor).normalize()
        text = f"{figure:f}"
        if where == "cell":
            return f"{text}{unit}" if unit != "万元" else draw(st.sampled_from([f"{text}万", f"{text}万元"]))
        dress = draw(st.integers(0, 4))
        if dress == 0:
            return f" {figure:,f} "
        if dress == 1:
            return text.translate(str.maketrans("0123456789.", "０１２３４５６７８９．"))
        if dress == 2:
            return f"{text}\u200b"
        return float(figure) if kind == "xlsx" else text

    first_row = len(rows)
    subtotals = draw(st.booleans()) and not merged
    lines: list[int] = []
    since = Decimal(0)
    before: str | None = None
    start = first_row
    part_of_header = draw(st.booleans())
    for n, (title, department, _, amount) in enumerate(truth):
        if n and part_of_header and draw(st.integers(0, 5)) == 0 and not merged:
            rows.append(list(heads))  # the top of a printed page
        cells: list[Any] = [""] * len(columns)
        shown = title
        for plain, dressed in DRESS:
            if plain in shown and draw(st.booleans()):
                shown = shown.replace(plain, dressed)
        cells[at["title"]] = shown
        cells[at["department"]] = (
            department.replace("水利", "\u2f54利") if draw(st.booleans()) else department
        )
        cells[at["year"]] = draw(
            st.sampled_from([2026, "2026年", "二〇二六年", "２０２６", "2026.0", "2026年度"])
        )
        if subtotals and before is not None and department != before and None not in wan:
            sub: list[Any] = [""] * len(columns)
            sub[at["title"]] = draw(st.sampled_from(["小计", f"{before}小计"]))
            sub[at["amount"]] = printed(since)
            if where == "row":
                sub[at["money"]] = unit
            rows.append(sub)
            since = Decimal(0)
        since += amount or 0
        cells[at["amount"]] = printed(amount)
        if merged and department == before:
            cells[at["department"]] = cells[at["year"]] = ""
        elif merged:
            if len(rows) - start > 1:
                merges += [(start, at[c], len(rows) - 1, at[c]) for c in ("department", "year")]
            start = len(rows)
        before = department
        lines.append(len(rows))
        if numbered:
            cells[at["number"]] = n + 1
        if measured:
            cells[at["quantity"]], cells[at["measure"]] = (
                draw(st.integers(1, 99)),
                draw(st.sampled_from(["项", "平方米", "次"])),
            )
        if where == "row":
            cells[at["money"]] = unit
        rows.append(cells)
    if merged and len(rows) - start > 1:
        merges += [(start, at[c], len(rows) - 1, at[c]) for c in ("department", "year")]
    wrong = False
    if draw(st.booleans()) and all(a is not None for a in wan):
        total = sum((a for a in wan if a is not None), Decimal(0))
        wrong = draw(st.booleans()) and where != "nowhere"
        cells = [""] * len(columns)
        cells[at["title"] if draw(st.booleans()) else 0] = draw(
            st.sampled_from(["合计", "总计", "合 计", "共计："])
        )
        cells[at["amount"]] = printed(total + 7 if wrong else total)
        if where == "row":
            cells[at["money"]] = unit
        rows.append(cells)
    for note in draw(st.lists(st.sampled_from(NOTES), max_size=2)):
        rows.append([note])
    hide = kind == "xlsx" and draw(st.integers(0, 5)) == 0
    if kind == "csv":
        out = io.StringIO()
        csv.writer(out, delimiter=draw(st.sampled_from([",", "\t", ";"]))).writerows(rows)
        text = draw(st.sampled_from(["", "\ufeff", "\ufeff\ufeff"])) + out.getvalue()
        encoding = draw(st.sampled_from(["utf-8", "utf-16", "gb18030"]))
        return Made(
            text.encode(encoding),
            "表.csv",
            tuple(truth),
            False,
            wrong and unit != "美元",
            tuple(map(tuple, rows)),
            tuple(merges),
        )
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    for r1, c1, r2, c2 in merges:
        sheet.merge_cells(f"{get_column_letter(c1 + 1)}{r1 + 1}:{get_column_letter(c2 + 1)}{r2 + 1}")
    for row_number, column in figures:
        sheet.cell(row_number + 1, column + 1).number_format = "0!.0000"
    refused: list[int] = []
    if all(isinstance(cell, int | float) or "计" not in cell for row in rows[first_row:] for cell in row):
        for n, row_number in enumerate(lines):
            if truth[n][3] is not None and draw(st.integers(0, 9)) == 0:
                wrong_cell = sheet.cell(row_number + 1, at["amount"] + 1)
                wrong_cell.value, wrong_cell.data_type = "#REF!", "e"
                truth[n] = (*truth[n][:3], None)
                refused.append(n)
    if hide:
        sheet.row_dimensions[first_row + 1].hidden = True
    if draw(st.booleans()):
        book.create_sheet("填表说明", draw(st.integers(0, 1))).append(["请按实际填写"])
    file = io.BytesIO()
    book.save(file)
    return Made(
        file.getvalue(),
        "表.xlsx",
        tuple(truth),
        hide,
        wrong and unit != "美元",
        tuple(map(tuple, rows)),
        tuple(merges),
        tuple(refused),
    )


def _told(read: Disclosure, *kinds: str) -> bool:
    return any(remark.kind in kinds and remark.place is not None for remark in read.remarks)


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(lists())
def test_right_or_told(made: Made) -> None:
    read = read_content(made.data, made.name)
    assert [item.title for item in read.items] == [title for title, *_ in made.truth]
    assert len({item.id for item in read.items}) == len(read.items)
    for item, (_, department, year, amount) in zip(read.items, made.truth, strict=True):
        assert item.unit == ""
        assert (item.department, item.year) == (department, year)
        if item.amount_wan != amount:
            at = item.amount_place or item.place
            own = any(remark.kind == "amount" and remark.place == at for remark in read.remarks)
            assert own or _told(read, "unit")  # not understood, or judged by its size
            assert item.amount_wan is None or any("按数值大小判断" in remark.text for remark in read.remarks)
    for n in made.refused:
        place = read.items[n].amount_place
        assert any(remark.level == "error" and remark.place == place for remark in read.remarks)
    if made.hidden:
        assert _told(read, "hidden")
    if made.wrong_total and not _told(read, "unit"):
        assert any(not check.agrees for check in read.checks)
        assert _told(read, "total")

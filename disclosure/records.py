"""Budget lines an officer keeps as records: `.jsonl`, `.csv` and spreadsheets with one line per row.

Columns are known by their names, English (the record contract) or Chinese, in any order. A row that cannot be
read becomes a remark with its line and the others still come out; a file without a title column is an error,
because then nothing in it can be a budget line.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from catalog.errors import GoufuError
from disclosure.amounts import ABSURD_WAN, parse_amount, to_wan, unit_of
from disclosure.detect import kind_of
from disclosure.lines import squeeze
from disclosure.model import BudgetItem, Part, Place, Remark
from disclosure.spreadsheet import cell_text, sheets
from disclosure.text import decode, read_bytes

#: the names a column may have, by field, as `squeeze` leaves them
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "编号", "项目编号", "项目编码", "记录号", "序号"),
    "title": ("title", "项目名称", "二级项目名称", "采购项目名称", "名称", "项目"),
    "department": ("department", "部门", "部门名称", "主管部门", "预算部门"),
    "unit": ("unit", "单位", "单位名称", "预算单位", "实施单位", "项目单位"),
    "year": ("year", "年度", "预算年度", "年份", "年"),
    "summary": ("summary", "项目概况", "概况", "项目内容", "采购内容", "摘要", "内容", "说明"),
    "amount": ("amount_wan", "金额", "预算金额", "合计", "预算数", "年初预算", "项目金额"),
    "part": ("part", "资金性质", "预算类型"),
    "code": (
        "code",
        "目录代码",
        "代码",
        "购买服务目录代码",
        "政府购买服务指导性目录代码",
        "政府购买服务目录代码",
    ),
    "code_name": (
        "code_name",
        "目录名称",
        "代码名称",
        "购买服务目录名称",
        "政府购买服务指导性目录名称",
        "政府购买服务目录名称",
    ),
    "document": ("document", "目录文件", "依据文件", "目录依据", "文号", "目录文号"),
    "gov_service": ("gov_service", "是否政府购买服务", "是否购买服务", "政府购买服务"),
}

_FIELD = {name: field for field, names in COLUMNS.items() for name in names}
_MONEY = re.compile(r"\A(?P<name>[^()]+)\((?P<unit>万元|元|千元)\)\Z")
_YEAR = re.compile(r"\A((?:19|20)\d\d)(?:年度?|\.0)?\Z")
_YES_NO = dict.fromkeys(("是", "有", "true", "yes", "y", "1"), True) | dict.fromkeys(
    ("否", "无", "非", "false", "no", "n", "0"), False
)
#: rows; a province has some hundred thousand lines a year
MAX_ROWS = 1_000_000
#: bytes of a record file
MAX_FILE = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Row:
    """One row before it is understood: its values by column name, and where it stands."""

    values: Mapping[str, Any]
    place: Place


def read_records(path: Path) -> tuple[tuple[BudgetItem, ...], tuple[Remark, ...]]:
    """The budget lines in the record file at `path` in its order, and a remark for every row left out.

    Raises GoufuError where the file cannot be read, has no title column, or no rows.
    """
    data = read_bytes(path, MAX_FILE)
    kind = kind_of(data, path.name, str(path))
    if kind == "jsonl":
        rows, remarks = _json_rows(decode(data, str(path)), path)
    elif kind in ("xlsx", "xls", "ods"):
        rows, remarks = _sheet_rows(data, path)
    elif kind in ("csv", "text"):
        rows, remarks = _csv_rows(decode(data, str(path)), path)
    else:
        raise _no_title(path, [f"{kind} 文件"])
    if not rows and not remarks:
        raise GoufuError(
            "文件里只有表头，没有项目，请填入至少一行。",
            "The file has a header but no rows; fill in at least one.",
            str(path),
        )
    return records(rows, path.stem, remarks)


def records(
    rows: Iterable[Row], stem: str, remarks: Sequence[Remark] = ()
) -> tuple[tuple[BudgetItem, ...], tuple[Remark, ...]]:
    """The items that `rows` hold; a row without an id of its own gets `<stem>-<line>`."""
    items: list[BudgetItem] = []
    found = list(remarks)
    seen: dict[str, Place] = {}
    for row in rows:
        read = _item(row, stem)
        if isinstance(read, Remark):
            found.append(read)
            continue
        item, notes = read
        found += notes
        if item.id in seen:
            found.append(
                _remark(
                    row.place,
                    f"编号“{item.id}”与{seen[item.id].text()}重复",
                    f"the id “{item.id}” was already used at {seen[item.id].text('en')}",
                    "warning",
                )
            )
        seen.setdefault(item.id, row.place)
        items.append(item)
    return tuple(items), tuple(sorted(found, key=_order))


def field_of(column: str) -> tuple[str, str] | None:
    """The field a column name means and the unit of money it names: `金额（元）` → ("amount", "元")."""
    flat = squeeze(column).replace("（", "(").replace("）", ")").strip("*:： ").casefold()
    money = ""
    if match := _MONEY.match(flat):
        flat, money = match["name"], match["unit"]
    if flat in ("amount_yuan",):
        return "amount", "元"
    field = _FIELD.get(flat)
    return (field, money) if field else None


def has_title(columns: Iterable[str]) -> bool:
    """Whether one of the column names is that of a title."""
    return any((found := field_of(column)) is not None and found[0] == "title" for column in columns)


def _order(remark: Remark) -> tuple[int, str]:
    return (remark.place.line or 0, remark.place.cell) if remark.place else (0, "")


def _remark(place: Place, text: str, english: str, level: str = "error") -> Remark:
    left_out = ("，这一行未计入", "; the row was left out") if level == "error" else ("", "")
    return Remark(
        "row",
        "error" if level == "error" else "warning",
        f"{text}{left_out[0]}。",
        f"{english[:1].upper()}{english[1:]}{left_out[1]}.",
        place,
    )


def _item(row: Row, stem: str) -> tuple[BudgetItem, list[Remark]] | Remark:
    """The item a row holds with what is doubtful in it, or the remark that says why it holds none."""
    fields: dict[str, str] = {}
    money = ""
    for column, value in row.values.items():
        found = field_of(column)
        if found is None or value is None:
            continue
        if isinstance(value, (list, dict)):
            return _remark(row.place, f"“{column}”不是文字或数字", f"“{column}” is neither text nor a number")
        text = re.sub(r"\s+", " ", cell_text(value))
        if text and found[0] not in fields:
            fields[found[0]] = text
            money = found[1] if found[0] == "amount" else money
    title = fields.get("title", "")
    if not title:
        return _remark(row.place, "缺少项目名称", "the title is missing")
    year = None
    if printed := fields.get("year", ""):
        match = _YEAR.match(squeeze(printed))
        if match is None:
            return _remark(row.place, f"“{printed[:20]}”不是年份", f"“{printed[:20]}” is not a year")
        year = int(match[1])
    amount: Decimal | None = None
    notes: list[Remark] = []
    if printed := fields.get("amount", ""):
        value = parse_amount(printed)
        if value is None:
            hint = "（看起来是公式，请粘贴为数值）" if printed.startswith("=") else ""
            return _remark(row.place, f"“{printed[:20]}”不是金额{hint}", f"“{printed[:20]}” is not an amount")
        amount = to_wan(value, unit_of(printed) or money or "万元")
        if abs(amount) >= ABSURD_WAN:
            return _remark(
                row.place,
                f"金额 {printed[:30]} 大得不可能，请核对单位",
                f"the amount {printed[:30]} is impossibly large; check its unit",
            )
        if amount < 0:
            notes.append(
                _remark(row.place, f"金额 {amount} 万元是负数", f"the amount {amount} is negative", "warning")
            )
    return (
        BudgetItem(
            id=fields.get("id") or f"{stem}-{row.place.line or row.place.cell.rpartition('!')[2]}",
            title=title,
            department=fields.get("department", ""),
            unit=fields.get("unit", ""),
            year=year,
            summary=fields.get("summary", ""),
            amount_wan=amount,
            part=_part(fields.get("part", "")),
            code=fields.get("code", ""),
            code_name=fields.get("code_name", ""),
            document=fields.get("document", ""),
            gov_service=_YES_NO.get(squeeze(fields.get("gov_service", "")).lower()),
            place=row.place,
        ),
        notes,
    )


def _part(text: str) -> Part:
    if "结转" in text:
        return "上年结转"
    return "本年预算" if "本年" in text or "当年" in text else ""


def _json_rows(text: str, path: Path) -> tuple[list[Row], list[Remark]]:
    """One JSON object a line."""
    rows: list[Row] = []
    remarks: list[Remark] = []
    titled = False
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        place = Place(path.name, line=number)
        try:
            value = json.loads(line, parse_float=Decimal)
        except (ValueError, RecursionError):
            remarks.append(_remark(place, "不是一个完整的 JSON 对象", "this is not one JSON object"))
            continue
        if not isinstance(value, dict):
            remarks.append(_remark(place, "不是一个 JSON 对象", "this is not a JSON object"))
            continue
        titled = titled or has_title(value)
        rows.append(Row(value, place))
    if rows and not titled:
        raise _no_title(path, sorted({str(key) for row in rows[:20] for key in row.values}))
    return rows, remarks


def _csv_rows(text: str, path: Path) -> tuple[list[Row], list[Remark]]:
    """Comma, tab or semicolon separated, the first row with a title column being the header."""
    csv.field_size_limit(1_000_000)
    head = text[:4000].splitlines()[0] if text.strip() else ""
    delimiter = max(",\t;，", key=head.count) if head else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    numbered: list[tuple[int, list[str]]] = []
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                numbered.append((line, cells))
            line = reader.line_num + 1
            if len(numbered) > MAX_ROWS:
                raise _too_long(path)
    except csv.Error as error:
        raise GoufuError(
            f"第 {line} 行起不是完整的 CSV，请检查引号是否成对，或另存为 UTF-8 CSV。",
            f"From line {line} on this is no CSV ({error}); check that quotes are paired, or save it as UTF-8 CSV.",
            str(path),
        ) from error
    return tabular_rows(numbered, path, lambda number: Place(path.name, line=number))


def _sheet_rows(data: bytes, path: Path) -> tuple[list[Row], list[Remark]]:
    """The first sheet with a title column; values as the spreadsheet last computed them."""
    first: list[str] = []
    for name, _, rows in sheets(data, str(path)):
        numbered = [
            (number, cells) for number, row in rows if any(cells := [cell_text(value) for value in row])
        ]
        if any(has_title(cells) for _, cells in numbered[:10]):
            return tabular_rows(numbered, path, partial(_sheet_place, path.name, name))
        first = first or (numbered[0][1] if numbered else [])
    raise _no_title(path, first)


def _sheet_place(file: str, sheet: str, number: int) -> Place:
    return Place(file, cell=f"{sheet}!{number}")


def tabular_rows(
    numbered: Sequence[tuple[int, Sequence[str]]], path: Path, place: Callable[[int], Place]
) -> tuple[list[Row], list[Remark]]:
    """Rows of a table whose header is the first of its first ten rows with a title column."""
    start = next((i for i, (_, cells) in enumerate(numbered[:10]) if has_title(cells)), None)
    if start is None:
        raise _no_title(path, list(numbered[0][1]) if numbered else [])
    header = [cell.strip() for cell in numbered[start][1]]
    rows: list[Row] = []
    remarks: list[Remark] = []
    for number, cells in numbered[start + 1 :]:
        extra = [cell for cell in cells[len(header) :] if cell.strip()]
        if extra:
            remarks.append(
                _remark(
                    place(number),
                    f"比表头多出 {len(extra)} 列（多半是文字里的逗号没有加引号）",
                    f"{len(extra)} more cells than the header has (perhaps an unquoted comma)",
                )
            )
            continue
        values: dict[str, str] = {}
        for column, cell in zip(header, cells, strict=False):
            values.setdefault(column, cell)
        rows.append(Row(values, place(number)))
    return rows, remarks


def _no_title(path: Path, columns: Sequence[str]) -> GoufuError:
    named = "、".join(column for column in columns if column)[:60] or "（空）"
    return GoufuError(
        f"没有“项目名称”（title）这一列，只看到：{named}；请在表头加上这一列。",
        f"There is no title (项目名称) column, only: {named}; add it to the header.",
        str(path),
    )


def _too_long(path: Path) -> GoufuError:
    return GoufuError(
        f"超过 {MAX_ROWS:,} 行，请拆分后再读。",
        f"More than {MAX_ROWS:,} rows; split the file.",
        str(path),
    )

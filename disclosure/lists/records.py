"""Budget lines an officer keeps as records: `.jsonl`, `.json`, `.csv`, spreadsheets and plain text, one line a row.

Columns are known by their names, English (the record contract) or Chinese, in any order; see `goufu.disclosure.lists.table` for
how a list is read. A row that cannot be read becomes a remark with its line and the others still come out; a file
without a title column is an error, because then nothing in it can be a budget line.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from goufu.catalog.characters import narrow, unguarded
from goufu.catalog.errors import GoufuError
from goufu.disclosure.amounts import money_unit, parse_amount, unit_of
from goufu.disclosure.formats.detect import Kind, kind_of, with_forward_slashes
from goufu.disclosure.formats.gate import Meter, check, limit, read_bytes
from goufu.disclosure.formats.spreadsheet import Sheet, cell_text, sheet_remarks, sheets
from goufu.disclosure.formats.text import decoded
from goufu.disclosure.lines import Line, clean_cell, label, merged_down, squeeze
from goufu.disclosure.lists.headings import fields, has_title, heading, known_titles
from goufu.disclosure.lists.table import Grid, Listed, find_header, read_list
from goufu.disclosure.model import BudgetItem, Place, Remark
from goufu.disclosure.tables.titles import is_title

#: what separates the cells of a text, the more likely first
_SEPARATORS = (",", "\t", ";", "，", "|", "；")
#: keys under which an object may hold its records
_HOLDERS = ("items", "records", "data", "rows", "list", "项目", "清单")

_BULLET = re.compile(r"\A\s*(?:\d{1,4}\s*[.、．)）]\s*(?!\d)|[(（]\s*\d{1,4}\s*[)）]\s*|[-*•·●]\s+|[①-⑳]\s*)")
_PRICED = re.compile(
    r"\A(?P<title>.*?[^\d\s,，:：;；.])(?:\s{2,}|\t|\s*[,，:：;；]\s*|\s+|(?=(?:人民币|¥)?\d[\d,.]*(?:万|亿|千|百|十)*元))(?P<amount>(?:人民币|¥)?\d[\d,]*(?:\.\d+)?\s*(?:(?:亿|千万|百万|十万|万|千|百)元?|元)?整?)\Z"
)
_SENTENCE = re.compile(r"[。！？!?；]|预算公开|部门预算|第[一二三四五六七八九]部分|目录\Z")
_HEADED = re.compile(r"(?:清单|一览表|项目表|明细表?|汇总表?|计划表?|列表)(?:[(（].*[)）])?\s*[:：]?\Z")
#: what only a disclosure prints: its other tables, and the funds of a project table
_DISCLOSED = re.compile(
    r"一般公共预算|财政专户|单位资金|国有资本经营|部门预算|收支总表|支出总表|绩效目标|公开表"
)
_OFFICE = re.compile(r"\A[\u4e00-\u9fff]{2,20}(?:局|委|委员会|办公室|中心|厅)\Z")


def read_records(path: Path) -> tuple[tuple[BudgetItem, ...], tuple[Remark, ...]]:
    """The budget lines in the record file at `path` in its order, and a remark for every row left out.

    Raises GoufuError where the file cannot be read, has no title column, or no rows.
    """
    data = with_forward_slashes(read_bytes(path))
    listed = read_lists(data, path.name, kind_of(data, path.name, str(path)), str(path))
    return listed.items, listed.remarks


def read_lists(data: bytes, file: str, kind: Kind, where: str = "") -> Listed:
    """All the lists that the file of that `kind` holds, as one. Raises GoufuError as `read_records` does."""
    stem = Path(file).stem
    if kind == "jsonl":
        grids, remarks = _json_grid(*decoded(data, where), file, where)
    elif kind in ("xlsx", "xls", "ods"):
        return _workbook(data, file, where)
    elif kind in ("csv", "text"):
        text, bad = decoded(data, where)
        grids, remarks = _text_grid(text, file, where), [_bad_bytes(file, line) for line in bad[:20]]
    else:
        raise no_title(where or file, [f"{kind} 文件"])
    listed = _joined([read_list(grid, stem) for grid in grids], remarks)
    if not listed.found:
        raise no_title(where or file, grids[0].rows[0][1] if grids and grids[0].rows else [])
    return _some(listed, where or file)


def list_of_lines(lines: Sequence[Line], file: str, where: str, remarks: Sequence[Remark] = ()) -> Listed:
    """The lists in the lines of a document, paragraphs among them left out; ids are `<stem>-001` and so on.

    Raises GoufuError where no line has a title column.
    """
    stem = Path(file).stem
    rows = [(n, line.cells) for n, line in enumerate(lines)]
    place = _line_places(lines)
    merged = merged_down(lines)
    listed = read_list(Grid("", rows, place, merged, told=bool(merged)), stem)
    if not listed.found:
        raise no_title(where or file, lines[0].cells if lines else [])
    items = tuple(replace(item, id=f"{stem}-{n:03d}") for n, item in enumerate(listed.items, 1))
    return replace(listed, items=items, remarks=(*remarks, *listed.remarks))


def _line_places(lines: Sequence[Line]) -> Any:
    def place(number: int, column: int) -> Place:
        line = lines[number]
        return line.place if column < 0 else line.place_of(column)

    return place


def is_list(lines: Sequence[Line], grid: bool = False) -> bool:
    """Whether lines are plainly a list that a department keeps, and no project table of a disclosure.

    It has a header with a title and something that only lists have (a department, a year, a code, a term …), and no
    line that is the title of a project table. In a spreadsheet or a CSV (`grid`) a title and an amount are enough,
    where no other table of a disclosure and none of its funds are printed.
    """
    if any(is_title(line, label(line.text)) for line in lines):
        return False
    grid = grid and not any(_DISCLOSED.search(squeeze(line.text)) for line in lines[:200])
    own = {
        "department",
        "year",
        "code",
        "gov_service",
        "procured",
        "term",
        "procurement_item",
        "procurement_method",
    }
    for line in lines[:60]:
        if line.is_row:
            known = {one.field for one in fields(line.cells) if one is not None}
            if "title" in known and (known & own or ("summary" in known or grid) and "amount" in known):
                return True
    return False


def _joined(read: Sequence[Listed], remarks: Sequence[Remark]) -> Listed:
    """Several lists of one file as one, ids made unique."""
    found = [one for one in read if one.found]
    items, doubles = unique_ids([item for one in found for item in one.items])
    ordered = (remark for one in found for remark in sorted(one.remarks, key=_order))
    return Listed(
        tuple(items),
        tuple(subtotal for one in found for subtotal in one.subtotals),
        tuple(check for one in found for check in one.checks),
        (*remarks, *ordered, *doubles),
        bool(found),
    )


def unique_ids(
    items: Sequence[BudgetItem], taken: set[str] | None = None
) -> tuple[list[BudgetItem], list[Remark]]:
    """`items` with every id once: the second “1” becomes “1-2”; and a remark for each that was printed twice."""
    used = set(taken or ())
    first: dict[str, Place | None] = {}
    out: list[BudgetItem] = []
    remarks: list[Remark] = []
    for item in items:
        name, n = item.id, 1
        while name in used:
            n += 1
            name = f"{item.id}-{n}"
        used.add(name)
        if name != item.id and item.id in first and item.place is not None:
            before = first[item.id]
            remarks.append(
                Remark(
                    "row",
                    "warning",
                    f"编号“{item.id}”与{before.text() if before else ''}重复，这一项改用“{name}”。",
                    f"The id “{item.id}” was already used at {before.text('en') if before else ''}; this item is “{name}”.",
                    item.place,
                    name,
                )
            )
        first.setdefault(item.id, item.place)
        out.append(item if name == item.id else replace(item, id=name))
    return out, remarks


def _some(listed: Listed, where: str) -> Listed:
    if not listed.items and not any(remark.level == "error" for remark in listed.remarks):
        raise GoufuError(
            "文件里只有表头，没有项目，请填入至少一行。",
            "The file has a header but no rows; fill in at least one.",
            where,
        )
    return listed


def _order(remark: Remark) -> tuple[int, int, str]:
    if remark.place is None:
        return (0, 0, "")
    digits = re.search(r"(\d+)\Z", remark.place.cell)
    return (remark.place.line or 0, int(digits[1]) if digits else 0, remark.place.cell)


def _bad_bytes(file: str, line: int) -> Remark:
    return Remark(
        "file",
        "warning",
        "这一行有字节读不出来，显示为“\ufffd”，请对照原文件。",
        "This line holds bytes that could not be read, shown as “\ufffd”; compare the original.",
        Place(file, line=line),
    )


# -- JSON -------------------------------------------------------------------------------------------------------


def _json_grid(text: str, bad: Sequence[int], file: str, where: str) -> tuple[list[Grid], list[Remark]]:
    """Objects one a line, in an array, or in an array within one object, as a table with their keys as header."""
    records, remarks = _json_records(text, file)
    remarks += [_bad_bytes(file, line) for line in bad[:20]]
    keys = list(dict.fromkeys(str(key) for *_, value in records for key in value))
    lines = {number: line for number, line, _ in records}

    def place(number: int, _: int) -> Place:
        return Place(file, line=lines.get(number))

    if not records and remarks:
        return [Grid("", ((0, ("title",)),), place, header=0)], remarks
    known = [key for key in keys if heading(key) is not None]
    if not has_title(keys):
        raise no_title(where or file, sorted(keys)[:20])
    keys = known or keys
    if not has_title(keys):
        keys = list(dict.fromkeys(str(key) for *_, value in records for key in value))
    rows: list[tuple[int, tuple[str, ...]]] = [(0, tuple(keys))]
    ranked = ((one.rank, n) for n, key in enumerate(keys) if _unit_of_key(key) and (one := heading(key)))
    priced = [n for _, n in sorted(ranked)]
    for number, line, value in records:
        odd = next((key for key in keys if isinstance(value.get(key), (list, dict)) and heading(key)), None)
        if odd is not None:
            remarks.append(
                _row_remark(
                    Place(file, line=line), f"“{odd}”不是文字或数字", f"“{odd}” is neither text nor a number"
                )
            )
            continue
        cells = tuple("" if value.get(key) is None else cell_text(value[key]) for key in keys)
        if (
            len(priced) > 1
        ):  # one record in yuan, the next in 万元: each amount with its own unit, in one column
            own = next((n for n in priced if cells[n]), -1)
            unit = _unit_of_key(keys[own]) if own >= 0 else ""
            text = (
                cells[own] + unit
                if own >= 0 and parse_amount(cells[own]) is not None
                else cells[own]
                if own >= 0
                else ""
            )
            cells = tuple(
                text if n == priced[0] else "" if n in priced else cell for n, cell in enumerate(cells)
            )
        if not any(cells):
            remarks.append(_row_remark(Place(file, line=line), "缺少项目名称", "the title is missing"))
            continue
        rows.append((number, cells))
    return [Grid("", rows, place, header=0)], remarks


def _unit_of_key(key: str) -> str:
    """The unit that the key of an amount names, "" for any other key."""
    one = heading(key)
    return (
        one.unit.name
        if one is not None and one.field == "amount" and one.money == "total" and one.unit
        else ""
    )


def _row_remark(place: Place, text: str, english: str) -> Remark:
    return Remark(
        "row",
        "error",
        f"{text}，这一行未计入。",
        f"{english[:1].upper()}{english[1:]}; the row was left out.",
        place,
    )


#: an object: its number (its line in JSON Lines, its place in an array), the line it begins in, what it holds
_Object = tuple[int, int, dict[str, Any]]


def _json_records(text: str, file: str) -> tuple[list[_Object], list[Remark]]:
    """The objects in a text."""
    check("rows", text.count("{"), file)
    check("cells", text.count(",") // 3, file)
    records: list[_Object] = []
    remarks: list[Remark] = []
    start = text.lstrip("\ufeff \t\r\n")
    if start.startswith("["):
        _array(text, text.index("["), file, records, remarks)
        return records, remarks
    if start.startswith("{") and not _is_line_of_json(start):
        holder = re.search(r'"(?:' + "|".join(_HOLDERS) + r')"\s*:\s*\[', text)
        if holder:
            _array(text, holder.end() - 1, file, records, remarks)
            return records, remarks
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), 1):
        line = line.strip("\ufeff \t")
        if not line:
            continue
        place = Place(file, line=number)
        try:
            value = json.loads(line, parse_float=Decimal, strict=False)
        except (ValueError, RecursionError):
            remarks.append(_row_remark(place, "不是一个完整的 JSON 对象", "this is not one JSON object"))
            continue
        if not isinstance(value, dict):
            remarks.append(_row_remark(place, "不是一个 JSON 对象", "this is not a JSON object"))
            continue
        held = next((value[key] for key in _HOLDERS if isinstance(value.get(key), list)), None)
        if held is not None and all(isinstance(one, dict) for one in held) and not has_title(value):
            records += [(n, number, one) for n, one in enumerate(held, len(records) + 1)]
        else:
            records.append((number, number, value))
    return records, remarks


def _is_line_of_json(text: str) -> bool:
    """Whether the first line is an object by itself, so that the text is JSON Lines."""
    try:
        json.loads(re.split(r"\r\n|\n|\r", text, maxsplit=1)[0], strict=False)
    except (ValueError, RecursionError):
        return False
    return True


def _array(text: str, at: int, file: str, records: list[_Object], remarks: list[Remark]) -> None:
    """The objects of the array that begins at `at`, one by one, so that each has its line and one bad costs the rest only."""
    decoder = json.JSONDecoder(parse_float=Decimal, strict=False)
    line, counted = 1, 0
    at += 1
    while True:
        match = re.compile(r"[\s,]*").match(text, at)
        at = match.end() if match else at
        line, counted = line + text.count("\n", counted, at), at
        if at >= len(text) or text[at] == "]":
            if at >= len(text):
                remarks.append(
                    Remark(
                        "file",
                        "error",
                        "JSON 数组没有结尾，文件可能不完整，只读到这里。",
                        "The JSON array has no end; the file may be cut, and was read up to here.",
                        Place(file, line=line),
                    )
                )
            return
        try:
            value, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            remarks.append(
                Remark(
                    "file",
                    "error",
                    "从这里起不是完整的 JSON，后面的未读。",
                    "From here on this is not JSON; the rest was not read.",
                    Place(file, line=line),
                )
            )
            return
        if isinstance(value, dict):
            records.append((len(records) + 1, line, value))
        else:
            remarks.append(
                _row_remark(Place(file, line=line), "不是一个 JSON 对象", "this is not a JSON object")
            )


# -- text -------------------------------------------------------------------------------------------------------


def _text_grid(text: str, file: str, where: str) -> list[Grid]:
    """A text of separated cells as a table, by the separator under which its header is best understood."""
    text = text.lstrip("\ufeff")
    best: tuple[int, Grid] | None = None
    trouble: GoufuError | None = None
    for separator in _SEPARATORS:
        if separator not in text:
            continue
        try:
            grid = Grid(
                "", separated(text, separator, where or file), lambda n, _: Place(file, line=n), told=False
            )
        except GoufuError as error:
            trouble = trouble or error
            continue
        header = find_header(grid)
        if header is None:
            continue
        known = sum(1 for one in header.columns if one is not None)
        if (known > 1 or len(header.names) > 1) and (best is None or known > best[0]):
            best = (known, grid)
    if best:
        return [best[1]]
    if trouble is not None:
        raise trouble
    spaced = Grid("", _spaced(text), lambda n, _: Place(file, line=n), told=False)
    header = find_header(spaced)
    if header is not None:
        return [spaced]
    words = [
        (n, tuple(line.split())) for n, line in enumerate(re.split(r"\r\n|\n|\r", text), 1) if line.strip()
    ]
    single = Grid("", words, lambda n, _: Place(file, line=n), told=False)
    header = find_header(single)
    if header is not None and sum(1 for one in header.columns if one is not None) > 1:
        wide = len(header.names)
        if all(len(cells) == wide for _, cells in words[header.body :]):
            return [single]
        raise GoufuError(
            "各列之间只有一个空格，有的行列数与表头不同，分不清哪格是哪列；请用制表符或逗号分隔，或直接给 Excel 文件。",
            "Only single spaces part the columns, and some rows have another number than the header; separate them with "
            "tabs or commas, or give the spreadsheet itself.",
            where or file,
        )
    plain, head = ([], 0) if _is_separated(text) else _plain_list(text)
    if plain:
        return [Grid("", plain, lambda n, _: Place(file, line=n), told=False, header=head)]
    for separator in _SEPARATORS:
        if separator in text.strip().split("\n", 1)[0]:
            return [Grid("", separated(text, separator, where or file), lambda n, _: Place(file, line=n))]
    return [spaced]


def _is_separated(text: str) -> bool:
    """Whether most lines have the same number of cells, so that the text is a table and no list of items.

    A title and its amount on each line are still a list.
    """
    lines = [line for line in re.split(r"\r\n|\n|\r", text) if line.strip()]
    for separator in _SEPARATORS:
        rows = [cells for line in lines if len(cells := line.strip(" ").split(separator)) > 1]
        if len(rows) < 2 or len(rows) * 3 < len(lines) * 2:
            continue
        priced = sum(
            parse_amount("".join(cells[1:])) is not None
            and not cells[0].strip().isdigit()
            and (len(cells) == 2 or parse_amount(cells[1]) is not None)
            for cells in rows
        )
        if priced * 2 < len(rows) or parse_amount(rows[0][-1]) is None:
            return True
    return False


def separated(text: str, separator: str, where: str) -> list[tuple[int, tuple[str, ...]]]:
    """The rows of a CSV text with their line numbers. Raises GoufuError where its quotes are not paired."""
    csv.field_size_limit(1_000_000)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    rows: list[tuple[int, tuple[str, ...]]] = []
    line = 1
    counted = Meter("cells", where)
    try:
        for cells in reader:
            counted.add(len(cells))
            cleaned = tuple(unguarded(cell_text(cell)) for cell in cells)
            if separator == "|" and len(cleaned) > 2 and not cleaned[0] and not cleaned[-1]:
                cleaned = cleaned[1:-1]
                if all(re.fullmatch(r":?-+:?", cell) for cell in cleaned):
                    cleaned = ()
            while len(cleaned) > 1 and not cleaned[-1]:
                cleaned = cleaned[:-1]
            if any(cleaned):
                rows.append((line, cleaned))
            line = reader.line_num + 1
            if len(rows) > limit("rows"):
                raise GoufuError(
                    f"超过 {limit('rows'):,} 行，请拆分后再读；确需读取请加 --limit rows=数。",
                    f"More than {limit('rows'):,} rows; split the file, or raise --limit rows=NUMBER.",
                    where,
                )
    except csv.Error as error:
        raise GoufuError(
            f"第 {line} 行起不是完整的 CSV，请检查引号是否成对，或另存为 UTF-8 CSV。",
            f"From line {line} on this is no CSV ({error}); check that quotes are paired, or save it as UTF-8 CSV.",
            where,
        ) from error
    if text.count('"') % 2 and (
        bad := next((n for n, cells in rows if any(separator in c and len(c) > 80 for c in cells)), 0)
    ):
        raise GoufuError(
            f"第 {bad} 行起引号不成对，后面的行连成了一格；请补上或删去多余的引号。",
            f"A quote that opens in line {bad} is never closed and swallows the rows below; pair the quotes.",
            where,
        )
    return rows


def _spaced(text: str) -> list[tuple[int, tuple[str, ...]]]:
    """The rows of a table that was pasted with nothing but spaces between its cells."""
    rows = []
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), 1):
        cells = tuple(clean_cell(cell) for cell in re.split(r"\s{2,}|\t|　+", line.strip()))
        if any(cells):
            rows.append((number, cells))
    return rows


def _plain_list(text: str) -> tuple[list[tuple[int, tuple[str, ...]]], int]:
    """A text with one item a line as a table of title and amount, and the index of its header; empty where it is none.

    Bullets and numbers before a line are dropped, a figure at its end is the amount.
    """
    rows: list[tuple[int, tuple[str, ...]]] = []
    priced = False
    lines = [(n, line) for n, line in enumerate(re.split(r"\r\n|\n|\r", text), 1) if line.strip()]
    if not lines or len(lines) > 5000:
        return [], 0
    items = 0
    for number, line in lines:
        bare = _BULLET.sub("", line).strip()
        if _SENTENCE.search(bare) or len(bare) > 60 or not re.search(r"[\u3400-\u9fff]", bare):
            return [], 0
        if (
            (_HEADED.search(bare) and not rows)
            or _OFFICE.match(squeeze(bare))
            or money_unit(bare) is not None
        ):
            rows.append((number, (clean_cell(bare),)))
            continue
        items += 1
        match = _PRICED.match(narrow(bare).strip())
        if (
            match
            and parse_amount(match["amount"]) is not None
            and (
                unit_of(match["amount"])
                or re.search(r"[\s,:;]", narrow(bare)[match.end("title") : match.start("amount")])
            )
        ):
            title = (
                bare[: match.end("title")].strip()
                if len(narrow(bare)) == len(bare)
                else match["title"].strip()
            )
            rows.append((number, (clean_cell(title), match["amount"])))
            priced = True
        else:
            rows.append((number, (clean_cell(bare), "")))
    if not items:
        return [], 0
    head = ("项目名称", "金额") if priced else ("项目名称",)
    first = next(n for n, (_, cells) in enumerate(rows) if len(cells) == 2)
    above, body = rows[:first], rows[first:]
    return [*above, (body[0][0], head), *[(n, cells[: len(head)]) for n, cells in body]], first


# -- workbooks --------------------------------------------------------------------------------------------------


def _workbook(data: bytes, file: str, where: str) -> Listed:
    """The lists of every sheet; which sheets were read and which not is a remark."""
    stem = Path(file).stem
    every = list(sheets(data, where))
    read: list[tuple[Sheet, Listed]] = []
    passed: list[Sheet] = []
    alone: list[Sheet] = []
    for sheet in every:
        if not sheet.rows:
            continue
        grid = sheet_grid(sheet, file)
        header = find_header(grid)
        if header is None:
            passed.append(sheet)
        elif sum(1 for one in header.columns if one is not None) < 2:
            alone.append(sheet)
        else:
            listed = read_list(grid, f"{stem}-{sheet.name}")
            if listed.found:
                read.append((sheet, listed))
            else:
                passed.append(sheet)
    for sheet in alone:  # a title and nothing else that is known: only where no sheet says more
        listed = (
            read_list(sheet_grid(sheet, file), f"{stem}-{sheet.name}") if not read else Listed(found=False)
        )
        if listed.found:
            read.append((sheet, listed))
        else:
            passed.append(sheet)
    if not read:
        first = next((sheet for sheet in every if sheet.rows), None)
        raise no_title(where or file, first.rows[0][1] if first else [])
    if len(read) == 1:
        only = read[0][0]
        prefix = f"{stem}-{only.name}-"
        items = tuple(
            replace(i, id=f"{stem}-{i.id[len(prefix) :]}") if i.id.startswith(prefix) else i
            for i in read[0][1].items
        )
        read = [(only, replace(read[0][1], items=items))]
    remarks = [
        *sheet_remarks(data, file, [sheet for sheet, _ in read]),
        *_which_sheets(file, read, passed),
        *_twice(read),
    ]
    listed = _joined([one for _, one in read], remarks)
    return _some(listed, where or file)


def _which_sheets(
    file: str, read: Sequence[tuple[Sheet, Listed]], passed: Sequence[Sheet]
) -> Iterator[Remark]:
    if len(read) + len(passed) < 2:
        return
    named = "、".join(f"“{sheet.name}”（{len(listed.items)} 项）" for sheet, listed in read)
    left = "、".join(f"“{sheet.name}”" for sheet in passed)
    yield Remark(
        "sheet",
        "notice",
        f"读了工作表{named}" + (f"；{left}没有“项目名称”表头，未读。" if left else "。"),
        f"Sheets read: {named}" + (f"; without a title column and not read: {left}." if left else "."),
        Place(file),
    )


def _twice(read: Sequence[tuple[Sheet, Listed]]) -> Iterator[Remark]:
    """Items that stand on two sheets alike, as where one sheet gathers the others."""
    seen: dict[tuple[object, ...], str] = {}
    doubles: dict[tuple[str, str], list[BudgetItem]] = {}
    for sheet, listed in read:
        for item in listed.items:
            key = (item.title, item.department, item.year, item.amount_wan, item.part)
            if seen.setdefault(key, sheet.name) != sheet.name:
                doubles.setdefault((seen[key], sheet.name), []).append(item)
    for (first, second), items in doubles.items():
        yield Remark(
            "list",
            "warning",
            f"工作表“{second}”有 {len(items)} 项与“{first}”相同（如“{items[0].title}”），都计入了；若是汇总表，请只留一份。",
            f"{len(items)} items of the sheet “{second}” are also on “{first}” (as “{items[0].title}”) and count twice; keep one.",
            items[0].place,
        )


def sheet_grid(sheet: Sheet, file: str) -> Grid:
    """A sheet as a grid whose places are addresses of cells."""
    from goufu.disclosure.lines import column_letters

    def place(number: int, column: int) -> Place:
        letters = column_letters(column) if column >= 0 else ""
        return Place(file, cell=f"{sheet.name}!{letters}{number}")

    return Grid(sheet.name, sheet.rows, place, sheet.merged, told=True)


def no_title(where: str, columns: Sequence[str]) -> GoufuError:
    """The error for a file without a title column; it says what was seen and which headings are known."""
    named = "、".join(column for column in columns if column)[:60] or "（空）"
    return GoufuError(
        f"没有“项目名称”（title）这一列，只看到：{named}；请在表头加上这一列。认得的写法有：{known_titles()}；"
        "空白表格可用 goufu template -o 项目清单.xlsx 生成。",
        f"There is no title (项目名称) column, only: {named}; add it to the header. Known headings: {known_titles()}; "
        "goufu template -o list.xlsx makes a blank list.",
        where,
    )

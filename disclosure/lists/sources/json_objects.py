"""Records of a program, as JSON Lines, an array, or an array within one object, as a grid with their keys as header."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from goufu.disclosure.amounts import parse_amount
from goufu.disclosure.formats.gate import check
from goufu.disclosure.formats.spreadsheet import cell_text
from goufu.disclosure.lists.amount_column import unit_in_cell
from goufu.disclosure.lists.combine import no_title
from goufu.disclosure.lists.headings import has_title, heading
from goufu.disclosure.lists.model import Grid, refused_amount, row_remark
from goufu.disclosure.model import Place, Remark

#: keys under which an object may hold its records
_HOLDERS = ("items", "records", "data", "rows", "list", "项目", "清单")


def json_grids(text: str, file: str, where: str) -> tuple[list[Grid], list[Remark]]:
    """Objects one a line, in an array, or in an array within one object, as a table with their keys as header."""
    records, remarks = _json_records(text, file)
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
    priced = priced_keys(keys)
    for number, line, value in records:
        remarks += _not_read(value, Place(file, line=line))
        cells, doubts = object_cells(value, keys, priced, Place(file, line=line))
        remarks += doubts
        if cells:
            rows.append((number, cells))
    return [Grid("", rows, place, header=0)], remarks


def _not_read(value: dict[str, Any], place: Place) -> list[Remark]:
    """Remarks on records within a record, which are not read: its own amount counts."""
    return [
        row_remark(
            place,
            f"“{key}”里另有 {len(held)} 条，未读，只计这一条自己的金额",
            f"“{key}” holds {len(held)} more records, which were not read; only the amount of this one counts",
            "warning",
        )
        for key, held in value.items()
        if isinstance(held, list) and any(isinstance(one, dict) and has_title(one) for one in held)
    ]


def priced_keys(keys: Sequence[str]) -> list[int]:
    """The keys that hold the whole amount, each in a unit that it names; best first."""
    ranked = ((one.rank, n) for n, key in enumerate(keys) if _unit_of_key(key) and (one := heading(key)))
    return [n for _, n in sorted(ranked)]


def object_cells(
    value: dict[str, Any], keys: Sequence[str], priced: Sequence[int], place: Place
) -> tuple[tuple[str, ...], list[Remark]]:
    """An object as the cells of a row under `keys`, empty where it is none, and the remarks on it."""
    odd = next((key for key in keys if isinstance(value.get(key), (list, dict)) and heading(key)), None)
    if odd is not None:
        return (), [row_remark(place, f"“{odd}”不是文字或数字", f"“{odd}” is neither text nor a number")]
    value, remarks = _said_once(value, keys, place)
    value, doubts = _without_numbers(value, keys, place)
    remarks += doubts
    cells = tuple("" if value.get(key) is None else cell_text(value[key]) for key in keys)
    if len(priced) > 1:
        # one record in yuan, the next in 万元: each amount with its own unit, in one column
        own = next((n for n in priced if cells[n]), -1)
        text = cells[own] if own >= 0 else ""
        if text and parse_amount(text) is not None:
            text += _unit_of_key(keys[own])
        cells = tuple(text if n == priced[0] else "" if n in priced else cell for n, cell in enumerate(cells))
    if not any(cells):
        return (), [*remarks, row_remark(place, "缺少项目名称", "the title is missing")]
    return cells, remarks


class _SaidTwice(dict[str, Any]):
    """An object that gives a key two values, of which a dict keeps the last; `values_of` has all of them, by key."""

    __slots__ = ("values_of",)

    def __init__(self, pairs: Sequence[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.values_of: dict[str, list[Any]] = {}
        for key, value in pairs:
            self.values_of.setdefault(key, []).append(value)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON, which remembers where it gives a key twice."""
    value = dict(pairs)
    return value if len(value) == len(pairs) else _SaidTwice(pairs)


def _said_once(
    record: dict[str, Any], keys: Sequence[str], place: Place
) -> tuple[dict[str, Any], list[Remark]]:
    """A record without the amounts that it gives twice, and a remark on every one of `keys` it gives two values."""
    if not isinstance(record, _SaidTwice):
        return record, []
    twice = record.values_of
    remarks: list[Remark] = []
    for key in keys:
        values = twice.get(key, [])
        if all(value == values[0] for value in values[1:]):
            continue
        said = "、".join(str(value)[:20] for value in values[:3])
        text, english = (
            f"“{key}”写了 {len(values)} 次（{said}）",
            f"“{key}” is given {len(values)} times ({said})",
        )
        one = heading(key)
        if one is not None and one.field == "amount":
            remarks.append(
                refused_amount(place, f"{text}，不知哪个是金额", f"{english}: which is the amount?")
            )
            record = {**record, key: None}
        else:
            remarks.append(
                row_remark(place, f"{text}，取最后一个", f"{english}; the last was taken", "warning")
            )
    return record, remarks


class _NoNumber(str):
    """NaN, Infinity or -Infinity, which JSON does not have and programs write all the same."""

    __slots__ = ()


def _without_numbers(
    record: dict[str, Any], keys: Sequence[str], place: Place
) -> tuple[dict[str, Any], list[Remark]]:
    """A record without the values of `keys` that are no numbers, and a remark on each."""
    remarks: list[Remark] = []
    for key in keys:
        if not isinstance(record.get(key), _NoNumber):
            continue
        one, printed = heading(key), str(record[key])
        text, english = f"“{key}”的值 {printed} 不是数字", f"the value of “{key}”, {printed}, is no number"
        remarks.append(
            refused_amount(place, text, english)
            if one is not None and one.field == "amount"
            else row_remark(place, f"{text}，按空格读", f"{english} and was read as empty", "warning")
        )
        record = {**record, key: None}
    return record, remarks


_JSON = json.JSONDecoder(
    parse_float=Decimal, parse_constant=_NoNumber, object_pairs_hook=_object, strict=False
)


def _unit_of_key(key: str) -> str:
    """The unit that the key of an amount names, "" for any other key."""
    one = heading(key)
    return (
        one.unit.name
        if one is not None and one.field == "amount" and one.money == "total" and one.unit
        else ""
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
    if start.startswith("{") and not is_line_of_json(start):
        holder = re.search(r'"(?:' + "|".join(_HOLDERS) + r')"\s*:\s*\[', text)
        if holder:
            _array(text, holder.end() - 1, file, records, remarks)
            said = _said_of_all(dict(_scalars(text[: holder.start()])))
            whole = object_of(text.strip("\ufeff \t\r\n"), Place(file))
            remarks += [] if isinstance(whole, Remark) else _beside(whole, Place(file))
            return [(number, line, {**said, **value}) for number, line, value in records], remarks
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), 1):
        line = line.strip("\ufeff \t")
        if not line:
            continue
        place = Place(file, line=number)
        value = object_of(line, place)
        if isinstance(value, Remark):
            remarks.append(value)
            continue
        held = held_objects(value)
        if held is not None:
            remarks += _beside(value, place)
            records += [(n, number, one) for n, one in enumerate(held, len(records) + 1)]
        else:
            records.append((number, number, value))
    return records, remarks


def object_of(line: str, place: Place) -> dict[str, Any] | Remark:
    """The object that a line of JSON Lines holds, or the remark that it holds none."""
    try:
        value = _JSON.decode(line)
    except (ValueError, RecursionError):
        return row_remark(place, "不是一个完整的 JSON 对象", "this is not one JSON object")
    if not isinstance(value, dict):
        return row_remark(place, "不是一个 JSON 对象", "this is not a JSON object")
    return value


def held_objects(value: dict[str, Any]) -> list[dict[str, Any]] | None:
    """The records that an object holds in a list instead of being one; None where it is one."""
    held: list[dict[str, Any]] | None = next(
        (value[key] for key in _HOLDERS if isinstance(value.get(key), list)), None
    )
    titled = has_title([key for key, said in value.items() if not isinstance(said, list)])
    if held is None and not titled:  # {"code": 0, "data": {"list": […]}}
        within = next((value[key] for key in _HOLDERS if isinstance(value.get(key), dict)), None)
        return held_objects(within) if within is not None else None
    if not held or titled or not all(isinstance(one, dict) for one in held):
        return held if held == [] and not titled else None
    within = [inner for inner in value.values() if isinstance(inner, dict)]
    said = _said_of_all({key: one for part in (*within, value) for key, one in part.items()})
    return [{**said, **one} for one in held]


def _beside(value: dict[str, Any], place: Place) -> list[Remark]:
    """Remarks on lists of records in an object beside the one that is read."""
    read = next((key for key in _HOLDERS if isinstance(value.get(key), list)), "")
    return [
        row_remark(
            place,
            f"“{key}”里另有 {len(held)} 条，未读，只读了“{read}”",
            f"“{key}” holds {len(held)} more records, which were not read, only “{read}” was",
            "warning",
        )
        for key, held in value.items()
        if read
        and key != read
        and isinstance(held, list)
        and any(isinstance(one, dict) and has_title(one) for one in held)
    ]


def _said_of_all(value: dict[str, Any]) -> dict[str, Any]:
    """What an object says of all records in it: department, year and unit of money."""
    found: dict[str, Any] = {}
    for key, said in value.items():
        one = heading(key) if isinstance(said, str | int) and not isinstance(said, bool) else None
        if one is None:
            continue
        if one.field in ("unit", "measure") and unit_in_cell(str(said)):
            found["金额单位"] = said
        elif one.field in ("department", "year"):
            found[key] = said
    return found


def _scalars(text: str) -> list[tuple[str, str]]:
    """The keys of a text of JSON with values that are texts or whole numbers."""
    return [
        (match[1], match[2] if match[2] is not None else match[3])
        for match in re.finditer(
            r'"([^"\\]{1,40})"\s*:\s*(?:"([^"\\]{0,80})"|(\d{1,9})(?=\s*[,}]))', text[:4_096]
        )
    ]


def is_line_of_json(text: str) -> bool:
    """Whether the first line is an object by itself, so that the text is JSON Lines."""
    try:
        json.loads(re.split(r"\r\n|\n|\r", text, maxsplit=1)[0], strict=False)
    except (ValueError, RecursionError):
        return False
    return True


def _array(text: str, at: int, file: str, records: list[_Object], remarks: list[Remark]) -> None:
    """The objects of the array that begins at `at`, one by one, so that each has its line and one bad costs the rest only."""
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
            value, at = _JSON.raw_decode(text, at)
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
            for one in held_objects(value) or [value]:
                records.append((len(records) + 1, line, one))
        else:
            remarks.append(
                row_remark(Place(file, line=line), "不是一个 JSON 对象", "this is not a JSON object")
            )

"""Budget lines with the answer an office gave: what `goufu evaluate` measures by and `goufu learn` learns from.

Answers stand beside the lines in a file, in columns of their own (核定代码, 核定性质, 核定状态, or `gold` as in
`data/training`), or come from decisions in the store. A column in which the department itself cites a code is not
taken for an answer, and what a line cites is left out of it, so that the judgement cannot read the answer.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from goufu.catalog.characters import latin
from goufu.catalog.codes import is_code
from goufu.catalog.errors import GoufuError
from goufu.disclosure.formats.detect import WORKBOOKS, Format, format_of, with_forward_slashes
from goufu.disclosure.formats.gate import read_bytes
from goufu.disclosure.formats.spreadsheet import cell_text, workbook
from goufu.disclosure.formats.text import decoded
from goufu.disclosure.lines import label
from goufu.disclosure.lists.model import ListContents
from goufu.disclosure.lists.records import lists_of_text, read_lists
from goufu.disclosure.lists.sources.workbooks import lists_of_workbook
from goufu.disclosure.model import BudgetItem, Place, Remark
from goufu.matcher.departments import sections_of
from goufu.matcher.model import Status
from goufu.matcher.nature_names import NATURES, NO_SERVICE, PURCHASED, WRITTEN_NATURES, Nature
from goufu.matcher.outcome_names import STATUS_NAMES
from goufu.matcher.precedents.apply import Outcome

#: what an officer may write in place of a code
OUTCOME_WORDS: Mapping[str, Outcome] = {
    "未列": "unlisted",
    "未列入": "unlisted",
    "未列入目录": "unlisted",
    "not listed": "unlisted",
    "无": "unlisted",
    "无对应条目": "unlisted",
    "unlisted": "unlisted",
    "不适用": "not_applicable",
    "非服务": "not_applicable",
    "不是购买服务": "not_applicable",
    "不是服务": "not_applicable",
    "非购买服务": "not_applicable",
    "not a purchased service": "not_applicable",
    "否": "not_applicable",
    "n/a": "not_applicable",
}

#: the headings of an answer, as `label` leaves them
_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "codes": (
        *("核定代码", "核定目录代码", "核定编码", "认定代码", "认定目录代码", "正确代码", "标准答案"),
        *("codedecided", "acceptedcode", "acceptedcodes", "accepted_code", "accepted_codes", "decided_code"),
    ),
    "nature": ("核定性质", "认定性质", "正确性质", "acceptednature", "accepted_nature"),
    "status": ("核定状态", "认定状态", "核定结论", "核定结果", "acceptedstatus", "accepted_status"),
}
_FIELD = {name: field for field, names in _HEADINGS.items() for name in names}
_STATUSES: Mapping[str, str] = {
    "已列": "listed",
    "已列入": "listed",
    "superseded": "superseded",
    "unknown": "unknown",
    "未存": "unknown",
    **{word: status for status, name in STATUS_NAMES.items() for word in name},  # what goufu itself writes
}
_CODE = re.compile(r"(?<![A-Z0-9])[AB][0-9]{2,6}(?![0-9])")
_PARTS = re.compile(r"[、，,；;|\n]+")
_HEADER_ROWS = 40


@dataclass(frozen=True, slots=True)
class Answered:
    """A line with everything that is accepted as its answer.

    `codes` are (section, code), section "" where any of the line's own will do; `natures` and `statuses` are empty where
    the answer does not say. `item` is without what its department cites.
    """

    item: BudgetItem
    codes: tuple[tuple[str, str], ...] = ()
    natures: tuple[Nature, ...] = ()
    statuses: tuple[Status, ...] = ()

    def accepts(self, section: str, code: str) -> bool:
        """Whether the entry is an accepted one."""
        return (section, code) in self.codes or ("", code) in self.codes


def blind(item: BudgetItem) -> BudgetItem:
    """The line without the code, name, document and mark that its department wrote beside it."""
    return replace(item, code="", code_name="", document="", gov_service=None)


def read_answered(path: Path) -> tuple[tuple[Answered, ...], tuple[Remark, ...]]:
    """The lines of the file at `path` that have an answer, in its order; a remark for each answer not understood.

    `.xlsx`, `.csv` and the like need a column 核定代码 (codes, several parted by 、, or 未列, 不适用, 货物 …) or 核定性质;
    `.jsonl` these or `gold` with `nature`, `codes`, `status`. Raises GoufuError where the file cannot be read or has none.
    """
    listed, given = _lists_and_answers(path)
    if not given:
        raise GoufuError(
            "没有答案列；请在表头加上“核定代码”（填目录代码，或“未列”“不适用”“货物”等）或“核定性质”",
            "there is no column of answers; add one named '核定代码' (codes, or '未列', '不适用', '货物' …) or '核定性质'",
            str(path),
        )
    found: list[Answered] = []
    said = list(listed.remarks)
    for item in listed.items:
        cells = given.get(_key(item.place)) if item.place else None
        if not cells:
            continue
        try:
            answer = _answer(item, cells)
        except GoufuError as error:
            said.append(Remark("row", "warning", error.message, error.english, item.place, item.id))
            continue
        if answer is not None:
            found.append(answer)
    return tuple(found), tuple(said)


_Key = tuple[str, int]


def _key(place: Place) -> _Key:
    """A row: its sheet ("" for text) and its number."""
    if place.cell:
        sheet, _, cell = place.cell.rpartition("!")
        digits = re.search(r"[0-9]+\Z", cell)
        return sheet, int(digits[0]) if digits else 0
    return "", place.line or 0


def _lists_and_answers(path: Path) -> tuple[ListContents, dict[_Key, dict[str, Any]]]:
    """The lines of a file, which is read once, and the cells of answers by the row they stand in."""
    where = str(path)
    data = with_forward_slashes(read_bytes(path))
    format_ = format_of(data, path.name, where)
    if format_ in WORKBOOKS:
        book = workbook(data, where)
        found: dict[_Key, dict[str, Any]] = {}
        for sheet in book.sheets:
            found |= _of_rows(sheet.name, sheet.rows)
        return lists_of_workbook(book, path.name, where), found
    if format_ not in ("jsonl", "csv", "text"):
        return read_lists(data, path.name, format_, where), {}
    text, unreadable = decoded(data, where)
    return lists_of_text(text, unreadable, format_, path.name, where), _of_text(text, format_)


def _of_text(text: str, format_: Format) -> dict[_Key, dict[str, Any]]:
    if format_ == "jsonl":
        return _of_objects(text)
    best: dict[_Key, dict[str, Any]] = {}
    for separator in (",", "\t", ";", "，", "|"):
        if separator in text:
            some = _of_rows("", _numbered(text, separator))
            best = some if len(some) > len(best) else best
    return best


def _numbered(text: str, separator: str) -> list[tuple[int, Sequence[str]]]:
    """The rows of a CSV text with the number of the line each begins in."""
    rows: list[tuple[int, Sequence[str]]] = []
    reader = csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""), delimiter=separator)
    line = 1
    for cells in reader:
        rows.append((line, cells))
        line = reader.line_num + 1
    return rows


def _of_rows(sheet: str, rows: Sequence[tuple[int, Sequence[str]]]) -> dict[_Key, dict[str, Any]]:
    for at, (_, cells) in enumerate(rows[:_HEADER_ROWS]):
        columns: dict[str, int] = {}
        for number, cell in enumerate(cells):
            field = _FIELD.get(label(str(cell)).strip("*:"))
            if field:
                columns.setdefault(field, number)
        if columns:
            return {
                (sheet, number): {
                    field: cell_text(cells[column])
                    for field, column in columns.items()
                    if column < len(cells) and cell_text(cells[column])
                }
                for number, cells in rows[at + 1 :]
            }
    return {}


def _of_objects(text: str) -> dict[_Key, dict[str, Any]]:
    found: dict[_Key, dict[str, Any]] = {}
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), 1):
        try:
            value = json.loads(line) if line.strip() else None
        except (ValueError, RecursionError):
            continue
        if not isinstance(value, dict):
            continue
        if isinstance(value.get("gold"), dict):
            found["", number] = {"gold": value["gold"]}
        elif cells := {f: v for key, v in value.items() if v and (f := _FIELD.get(label(str(key))))}:
            found["", number] = cells
    return found


def _answer(item: BudgetItem, cells: Mapping[str, Any]) -> Answered | None:
    """The line with its answer, None where the cells are empty. Raises GoufuError where they are not understood."""
    if gold := cells.get("gold"):
        return _of_gold(item, gold)
    codes: list[tuple[str, str]] = []
    natures: list[Nature] = []
    statuses: list[Status] = []
    for part in _parts(cells.get("codes")):
        _one(part, codes, natures, statuses)
    for part in _parts(cells.get("nature")):
        wanted = _natures_named(part)
        if not wanted:
            raise _not_understood(part)
        natures += wanted
    for part in _parts(cells.get("status")):
        word = OUTCOME_WORDS.get(part.casefold()) or _STATUSES.get(part.casefold())
        if word is None:
            raise _not_understood(part)
        statuses.append(word)  # type: ignore[arg-type]
    return answered(item, codes, natures, statuses)


def answered(
    item: BudgetItem,
    codes: Sequence[tuple[str, str]] = (),
    natures: Sequence[Nature] = (),
    statuses: Sequence[Status] = (),
) -> Answered | None:
    """The line with its answer, what follows from one part of it put in; None where nothing is said.

    A code is a purchased service that is listed; what is no service needs no code.
    """
    if codes:
        natures = natures or PURCHASED
        statuses = statuses or ("listed",)
    elif statuses and not natures:
        natures = NO_SERVICE if set(statuses) == {"not_applicable"} else ()
        natures = ("service",) if set(statuses) == {"unlisted"} else natures
    elif natures and not statuses and not set(natures) & set(PURCHASED):
        statuses = ("not_applicable",)
    if not (codes or natures or statuses):
        return None
    return Answered(
        blind(item),
        tuple(dict.fromkeys(codes)),
        tuple(dict.fromkeys(natures)),
        tuple(dict.fromkeys(statuses)),
    )


def _parts(value: Any) -> list[str]:
    if value is None:
        return []
    values = value if isinstance(value, list) else [value]
    return [p for v in values for part in _PARTS.split(str(v)) if (p := " ".join(part.split()))]


def _one(part: str, codes: list[tuple[str, str]], natures: list[Nature], statuses: list[Status]) -> None:
    """Add what one part of 核定代码 says: a code with or without its section and name, or a word in place of one."""
    word = part.rstrip("。.").casefold()
    if word in OUTCOME_WORDS:
        statuses.append(OUTCOME_WORDS[word])  # type: ignore[arg-type]
        return
    match = _CODE.search(latin(part).upper())
    if match and is_code(match[0]):
        before = part[: match.start()].strip(" :：()（）/-")
        if match[0][0] == "B":
            codes.append(("B", match[0]))
        elif before:
            sections = sections_of(before).sections
            if not sections:
                raise _not_understood(before)
            codes.extend((s, match[0]) for s in sections)
        else:
            codes.append(("", match[0]))
    elif wanted := _natures_named(part):
        natures.extend(wanted)
        if not set(wanted) & set(PURCHASED):
            statuses.append("not_applicable")
    elif not codes:  # else the rest of an entry's name
        raise _not_understood(part)


def _natures_named(word: str) -> tuple[Nature, ...]:
    word = word.strip("。. ").casefold()
    return WRITTEN_NATURES.get(word) or tuple(n for n in NATURES if n == word)


def _of_gold(item: BudgetItem, gold: Mapping[str, Any]) -> Answered | None:
    try:
        codes = [(str(section), str(code)) for section, code in gold.get("codes") or ()]
    except (TypeError, ValueError):
        raise _not_understood(str(gold.get("codes"))[:40]) from None
    natures = [n for n in NATURES if n in (gold.get("nature") or ())]
    known: tuple[Status, ...] = ("listed", "unlisted", "superseded", "unknown", "not_applicable")
    return answered(item, codes, natures, [s for s in known if s in (gold.get("status") or ())])


def _not_understood(text: str) -> GoufuError:
    return GoufuError(
        f"“{text[:30]}”不是代码，也不是“未列”“不适用”“货物”等，这一行的答案未计入",
        f"'{text[:30]}' is no code and none of '未列', '不适用', '货物' …; the answer of this row was left out",
    )

"""The project forms, 项目支出绩效目标表: one page per project with its overview, basis, plan, term and money.

A form begins with its heading or, where that is lost, with its 项目名称 row. Labels are found wherever they
stand in a row and however they were misread (项目日期, 主管部门发代码); the value is what follows up to the next
label. Texts are kept as printed. Amounts are in 元: forms print that unit, or another, which is then brought into it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from goufu.catalog.characters import is_han
from goufu.disclosure.amounts import UNITS, heading_unit, money_unit, parse_amount, unit_of
from goufu.disclosure.lines import Line, squeeze
from goufu.disclosure.model import Form, Place

Label = Literal[
    "title",
    "department",
    "unit",
    "attribute",
    "term",
    "total",
    "year",
    "source",
    "overview",
    "basis",
    "necessity",
    "measures",
    "plan",
    "goal",
    "skip",
]

#: labels as printed and as misread; each is matched against a whole cell, or its beginning before a colon
_LABELS: tuple[tuple[Label, re.Pattern[str]], ...] = (
    ("title", re.compile(r"项目名称")),
    ("department", re.compile(r"主管部门(?:[及发/]+.{0,2}代码)?|主管部门名称")),
    ("unit", re.compile(r"(?:项目)?实施单位|项目单位")),
    ("attribute", re.compile(r"项目属性|项目类型|项目类别")),
    ("term", re.compile(r"项目(?:日)?期限?|项目周期|实施期限")),
    ("skip", re.compile(r"项目资金(?:\([^()]{1,8}\))?")),
    ("total", re.compile(r"(?:实施(?:期|方案|期间)?资金总额|项目资金总额|总投资)(?:\([^()]{1,8}\))?")),
    ("year", re.compile(r"(?:年度(?:预算)?资金总额|本年度资金总额)(?:\([^()]{1,8}\))?")),
    ("source", re.compile(r"(?:其中)?:?(?:中央|省级|市、?县.{0,4})财政资金?|单位自筹|其他资金")),
    ("overview", re.compile(r"项目概[况述]|项目简介")),
    ("basis", re.compile(r"立项依据|项目立项依据")),
    ("necessity", re.compile(r"项目设立(?:的)?必要性")),
    ("measures", re.compile(r"保[证障]项目实施的制度、?措施")),
    ("plan", re.compile(r"项目实施计划")),
    ("goal", re.compile(r"总体目标|年度总体目标")),
)
_ANY_LABEL = re.compile("|".join(f"(?:{pattern.pattern})" for _, pattern in _LABELS))
#: how labels begin
_FIRST = frozenset("项主实总年本其中省市单立保:：")
_MONEY_LABEL = re.compile(r"项目资金|资金(?:情况|总额|来源)|(?:实施期?|年度|本年度).{0,4}资金总额")
_LONG: frozenset[Label] = frozenset({"title", "overview", "basis", "necessity", "measures", "plan"})
_HEADING = re.compile(r"项目支出绩效目标(?:申报)?表")
_ENDS = re.compile(
    r"\A(?:绩效指标|一级指标|负责人[:：]?|经办人[:：]?|实施期目标|实施目标|年度目标|项目绩效目标|绩效目标)\Z|"
    r"\A负责人[:：]|\A(?:十[一二三]|十)、|\A第[一二三四五六]部分"
)
_SECTION_LABEL = re.compile(r"\A(?:绩效指标|一级指标|实施期目标|实施目标|年度目标|项目绩效目标|绩效目标)\Z")
_NUMBERED = re.compile(r"\A[0-9A-Za-z]{1,6}[-— 7]?")


@dataclass
class _Draft:
    """A form while its rows come in."""

    place: Place
    texts: dict[Label, list[str]] = field(default_factory=dict)
    amounts: dict[Label, Decimal] = field(default_factory=dict)
    sources: list[Decimal] = field(default_factory=list)
    open: Label | None = None
    waiting: Label | None = None
    closed: bool = False
    money: str = "元"


def project_forms(lines: Sequence[Line]) -> tuple[Form, ...]:
    """The forms in `lines`, in printed order. A heading without a 项目名称 (a page left blank) is no form."""
    forms: list[Form] = []
    draft: _Draft | None = None
    heading: Place | None = None
    money = "元"
    for index, line in enumerate(lines):
        if "绩" in line.text and _is_heading(line, squeeze(line.text)):
            if draft is not None:
                forms.append(_finish(draft))
            draft, heading = None, line.place
            stated = money_unit(line.text)
            money = stated.name if stated else "元"
            continue
        if draft is None and (stated := money_unit(line.text) if line.is_paragraph else None):
            money = stated.name
        found = list(_labelled(line))
        starts = any(label == "title" for label, _ in found) and not _is_table_header(squeeze(line.text))
        if starts and (draft is None or "title" in draft.texts):
            if draft is not None:
                forms.append(_finish(draft))
            if heading is None and not _has_form_below(lines[index : index + 10]):
                draft = None
                continue
            draft, heading = _Draft(line.place, money=money if heading is not None else "元"), None
        if draft is None:
            continue
        beside = line.is_paragraph and not found
        if beside and _leaves_form(squeeze(line.text)):
            forms.append(_finish(draft))
            draft = None
        elif line.is_row or not beside:
            _take(draft, line, found)
    if draft is not None:
        forms.append(_finish(draft))
    return tuple(form for form in forms if form.title)


def _leaves_form(text: str) -> bool:
    """Whether a paragraph begins something that no longer belongs to a form."""
    return bool(_ENDS.search(text)) and not _SECTION_LABEL.match(text)


def _is_heading(line: Line, text: str) -> bool:
    return bool(_HEADING.search(text)) and len(text) <= 60 and len([c for c in line.cells if c]) <= 2


def _is_table_header(text: str) -> bool:
    """Whether a row with 项目名称 is the header of a project table rather than the first row of a form."""
    return "合计" in text or "财政拨款" in text or "一般公共预算" in text


def _has_form_below(lines: Sequence[Line]) -> bool:
    """Whether a form without its heading begins with the first of `lines`: two more of its labels come soon."""
    labels = {label for line in lines for label, _ in _labelled(line)}
    return len(labels & {"department", "unit", "attribute", "year", "total", "overview"}) >= 3


def _labelled(line: Line) -> Iterator[tuple[Label, tuple[str, ...]]]:
    """The labels in a row, each with the cells that follow it up to the next label."""
    label: Label | None = None
    texts: list[str] = []
    for cell in line.cells:
        if not cell:
            continue
        found = _label(cell)
        if found is None:
            texts.append(cell)
            continue
        if label is not None:
            yield label, tuple(texts)
        label, rest = found
        texts = [rest] if rest else []
    if label is not None:
        yield label, tuple(texts)


@lru_cache(maxsize=1 << 14)
def _label(cell: str) -> tuple[Label, str] | None:
    """The label a cell is, and what stands after it in the same cell (`实施期资金总额: 66,440`)."""
    if cell[0] not in _FIRST:
        return None
    flat = squeeze(cell)
    if not _ANY_LABEL.match(flat):
        return None
    for label, pattern in _LABELS:
        match = pattern.match(flat)
        if match is None:
            continue
        rest = flat[match.end() :]
        if not rest or rest in ":：":
            return label, ""
        if rest[0] in ":：":
            return label, re.split(r"[:：]", cell, maxsplit=1)[1].strip() if label != "source" else rest[1:]
        if label in ("source", "total", "year") and parse_amount(rest.lstrip(":：")) is not None:
            return label, rest
    return None


def _take(draft: _Draft, line: Line, found: Sequence[tuple[Label, tuple[str, ...]]]) -> None:
    """Put what a row says into the draft."""
    for cell in line.cells:
        if (
            not cell.isascii()
            and _MONEY_LABEL.match(squeeze(cell))
            and (stated := heading_unit(cell.rstrip("：: "))[1])
        ):
            draft.money = stated.name
    if not found:
        _take_unlabelled(draft, line)
        return
    draft.waiting = None
    for label, value in found:
        if draft.closed and label != "goal":
            continue
        draft.open = None
        if value:
            _store(draft, label, value)
            draft.open = label if label in _LONG else None
        elif label not in ("skip", "source", "total", "year", "goal"):
            draft.waiting = label
    if len([label for label, _ in found if label in ("total", "year")]) == 0:
        values = [_yuan(" ".join(value), draft.money) for label, value in found if label == "source"]
        if len(values) == 2 and values[1] is not None:
            draft.sources.append(values[1])


def _without_number(name: str) -> str:
    """A department's name without the number printed before it: 205001-甲县水利局."""
    number = _NUMBERED.match(name)
    return name[number.end() :] if number and is_han(name[number.end() : number.end() + 1]) else name


def _take_unlabelled(draft: _Draft, line: Line) -> None:
    """Put a row without a label into the draft: what the label above waits for, or more of a long text."""
    first = squeeze(next((cell for cell in line.cells if cell), ""))
    if _ENDS.search(first):
        draft.open, draft.waiting = None, None
        draft.closed = draft.closed or "指标" in first
    elif draft.closed:
        pass
    elif draft.waiting is not None:
        _store(draft, draft.waiting, (line.text,))
        draft.waiting = None
    elif draft.open is not None:
        draft.texts[draft.open].append(line.text)


def _store(draft: _Draft, label: Label, cells: Sequence[str]) -> None:
    """Keep the first value a label is given; long texts may take several cells, the others only one."""
    if label in ("total", "year"):
        amount = _yuan(cells[0], draft.money)
        if amount is not None:
            draft.amounts.setdefault(label, amount)
    elif label not in ("skip", "source", *draft.texts):
        if label == "attribute":  # a stamp or number may stand between the label and its value
            cells = [cell for cell in cells if "项目" in cell] or cells
        draft.texts[label] = list(cells) if label in _LONG else [cells[0]]


def _yuan(text: str, unit: str) -> Decimal | None:
    """The amount a cell prints, in 元; None where it is none, or in a unit that is not understood ("")."""
    amount, unit = parse_amount(text), unit_of(text) or unit
    if amount is None or not unit:
        return None
    return amount if unit == "元" else (amount * UNITS[unit] / UNITS["元"]).normalize() + 0


def _finish(draft: _Draft) -> Form:
    def text(label: Label) -> str:
        return " ".join(draft.texts.get(label, ())).strip()

    year = draft.amounts.get("year")
    if year is None and draft.sources and sum(draft.sources) > 0:
        year = sum(draft.sources, Decimal(0))
    return Form(
        title=text("title"),
        unit=text("unit"),
        department=_without_number(text("department")),
        attribute=text("attribute"),
        term=text("term"),
        total_yuan=draft.amounts.get("total"),
        year_yuan=year,
        overview=text("overview"),
        basis=text("basis"),
        necessity=text("necessity"),
        measures=text("measures"),
        plan=text("plan"),
        goal=text("goal"),
        place=draft.place,
    )

"""The columns of every sheet of the workbook, each in one table: key, headings, width, format. Letters come from here alone.

To add a column, add it to its table and give it a value where the sheet's rows are made (`worklist`, `findings`, `filing`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum


@dataclass(frozen=True, slots=True)
class Head:
    """One column: its key, its heading in Chinese and English, its width in characters, the name of its format.

    `also` are other headings by which the column is known when a workbook is read back.
    """

    key: str
    zh: str
    en: str
    width: float
    form: str = "text"
    also: tuple[str, ...] = ()


def column(heads: Sequence[Head], key: str) -> int:
    """The number of the column with this key, from 0."""
    return next(number for number, head in enumerate(heads) if head.key == key)


def letter(number: int) -> str:
    """The letter of a column from 0 (A) to 25 (Z)."""
    return chr(ord("A") + number)


def letter_of(heads: Sequence[Head], key: str) -> str:
    """The letter of the column with this key."""
    return letter(column(heads, key))


#: what is printed comes first and fits an A4 page across in its own type; the rest is for the screen
WORKLIST = (
    Head("number", "序号", "no.", 5, "whole"),
    Head("whose", "单位", "unit", 12, also=("部门", "department")),
    Head("title", "项目", "item", 24, also=("项目名称",)),
    Head("amount", "金额\n（万元）", "amount\n(10k CNY)", 10.5, "money"),
    Head("judged", "认定", "judged", 10.5, "centre"),
    Head("code", "代码", "code", 9, "code"),
    Head("name", "目录名称", "entry", 18),
    Head("sure", "把握", "conf.", 6.5, "percent"),
    Head("decision", "处理", "decision", 7, "centre"),
    Head("findings", "问题", "findings", 24),
    Head("decided", "核定代码", "code decided", 16, "input"),
    Head("note", "备注", "note", 12, "input"),
    Head("others", "其他候选", "alternatives", 44),
    Head("why", "理由", "why", 70),
    Head("path", "上级目录", "path", 50),
)
#: columns of the worklist that are read back
READ = ("number", "whose", "title", "amount", "decided", "note")
#: how many columns of the worklist and of the findings go on paper
PRINTED_OF_WORKLIST = column(WORKLIST, "note") + 1

FINDINGS = (
    Head("severity", "级别", "severity", 6.5, "centre"),
    Head("rule", "规则", "rule", 7.5, "centre"),
    Head("meaning", "含义", "meaning", 14),
    Head("department", "部门", "department", 13),
    Head("item", "项目", "item", 20),
    Head("amount", "金额\n（万元）", "amount\n(10k CNY)", 10.5, "money"),
    Head("message", "说明", "message", 30),
    Head("evidence", "证据", "evidence", 32),
    Head("basis", "依据", "basis", 17),
    Head("resolve", "处理办法", "how to resolve", 36),
    Head("silenced", "豁免理由", "silenced because", 20),
)
PRINTED_OF_FINDINGS = column(FINDINGS, "basis") + 1

FILING = (
    Head("unit", "预算单位", "budget unit", 17),
    Head("title", "项目名称", "project", 23),
    Head("bought", "是否政府购买服务", "purchased service", 8.5, "centre"),
    Head("class", "政府购买服务分类", "class", 14),
    Head("code", "政府购买服务指导性目录代码", "catalog code", 10.5, "code"),
    Head("name", "政府购买服务指导性目录名称", "catalog name", 18),
    Head("content", "购买服务内容", "content", 40),
    Head("amount", "预算金额\n（万元）", "amount\n(10k CNY)", 11, "money"),
    Head("year", "预算年度", "year", 6.5, "whole"),
)

SOURCES = (
    Head("file", "文件", "file", 30),
    Head("what", "事项", "what", 18),
    Head("content", "内容", "content", 94),
    Head("place", "位置", "place", 18),
)

#: candidates in a drop-down; two fixed choices follow them
CANDIDATES = 5


class Hidden(IntEnum):
    """The columns of the hidden sheet after the choices, by their number."""

    JUDGED = CANDIDATES + 2
    LIST = JUDGED + 1
    WRITTEN = LIST + 1
    WRITTEN_CODE = WRITTEN + 1
    WRITTEN_NAME = WRITTEN_CODE + 1
    CODE = WRITTEN_NAME + 1
    NAME = CODE + 1
    BOUGHT = NAME + 1
    NO_SERVICE_WORDS = BOUGHT + 2
    UNLISTED_WORDS = NO_SERVICE_WORDS + 1
    LISTED_CODES = UNLISTED_WORDS + 1
    LISTED_NAMES = LISTED_CODES + 1


#: the last column of the hidden sheet with a choice
LAST_CHOICE = Hidden.JUDGED - 1

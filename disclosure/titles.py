"""The titles of project tables: 2026年项目支出预算表（本年预算）, and of which part of the budget they are."""

from __future__ import annotations

import re

from disclosure.lines import Line, label
from disclosure.model import Part

_TITLE = re.compile(
    r"(?:项目支出(?:预算)?|(?<!采购)项目预算|项目支出?经费(?:预算)?)(?:明细|情况|汇总|公开|安排)*(?:总)?表|项目支出预算\((?:本年|上年)"
)
_CONTENTS = re.compile(r"(?:[.…·]{3,}|\s)\d{1,3}\Z|\A表十?[一二三四五六七八九十](?=.*\d\Z)")


def is_title(line: Line, text: str) -> bool:
    """Whether a line is the title of a project table and no entry of the contents; `text` is its label."""
    if not line.is_paragraph or "绩效" in text or len(text) > 60:
        return False
    return bool(_TITLE.search(text)) and not _CONTENTS.search(line.text)


def part_of(text: str) -> Part:
    """The part of the budget that a title names: 上年结转, else 本年预算."""
    flat = label(text)
    return "上年结转" if "结转" in flat and "不含" not in flat else "本年预算"

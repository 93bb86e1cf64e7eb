"""Whether a document is a list that a department keeps, or a disclosure with project tables.

It stands apart from what reads lists, so that a disclosure is read without loading that.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from goufu.disclosure.lines import Line, label, squeeze
from goufu.disclosure.lists.headings import fields
from goufu.disclosure.tables.titles import is_title

#: what only a disclosure prints: its other tables, and the funds of a project table
_DISCLOSED = re.compile(
    r"一般公共预算|财政专户|单位资金|国有资本经营|部门预算|收支总表|支出总表|绩效目标|公开表"
)


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

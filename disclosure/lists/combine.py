"""Several lists of one file as one: ids made unique, remarks in the order of the file, refusals where there is nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from goufu.catalog.errors import GoufuError
from goufu.catalog.text import Text
from goufu.disclosure.lists.headings import known_titles
from goufu.disclosure.lists.model import ListContents
from goufu.disclosure.model import BudgetItem, Place, Remark


def joined(read: Sequence[ListContents], remarks: Sequence[Remark]) -> ListContents:
    """Several lists of one file as one, ids made unique."""
    found = [one for one in read if one.found]
    items, doubles = unique_ids([item for one in found for item in one.items])
    ordered = (remark for one in found for remark in sorted(one.remarks, key=_order))
    return ListContents(
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


def with_items(listed: ListContents, where: str) -> ListContents:
    """`listed`, which holds an item or says why not. Raises GoufuError where there is nothing below its header."""
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


#: where a blank list comes from, for who has a command line
_BLANK = Text(
    "空白表格可用 goufu template -o 项目清单.xlsx 生成。", "goufu template -o list.xlsx makes a blank list."
)


class NoTitleError(GoufuError):
    """A table without a title column: what was `seen`, which headings are known, and where a `blank` list comes from."""

    def __init__(self, seen: str, where: str = "", blank: Text = _BLANK) -> None:
        super().__init__(
            f"没有“项目名称”（title）这一列，只看到：{seen}；请在表头加上这一列。认得的写法有：{known_titles()}；{blank.zh}",
            f"There is no title column ('项目名称'), only: {seen}; add it to the header. "
            f"Known headings: {known_titles()}; {blank.en}",
            where,
        )
        self.seen = seen


def no_title(where: str, columns: Sequence[str]) -> NoTitleError:
    """The error for a file without a title column, of which `columns` are the headings seen."""
    return NoTitleError("、".join(column for column in columns if column)[:60] or "（空）", where)

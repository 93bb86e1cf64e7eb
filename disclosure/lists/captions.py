"""The lines above a header: the unit of money, the department and the year that they give for the whole list."""

from __future__ import annotations

import re
from collections.abc import Sequence

from goufu.catalog.characters import joined, narrow
from goufu.disclosure.amounts import money_unit
from goufu.disclosure.lines import squeeze
from goufu.disclosure.lists.cell_values import ends_as_organisation

_OWNER = re.compile(
    r"(?:部门|单位|主管部门|填报单位|填报部门|编制单位|申报单位|采购单位|采购人|预算单位|预算部门)(?:名称)?(?:\(?(?:盖章|公章|签章)\)?)?:([^\s:]{3,40}?)(?=\s|$|单位:|金额单位|填报|年度)"
)
#: the department that a title begins with: 甲县城市管理局2026年购买服务项目清单
_TITLED_OWNER = re.compile(
    r"\A([\u4e00-\u9fff]{2,20}?(?:局|委员会|办公室|委|厅|中心|院|校|社|会))(?=20\d\d年|年度|政府购买|购买服务|部门预算|项目)"
)
#: a department that stands alone above its list
_DEPARTMENT = re.compile(r"[\u4e00-\u9fff]{2,20}(?:局|委员会|办公室)\Z")
#: 2026年; of 2026-2028年 both
_TITLED_YEAR = re.compile(r"(?:(20\d\d)年?度?\s*[-—–~至到]+\s*)?(20\d\d)年")


def is_caption(cells: Sequence[str]) -> bool:
    """Whether only one cell of a row says anything."""
    return sum(1 for cell in cells if cell) == 1


def units_in(rows: Sequence[tuple[int, Sequence[str]]]) -> set[str]:
    """The names of the units of money that the rows state, "" for one that is not understood."""
    return {
        unit.name for _, cells in rows for cell in cells if cell and (unit := money_unit(cell)) is not None
    }


def owner_and_year(rows: Sequence[tuple[int, Sequence[str]]]) -> tuple[str, int | None]:
    """The department and the year that the lines above a header give: "" and None where they give none, or several years."""
    owner, years = "", set()
    for _, cells in rows:
        for cell in cells:
            flat = narrow(cell)
            spaced = re.sub(r"\s*:\s*", ":", re.sub(r"(?<=[^\x00-\x7f]) ?(?=[(:])", "", flat))
            match = _OWNER.search(spaced)
            if match and ends_as_organisation(match[1]) and money_unit(match[1]) is None:
                owner = owner or joined(match[1])
            elif match := _TITLED_OWNER.match(squeeze(cell)):
                owner = owner or match[1]
            elif _DEPARTMENT.match(squeeze(cell)) and is_caption(cells):
                owner = owner or squeeze(cell)
            years |= {int(year) for both in _TITLED_YEAR.findall(flat) for year in both if year}
    return owner, years.pop() if len(years) == 1 else None

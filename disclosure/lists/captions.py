"""The lines above a header: the unit of money, the department and the year that they give for the whole list."""

from __future__ import annotations

import re
from collections.abc import Sequence

from goufu.catalog.characters import joined, narrow
from goufu.disclosure.amounts import money_unit
from goufu.disclosure.lines import squeeze
from goufu.disclosure.lists.cell_values import ends_as_organisation, part_named
from goufu.disclosure.model import Part

#: whose list it is not: 审核单位：甲县财政局
_OF_OTHERS = (
    r"(?<!审核|审批|批复|审计|评审|复核|核定|下达|受理|接收|监督|监管|代理|承接|承办|"
    r"供应|中标|成交|施工|监理|设计|检测|评估|收款|开户|主送|抄送|印制|监制|财政)"
)
_OWNER = re.compile(
    rf"{_OF_OTHERS}(?P<role>部门|单位|主管部门|填报单位|填报部门|编制单位|申报单位|采购单位|采购人|预算单位|预算部门)(?:名称)?(?:\(?(?:盖章|公章|签章)\)?)?:(?P<name>[^\s:]{{3,40}}?)(?=\s|$|单位:|金额单位|填报|年度)"
)
#: the department that a title begins with: 甲县城市管理局2026年购买服务项目清单
_TITLED_OWNER = re.compile(
    r"\A([\u4e00-\u9fff]{2,20}?(?:局|委员会|办公室|委|厅|中心|院|校|社|会))(?=20\d\d年|年度|政府购买|购买服务|部门预算|项目)"
)
#: a department that stands alone above its list
_DEPARTMENT = re.compile(r"[\u4e00-\u9fff]{2,20}(?:局|委员会|办公室)\Z")
#: 2026年; of 2026-2028年 both; of the day on which something was done none
_TITLED_YEAR = re.compile(r"(?:(20\d\d)年?度?\s*[-—–~至到]+\s*)?(20\d\d)年(?!\s*\d{1,2}\s*月\s*\d{1,2}\s*日)")
_DATED = re.compile(
    r"(?:制表|填表|填报|编制|打印|导出|报送|上报|统计|截止|截至|更新|生成)?(?:日期|时间)?:|截[至止]"
)
#: both parts of the budget, or the money of one
_NO_PART = re.compile(r"[含及和与:：]|单位|\d元")
#: what a line cites: 《…目录（2025年版）》
_CITED = re.compile(r"《[^《》]*》")
#: the number of a department that stands alone: 一、 (二) 3.
_NUMBER = re.compile(r"\A(?:[一二三四五六七八九十]{1,3}、|\([一二三四五六七八九十\d]{1,3}\)|\d{1,2}[.、])")


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
    return owners_in(rows)[0], year_in(rows)


def owners_in(rows: Sequence[tuple[int, Sequence[str]]]) -> tuple[str, str]:
    """The department that the lines above a header give, and its unit where they give both (主管部门：…, 预算单位：…)."""
    owner = department = unit = ""
    for _, cells in rows:
        for cell in cells:
            spaced = re.sub(r"\s*:\s*", ":", re.sub(r"(?<=[^\x00-\x7f]) ?(?=[(:])", "", narrow(cell)))
            match = _OWNER.search(spaced)
            if match and ends_as_organisation(match["name"]) and money_unit(match["name"]) is None:
                owner = owner or joined(match["name"])
                if "部门" in match["role"]:
                    department = department or joined(match["name"])
                else:
                    unit = unit or joined(match["name"])
            elif match := _TITLED_OWNER.match(squeeze(cell)):
                owner = owner or match[1]
            elif is_caption(cells) and _DEPARTMENT.match(alone := _NUMBER.sub("", squeeze(cell))):
                owner = owner or alone
    return department or owner, unit if department and unit != department else ""


def part_above(rows: Sequence[tuple[int, Sequence[str]]]) -> Part:
    """The part of the budget that the last line above a header names, which says nothing else or is a title: 上年结转."""
    for _, cells in reversed(rows):
        for cell in cells if is_caption(cells) else ():
            if cell and len(cell) <= 30 and not _NO_PART.search(cell) and (part := part_named(squeeze(cell))):
                return part
    return ""


def year_in(rows: Sequence[tuple[int, Sequence[str]]]) -> int | None:
    """The year that the lines above a header give; None where they give none, or several."""
    years = set()
    for _, cells in rows:
        for cell in cells:
            flat = _CITED.sub("", narrow(cell))
            if not _DATED.match(squeeze(flat)):
                years |= {int(year) for both in _TITLED_YEAR.findall(flat) for year in both if year}
    return years.pop() if len(years) == 1 else None

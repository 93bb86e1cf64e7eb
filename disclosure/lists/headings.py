"""What the headings of a list mean: which field a column holds, which column is the amount, and in what unit.

The words stand in `data/headings.toml`. A heading of an amount is understood by rule (it ends like money, and says
of what), every other by its whole wording. What is not understood is no field; nothing is guessed from the values.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

from goufu.catalog.errors import CatalogError
from goufu.catalog.load import data_directory
from goufu.disclosure.amounts import MoneyUnit, heading_unit
from goufu.disclosure.lines import label

#: `total` what a line comes to, `part` one of its funds, `other` an amount of something else (单价, 已支付)
Money = Literal["", "total", "part", "other"]

_YEAR = re.compile(r"\A(?:((?:19|20)\d\d)年?度?|本年度?|当年|今年)")
#: 26年预算
_SHORT_YEAR = re.compile(r"(2\d)年度?(?=[^\d至到~—-])")
_ONLY_YEAR = re.compile(r"((?:19|20)\d\d)年?度?\Z")
_YEAR_LAST = re.compile(r"((?:19|20)\d\d)年?度?\Z")
#: a part of the year that has a column of its own: 一季度, 上半年, 3月, 1-6月
_PERIOD = r"(?:第?[一二三四1-4]季度?|q[1-4]|[上下]半年|\d{1,2}(?:[-—~至到]\d{1,2})?月份?|[一二三四五六七八九十]{1,2}月份?)(?![\d后内前])"
_BRACKET = re.compile(r"\([^()]*\)")
_TERM_UNIT = re.compile(r"\((年|个?月|天|日)\)\Z")
_MARKS = "*★※#:.、"


#: 项目内容名称, 项目及服务名称: a name of the project, whatever is said of it between
_TITLE = r"项目[及和或与/、]?(?:服务|内容|明细|具体|工作|任务|事项|标的|采购|支出|实施|子项|购买){1,3}名称\Z"


class Heading(NamedTuple):
    """The meaning of a heading. `rank` orders headings of one field, the better first.

    `unit` and `money` are given for amounts; `year` where the heading names one; `half` is "code" or "name" where a
    field is printed in two columns; `measure` is the unit of a term (年, 月).
    """

    field: str
    rank: int = 0
    unit: MoneyUnit | None = None
    money: Money = ""
    year: int | None = None
    half: Literal["", "code", "name"] = ""
    measure: str = ""


@lru_cache(maxsize=4)
def words(path: Path | None = None) -> Mapping[str, Any]:
    """The tables of `data/headings.toml`. Raises CatalogError where it cannot be read."""
    path = path or data_directory() / "headings.toml"
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise CatalogError(f"表头词表无法读取：{error}", f"cannot be read: {error}", str(path)) from None


@lru_cache(maxsize=1)
def _names() -> Mapping[str, tuple[str, int]]:
    """Every whole heading with its field and its rank."""
    found: dict[str, tuple[str, int]] = {}
    for field, table in words()["field"].items():
        for rank, name in enumerate(table["names"]):
            found.setdefault(label(name), (field, rank))
    return found


@lru_cache(maxsize=1 << 12)
def heading(text: str) -> Heading | None:
    """What the heading `text` means, or None where it is not understood."""
    if len(text) > 60:
        return None
    flat = label(text).strip(_MARKS).replace("项日", "项目")  # as scans are read
    if not flat:
        return None
    for name in dict.fromkeys((flat, _BRACKET.sub("", flat), flat.replace(".", ""))):
        if known := _names().get(name):
            measure = match[1] if (match := _TERM_UNIT.search(flat)) else ""
            return Heading(*known, measure=measure if known[0] == "term" else "")
    if paired := _half(_BRACKET.sub("", flat)):
        return paired
    if amount := _amount(flat):
        return amount
    title = words()["field"]["title"]
    bare = _BRACKET.sub("", flat)
    if (bare.endswith(tuple(title["endings"])) or re.search(_TITLE, bare)) and not any(
        word in bare for word in title["never"]
    ):
        return Heading("title", len(title["names"]))
    if (year := _YEAR.match(bare)) and (known := _names().get(bare[year.end() :])):
        return Heading(*known, year=int(year[1]) if year[1] else None)
    return None


def _half(flat: str) -> Heading | None:
    """A field in two columns: 科目编码 and 科目名称."""
    pairs = words()["pairs"]
    for ending in pairs["endings"]:
        known = _names().get(flat.removesuffix(ending)) if flat.endswith(ending) else None
        if known and known[0] in pairs["fields"]:
            return Heading(known[0], known[1], half="name" if ending == "名称" else "code")
    return None


def _amount(flat: str) -> Heading | None:
    table = words()["amount"]
    if flat in ("amount_wan", "amountwan", "amount_yuan", "amountyuan"):
        own = "万元" if "wan" in flat else "元"
        return Heading("amount", -1, MoneyUnit(own, own), "total")
    name, unit = heading_unit(flat)
    if not name and "单位" in flat:
        return None  # 单位：万元 in a cell of the header is the unit of the table
    name = _BRACKET.sub("", name).strip(_MARKS)
    year, name = _without_year(name)
    parts = tuple(table["parts"])
    if name not in table["names"]:
        if any(word in flat for word in table["without"]):
            return None
        if not (unit or name.endswith(tuple(table["endings"])) or name.endswith(parts)):
            return None
        if name.endswith(tuple(table["never"])) and not name.endswith(("合计", "总计")):
            return None
    money: Money = "total"
    if any(word in name for word in table["other"]):
        money = "other"
    elif any(word in name for word in parts) or name in table["parts_alone"] or re.match(_PERIOD, name):
        money = "part"
    return Heading("amount", _amount_rank(name), unit, money, year)


def _without_year(name: str) -> tuple[int | None, str]:
    """The year that a heading of money begins or ends with, and the rest of it."""
    year = None
    if (inner := re.match(r"其中[:,]?", name)) and _YEAR.match(name[inner.end() :]):
        name = name[inner.end() :]  # 项目总额 | 其中：2026年预算
    if short := _SHORT_YEAR.match(name):
        year, name = 2000 + int(short[1]), name[short.end() :]
    elif match := _YEAR.match(name):
        year, name = int(match[1]) if match[1] else None, name[match.end() :].lstrip("的")
    if match := _YEAR_LAST.search(name):
        year, name = int(match[1]), name[: match.start()]
    return year, name


def is_period(heading: str) -> bool:
    """Whether a heading is that of a part of the year: 一季度预算, 2026年上半年, 3月."""
    flat = label(heading).strip(_MARKS)
    year = _YEAR.match(flat)
    return bool(re.match(_PERIOD, flat[year.end() :] if year else flat))


def _amount_rank(name: str) -> int:
    table = words()["amount"]
    later = [n for n, word in enumerate(table["later"]) if word in name]
    if later:
        return 200 + later[0]
    return next((n for n, word in enumerate(table["prefer"]) if word in name), 100)


def stacked(parent: str, child: str) -> Heading | None:
    """What a heading means that is below another: 资金来源 over 合计, 项目 over 名称."""
    if not parent or not child:
        return heading(child or parent)
    if (both := heading(parent + child)) is not None and (both.field == "amount" or heading(child) is None):
        unit = both.unit
        if both.field == "amount" and unit is None:
            above, below = heading_unit(parent)[1], heading_unit(child)[1]
            unit = below or above
        return Heading(both.field, both.rank, unit, both.money, both.year, both.half, both.measure)
    under = heading(child)
    if under is not None:
        if under.field == "amount" and under.unit is None:
            return Heading(under.field, under.rank, heading_unit(parent)[1], under.money, under.year)
        return under
    return heading(parent + child) or (None if label(child) in words()["under"]["words"] else heading(parent))


def fields(cells: Iterable[str]) -> list[Heading | None]:
    """The meaning of each cell of a header; 采购内容 counts as the title where no other does."""
    return with_title(list(cells), [heading(cell) for cell in cells])


def with_title(cells: Sequence[str], found: list[Heading | None]) -> list[Heading | None]:
    """`found` with a title where only a column like 采购内容 can be it."""
    if any(one is not None and one.field == "title" for one in found):
        return found
    otherwise = [label(name) for name in words()["field"]["title"]["otherwise"]]
    flat = [_BRACKET.sub("", label(cell).strip(_MARKS)) for cell in cells]
    at = (
        min((otherwise.index(name), n) for n, name in enumerate([*flat]) if name in otherwise)[1]
        if any(name in otherwise for name in flat)
        else -1
    )
    if at >= 0:
        found[at] = Heading("title", 1000)
    return found


def with_years(names: Sequence[str], found: list[Heading | None]) -> list[Heading | None]:
    """`found` with the columns that are headed by nothing but a year (合计 | 2026年 | 2027年), of which there are several, as
    the amounts of these years."""
    years = {n: int(match[1]) for n, name in enumerate(names) if (match := _ONLY_YEAR.match(label(name)))}
    if len(set(years.values())) < 2 or len(years) != len(set(years.values())):
        return found
    units = {one.unit for one in found if one is not None and one.field == "amount" and one.unit}
    unit = units.pop() if len(units) == 1 else None
    return [
        Heading("amount", 100, unit, "total", years[n]) if n in years and one is None else one
        for n, one in enumerate(found)
    ]


def has_title(cells: Iterable[str]) -> bool:
    """Whether one of the cells is the heading of a title."""
    return any(one is not None and one.field == "title" for one in fields(list(cells)))


def may_stand_below(cell: str) -> bool:
    """Whether `cell` may belong to a second row of a header."""
    flat = label(cell)
    known = heading(cell)
    return known is not None or flat in words()["under"]["words"] or flat.startswith("其中")


def is_measure(text: str) -> bool:
    """Whether `text` is what people count in: 项, 平方米."""
    return label(text) in {label(word) for word in words()["measures"]["words"]}


def known_titles() -> str:
    """The headings of a title that are known, for messages."""
    names = [name for name in words()["field"]["title"]["names"] if not name.isascii()]
    return "、".join(names[:14])

"""What stands in and around a table without belonging to it: page numbers, running heads, captions, footnotes.

Every test is about one line's wording and takes it as `label` leaves it; where a line stands is the caller's
business. `owner_of` finds whose table it is, also where the unit of money stands on the same line.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from goufu.catalog.characters import is_han, joined, narrow
from goufu.catalog.errors import CatalogError
from goufu.catalog.load import data_directory
from goufu.disclosure.lines import Line, label, squeeze

_DRESS = r"[-—–―─_~·•.*=|/\\:,()<>\s]*"
_NUMERALS = "一二三四五六七八九十百"
_PAGES = rf"(?:\d{{1,4}}|[{_NUMERALS}]{{1,5}})"
#: 15 · 15/20 · 第15页 · 第15页,共20页 · 共20页第15页 · Page 15 of 20 · p.15 · 页码:15 · iv
_PAGE = re.compile(
    rf"{_DRESS}(?:\d{{1,4}}(?:/\d{{1,4}})?页?|第{_PAGES}(?:/\d{{1,4}})?页?(?:{_DRESS}[共总计]{_PAGES}页?)?|[共总]{_PAGES}页{_DRESS}第{_PAGES}页|"
    rf"\d{{1,4}}页?{_DRESS}[共总]\d{{1,4}}页|page{_DRESS}\d{{1,4}}(?:{_DRESS}(?:of)?{_DRESS}\d{{1,4}})?|pp?\.?\d{{1,4}}|\d{{1,4}}of\d{{1,4}}|"
    rf"页[码次数]{_DRESS}\d{{1,4}}(?:/\d{{1,4}})?|[ivx]{{1,6}}){_DRESS}\Z"
)
_CONTINUED = re.compile(
    r"\(?(?:附?表[一二三四五六七八九十\d-]{0,5})?[-—(]*(?:续上?前?[表页]?|续|接上?[表页]|上接.{0,6}|承(?:前|上)[页表]|[转接续见](?:下|后)[页表]?|下[页表](?:续|继续)?|下转.{0,6}|未完(?:待续)?|本页完)"
    r"[)—-]*[一二三四五六七八九十\d]{0,3}\)?\Z"
)
_CAPTION = re.compile(
    r"(?:预算|部门|单位|附)?(?:信息)?(?:公开)?(?:附?[表件])[-—]?(?:\d{1,3}|[一二三四五六七八九十]{1,3})(?:[-—.]\d{1,2})?[:.]?\Z"
)
#: 甲县城市管理局2026年度部门预算 (公开), with or without a page number
_RUNNING = re.compile(
    r"(?:\d{1,3})?(?P<whose>[^0-9]{0,30})(?:19|20)\d\d年?度?(?P<what>[^0-9]{0,20}?)(?:部门|单位)预算(?:信息)?(?:公开)?(?:报告|说明|报表|情况|草案|文本|公开表)?"
    r"(?:[-—·]?(?:第?\d{1,4}页?(?:[,/]?共?\d{1,4}页?)?)[-—·]?)?\Z"
)
#: a part or chapter of the document begins
_PART = re.compile(r"第[一二三四五六七八九十]{1,3}(?:部分|章|编)")
_HEADING = re.compile(r"[一二三四五六七八九十]{1,3}、|\([一二三四五六七八九十]{1,3}\)")
_TABLE = re.compile(r"(?:表|一览)(?:\([^()]{0,20}\))*\Z")
_EMPTY = re.compile(
    r"\(?(?:无|空|空表|本表无?(?:数据|内容)?|.{0,30}(?:没有|无)(?:此项|相关|该项|使用|安排|上年|本年)?.{0,24}(?:数据|内容|项目|预算|支出|资金|结转|情况|收支|安排)?|此表无数据|本表为空.{0,10}|不涉及|.{0,30}(?:为空表?|不涉及此项.{0,10}))[。.;)]*\Z"
)
_BRACKETED = re.compile(r"\([^()]{1,20}\)\Z")

_NEXT_LABEL = re.compile(
    r"(?:(?:金额|货币|计量|资金)?单位|金额|币种|人民币|(?:填报|填表|编制|报送|制表|编报|打印)(?:日期|时间|人)?|日期|时间|(?:预算)?年[度份]|页[码次]|审核|负责人|联系|电话|表号|"
    r"第\d+页|共\d+页|(?:19|20)\d\d年|\(?[百千万亿]*元\)?\Z|(?:部门|单位)?(?:代码|编码|名称))"
)
_CODE = re.compile(r"\A[\[(]?[0-9][0-9.]{2,11}[\])]?[-_—、.:]*")


@lru_cache(maxsize=2)
def table_words(path: Path | None = None) -> Mapping[str, Mapping[str, Sequence[str]]]:
    """The words of `data/table_words.toml`. Raises CatalogError where it cannot be read."""
    path = path or data_directory() / "table_words.toml"
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CatalogError(f"表格用词表无法读取：{error}", f"cannot be read: {error}", str(path)) from None


def any_of(words: Iterable[str]) -> str:
    """A pattern for any of the words."""
    return "|".join(map(re.escape, words))


@lru_cache(maxsize=1)
def _notes() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """How a footnote begins, and what is one with nothing behind it."""
    words = table_words()["notes"]
    people = any_of(words["people"])
    return (
        re.compile(
            rf"[*※#]*(?:附?注释?|备注|说明|(?:{any_of(words['explanations'])})说明|本表说明)(?:[\d一二三四五]{{1,2}})?[:.、]|[*※](?![\d.,]+\Z)|"
            rf"(?:{people})(?:[人员者]员?|日期|时间|单位|部门|电话|方式|签[字章])?(?:\([^()]{{0,8}}\))?:"
        ),
        re.compile(
            rf"(?:注释?|备注|说明)\Z|(?:{people})(?:人员?|[员者])(?:签[字章])?(?:\([^()]{{0,8}}\))?\Z|"
            rf"(?:{any_of(words['dated'])})(?:日期|时间|电话)\Z"
        ),
    )


@lru_cache(maxsize=1)
def _owner() -> re.Pattern[str]:
    """The label before the name of whose table it is (`strong` where that is called a department), and that name."""
    words = table_words()["owner"]
    seals = any_of(words["seals"])
    label = (
        rf"(?P<strong>(?:部门|单位)\((?:单位|部门)\)名称|(?:{any_of(words['before_department'])})?部门(?:名称)?(?:\((?:{seals}|单位)\))?)|"
        rf"(?P<weak>(?:{any_of(words['before_unit'])})单位(?:名称)?(?:\((?:{seals})\))?|单位名称(?:\((?:{seals})\))?|(?<![\u4e00-\u9fff])单位)"
    )
    return re.compile(
        rf"(?:\A|(?<=[^\u4e00-\u9fff(])|(?<=元)|(?<=名称)|(?<=表)|(?<=\d))(?:{label}):(?=(?P<name>[^:]*))"
    )


def ends_as_organisation(flat: str) -> bool:
    """Whether a name in a table ends as organisations do: …局, …服务中心, …中学."""
    return flat.endswith(_endings())


@lru_cache(maxsize=1)
def _endings() -> tuple[str, ...]:
    return tuple(table_words()["organisation"]["endings"])


def is_page_number(flat: str) -> bool:
    """Whether a line is nothing but a page's number, or says that a table goes on (续上表)."""
    return len(flat) <= 24 and bool(_PAGE.match(flat) or _CONTINUED.match(flat))


def is_running_head(flat: str) -> bool:
    """Whether a line is the title of a whole disclosure, as pages repeat it."""
    if len(flat) > 60 or ("部门预算" not in flat and "单位预算" not in flat):
        return False
    match = _RUNNING.match(flat)
    words = (match["whose"] + match["what"]).replace("(", "").replace(")", "") if match else ""
    return match is not None and (not words or is_han(words))


def is_caption(flat: str) -> bool:
    """Whether a line is a table's number and no more: 预算公开表12, 附表3."""
    return bool(_CAPTION.match(flat))


def is_note(flat: str) -> bool:
    """Whether a line or cell is a footnote: 注：…, 填表人：…, 审核：…."""
    return any(pattern.match(flat) for pattern in _notes())


def is_heading(flat: str) -> bool:
    """Whether a line begins a numbered section: 一、…, （二）…."""
    return bool(_HEADING.match(flat)) and len(flat) <= 60


def begins_part(flat: str) -> bool:
    """Whether a line begins a part of the document: 第三部分 ….."""
    return bool(_PART.match(flat)) and len(flat) <= 60


def names_a_table(flat: str) -> bool:
    """Whether a line is the title of some table."""
    return len(flat) <= 60 and bool(_TABLE.search(flat)) and not _CONTINUED.match(flat)


def says_empty(flat: str) -> bool:
    """Whether a line says that a table has nothing in it: 无, 本表无数据, 本部门无上年结转项目."""
    return len(flat) <= 80 and bool(_EMPTY.match(flat))


def is_bracketed(flat: str) -> bool:
    """Whether a line is a short remark in brackets: （内部资料）."""
    return bool(_BRACKETED.match(flat))


def without_code(name: str) -> str:
    """An organisation's name without the code printed before it: [112001]甲县水利局."""
    code = _CODE.match(name)
    return name[code.end() :] if code and is_han(name[code.end() : code.end() + 1]) else name


def owner_of(text: str) -> tuple[str, bool] | None:
    """Whose table a line says it is, and whether it is called a department: `部门：甲县水利局  单位：万元` → 甲县水利局.

    None where it names nobody; 单位：万元 names none, and 单位代码 or a form's 实施单位 are no owners.
    """
    flat = squeeze(text).replace("（", "(").replace("）", ")").replace("：", ":")
    if ":" not in flat or ("单位" not in flat and "部门" not in flat):
        return None  # as nearly all lines
    for match in _owner().finditer(flat):
        name = _NEXT_LABEL.split(match["name"], maxsplit=1)[0]
        name = without_code(re.sub(r"\A[\[(]\w{3,12}[\])]|[-—,，。;；、|/]+\Z", "", name)).strip("()-_— ")
        if not 3 <= len(name) <= 40 or not re.fullmatch(r"[()（）·\w]+", name) or "代码" in name:
            continue
        named = match["strong"] is not None or "名称" in match[0]
        if any(is_han(name[n : n + 3]) for n in range(len(name) - 2)) and (
            named or ends_as_organisation(name)
        ):
            return name, match["strong"] is not None
    return None


def repeated(lines: Sequence[Line]) -> frozenset[str]:
    """The short lines that are alone on several places of the document, as running heads do (as labels)."""
    counts = Counter(label(line.text) for line in lines if line.is_paragraph and 4 <= len(line.text) <= 60)
    return frozenset(flat for flat, count in counts.items() if count > 1)


def spoken_name(text: str) -> str:
    """A name as it is to be shown: without spaces that only spread its characters out."""
    return joined(text) if any(c.isspace() for c in narrow(text)) else text

"""What a single cell of a list says: a year, yes or no, a part of the budget, the name of a row that adds up others."""

from __future__ import annotations

import re
from functools import lru_cache

from goufu.catalog.characters import narrow
from goufu.disclosure.lines import label, squeeze
from goufu.disclosure.lists.headings import words
from goufu.disclosure.model import Part
from goufu.disclosure.total_names import is_kind, is_page_total, is_total_alone, may_name_total, plain_name

NUMBERED = re.compile(
    r"\A(?:[一二三四五六七八九十]{1,3}[、.．]|[(（][一二三四五六七八九十\d]{1,3}[)）]|第[一二三四五六七八九十]{1,3}[类部])"
)
AMONG = re.compile(r"\A(?:其中|其|含)[:：,，]|\A其中(?!村|镇|乡|社区|小学|中学|幼儿园)")
_NUMERALS = str.maketrans("〇○◯零一二三四五六七八九", "0000123456789")
YEAR = re.compile(r"\A((?:19|20)\d\d)(?:\.0+)?(?:年?(?:度)?(?:预算)?)?\Z")
DAY = re.compile(
    r"\A((?:19|20)\d\d)[-/.年](?:0?[1-9]|1[0-2])(?:[-/.月](?:0?[1-9]|[12]\d|3[01])日?)?(?:[ T]?\d\d:\d\d.*)?月?\Z"
)
YES_NO = dict.fromkeys(("是", "有", "true", "yes", "y", "1", "√", "✓", "☑"), True) | dict.fromkeys(
    ("否", "无", "非", "false", "no", "n", "0", "×", "✗"), False
)


#: a year alone in a row
_YEAR_ALONE = re.compile(
    r"[(]?(20\d\d)年度?(?:项目|预算|支出|安排|计划|采购|小计|合计|部分|资金|新增|延续)*[)]?[:]?\Z"
)
_YEAR_FIRST = frozenset("2２(（")
_BULLET = re.compile(r"[-—–·•‧∙○◦▪■□◆]{1,2}\s*[\u4e00-\u9fff]")


def is_bulleted(title: str) -> bool:
    """Whether a title stands behind a dash or a dot, as parts of the row above do: —电费, · 维修."""
    return bool(_BULLET.match(title))


@lru_cache(maxsize=1)
def _organisations() -> tuple[str, ...]:
    return tuple(words()["organisations"]["endings"])


def ends_as_organisation(flat: str) -> bool:
    """Whether a text without spaces ends as names of organisations do: …局, …中心, …街道."""
    return flat.endswith(_organisations())


def year_of(printed: str) -> int | None:
    """The year that a cell gives: 2026, 2026.0, 2026年度, 二〇二六年, a date; None where it gives none or several."""
    flat = squeeze(printed).translate(_NUMERALS)
    match = YEAR.match(flat) or DAY.match(narrow(printed).strip()) or DAY.match(flat)
    return int(match[1]) if match else None


def year_alone(name: str) -> int:
    """The year that is all a row is called by (2026年, 2026年度项目小计): it heads the rows of that year. 0 for any other."""
    match = _YEAR_ALONE.match(squeeze(name)) if name[:1] in _YEAR_FIRST else None
    return int(match[1]) if match else 0


def says_plainly_among(title: str) -> bool:
    """Whether a title says with a colon or comma that it is part of the row above: 其中：电费, and not 其中电费."""
    return bool(re.match(r"\s*(?:其\s*中|其|含)\s*[:：,，]", title))


def without_among(title: str) -> str:
    """A title without the word 其中 before it."""
    match = re.match(r"\s*(?:其\s*中|其(?=[:：,，])|含(?=[:：,，]))\s*[:：,，]?\s*", title)
    return title[match.end() :] or title if match else title


def part_named(text: str) -> Part:
    """The part of the budget that a cell names, "" where it names none."""
    if "结转" in text:
        return "上年结转"
    return "本年预算" if "本年" in text or "当年" in text else ""


def is_total(text: str) -> bool:
    """Whether `text` is the name of a row that adds up others: 合计, 城管局小计, Σ, 其中：…."""
    if is_kind(text):
        return True
    plain = len(text) > 2 and not text[0].isascii() and not {"计", "計", "其"}.intersection(text)
    if plain and (len(text) > 12 or not may_name_total(text)):
        return False  # the quick way out
    flat = label(text).strip(":：.、*#,")
    if AMONG.match(flat) or is_total_alone(text) or is_page_total(text):
        return True
    flat = plain_name(text)
    ends = tuple(word for word in words()["rows"]["totals"] if word != "累计")
    return (
        flat.endswith(ends)
        and len(flat) <= 24
        and not flat.endswith(("统计", "会计", "设计", "审计", "预计"))
    )

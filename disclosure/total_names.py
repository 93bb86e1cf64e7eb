"""What rows that add up others are called: 合计, 城管局小计, 【总 计】, 合计8万元, 共2项, Σ; and totals of a page (承前页).

The words stand in `data/headings.toml` under [rows]. Only the name is looked at; whether its figure is a sum is not known
here.
"""

from __future__ import annotations

import re
from functools import lru_cache

from goufu.disclosure.lines import label
from goufu.disclosure.lists.headings import words

_WHOLE = re.compile(r"\A\(([^()]*)\)\Z")
_INNER = re.compile(r"\([^()]*\)")
#: dashes, stars and brackets that dress a name
_DRESS = re.compile(r"\A[^\w∑]+|[^\w∑]+\Z")
#: the number that a heading begins with: 一、 (二) 3.
_NUMBERED = re.compile(r"\A(?:\(?(?:[一二三四五六七八九十]{1,2}|\d{1,2})[)、.])")
#: 合计(大写):捌万元整, 以上两项合计捌万元, as `label` leaves them
_SPELT = re.compile(
    r"(?:以上.{0,8})?(?:合计|总计|共计|小计)(?:金额)?(?:人民币)?(?:\(?(?:大写|人民币)\)?)*[:]?"
    r"(?:人民币)?[零〇一二三四五六七八九十百千两壹贰叁肆伍陆柒捌玖拾佰仟万亿元圆角分整正]*\Z"
)
#: funds and kinds of projects: rows that head those that come from, or are of them
_KIND = re.compile(
    r"(?:(?:一般公共预算|政府性基金|国有资本经营|财政专户管理|财政专户|社会保险基金)(?:预算)?(?:财政)?(?:拨款|资金)?(?:收入|支出|安排|项目)?"
    r"|(?:单位|自筹|自有|其他)资金|财政拨款(?:收入|支出|安排)?|事业收入|上级补助收入|其他收入"
    r"|(?:其他运转|特定目标|运转|人员)类(?:项目)?(?:支出)?)\Z"
)
_SPELT_ENDS = frozenset("元圆整正")
_OF_KINDS = frozenset("一政国财社单自其事上特运人")
_FIGURE = re.compile(
    r"(?:人民币|¥)?\d[\d,.]*(?:[万亿千百]?元|[万亿])?整?\Z|(?:为|是|数|额|金额|数额|总额)\Z|[:=]\Z"
)
_COUNTED = re.compile(
    r"(?:以上|全部|本页|总|合)?(?:[共总合]计?|计)\d{1,5}个?(?:项目?|笔|条|行|宗)(?:\Z|[:,].*)"
)


@lru_cache(maxsize=1 << 11)
def plain_name(text: str) -> str:
    """A name as it is compared with the words: without brackets, dress, its numbering, and a figure or 数, 金额 behind it."""
    flat = _WHOLE.sub(r"\1", label(text))
    flat = _NUMBERED.sub("", _DRESS.sub("", _INNER.sub("", flat)))
    while (shorter := _DRESS.sub("", _FIGURE.sub("", flat))) != flat and shorter:
        flat = shorter
    return flat


@lru_cache(maxsize=1 << 11)
def is_total_alone(text: str) -> bool:
    """Whether a row is called a total and nothing else: 合计, 总 计, Σ, 共2项."""
    flat = plain_name(text)
    whole = label(text)
    if ("大写" in whole or whole[-1:] in _SPELT_ENDS) and _SPELT.match(whole):
        return True
    return flat in _words("totals") | _words("alone") or bool(_COUNTED.match(_WHOLE.sub(r"\1", label(text))))


@lru_cache(maxsize=1 << 11)
def is_figure_of_list(text: str) -> bool:
    """Whether a row gives a figure about the list and is no line of it: 平均值, 控制数, 上年合计."""
    return len(text) <= 12 and not _words("figures").isdisjoint((plain_name(text), label(text).strip(":")))


@lru_cache(maxsize=1 << 11)
def is_kind(text: str) -> bool:
    """Whether a row is called by a fund or a kind of projects and nothing else: 一般公共预算, 特定目标类项目. No project is."""
    flat = plain_name(text) if len(text) <= 24 else ""
    return flat[:1] in _OF_KINDS and bool(_KIND.match(flat))


def may_name_total(text: str) -> bool:
    """Whether a text has one of the characters without which it is the name of no total; quick."""
    return not _letters().isdisjoint(text)


@lru_cache(maxsize=1)
def _letters() -> frozenset[str]:
    named = "".join(word for name in ("totals", "alone", "of_page") for word in _words(name))
    # 共2项; and the traditional forms, which are not simplified here
    return frozenset(named) | frozenset("共總匯頁額轉過Σ")


def is_page_total(text: str) -> bool:
    """Whether a row adds up a page, or carries over what the one before came to: 本页合计, 承前页, 过次页."""
    return plain_name(text) in _words("of_page")


@lru_cache(maxsize=8)
def _words(name: str) -> frozenset[str]:
    return frozenset(map(label, words()["rows"][name]))
